"""Deals, their goods, orders, their lines and who waits."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

Big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_KEPT = {"sqlite_strict": True, "sqlite_autoincrement": True}
_STATES = (
    *("draft", "in_review", "open", "locked", "formed", "failed", "purchasing", "arrived", "picking"),
    *("closed", "settled", "cancelled"),
)


def upgrade() -> None:
    _deals()
    _orders()
    _lists()
    talked_of = "state IN ('open','locked','formed','purchasing')"
    _partial("ix_deal_talked_of", "deal", talked_of, ["group_id", "id"])
    _partial("ix_deal_due", "deal", "due_at IS NOT NULL", ["due_at", "id"])
    _partial("ix_deal_tell", "deal", "tell_at IS NOT NULL", ["tell_at", "id"])
    _partial("ix_deal_card_due", "deal_card", "due_at IS NOT NULL", ["due_at", "deal_id"])
    _partial("ix_purchase_order_hold", "purchase_order", "hold_until IS NOT NULL", ["hold_until"])
    _partial("ix_order_change_message", "order_change", "message IS NOT NULL", ["message"])
    _partial("uq_order_wait_waiting", "order_wait", "state = 'waiting'", ["item_id", "order_id"], unique=True)


def downgrade() -> None:
    for name in (
        "order_list",
        "order_wait",
        "order_change",
        "order_line",
        "purchase_order",
        "deal_card",
        "deal_item",
        "deal",
    ):
        op.drop_table(name)


def _deals() -> None:
    op.create_table(
        "deal",
        sa.Column("id", Big, nullable=False),
        sa.Column("group_id", Big, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("closes_at", Big, nullable=False),
        sa.Column("point_id", Big),
        sa.Column("pickup_at", Big, nullable=False),
        sa.Column("pickup_until", Big, nullable=False),
        sa.Column("goal_kind", sa.Text(), nullable=False),
        sa.Column("goal", Big, nullable=False),
        sa.Column("pay", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("opened_by", Big, nullable=False),
        sa.Column("stamp", sa.Integer(), nullable=False),
        sa.Column("opened_at", Big),
        sa.Column("fill_until", Big),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("arrived_at", Big),
        sa.Column("due_at", Big),
        sa.Column("tell", sa.Text()),
        sa.Column("tell_at", Big),
        sa.Column("told", Big, nullable=False),
        _one_of("deal", "state", _STATES),
        _one_of("deal", "goal_kind", ("none", "homes", "money", "cases")),
        _one_of("deal", "pay", ("pickup", "prepaid")),
        _points_to("deal", "group_id", "chat_group.id"),
        _points_to("deal", "point_id", "pickup_point.id"),
        _points_to("deal", "opened_by", "member.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deal")),
        **_KEPT,
    )
    op.create_table(
        "deal_item",
        sa.Column("id", Big, nullable=False),
        sa.Column("deal_id", Big, nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("price_fen", Big, nullable=False),
        sa.Column("step_milli", Big, nullable=False),
        sa.Column("stock_milli", Big),
        sa.Column("taken_milli", Big, nullable=False),
        sa.Column("case_milli", Big),
        sa.Column("home_limit_milli", Big),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("batch", sa.Text(), nullable=False),
        sa.Column("supplier", sa.Text(), nullable=False),
        sa.Column("more", sa.Text(), nullable=False),
        _checked("deal_item", "price_fen", "price_fen >= 0"),
        _checked("deal_item", "step_milli", "step_milli > 0"),
        _checked(
            "deal_item",
            "taken_milli",
            "taken_milli >= 0 AND (stock_milli IS NULL OR taken_milli <= stock_milli)",
        ),
        _points_to("deal_item", "deal_id", "deal.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deal_item")),
        sa.UniqueConstraint("deal_id", "no", name=op.f("uq_deal_item_deal_id_no")),
        sa.UniqueConstraint("deal_id", "sku", name=op.f("uq_deal_item_deal_id_sku")),
        **_KEPT,
    )
    op.create_index("ix_deal_item_batch", "deal_item", ["batch"])
    op.create_table(
        "deal_card",
        sa.Column("deal_id", Big, autoincrement=False, nullable=False),
        sa.Column("chat", Big, nullable=False),
        sa.Column("message", Big),
        sa.Column("posting", sa.Text(), nullable=False),
        sa.Column("posts", sa.Integer(), nullable=False),
        sa.Column("changed_at", Big),
        sa.Column("due_at", Big),
        sa.Column("shown_at", Big),
        sa.Column("moved_at", Big),
        sa.Column("newest", Big),
        _points_to("deal_card", "deal_id", "deal.id"),
        sa.PrimaryKeyConstraint("deal_id", name=op.f("pk_deal_card")),
        sqlite_strict=True,
    )


def _orders() -> None:
    op.create_table(
        "purchase_order",
        sa.Column("id", Big, nullable=False),
        sa.Column("deal_id", Big, nullable=False),
        sa.Column("member_id", Big, nullable=False),
        sa.Column("called", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("by_staff", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("placed_at", Big, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("goods_fen", Big, nullable=False),
        sa.Column("off_fen", Big, nullable=False),
        sa.Column("fee_fen", Big, nullable=False),
        sa.Column("paid_fen", Big, nullable=False),
        sa.Column("refunded_fen", Big, nullable=False),
        sa.Column("coupon_id", Big),
        sa.Column("hold_until", Big),
        sa.Column("claimed_at", Big),
        sa.Column("paid_at", Big),
        _checked("purchase_order", "by_staff", "by_staff IN (0,1)"),
        _one_of("purchase_order", "state", ("open", "locked", "void")),
        _checked("purchase_order", "goods_fen", "goods_fen >= 0"),
        _checked("purchase_order", "off_fen", "off_fen >= 0 AND off_fen <= goods_fen"),
        _checked("purchase_order", "fee_fen", "fee_fen >= 0"),
        _checked("purchase_order", "paid_fen", "paid_fen >= 0"),
        _checked("purchase_order", "refunded_fen", "refunded_fen >= 0 AND refunded_fen <= paid_fen"),
        _points_to("purchase_order", "deal_id", "deal.id"),
        _points_to("purchase_order", "member_id", "member.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchase_order")),
        sa.UniqueConstraint(
            "deal_id", "member_id", "recipient", name=op.f("uq_purchase_order_deal_id_member_id_recipient")
        ),
        **_KEPT,
    )
    op.create_index("ix_purchase_order_member", "purchase_order", ["member_id", "id"])
    op.create_table(
        "order_line",
        sa.Column("id", Big, nullable=False),
        sa.Column("order_id", Big, nullable=False),
        sa.Column("item_id", Big, nullable=False),
        sa.Column("qty_milli", Big, nullable=False),
        sa.Column("price_fen", Big, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("extra_milli", Big, nullable=False),
        sa.Column("amount_fen", Big),
        sa.Column("given_milli", Big),
        sa.Column("weighed_milli", Big),
        sa.Column("placed_at", Big, nullable=False),
        sa.Column("collected_at", Big),
        sa.Column("collected_by", Big),
        _checked("order_line", "qty_milli", "qty_milli >= 0"),
        _points_to("order_line", "order_id", "purchase_order.id"),
        _points_to("order_line", "item_id", "deal_item.id"),
        _points_to("order_line", "collected_by", "member.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_line")),
        sa.UniqueConstraint("order_id", "item_id", name=op.f("uq_order_line_order_id_item_id")),
        **_KEPT,
    )
    op.create_index("ix_order_line_item", "order_line", ["item_id", "placed_at", "id"])
    op.create_table(
        "order_change",
        sa.Column("id", Big, nullable=False),
        sa.Column("order_id", Big, nullable=False),
        sa.Column("item_id", Big, nullable=False),
        sa.Column("delta_milli", Big, nullable=False),
        sa.Column("at", Big, nullable=False),
        sa.Column("via", sa.Text(), nullable=False),
        sa.Column("by_member", Big),
        sa.Column("message", Big),
        _points_to("order_change", "order_id", "purchase_order.id"),
        _points_to("order_change", "item_id", "deal_item.id"),
        _points_to("order_change", "by_member", "member.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_change")),
        **_KEPT,
    )
    op.create_index("ix_order_change_order", "order_change", ["order_id"])
    op.create_table(
        "order_wait",
        sa.Column("id", Big, nullable=False),
        sa.Column("item_id", Big, nullable=False),
        sa.Column("order_id", Big, nullable=False),
        sa.Column("qty_milli", Big, nullable=False),
        sa.Column("asked_at", Big, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        _checked("order_wait", "qty_milli", "qty_milli > 0"),
        _one_of("order_wait", "state", ("waiting", "given", "gone")),
        _points_to("order_wait", "item_id", "deal_item.id"),
        _points_to("order_wait", "order_id", "purchase_order.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_wait")),
        **_KEPT,
    )


def _lists() -> None:
    op.create_table(
        "order_list",
        sa.Column("id", Big, nullable=False),
        sa.Column("group_id", Big, nullable=False),
        sa.Column("member_id", Big, nullable=False),
        sa.Column("message", Big, nullable=False),
        sa.Column("said_at", Big, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        _points_to("order_list", "group_id", "chat_group.id"),
        _points_to("order_list", "member_id", "member.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_list")),
        sa.UniqueConstraint("group_id", "message", name=op.f("uq_order_list_group_id_message")),
        **_KEPT,
    )


def _checked(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def _one_of(table: str, column: str, values: tuple[str, ...]) -> sa.CheckConstraint:
    listed = ",".join(f"'{value}'" for value in values)
    return _checked(table, column, f"{column} IN ({listed})")


def _points_to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"))


def _partial(name: str, table: str, where: str, columns: list[str], *, unique: bool = False) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=condition, postgresql_where=condition)
