"""Use cases of orders: what somebody wants becomes lines, reserved at once, or is asked about."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from features.groupbuy.model import Deal, GroupbuyPolicy, Item, PayMode
from features.groupbuy.rules import is_filling, left, to_fill
from features.orders import rules
from features.orders.model import (
    Became,
    Did,
    Fixed,
    Op,
    Order,
    OrderState,
    OrderView,
    Recipient,
    Source,
    Via,
    Wish,
)
from features.orders.ports import Uow
from kernel.ids import ItemId, OrderId
from kernel.money import NOTHING, Milli


@dataclass(frozen=True, slots=True)
class Orders:
    """Lines, stock and who waits."""

    policy: GroupbuyPolicy

    def place(
        self, uow: Uow, *, deal: Deal, recipient: Recipient, wishes: Sequence[Wish], source: Source
    ) -> tuple[Did, ...]:
        """Do what a home wishes of a deal's goods; return what became of each, in their order.

        Raises Fixed once the deal is closed. The goods are locked in the order of their numbers, so
        that two homes never wait for each other.
        """
        if not uow.deals.stays_open(deal.id):
            raise Fixed
        if not _may_begin(wishes) and uow.orders.find(deal.id, source.member, recipient.name) is None:
            return tuple(Did(wish, Became.NOTHING, None) for wish in wishes)
        order = uow.orders.open(deal.id, recipient, source, now=uow.now)
        if order.state is OrderState.LOCKED:
            raise Fixed
        uow.orders.address(order.id, recipient)
        in_turn = sorted(range(len(wishes)), key=lambda at: (wishes[at].item.id, at))
        done = {at: self._do(uow, deal, order, wishes[at], source) for at in in_turn}
        if any(each.became is Became.TAKEN for each in done.values()):
            self._hold(uow, deal, order)
        return tuple(done[at] for at in range(len(wishes)))

    def _do(self, uow: Uow, deal: Deal, order: Order, wish: Wish, source: Source) -> Did:
        line = uow.orders.line(order.id, wish.item.id)
        before = line.quantity if line else NOTHING
        if wish.op is Op.ORDER and before:
            return Did(wish, Became.ASKED, order.id, before, before)
        if wish.op in (Op.SUB, Op.REMOVE) and not before:
            return Did(wish, Became.NOTHING, order.id)
        target = min(rules.wanted(wish, before), rules.MOST)
        more = Milli(target - before)
        did = Did(wish, Became.TAKEN, order.id, before, target)
        if more > 0:
            return self._more(uow, deal, order, did, source)
        if more < 0:
            self._less(uow, order, wish.item, more, source)
        if wish.note:
            uow.orders.describe(order.id, item=wish.item.id, note=wish.note)
        return did if target else replace(did, became=Became.GONE)

    def _more(self, uow: Uow, deal: Deal, order: Order, did: Did, source: Source) -> Did:
        item, more = did.wish.item, Milli(did.now - did.before)
        refused = replace(did, now=did.before)
        if is_filling(deal, source.said_at) and source.via is not Via.WAIT:
            fresh = uow.deals.item(item.id)
            if fresh is None or more > to_fill(fresh):
                return replace(refused, became=Became.NOT_FILLING)
        if not uow.deals.take(item.id, more):
            fresh = uow.deals.item(item.id) or item
            free = rules.in_steps(left(fresh) or NOTHING, item.goods.step)
            return replace(refused, became=Became.LESS if free else Became.SOLD_OUT, possible=free)
        if over := self._over_limit(uow, order, item, more):
            uow.deals.take(item.id, Milli(-more))  # nothing is taken before the home has said so
            possible = rules.in_steps(Milli(more - over), item.goods.step)
            return replace(refused, became=Became.LESS if possible else Became.OVER_LIMIT, possible=possible)
        uow.orders.change(order.id, item.id, more, price=item.goods.price, source=source, now=uow.now)
        if did.wish.note:
            uow.orders.describe(order.id, item=item.id, note=did.wish.note)
        return did

    @staticmethod
    def _over_limit(uow: Uow, order: Order, item: Item, more: Milli) -> int:
        """Return by how much a home would pass its limit; the item is locked by now."""
        limit = item.goods.home_limit
        if limit is None:
            return 0
        return max(0, uow.orders.home_quantity(order, item.id) + more - limit)

    @staticmethod
    def _less(uow: Uow, order: Order, item: Item, more: Milli, source: Source) -> None:
        """Give back `-more` of the goods."""
        changed = uow.orders.change(
            order.id, item.id, more, price=item.goods.price, source=source, now=uow.now
        )
        if not changed or not uow.deals.take(item.id, more):
            raise ArithmeticError(
                f"order {order.id} holds less of item {item.id} than was read under its lock"
            )

    def _hold(self, uow: Uow, deal: Deal, order: Order) -> None:
        """Let a reservation lapse where goods are paid for ahead and nobody has claimed to have paid."""
        if deal.terms.pay is PayMode.PREPAID and order.claimed_at is None and not order.paid:
            minutes = timedelta(minutes=self.policy.hold_minutes)
            uow.orders.hold_until(order.id, uow.now + minutes)

    def take_back(
        self, uow: Uow, *, source: Source, deals: Sequence[Deal], items: Sequence[Item]
    ) -> tuple[ItemId, ...]:
        """Undo what an edited message has changed so far; return the goods of which some became free."""
        deals = [deal for deal in deals if uow.deals.stays_open(deal.id)]
        if source.message is None or not deals:
            return ()
        known = {item.id: item for item in items}
        edited, freed = replace(source, via=Via.EDIT), []
        said = uow.orders.said(source.member, source.message, [deal.id for deal in deals])
        for own, item, delta in sorted(said, key=lambda each: each[1]):
            order, line = uow.orders.hold(own), uow.orders.line(own, item)
            if order is None or line is None or item not in known:
                continue
            back = Milli(-min(delta, line.quantity))
            if back > 0 and not uow.deals.take(item, back):
                continue  # what the message gave up was taken by others meanwhile
            if back < 0:
                uow.deals.take(item, back)
                freed.append(item)
            uow.orders.change(own, item, back, price=known[item].goods.price, source=edited, now=uow.now)
        return tuple(freed)

    def clear(self, uow: Uow, *, order: OrderId, items: Sequence[Item], source: Source) -> tuple[Did, ...]:
        """Give everything of an open order back. Raises Fixed once its deal came together."""
        held = uow.orders.hold(order)
        if held is None or held.state is OrderState.VOID:
            return ()
        if held.state is OrderState.LOCKED or not uow.deals.stays_open(held.deal):
            raise Fixed
        known, done = {item.id: item for item in items}, []
        for line in uow.orders.lines((order,)):
            item = known[line.item]
            self._less(uow, held, item, Milli(-line.quantity), source)
            done.append(Did(Wish(item, Op.REMOVE), Became.GONE, order, line.quantity))
        for item_id, _ in uow.orders.waits_of(order):
            uow.orders.end_wait(order, item_id, given=False)
        uow.orders.set_state(order, OrderState.VOID, before=OrderState.OPEN)
        uow.orders.hold_until(order, None)
        return tuple(done)

    def wait(self, uow: Uow, *, order: Order, item: Item, quantity: Milli) -> bool:
        """Let a home wait for goods that are sold out; False where it does."""
        waits = uow.orders.wait(order.id, item.id, quantity, now=uow.now)
        if waits:
            uow.journal.note("order.waits", member=order.member, order=order.id, item=item.id)
        return waits

    def serve(self, uow: Uow, *, deal: Deal, item: Item) -> tuple[tuple[Order, Milli], ...]:
        """Give goods that became free to who waits, first come first; return who got how much."""
        served: list[tuple[Order, Milli]] = []
        if not uow.deals.stays_open(deal.id):
            return ()
        for own, wanted in uow.orders.waiting(item.id):
            fresh = uow.deals.item(item.id)
            free = rules.in_steps(left(fresh) or NOTHING, item.goods.step) if fresh else NOTHING
            order = uow.orders.hold(own)
            if not free or order is None:
                break
            source = Source(order.member, uow.now, Via.WAIT, by_staff=order.by_staff)
            much = min(wanted, free)
            did = self._more(uow, deal, order, _waited(uow, order, item, much), source)
            if did.became is not Became.TAKEN:
                continue
            uow.orders.set_state(order.id, OrderState.OPEN, before=OrderState.VOID)
            uow.orders.end_wait(order.id, item.id, given=True)
            if much < wanted:
                uow.orders.wait(order.id, item.id, Milli(wanted - much), now=uow.now)
            self._hold(uow, deal, order)
            served.append((order, much))
        return tuple(served)

    @staticmethod
    def view(uow: Uow, *, order: Order, deal: Deal, items: Sequence[Item]) -> OrderView:
        """Return an order with its lines and what it waits for."""
        known = {item.id: item for item in items}
        lines = tuple((known[line.item], line) for line in uow.orders.lines((order.id,)))
        waiting = tuple((known[item], much) for item, much in uow.orders.waits_of(order.id))
        return OrderView(order, deal, tuple(sorted(lines, key=lambda each: each[0].no)), waiting)


def _may_begin(wishes: Sequence[Wish]) -> bool:
    """Tell whether some wish can begin an order."""
    return any(wish.op not in (Op.SUB, Op.REMOVE) for wish in wishes)


def _waited(uow: Uow, order: Order, item: Item, much: Milli) -> Did:
    line = uow.orders.line(order.id, item.id)
    before = line.quantity if line else NOTHING
    return Did(Wish(item, Op.ADD, much), Became.TAKEN, order.id, before, Milli(before + much))
