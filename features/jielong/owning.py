"""For whom goods are: who is named before them, behind them, in brackets or above."""

from features.jielong.board import GOODS, QUANTITIES, Board
from features.jielong.mentions import Owner
from features.jielong.tokens import ADDR, NAME, SPACE, TEL, Token


class Owning:
    """Takes people as they are named."""

    def __init__(self, board: Board) -> None:
        self._board = board

    def name(self, place: int, token: Token) -> None:
        """Take a name, but for who is only greeted by it."""
        names = self._board.lexicon.manners.names
        if names.greeted.match(self._board.source.text, token.end) and not self._board.line_goods():
            return
        near = names.near.match(self._board.source.text, token.start, token.end)
        start = near.end() if near and near.end() < token.end and token.kind == NAME else token.start
        written = self._board.source.as_written(start, token.end)
        before = self._board.person
        if before and before.name:
            is_joint = "join" in {each.kind for each in self._board.tokens[max(place - 2, 0) : place]}
            self._board.person = Owner(also=[*before.also, before] if is_joint else [])
        elif [each.kind for each in self._board.tokens[max(place - 2, 0) : place]] == ["self", "join"]:
            self._board.person = Owner(also=[self._board.sender])
        self._board.person = self._board.person or Owner()
        self._board.person.name = written
        if self._board.in_brackets:
            self.belongs_before()

    def addr(self, _place: int, token: Token) -> None:
        """Take a house number or a door."""
        self._board.person = self._board.person or Owner()
        self._board.person.addr = self._board.source.as_written(token.start, token.end)

    def tel(self, _place: int, token: Token) -> None:
        """Take a telephone number, or its last figures."""
        self._board.person = self._board.person or Owner()
        self._board.person.tel = token.held

    def self_(self, place: int, _token: Token) -> None:
        """Take a word for the sender."""
        following = self._board.tokens[place + 1].kind if place + 1 < len(self._board.tokens) else ""
        if (
            following in ("verb", "please") or self._board.next_kind(place) in (*GOODS, *QUANTITIES)
        ) and not self._board.person:
            self._board.owner = self._board.sender

    def mine(self, place: int, token: Token) -> None:
        """Take a wish of the sender that begins a clause behind one for somebody else: [I want] two."""
        board = self._board
        first = board.lexicon.words.get(board.source.text[token.start])
        before = board.tokens[place - 1].kind if place else ""
        is_mine = first is not None and first.category == "self"
        if is_mine and before in ("comma", "end", SPACE) and not board.person and board.line_goods():
            board.owner = board.sender

    def belongs_before(self) -> None:
        """Whoever stands in brackets or behind goods is whom they are for."""
        unowned = [each for each in self._board.line_goods() if each.owner.is_sender]
        if self._board.in_brackets:
            clause = self._board.clause_of(unowned[-1].last) if unowned else 0
            unowned = [each for each in unowned if self._board.clause_of(each.last) == clause]
        if unowned and self._board.person:
            for each in unowned:
                each.owner = self._board.person
            for bare in self._board.found.bare:
                if bare.line == self._board.line and bare.owner.is_sender:
                    bare.owner = self._board.person
            self._board.person = None

    def headed(self) -> None:
        """A person alone in a line: whom the next lines are for, or, at the end, those before."""
        unowned = [each for each in self._board.found.goods if each.owner.is_sender]
        is_last = all(
            each.kind in ("line", SPACE, "end") for each in self._board.tokens[self._last_person() + 1 :]
        )
        if unowned and is_last and len(unowned) == len(self._board.found.goods) and self._board.person:
            for each in unowned:
                each.owner = self._board.person
        elif self._board.person:
            self._board.owner = self._board.person

    def _last_person(self) -> int:
        return max(at for at, each in enumerate(self._board.tokens) if each.kind in (NAME, ADDR, TEL))

    def complete(self) -> None:
        """A house number or a telephone behind the goods of somebody named before them."""
        owner = self._board.line_goods()[-1].owner if self._board.line_goods() else self._board.owner
        if self._board.person and not self._board.person.name:
            owner.addr = owner.addr or self._board.person.addr
            owner.tel = owner.tel or self._board.person.tel

    def is_called(self, place: int) -> bool:
        """Tell whether a name before a comma is who is spoken to: Xiaochen [a], I want two."""
        before = self._board.tokens[place - 1].kind if place else ""
        after = self._board.tokens[place + 1].kind if place + 1 < len(self._board.tokens) else ""
        if "proxy" in {each.kind for each in self._board.tokens[:place]}:
            return False
        return before in ("filler", "done") or (
            before == NAME and after in ("verb", "please", "self", "filler", "add")
        )
