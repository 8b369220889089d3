"""Deals, their goods and their standing messages, in SQL."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from features.groupbuy.model import DealState, GoalKind, PayMode
from storage.types import BigId, JsonText, UtcDateTime, metadata, partial_index


def _one_of(column: str, values: type[DealState] | type[GoalKind] | type[PayMode]) -> CheckConstraint:
    listed = ",".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


deal = Table(
    "deal",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("group_id", BigId, ForeignKey("chat_group.id"), nullable=False),
    Column("state", Text, _one_of("state", DealState), nullable=False),
    Column("title", Text, nullable=False),
    Column("closes_at", UtcDateTime, nullable=False),
    Column("point_id", BigId, ForeignKey("pickup_point.id")),
    Column("pickup_at", UtcDateTime, nullable=False),
    Column("pickup_until", UtcDateTime, nullable=False),
    Column("goal_kind", Text, _one_of("goal_kind", GoalKind), nullable=False),
    Column("goal", BigId, nullable=False),
    Column("pay", Text, _one_of("pay", PayMode), nullable=False),
    Column("note", Text, nullable=False),
    Column("opened_by", BigId, ForeignKey("member.id"), nullable=False),
    Column("stamp", Integer, nullable=False),  # of what changes how messages are read
    Column("opened_at", UtcDateTime),
    Column("fill_until", UtcDateTime),
    Column("reason", Text, nullable=False),
    Column("arrived_at", UtcDateTime),
    Column("due_at", UtcDateTime),  # when the deal is looked at next; NULL: by nobody but people
    Column("tell", Text),  # what its buyers are being told; NULL: nothing more
    Column("tell_at", UtcDateTime),
    Column("told", BigId, nullable=False),  # the last order whose buyer was told
    sqlite_strict=True,
    sqlite_autoincrement=True,
)
TALKED_OF = "state IN ('open','locked','formed','purchasing')"
partial_index("ix_deal_talked_of", TALKED_OF, deal.c.group_id, deal.c.id)
partial_index("ix_deal_due", "due_at IS NOT NULL", deal.c.due_at, deal.c.id)
partial_index("ix_deal_tell", "tell_at IS NOT NULL", deal.c.tell_at, deal.c.id)

deal_item = Table(
    "deal_item",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("deal_id", BigId, ForeignKey("deal.id"), nullable=False),
    Column("no", Integer, nullable=False),  # as people call it
    Column("sku", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("price_fen", BigId, CheckConstraint("price_fen >= 0", name="price_fen"), nullable=False),
    Column("step_milli", BigId, CheckConstraint("step_milli > 0", name="step_milli"), nullable=False),
    Column("stock_milli", BigId),
    Column(
        "taken_milli",
        BigId,
        CheckConstraint(
            "taken_milli >= 0 AND (stock_milli IS NULL OR taken_milli <= stock_milli)", name="taken_milli"
        ),
        nullable=False,
    ),
    Column("case_milli", BigId),
    Column("home_limit_milli", BigId),
    Column("category", Text, nullable=False),
    Column("batch", Text, nullable=False),
    Column("supplier", Text, nullable=False),
    Column("more", JsonText, nullable=False),  # aliases, units, tiers, and what is only shown
    UniqueConstraint("deal_id", "no"),
    UniqueConstraint("deal_id", "sku"),
    Index("ix_deal_item_batch", "batch"),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)

# The one message of a deal that is edited; `chat` tells a message of before the group moved.
deal_card = Table(
    "deal_card",
    metadata,
    Column("deal_id", BigId, ForeignKey("deal.id"), primary_key=True, autoincrement=False),
    Column("chat", BigId, nullable=False),
    Column("message", BigId),
    Column("posting", Text, nullable=False),
    Column("posts", Integer, nullable=False),
    Column("changed_at", UtcDateTime),
    Column("due_at", UtcDateTime),
    Column("shown_at", UtcDateTime),
    Column("moved_at", UtcDateTime),
    Column("newest", BigId),
    sqlite_strict=True,
)
partial_index("ix_deal_card_due", "due_at IS NOT NULL", deal_card.c.due_at, deal_card.c.deal_id)
