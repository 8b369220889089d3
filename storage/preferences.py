"""When and about what people want to be written to, in SQL."""

from dataclasses import dataclass

from sqlalchemy import Column, Connection, ForeignKey, Table, Text

from storage.types import BigId, UtcDateTime, metadata

preference = Table(
    "preference",
    metadata,
    Column("member_id", BigId, ForeignKey("member.id"), primary_key=True, autoincrement=False),
    Column("muted_until", UtcDateTime),
    Column("quiet_start", Text),  # local time, HH:MM; NULL: the group's
    Column("quiet_end", Text),
    sqlite_strict=True,
)

topic_off = Table(
    "topic_off",
    metadata,
    Column("member_id", BigId, ForeignKey("member.id"), primary_key=True, autoincrement=False),
    Column("topic", Text, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    sqlite_strict=True,
)


@dataclass(frozen=True, slots=True)
class SqlPreferences:
    """Preferences over one connection."""

    connection: Connection
