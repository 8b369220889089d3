"""Roles, settings, erasure, levels; rows of the long tables are never numbered twice."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

Big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_OLD_STATES = ("met", "enabled", "left")
_STATES = ("met", "asked", "enabled", "refused", "left")


def upgrade() -> None:
    _make_tables()
    for name in ("inbox", "journal"):
        with _rebuilt(name):
            pass
    _partial("ix_inbox_parked", "inbox", "state = 'parked'", ["id"])
    op.execute("UPDATE inbox SET lane = 0 WHERE state = 'done'")
    op.create_index("ix_claim_taken_at", "claim", ["taken_at"])
    with _rebuilt("chat_group") as group:
        group.add_column(sa.Column("asked_by", Big))
        group.add_column(sa.Column("card", Big))
        group.add_column(sa.Column("silent_since", Big))
        group.create_foreign_key(op.f("fk_chat_group_asked_by"), "member", ["asked_by"], ["id"])
        _allow(group, "chat_group", "state", _STATES)
    with _rebuilt("member") as member:
        member.alter_column("user_id", existing_type=Big, nullable=True)
        _add_flags(member, "member", {"large": 0, "language_chosen": 0})
        member.add_column(sa.Column("erased_at", Big))
    with _rebuilt("membership", numbered_once=False) as membership:
        membership.add_column(sa.Column("came_by", sa.Text()))
        membership.add_column(sa.Column("pickup_point_id", Big))
        membership.create_foreign_key(
            op.f("fk_membership_pickup_point_id"), "pickup_point", ["pickup_point_id"], ["id"]
        )
    _partial("ix_membership_group", "membership", "left_at IS NULL", ["group_id", "id"])
    with _rebuilt("outbox") as outbox:
        _add_flags(outbox, "outbox", {"large": 0})
        outbox.add_column(sa.Column("file", sa.Text()))
        outbox.add_column(sa.Column("reason", sa.Text()))
        outbox.add_column(sa.Column("group_id", Big))
        outbox.add_column(sa.Column("about_member", Big))
    op.execute("UPDATE outbox SET about_user = NULL WHERE state NOT IN ('pending','claimed','sending')")
    op.create_index("ix_outbox_chat_id", "outbox", ["chat", "id"])
    _partial("ix_outbox_about", "outbox", "about_member IS NOT NULL", ["about_member"])
    _grow()
    _take_defaults_back()


def _grow() -> None:
    with _rebuilt("growth_account", numbered_once=False) as account:
        account.add_column(sa.Column("level", sa.Integer(), nullable=False, server_default="0"))
        account.create_check_constraint(op.f("ck_growth_account_level"), "level BETWEEN 0 AND 4")
        for name in ("level_at", "falls_at", "review_at"):
            account.add_column(sa.Column(name, Big))
        account.add_column(sa.Column("review_attempts", sa.Integer(), nullable=False, server_default="0"))
        _add_flags(account, "growth_account", {"on_board": 1})
    _partial("ix_growth_account_review", "growth_account", "review_at IS NOT NULL", ["review_at"])
    for name in ("growth_ledger", "points_ledger"):
        with _rebuilt(name) as ledger:
            ledger.add_column(sa.Column("group_id", Big))
            ledger.add_column(sa.Column("counted_on", sa.Text()))
            ledger.add_column(sa.Column("reverses", Big))
            ledger.create_foreign_key(op.f(f"fk_{name}_group_id"), "chat_group", ["group_id"], ["id"])
            ledger.create_unique_constraint(op.f(f"uq_{name}_reverses"), ["reverses"])
    with _rebuilt("point_lot", numbered_once=False) as lot:
        lot.add_column(sa.Column("lapsed", sa.Integer(), nullable=False, server_default="0"))
        lot.create_check_constraint(op.f("ck_point_lot_lapsed"), "lapsed >= 0")
    # Points that were not spent in time left their lots empty; nothing was spent before this version.
    op.execute("UPDATE point_lot SET lapsed = earned - unspent")


_DEFAULTED = {
    "member": ("large", "language_chosen"),
    "outbox": ("large",),
    "growth_account": ("level", "review_attempts", "on_board"),
    "point_lot": ("lapsed",),
}


def _take_defaults_back() -> None:
    """What fills the old rows shall not fill new ones: whoever writes a row says everything."""
    for table, columns in _DEFAULTED.items():
        numbered_once = table in ("member", "outbox")
        with _rebuilt(table, numbered_once=numbered_once) as batch:
            for column in columns:
                batch.alter_column(column, existing_type=sa.Integer(), server_default=None)


def downgrade() -> None:
    _shrink()
    op.drop_index("ix_outbox_about", "outbox")
    op.drop_index("ix_outbox_chat_id", "outbox")
    _drop("outbox", ("about_member", "group_id", "reason", "file", "large"), checks=("large",))
    op.drop_index("ix_membership_group", "membership")
    _drop("membership", ("pickup_point_id", "came_by"), keys=("pickup_point_id",))
    op.execute("UPDATE member SET user_id = -id WHERE user_id IS NULL")  # the erased stay without a number
    flags = ("language_chosen", "large")
    _drop("member", ("erased_at", *flags), checks=flags)
    with _rebuilt("member", numbered_once=False) as member:
        member.alter_column("user_id", existing_type=Big, nullable=False)
    op.execute("UPDATE chat_group SET state = 'met' WHERE state IN ('asked','refused')")
    _drop("chat_group", ("silent_since", "card", "asked_by"), keys=("asked_by",))
    with _rebuilt("chat_group", numbered_once=False) as group:
        _allow(group, "chat_group", "state", _OLD_STATES)
    op.drop_index("ix_claim_taken_at", "claim")
    op.drop_index("ix_inbox_parked", "inbox")
    for name in ("journal", "inbox"):
        with _rebuilt(name, numbered_once=False):
            pass
    for name in reversed(_NEW):
        op.drop_table(name)


def _shrink() -> None:
    _drop("point_lot", ("lapsed",), checks=("lapsed",))
    for name in ("growth_ledger", "points_ledger"):
        _drop(name, ("reverses", "counted_on", "group_id"), keys=("group_id",), unique=("reverses",))
    op.drop_index("ix_growth_account_review", "growth_account")
    columns = ("on_board", "review_attempts", "review_at", "falls_at", "level_at", "level")
    _drop("growth_account", columns, checks=("on_board", "level"))


def _drop(
    table: str,
    columns: Sequence[str],
    *,
    checks: Sequence[str] = (),
    keys: Sequence[str] = (),
    unique: Sequence[str] = (),
) -> None:
    with _rebuilt(table, numbered_once=False) as batch:
        for sign, kind, names in (
            ("ck", "check", checks),
            ("fk", "foreignkey", keys),
            ("uq", "unique", unique),
        ):
            for name in names:
                batch.drop_constraint(op.f(f"{sign}_{table}_{name}"), type_=kind)
        for column in columns:
            batch.drop_column(column)


def _rebuilt(name: str, *, numbered_once: bool = True) -> Any:
    """Change a table; on SQLite by making it anew, its numbers never given twice where asked for."""
    kept: dict[str, Any] = {"sqlite_strict": True}
    if numbered_once:
        kept["sqlite_autoincrement"] = True
    return op.batch_alter_table(
        name, recreate="always" if op.get_bind().dialect.name == "sqlite" else "never", table_kwargs=kept
    )


def _add_flags(batch: Any, table: str, flags: dict[str, int]) -> None:
    for flag, value in flags.items():
        batch.add_column(sa.Column(flag, sa.Integer(), nullable=False, server_default=str(value)))
        batch.create_check_constraint(op.f(f"ck_{table}_{flag}"), f"{flag} IN (0,1)")


def _allow(batch: Any, table: str, column: str, values: Sequence[str]) -> None:
    batch.drop_constraint(op.f(f"ck_{table}_{column}"), type_="check")
    listed = ",".join(repr(value) for value in values)
    batch.create_check_constraint(op.f(f"ck_{table}_{column}"), f"{column} IN ({listed})")


def _partial(name: str, table: str, where: str, columns: list[str], *, unique: bool = False) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


def _table(name: str, *parts: Any, numbered_once: bool = False) -> None:
    kept: dict[str, Any] = {"sqlite_strict": True}
    if numbered_once:
        kept["sqlite_autoincrement"] = True
    op.create_table(name, *parts, **kept)


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))


def _primary(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=op.f(f"pk_{table}"))


def _needed(name: str, kind: Any, **more: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False, **more)


_NEW = (
    "pickup_point",
    "join_request",
    "roll_call",
    "preference",
    "topic_off",
    "tombstone",
    "sweep",
    "rule_version",
    "staff_role",
    "invitation",
    "audit",
    "approval",
    "prompt",
    "growth_period",
)


def _make_tables() -> None:
    _make_places()
    _make_wishes()
    _make_staff()
    _table(
        "growth_period",
        _needed("group_id", Big),
        _needed("period", sa.Text()),
        _needed("starts_on", sa.Text()),
        _needed("member_id", Big),
        _needed("growth", sa.Integer()),
        sa.CheckConstraint("period IN ('week','month')", name=op.f("ck_growth_period_period")),
        _primary("growth_period", "group_id", "period", "starts_on", "member_id"),
        _to("growth_period", "group_id", "chat_group"),
        _to("growth_period", "member_id", "member"),
    )
    ranks = ["group_id", "period", "starts_on", "growth", "member_id"]
    op.create_index("ix_growth_period_growth", "growth_period", ranks)


def _make_places() -> None:
    _table(
        "pickup_point",
        _needed("id", Big),
        _needed("group_id", Big),
        _needed("name", sa.Text()),
        _needed("hours", sa.Text()),
        _needed("added_at", Big),
        sa.Column("closed_at", Big),
        _primary("pickup_point", "id"),
        _to("pickup_point", "group_id", "chat_group"),
        numbered_once=True,
    )
    _partial("uq_pickup_point_open", "pickup_point", "closed_at IS NULL", ["group_id", "name"], unique=True)
    _table(
        "join_request",
        _needed("id", Big),
        _needed("group_id", Big),
        _needed("user_id", Big),
        _needed("chat", Big),
        _needed("language", sa.Text()),
        _needed("answer", sa.Integer()),
        _needed("attempts", sa.Integer()),
        _needed("asked_at", Big),
        _needed("expires_at", Big),
        _primary("join_request", "id"),
        sa.UniqueConstraint("group_id", "user_id", name=op.f("uq_join_request_group_id_user_id")),
        _to("join_request", "group_id", "chat_group"),
        numbered_once=True,
    )
    op.create_index("ix_join_request_expires_at", "join_request", ["expires_at"])
    _table(
        "roll_call",
        _needed("group_id", Big, autoincrement=False),
        _needed("cursor", Big),
        _needed("due_at", Big),
        _primary("roll_call", "group_id"),
        _to("roll_call", "group_id", "chat_group"),
    )
    op.create_index("ix_roll_call_due_at", "roll_call", ["due_at"])


def _make_wishes() -> None:
    _table(
        "preference",
        _needed("member_id", Big, autoincrement=False),
        sa.Column("muted_until", Big),
        sa.Column("quiet_start", sa.Text()),
        sa.Column("quiet_end", sa.Text()),
        _primary("preference", "member_id"),
        _to("preference", "member_id", "member"),
    )
    _table(
        "topic_off",
        _needed("member_id", Big, autoincrement=False),
        _needed("topic", sa.Text()),
        _needed("at", Big),
        _primary("topic_off", "member_id", "topic"),
        _to("topic_off", "member_id", "member"),
    )
    _table(
        "tombstone",
        _needed("hash", sa.Text()),
        _needed("erased_at", Big),
        _needed("until", Big),
        _primary("tombstone", "hash"),
    )
    op.create_index("ix_tombstone_until", "tombstone", ["until"])
    _table("sweep", _needed("name", sa.Text()), _needed("cursor", Big), _primary("sweep", "name"))
    _table(
        "rule_version",
        _needed("since", Big, autoincrement=False),
        _needed("rules", sa.Text()),
        _needed("published_at", Big),
        _primary("rule_version", "since"),
    )
    _table(
        "prompt",
        _needed("member_id", Big, autoincrement=False),
        _needed("group_id", Big),
        _needed("asks", sa.Text()),
        _needed("given", sa.Text()),
        sa.Column("message", Big),
        _needed("expires_at", Big),
        _primary("prompt", "member_id"),
        _to("prompt", "member_id", "member"),
        _to("prompt", "group_id", "chat_group"),
    )


def _make_staff() -> None:
    _table(
        "staff_role",
        _needed("id", Big),
        sa.Column("group_id", Big),
        _needed("member_id", Big),
        _needed("role", sa.Text()),
        sa.Column("given_by", Big),
        _needed("given_at", Big),
        sa.Column("until", Big),
        sa.Column("ended_at", Big),
        _primary("staff_role", "id"),
        _to("staff_role", "group_id", "chat_group"),
        _to("staff_role", "member_id", "member"),
        _to("staff_role", "given_by", "member"),
        numbered_once=True,
    )
    standing = "ended_at IS NULL"
    keys = ["group_id", "member_id", "role"]
    _partial("uq_staff_role_standing", "staff_role", standing, keys, unique=True)
    _partial("uq_staff_role_owner", "staff_role", f"role = 'owner' AND {standing}", ["role"], unique=True)
    _partial("ix_staff_role_member", "staff_role", standing, ["member_id"])
    _partial("ix_staff_role_over", "staff_role", f"{standing} AND until IS NOT NULL", ["until"])
    _table(
        "invitation",
        _needed("code_hash", sa.Text()),
        _needed("role", sa.Text()),
        sa.Column("group_id", Big),
        sa.Column("days", sa.Integer()),
        sa.Column("made_by", Big),
        _needed("made_at", Big),
        _needed("expires_at", Big),
        sa.Column("used_by", Big),
        sa.Column("used_at", Big),
        _primary("invitation", "code_hash"),
        _to("invitation", "group_id", "chat_group"),
        _to("invitation", "made_by", "member"),
        _to("invitation", "used_by", "member"),
    )
    _table(
        "audit",
        _needed("id", Big),
        _needed("at", Big),
        sa.Column("group_id", Big),
        sa.Column("actor_id", Big),
        _needed("act", sa.Text()),
        sa.Column("subject_id", Big),
        sa.Column("before", sa.Text()),
        sa.Column("after", sa.Text()),
        sa.Column("undone_at", Big),
        _primary("audit", "id"),
        _to("audit", "group_id", "chat_group"),
        _to("audit", "actor_id", "member"),
        numbered_once=True,
    )
    op.create_index("ix_audit_group_id_id", "audit", ["group_id", "id"])
    _table(
        "approval",
        _needed("id", Big),
        _needed("group_id", Big),
        _needed("member_id", Big),
        _needed("points", sa.Integer()),
        _needed("reason", sa.Text()),
        _needed("asked_by", Big),
        _needed("asked_at", Big),
        _needed("expires_at", Big),
        sa.Column("outcome", sa.Text()),
        sa.Column("decided_by", Big),
        sa.Column("decided_at", Big),
        _primary("approval", "id"),
        _to("approval", "group_id", "chat_group"),
        _to("approval", "member_id", "member"),
        _to("approval", "asked_by", "member"),
        _to("approval", "decided_by", "member"),
        numbered_once=True,
    )
    _partial("ix_approval_waiting", "approval", "outcome IS NULL", ["expires_at"])
