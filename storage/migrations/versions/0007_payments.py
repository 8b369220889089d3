"""Payments, refunds, real weights; after-sales windows of orders."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

Big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_KEPT = {"sqlite_strict": True, "sqlite_autoincrement": True}


def upgrade() -> None:
    _payments()
    _refunds()
    _windows()
    _partial("uq_payment_claimed", "payment", "state = 'claimed'", ["order_id"], unique=True)
    _partial("uq_payment_reference", "payment", "reference IS NOT NULL", ["kind", "reference"], unique=True)
    over = "state <> 'open' AND paid_fen - refunded_fen > goods_fen - off_fen + fee_fen"
    _partial("ix_purchase_order_overpaid", "purchase_order", over, ["id"])
    _partial("ix_refund_due", "refund", "state = 'due'", ["at", "id"])
    _partial("ix_order_window_due", "order_window", "closed_at IS NULL", ["until", "order_id"])


def downgrade() -> None:
    op.drop_index("ix_purchase_order_overpaid", "purchase_order")
    for name in (
        *("order_window", "refund_wait", "weighing", "refund_part", "refund", "pay_reminder", "pay_setting"),
        "payment",
    ):
        op.drop_table(name)


def _payments() -> None:
    op.create_table(
        "payment",
        sa.Column("id", Big, nullable=False),
        sa.Column("order_id", Big, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("amount_fen", Big, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("claimed_at", Big, nullable=False),
        sa.Column("by_member", Big),
        sa.Column("decided_at", Big),
        sa.Column("decided_by", Big),
        sa.Column("reference", sa.Text()),
        _checked("payment", "kind", "kind IN ('qr','cash','telegram','receipt')"),
        _checked("payment", "amount_fen", "amount_fen > 0"),
        _checked("payment", "state", "state IN ('claimed','confirmed','rejected')"),
        _points_to("payment", "order_id", "purchase_order.id"),
        _points_to("payment", "by_member", "member.id"),
        _points_to("payment", "decided_by", "member.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
        **_KEPT,
    )
    op.create_index("ix_payment_order", "payment", ["order_id"])
    op.create_table(
        "pay_setting",
        sa.Column("group_id", Big, autoincrement=False, nullable=False),
        sa.Column("photo", sa.Text(), nullable=False),
        sa.Column("payee", sa.Text(), nullable=False),
        sa.Column("set_by", Big, nullable=False),
        sa.Column("set_at", Big, nullable=False),
        _points_to("pay_setting", "group_id", "chat_group.id"),
        _points_to("pay_setting", "set_by", "member.id"),
        sa.PrimaryKeyConstraint("group_id", name=op.f("pk_pay_setting")),
        sqlite_strict=True,
    )
    op.create_table(
        "pay_reminder",
        sa.Column("order_id", Big, autoincrement=False, nullable=False),
        sa.Column("reminded_at", Big, nullable=False),
        _points_to("pay_reminder", "order_id", "purchase_order.id"),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_pay_reminder")),
        sqlite_strict=True,
    )


def _refunds() -> None:
    op.create_table(
        "refund",
        sa.Column("id", Big, nullable=False),
        sa.Column("order_id", Big, nullable=False),
        sa.Column("line_id", Big),
        sa.Column("amount_fen", Big, nullable=False),
        sa.Column("back_fen", Big, nullable=False),
        sa.Column("fee_fen", Big, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("decided_by", Big),
        sa.Column("at", Big, nullable=False),
        sa.Column("done_at", Big),
        sa.Column("done_by", Big),
        _checked("refund", "amount_fen", "amount_fen > 0"),
        _checked("refund", "back_fen", "back_fen >= 0 AND back_fen <= amount_fen"),
        _checked("refund", "fee_fen", "fee_fen >= 0"),
        _checked("refund", "state", "state IN ('due','done','void')"),
        _points_to("refund", "order_id", "purchase_order.id"),
        _points_to("refund", "line_id", "order_line.id"),
        _points_to("refund", "decided_by", "member.id"),
        _points_to("refund", "done_by", "member.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund")),
        sa.UniqueConstraint("key", name=op.f("uq_refund_key")),
        **_KEPT,
    )
    op.create_index("ix_refund_order", "refund", ["order_id"])
    op.create_table(
        "refund_part",
        sa.Column("refund_id", Big, nullable=False),
        sa.Column("line_id", Big, nullable=False),
        sa.Column("fen", Big, nullable=False),
        _checked("refund_part", "fen", "fen > 0"),
        _points_to("refund_part", "refund_id", "refund.id"),
        _points_to("refund_part", "line_id", "order_line.id"),
        sa.PrimaryKeyConstraint("refund_id", "line_id", name=op.f("pk_refund_part")),
        sqlite_strict=True,
    )
    op.create_index("ix_refund_part_line", "refund_part", ["line_id"])
    op.create_table(
        "weighing",
        sa.Column("id", Big, nullable=False),
        sa.Column("line_id", Big, nullable=False),
        sa.Column("ordered_milli", Big, nullable=False),
        sa.Column("weighed_milli", Big, nullable=False),
        sa.Column("before_fen", Big, nullable=False),
        sa.Column("after_fen", Big, nullable=False),
        sa.Column("at", Big, nullable=False),
        sa.Column("by_member", Big),
        _checked("weighing", "after_fen", "after_fen >= 0"),
        _points_to("weighing", "line_id", "order_line.id"),
        _points_to("weighing", "by_member", "member.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_weighing")),
        **_KEPT,
    )
    op.create_table(
        "refund_wait",
        sa.Column("order_id", Big, autoincrement=False, nullable=False),
        sa.Column("until", Big, nullable=False),
        _points_to("refund_wait", "order_id", "purchase_order.id"),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_refund_wait")),
        sqlite_strict=True,
    )
    op.create_index("ix_weighing_line", "weighing", ["line_id", "id"])


def _windows() -> None:
    op.create_table(
        "order_window",
        sa.Column("order_id", Big, autoincrement=False, nullable=False),
        sa.Column("collected_on", sa.Text(), nullable=False),
        sa.Column("until", Big, nullable=False),
        sa.Column("closed_at", Big),
        sa.Column("event", sa.Text()),
        sa.Column("reversed_at", Big),
        _points_to("order_window", "order_id", "purchase_order.id"),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_order_window")),
        sqlite_strict=True,
    )


def _checked(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def _points_to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"))


def _partial(name: str, table: str, where: str, columns: list[str], *, unique: bool = False) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=condition, postgresql_where=condition)
