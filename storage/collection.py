"""Pick-up codes, what came of a deal's goods, where orders are collected, and reminders, in SQL."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, Table, Text, UniqueConstraint

from storage.types import BigId, UtcDateTime, metadata, partial_index

pickup_code = Table(
    "pickup_code",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("deal_id", BigId, ForeignKey("deal.id"), nullable=False),
    Column("order_id", BigId, ForeignKey("purchase_order.id"), nullable=False),
    Column("digits", Text, nullable=False),
    Column("for_friend", Integer, CheckConstraint("for_friend IN (0,1)", name="for_friend"), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("redeemed_at", UtcDateTime),
    UniqueConstraint("digits", "deal_id"),
    UniqueConstraint("order_id", "for_friend"),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)

# Wrong codes of one person: counted since `first_at`, resting until `locked_until`.
code_miss = Table(
    "code_miss",
    metadata,
    Column("member_id", BigId, ForeignKey("member.id"), primary_key=True, autoincrement=False),
    Column("count", Integer, nullable=False),
    Column("first_at", UtcDateTime, nullable=False),
    Column("locked_until", UtcDateTime),
    sqlite_strict=True,
)

# How much of one of a deal's goods came, where it is not all that was ordered.
item_came = Table(
    "item_came",
    metadata,
    Column("item_id", BigId, ForeignKey("deal_item.id"), primary_key=True, autoincrement=False),
    Column("deal_id", BigId, ForeignKey("deal.id"), nullable=False, index=True),
    Column("came_milli", BigId, CheckConstraint("came_milli >= 0", name="came_milli"), nullable=False),
    Column("settled", Integer, CheckConstraint("settled IN (0,1)", name="settled"), nullable=False),
    sqlite_strict=True,
)

# Orders that are collected elsewhere than where their deal is.
order_place = Table(
    "order_place",
    metadata,
    Column("order_id", BigId, ForeignKey("purchase_order.id"), primary_key=True, autoincrement=False),
    Column("point_id", BigId, ForeignKey("pickup_point.id"), nullable=False),
    sqlite_strict=True,
)

pickup_round = Table(
    "pickup_round",
    metadata,
    Column("deal_id", BigId, ForeignKey("deal.id"), primary_key=True, autoincrement=False),
    Column("stage", Integer, nullable=False),
    Column("due_at", UtcDateTime),
    Column("told", BigId, nullable=False),  # the last order looked at in this stage
    sqlite_strict=True,
)
partial_index("ix_pickup_round_due", "due_at IS NOT NULL", pickup_round.c.due_at, pickup_round.c.deal_id)
