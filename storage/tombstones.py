"""Who was erased, as keyed hashes, in SQL."""

from sqlalchemy import Column, Index, Table, Text

from storage.types import UtcDateTime, metadata

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
