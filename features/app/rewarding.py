"""The end of an after-sales window: what an order earned its member and its leader (domain.md §4, §7)."""

from dataclasses import dataclass

from features.app.accounts import Accounts
from features.app.refunding import group_of, points_key
from features.app.uow import Uow
from features.growth.model import Earned, Event
from features.orders.model import Order, OrderState
from features.payments.model import RefundState
from features.settlement.model import Window
from features.settlement.rules import is_mostly_back
from features.settlement.service import Settlement
from kernel.ids import OrderId
from kernel.money import Fen


@dataclass(frozen=True, slots=True)
class Rewarding:
    """Points for orders, and the leader's commission."""

    accounts: Accounts
    settlement: Settlement

    def window_over(self, uow: Uow, *, order: OrderId) -> None:
        """Credit what an order earned, once, when no complaint can come any more."""
        held = uow.orders.hold(order)
        window = uow.windows.close(order, now=uow.now)
        if held is None or window is None:
            return
        self._points(uow, held, window)
        self.settlement.recount(uow, order=order)
        uow.journal.note("order.settled", member=held.member, order=order)

    def _points(self, uow: Uow, held: Order, window: Window) -> None:
        member, group = uow.members.find(held.member), group_of(uow, held.id)
        earns = held.state is OrderState.LOCKED and held.paid_at is not None and not held.by_staff
        if member is None or group is None or not member.consented or not earns:
            return
        stands = [each for each in uow.refunds.of_order(held.id) if each.state is not RefundState.VOID]
        if is_mostly_back(Fen(sum(each.amount for each in stands)), uow.refunds.fixed(held.id)):
            return
        events = [Event.FIRST_ORDER]
        if held.goods - held.off + held.fee >= self.settlement.policy.repurchase_fen:
            events.append(Event.REPURCHASE)
        for event in events:
            earned = self.accounts.earn(
                uow,
                member=held.member,
                group=group.id,
                event=event,
                key=points_key(held.id),
                on=window.collected_on,
            )
            if isinstance(earned, Earned):
                uow.windows.credit(held.id, event=event)
                return
