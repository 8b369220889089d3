"""Money that goes back, and real weights, in SQL: what a line costs is lowered by the row that says why."""

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
    UniqueConstraint,
    func,
    insert,
    select,
    update,
)

from features.payments.model import Refund, RefundId, RefundReason, RefundState, Weighing
from kernel.ids import MemberId, OrderId
from kernel.money import Fen
from storage.dialect import insert_once
from storage.orders import order_line, purchase_order
from storage.types import BigId, UtcDateTime, metadata, partial_index

refund = Table(
    "refund",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("order_id", BigId, ForeignKey("purchase_order.id"), nullable=False),
    Column("line_id", BigId, ForeignKey("order_line.id")),
    # What the buyer has less to pay, and how much of it is money that goes back.
    Column("amount_fen", BigId, CheckConstraint("amount_fen > 0", name="amount_fen"), nullable=False),
    Column(
        "back_fen",
        BigId,
        CheckConstraint("back_fen >= 0 AND back_fen <= amount_fen", name="back_fen"),
        nullable=False,
    ),
    Column("fee_fen", BigId, CheckConstraint("fee_fen >= 0", name="fee_fen"), nullable=False),
    Column("reason", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("state", Text, CheckConstraint("state IN ('due','done','void')", name="state"), nullable=False),
    Column("decided_by", BigId, ForeignKey("member.id")),
    Column("at", UtcDateTime, nullable=False),
    Column("done_at", UtcDateTime),
    Column("done_by", BigId, ForeignKey("member.id")),
    UniqueConstraint("key"),
    Index("ix_refund_order", "order_id"),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)
partial_index("ix_refund_due", "state = 'due'", refund.c.at, refund.c.id)

# By how much a refund lowers each line: so that it can be taken back, and every line be explained.
refund_part = Table(
    "refund_part",
    metadata,
    Column("refund_id", BigId, ForeignKey("refund.id"), primary_key=True),
    Column("line_id", BigId, ForeignKey("order_line.id"), primary_key=True),
    Column("fen", BigId, CheckConstraint("fen > 0", name="fen"), nullable=False),
    Index("ix_refund_part_line", "line_id"),
    sqlite_strict=True,
)

weighing = Table(
    "weighing",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("line_id", BigId, ForeignKey("order_line.id"), nullable=False),
    Column("ordered_milli", BigId, nullable=False),
    Column("weighed_milli", BigId, nullable=False),
    Column("before_fen", BigId, nullable=False),
    Column("after_fen", BigId, CheckConstraint("after_fen >= 0", name="after_fen"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("by_member", BigId, ForeignKey("member.id")),
    Index("ix_weighing_line", "line_id", "id"),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)

# Orders whose refund failed, for a fault of ours: looked at again then.
refund_wait = Table(
    "refund_wait",
    metadata,
    Column("order_id", BigId, ForeignKey("purchase_order.id"), primary_key=True, autoincrement=False),
    Column("until", UtcDateTime, nullable=False),
    sqlite_strict=True,
)

_r, _o, _l, _part = refund.c, purchase_order.c, order_line.c, refund_part.c


@dataclass(frozen=True, slots=True)
class SqlRefunds:
    """Refunds over one connection."""

    connection: Connection

    def by_key(self, key: str) -> Refund | None:
        """Return the refund of that key."""
        row = self.connection.execute(select(refund).where(_r.key == key)).one_or_none()
        return None if row is None else refund_of(row)

    def get(self, own: RefundId) -> Refund | None:
        """Return a refund."""
        row = self.connection.execute(select(refund).where(_r.id == own)).one_or_none()
        return None if row is None else refund_of(row)

    def of_order(self, order: OrderId) -> tuple[Refund, ...]:
        """Return the refunds of an order, oldest first."""
        query = select(refund).where(_r.order_id == order).order_by(_r.id)
        return tuple(refund_of(row) for row in self.connection.execute(query))

    def add(
        self,
        *,
        order: OrderId,
        line: int | None,
        amount: Fen,
        back: Fen,
        reason: RefundReason,
        rule: str,
        key: str,
        by: MemberId | None,
        now: datetime,
    ) -> Refund | None:
        """Keep a refund and count what goes back; None when its key is known. Never more than was paid."""
        values = {
            "order_id": order,
            "line_id": line,
            "amount_fen": amount,
            "back_fen": back,
            "fee_fen": 0,
            "reason": reason,
            "rule": rule,
            "key": key,
            "state": RefundState.DUE if back else RefundState.DONE,
            "decided_by": by,
            "at": now,
            "done_at": None if back else now,
        }
        if not insert_once(self.connection, refund, values):
            return None
        enough = _o.id == order, _o.refunded_fen + back <= _o.paid_fen
        counted = update(purchase_order).where(*enough).values(refunded_fen=_o.refunded_fen + back)
        if self.connection.execute(counted).rowcount != 1:
            raise ArithmeticError(
                f"order {order}: more goes back than was paid, though it was read under lock"
            )
        return self.by_key(key)

    def lower(self, own: RefundId, parts: Sequence[tuple[int, Fen]], *, fee: Fen) -> None:
        """Let lines (by their numbers) and the delivery cost less, and keep by how much each."""
        rows = [{"refund_id": own, "line_id": line, "fen": fen} for line, fen in parts if fen]
        if rows:
            self.connection.execute(insert(refund_part), rows)
        self.connection.execute(update(refund).where(_r.id == own).values(fee_fen=fee))
        self._shift(own, sign=-1)

    def raise_again(self, own: RefundId) -> None:
        """Let lines and the delivery of a refund cost again what they did before it."""
        self._shift(own, sign=1)

    def _shift(self, own: RefundId, *, sign: int) -> None:
        of_line = select(_part.fen).where(_part.refund_id == own, _part.line_id == _l.id).scalar_subquery()
        lines = _l.id.in_(select(_part.line_id).where(_part.refund_id == own))
        shifted = update(order_line).where(lines).values(amount_fen=_l.amount_fen + sign * of_line)
        self.connection.execute(shifted)
        goods = select(func.coalesce(func.sum(_part.fen), 0)).where(_part.refund_id == own).scalar_subquery()
        fee = select(_r.fee_fen).where(_r.id == own).scalar_subquery()
        mine = _o.id == select(_r.order_id).where(_r.id == own).scalar_subquery()
        values = {"goods_fen": _o.goods_fen + sign * goods, "fee_fen": _o.fee_fen + sign * fee}
        self.connection.execute(update(purchase_order).where(mine).values(values))

    def move(
        self,
        own: RefundId,
        state: RefundState,
        *,
        before: RefundState,
        by: MemberId | None,
        now: datetime,
    ) -> bool:
        """Move a refund from one state to another; False unless it was there."""
        there = _r.id == own, _r.state == before
        is_done = state is RefundState.DONE
        values = {"state": state, "done_at": now if is_done else None, "done_by": by if is_done else None}
        return self.connection.execute(update(refund).where(*there).values(values)).rowcount == 1

    def uncount(self, given: Refund) -> None:
        """Count no more what does not go back after all."""
        values = {"refunded_fen": _o.refunded_fen - given.back}
        self.connection.execute(update(purchase_order).where(_o.id == given.order).values(values))

    def line_order(self, line: int) -> OrderId | None:
        """Return the order of a line."""
        found = self.connection.execute(select(_l.order_id).where(_l.id == line)).scalar()
        return None if found is None else OrderId(found)

    def weigh(self, done: Weighing, *, order: OrderId, by: MemberId | None, now: datetime) -> int:
        """Let a line cost another amount by its real weight; return the number of the act."""
        values = {
            "line_id": done.line,
            "ordered_milli": done.ordered,
            "weighed_milli": done.weighed,
            "before_fen": done.before,
            "after_fen": done.after,
            "at": now,
            "by_member": by,
        }
        kept = insert(weighing).values(values).returning(weighing.c.id)
        number = int(self.connection.execute(kept).scalar_one())
        more = done.after - done.before
        line = {"amount_fen": _l.amount_fen + more, "weighed_milli": done.weighed}
        self.connection.execute(update(order_line).where(_l.id == done.line).values(line))
        whole = update(purchase_order).where(_o.id == order).values(goods_fen=_o.goods_fen + more)
        self.connection.execute(whole)
        return number

    def fixed(self, order: OrderId) -> Fen:
        """Return what an order came to before any refund: goods and delivery, less coupons."""
        stands = _r.order_id == order, _r.state != RefundState.VOID
        lowered: Any = (
            select(func.coalesce(func.sum(_part.fen), 0))
            .join(refund, _r.id == _part.refund_id)
            .where(*stands)
            .scalar_subquery()
        )
        fees: Any = select(func.coalesce(func.sum(_r.fee_fen), 0)).where(*stands).scalar_subquery()
        worth = _o.goods_fen - _o.off_fen + _o.fee_fen + lowered + fees
        return Fen(int(self.connection.execute(select(worth).where(_o.id == order)).scalar_one()))


def refund_of(row: Any) -> Refund:
    """Return a refund of a row of its table."""
    return Refund(
        id=RefundId(row.id),
        order=OrderId(row.order_id),
        line=row.line_id,
        amount=Fen(row.amount_fen),
        back=Fen(row.back_fen),
        reason=RefundReason(row.reason),
        rule=row.rule,
        key=row.key,
        state=RefundState(row.state),
        at=row.at,
        done_at=row.done_at,
    )
