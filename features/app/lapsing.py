"""Reservations that nobody paid in time: given back, told, offered to who waits."""

from dataclasses import dataclass

from features.app.baskets import Baskets
from features.app.letters import Letter, Letters
from features.app.uow import Uow
from features.orders.model import OrderState, Source, Via
from features.orders.service import Orders
from kernel.ids import OrderId
from kernel.message import Text


@dataclass(frozen=True, slots=True)
class Lapsing:
    """Ends unpaid reservations where goods are paid for ahead."""

    orders: Orders
    baskets: Baskets
    letters: Letters

    def lapse(self, uow: Uow, *, order: OrderId) -> None:
        """Give back an unpaid order whose time is over, tell its buyer, and serve who waits for it."""
        held = uow.orders.hold(order)
        if held is None or held.hold_until is None or held.hold_until > uow.now:
            return
        deal = uow.deals.get(held.deal)
        group = uow.groups.get(deal.group) if deal else None
        kept = held.state is not OrderState.OPEN or held.claimed_at is not None or held.paid > 0
        if deal is None or group is None or kept:
            uow.orders.hold_until(order, None)
            return
        source = Source(held.member, uow.now, Via.LAPSE, by_staff=held.by_staff)
        items = uow.deals.items((deal.id,))
        self.baskets.checkout.drop(uow, order=held)
        done = self.orders.clear(uow, order=order, items=items, source=source)
        uow.journal.note("order.lapsed", member=held.member, group=group.id, order=order)
        if done and not held.by_staff:
            text = Text("payments.told_lapsed", {"title": deal.terms.title})
            once = f"lapsed:{order}:{held.hold_until.isoformat()}"
            letter = Letter(text, Text("payments.why_told"), once, at_once=True)
            self.letters.put(uow, member=held.member, group=group, letter=letter)
        self.baskets.after(uow, group, deal, done)
