"""Updates taken in once, before Telegram is told that we have them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    and_,
    bindparam,
    case,
    select,
    type_coerce,
    update,
)

from kernel.ids import InboxId
from storage.dialect import insert_new
from storage.prepared import Prepared
from storage.types import BigId, JsonText, UtcDateTime, metadata, partial_index

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
    sqlite_autoincrement=True,
)
partial_index("ix_inbox_new", "state = 'new'", inbox.c.id)
partial_index("ix_inbox_parked", "state = 'parked'", inbox.c.id)


_TAKEN = inbox.c.id, inbox.c.source, inbox.c.lane, type_coerce(inbox.c.body, Text)
_WAITING = and_(inbox.c.id == bindparam("row"), inbox.c.state == "new")
_PLACE = case((inbox.c.lane < 0, inbox.c.lane), else_=0)  # a group's number stays, a person's goes
_DONE = Prepared(  # whose chat it was is needed no longer
    update(inbox).where(_WAITING).values(state="done", done_at=bindparam("at"), body={}, lane=_PLACE)
)
_PARKED = Prepared(update(inbox).where(_WAITING).values(state="parked", done_at=bindparam("at")))


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
        values = [
            {
                "bot_id": bot_id,
                "source": row.source,
                "source_id": row.source_id,
                "lane": row.lane,
                "body": row.body,
                "received_at": self.now,
                "state": "new",
                "attempts": 0,
            }
            for row in rows
        ]
        new = insert_new(self.connection, inbox, values, inbox.c.id, inbox.c.source, inbox.c.source_id)
        ids = {(source, source_id): own for own, source, source_id in new}
        taken = ((ids.pop((row.source, row.source_id), None), row) for row in rows)
        return tuple(Taken(InboxId(own), row.source, row.lane, row.body) for own, row in taken if own)

    def waiting(self, bot_id: int, *, after: InboxId, limit: int) -> tuple[Taken, ...]:
        """Return the oldest rows beyond `after` that are not done: what a killed process left."""
        rows = self.connection.execute(
            select(*_TAKEN)
            .where(inbox.c.state == "new", inbox.c.bot_id == bot_id, inbox.c.id > after)
            .order_by(inbox.c.id)
            .limit(limit)
        )
        return tuple(_taken(*row) for row in rows)

    def unhandled(self, bot_id: int, source: str, source_ids: Sequence[int]) -> tuple[Taken, ...]:
        """Return those of the rows with these numbers that are not done, in their order."""
        rows = self.connection.execute(
            select(*_TAKEN)
            .where(inbox.c.bot_id == bot_id, inbox.c.source == source, inbox.c.source_id.in_(source_ids))
            .where(inbox.c.state == "new")
            .order_by(inbox.c.id)
        )
        return tuple(_taken(*row) for row in rows)

    def done(self, row: InboxId) -> bool:
        """Mark a row done, with its effects, and forget its body and chat; False when done before."""
        return self._close(row, _DONE)

    def park(self, row: InboxId) -> bool:
        """Put a row aside that failed too often: a human must look."""
        return self._close(row, _PARKED)

    def failed(self, row: InboxId) -> int:
        """Count a failed attempt and return how many there were."""
        attempts: int = self.connection.execute(
            update(inbox)
            .where(inbox.c.id == row)
            .values(attempts=inbox.c.attempts + 1)
            .returning(inbox.c.attempts)
        ).scalar_one()
        return attempts

    def _close(self, row: InboxId, statement: Prepared) -> bool:
        return statement.change(self.connection, {"row": row, "at": self.now}) == 1


def _taken(own: int, source: str, lane: int, body: str) -> Taken:
    """Read a row back; a body that is no JSON comes empty: its lane cannot handle that and parks the row."""
    try:
        read = json.loads(body)
    except (ValueError, RecursionError):
        read = {}
    return Taken(InboxId(own), source, lane, read)
