"""Coupons and their kinds in SQL: numbers move by relative updates, states by guarded ones."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Update,
    and_,
    bindparam,
    update,
)

from features.coupons.model import Kind, Move, Origin, Reach, State, TemplateState, Way
from features.coupons.rules import MOVES
from kernel.ids import MemberId
from storage.prepared import Prepared
from storage.types import BigId, JsonText, LocalDate, UtcDateTime, metadata, partial_index


def _one_of(column: str, values: type[StrEnum]) -> str:
    return f"{column} IN ({','.join(repr(str(value)) for value in values)})"


coupon_template = Table(
    "coupon_template",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("group_id", BigId, ForeignKey("chat_group.id")),  # NULL: for every group
    Column("code", Text),  # of what the product gives out by itself
    Column("title", Text, nullable=False),
    Column("kind", Text, CheckConstraint(_one_of("kind", Kind), name="kind"), nullable=False),
    Column("amount", Integer, CheckConstraint("amount >= 0", name="amount"), nullable=False),
    Column("percent", Integer, nullable=False),
    Column("minimum", Integer, CheckConstraint("minimum >= 0", name="minimum"), nullable=False),
    Column("reach", Text, CheckConstraint(_one_of("reach", Reach), name="reach"), nullable=False),
    Column("items", JsonText, nullable=False),  # codes of products, or categories
    Column("total", Integer),  # NULL: as many as are wanted
    Column("per_member", Integer, CheckConstraint("per_member > 0", name="per_member"), nullable=False),
    Column("days", Integer),
    Column("starts_on", LocalDate),
    Column("ends_on", LocalDate),
    Column("budget", BigId),  # fen; NULL: no limit
    Column("way", Text, CheckConstraint(_one_of("way", Way), name="way"), nullable=False),
    Column("state", Text, CheckConstraint(_one_of("state", TemplateState), name="state"), nullable=False),
    Column("taken", Integer, nullable=False),  # coupons ever given out
    Column("committed", BigId, nullable=False),  # fen that those not expired or void may cost
    Column("spent", BigId, CheckConstraint("spent >= 0", name="spent"), nullable=False),
    Column("warned_at", UtcDateTime),  # that the budget nears its end
    Column("made_by", BigId, ForeignKey("member.id")),
    Column("made_at", UtcDateTime, nullable=False),
    CheckConstraint("(kind = 'percent') = (percent > 0)", name="percent"),
    CheckConstraint("(days IS NULL) <> (ends_on IS NULL)", name="term"),
    CheckConstraint("taken >= 0 AND taken <= coalesce(total, taken)", name="taken"),
    CheckConstraint("committed >= 0 AND committed <= coalesce(budget, committed)", name="committed"),
    UniqueConstraint("code"),
    Index("ix_coupon_template_group_id", "group_id", "state"),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)

coupon = Table(
    "coupon",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("template_id", BigId, ForeignKey("coupon_template.id"), nullable=False),
    Column("member_id", BigId, ForeignKey("member.id"), nullable=False),
    Column("group_id", BigId, ForeignKey("chat_group.id")),  # where it was got; its zone counts
    Column("nth", Integer, CheckConstraint("nth > 0", name="nth"), nullable=False),  # of the member's
    Column("origin", Text, CheckConstraint(_one_of("origin", Origin), name="origin"), nullable=False),
    Column("key", Text, nullable=False),
    Column("state", Text, CheckConstraint(_one_of("state", State), name="state"), nullable=False),
    Column("order_id", BigId),
    Column("off", Integer),  # fen that it takes off its order
    Column("worth", Integer, CheckConstraint("worth >= 0", name="worth"), nullable=False),
    Column("starts_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("issued_at", UtcDateTime, nullable=False),
    Column("state_at", UtcDateTime, nullable=False),
    Column("told", Integer, CheckConstraint("told IN (0,1)", name="told"), nullable=False),
    Column("due_at", UtcDateTime),  # looked at then; NULL: nothing is due
    Column("attempts", Integer, nullable=False),
    CheckConstraint("(order_id IS NOT NULL) = (state IN ('reserved','used'))", name="order"),
    CheckConstraint(
        "(off IS NULL) = (order_id IS NULL) AND (off IS NULL OR off BETWEEN 0 AND worth)", name="off"
    ),
    UniqueConstraint("key"),
    UniqueConstraint("template_id", "member_id", "nth"),
    Index("ix_coupon_member_id", "member_id", "state", "expires_at"),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)
_ON_ORDER = "order_id IS NOT NULL"
partial_index("ix_coupon_order_id", _ON_ORDER, coupon.c.order_id)
partial_index("uq_coupon_one_an_order", f"{_ON_ORDER} AND worth > 0", coupon.c.order_id, unique=True)
partial_index("ix_coupon_due_at", "due_at IS NOT NULL", coupon.c.due_at, coupon.c.id)

_CLOSE = (
    update(coupon)
    .where(coupon.c.member_id == bindparam("member"), coupon.c.state == State.AVAILABLE)
    .values(state=State.VOID, state_at=bindparam("now"), due_at=None)
    .returning(coupon.c.template_id, coupon.c.worth)
)
FREE = Prepared(
    update(coupon_template)
    .where(coupon_template.c.id == bindparam("template"))
    .values(committed=coupon_template.c.committed - bindparam("freed"))
)
"""Takes what a coupon might have cost off what is committed of a budget."""


def moved(move: Move, *more: Any, **values: Any) -> Update:
    """Return the update that moves the coupon `which` from the states that rules allow, if `more` holds."""
    before, after = MOVES[move]
    return (
        update(coupon)
        .where(coupon.c.id == bindparam("which"), coupon.c.state.in_([str(state) for state in before]), *more)
        .values(state=str(after), state_at=bindparam("now"), **values)
    )


def close(connection: Connection, member: MemberId, *, now: datetime) -> int:
    """Void what a member could still use, but for what an order has; return how many."""
    gone = connection.execute(_CLOSE, {"member": member, "now": now}).all()
    freed: dict[int, int] = {}
    for template, worth in gone:
        freed[template] = freed.get(template, 0) + worth
    for template, worth in sorted(freed.items()):
        FREE.change(connection, {"template": template, "freed": worth})
    return len(gone)


def restored(now: datetime) -> Update:
    """Return what closes the notices of a restored database that fell due: they may have been sent since."""
    waiting = and_(coupon.c.state == State.AVAILABLE, coupon.c.told == 0, coupon.c.due_at <= now)
    return update(coupon).where(waiting).values(told=1, due_at=coupon.c.expires_at)
