"""A shop's ledger for tests without a chat: deals that came together, orders, money."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update

from bot.config import load
from bot.services import build_app
from features.groupbuy.model import Deal, DealState, Goods, Item, PayMode, Terms
from features.members.model import CameBy, GroupState
from features.orders.model import Op, Order, Recipient, Source, Wish
from kernel.errors import Refusal
from kernel.ids import DealId, GroupId, MemberId, OrderId
from kernel.money import Fen, Milli
from storage.orders import order_line
from storage.uow import SqlUow
from tests.shop import goods
from tests.storage.builders import a_group, a_person

APP = build_app(load(None, {}))
MONEY = APP.money
GREENS = goods("A", "番茄", 380, category="蔬菜", step=Milli(500))
MEAT = goods("P", "五花肉", 1990, weighed=True, category="肉类")
RICE = goods("R", "大米", 5900, "袋", category="粮油")
HOUR = timedelta(hours=1)


def a_shop(uow: SqlUow) -> tuple[GroupId, MemberId]:
    """An enabled group, its pick-up point and its leader."""
    group, leader = a_group(uow), a_person(1, "林姐")
    uow.groups.move(group.id, to=GroupState.ENABLED, since=(GroupState.MET,), now=uow.now)
    who = uow.members.meet(leader, now=uow.now)
    uow.members.enter(who.id, group.id, came_by=CameBy.SEEN, now=uow.now)
    APP.pickup.add(uow, group=group.id, name="3 号楼", hours="17:00-20:00")
    return group.id, who.id


def a_buyer(uow: SqlUow, group: GroupId, user: int, *, consented: bool = True) -> MemberId:
    """A neighbour whom the bot can write to."""
    who = uow.members.meet(a_person(user, f"邻居{user}"), now=uow.now)
    uow.members.enter(who.id, group, came_by=CameBy.SEEN, now=uow.now)
    uow.members.set_reachable(who.id, reachable=True)
    if consented:
        uow.members.consent(who.id, name=f"邻居{user}", now=uow.now)
    return who.id


def a_deal(
    uow: SqlUow,
    group: GroupId,
    leader: MemberId,
    *,
    what: Sequence[Goods] = (GREENS, MEAT, RICE),
    pay: PayMode = PayMode.PICKUP,
) -> tuple[Deal, tuple[Item, ...]]:
    """An open deal: two hours to the cut-off."""
    (point,) = uow.pickup.points(group)
    closes = uow.now + 2 * HOUR
    terms = Terms("周三团", closes, point.id, closes + 20 * HOUR, closes + 23 * HOUR, pay=pay)
    made = APP.groupbuy.draft(uow, group=group, terms=terms, goods=what, by=leader)
    deal = APP.groupbuy.publish(uow, deal=made.id, by=leader)
    return deal, uow.deals.items((deal.id,))


def an_order(
    uow: SqlUow, deal: Deal, buyer: MemberId, wants: Sequence[tuple[Item, int]], *, name: str = ""
) -> OrderId:
    """What a neighbour orders."""
    source = Source(buyer, uow.now, called=f"邻居{buyer}")
    wishes = [Wish(item, Op.SET, Milli(much)) for item, much in wants]
    APP.orders.place(uow, deal=deal, recipient=Recipient(name), wishes=wishes, source=source)
    found = uow.orders.find(deal.id, buyer, name)
    assert found is not None
    return found.id


def forms(uow: SqlUow, deal: DealId) -> None:
    """The deal comes together now."""
    APP.closing.close(uow, deal=deal, by=MemberId(1))
    found = uow.deals.get(deal)
    assert found is not None
    assert found.state is DealState.FORMED


def held(uow: SqlUow, order: OrderId) -> Order:
    found = uow.orders.hold(order)
    assert found is not None
    return found


def collect(uow: SqlUow, order: OrderId, at: datetime) -> None:
    """Everything of an order is picked up."""
    mine = order_line.c.order_id == order
    uow.connection.execute(update(order_line).where(mine).values(collected_at=at))
    MONEY.settlement.collected(uow, order)


def sold(
    uow: SqlUow, *, buyers: int = 1, wants: Sequence[tuple[int, int]] = ((0, 2000), (1, 1000), (2, 1000))
) -> tuple[GroupId, MemberId, Deal, list[OrderId]]:
    """A deal that came together, each buyer with the same things: (which of the goods, how much)."""
    group, leader = a_shop(uow)
    deal, items = a_deal(uow, group, leader)
    orders = [
        an_order(uow, deal, a_buyer(uow, group, 10 + n), [(items[at], much) for at, much in wants])
        for n in range(buyers)
    ]
    forms(uow, deal.id)
    return group, leader, deal, orders


def pays(uow: SqlUow, order: OrderId, leader: MemberId, amount: int | None = None) -> None:
    """A home pays, and the leader confirms."""
    own = held(uow, order)
    claim = MONEY.payments.claim(uow, member=own.member, order=order)
    given = None if amount is None else Fen(amount)
    MONEY.payments.confirm(uow, payment=claim.payment.id, by=leader, amount=given)


def tried(act: Callable[[], Any]) -> Any:
    """Return what an act returns, or the refusal it raises."""
    try:
        return act()
    except Refusal as no:
        return no
