"""Cases about goods that were not right."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

Big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_T = "aftersales_case"


def upgrade() -> None:
    op.create_table(
        _T,
        sa.Column("id", Big, nullable=False),
        sa.Column("member_id", Big, nullable=False),
        sa.Column("order_id", Big, nullable=False),
        sa.Column("line_id", Big, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("qty_milli", Big, nullable=False),
        sa.Column("photo", sa.Text(), nullable=False),
        sa.Column("photo_unique", sa.Text(), nullable=False),
        sa.Column("remedy", sa.Text(), nullable=False),
        sa.Column("amount_fen", Big, nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("opened_at", Big, nullable=False),
        sa.Column("due_at", Big),
        sa.Column("look_at", Big),
        sa.Column("stage", sa.Integer(), nullable=False),
        sa.Column("decided_by", Big),
        sa.Column("decided_at", Big),
        sa.Column("note", sa.Text(), nullable=False),
        _one_of("state", ("draft", "open", "accepted", "rejected", "withdrawn", "done")),
        _one_of("kind", ("broken", "spoiled", "short", "wrong", "late", "other")),
        _one_of("remedy", ("refund", "resend")),
        _checked("qty_milli", "qty_milli >= 0"),
        _checked("amount_fen", "amount_fen >= 0"),
        _points_to("member_id", "member.id"),
        _points_to("order_id", "purchase_order.id"),
        _points_to("line_id", "order_line.id"),
        _points_to("decided_by", "member.id"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{_T}")),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_index(f"ix_{_T}_member", _T, ["member_id", "id"])
    op.create_index(f"ix_{_T}_line", _T, ["line_id"])
    _partial(f"ix_{_T}_look", "look_at IS NOT NULL", ["look_at", "id"])
    _partial(f"ix_{_T}_photo", "photo_unique <> ''", ["photo_unique"])
    _partial(f"uq_{_T}_open", "state IN ('open','accepted')", ["line_id"], unique=True)


def downgrade() -> None:
    op.drop_table(_T)


def _checked(name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{_T}_{name}"))


def _one_of(column: str, values: tuple[str, ...]) -> sa.CheckConstraint:
    listed = ",".join(f"'{value}'" for value in values)
    return _checked(column, f"{column} IN ({listed})")


def _points_to(column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{_T}_{column}"))


def _partial(name: str, where: str, columns: list[str], *, unique: bool = False) -> None:
    condition = sa.text(where)
    op.create_index(name, _T, columns, unique=unique, sqlite_where=condition, postgresql_where=condition)
