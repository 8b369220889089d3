"""Money that goes back, and lines settled by weight. Who may is asked by whoever calls."""

from dataclasses import dataclass, replace

from features.orders.model import Line, Order, OrderState
from features.payments import rules
from features.payments.model import (
    NotFixed,
    NotWeighed,
    PaymentsPolicy,
    Refund,
    RefundId,
    RefundReason,
    RefundState,
    TooMuch,
    Weighed,
    Weighing,
    WeighOutcome,
)
from features.payments.ports import Uow
from kernel.ids import MemberId, OrderId
from kernel.money import NO_MONEY, Fen, Milli, amount_of


@dataclass(frozen=True, slots=True)
class Why:
    """Why money goes back: the reason as people read it, the rule that says so, and the key used once."""

    reason: RefundReason
    rule: str
    key: str


@dataclass(frozen=True, slots=True)
class Refunds:
    """What lowers an order, and what of it is money that goes back."""

    policy: PaymentsPolicy

    def refund(
        self, uow: Uow, *, order: OrderId, line: int | None, amount: Fen, why: Why, by: MemberId | None
    ) -> Refund:
        """Let a fixed order, or one of its lines, cost `amount` less; what was paid for it goes back.

        What is still owed is lowered first, only the rest is money. Once per key: asked again, the same
        refund comes back. Raises NotFixed for an open order, TooMuch for more than it is worth.
        """
        held = _held(uow, order)
        if known := uow.refunds.by_key(why.key):
            return known
        if amount <= 0:
            raise ValueError(f"an amount above 0 fen expected, got {amount}")
        if held.state is OrderState.VOID:
            return self._all_back(uow, held, Fen(amount), why, by)
        if held.state is not OrderState.LOCKED:
            raise NotFixed
        lines = [each for each in uow.orders.lines((order,)) if each.amount]
        parts, fee = _parts(held, lines, line, amount)
        back = rules.split(amount, owed=held.due)
        made = self._add(uow, held, line, amount, back, why, by)
        uow.refunds.lower(made.id, parts, fee=fee)
        return made

    def all_back(self, uow: Uow, *, order: OrderId, why: Why, by: MemberId | None) -> Refund | None:
        """Give back everything that was paid too much, once per key; None where that is nothing.

        Of a void order that is all that was paid. Raises NotFixed for an open order.
        """
        held = _held(uow, order)
        if known := uow.refunds.by_key(why.key):
            return known
        if held.state is OrderState.OPEN:
            raise NotFixed
        over = Fen(-held.due)
        return self._add(uow, held, None, over, over, why, by) if over > 0 else None

    def _all_back(self, uow: Uow, held: Order, amount: Fen, why: Why, by: MemberId | None) -> Refund:
        if amount > held.paid - held.refunded:
            raise TooMuch
        return self._add(uow, held, None, amount, amount, why, by)

    @staticmethod
    def _add(
        uow: Uow, held: Order, line: int | None, amount: Fen, back: Fen, why: Why, by: MemberId | None
    ) -> Refund:
        if back > held.paid - held.refunded:
            raise TooMuch
        made = uow.refunds.add(
            order=held.id,
            line=line,
            amount=amount,
            back=back,
            reason=why.reason,
            rule=why.rule,
            key=why.key,
            by=by,
            now=uow.now,
        )
        if made is None:
            raise ArithmeticError(f"refund {why.key} was made while its order was held")
        uow.journal.note(
            "refund.decided",
            member=held.member,
            order=held.id,
            refund=made.id,
            fen=amount,
            back=back,
            rule=why.rule,
        )
        return made

    def done(self, uow: Uow, *, refund: RefundId, by: MemberId) -> Refund | None:
        """Record that money went back; None where there is nothing to do any more."""
        found = uow.refunds.get(refund)
        if found is None or not uow.refunds.move(
            refund, RefundState.DONE, before=RefundState.DUE, by=by, now=uow.now
        ):
            return None
        uow.journal.note("refund.done", member=by, order=found.order, refund=refund, fen=found.back)
        return replace(found, state=RefundState.DONE, done_at=uow.now)

    def take_back(self, uow: Uow, *, refund: RefundId, by: MemberId | None) -> bool:
        """Undo a refund whose money has not gone: everything costs what it did before. False where it has."""
        found = uow.refunds.get(refund)
        if found is None or uow.orders.hold(found.order) is None:
            return False
        before = RefundState.DUE if found.back else RefundState.DONE
        if not uow.refunds.move(refund, RefundState.VOID, before=before, by=by, now=uow.now):
            return False
        uow.refunds.raise_again(refund)
        uow.refunds.uncount(found)
        uow.journal.note("refund.void", member=by, order=found.order, refund=refund, fen=found.amount)
        return True

    def undone(self, uow: Uow, *, refund: RefundId) -> bool:
        """Let money that was said to have gone back be due again; False where it is not said."""
        found = uow.refunds.get(refund)
        if found is None or not found.back:
            return False
        return uow.refunds.move(refund, RefundState.DUE, before=RefundState.DONE, by=None, now=uow.now)

    def settle_weight(
        self, uow: Uow, *, line: int, weighed: Milli, by: MemberId | None, sure: bool = False
    ) -> Weighed:
        """Let a line of weighed goods cost what it really weighs; what was paid too much goes back.

        Beyond the published tolerance it is asked for once more, `sure`. Raises NotWeighed or NotFixed.
        """
        order_id = uow.refunds.line_order(line)
        if order_id is None or weighed <= 0:
            raise NotWeighed
        held = _held(uow, order_id)
        if held.state is not OrderState.LOCKED:
            raise NotFixed
        weighing = _weighing(uow, held, line, weighed)
        if weighing.before == weighing.after and self._settled_so(uow, held, line, weighed):
            return Weighed(WeighOutcome.BEFORE, weighing)
        if not sure and not rules.within(weighing.ordered, weighed, percent=self.policy.weight_percent):
            return Weighed(WeighOutcome.ASKED, weighing)
        return Weighed(WeighOutcome.DONE, weighing, self._weigh(uow, held, weighing, by))

    @staticmethod
    def _settled_so(uow: Uow, held: Order, line: int, weighed: Milli) -> bool:
        return any(each.id == line and each.weighed == weighed for each in uow.orders.lines((held.id,)))

    def _weigh(self, uow: Uow, held: Order, weighing: Weighing, by: MemberId | None) -> Refund | None:
        for earlier in uow.refunds.of_order(held.id):
            is_same = earlier.rule == "weight" and earlier.line == weighing.line
            if is_same and uow.refunds.move(
                earlier.id, RefundState.VOID, before=RefundState.DUE, by=by, now=uow.now
            ):
                uow.refunds.uncount(earlier)
        number = uow.refunds.weigh(weighing, order=held.id, by=by, now=uow.now)
        uow.journal.note("line.weighed", member=by, order=held.id, line=weighing.line)
        fresh = _held(uow, held.id)
        over = Fen(min(-fresh.due, fresh.paid - fresh.refunded))
        if over <= 0:
            return None
        why = Why(RefundReason.WEIGHT, "weight", f"weight:{weighing.line}:{number}")
        return self._add(uow, fresh, weighing.line, over, over, why, by)


def _held(uow: Uow, order: OrderId) -> Order:
    held = uow.orders.hold(order)
    if held is None:
        raise NotFixed
    return held


def _parts(
    held: Order, lines: list[Line], line: int | None, amount: Fen
) -> tuple[tuple[tuple[int, Fen], ...], Fen]:
    """Return by how much each line and the delivery become cheaper. Raises TooMuch."""
    worth = held.goods - held.off
    if line is not None:
        own = next((each for each in lines if each.id == line), None)
        if own is None or own.amount is None or amount > min(own.amount, worth):
            raise TooMuch
        return ((line, amount),), NO_MONEY
    if amount > worth + held.fee:
        raise TooMuch
    of_goods = Fen(min(amount, worth))
    spread = rules.taken_from(of_goods, [each.amount or NO_MONEY for each in lines])
    return tuple(zip((each.id for each in lines), spread, strict=True)), Fen(amount - of_goods)


def _weighing(uow: Uow, held: Order, line: int, weighed: Milli) -> Weighing:
    own = next((each for each in uow.orders.lines((held.id,)) if each.id == line), None)
    item = uow.deals.item(own.item) if own else None
    if own is None or own.amount is None or item is None or not item.goods.weighed:
        raise NotWeighed
    stood = own.quantity if own.weighed is None else own.weighed
    reduced = amount_of(own.price, stood) - own.amount  # by refunds, which stay
    after = max(0, rules.weighed_amount(own.price, weighed) - reduced)
    least = held.off - (held.goods - own.amount)  # a coupon is never worth more than the goods
    return Weighing(line, own.item, own.quantity, weighed, own.amount, Fen(max(after, least)))
