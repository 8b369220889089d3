"""Orders, their lines and who waits, read and changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    insert,
    select,
    update,
)

from features.groupbuy.rules import price_at
from features.orders.model import Line, Order, OrderState, Recipient, Source, Via
from kernel.ids import CouponId, DealId, ItemId, MemberId, MessageId, OrderId
from kernel.money import WHOLE, Fen, Milli
from storage.deals import SqlDeals
from storage.dialect import insert_once
from storage.groupbuy import deal_item
from storage.orders import order_change, order_line, order_wait, purchase_order
from storage.prepared import Prepared
from storage.types import BigId

_o, _l = purchase_order.c, order_line.c
_HOLD = Prepared(select(purchase_order).where(_o.id == bindparam("order")).with_for_update())
_FIND = Prepared(
    select(purchase_order).where(
        _o.deal_id == bindparam("deal"), _o.member_id == bindparam("who"), _o.recipient == bindparam("name")
    )
)
_LINE = Prepared(select(order_line).where(_l.order_id == bindparam("order"), _l.item_id == bindparam("item")))
_CHANGE = Prepared(
    update(order_line)
    .where(_l.order_id == bindparam("order"), _l.item_id == bindparam("item"))
    .where(_l.qty_milli + bindparam("delta") >= 0)
    .values(qty_milli=_l.qty_milli + bindparam("delta"))
)
_RENEW = Prepared(
    update(order_line)
    .where(_l.order_id == bindparam("order"), _l.item_id == bindparam("item"))
    .where(_l.qty_milli == bindparam("delta"))
    .values(price_fen=bindparam("price"), placed_at=bindparam("at"))
)
_NOTE_CHANGE = Prepared(
    insert(order_change), ("order_id", "item_id", "delta_milli", "at", "via", "by_member", "message")
)
_OF_HOME = Prepared(
    select(func.coalesce(func.sum(_l.qty_milli), 0))
    .join(purchase_order, _o.id == _l.order_id)
    .where(_l.item_id == bindparam("item"), _o.member_id == bindparam("who"), _o.by_staff == 0)
    .where(_o.state != "void")
)


@dataclass(frozen=True, slots=True)
class SqlOrders:
    """Orders over one connection."""

    connection: Connection

    def find(self, deal: DealId, who: MemberId, name: str) -> Order | None:
        """Return what a member orders in a deal for somebody; empty name: for themself."""
        row = _FIND.row(self.connection, {"deal": deal, "who": who, "name": name})
        return None if row is None else _order(*row)

    def open(self, deal: DealId, recipient: Recipient, source: Source, *, now: datetime) -> Order:
        """Return that order, open and locked for this unit; it is made where there is none."""
        found = self.find(deal, source.member, recipient.name)
        if found is None:
            values = _new_order(deal, recipient, source, now)
            insert_once(self.connection, purchase_order, values)
            found = self.find(deal, source.member, recipient.name)
        assert found is not None  # noqa: S101 - it was inserted by us or by somebody faster
        held = self.hold(found.id) or found
        if held.state is OrderState.VOID and self.set_state(held.id, OrderState.OPEN, before=OrderState.VOID):
            return self.hold(held.id) or held
        return held

    def hold(self, order: OrderId) -> Order | None:
        """Return an order that no other unit changes before this one ends."""
        row = _HOLD.row(self.connection, {"order": order})
        return None if row is None else _order(*row)

    def of_member(self, who: MemberId, *, deals: Sequence[DealId] = (), limit: int = 20) -> tuple[Order, ...]:
        """Return a member's orders that hold something or wait, newest first; of `deals`, where given."""
        holds = exists().where(_l.order_id == _o.id, _l.qty_milli > 0)
        waits = exists().where(order_wait.c.order_id == _o.id, order_wait.c.state == "waiting")
        query = select(purchase_order).where(_o.member_id == who, _o.state != "void", holds | waits)
        if deals:
            query = query.where(_o.deal_id.in_(deals))
        rows = self.connection.execute(query.order_by(_o.id.desc()).limit(limit)).all()
        return tuple(_order(*row) for row in rows)

    def named(self, deal: DealId, name: str) -> tuple[Order, ...]:
        """Return the orders of a deal for somebody of that name, or of a member called so."""
        called = (_o.recipient == name) | and_(_o.recipient == "", _o.called == name)
        query = select(purchase_order).where(_o.deal_id == deal, _o.state != "void", called)
        return tuple(_order(*row) for row in self.connection.execute(query.order_by(_o.id)).all())

    def of_deal(self, deal: DealId, *, after: OrderId, limit: int) -> tuple[Order, ...]:
        """Return the orders of a deal behind an order, oldest first, void ones as well."""
        query = select(purchase_order).where(_o.deal_id == deal, _o.id > after).order_by(_o.id).limit(limit)
        return tuple(_order(*row) for row in self.connection.execute(query).all())

    def lines(self, orders: Sequence[OrderId]) -> tuple[Line, ...]:
        """Return the lines of orders that hold something."""
        query = select(order_line).where(_l.order_id.in_(orders), _l.qty_milli > 0)
        rows = self.connection.execute(query.order_by(_l.order_id, _l.item_id)).all()
        return tuple(_line(*row) for row in rows)

    def line(self, order: OrderId, item: ItemId) -> Line | None:
        """Return the line of one of the goods, also one that holds nothing any more."""
        row = _LINE.row(self.connection, {"order": order, "item": item})
        return None if row is None else _line(*row)

    def change(
        self, order: OrderId, item: ItemId, delta: Milli, *, price: Fen, source: Source, now: datetime
    ) -> bool:
        """Change a line by so much and keep the change; False where less than nothing would be left."""
        given = {"order": order, "item": item, "delta": delta}
        if _CHANGE.change(self.connection, given) != 1:
            fresh = {
                "order_id": order,
                "item_id": item,
                "qty_milli": delta,
                "price_fen": price,
                "note": "",
                "extra_milli": 0,
                "placed_at": now,
            }
            if delta < 0 or not insert_once(self.connection, order_line, fresh):
                return False
        elif delta > 0:
            self._renew(order, item, delta, price, now)
        self._note(order, item, delta, source, now)
        return True

    def _renew(self, order: OrderId, item: ItemId, delta: Milli, price: Fen, now: datetime) -> None:
        """A line that held nothing before begins anew, at its own time and price."""
        line = {"order": order, "item": item, "delta": delta}
        _RENEW.change(self.connection, line | {"price": price, "at": now})

    def _note(self, order: OrderId, item: ItemId, delta: Milli, source: Source, now: datetime) -> None:
        _NOTE_CHANGE.change(
            self.connection,
            {
                "order_id": order,
                "item_id": item,
                "delta_milli": delta,
                "at": now,
                "via": source.via,
                "by_member": source.member,
                "message": source.message,
            },
        )

    def describe(self, order: OrderId, *, item: ItemId | None, note: str) -> None:
        """Keep a remark on a line, or on the order."""
        if item is None:
            self._set(order, note=note)
            return
        mine = _l.order_id == order, _l.item_id == item
        self.connection.execute(update(order_line).where(*mine).values(note=note))

    def address(self, order: OrderId, recipient: Recipient) -> None:
        """Keep where somebody lives and their number, as far as they are told."""
        told = {"address": recipient.address, "phone": recipient.phone}
        if told := {name: value for name, value in told.items() if value}:
            self._set(order, **told)

    def home_quantity(self, order: Order, item: ItemId) -> Milli:
        """Return how much of the goods the order's home has, all its orders together."""
        if order.by_staff:  # for a neighbour, who is a home of their own
            line = self.line(order.id, item)
            return line.quantity if line else Milli(0)
        row = _OF_HOME.row(self.connection, {"item": item, "who": order.member})
        return Milli(int(row[0]) if row else 0)

    def said(
        self, who: MemberId, message: MessageId, deals: Sequence[DealId]
    ) -> tuple[tuple[OrderId, ItemId, Milli], ...]:
        """Return what a message of a member has changed in these deals, summed up by line."""
        c, total = order_change.c, func.sum(order_change.c.delta_milli)
        query = (
            select(c.order_id, c.item_id, total)
            .join(purchase_order, _o.id == c.order_id)
            .where(c.message == message, _o.member_id == who, _o.deal_id.in_(deals), _o.state == "open")
            .group_by(c.order_id, c.item_id)
            .having(total != 0)
            .order_by(c.order_id, c.item_id)
        )
        rows = self.connection.execute(query).all()
        return tuple((OrderId(order), ItemId(item), Milli(int(delta))) for order, item, delta in rows)

    def set_state(self, order: OrderId, state: OrderState, *, before: OrderState) -> bool:
        """Move an order from one state to another; False unless it was there."""
        there = _o.id == order, _o.state == before
        moved = update(purchase_order).where(*there).values(state=state)
        return self.connection.execute(moved).rowcount == 1

    def recent(
        self, deal: DealId, *, limit: int
    ) -> tuple[tuple[str, str, tuple[tuple[ItemId, Milli], ...]], ...]:
        """Return the newest orders of a deal: name of the member (where kept), recipient, what they hold."""
        holds = exists().where(_l.order_id == _o.id, _l.qty_milli > 0)
        rows = self.connection.execute(
            select(_o.id, _o.called, _o.recipient)
            .where(_o.deal_id == deal, _o.state != "void", holds)
            .order_by(_o.id.desc())
            .limit(limit)
        ).all()
        held: dict[int, list[tuple[ItemId, Milli]]] = {row[0]: [] for row in rows}
        for line in self.lines([OrderId(own) for own in held]) if held else ():
            held[line.order].append((line.item, line.quantity))
        return tuple((name, recipient, tuple(held[own])) for own, name, recipient in reversed(rows))

    def set_coupon(self, order: OrderId, coupon: CouponId | None) -> None:
        """Keep which coupon an order has reserved."""
        self._set(order, coupon_id=coupon)

    def set_off(self, order: OrderId, off: Fen) -> None:
        """Keep what an order's coupon takes off its fixed amount."""
        self._set(order, off_fen=off)

    def with_coupons(self, deal: DealId) -> tuple[Order, ...]:
        """Return the orders of a deal that have a coupon, whatever became of them."""
        query = select(purchase_order).where(_o.deal_id == deal, _o.coupon_id.is_not(None)).order_by(_o.id)
        return tuple(_order(*row) for row in self.connection.execute(query).all())

    # -- waiting

    def wait(self, order: OrderId, item: ItemId, quantity: Milli, *, now: datetime) -> bool:
        """Let an order wait for goods; False where it does already."""
        values = {"item_id": item, "order_id": order, "qty_milli": quantity, "asked_at": now}
        return insert_once(self.connection, order_wait, values | {"state": "waiting"})

    def waiting(self, item: ItemId) -> tuple[tuple[OrderId, Milli], ...]:
        """Return who waits for goods, first come first."""
        c = order_wait.c
        query = select(c.order_id, c.qty_milli).where(c.item_id == item, c.state == "waiting").order_by(c.id)
        return tuple((OrderId(own), Milli(much)) for own, much in self.connection.execute(query).all())

    def waits_of(self, order: OrderId) -> tuple[tuple[ItemId, Milli], ...]:
        """Return what an order waits for."""
        c = order_wait.c
        query = select(c.item_id, c.qty_milli).where(c.order_id == order, c.state == "waiting").order_by(c.id)
        return tuple((ItemId(own), Milli(much)) for own, much in self.connection.execute(query).all())

    def end_wait(self, order: OrderId, item: ItemId, *, given: bool) -> bool:
        """End a wait; False where there was none."""
        c = order_wait.c
        mine = c.order_id == order, c.item_id == item, c.state == "waiting"
        ended = update(order_wait).where(*mine).values(state="given" if given else "gone")
        return self.connection.execute(ended).rowcount == 1

    def count_waiting(self, deal: DealId) -> int:
        """Return how many orders of a deal wait for something."""
        c = order_wait.c
        query = (
            select(func.count(c.order_id.distinct()))
            .join(deal_item, deal_item.c.id == c.item_id)
            .where(deal_item.c.deal_id == deal, c.state == "waiting")
        )
        return int(self.connection.execute(query).scalar_one())

    # -- ends

    def fix(self, deal: DealId) -> None:
        """Fix the amounts of a deal's open orders at the prices reached, and lock them; a few statements."""
        for item in SqlDeals(self.connection).items((deal,)):
            reached = price_at(item.goods, item.taken)
            price: ColumnElement[Any] = case((_l.price_fen > reached, reached), else_=_l.price_fen)
            amount = (price * _l.qty_milli * 2 + WHOLE) / (2 * WHOLE)
            whole = amount if self.connection.dialect.name == "sqlite" else func.floor(amount)
            of_open = select(_o.id).where(_o.deal_id == deal, _o.state == "open")
            mine = _l.item_id == item.id, _l.order_id.in_(of_open)
            fixed = {"price_fen": price, "amount_fen": cast(whole, BigId)}
            self.connection.execute(update(order_line).where(*mine).values(fixed))
        total = select(func.coalesce(func.sum(_l.amount_fen), 0)).where(_l.order_id == _o.id)
        of_deal = _o.deal_id == deal, _o.state == "open"
        values = {"state": "locked", "goods_fen": cast(total.scalar_subquery(), BigId), "hold_until": None}
        self.connection.execute(update(purchase_order).where(*of_deal).values(values))

    def void_all(self, deal: DealId, *, via: Via, now: datetime) -> int:
        """Void a deal's orders and give their goods back, in a few statements; return how many orders."""
        of_deal = select(_o.id).where(_o.deal_id == deal, _o.state != "void")
        held = select(
            _l.order_id,
            _l.item_id,
            -_l.qty_milli,
            bindparam("at", now, type_=order_change.c.at.type),
            bindparam("via", str(via)),
        ).where(_l.order_id.in_(of_deal), _l.qty_milli > 0)
        names = ["order_id", "item_id", "delta_milli", "at", "via"]
        self.connection.execute(insert(order_change).from_select(names, held))
        lines = update(order_line).where(_l.order_id.in_(of_deal))
        self.connection.execute(lines.values(qty_milli=0, amount_fen=None))
        taken = update(deal_item).where(deal_item.c.deal_id == deal).values(taken_milli=0)
        self.connection.execute(taken)
        waits = order_wait.c.order_id.in_(of_deal), order_wait.c.state == "waiting"
        self.connection.execute(update(order_wait).where(*waits).values(state="gone"))
        voided = update(purchase_order).where(_o.deal_id == deal, _o.state != "void")
        zero = {"state": "void", "goods_fen": 0, "off_fen": 0, "fee_fen": 0, "hold_until": None}
        return self.connection.execute(voided.values(zero)).rowcount

    def hold_until(self, order: OrderId, at: datetime | None) -> None:
        """Let an unpaid reservation lapse at `at`; None: it does not."""
        self._set(order, hold_until=at)

    def lapsing(self, *, now: datetime, limit: int) -> tuple[int, ...]:
        """Return the orders whose reservation lapses now."""
        query = select(_o.id).where(_o.hold_until <= now).order_by(_o.hold_until, _o.id).limit(limit)
        return tuple(self.connection.execute(query).scalars())

    def next_lapse_at(self) -> datetime | None:
        """Return when the next reservation lapses."""
        at: datetime | None = self.connection.execute(select(func.min(_o.hold_until))).scalar_one()
        return at

    def _set(self, order: OrderId, **values: Any) -> None:
        self.connection.execute(update(purchase_order).where(_o.id == order).values(values))


def _new_order(deal: DealId, recipient: Recipient, source: Source, now: datetime) -> dict[str, Any]:
    return {
        "deal_id": deal,
        "member_id": source.member,
        "called": source.called,
        "recipient": recipient.name,
        "address": recipient.address,
        "phone": recipient.phone,
        "by_staff": int(source.by_staff),
        "state": OrderState.OPEN,
        "placed_at": now,
        "note": "",
        "goods_fen": 0,
        "off_fen": 0,
        "fee_fen": 0,
        "paid_fen": 0,
        "refunded_fen": 0,
    }


def _order(*columns: Any) -> Order:
    """Return an order of the columns of its table, in their order."""
    own, deal, who, called, name, address, phone, by_staff, state, placed_at, note, *rest = columns
    goods, off, fee, paid, refunded, coupon, hold_until, claimed_at, paid_at = rest
    return Order(
        id=OrderId(own),
        deal=DealId(deal),
        member=MemberId(who),
        recipient=Recipient(name, address, phone),
        state=OrderState(state),
        by_staff=bool(by_staff),
        placed_at=placed_at,
        called=called,
        note=note,
        goods=Fen(goods),
        off=Fen(off),
        fee=Fen(fee),
        paid=Fen(paid),
        refunded=Fen(refunded),
        coupon=None if coupon is None else CouponId(coupon),
        hold_until=hold_until,
        claimed_at=claimed_at,
        paid_at=paid_at,
    )


def _line(*columns: Any) -> Line:
    """Return a line of the columns of its table, in their order."""
    own, order, item, quantity, price, note, extra, amount, given, weighed, _, collected_at, _ = columns
    return Line(
        id=own,
        order=OrderId(order),
        item=ItemId(item),
        quantity=Milli(quantity),
        price=Fen(price),
        note=note,
        extra=Milli(extra),
        amount=None if amount is None else Fen(amount),
        given=None if given is None else Milli(given),
        weighed=None if weighed is None else Milli(weighed),
        collected_at=collected_at,
    )
