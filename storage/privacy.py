"""What erasing leaves, and what is forgotten with time, in SQL."""

from dataclasses import dataclass

from sqlalchemy import Column, Connection, Index, Table, Text

from storage.types import BigId, UtcDateTime, metadata

# Somebody was here and was erased: a keyed hash of the Telegram number, kept for a while (rulings.md 14).
tombstone = Table(
    "tombstone",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("erased_at", UtcDateTime, nullable=False),
    Column("until", UtcDateTime, nullable=False),
    Index("ix_tombstone_until", "until"),
    sqlite_strict=True,
)

# How far a sweep over old rows has come.
sweep = Table(
    "sweep",
    metadata,
    Column("name", Text, primary_key=True),
    Column("cursor", BigId, nullable=False),
    sqlite_strict=True,
)


@dataclass(frozen=True, slots=True)
class SqlPrivacy:
    """Erasing and forgetting over one connection."""

    connection: Connection
