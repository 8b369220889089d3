"""Orders, their lines, every change of them, and who waits, in SQL."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from storage.types import BigId, UtcDateTime, metadata, partial_index

purchase_order = Table(
    "purchase_order",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("deal_id", BigId, ForeignKey("deal.id"), nullable=False),
    Column("member_id", BigId, ForeignKey("member.id"), nullable=False),
    Column("called", Text, nullable=False),  # who orders; part of the order
    Column("recipient", Text, nullable=False),  # as typed; empty: the member
    Column("address", Text, nullable=False),
    Column("phone", Text, nullable=False),
    Column("by_staff", Integer, CheckConstraint("by_staff IN (0,1)", name="by_staff"), nullable=False),
    Column("state", Text, CheckConstraint("state IN ('open','locked','void')", name="state"), nullable=False),
    Column("placed_at", UtcDateTime, nullable=False),
    Column("note", Text, nullable=False),
    Column("goods_fen", BigId, CheckConstraint("goods_fen >= 0", name="goods_fen"), nullable=False),
    Column(
        "off_fen",
        BigId,
        CheckConstraint("off_fen >= 0 AND off_fen <= goods_fen", name="off_fen"),
        nullable=False,
    ),
    Column("fee_fen", BigId, CheckConstraint("fee_fen >= 0", name="fee_fen"), nullable=False),
    Column("paid_fen", BigId, CheckConstraint("paid_fen >= 0", name="paid_fen"), nullable=False),
    Column(
        "refunded_fen",
        BigId,
        CheckConstraint("refunded_fen >= 0 AND refunded_fen <= paid_fen", name="refunded_fen"),
        nullable=False,
    ),
    Column("coupon_id", BigId),
    Column("hold_until", UtcDateTime),
    Column("claimed_at", UtcDateTime),
    Column("paid_at", UtcDateTime),
    UniqueConstraint("deal_id", "member_id", "recipient"),
    Index("ix_purchase_order_member", "member_id", "id"),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)
# Of which too much was paid; every condition of the query is written out as it stands here.
OVERPAID = "state <> 'open' AND paid_fen - refunded_fen > goods_fen - off_fen + fee_fen"
partial_index("ix_purchase_order_overpaid", OVERPAID, purchase_order.c.id)
partial_index("ix_purchase_order_hold", "hold_until IS NOT NULL", purchase_order.c.hold_until)

order_line = Table(
    "order_line",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("order_id", BigId, ForeignKey("purchase_order.id"), nullable=False),
    Column("item_id", BigId, ForeignKey("deal_item.id"), nullable=False),
    Column("qty_milli", BigId, CheckConstraint("qty_milli >= 0", name="qty_milli"), nullable=False),
    Column("price_fen", BigId, nullable=False),
    Column("note", Text, nullable=False),
    Column("extra_milli", BigId, nullable=False),
    Column("amount_fen", BigId),
    Column("given_milli", BigId),
    Column("weighed_milli", BigId),
    Column("placed_at", UtcDateTime, nullable=False),
    Column("collected_at", UtcDateTime),
    Column("collected_by", BigId, ForeignKey("member.id")),
    UniqueConstraint("order_id", "item_id"),
    Index("ix_order_line_item", "item_id", "placed_at", "id"),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)

# Only ever added to: the quantity of a line is the sum of its changes.
order_change = Table(
    "order_change",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("order_id", BigId, ForeignKey("purchase_order.id"), nullable=False),
    Column("item_id", BigId, ForeignKey("deal_item.id"), nullable=False),
    Column("delta_milli", BigId, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("via", Text, nullable=False),
    Column("by_member", BigId, ForeignKey("member.id")),
    Column("message", BigId),  # the group's message that says so
    Index("ix_order_change_order", "order_id"),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)
partial_index("ix_order_change_message", "message IS NOT NULL", order_change.c.message)

order_wait = Table(
    "order_wait",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("item_id", BigId, ForeignKey("deal_item.id"), nullable=False),
    Column("order_id", BigId, ForeignKey("purchase_order.id"), nullable=False),
    Column("qty_milli", BigId, CheckConstraint("qty_milli > 0", name="qty_milli"), nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column(
        "state", Text, CheckConstraint("state IN ('waiting','given','gone')", name="state"), nullable=False
    ),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)
_WAITS = order_wait.c.item_id, order_wait.c.order_id
partial_index("uq_order_wait_waiting", "state = 'waiting'", *_WAITS, unique=True)

# A list that somebody pasted for several homes: counts once staff say so.
order_list = Table(
    "order_list",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("group_id", BigId, ForeignKey("chat_group.id"), nullable=False),
    Column("member_id", BigId, ForeignKey("member.id"), nullable=False),  # who pasted it
    Column("message", BigId, nullable=False),
    Column("said_at", UtcDateTime, nullable=False),
    Column("text", Text, nullable=False),  # empty once it was counted or forgotten
    UniqueConstraint("group_id", "message"),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)
