"""Wishes to join that wait for an answer, in SQL."""

from dataclasses import dataclass

from sqlalchemy import Column, Connection, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from storage.types import BigId, UtcDateTime, metadata

# Only open ones: what became of one stands in the journal, without the number of who asked.
join_request = Table(
    "join_request",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("group_id", BigId, ForeignKey("chat_group.id"), nullable=False),
    Column("user_id", BigId, nullable=False),
    Column("chat", BigId, nullable=False),  # where the person can be written to for five minutes
    Column("language", Text, nullable=False),
    Column("answer", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    UniqueConstraint("group_id", "user_id"),
    Index("ix_join_request_expires_at", "expires_at"),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)


@dataclass(frozen=True, slots=True)
class SqlJoining:
    """Wishes to join over one connection."""

    connection: Connection
