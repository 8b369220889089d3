"""Settlements that were drawn up, and leaders' commission."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

Big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_KEPT = {"sqlite_strict": True, "sqlite_autoincrement": True}


def upgrade() -> None:
    op.create_table(
        "settlement_run",
        sa.Column("id", Big, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("group_id", Big, nullable=False),
        sa.Column("deal_id", Big),
        sa.Column("on_date", sa.Text(), nullable=False),
        sa.Column("at", Big, nullable=False),
        sa.Column("numbers", sa.Text(), nullable=False),
        sa.Column("sound", sa.Integer(), nullable=False),
        _checked("settlement_run", "kind", "kind IN ('cutoff','daily')"),
        _checked("settlement_run", "sound", "sound IN (0,1)"),
        _points_to("settlement_run", "group_id", "chat_group.id"),
        _points_to("settlement_run", "deal_id", "deal.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlement_run")),
        sa.UniqueConstraint("key", name=op.f("uq_settlement_run_key")),
        **_KEPT,
    )
    op.create_index("ix_settlement_run_group", "settlement_run", ["group_id", "kind", "on_date"])
    op.create_index("ix_settlement_run_deal", "settlement_run", ["deal_id"])
    op.create_table(
        "commission_entry",
        sa.Column("id", Big, nullable=False),
        sa.Column("group_id", Big, nullable=False),
        sa.Column("leader_id", Big, nullable=False),
        sa.Column("order_id", Big),
        sa.Column("line_id", Big),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("base_fen", Big, nullable=False),
        sa.Column("rate", sa.Integer(), nullable=False),
        sa.Column("amount_fen", Big, nullable=False),
        sa.Column("at", Big, nullable=False),
        _checked("commission_entry", "kind", "kind IN ('earned','corrected','paid')"),
        _points_to("commission_entry", "group_id", "chat_group.id"),
        _points_to("commission_entry", "leader_id", "member.id"),
        _points_to("commission_entry", "order_id", "purchase_order.id"),
        _points_to("commission_entry", "line_id", "order_line.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commission_entry")),
        **_KEPT,
    )
    op.create_index("ix_commission_entry_leader", "commission_entry", ["leader_id", "group_id", "id"])
    op.create_index("ix_commission_entry_line", "commission_entry", ["line_id"])
    op.create_table(
        "settlement_due",
        sa.Column("id", Big, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("group_id", Big, nullable=False),
        sa.Column("deal_id", Big),
        sa.Column("due_at", Big),
        _checked("settlement_due", "kind", "kind IN ('cutoff','daily')"),
        _points_to("settlement_due", "group_id", "chat_group.id"),
        _points_to("settlement_due", "deal_id", "deal.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlement_due")),
        sa.UniqueConstraint("key", name=op.f("uq_settlement_due_key")),
        **_KEPT,
    )
    is_due = sa.text("due_at IS NOT NULL")
    op.create_index(
        "ix_settlement_due_due",
        "settlement_due",
        ["due_at", "id"],
        sqlite_where=is_due,
        postgresql_where=is_due,
    )


def downgrade() -> None:
    op.drop_table("settlement_due")
    op.drop_table("commission_entry")
    op.drop_table("settlement_run")


def _checked(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def _points_to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"))
