"""Keys that are taken once, ever."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, Index, Table, Text

from storage.dialect import insert_once
from storage.types import UtcDateTime, metadata

claim = Table(
    "claim",
    metadata,
    Column("key", Text, primary_key=True),
    Column("taken_at", UtcDateTime, nullable=False),
    Index("ix_claim_taken_at", "taken_at"),
    sqlite_strict=True,
)


@dataclass(frozen=True, slots=True)
class SqlClaims:
    """Claims over one connection, at the instant of its unit."""

    connection: Connection
    now: datetime

    def take(self, key: str) -> bool:
        """Take `key`; False when it was taken before."""
        return insert_once(self.connection, claim, {"key": key, "taken_at": self.now})
