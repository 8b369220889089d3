"""Coupons and their kinds."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

Big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _make_templates()
    _make_coupons()
    op.create_index("ix_coupon_template_group_id", "coupon_template", ["group_id", "state"])
    op.create_index("ix_coupon_member_id", "coupon", ["member_id", "state", "expires_at"])
    _partial("ix_coupon_order_id", "order_id IS NOT NULL", ["order_id"])
    _partial("uq_coupon_one_an_order", "order_id IS NOT NULL AND worth > 0", ["order_id"], unique=True)
    _partial("ix_coupon_due_at", "due_at IS NOT NULL", ["due_at", "id"])


def downgrade() -> None:
    op.drop_table("coupon")
    op.drop_table("coupon_template")


def _make_templates() -> None:
    op.create_table(
        "coupon_template",
        _needed("id", Big),
        sa.Column("group_id", Big),
        sa.Column("code", sa.Text()),
        _needed("title", sa.Text()),
        _needed("kind", sa.Text()),
        _needed("amount", sa.Integer()),
        _needed("percent", sa.Integer()),
        _needed("minimum", sa.Integer()),
        _needed("reach", sa.Text()),
        _needed("items", sa.Text()),
        sa.Column("total", sa.Integer()),
        _needed("per_member", sa.Integer()),
        sa.Column("days", sa.Integer()),
        sa.Column("starts_on", sa.Text()),
        sa.Column("ends_on", sa.Text()),
        sa.Column("budget", Big),
        _needed("way", sa.Text()),
        _needed("state", sa.Text()),
        _needed("taken", sa.Integer()),
        _needed("committed", Big),
        _needed("spent", Big),
        sa.Column("warned_at", Big),
        sa.Column("made_by", Big),
        _needed("made_at", Big),
        _check("coupon_template", "kind", "kind IN ('amount','percent','pick','delivery')"),
        _check("coupon_template", "amount", "amount >= 0"),
        _check("coupon_template", "minimum", "minimum >= 0"),
        _check("coupon_template", "reach", "reach IN ('all','skus','categories')"),
        _check("coupon_template", "per_member", "per_member > 0"),
        _check("coupon_template", "way", "way IN ('claim','staff','system')"),
        _check("coupon_template", "state", "state IN ('draft','open','closed')"),
        _check("coupon_template", "spent", "spent >= 0"),
        _check("coupon_template", "percent", "(kind = 'percent') = (percent > 0)"),
        _check("coupon_template", "term", "(days IS NULL) <> (ends_on IS NULL)"),
        _check("coupon_template", "taken", "taken >= 0 AND taken <= coalesce(total, taken)"),
        _check("coupon_template", "committed", "committed >= 0 AND committed <= coalesce(budget, committed)"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coupon_template")),
        sa.UniqueConstraint("code", name=op.f("uq_coupon_template_code")),
        _to("coupon_template", "group_id", "chat_group"),
        _to("coupon_template", "made_by", "member"),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )


def _make_coupons() -> None:
    op.create_table(
        "coupon",
        _needed("id", Big),
        _needed("template_id", Big),
        _needed("member_id", Big),
        sa.Column("group_id", Big),
        _needed("nth", sa.Integer()),
        _needed("origin", sa.Text()),
        _needed("key", sa.Text()),
        _needed("state", sa.Text()),
        sa.Column("order_id", Big),
        sa.Column("off", sa.Integer()),
        _needed("worth", sa.Integer()),
        _needed("starts_at", Big),
        _needed("expires_at", Big),
        _needed("issued_at", Big),
        _needed("state_at", Big),
        _needed("told", sa.Integer()),
        sa.Column("due_at", Big),
        _needed("attempts", sa.Integer()),
        _check("coupon", "nth", "nth > 0"),
        _check(
            "coupon",
            "origin",
            "origin IN ('claimed','staff','registration','compensation','invite','points')",
        ),
        _check("coupon", "state", "state IN ('available','reserved','used','expired','void')"),
        _check("coupon", "worth", "worth >= 0"),
        _check("coupon", "told", "told IN (0,1)"),
        _check("coupon", "order", "(order_id IS NOT NULL) = (state IN ('reserved','used'))"),
        _check(
            "coupon",
            "off",
            "(off IS NULL) = (order_id IS NULL) AND (off IS NULL OR off BETWEEN 0 AND worth)",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coupon")),
        sa.UniqueConstraint("key", name=op.f("uq_coupon_key")),
        sa.UniqueConstraint(
            "template_id", "member_id", "nth", name=op.f("uq_coupon_template_id_member_id_nth")
        ),
        _to("coupon", "template_id", "coupon_template"),
        _to("coupon", "member_id", "member"),
        _to("coupon", "group_id", "chat_group"),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )


def _needed(name: str, kind: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))


def _partial(name: str, where: str, columns: list[str], *, unique: bool = False) -> None:
    condition = sa.text(where)
    op.create_index(
        name, "coupon", columns, unique=unique, sqlite_where=condition, postgresql_where=condition
    )
