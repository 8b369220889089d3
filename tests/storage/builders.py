"""Small rows for the tests of the stores."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select

from features.catalogue.model import Product
from features.collection.model import Parcel, PickupCode
from features.groupbuy.model import Deal, DealState, Goods, Terms
from features.growth.model import Credit, DueKind, Event
from features.members.model import Group, Member, MembersPolicy, Person
from features.orders.model import Order, Recipient, Source
from features.payments.model import PayKind, PaySetting, RefundReason, Weighing
from features.settlement.model import Earning, RunKind
from kernel.ids import ChatId, GroupId, MemberId, OutboxId, ProductId, UserId
from kernel.message import Kind, Language, MessageClass, Outgoing, Text
from kernel.money import Fen, Milli
from storage.db import Db
from storage.inbox import TELEGRAM, NewRow
from storage.outbox import QUEUED, Queued, outbox, queued
from storage.refunds import refund, refund_part
from storage.uow import SqlUow
from tests.conftest import NOW

BOT = 4242
CALLERS = 64
LIMIT = 100
EXPIRES_ON = date(2027, 11, 23)
MINUTE = timedelta(minutes=1)

POLICY = MembersPolicy(
    zone=ZoneInfo("Asia/Shanghai"),
    quiet_start=time(22),
    quiet_end=time(8),
    language=Language.ZH_CN,
    name_columns=24,
)


def epoch_ms(instant: datetime) -> int:
    """Return how an instant looks on the disk."""
    return int(instant.timestamp() * 1000)


def a_person(user: int = 7, name: str = "Li") -> Person:
    return Person(UserId(user), name, Language.ZH_CN)


def a_member(uow: SqlUow, user: int = 7) -> Member:
    return uow.members.meet(a_person(user), now=uow.now)


def a_group(uow: SqlUow, chat: int = -100) -> Group:
    return uow.groups.meet(ChatId(chat), title="Garden 3", policy=POLICY, now=uow.now)


def a_product(uow: SqlUow, name: str = "Tomato", **said: Any) -> Product:
    """Add a product; `said` are fields of its value."""
    plain = Product(ProductId(0), said.pop("sku", "T1"), name, "jin", Fen(590))
    added = uow.catalogue.add(replace(plain, **said), now=uow.now)
    assert added is not None
    return added


def credit(
    uow: SqlUow, member: MemberId, *, key: str, amount: int = 10, expires_on: date = EXPIRES_ON
) -> bool:
    earned = Credit(Event.REGISTER, key, amount, amount, unspent=amount, expires_on=expires_on)
    return uow.growth.credit(member, earned, now=uow.now)


def a_due(uow: SqlUow, member: MemberId, *, due_at: datetime = NOW, expires_on: date = EXPIRES_ON) -> int:
    """Plan a lapse and return its id."""
    uow.growth.plan(member, kind=DueKind.LAPSE, expires_on=expires_on, due_at=due_at)
    return uow.growth.due(now=due_at, limit=1000)[-1]


def a_deal(uow: SqlUow, group: GroupId, leader: MemberId, *, stock: int | None = 5000) -> Deal:
    """A deal of two goods, open; the first has a stock."""
    hour = timedelta(hours=1)
    terms = Terms(
        title="Wednesday",
        closes_at=NOW + 8 * hour,
        point=None,
        pickup_at=NOW + 30 * hour,
        pickup_until=NOW + 33 * hour,
    )
    first = Goods("A", "tomato", "box", Fen(380), stock=None if stock is None else Milli(stock))
    made = uow.deals.add(group, terms, (first, Goods("B", "eggs", "tray", Fen(2680))), by=leader, now=uow.now)
    uow.deals.move(made.id, before=made.state, after=DealState.OPEN)
    return replace(made, state=DealState.OPEN)


def an_order(uow: SqlUow, group: GroupId, member: MemberId, *, quantity: int = 1000) -> Order:
    """An order of the first goods of a new deal; the home waits for the second."""
    deal = a_deal(uow, group, member)
    first, second = uow.deals.items((deal.id,))
    source = Source(member, uow.now, called="Li")
    order = uow.orders.open(deal.id, Recipient(), source, now=uow.now)
    uow.deals.take(first.id, Milli(quantity))
    uow.orders.change(
        order.id, first.id, Milli(quantity), price=first.goods.price, source=source, now=uow.now
    )
    uow.orders.wait(order.id, second.id, Milli(quantity), now=uow.now)
    return order


def money_rows(uow: SqlUow, order: Order, member: MemberId, group: GroupId) -> None:
    """A row in every table of money, whatever an order is worth."""
    line = uow.orders.lines((order.id,))[0].id
    uow.payments.claim(order.id, kind=PayKind.QR, amount=Fen(100), by=member, now=uow.now)
    uow.payments.keep_setting(PaySetting(group, "photo", "Li"), by=member, now=uow.now)
    uow.receivables.remind(order.id, since=uow.now, now=uow.now)
    uow.receivables.put_off(order.id, until=uow.now)
    why = {"reason": RefundReason.GOODWILL, "rule": "share", "key": "k", "decided_by": member}
    row = insert(refund).values(
        order_id=order.id, amount_fen=1, back_fen=0, fee_fen=0, state="done", at=uow.now, **why
    )
    made = uow.connection.execute(row.returning(refund.c.id)).scalar_one()
    uow.connection.execute(insert(refund_part).values(refund_id=made, line_id=line, fen=1))
    item = uow.orders.lines((order.id,))[0].item
    weighed = Weighing(line, item, Milli(1000), Milli(1000), Fen(1), Fen(1))
    uow.refunds.weigh(weighed, order=order.id, by=member, now=uow.now)
    uow.windows.open(order.id, collected_on=EXPIRES_ON, until=uow.now)
    uow.settlement.plan(RunKind.DAILY, group=group, deal=None, at=uow.now)
    uow.settlement.keep(
        key="k",
        kind=RunKind.DAILY,
        group=group,
        deal=None,
        on=EXPIRES_ON,
        numbers=(),
        sound=True,
        now=uow.now,
    )
    uow.settlement.count_share(
        group=group,
        leader=member,
        order=order.id,
        line=line,
        kind=Earning.EARNED,
        base=Fen(1),
        rate=1,
        amount=Fen(1),
        now=uow.now,
    )


def a_parcel(uow: SqlUow, order: Order) -> Parcel:
    """What such an order collects, once its deal came together: with a code, a shortage and a case."""
    uow.orders.fix(order.deal)
    uow.deals.move(order.deal, before=DealState.OPEN, after=DealState.ARRIVED)
    uow.collection.add_code(PickupCode(order.id, order.deal, "123456", is_friends=False), now=uow.now)
    parcel = uow.collection.parcel(order.id)
    assert parcel is not None
    packed = parcel.packed[0]
    uow.collection.set_came(packed.item, order.deal, packed.quantity)
    uow.collection.settle(packed.item, came=packed.quantity)
    uow.collection.collect([packed.line], by=order.member, now=uow.now)
    owned = uow.cases.line(packed.line)
    assert owned is not None
    uow.cases.begin(order.member, owned, now=uow.now)
    return parcel


def a_message(
    chat: int = 7,
    *,
    kind: Kind = Kind.SEND,
    message_class: MessageClass = MessageClass.NOTICE,
    not_before: datetime | None = None,
    expires_at: datetime | None = None,
    dedupe_key: str | None = None,
) -> Outgoing:
    return Outgoing(
        kind,
        ChatId(chat),
        message_class,
        text=Text("home.menu"),
        not_before=not_before,
        expires_at=expires_at,
        dedupe_key=dedupe_key,
    )


def everything_waiting(uow: SqlUow) -> tuple[Queued, ...]:
    """Return every message that waits, of each chat all, oldest first."""
    rows = uow.connection.execute(select(*QUEUED).where(outbox.c.state == "pending").order_by(outbox.c.id))
    return tuple(queued(row, backlog=1) for row in rows)


async def put(db: Db, *messages: Outgoing) -> tuple[bool, ...]:
    """Put messages, all in one unit."""
    return await db.run(lambda uow: tuple(uow.outbox.put(message) for message in messages))


async def due(db: Db, *, limit: int = LIMIT) -> tuple[Queued, ...]:
    """Return what the sender is offered."""
    return await db.run(lambda uow: uow.dispatch.candidates(limit=limit))


async def one_sending(db: Db, message: Outgoing, *, epoch: int = 1) -> OutboxId:
    """Put a message and mark it as leaving."""
    await db.run(lambda uow: uow.outbox.put(message))
    row = max(await db.run(lambda uow: uow.dispatch.candidates(limit=10)), key=lambda row: row.id)
    assert await db.run(lambda uow: uow.dispatch.sending([row.id], epoch=epoch)) == {row.id}
    return row.id


def an_update(number: int, chat: int = 7) -> NewRow:
    return NewRow(TELEGRAM, number, chat, {"update_id": number})
