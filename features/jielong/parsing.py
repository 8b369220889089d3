"""From tokens to mentions: goods with their quantities, what is done with them, and for whom."""

from collections.abc import Callable, Mapping

from features.jielong.board import STOPS, Board
from features.jielong.changing import Changing
from features.jielong.lexicon import CODE, FOOD, GOOD, Lexicon
from features.jielong.matching import Matching
from features.jielong.mentions import Mentions
from features.jielong.model import Op
from features.jielong.owning import Owning
from features.jielong.plain import Plain
from features.jielong.segments import Segments
from features.jielong.tokens import ADDR, LISTED, NAME, NOTE, QTY, RANGE, TEL, Token


class Parser:
    """Walks the tokens of one message once."""

    def __init__(self, segments: Segments, source: Plain, lexicon: Lexicon) -> None:
        self._board = Board(segments, source, lexicon)
        self._matching = Matching(self._board)
        self._owning = Owning(self._board)
        self._handlers = {**self._words(Changing(self._board)), **self._marks()}

    def _words(self, changing: Changing) -> Mapping[str, Callable[[int, Token], None]]:
        matching, owning = self._matching, self._owning
        return {
            **dict.fromkeys((GOOD, CODE, FOOD), matching.good),
            **dict.fromkeys((QTY, RANGE, "vague"), matching.quantity),
            **dict.fromkeys(("add", "sub", "set"), changing.change),
            **dict.fromkeys(("remove", "decline", "spare"), changing.remove),
            **dict.fromkeys(("copy", "alike"), changing.copy),
            "swap": changing.swap_word,
            "not": changing.not_,
            "each": changing.each,
            "all": changing.all_,
            "correct": changing.correction,
            "amend": changing.amend,
            "back": changing.back,
            NAME: self._name,
            ADDR: owning.addr,
            TEL: owning.tel,
            "self": owning.self_,
            "please": owning.mine,
        }

    def _marks(self) -> Mapping[str, Callable[[int, Token], None]]:
        return {
            **dict.fromkeys(("comma", "end", "mark"), self._comma),
            **dict.fromkeys(("paid", "history", NOTE), self._other),
            LISTED: self._listed,
            "line": self._line_break,
            "open": self._open,
            "close": self._closed,
        }

    def parse(self) -> Mentions:
        """Return what the message mentions."""
        for place, token in enumerate(self._board.tokens):
            if place and token.kind not in STOPS and self._turned(place):
                self._end_clause()
                self._board.waiting = []
            handle = self._handlers.get(token.kind)
            if handle:
                handle(place, token)
        self._end_line()
        return self._board.found

    def _turned(self, place: int) -> bool:
        """Tell whether a clause begins here without a separator."""
        return self._board.tokens[place - 1].kind not in STOPS and self._board.clause_of(
            place
        ) != self._board.clause_of(place - 1)

    def _listed(self, _place: int, _token: Token) -> None:
        self._end_line()
        self._board.owner = self._board.sender

    def _line_break(self, place: int, _token: Token) -> None:
        after = [each.kind for each in self._board.tokens[place + 1 : place + 3]]
        self._end_line(is_open=after[:1] == [QTY] and after[1:] in ([], ["line"], ["end"]))
        if place and self._board.tokens[place - 1].kind == "line":
            self._board.owner = self._board.sender

    def _end_line(self, *, is_open: bool = False) -> None:
        self._end_clause()
        if self._board.person:
            here = self._board.line_goods()
            if not here and not [each for each in self._board.found.bare if each.line == self._board.line]:
                self._owning.headed()
            elif any(each.owner.is_sender for each in here):
                self._owning.belongs_before()
            else:
                self._owning.complete()
        self._board.person, self._board.every = None, None
        self._board.waiting = self._board.waiting if is_open else []
        self._board.line += 1
        self._board.line_start = len(self._board.found.goods)

    def _end_clause(self) -> None:
        self._matching.drop_lead()
        self._board.op, self._board.infix, self._board.is_explicit, self._board.is_each = (
            Op.ORDER,
            None,
            False,
            False,
        )

    def _name(self, place: int, token: Token) -> None:
        """Take a name; a quantity still without goods is of who was named before."""
        if self._board.lead and self._board.person:
            self._matching.drop_lead()
        self._owning.name(place, token)

    def _comma(self, place: int, _token: Token) -> None:
        if self._board.person and not self._board.person.addr and self._owning.is_called(place):
            self._board.person = None
        self._end_clause()

    def _open(self, _place: int, _token: Token) -> None:
        self._board.in_brackets = True

    def _closed(self, _place: int, _token: Token) -> None:
        self._board.in_brackets = False

    def _other(self, place: int, token: Token) -> None:
        if token.kind == "paid":
            self._board.found.is_paid = True
            if self._board.lead and self._board.lead[1].unit is None:
                self._board.lead = None
        elif token.kind == "history":
            self._board.found.histories.append(place)
        elif token.kind == NOTE:
            self._board.found.notes.append(place)
