"""Tables of growth and points: two ledgers that only grow, lots that only shrink, levels, boards."""

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Update,
    update,
)

from features.growth.model import DueKind
from storage.types import BigId, LocalDate, UtcDateTime, metadata, partial_index

growth_account = Table(
    "growth_account",
    metadata,
    Column("member_id", BigId, ForeignKey("member.id"), primary_key=True, autoincrement=False),
    Column("growth", Integer, CheckConstraint("growth >= 0", name="growth"), nullable=False),
    Column("points", Integer, nullable=False),  # negative: a debt that future points fill
    Column("level", Integer, CheckConstraint("level BETWEEN 0 AND 4", name="level"), nullable=False),
    Column("level_at", UtcDateTime),  # since when; NULL: from the beginning
    Column("falls_at", UtcDateTime),  # the level falls then unless growth comes back
    Column("review_at", UtcDateTime),  # the level is looked at then; NULL: nothing can take it
    Column("review_attempts", Integer, nullable=False),
    Column("on_board", Integer, CheckConstraint("on_board IN (0,1)", name="on_board"), nullable=False),
    sqlite_strict=True,
)
partial_index("ix_growth_account_review", "review_at IS NOT NULL", growth_account.c.review_at)


def _ledger(name: str) -> Table:
    return Table(
        name,
        metadata,
        Column("id", BigId, primary_key=True),
        Column("member_id", BigId, ForeignKey("member.id"), nullable=False),
        Column("event", Text, nullable=False),
        Column("event_key", Text, nullable=False),
        Column("amount", Integer, nullable=False),
        Column("at", UtcDateTime, nullable=False),
        Column("group_id", BigId, ForeignKey("chat_group.id")),
        Column("counted_on", LocalDate),  # the local date that caps count it to; NULL: no cap counts it
        Column("reverses", BigId),  # the line of this ledger that this one takes back
        UniqueConstraint("event_key"),
        UniqueConstraint("reverses"),
        Index(f"ix_{name}_member_id_id", "member_id", "id"),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )


growth_ledger = _ledger("growth_ledger")
points_ledger = _ledger("points_ledger")

point_lot = Table(
    "point_lot",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("member_id", BigId, ForeignKey("member.id"), nullable=False),
    Column("event_key", Text, nullable=False),
    Column("earned", Integer, CheckConstraint("earned > 0", name="earned"), nullable=False),
    Column("unspent", Integer, CheckConstraint("unspent >= 0", name="unspent"), nullable=False),
    Column("expires_on", LocalDate, nullable=False),
    Column("lapsed", Integer, CheckConstraint("lapsed >= 0", name="lapsed"), nullable=False),
    UniqueConstraint("event_key"),
    Index("ix_point_lot_member_id_expires_on", "member_id", "expires_on"),
    sqlite_strict=True,
)

# Growth of a local week or month in a group, added up as it is earned: what the board shows.
growth_period = Table(
    "growth_period",
    metadata,
    Column("group_id", BigId, ForeignKey("chat_group.id"), primary_key=True),
    Column("period", Text, CheckConstraint("period IN ('week','month')", name="period"), primary_key=True),
    Column("starts_on", LocalDate, primary_key=True),
    Column("member_id", BigId, ForeignKey("member.id"), primary_key=True),
    Column("growth", Integer, nullable=False),
    Index("ix_growth_period_growth", "group_id", "period", "starts_on", "growth", "member_id"),
    sqlite_strict=True,
)

points_due = Table(
    "points_due",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("member_id", BigId, ForeignKey("member.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("expires_on", LocalDate, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("outcome", Text),  # NULL while pending; then done, or why not
    Column("attempts", Integer, nullable=False),
    UniqueConstraint("member_id", "kind", "expires_on"),
    sqlite_strict=True,
)
partial_index("ix_points_due_pending", "outcome IS NULL", points_due.c.due_at)


def restored(now: datetime) -> Update:
    """Return what closes the notices of a restored database that fell due: they may have been sent since."""
    return (
        update(points_due)
        .where(points_due.c.outcome.is_(None), points_due.c.due_at <= now)
        .where(points_due.c.kind.in_((DueKind.FIRST_NOTICE, DueKind.LAST_NOTICE)))
        .values(outcome="restored")
    )
