"""What words do with the goods around them: more, less, another quantity, away, the same for each."""

from features.jielong.board import GOODS, QUANTITIES, STOPS, Board
from features.jielong.lexicon import GOOD
from features.jielong.mentions import Bare
from features.jielong.model import Op
from features.jielong.tokens import NAME, QTY, SPACE, TEXT, Token

_BOTH = 2
_OPS = {"add": Op.ADD, "sub": Op.SUB, "set": Op.SET}


class Changing:
    """Takes words of changing as they come."""

    def __init__(self, board: Board) -> None:
        self._board = board

    def change(self, place: int, token: Token) -> None:
        """Take a word for more, for less, or for another quantity."""
        op = _OPS[token.kind]
        after = self._board.next(place)
        kind = after[1].kind if after else ""
        goods_next = kind in GOODS
        quantity_next = kind in QUANTITIES and after is not None and not self._belongs_to_goods(after[0])
        before = bool(self._board.waiting) or bool(self._board.found.goods[self._board.line_start :])
        if op is Op.SUB and not goods_next and kind not in QUANTITIES:
            return
        if op is Op.SET and before and not quantity_next and (goods_next or kind in QUANTITIES):
            self._board.is_swapping = True
        elif quantity_next and before:
            self._board.infix = op
            if not self._board.waiting:
                self._reopen(op)
        elif goods_next or kind in QUANTITIES:
            if self._plainly_and(op, place, token):
                return
            self._board.op, self._board.is_explicit = op, True

    def _belongs_to_goods(self, place: int) -> bool:
        """Tell whether a quantity counts the goods behind it, which have no word of their own behind them."""
        goods = self._board.next(place)
        if not goods or goods[1].kind not in GOODS:
            return False
        return self._board.next_kind(goods[0]) not in ("set", "add", "sub", "remove", QTY)

    def _plainly_and(self, op: Op, place: int, token: Token) -> bool:
        """One short word between two lines of an order joins them."""
        last = self._board.found.goods[-1] if self._board.found.goods else None
        return (
            op is Op.ADD
            and token.end - token.start == 1
            and last is not None
            and self._board.clause_of(last.last) == self._board.clause_of(place)
            and self._board.is_glued(last.last, place)
        )

    def _reopen(self, op: Op) -> None:
        """Tomatoes 2 [changed to 3]: the quantity that follows takes the place of the one before."""
        if op is Op.SET and self._board.found.goods:
            self._board.waiting = [self._board.found.goods[-1]]

    def swap_word(self, place: int, token: Token) -> None:
        """Take a word for one thing in place of another."""
        after = self._board.next_kind(place)
        if after in GOODS or after in QUANTITIES:
            found = self._board.next(place)
            goods_next = after in GOODS or (found is not None and self._board.goods_after(found[0]))
            if goods_next and self._board.found.goods:
                self._board.is_swapping = True
            elif not goods_next and token.end - token.start > 1:
                self._board.infix = Op.SET
                if not self._board.waiting:
                    self._reopen(Op.SET)

    def remove(self, place: int, token: Token) -> None:
        """Take a word of cancelling."""
        self._board.is_correcting = False
        after = self._board.next(place)
        kind = after[1].kind if after else ""
        if token.kind == "spare" and (not self._board.clause_goods(place) or self._is_of_strange(place)):
            return
        if token.kind == "not" and self._is_told_of(place):
            return
        here = [
            each
            for each in self._board.found.goods
            if self._board.clause_of(each.last) == self._board.clause_of(place)
        ]
        if kind in GOODS and not self._board.waiting and not here:
            self._board.take_person()
            self._board.op, self._board.is_explicit = Op.REMOVE, True
        elif (
            kind in QUANTITIES
            and not self._board.waiting
            and not here
            and after is not None
            and self._board.goods_after(after[0])
        ):
            self._board.op, self._board.is_explicit = (Op.SUB if token.kind == "remove" else Op.REMOVE), True
        elif kind == QTY and self._board.waiting and token.kind == "remove":
            self._board.infix = Op.SUB
        else:
            self._remove_before(place)

    def _is_of_strange(self, place: int) -> bool:
        """Tell whether a strange word follows at once: no need [to call] anybody."""
        after = self._board.tokens[place + 1] if place + 1 < len(self._board.tokens) else None
        return after is not None and after.kind == TEXT and after.start == self._board.tokens[place].end

    def _is_told_of(self, place: int) -> bool:
        """Tell whether a particle makes it what somebody else does not want: apples that they threw [out]."""
        board = self._board
        after = board.tokens[place + 1] if place + 1 < len(board.tokens) else None
        following = board.tokens[place + 1 : place + 4]
        if [each.kind for each in following[:2]] == [GOOD, "filler"] and len(following) > _BOTH:
            is_relative = board.source.text[following[1].start : following[1].end] == board.lexicon.manners.of
            return is_relative and following[2].kind not in (*STOPS, SPACE, "polite")
        said = {word for each in board.segments.clause(place) for word in each.says}
        return (
            after is not None
            and board.source.text[after.start : after.end] == board.lexicon.manners.of
            and TEXT in said
            and "self" not in said
        )

    def _remove_before(self, place: int) -> None:
        said = {word for each in self._board.segments.clause(place) for word in each.says}
        targets = list(self._board.waiting)
        if not targets and not (said & {"all", "order"}) and self._board.line_goods():
            targets = self._board.found.goods[-1:]
        for each in targets:
            each.op, each.is_explicit, each.quantities = Op.REMOVE, True, []
            each.last = max(each.last, place)
        self._board.waiting = []
        if not targets and (not self._board.found.goods or said & {"all", "order"}):
            self._board.take_person()
            self._board.found.clears.append(
                Bare(place, self._board.owner, Op.CLEAR, None, True, self._board.line)
            )

    def not_(self, place: int, token: Token) -> None:
        """Take a word of not wanting, unless it begins a remark."""
        following = self._board.tokens[place + 1 : place + 3]
        ends = not following or following[0].kind in (
            *STOPS,
            SPACE,
            "filler",
            "done",
            *GOODS,
            "polite",
            "close",
            QTY,
            "adjective",
        )
        if ends:
            self.remove(place, token)

    def each(self, place: int, token: Token) -> None:
        """Take a word that gives one quantity to each of the goods before it."""
        after = self._board.next(place)
        if after and after[1].kind in QUANTITIES:
            self._board.is_each = True
        elif not after and self._board.waiting and token.end - token.start > 1:
            for each in self._board.waiting:
                each.is_explicit = True
        elif not after and not self._board.found.goods and token.end - token.start > 1:
            self._board.found.everything.append(place)

    def all_(self, place: int, _token: Token) -> None:
        """Take a word for everything on offer."""
        after = self._board.next(place)
        said = {word for each in self._board.segments.clause(place) for word in each.says}
        if said & {"remove", "not", "decline"}:
            return
        if self._board.waiting or (after and after[1].kind == "each"):
            self._board.is_each = (
                bool(self._board.waiting)
                and bool(after)
                and after is not None
                and after[1].kind in QUANTITIES
            )
        elif not self._board.found.goods and (
            self._verb_near(place)
            or (after and after[1].kind in QUANTITIES and not self._board.goods_after(after[0]))
        ):
            self._board.is_each = True
            if not after or after[1].kind not in QUANTITIES:
                self._board.found.everything.append(place)
                self._board.is_each = False

    def _verb_near(self, place: int) -> bool:
        stretch = self._board.segments.stretches[self._board.segments.of_token[place]]
        words = {self._board.tokens[at].kind for at in range(stretch.first, stretch.last)}
        ends_with_verb = self._board.tokens[place].end - self._board.tokens[place].start > 1
        return bool(words & {"verb", "please"}) or ends_with_verb

    def correction(self, place: int, token: Token) -> None:
        """Take a word that what was said is wrong."""
        goods, before = self._board.found.goods, self._board.tokens[place - 1] if place else None
        if (
            goods
            and not goods[-1].quantities
            and before
            and before.kind == TEXT
            and before.end == token.start
        ):
            return
        self._board.is_correcting = bool(goods)
        if goods and not goods[-1].quantities and any(goods[-1].skus == each.skus for each in goods[:-1]):
            goods[-1].corrects = True

    def amend(self, place: int, token: Token) -> None:
        """Take a word that announces a new quantity."""
        self.correction(place, token)
        if not self._board.found.goods:
            self._board.op, self._board.is_explicit = Op.SET, True

    def back(self, place: int, _token: Token) -> None:
        """Take a word that takes something back, where something follows."""
        if self._board.next_kind(place) in (QTY, "not", "remove", "decline") and self._board.found.goods:
            self._board.is_correcting = True

    def copy(self, place: int, token: Token) -> None:
        """Take a word that points at the order of somebody else."""
        if self._board.next_kind(place) in (*GOODS, *QUANTITIES) or self._board.waiting:
            self._board.is_explicit = True
            return
        named = (
            place > 1
            and self._board.tokens[place - 1].kind == NAME
            and self._board.tokens[place - 2].kind in ("join", "verb")
        )
        if named:
            self._board.person = None
        self._board.take_person()
        self._board.found.copies.append(
            Bare(place, self._board.owner, Op.ORDER, None, token.kind == "copy" or named, self._board.line)
        )
