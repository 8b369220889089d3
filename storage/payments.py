"""Money that came or is said to have, in SQL: each row is one story, counters of orders move with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    ForeignKey,
    Index,
    Table,
    Text,
    case,
    func,
    literal,
    select,
    update,
)

from features.payments.model import PayKind, Payment, PaymentId, PaySetting, PayState
from features.payments.rules import reference as short
from features.payments.rules import references
from kernel.ids import DealId, GroupId, MemberId, OrderId
from kernel.money import Fen
from storage.dialect import insert_once
from storage.groupbuy import deal
from storage.orders import purchase_order
from storage.types import BigId, UtcDateTime, metadata, partial_index

payment = Table(
    "payment",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("order_id", BigId, ForeignKey("purchase_order.id"), nullable=False),
    Column(
        "kind",
        Text,
        CheckConstraint("kind IN ('qr','cash','telegram','receipt')", name="kind"),
        nullable=False,
    ),
    Column("amount_fen", BigId, CheckConstraint("amount_fen > 0", name="amount_fen"), nullable=False),
    Column(
        "state",
        Text,
        CheckConstraint("state IN ('claimed','confirmed','rejected')", name="state"),
        nullable=False,
    ),
    Column("claimed_at", UtcDateTime, nullable=False),
    Column("by_member", BigId, ForeignKey("member.id")),
    Column("decided_at", UtcDateTime),
    Column("decided_by", BigId, ForeignKey("member.id")),
    Column("reference", Text),  # as the channel numbers it
    Index("ix_payment_order", "order_id"),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)
partial_index("uq_payment_claimed", "state = 'claimed'", payment.c.order_id, unique=True)
partial_index(
    "uq_payment_reference", "reference IS NOT NULL", payment.c.kind, payment.c.reference, unique=True
)

pay_setting = Table(
    "pay_setting",
    metadata,
    Column("group_id", BigId, ForeignKey("chat_group.id"), primary_key=True, autoincrement=False),
    Column("photo", Text, nullable=False),  # as Telegram knows it to this bot
    Column("payee", Text, nullable=False),
    Column("set_by", BigId, ForeignKey("member.id"), nullable=False),
    Column("set_at", UtcDateTime, nullable=False),
    sqlite_strict=True,
)

# When a home was reminded last of what it has to pay.
pay_reminder = Table(
    "pay_reminder",
    metadata,
    Column("order_id", BigId, ForeignKey("purchase_order.id"), primary_key=True, autoincrement=False),
    Column("reminded_at", UtcDateTime, nullable=False),
    sqlite_strict=True,
)

_p, _o = payment.c, purchase_order.c


@dataclass(frozen=True, slots=True)
class SqlPayments:
    """Payments over one connection."""

    connection: Connection

    def claim(
        self, order: OrderId, *, kind: PayKind, amount: Fen, by: MemberId, now: datetime
    ) -> Payment | None:
        """Keep that somebody says they paid; None where an open claim of the order stands."""
        values = {"order_id": order, "kind": kind, "amount_fen": amount, "state": PayState.CLAIMED}
        more = {"claimed_at": now, "by_member": by}
        if not insert_once(self.connection, payment, values | more):
            return None
        return self.open_claim(order)

    def open_claim(self, order: OrderId) -> Payment | None:
        """Return the claim of an order that nobody has decided."""
        mine = _p.order_id == order, _p.state == PayState.CLAIMED
        row = self.connection.execute(select(payment).where(*mine)).one_or_none()
        return None if row is None else payment_of(row)

    def get(self, own: PaymentId) -> Payment | None:
        """Return a payment."""
        row = self.connection.execute(select(payment).where(_p.id == own)).one_or_none()
        return None if row is None else payment_of(row)

    def record(self, came: Payment, *, now: datetime) -> bool:
        """Keep money that came; False when its reference is known."""
        values = {
            "order_id": came.order,
            "kind": came.kind,
            "amount_fen": came.amount,
            "state": PayState.CONFIRMED,
            "claimed_at": came.claimed_at,
            "by_member": came.by,
            "decided_at": now,
            "decided_by": came.by,
            "reference": came.reference,
        }
        return insert_once(self.connection, payment, values)

    def decide(
        self,
        own: PaymentId,
        state: PayState,
        *,
        by: MemberId | None,
        now: datetime,
        amount: Fen | None = None,
        reference: str | None = None,
    ) -> bool:
        """Confirm or reject a claim, with the amount that came; False when it was decided before."""
        values: dict[str, Any] = {"state": state, "decided_at": now, "decided_by": by}
        if amount is not None:
            values["amount_fen"] = amount
        if reference is not None:
            values |= {"reference": reference, "kind": PayKind.RECEIPT}
        there = _p.id == own, _p.state == PayState.CLAIMED
        return self.connection.execute(update(payment).where(*there).values(values)).rowcount == 1

    def reopen(self, own: PaymentId) -> bool:
        """Let a confirmed claim be open again; False where it is not confirmed."""
        there = _p.id == own, _p.state == PayState.CONFIRMED, _p.kind == PayKind.QR
        again = {"state": PayState.CLAIMED, "decided_at": None, "decided_by": None}
        return self.connection.execute(update(payment).where(*there).values(again)).rowcount == 1

    def knows(self, kind: PayKind, given: Sequence[str]) -> frozenset[str]:
        """Return those of the channel's references that are recorded."""
        query = select(_p.reference).where(_p.kind == kind, _p.reference.in_(given))
        return frozenset(self.connection.execute(query).scalars())

    def add_paid(self, order: OrderId, amount: Fen, *, at: datetime) -> None:
        """Count money to an order; it is paid since the first of it."""
        values = {
            "paid_fen": _o.paid_fen + amount,
            "paid_at": func.coalesce(_o.paid_at, literal(at, UtcDateTime)),
            "hold_until": None,
        }
        self.connection.execute(update(purchase_order).where(_o.id == order).values(values))

    def take_paid(self, order: OrderId, amount: Fen, *, paid_at: datetime | None) -> bool:
        """Count money to an order no more; False where it went back. `paid_at` holds if nothing is left."""
        left = case((_o.paid_fen > amount, _o.paid_at), else_=literal(paid_at, UtcDateTime))
        enough = _o.id == order, _o.paid_fen - amount >= _o.refunded_fen
        values = {"paid_fen": _o.paid_fen - amount, "paid_at": left}
        return self.connection.execute(update(purchase_order).where(*enough).values(values)).rowcount == 1

    def set_claimed(self, order: OrderId, at: datetime | None) -> None:
        """Keep since when an order is said to be paid, which its reservation rests on; None: it is not."""
        values: dict[str, Any] = {"claimed_at": at} if at is None else {"claimed_at": at, "hold_until": None}
        self.connection.execute(update(purchase_order).where(_o.id == order).values(values))

    def pay_at_lock(self, own: DealId, *, at: datetime) -> None:
        """Let the orders of a deal that are paid at pick-up count as paid from its lock on."""
        there = _o.deal_id == own, _o.state == "locked", _o.paid_at.is_(None)
        self.connection.execute(update(purchase_order).where(*there).values(paid_at=at))

    def reference(self, order: OrderId) -> str:
        """Return the short number that payments of an order bear."""
        own = self.connection.execute(select(_o.deal_id).where(_o.id == order)).scalar_one()
        deals = select(func.count()).select_from(deal).where(deal.c.id <= own)
        orders = select(func.count()).select_from(purchase_order)
        among = orders.where(_o.deal_id == own, _o.id <= order)
        return short(self.connection.execute(deals).scalar_one(), self.connection.execute(among).scalar_one())

    def by_reference(self, given: str) -> OrderId | None:
        """Return the order of that short number."""
        if given not in references(given):
            return None
        deal_no, order_no = (int(part) for part in given[1:].split("-"))
        if not (deal_no and order_no):
            return None
        own = self.connection.execute(
            select(deal.c.id).order_by(deal.c.id).limit(1).offset(deal_no - 1)
        ).scalar()
        query = select(_o.id).where(_o.deal_id == own).order_by(_o.id).limit(1).offset(order_no - 1)
        found = self.connection.execute(query).scalar()
        return None if found is None else OrderId(found)

    def setting(self, group: GroupId) -> PaySetting | None:
        """Return a group's own code to pay to."""
        c = pay_setting.c
        row = self.connection.execute(select(c.photo, c.payee).where(c.group_id == group)).one_or_none()
        return None if row is None else PaySetting(group, row.photo, row.payee)

    def keep_setting(self, setting: PaySetting, *, by: MemberId, now: datetime) -> None:
        """Keep a group's own code to pay to."""
        values = {"photo": setting.photo, "payee": setting.payee, "set_by": by, "set_at": now}
        if insert_once(self.connection, pay_setting, values | {"group_id": setting.group}):
            return
        same = pay_setting.c.group_id == setting.group
        self.connection.execute(update(pay_setting).where(same).values(values))


def payment_of(row: Any) -> Payment:
    """Return a payment of a row of its table."""
    return Payment(
        id=PaymentId(row.id),
        order=OrderId(row.order_id),
        kind=PayKind(row.kind),
        amount=Fen(row.amount_fen),
        state=PayState(row.state),
        claimed_at=row.claimed_at,
        by=None if row.by_member is None else MemberId(row.by_member),
        reference=row.reference,
        decided_at=row.decided_at,
    )
