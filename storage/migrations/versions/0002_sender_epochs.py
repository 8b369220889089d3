"""Messages are claimed by the epoch of one sender; receipts; groups that moved to another chat."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

Big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_OLD_STATES = ("pending", "sending", "sent", "failed", "expired", "unknown")
_STATES = ("pending", "claimed", "sending", "sent", "failed", "skipped", "expired", "unknown")
_OLD_CLASSES = ("answer", "notice", "upkeep")
_CLASSES = ("answer", "receipt", "notice", "upkeep")


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _rebuild_outbox(_STATES, _CLASSES, with_epoch=True)
    else:
        op.add_column("outbox", sa.Column("epoch", Big, nullable=True))
        _allow_on_postgresql(_STATES, _CLASSES)
        op.drop_index("ix_outbox_sending", "outbox")
    # What was leaving belongs to a sender before every epoch, so that the next one sorts it out.
    op.execute("UPDATE outbox SET epoch = 0 WHERE state = 'sending'")
    _index("ix_outbox_taken", "epoch IS NOT NULL", ["chat"])
    _index("ix_outbox_edits", "kind = 'edit' AND state IN ('pending','claimed')", ["chat", "message"])
    op.create_table(
        "lease",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("epoch", Big, nullable=False),
        sa.Column("until", Big, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lease")),
        sqlite_strict=True,
    )
    op.create_table(
        "former_chat",
        sa.Column("chat", Big, nullable=False, autoincrement=False),
        sa.Column("group_id", Big, nullable=False),
        sa.PrimaryKeyConstraint("chat", name=op.f("pk_former_chat")),
        sa.ForeignKeyConstraint(["group_id"], ["chat_group.id"], name=op.f("fk_former_chat_group_id")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    op.drop_table("former_chat")
    op.drop_table("lease")
    op.execute("UPDATE outbox SET state = 'pending' WHERE state = 'claimed'")
    op.execute("UPDATE outbox SET state = 'expired' WHERE state = 'skipped'")
    op.execute("UPDATE outbox SET class = 'notice' WHERE class = 'receipt'")
    op.drop_index("ix_outbox_edits", "outbox")
    op.drop_index("ix_outbox_taken", "outbox")
    if op.get_bind().dialect.name == "sqlite":
        _rebuild_outbox(_OLD_STATES, _OLD_CLASSES, with_epoch=False)
    else:
        op.drop_column("outbox", "epoch")
        _allow_on_postgresql(_OLD_STATES, _OLD_CLASSES)
    _index("ix_outbox_sending", "state = 'sending'", ["id"])


def _one_of(column: str, values: Sequence[str]) -> str:
    return f"{column} IN ({','.join(repr(value) for value in values)})"


def _index(name: str, where: str, columns: list[str]) -> None:
    op.create_index(name, "outbox", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def _allow_on_postgresql(states: Sequence[str], classes: Sequence[str]) -> None:
    for name, values in (("state", states), ("class", classes)):
        op.drop_constraint(op.f(f"ck_outbox_{name}"), "outbox", type_="check")
        op.create_check_constraint(op.f(f"ck_outbox_{name}"), "outbox", _one_of(name, values))


def _rebuild_outbox(states: Sequence[str], classes: Sequence[str], *, with_epoch: bool) -> None:
    """Make the table anew: SQLite cannot change a CHECK."""
    op.rename_table("outbox", "outbox_before")
    epoch = (sa.Column("epoch", Big, nullable=True),) if with_epoch else ()
    made = op.create_table(
        "outbox",
        sa.Column("id", Big, nullable=False),
        sa.Column("created_at", Big, nullable=False),
        sa.Column(
            "state",
            sa.Text(),
            sa.CheckConstraint(_one_of("state", states), name=op.f("ck_outbox_state")),
            nullable=False,
        ),
        sa.Column(
            "kind",
            sa.Text(),
            sa.CheckConstraint("kind IN ('send','edit','call')", name=op.f("ck_outbox_kind")),
            nullable=False,
        ),
        sa.Column(
            "class",
            sa.Text(),
            sa.CheckConstraint(_one_of("class", classes), name=op.f("ck_outbox_class")),
            nullable=False,
        ),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("chat", Big, nullable=False),
        sa.Column("topic", Big, nullable=True),
        sa.Column("message", Big, nullable=True),
        sa.Column("call", sa.Text(), nullable=True),
        sa.Column("about_user", Big, nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("keyboard", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("not_before", Big, nullable=False),
        sa.Column("expires_at", Big, nullable=True),
        sa.Column("dedupe_key", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("sent_message", Big, nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("finished_at", Big, nullable=True),
        *epoch,
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_outbox_dedupe_key")),
        sqlite_strict=True,
    )
    kept = ", ".join(f'"{column.name}"' for column in made.columns if column.name != "epoch")
    op.execute(f"INSERT INTO outbox ({kept}) SELECT {kept} FROM outbox_before")  # noqa: S608
    op.drop_table("outbox_before")
    _index("ix_outbox_pending", "state = 'pending'", ["priority", "id"])
