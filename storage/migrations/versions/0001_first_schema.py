"""The first schema: inbox, outbox, claims, journal, members, growth."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

Big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "claim",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("taken_at", Big, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_claim")),
        sqlite_strict=True,
    )
    op.create_table(
        "journal",
        sa.Column("id", Big, nullable=False),
        sa.Column("at", Big, nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("member_id", Big, nullable=True),
        sa.Column("group_id", Big, nullable=True),
        sa.Column("params", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal")),
        sqlite_strict=True,
    )
    op.create_table(
        "inbox",
        sa.Column("id", Big, nullable=False),
        sa.Column("bot_id", Big, nullable=False),
        sa.Column(
            "source",
            sa.Text(),
            sa.CheckConstraint("source IN ('telegram','sender')", name=op.f("ck_inbox_source")),
            nullable=False,
        ),
        sa.Column("source_id", Big, nullable=False),
        sa.Column("lane", Big, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("received_at", Big, nullable=False),
        sa.Column(
            "state",
            sa.Text(),
            sa.CheckConstraint("state IN ('new','done','parked')", name=op.f("ck_inbox_state")),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("done_at", Big, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox")),
        sa.UniqueConstraint("bot_id", "source", "source_id", name=op.f("uq_inbox_bot_id_source_source_id")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_inbox_new",
        "inbox",
        ["id"],
        sqlite_where=sa.text("state = 'new'"),
        postgresql_where=sa.text("state = 'new'"),
    )
    op.create_table(
        "outbox",
        sa.Column("id", Big, nullable=False),
        sa.Column("created_at", Big, nullable=False),
        sa.Column(
            "state",
            sa.Text(),
            sa.CheckConstraint(
                "state IN ('pending','sending','sent','failed','expired','unknown')",
                name=op.f("ck_outbox_state"),
            ),
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
            sa.CheckConstraint("class IN ('answer','notice','upkeep')", name=op.f("ck_outbox_class")),
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
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_outbox_dedupe_key")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_outbox_pending",
        "outbox",
        ["priority", "id"],
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index(
        "ix_outbox_sending",
        "outbox",
        ["id"],
        sqlite_where=sa.text("state = 'sending'"),
        postgresql_where=sa.text("state = 'sending'"),
    )
    op.create_table(
        "chat_group",
        sa.Column("id", Big, nullable=False),
        sa.Column("chat", Big, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Text(),
            sa.CheckConstraint("state IN ('met','enabled','left')", name=op.f("ck_chat_group_state")),
            nullable=False,
        ),
        sa.Column("state_at", Big, nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("quiet_start", sa.Text(), nullable=False),
        sa.Column("quiet_end", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_group")),
        sa.UniqueConstraint("chat", name=op.f("uq_chat_group_chat")),
        sqlite_strict=True,
    )
    op.create_table(
        "member",
        sa.Column("id", Big, nullable=False),
        sa.Column("user_id", Big, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("met_at", Big, nullable=False),
        sa.Column("service_consent_at", Big, nullable=True),
        sa.Column("marketing_consent_at", Big, nullable=True),
        sa.Column(
            "reachable",
            sa.Integer(),
            sa.CheckConstraint("reachable IN (0,1)", name=op.f("ck_member_reachable")),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member")),
        sa.UniqueConstraint("user_id", name=op.f("uq_member_user_id")),
        sqlite_strict=True,
    )
    op.create_table(
        "group_administrator",
        sa.Column("group_id", Big, nullable=False),
        sa.Column("user_id", Big, nullable=False),
        sa.Column("told_at", Big, nullable=False),
        sa.PrimaryKeyConstraint("group_id", "user_id", name=op.f("pk_group_administrator")),
        sa.ForeignKeyConstraint(
            ["group_id"], ["chat_group.id"], name=op.f("fk_group_administrator_group_id")
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "membership",
        sa.Column("id", Big, nullable=False),
        sa.Column("member_id", Big, nullable=False),
        sa.Column("group_id", Big, nullable=False),
        sa.Column("entered_at", Big, nullable=False),
        sa.Column("left_at", Big, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_membership_member_id")),
        sa.ForeignKeyConstraint(["group_id"], ["chat_group.id"], name=op.f("fk_membership_group_id")),
        sqlite_strict=True,
    )
    op.create_index(
        "uq_membership_standing",
        "membership",
        ["member_id", "group_id"],
        unique=True,
        sqlite_where=sa.text("left_at IS NULL"),
        postgresql_where=sa.text("left_at IS NULL"),
    )
    op.create_table(
        "growth_account",
        sa.Column("member_id", Big, nullable=False, autoincrement=False),
        sa.Column(
            "growth",
            sa.Integer(),
            sa.CheckConstraint("growth >= 0", name=op.f("ck_growth_account_growth")),
            nullable=False,
        ),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_growth_account")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_growth_account_member_id")),
        sqlite_strict=True,
    )
    op.create_table(
        "growth_ledger",
        sa.Column("id", Big, nullable=False),
        sa.Column("member_id", Big, nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("event_key", sa.Text(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("at", Big, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_growth_ledger")),
        sa.UniqueConstraint("event_key", name=op.f("uq_growth_ledger_event_key")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_growth_ledger_member_id")),
        sqlite_strict=True,
    )
    op.create_index("ix_growth_ledger_member_id_id", "growth_ledger", ["member_id", "id"])
    op.create_table(
        "points_ledger",
        sa.Column("id", Big, nullable=False),
        sa.Column("member_id", Big, nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("event_key", sa.Text(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("at", Big, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_points_ledger")),
        sa.UniqueConstraint("event_key", name=op.f("uq_points_ledger_event_key")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_points_ledger_member_id")),
        sqlite_strict=True,
    )
    op.create_index("ix_points_ledger_member_id_id", "points_ledger", ["member_id", "id"])
    op.create_table(
        "point_lot",
        sa.Column("id", Big, nullable=False),
        sa.Column("member_id", Big, nullable=False),
        sa.Column("event_key", sa.Text(), nullable=False),
        sa.Column(
            "earned",
            sa.Integer(),
            sa.CheckConstraint("earned > 0", name=op.f("ck_point_lot_earned")),
            nullable=False,
        ),
        sa.Column(
            "unspent",
            sa.Integer(),
            sa.CheckConstraint("unspent >= 0", name=op.f("ck_point_lot_unspent")),
            nullable=False,
        ),
        sa.Column("expires_on", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_point_lot")),
        sa.UniqueConstraint("event_key", name=op.f("uq_point_lot_event_key")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_point_lot_member_id")),
        sqlite_strict=True,
    )
    op.create_index("ix_point_lot_member_id_expires_on", "point_lot", ["member_id", "expires_on"])
    op.create_table(
        "points_due",
        sa.Column("id", Big, nullable=False),
        sa.Column("member_id", Big, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("expires_on", sa.Text(), nullable=False),
        sa.Column("due_at", Big, nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_points_due")),
        sa.UniqueConstraint(
            "member_id", "kind", "expires_on", name=op.f("uq_points_due_member_id_kind_expires_on")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_points_due_member_id")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_points_due_pending",
        "points_due",
        ["due_at"],
        sqlite_where=sa.text("outcome IS NULL"),
        postgresql_where=sa.text("outcome IS NULL"),
    )


def downgrade() -> None:
    for table in (
        "points_due",
        "point_lot",
        "points_ledger",
        "growth_ledger",
        "growth_account",
        "membership",
        "group_administrator",
        "member",
        "chat_group",
        "outbox",
        "inbox",
        "journal",
        "claim",
    ):
        op.drop_table(table)
