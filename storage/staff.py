"""Roles, invitations to them, what staff did, and what needs a second person, in SQL."""

from dataclasses import dataclass

from sqlalchemy import Column, Connection, ForeignKey, Index, Integer, Table, Text

from storage.types import BigId, JsonText, UtcDateTime, metadata, partial_index

staff_role = Table(
    "staff_role",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("group_id", BigId, ForeignKey("chat_group.id")),  # NULL: of every group, for the owner
    Column("member_id", BigId, ForeignKey("member.id"), nullable=False),
    Column("role", Text, nullable=False),
    Column("given_by", BigId, ForeignKey("member.id")),  # NULL: by what Telegram or the console said
    Column("given_at", UtcDateTime, nullable=False),
    Column("until", UtcDateTime),  # NULL: until taken back
    Column("ended_at", UtcDateTime),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)
partial_index(
    "uq_staff_role_standing",
    "ended_at IS NULL",
    staff_role.c.group_id,
    staff_role.c.member_id,
    staff_role.c.role,
    unique=True,
)
partial_index("uq_staff_role_owner", "role = 'owner' AND ended_at IS NULL", staff_role.c.role, unique=True)
partial_index("ix_staff_role_member", "ended_at IS NULL", staff_role.c.member_id)

# A link that makes whoever follows it first something: the owner, staff of a group, somebody's stand-in.
invitation = Table(
    "invitation",
    metadata,
    Column("code_hash", Text, primary_key=True),  # SHA-256 of the code, which is kept nowhere
    Column("role", Text, nullable=False),
    Column("group_id", BigId, ForeignKey("chat_group.id")),
    Column("days", Integer),  # how long the role lasts; NULL: until taken back
    Column("made_by", BigId, ForeignKey("member.id")),  # NULL: by the console
    Column("made_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_by", BigId, ForeignKey("member.id")),
    Column("used_at", UtcDateTime),
    sqlite_strict=True,
)

audit = Table(
    "audit",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("group_id", BigId, ForeignKey("chat_group.id")),
    Column("actor_id", BigId, ForeignKey("member.id")),  # NULL: an administrator who hides, or the console
    Column("act", Text, nullable=False),
    Column("subject_id", BigId),  # whom or what it was done to
    Column("before", JsonText),
    Column("after", JsonText),
    Column("undone_at", UtcDateTime),
    Index("ix_audit_group_id_id", "group_id", "id"),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)

approval = Table(
    "approval",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("group_id", BigId, ForeignKey("chat_group.id"), nullable=False),
    Column("member_id", BigId, ForeignKey("member.id"), nullable=False),
    Column("points", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("asked_by", BigId, ForeignKey("member.id"), nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("outcome", Text),  # NULL while it waits
    Column("decided_by", BigId, ForeignKey("member.id")),
    Column("decided_at", UtcDateTime),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)
partial_index("ix_approval_waiting", "outcome IS NULL", approval.c.expires_at)


@dataclass(frozen=True, slots=True)
class SqlStaff:
    """Staff over one connection."""

    connection: Connection
