"""Updates taken in once, before Telegram is told that we have them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    select,
    text,
    update,
)

from kernel.ids import InboxId
from storage.dialect import insert_once_id
from storage.types import BigId, JsonText, UtcDateTime, metadata

TELEGRAM = "telegram"
SENDER = "sender"

inbox = Table(
    "inbox",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("bot_id", BigId, nullable=False),
    Column("source", Text, CheckConstraint("source IN ('telegram','sender')", name="source"), nullable=False),
    Column("source_id", BigId, nullable=False),  # update_id, or the outbox row whose result this is
    Column("lane", BigId, nullable=False),  # chat (or person) whose rows are handled one after another
    Column("body", JsonText, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("state", Text, CheckConstraint("state IN ('new','done','parked')", name="state"), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("done_at", UtcDateTime),
    UniqueConstraint("bot_id", "source", "source_id"),
    sqlite_strict=True,
)
Index(
    "ix_inbox_new",
    inbox.c.id,
    sqlite_where=text("state = 'new'"),
    postgresql_where=text("state = 'new'"),
)


@dataclass(frozen=True, slots=True)
class Taken:
    """A row of the inbox that waits for its lane."""

    id: InboxId
    source: str
    lane: int
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class NewRow:
    """What arrives: an update, or the result of something the sender did."""

    source: str
    source_id: int
    lane: int
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SqlInbox:
    """The inbox over one connection, at the instant of its unit."""

    connection: Connection
    now: datetime

    def take_in(self, bot_id: int, rows: Sequence[NewRow]) -> tuple[Taken, ...]:
        """Keep `rows`; return those that were not known, in their order, with their inbox ids."""
        return tuple(taken for row in rows if (taken := self._take_in(bot_id, row)))

    def _take_in(self, bot_id: int, row: NewRow) -> Taken | None:
        values = {
            "bot_id": bot_id,
            "source": row.source,
            "source_id": row.source_id,
            "lane": row.lane,
            "body": row.body,
            "received_at": self.now,
            "state": "new",
            "attempts": 0,
        }
        new = insert_once_id(self.connection, inbox, values)
        return None if new is None else Taken(InboxId(new), row.source, row.lane, row.body)

    def waiting(self, bot_id: int, *, after: InboxId, limit: int) -> tuple[Taken, ...]:
        """Return the oldest rows beyond `after` that are not done: what a killed process left."""
        rows = self.connection.execute(
            select(inbox.c.id, inbox.c.source, inbox.c.lane, inbox.c.body)
            .where(inbox.c.state == "new", inbox.c.bot_id == bot_id, inbox.c.id > after)
            .order_by(inbox.c.id)
            .limit(limit)
        )
        return tuple(Taken(InboxId(row.id), row.source, row.lane, row.body) for row in rows)

    def unhandled(self, bot_id: int, source: str, source_ids: Sequence[int]) -> tuple[Taken, ...]:
        """Return those of the rows with these numbers that are not done, in their order."""
        rows = self.connection.execute(
            select(inbox.c.id, inbox.c.source, inbox.c.lane, inbox.c.body)
            .where(inbox.c.bot_id == bot_id, inbox.c.source == source, inbox.c.source_id.in_(source_ids))
            .where(inbox.c.state == "new")
            .order_by(inbox.c.id)
        )
        return tuple(Taken(InboxId(row.id), row.source, row.lane, row.body) for row in rows)

    def done(self, row: InboxId) -> bool:
        """Mark a row done and forget its body, in the transaction of its effects; False when done before."""
        return self._close(row, "done")

    def park(self, row: InboxId) -> bool:
        """Put a row aside that failed too often: a human must look."""
        return self._close(row, "parked")

    def failed(self, row: InboxId) -> int:
        """Count a failed attempt and return how many there were."""
        attempts: int = self.connection.execute(
            update(inbox)
            .where(inbox.c.id == row)
            .values(attempts=inbox.c.attempts + 1)
            .returning(inbox.c.attempts)
        ).scalar_one()
        return attempts

    def _close(self, row: InboxId, state: str) -> bool:
        closed = self.connection.execute(
            update(inbox)
            .where(inbox.c.id == row, inbox.c.state == "new")
            .values(state=state, done_at=self.now, **({"body": {}} if state == "done" else {}))
        )
        return closed.rowcount == 1
