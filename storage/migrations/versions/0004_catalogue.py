"""Products, prices, suppliers, files of products that wait."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

Big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_STATES = ("asked", "done", "dropped")


def upgrade() -> None:
    _table(
        "supplier",
        _needed("name", sa.Text()),
        _needed("added_at", Big),
        sa.UniqueConstraint("name", name=op.f("uq_supplier_name")),
    )
    _table(
        "product",
        *(_needed(name, sa.Text()) for name in ("sku", "name", "unit")),
        *(_needed(name, Big) for name in ("price_fen", "step_milli")),
        *(_needed(name, sa.Text()) for name in ("aliases", "units", "bulk")),
        sa.Column("case_milli", Big),
        _needed("tiers", sa.Text()),
        *(sa.Column(name, Big) for name in ("was_fen", "was_since", "limit_milli")),
        *(_needed(name, sa.Text()) for name in ("category", "storage", "origin", "batch")),
        sa.Column("supplier_id", Big),
        sa.Column("tolerance_percent", sa.Integer()),
        _needed("proof", sa.Text()),
        _needed("partner", sa.Integer()),
        sa.Column("photo", sa.Text()),
        sa.Column("cost_fen", Big),
        sa.Column("reason", sa.Text()),
        _needed("active", sa.Integer()),
        _needed("version", sa.Integer()),
        _needed("changed_at", Big),
        _check("product", "price_fen", "price_fen > 0"),
        _check("product", "step_milli", "step_milli > 0"),
        _check("product", "partner", "partner IN (0,1)"),
        _check("product", "active", "active IN (0,1)"),
        _to("product", "supplier_id", "supplier"),
        sa.UniqueConstraint("sku", name=op.f("uq_product_sku")),
    )
    _table(
        "product_price",
        *(_needed(name, Big) for name in ("product_id", "price_fen", "since")),
        _to("product_price", "product_id", "product"),
    )
    op.create_index("ix_product_price_product_id_id", "product_price", ["product_id", "id"])
    _table(
        "import_batch",
        *(_needed(name, Big) for name in ("asked_by", "group_id")),
        _needed("state", sa.Text()),
        *(_needed(name, Big) for name in ("asked_at", "expires_at")),
        *(_needed(name, sa.Text()) for name in ("lines", "stocked")),
        _check("import_batch", "state", "state IN ({})".format(",".join(f"'{state}'" for state in _STATES))),
        _to("import_batch", "asked_by", "member"),
        _to("import_batch", "group_id", "chat_group"),
    )
    op.create_index("ix_import_batch_asked_by", "import_batch", ["asked_by"])


def downgrade() -> None:
    for name in ("import_batch", "product_price", "product", "supplier"):
        op.drop_table(name)


def _table(name: str, *parts: Any) -> None:
    key = sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}"))
    op.create_table(name, _needed("id", Big), *parts, key, sqlite_strict=True, sqlite_autoincrement=True)


def _needed(name: str, kind: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))
