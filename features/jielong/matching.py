"""Which quantity belongs to which goods."""

from dataclasses import replace

from features.jielong.board import GOODS, Board
from features.jielong.mentions import Bare, Mention
from features.jielong.model import Op
from features.jielong.tokens import LISTED, NAME, QTY, RANGE, SPACE, TEXT, Qty, Token

_BOTH = 2
_LONGEST_UNKNOWN = 6  # characters of a word taken for goods


class Matching:
    """Takes goods and quantities as they come."""

    def __init__(self, board: Board) -> None:
        self._board = board

    def good(self, place: int, token: Token) -> None:
        """Take goods: a quantity before them, or one still to come, is theirs."""
        if self._heads_people(place):
            self._board.end_owner()
            self._board.heading = tuple(token.held or ())
            return
        self._board.heading = ()
        if self._repeats(place, token):
            self._board.found.goods[-1].last = place
            return
        self._board.take_person()
        mention = Mention(
            tuple(token.held or ()), place, place, self._board.op, self._board.owner, line=self._board.line
        )
        mention.is_explicit = self._board.is_explicit
        mention.corrects, self._board.is_correcting = self._board.is_correcting, False
        if self._board.is_swapping:
            self._swap(mention)
        if (
            len(mention.skus) == _BOTH
            and place
            and "both"
            in (
                self._board.tokens[place - 1].kind,
                *(each.kind for each in self._board.tokens[place + 1 : place + 2]),
            )
        ):
            second = replace(mention, skus=mention.skus[1:], quantities=[])
            mention.skus = mention.skus[:1]
            self._board.found.goods.append(second)
            self._board.waiting.append(second)
        self._board.found.goods.append(mention)
        if self._board.lead:
            at, qty = self._board.lead
            mention.first, self._board.lead = at, None
            mention.quantities.append(qty)
        elif self._board.every:
            mention.quantities.append(self._board.every)
        else:
            self._board.waiting.append(mention)

    def _repeats(self, place: int, token: Token) -> bool:
        """Tell whether goods stand beside themselves, as a word and its picture, for one quantity."""
        last = self._board.found.goods[-1] if self._board.found.goods else None
        if not last or last.last != place - 1 or last.skus != token.held or self._board.lead:
            return False
        after = self._board.tokens[place + 1].kind if place + 1 < len(self._board.tokens) else ""
        return not last.quantities or after not in (QTY, RANGE)

    def _heads_people(self, place: int) -> bool:
        """Tell whether goods stand above several people and their quantities: [tomatoes] Li 2, Wu 1."""
        tokens = self._board.tokens
        before = tokens[place - 1].kind if place else "line"
        if before not in ("line", "open", LISTED) or len(tokens[place].held or ()) != 1:
            return False
        after = [each.kind for each in tokens[place + 1 : place + 9] if each.kind not in (SPACE, LISTED)]
        marks = 0
        while marks < len(after) and after[marks] in ("close", "colon", "line"):
            marks += 1
        people = [NAME, QTY]
        return marks > 0 and after[marks : marks + 2] == people

    def _swap(self, mention: Mention) -> None:
        self._board.is_swapping = False
        before = self._board.waiting or self._board.found.goods[-1:]
        for each in before:
            each.op, each.is_explicit, each.quantities = Op.REMOVE, True, []
        self._board.waiting = []
        mention.op, mention.is_explicit = Op.ORDER, True

    def quantity(self, place: int, token: Token) -> None:
        """Take a quantity: of the goods before, of those that follow, or of each."""
        qty: Qty = token.held or Qty(None, None)
        if self._is_money(place):
            return
        if self._minus(place) and qty.number is not None:
            qty = qty._replace(number=-qty.number)
        follows = self._board.goods_after(place)
        if self._is_about(place, follows):
            self._board.clause_goods(place)[-1].quantities.append(Qty(None, None))
        elif self._board.is_each:
            self._spread(place, qty, follows)
        elif self._is_of_strange(place, qty) and self._unknown(place, qty):
            return
        elif follows or not self._goes_back(place, qty):
            self._give(place, qty, follows)

    def _is_of_strange(self, place: int, qty: Qty) -> bool:
        """Tell whether it stands right behind a word nobody knows, and apart from the goods that follow."""
        tokens = self._board.tokens
        is_behind = (
            place > 0 and tokens[place - 1].kind == TEXT and tokens[place - 1].end == tokens[place].start
        )
        is_apart = place + 1 < len(tokens) and tokens[place + 1].kind not in GOODS
        return is_behind and is_apart and qty.unit is not None and not self._board.waiting

    def _is_about(self, place: int, follows: bool) -> bool:
        """Tell whether it says how much counted goods are about: one fish, [about] a kilo."""
        board = self._board
        is_vague = place > 0 and board.tokens[place - 1].kind == "vague"
        return is_vague and not board.waiting and not follows and bool(board.clause_goods(place))

    def _give(self, place: int, qty: Qty, follows: bool) -> None:
        board = self._board
        is_kept = board.is_swapping and follows
        if board.waiting and not is_kept and not self._belongs_ahead(place, follows):
            self._attach(board.waiting.pop(), place, qty)
        else:
            self._lead_with(place, qty)

    def _goes_back(self, place: int, qty: Qty) -> bool:
        """Give it to goods that have a quantity: in its place, to be added to it, or for another line."""
        board = self._board
        if not board.found.goods:
            return False
        if board.is_correcting:
            self._correct(qty)
        elif board.waiting:
            return False
        elif self._adds_up(place, qty):
            board.found.goods[-1].quantities.append(qty)
            board.found.goods[-1].last = place
        elif board.infix is Op.SET:
            self._attach(board.found.goods[-1], place, qty)
        elif board.infix:
            self._again(place, qty)
        else:
            return False
        return True

    def _is_money(self, place: int) -> bool:
        """Tell whether a bare number is what was paid."""
        before = next(
            (t for t in reversed(self._board.tokens[:place]) if t.kind not in (SPACE, "colon", "filler")),
            None,
        )
        after = self._board.next(place)
        token = self._board.tokens[place]
        bare = token.kind == QTY and token.held.unit is None and not token.held.is_signed
        return bare and (
            (before is not None and before.kind in ("paid", "unpaid"))
            or (after is not None and after[1].kind == "paid" and not self._board.waiting)
        )

    def _minus(self, place: int) -> bool:
        return (
            place > 0
            and self._board.tokens[place - 1].kind == "dash"
            and (place < 2 or self._board.tokens[place - 2].kind in (*GOODS, SPACE))
        )

    def _belongs_ahead(self, place: int, follows: bool) -> bool:
        """Tell whether a quantity between two goods belongs to those that follow."""
        target = self._board.waiting[-1].last
        if not follows:
            return False
        ahead = self._board.next(place)
        return ahead is not None and ahead[0] == place + 1 and not self._board.is_glued(target, place)

    def _adds_up(self, place: int, qty: Qty) -> bool:
        """Tell whether it goes on from the quantity before: one box [two bottles]."""
        last = self._board.found.goods[-1] if self._board.found.goods else None
        if not last or not last.quantities or last.last != place - 1 or len(last.skus) != 1:
            return False
        before = last.quantities[-1].unit
        goods = self._board.lexicon.goods[last.skus[0]]
        return (
            before != qty.unit
            and qty.unit is not None
            and before is not None
            and (
                qty.unit in goods.units
                or qty.unit in goods.bulk
                or qty.unit in self._board.lexicon.manners.weights
            )
        )

    def _attach(self, mention: Mention, place: int, qty: Qty) -> None:
        mention.quantities = [qty]
        mention.last = max(place, mention.last)
        if self._board.infix:
            mention.op, mention.is_explicit = self._board.infix, True
        self._board.infix = None

    def _again(self, place: int, qty: Qty) -> None:
        """Two kilos of tomatoes, [one more]: another line of the same goods."""
        last = self._board.found.goods[-1]
        self._board.found.goods.append(
            replace(
                last,
                first=place,
                last=place,
                op=self._board.infix or Op.ADD,
                quantities=[qty],
                is_explicit=True,
            )
        )
        self._board.infix = None

    def _spread(self, place: int, qty: Qty, follows: bool) -> None:
        self._board.is_each = False
        if not self._board.waiting:
            self._board.every = qty if follows else None
            if not follows:
                self._board.found.everything.append(place)
            return
        for each in self._board.waiting:
            each.quantities, each.is_explicit = [qty], True
            each.last = max(each.last, place) if each is self._board.waiting[-1] else each.last
        self._board.waiting = []

    def _correct(self, qty: Qty) -> None:
        last = self._board.found.goods[-1]
        last.quantities, last.is_explicit = [qty], True
        if last.op is Op.REMOVE:
            last.op = Op.ORDER
        self._board.is_correcting = False
        self._board.waiting = []

    def _lead_with(self, place: int, qty: Qty) -> None:
        self.drop_lead()
        self._board.lead = (place, qty)

    def drop_lead(self) -> None:
        """Give up waiting for the goods of a quantity."""
        if self._board.lead:
            place, qty = self._board.lead
            self._board.lead = None
            self._board.take_person()
            if self._unknown(place, qty):
                return
            self._board.found.bare.append(
                Bare(
                    place,
                    self._board.owner,
                    self._board.op if not self._board.infix else self._board.infix,
                    qty,
                    self._board.is_explicit,
                    self._board.line,
                    self._board.heading,
                )
            )

    def _unknown(self, place: int, qty: Qty) -> bool:
        """Take a strange word at the side of a quantity for goods that are not on offer."""
        for at in (place - 1, place + 1, place - 2):
            near = self._board.tokens[at] if 0 <= at < len(self._board.tokens) else None
            if (
                near
                and near.kind == TEXT
                and near.end - near.start <= _LONGEST_UNKNOWN
                and qty.unit
                and (abs(at - place) == 1 or self._board.tokens[at + 1].kind in (SPACE, "colon"))
            ):
                self._board.found.goods.append(
                    Mention(
                        (),
                        min(at, place),
                        max(at, place),
                        self._board.op,
                        self._board.owner,
                        [qty],
                        self._board.is_explicit,
                        is_strange=True,
                        line=self._board.line,
                    )
                )
                return True
        return False
