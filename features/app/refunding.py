"""A refund, everywhere it matters: money, points, coupon, commission, and whoever is told."""

from dataclasses import dataclass

from features.app.letters import Letter, Letters
from features.app.uow import Uow
from features.coupons.service import Coupons
from features.groupbuy.model import DealState
from features.growth.model import Event
from features.growth.service import Growth
from features.members.model import Group
from features.orders.model import Order, OrderState
from features.payments.model import Refund, RefundId, RefundReason, RefundState, Weighed
from features.payments.refunds import Refunds, Why
from features.settlement.rules import is_mostly_back
from features.settlement.service import Settlement
from kernel.ids import MemberId, OrderId
from kernel.message import Money, Param, Text
from kernel.money import Fen, Milli

_OF_GOODS = frozenset(RefundReason) - {RefundReason.OVERPAID, RefundReason.WEIGHT}


@dataclass(frozen=True, slots=True)
class Refunding:
    """Refunds across features: each is one unit, so that nothing of it can be missing."""

    refunds: Refunds
    settlement: Settlement
    growth: Growth
    coupons: Coupons
    letters: Letters

    def refund(
        self, uow: Uow, *, order: OrderId, line: int | None, amount: Fen, why: Why, by: MemberId | None
    ) -> Refund:
        """Let an order or a line cost less and give back what was paid, once per key; the buyer is told.

        Raises NotFixed or TooMuch.
        """
        known = uow.refunds.by_key(why.key)
        made = self.lower(uow, order=order, line=line, amount=amount, why=why, by=by)
        if known is None:
            self._tell(uow, made)
        return made

    def lower(
        self, uow: Uow, *, order: OrderId, line: int | None, amount: Fen, why: Why, by: MemberId | None
    ) -> Refund:
        """Do the same and leave the telling to whoever calls. Raises NotFixed or TooMuch."""
        known = uow.refunds.by_key(why.key)
        made = self.refunds.refund(uow, order=order, line=line, amount=amount, why=why, by=by)
        if known is None:
            self._follow(uow, made)
        return made

    def settle_weight(
        self, uow: Uow, *, line: int, weighed: Milli, by: MemberId | None, sure: bool = False
    ) -> Weighed:
        """Settle a line by its real weight; what follows of it follows. Raises NotWeighed or NotFixed."""
        done = self.refunds.settle_weight(uow, line=line, weighed=weighed, by=by, sure=sure)
        order = uow.refunds.line_order(line)
        if order is not None:
            self.settlement.recount(uow, order=order)
        if done.refund is not None:
            self._tell(uow, done.refund)
        return done

    def give_back(self, uow: Uow, *, order: OrderId) -> None:
        """Give back what was paid too much: all of a void order, the rest of another. A timed job asks.

        So a deal that failed with ten thousand orders is ten thousand small units.
        """
        held = uow.orders.hold(order)
        if held is None or held.state is OrderState.OPEN:
            return
        reason = self._reason(uow, held)
        key = f"{reason}:{order}:{len(uow.refunds.of_order(order))}"
        made = self.refunds.all_back(uow, order=order, why=Why(reason, reason, key), by=None)
        if made is not None:
            self._follow(uow, made)
            self._tell(uow, made)

    def take_back(self, uow: Uow, *, refund: RefundId, by: MemberId | None) -> bool:
        """Undo a refund whose money has not gone; False where it has. Points that went stay gone."""
        found = uow.refunds.get(refund)
        if found is None or not self.refunds.take_back(uow, refund=refund, by=by):
            return False
        self.settlement.recount(uow, order=found.order)
        return True

    @staticmethod
    def _reason(uow: Uow, held: Order) -> RefundReason:
        if held.state is OrderState.LOCKED:
            return RefundReason.OVERPAID
        deal = uow.deals.get(held.deal)
        ends = {DealState.FAILED: RefundReason.FAILED, DealState.CANCELLED: RefundReason.CANCELLED}
        return ends.get(deal.state, RefundReason.LEFT) if deal else RefundReason.LEFT

    def _follow(self, uow: Uow, made: Refund) -> None:
        self.settlement.recount(uow, order=made.order)
        if self._is_mostly_back(uow, made.order):
            self._points_back(uow, made.order)
            self._coupon_back(uow, made)

    @staticmethod
    def _is_mostly_back(uow: Uow, order: OrderId) -> bool:
        held = uow.orders.hold(order)
        whole = held.paid if held and held.state is OrderState.VOID else uow.refunds.fixed(order)
        stands = [each for each in uow.refunds.of_order(order) if each.state is not RefundState.VOID]
        return is_mostly_back(Fen(sum(each.amount for each in stands if each.reason in _OF_GOODS)), whole)

    def _points_back(self, uow: Uow, order: OrderId) -> None:
        """Take back what the order earned its member, once (domain.md §4: from half of it on)."""
        window = uow.windows.of(order)
        if window and window.event and uow.windows.reverse(order, now=uow.now):
            self.growth.reverse(uow, event=Event(window.event), key=points_key(order))

    def _coupon_back(self, uow: Uow, made: Refund) -> None:
        """Give back what the order had of coupons: longer to be used where the failure is ours."""
        held, ours = uow.orders.hold(made.order), made.reason.ours
        if held is not None and held.state is OrderState.VOID:
            self.coupons.release(uow, order=made.order, ours=ours)
        self.coupons.restore(uow, order=made.order, ours=ours)

    def _tell(self, uow: Uow, made: Refund) -> None:
        held = uow.orders.hold(made.order)
        group = group_of(uow, made.order)
        if held is None or group is None or held.by_staff:
            return
        words: dict[str, Param] = {
            "reference": uow.payments.reference(made.order),
            "amount": Money(made.back or made.amount),
            "reason": Text(f"payments.because_{made.reason}"),
            "hours": self.refunds.policy.refund_hours,
        }
        text = Text("payments.told_refund" if made.back else "payments.told_less", words)
        letter = Letter(text, Text("payments.why_told"), f"refund:{made.id}")
        self.letters.put(uow, member=held.member, group=group, letter=letter)


def points_key(order: OrderId) -> str:
    """Return the key under which an order earns points."""
    return f"order:{order}"


def group_of(uow: Uow, order: OrderId) -> Group | None:
    """Return the group of an order."""
    own = uow.receivables.group_of(order)
    return uow.groups.get(own) if own is not None else None
