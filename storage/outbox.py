"""Messages waiting to leave, and what became of them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    Row,
    Table,
    Text,
    UniqueConstraint,
    Update,
    and_,
    case,
    func,
    insert,
    or_,
    select,
    text,
    update,
)

from kernel.ids import ChatId, MessageId, OutboxId, UserId
from kernel.message import Call, Kind, Language, MessageClass, Outgoing
from storage.dialect import insert_once
from storage.message_codec import keyboard_from_json, keyboard_to_json, text_from_json, text_to_json
from storage.types import BigId, JsonText, UtcDateTime, metadata

STATES = ("pending", "sending", "sent", "failed", "expired", "unknown")
UNFINISHED = ("pending", "sending")
_REPEATABLE = (Kind.EDIT, Kind.CALL)  # doing it twice changes nothing
_ANSWER_LIFE = timedelta(minutes=10)  # an answer that late confuses more than it helps
_PRIORITY = {MessageClass.ANSWER: 0, MessageClass.UPKEEP: 1, MessageClass.NOTICE: 2}


def _one_of(column: str, values: Collection[str]) -> CheckConstraint:
    listed = ",".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


outbox = Table(
    "outbox",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("state", Text, _one_of("state", STATES), nullable=False),
    Column("kind", Text, _one_of("kind", tuple(Kind)), nullable=False),
    Column("class", Text, _one_of("class", tuple(MessageClass)), key="message_class", nullable=False),
    Column("priority", Integer, nullable=False),  # smaller leaves first
    Column("chat", BigId, nullable=False),
    Column("topic", BigId),
    Column("message", BigId),  # target of an edit or deletion, or the message answered
    Column("call", Text),
    Column("about_user", BigId),
    Column("text", JsonText),
    Column("keyboard", JsonText),
    Column("language", Text, nullable=False),
    Column("not_before", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime),
    Column("dedupe_key", Text),
    Column("attempts", Integer, nullable=False),
    Column("sent_message", BigId),
    Column("error", Text),
    Column("finished_at", UtcDateTime),
    UniqueConstraint("dedupe_key"),
    sqlite_strict=True,
)
_PENDING = "state = 'pending'"
Index(
    "ix_outbox_pending",
    outbox.c.priority,
    outbox.c.id,
    sqlite_where=text(_PENDING),
    postgresql_where=text(_PENDING),
)
_SENDING = "state = 'sending'"
Index("ix_outbox_sending", outbox.c.id, sqlite_where=text(_SENDING), postgresql_where=text(_SENDING))


@dataclass(frozen=True, slots=True)
class Queued:
    """A message of the outbox with its row id."""

    id: OutboxId
    outgoing: Outgoing
    attempts: int


@dataclass(frozen=True, slots=True)
class SqlOutbox:
    """The outbox over one connection, at the instant of its unit."""

    connection: Connection
    now: datetime

    def put(self, message: Outgoing) -> bool:
        """Queue `message`; False when its dedupe key was used before."""
        values = {
            "created_at": self.now,
            "state": "pending",
            "kind": message.kind,
            "message_class": message.message_class,
            "priority": _PRIORITY[message.message_class],
            "chat": message.chat,
            "topic": message.topic,
            "message": message.message,
            "call": message.call,
            "about_user": message.user,
            "text": text_to_json(message.text) if message.text else None,
            "keyboard": keyboard_to_json(message.keyboard) if message.keyboard else None,
            "language": message.language,
            "not_before": message.not_before or self.now,
            "expires_at": message.expires_at or self._default_expiry(message.message_class),
            "dedupe_key": message.dedupe_key,
            "attempts": 0,
        }
        if message.dedupe_key is None:
            self.connection.execute(insert(outbox).values(**values))
            return True
        return insert_once(self.connection, outbox, values)

    def _default_expiry(self, message_class: MessageClass) -> datetime | None:
        return self.now + _ANSWER_LIFE if message_class is MessageClass.ANSWER else None

    def due(
        self, *, limit: int, busy: Collection[ChatId] = (), held: Collection[ChatId] = ()
    ) -> tuple[Queued, ...]:
        """Return what may leave now, urgent and old ones first.

        Nothing of the chats in `busy`; of those in `held` only questions to Telegram, which write to nobody.
        A row that cannot be read (written by another version) is closed as failed.
        """
        rows = self.connection.execute(
            select(outbox)
            .where(self._is_due(), outbox.c.chat.not_in(busy))
            .where(or_(outbox.c.kind == Kind.CALL, outbox.c.chat.not_in(held)))
            .order_by(outbox.c.priority, outbox.c.id)
            .limit(limit)
        )
        return tuple(queued for row in rows.all() if (queued := self._read(row)))

    def waiting_in(self, chats: Collection[ChatId]) -> tuple[ChatId, ...]:
        """Return those of `chats` for which something could leave now."""
        query = select(outbox.c.chat).distinct().where(self._is_due(), outbox.c.chat.in_(chats))
        return tuple(ChatId(chat) for chat in self.connection.execute(query).scalars())

    def finished_since(self, since: datetime) -> tuple[tuple[ChatId, datetime], ...]:
        """Return chat and instant of what was (or may have been) sent to groups after `since`."""
        query = (
            select(outbox.c.chat, outbox.c.finished_at)
            .where(outbox.c.finished_at > since, outbox.c.chat < 0, outbox.c.kind != Kind.CALL)
            .where(outbox.c.state.in_(("sent", "unknown")))
            .order_by(outbox.c.finished_at)
        )
        return tuple((ChatId(row.chat), row.finished_at) for row in self.connection.execute(query))

    def _is_due(self) -> ColumnElement[bool]:
        return and_(outbox.c.state == "pending", outbox.c.not_before <= self.now)

    def _read(self, row: Row[Any]) -> Queued | None:
        try:
            return _queued(row)
        except (KeyError, TypeError, ValueError) as fault:
            self.give_up(OutboxId(row.id), error=f"unreadable: {type(fault).__name__}")
            return None

    def next_at(self) -> datetime | None:
        """Return the instant from which the next waiting message may leave."""
        query = select(func.min(outbox.c.not_before)).where(outbox.c.state == "pending")
        earliest: datetime | None = self.connection.execute(query).scalar_one()
        return earliest

    def sending(self, row: OutboxId) -> bool:
        """Mark a message as leaving, just before its bytes do; False when it is not waiting any more."""
        marked = self.connection.execute(
            update(outbox)
            .where(outbox.c.id == row, outbox.c.state == "pending")
            .where(or_(outbox.c.expires_at.is_(None), outbox.c.expires_at > self.now))
            .values(state="sending", attempts=outbox.c.attempts + 1)
        )
        return marked.rowcount == 1

    def finish(
        self, row: OutboxId, state: str, *, message: MessageId | None = None, error: str | None = None
    ) -> None:
        """Record what became of a message that was leaving."""
        self.connection.execute(
            update(outbox)
            .where(outbox.c.id == row, outbox.c.state == "sending")
            .values(state=state, sent_message=message, error=error, finished_at=self.now)
        )

    def give_up(self, row: OutboxId, *, error: str) -> None:
        """Close a message that a fault of ours stopped: failed before its bytes left, else unknown."""
        self.connection.execute(
            update(outbox)
            .where(outbox.c.id == row, outbox.c.state.in_(("pending", "sending")))
            .values(
                state=case((outbox.c.state == "sending", "unknown"), else_="failed"),
                error=error,
                finished_at=self.now,
            )
        )

    def again(self, row: OutboxId, *, counts: bool) -> None:
        """Let a message that surely did not arrive leave again; `counts` tells whether it was an attempt."""
        self.connection.execute(
            update(outbox)
            .where(outbox.c.id == row, outbox.c.state == "sending")
            .values(state="pending", attempts=outbox.c.attempts - (0 if counts else 1))
        )

    def expire(self) -> int:
        """Close the waiting messages whose time is over and return how many."""
        closed = self.connection.execute(
            update(outbox)
            .where(outbox.c.state == "pending", outbox.c.expires_at <= self.now)
            .values(state="expired", finished_at=self.now)
        )
        return closed.rowcount

    def recover(self) -> tuple[int, int]:
        """Sort out what a killed sender left in flight: (sent again, unknown).

        What is harmless twice waits again; a message may have arrived, so it is parked as unknown.
        """
        in_flight = outbox.c.state == "sending"
        again = self.connection.execute(
            update(outbox).where(in_flight, outbox.c.kind.in_(_REPEATABLE)).values(state="pending")
        )
        unknown = self.connection.execute(
            update(outbox)
            .where(in_flight)
            .values(state="unknown", error="the process ended while sending", finished_at=self.now)
        )
        return again.rowcount, unknown.rowcount

    def restored(self) -> int:
        """Park what a backup brought back as waiting: it may have left since. Return how many."""
        return self.connection.execute(restored(self.now)).rowcount


def restored(now: datetime) -> Update:
    """Return what parks the messages of a restored database; questions to Telegram may be asked again."""
    return (
        update(outbox)
        .where(outbox.c.state.in_(UNFINISHED), outbox.c.kind != Kind.CALL)
        .values(state="unknown", error="restored from a backup", finished_at=now)
    )


def is_repeatable(kind: Kind) -> bool:
    """Tell whether doing this twice changes nothing."""
    return kind in _REPEATABLE


def _queued(row: Row[Any]) -> Queued:
    outgoing = Outgoing(
        kind=Kind(row.kind),
        chat=ChatId(row.chat),
        message_class=MessageClass(row.message_class),
        text=text_from_json(row.text) if row.text else None,
        keyboard=keyboard_from_json(row.keyboard) if row.keyboard else (),
        language=Language(row.language),
        message=None if row.message is None else MessageId(row.message),
        topic=row.topic,
        call=Call(row.call) if row.call else None,
        user=None if row.about_user is None else UserId(row.about_user),
        not_before=row.not_before,
        expires_at=row.expires_at,
        dedupe_key=row.dedupe_key,
    )
    return Queued(OutboxId(row.id), outgoing, row.attempts)
