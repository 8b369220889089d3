"""What staff look through: claims that wait, what is unpaid, what goes back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, case, exists, func, literal, select, text, update

from features.groupbuy.rules import BOUGHT
from features.payments.model import Money, OpenClaim, PaymentId, PayState, RefundState, Unpaid
from features.payments.rules import reference
from kernel.ids import GroupId, MemberId, OrderId
from kernel.money import Fen
from storage.dialect import insert_once
from storage.groupbuy import deal
from storage.orders import OVERPAID, purchase_order
from storage.payments import pay_reminder, payment
from storage.refunds import refund, refund_wait
from storage.types import UtcDateTime

_o, _p, _r = purchase_order.c, payment.c, refund.c
_earlier = deal.alias("earlier")
_among = purchase_order.alias("among")
_DEAL_NO = (
    select(func.count()).select_from(_earlier).where(_earlier.c.id <= _o.deal_id).scalar_subquery()
).label("deal_no")
_ORDER_NO = (
    select(func.count())
    .select_from(_among)
    .where(_among.c.deal_id == _o.deal_id, _among.c.id <= _o.id)
    .scalar_subquery()
).label("order_no")
_CALLED = case((_o.recipient != "", _o.recipient), else_=_o.called).label("called")
_OWED = _o.goods_fen - _o.off_fen + _o.fee_fen - _o.paid_fen + _o.refunded_fen
_WHOSE = (_o.id.label("order_id"), _o.member_id, _CALLED, deal.c.title, _DEAL_NO, _ORDER_NO)
_SOLD = tuple(str(state) for state in BOUGHT)


def owing(group: GroupId) -> tuple[ColumnElement[bool], ...]:
    """Return what holds of a group's orders of which something is to be paid."""
    return deal.c.group_id == group, deal.c.state.in_(_SOLD), _o.state == "locked", _OWED > 0


@dataclass(frozen=True, slots=True)
class SqlReceivables:
    """Lists of staff over one connection."""

    connection: Connection

    def claims(self, group: GroupId, *, after: int, limit: int) -> tuple[Money, ...]:
        """Return the open claims of a group behind one, oldest first."""
        query = (
            select(_p.id.label("number"), _p.amount_fen.label("fen"), _p.claimed_at.label("at"), *_WHOSE)
            .join(purchase_order, _o.id == _p.order_id)
            .join(deal, deal.c.id == _o.deal_id)
            .where(deal.c.group_id == group, _p.state == PayState.CLAIMED, _p.id > after)
        )
        return self._money(query.order_by(_p.id).limit(limit))

    def open_claims(self, group: GroupId) -> tuple[OpenClaim, ...]:
        """Return every open claim of a group that a receipt can answer."""
        query = (
            select(_p.id, _p.amount_fen, _p.claimed_at, _DEAL_NO, _ORDER_NO)
            .join(purchase_order, _o.id == _p.order_id)
            .join(deal, deal.c.id == _o.deal_id)
            .where(deal.c.group_id == group, _p.state == PayState.CLAIMED)
            .order_by(_p.id)
        )
        return tuple(
            OpenClaim(PaymentId(own), reference(deal_no, order_no), Fen(fen), at)
            for own, fen, at, deal_no, order_no in self.connection.execute(query).all()
        )

    def unpaid(self, group: GroupId, *, limit: int) -> tuple[Unpaid, ...]:
        """Return the fixed orders of a group of which something is to be paid, oldest first."""
        claimed = exists().where(_p.order_id == _o.id, _p.state == PayState.CLAIMED)
        query = (
            select(*_WHOSE, _OWED.label("fen"), claimed.label("claimed"), pay_reminder.c.reminded_at)
            .select_from(purchase_order)
            .join(deal, deal.c.id == _o.deal_id)
            .outerjoin(pay_reminder, pay_reminder.c.order_id == _o.id)
            .where(*owing(group))
        )
        rows = self.connection.execute(query.order_by(_o.id).limit(limit)).all()
        return tuple(
            Unpaid(
                order=OrderId(row.order_id),
                member=MemberId(row.member_id),
                called=row.called,
                reference=reference(row.deal_no, row.order_no),
                title=row.title,
                owed=Fen(row.fen),
                claimed=bool(row.claimed),
                reminded_at=row.reminded_at,
            )
            for row in rows
        )

    def overpaid(self, *, now: datetime, limit: int) -> tuple[int, ...]:
        """Return the fixed and void orders of which too much was paid, but for those put off."""
        put_off = exists().where(refund_wait.c.order_id == _o.id, refund_wait.c.until > now)
        query = select(_o.id).where(text(OVERPAID), ~put_off).order_by(_o.id).limit(limit)
        return tuple(self.connection.execute(query).scalars())

    def next_overpaid_at(self, *, now: datetime) -> datetime | None:
        """Return when such an order is to be looked at: `now` where there is one."""
        until = func.min(func.coalesce(refund_wait.c.until, literal(now, UtcDateTime)))
        query = (
            select(until)
            .select_from(purchase_order)
            .outerjoin(refund_wait, refund_wait.c.order_id == _o.id)
            .where(text(OVERPAID))
        )
        at: datetime | None = self.connection.execute(query).scalar_one()
        return at

    def put_off(self, order: OrderId, *, until: datetime) -> None:
        """Look at an overpaid order again at `until`."""
        if not insert_once(self.connection, refund_wait, {"order_id": order, "until": until}):
            same = refund_wait.c.order_id == order
            self.connection.execute(update(refund_wait).where(same).values(until=until))

    def refunds_due(self, group: GroupId, *, after: int, limit: int) -> tuple[Money, ...]:
        """Return what goes back in a group, longest due first."""
        query = (
            select(
                _r.id.label("number"),
                _r.back_fen.label("fen"),
                _r.at.label("at"),
                _r.reason.label("reason"),
                *_WHOSE,
            )
            .join(purchase_order, _o.id == _r.order_id)
            .join(deal, deal.c.id == _o.deal_id)
            .where(deal.c.group_id == group, _r.state == RefundState.DUE, _r.id > after)
        )
        return self._money(query.order_by(_r.id).limit(limit))

    def counts(self, group: GroupId) -> tuple[int, int, int]:
        """Return how many claims wait, how many orders are unpaid and how many refunds are due."""
        there = deal.c.group_id == group
        of_deal = purchase_order.join(deal, deal.c.id == _o.deal_id)
        claims = of_deal.join(payment, _p.order_id == _o.id)
        refunds = of_deal.join(refund, _r.order_id == _o.id)
        one: tuple[Select[Any], ...] = (
            select(func.count()).select_from(claims).where(there, _p.state == PayState.CLAIMED),
            select(func.count()).select_from(of_deal).where(*owing(group)),
            select(func.count()).select_from(refunds).where(there, _r.state == RefundState.DUE),
        )
        claimed, unpaid, due = (int(self.connection.execute(query).scalar_one()) for query in one)
        return claimed, unpaid, due

    def money(self, order: OrderId, *, amount: Fen, at: datetime) -> Money:
        """Return an amount of an order as staff see it."""
        query = (
            select(literal(0).label("number"), literal(int(amount)).label("fen"), *_WHOSE)
            .join(deal, deal.c.id == _o.deal_id)
            .where(_o.id == order)
        )
        return _money(self.connection.execute(query).one(), at)

    def remind(self, order: OrderId, *, since: datetime, now: datetime) -> bool:
        """Record that a home is reminded; False where it was since then."""
        if insert_once(self.connection, pay_reminder, {"order_id": order, "reminded_at": now}):
            return True
        old = pay_reminder.c.order_id == order, pay_reminder.c.reminded_at <= since
        done = update(pay_reminder).where(*old).values(reminded_at=now)
        return self.connection.execute(done).rowcount == 1

    def group_of(self, order: OrderId) -> GroupId | None:
        """Return the group of an order."""
        query = select(deal.c.group_id).join(purchase_order, _o.deal_id == deal.c.id).where(_o.id == order)
        found = self.connection.execute(query).scalar()
        return None if found is None else GroupId(found)

    def _money(self, query: Select[Any]) -> tuple[Money, ...]:
        return tuple(_money(row, row.at) for row in self.connection.execute(query).all())


def _money(row: Any, at: datetime) -> Money:
    return Money(
        number=row.number,
        order=OrderId(row.order_id),
        member=MemberId(row.member_id),
        called=row.called,
        reference=reference(row.deal_no, row.order_no),
        title=row.title,
        amount=Fen(row.fen),
        at=at,
        reason=getattr(row, "reason", ""),
    )
