"""Append-only facts: who, what, when, with which numbers."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, Table, Text, insert

from kernel.ids import GroupId, MemberId
from storage.prepared import Prepared
from storage.types import BigId, JsonText, UtcDateTime, metadata

journal = Table(
    "journal",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("action", Text, nullable=False),
    Column("member_id", BigId),
    Column("group_id", BigId),
    Column("params", JsonText, nullable=False),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)

_NOTE = Prepared(insert(journal), ("at", "action", "member_id", "group_id", "params"))


@dataclass(frozen=True, slots=True)
class SqlJournal:
    """The journal over one connection, at the instant of its unit."""

    connection: Connection
    now: datetime

    def note(
        self,
        action: str,
        *,
        member: MemberId | None = None,
        group: GroupId | None = None,
        **params: int | str | None,
    ) -> None:
        """Record that `action` happened now."""
        fact = {"at": self.now, "action": action, "member_id": member, "group_id": group, "params": params}
        _NOTE.change(self.connection, fact)
