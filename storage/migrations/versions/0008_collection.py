"""Pick-up codes, what came, where orders are collected, and reminders."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

Big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_STRICT = {"sqlite_strict": True}
_KEPT = {"sqlite_strict": True, "sqlite_autoincrement": True}


def upgrade() -> None:
    op.create_table(
        "pickup_code",
        sa.Column("id", Big, nullable=False),
        sa.Column("deal_id", Big, nullable=False),
        sa.Column("order_id", Big, nullable=False),
        sa.Column("digits", sa.Text(), nullable=False),
        sa.Column("for_friend", sa.Integer(), nullable=False),
        sa.Column("made_at", Big, nullable=False),
        sa.Column("redeemed_at", Big),
        _checked("pickup_code", "for_friend", "for_friend IN (0,1)"),
        _points_to("pickup_code", "deal_id", "deal.id"),
        _points_to("pickup_code", "order_id", "purchase_order.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pickup_code")),
        sa.UniqueConstraint("digits", "deal_id", name=op.f("uq_pickup_code_digits_deal_id")),
        sa.UniqueConstraint("order_id", "for_friend", name=op.f("uq_pickup_code_order_id_for_friend")),
        **_KEPT,
    )
    op.create_table(
        "code_miss",
        sa.Column("member_id", Big, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("first_at", Big, nullable=False),
        sa.Column("locked_until", Big),
        _points_to("code_miss", "member_id", "member.id"),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_code_miss")),
        **_STRICT,
    )
    op.create_table(
        "item_came",
        sa.Column("item_id", Big, nullable=False),
        sa.Column("deal_id", Big, nullable=False),
        sa.Column("came_milli", Big, nullable=False),
        sa.Column("settled", sa.Integer(), nullable=False),
        _checked("item_came", "came_milli", "came_milli >= 0"),
        _checked("item_came", "settled", "settled IN (0,1)"),
        _points_to("item_came", "item_id", "deal_item.id"),
        _points_to("item_came", "deal_id", "deal.id"),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_item_came")),
        **_STRICT,
    )
    op.create_index("ix_item_came_deal_id", "item_came", ["deal_id"])
    op.create_table(
        "order_place",
        sa.Column("order_id", Big, nullable=False),
        sa.Column("point_id", Big, nullable=False),
        _points_to("order_place", "order_id", "purchase_order.id"),
        _points_to("order_place", "point_id", "pickup_point.id"),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_order_place")),
        **_STRICT,
    )
    op.create_table(
        "pickup_round",
        sa.Column("deal_id", Big, nullable=False),
        sa.Column("stage", sa.Integer(), nullable=False),
        sa.Column("due_at", Big),
        sa.Column("told", Big, nullable=False),
        _points_to("pickup_round", "deal_id", "deal.id"),
        sa.PrimaryKeyConstraint("deal_id", name=op.f("pk_pickup_round")),
        **_STRICT,
    )
    _partial("ix_pickup_round_due", "pickup_round", "due_at IS NOT NULL", ["due_at", "deal_id"])


def downgrade() -> None:
    for name in ("pickup_round", "order_place", "item_came", "code_miss", "pickup_code"):
        op.drop_table(name)


def _checked(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def _points_to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"))


def _partial(name: str, table: str, where: str, columns: list[str]) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, sqlite_where=condition, postgresql_where=condition)
