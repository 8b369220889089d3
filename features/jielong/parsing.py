"""From tokens to mentions: which quantity belongs to which goods, what is done with them, and for whom."""

from collections.abc import Callable
from typing import ClassVar

from features.jielong.lexicon import CODE, FOOD, GOOD, Lexicon
from features.jielong.lexing import (
    ADDR,
    LISTED,
    NAME,
    PRICE,
    QTY,
    RANGE,
    SPACE,
    SPEC,
    TEL,
    TEXT,
    Qty,
    Token,
)
from features.jielong.mentions import Bare, Mention, Mentions, Owner
from features.jielong.model import Op
from features.jielong.plain import Plain
from features.jielong.segments import NOTE, Segments

_GOODS = frozenset({GOOD, CODE, FOOD})
_QUANTITIES = frozenset({QTY, RANGE, "vague"})
_THROUGH = frozenset({SPACE, "filler", "done", "verb", "please", "adjective", "colon", "join", "dash", "plain", "polite", "vague", "self", "open", "close", PRICE, SPEC, "give"})
_STOPS = frozenset({"line", "comma", "end", "ask", LISTED})
_LONGEST_UNKNOWN = 6  # characters of a word taken for goods
_OPS = {"add": Op.ADD, "sub": Op.SUB, "set": Op.SET}


class Parser:
    """Walks the tokens of one message once."""

    def __init__(self, segments: Segments, source: Plain, lexicon: Lexicon) -> None:
        self._segments = segments
        self._tokens = segments.tokens
        self._source = source
        self._lexicon = lexicon
        self.found = Mentions()
        self._sender = Owner()
        self._owner = self._sender
        self._person: Owner | None = None
        self._joint: list[Owner] = []
        self._waiting: list[Mention] = []  # goods without a quantity
        self._lead: tuple[int, Qty] | None = None  # a quantity without goods
        self._every: Qty | None = None  # a quantity for each of the goods that follow
        self._op, self._infix = Op.ORDER, None
        self._is_explicit = self._is_correcting = self._is_swapping = self._is_each = self._is_heading = False
        self._line, self._line_start = 0, 0
        self._in_brackets = False

    def parse(self) -> Mentions:
        """Return what the message mentions."""
        for place, token in enumerate(self._tokens):
            handle = self._HANDLERS.get(token.kind)
            if handle:
                handle(self, place, token)
        self._end_line()
        return self.found

    # ---- looking around

    def _next(self, place: int) -> tuple[int, Token] | None:
        """Return the next token of the clause that is neither space nor small talk."""
        for at in range(place + 1, len(self._tokens)):
            token = self._tokens[at]
            if token.kind in _STOPS:
                return None
            if token.kind not in _THROUGH or (token.kind == "vague"):
                return at, token
        return None

    def _next_kind(self, place: int) -> str:
        found = self._next(place)
        return found[1].kind if found else ""

    def _goods_after(self, place: int) -> bool:
        return self._next_kind(place) in _GOODS

    def _is_glued(self, left: int, right: int) -> bool:
        """Tell whether no space stands between two tokens."""
        return all(self._tokens[at].kind != SPACE for at in range(left + 1, right))

    # ---- goods and quantities

    def _good(self, place: int, token: Token) -> None:
        self._take_person(place)
        mention = Mention(tuple(token.held or ()), place, place, self._op, self._owner, line=self._line)
        mention.is_explicit = self._is_explicit
        mention.corrects, self._is_correcting = self._is_correcting, False
        if self._is_swapping:
            self._swap(mention)
        self.found.goods.append(mention)
        if self._lead:
            at, qty = self._lead
            mention.first, self._lead = at, None
            mention.quantities.append(qty)
        elif self._every:
            mention.quantities.append(self._every)
        else:
            self._waiting.append(mention)

    def _swap(self, mention: Mention) -> None:
        self._is_swapping = False
        before = self._waiting or self.found.goods[-1:]
        for each in before:
            each.op, each.is_explicit, each.quantities = Op.REMOVE, True, []
        self._waiting = []
        mention.op, mention.is_explicit = Op.ORDER, True

    def _quantity(self, place: int, token: Token) -> None:
        qty: Qty = token.held or Qty(None, None)
        if self._is_money(place):
            return
        if self._minus(place) and qty.number is not None:
            qty = qty._replace(number=-qty.number)
        follows = self._goods_after(place)
        if self._is_correcting and not follows and self.found.goods:
            self._correct(place, qty)
        elif self._is_each:
            self._spread(place, qty, follows)
        elif self._waiting and not self._belongs_ahead(place, follows):
            self._attach(self._waiting.pop(), place, qty)
        elif self._adds_up(place, qty, follows):
            self.found.goods[-1].quantities.append(qty)
            self.found.goods[-1].last = place
        elif self._infix and self.found.goods and not follows:
            self._attach(self.found.goods[-1], place, qty)
        else:
            self._lead_with(place, qty)

    def _is_money(self, place: int) -> bool:
        """Tell whether a bare number is what was paid."""
        before = next((t for t in reversed(self._tokens[:place]) if t.kind not in (SPACE, "colon", "filler")), None)
        after = self._next(place)
        bare = self._tokens[place].kind == QTY and self._tokens[place].held.unit is None
        return bare and ((before is not None and before.kind in ("paid", "unpaid")) or (after is not None and after[1].kind == "paid" and not self._waiting))

    def _minus(self, place: int) -> bool:
        return place > 0 and self._tokens[place - 1].kind == "dash" and (place < 2 or self._tokens[place - 2].kind in (*_GOODS, SPACE))

    def _belongs_ahead(self, place: int, follows: bool) -> bool:
        """Tell whether a quantity between two goods belongs to those that follow."""
        target = self._waiting[-1].last
        if not follows:
            return False
        ahead = self._next(place)
        return ahead is not None and ahead[0] == place + 1 and not self._is_glued(target, place)

    def _adds_up(self, place: int, qty: Qty, follows: bool) -> bool:
        """Tell whether it goes on from the quantity before: one box [two bottles]."""
        last = self.found.goods[-1] if self.found.goods else None
        if not last or not last.quantities or last.last != place - 1 or follows or len(last.skus) != 1:
            return False
        before = last.quantities[-1].unit
        goods = self._lexicon.goods[last.skus[0]]
        return before != qty.unit and qty.unit is not None and before is not None and (qty.unit in goods.units or qty.unit in goods.bulk or qty.unit in self._lexicon.manners.weights)

    def _attach(self, mention: Mention, place: int, qty: Qty) -> None:
        mention.quantities = [qty]
        mention.last = max(place, mention.last)
        if self._infix:
            mention.op, mention.is_explicit = self._infix, True
        self._infix = None

    def _spread(self, place: int, qty: Qty, follows: bool) -> None:
        self._is_each = False
        if not self._waiting:
            self._every = qty if follows else None
            if not follows:
                self.found.everything.append(place)
            return
        for each in self._waiting:
            each.quantities, each.is_each, each.is_explicit = [qty], True, True
            each.last = max(each.last, place) if each is self._waiting[-1] else each.last
        self._waiting = []

    def _correct(self, place: int, qty: Qty) -> None:
        last = self.found.goods[-1]
        last.quantities, last.is_explicit = [qty], True
        if last.op is Op.REMOVE:
            last.op = Op.ORDER
        self._is_correcting = False
        self._waiting = []

    def _lead_with(self, place: int, qty: Qty) -> None:
        self._drop_lead()
        self._lead = (place, qty)

    def _drop_lead(self) -> None:
        if self._lead:
            place, qty = self._lead
            self._lead = None
            self._take_person(place)
            if self._unknown(place, qty):
                return
            self.found.bare.append(Bare(place, self._owner, self._op if not self._infix else self._infix, qty, self._is_explicit, self._line))

    def _unknown(self, place: int, qty: Qty) -> bool:
        """Take a strange word at the side of a quantity for goods that are not on offer."""
        for at in (place - 1, place + 1, place - 2):
            near = self._tokens[at] if 0 <= at < len(self._tokens) else None
            if near and near.kind == TEXT and near.end - near.start <= _LONGEST_UNKNOWN and qty.unit and (abs(at - place) == 1 or self._tokens[at + 1].kind in (SPACE, "colon")):
                self.found.goods.append(Mention((), min(at, place), max(at, place), self._op, self._owner, [qty], self._is_explicit, is_strange=True, line=self._line))
                return True
        return False

    # ---- what is done

    def _change(self, place: int, token: Token) -> None:
        op = _OPS[token.kind]
        after = self._next(place)
        kind = after[1].kind if after else ""
        goods_next = kind in _GOODS
        quantity_next = kind in _QUANTITIES and after is not None and not self._goods_after(after[0])
        before = bool(self._waiting) or bool(self.found.goods[self._line_start :])
        if op is Op.SUB and not goods_next and kind not in _QUANTITIES:
            return
        if op is Op.SET and before and not quantity_next and (goods_next or kind in _QUANTITIES):
            self._is_swapping = True
        elif quantity_next and before:
            self._infix = op
            if not self._waiting:
                self._reopen(op)
        elif goods_next or kind in _QUANTITIES:
            if self._plainly_and(op, token):
                return
            self._op, self._is_explicit = op, True

    def _plainly_and(self, op: Op, token: Token) -> bool:
        """One short word between two lines of an order joins them."""
        last = self.found.goods[-1] if self.found.goods else None
        return op is Op.ADD and token.end - token.start == 1 and last is not None and last.line == self._line and self._is_glued(last.last, self._tokens.index(token))

    def _reopen(self, op: Op) -> None:
        """Tomatoes 2 [changed to 3]: the quantity that follows takes the place of the one before."""
        if op is Op.SET and self.found.goods:
            self._waiting = [self.found.goods[-1]]

    def _swap_word(self, place: int, _token: Token) -> None:
        after = self._next_kind(place)
        if after in _GOODS or after in _QUANTITIES:
            found = self._next(place)
            goods_next = after in _GOODS or (found is not None and self._goods_after(found[0]))
            if goods_next and self.found.goods:
                self._is_swapping = True
            elif not goods_next:
                self._infix = Op.SET
                if not self._waiting:
                    self._reopen(Op.SET)

    def _remove(self, place: int, token: Token) -> None:
        self._is_correcting = False
        after = self._next(place)
        kind = after[1].kind if after else ""
        here = [each for each in self.found.goods if self._clause_of(each.last) == self._clause_of(place)]
        if kind in _GOODS and not self._waiting and not here:
            self._take_person(place)
            self._op, self._is_explicit = Op.REMOVE, True
        elif kind in _QUANTITIES and not self._waiting and not here and after is not None and self._goods_after(after[0]):
            self._op, self._is_explicit = (Op.SUB if token.kind == "remove" else Op.REMOVE), True
        elif kind == QTY and self._waiting and token.kind == "remove":
            self._infix = Op.SUB
        else:
            self._remove_before(place)

    def _remove_before(self, place: int) -> None:
        said = {word for each in self._segments.clause(place) for word in each.says}
        targets = list(self._waiting)
        if not targets and not (said & {"all", "order"}) and self._line_goods():
            targets = self.found.goods[-1:]
        for each in targets:
            each.op, each.is_explicit, each.quantities = Op.REMOVE, True, []
            each.last = max(each.last, place)
        self._waiting = []
        if not targets and (not self.found.goods or said & {"all", "order"}):
            self._take_person(place)
            self.found.clears.append(Bare(place, self._owner, Op.CLEAR, None, True, self._line))

    def _line_goods(self) -> list[Mention]:
        return self.found.goods[self._line_start :]

    def _clause_of(self, token: int) -> int:
        return self._segments.stretches[self._segments.of_token[token]].hard

    def _not(self, place: int, token: Token) -> None:
        following = self._tokens[place + 1 : place + 3]
        ends = not following or following[0].kind in (*_STOPS, SPACE, "filler", "done", *_GOODS, "polite", "close", QTY, "adjective")
        if ends:
            self._remove(place, token)

    def _each(self, place: int, token: Token) -> None:
        after = self._next(place)
        if after and after[1].kind in _QUANTITIES:
            self._is_each = True
        elif not after and self._waiting:
            for each in self._waiting:
                each.is_explicit = True
        elif not after and not self.found.goods and token.end - token.start > 1:
            self.found.everything.append(place)

    def _all(self, place: int, _token: Token) -> None:
        after = self._next(place)
        said = {word for each in self._segments.clause(place) for word in each.says}
        if said & {"remove", "not", "decline"}:
            return
        if self._waiting or (after and after[1].kind == "each"):
            self._is_each = bool(self._waiting) and bool(after) and after is not None and after[1].kind in _QUANTITIES
        elif not self.found.goods and (self._verb_near(place) or (after and after[1].kind in _QUANTITIES and not self._goods_after(after[0]))):
            self._is_each = True
            if not after or after[1].kind not in _QUANTITIES:
                self.found.everything.append(place)
                self._is_each = False

    def _verb_near(self, place: int) -> bool:
        stretch = self._segments.stretches[self._segments.of_token[place]]
        words = {self._tokens[at].kind for at in range(stretch.first, stretch.last)}
        ends_with_verb = self._tokens[place].end - self._tokens[place].start > 1
        return bool(words & {"verb", "please"}) or ends_with_verb

    def _correction(self, _place: int, _token: Token) -> None:
        self._is_correcting = bool(self.found.goods)

    def _amend(self, place: int, token: Token) -> None:
        self._correction(place, token)
        if not self.found.goods:
            self._op, self._is_explicit = Op.SET, True

    def _back(self, place: int, _token: Token) -> None:
        if self._next_kind(place) in (QTY, "not", "remove", "decline") and self.found.goods:
            self._is_correcting = True

    # ---- people

    def _name(self, _place: int, token: Token) -> None:
        written = self._source.as_written(token.start, token.end)
        if self._person and self._person.name:
            self._joint.append(self._person)
            self._person = None
        self._person = self._person or Owner()
        self._person.name = written
        if self._in_brackets:
            self._belongs_before()

    def _addr(self, _place: int, token: Token) -> None:
        self._person = self._person or Owner()
        self._person.addr = self._source.as_written(token.start, token.end)

    def _tel(self, _place: int, token: Token) -> None:
        self._person = self._person or Owner()
        self._person.tel = token.held

    def _self(self, place: int, _token: Token) -> None:
        following = self._tokens[place + 1].kind if place + 1 < len(self._tokens) else ""
        if (following in ("verb", "please") or self._next_kind(place) in (*_GOODS, *_QUANTITIES)) and not self._person:
            self._owner = self._sender

    def _take_person(self, _place: int) -> None:
        if self._person:
            self._owner, self._person = self._person, None
            self.found.owners.append(self._owner)
            self._joint = []

    def _belongs_before(self) -> None:
        """Whoever stands in brackets or behind goods is whom they are for."""
        unowned = [each for each in self._line_goods() if each.owner.is_sender]
        if unowned and self._person:
            for each in unowned:
                each.owner = self._person
            for bare in self.found.bare:
                if bare.line == self._line and bare.owner.is_sender:
                    bare.owner = self._person
            self.found.owners.append(self._person)
            self._person = None

    # ---- separators

    def _listed(self, place: int, token: Token) -> None:
        self._end_line()
        self._owner = self._sender

    def _line_break(self, place: int, _token: Token) -> None:
        self._end_line()
        if place and self._tokens[place - 1].kind == "line":
            self._owner = self._sender

    def _end_line(self) -> None:
        self._end_clause()
        if self._person:
            here = self._line_goods()
            if not here and not [each for each in self.found.bare if each.line == self._line]:
                self._headed()
            elif any(each.owner.is_sender for each in here):
                self._belongs_before()
            else:
                self._complete()
        self._person, self._joint, self._waiting, self._every = None, [], [], None
        self._line += 1
        self._line_start = len(self.found.goods)

    def _headed(self) -> None:
        """A person alone in a line: whom the next lines are for, or, at the end, those before."""
        unowned = [each for each in self.found.goods if each.owner.is_sender]
        is_last = all(each.kind in ("line", SPACE, "end") for each in self._tokens[self._last_person() + 1 :])
        if unowned and is_last and len(unowned) == len(self.found.goods) and self._person:
            for each in unowned:
                each.owner = self._person
            self.found.owners.append(self._person)
        elif self._person:
            self._owner = self._person
            self.found.owners.append(self._person)

    def _last_person(self) -> int:
        return max(at for at, each in enumerate(self._tokens) if each.kind in (NAME, ADDR, TEL))

    def _complete(self) -> None:
        """A house number or a telephone behind the goods of somebody named before them."""
        owner = self._line_goods()[-1].owner if self._line_goods() else self._owner
        if self._person and not self._person.name:
            owner.addr = owner.addr or self._person.addr
            owner.tel = owner.tel or self._person.tel

    def _end_clause(self) -> None:
        self._drop_lead()
        self._op, self._infix, self._is_explicit, self._is_each = Op.ORDER, None, False, False

    def _comma(self, _place: int, _token: Token) -> None:
        self._end_clause()

    def _open(self, _place: int, _token: Token) -> None:
        self._in_brackets = True

    def _closed(self, _place: int, _token: Token) -> None:
        self._in_brackets = False

    def _other(self, place: int, token: Token) -> None:
        owner = self._person or self._owner
        if token.kind == "paid":
            self.found.is_paid = True
            if self._lead and self._lead[1].unit is None:
                self._lead = None
        elif token.kind == "history":
            self.found.histories.append(place)
        elif token.kind == NOTE:
            self.found.notes.append((place, owner))

    def _copy(self, place: int, token: Token) -> None:
        if self._next_kind(place) in (*_GOODS, *_QUANTITIES) or self._waiting:
            self._is_explicit = True
            return
        named = place > 1 and self._tokens[place - 1].kind == NAME and self._tokens[place - 2].kind in ("join", "verb")
        if named:
            self._person = None
        self._take_person(place)
        self.found.copies.append(Bare(place, self._owner, Op.ORDER, None, token.kind == "copy" or named, self._line))

    _HANDLERS: ClassVar[dict[str, Callable[["Parser", int, Token], None]]] = {
        GOOD: _good, CODE: _good, FOOD: _good, QTY: _quantity, RANGE: _quantity, "vague": _quantity,
        "add": _change, "sub": _change, "set": _change, "swap": _swap_word, "remove": _remove, "not": _not,
        "each": _each, "all": _all, "correct": _correction, "amend": _amend, "decline": _remove, "back": _back,
        NAME: _name, ADDR: _addr, TEL: _tel, "self": _self,
        LISTED: _listed, "line": _line_break, "comma": _comma, "end": _comma, "ask": _comma, "open": _open,
        "close": _closed, "paid": _other, "history": _other, NOTE: _other, "copy": _copy, "alike": _copy,
    }  # fmt: skip
