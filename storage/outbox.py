"""Messages waiting to leave, and what became of them (storage.md §3.2).

`pending`: waits. `claimed`: a sender holds it in memory, nothing has left. `sending`: its bytes are about
to leave. Then `sent`, `failed`, `skipped` (a later edit took its place), `expired`, or `unknown`: it may
have arrived.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Update,
    and_,
    bindparam,
    case,
    func,
    insert,
    or_,
    select,
    text,
    type_coerce,
    update,
)

from kernel.ids import ChatId, GroupId, MessageId, OutboxId, UserId
from kernel.message import Call, Fate, Kind, Language, MessageClass, Outgoing
from storage.dialect import insert_once
from storage.groups import chat_group
from storage.message_codec import (
    file_from_json,
    file_to_json,
    keyboard_from_json,
    keyboard_to_json,
    text_from_json,
    text_to_json,
)
from storage.prepared import Prepared
from storage.types import BigId, JsonText, UtcDateTime, metadata, partial_index

STATES = ("pending", "claimed", "sending", "sent", "failed", "skipped", "expired", "unknown")
UNFINISHED = ("pending", "claimed", "sending")
_HELD = timedelta(days=36_525)  # a century later than it would: what a group's staff have stopped
_HELD_MS = _HELD // timedelta(milliseconds=1)
_ANSWER_LIFE = timedelta(minutes=10)  # an answer that late confuses more than it helps
PRIORITY = {
    MessageClass.ANSWER: 0,
    MessageClass.RECEIPT: 0,
    MessageClass.UPKEEP: 1,
    MessageClass.NOTICE: 2,
}
BULK = PRIORITY[MessageClass.NOTICE]


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
    Column("epoch", BigId),  # of the sender that has it, while it is claimed or sending
    Column("large", Integer, CheckConstraint("large IN (0,1)", name="large"), nullable=False),
    Column("file", JsonText),
    Column("reason", JsonText),
    Column("group_id", BigId),
    Column("about_member", BigId),  # whose name a message to others holds
    UniqueConstraint("dedupe_key"),
    Index("ix_outbox_chat_id", "chat", "id"),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)


partial_index("ix_outbox_pending", "state = 'pending'", outbox.c.priority, outbox.c.id)
partial_index("ix_outbox_taken", "epoch IS NOT NULL", outbox.c.chat)
_WAITING_EDITS = "kind = 'edit' AND state IN ('pending','claimed')"
partial_index("ix_outbox_edits", _WAITING_EDITS, outbox.c.chat, outbox.c.message)
partial_index("ix_outbox_about", "about_member IS NOT NULL", outbox.c.about_member)


_QUEUED = (
    *("id", "chat", "kind", "message_class", "text", "keyboard", "language", "message", "topic", "call"),
    *("about_user", "not_before", "expires_at", "dedupe_key", "attempts", "large", "file"),
)
_READ_BY_US = ("text", "keyboard", "file")  # whatever a row holds, the others must come
QUEUED = tuple(  # what `queued` reads
    type_coerce(outbox.c[name], Text) if name in _READ_BY_US else outbox.c[name] for name in _QUEUED
)
_LATER = ("id", "sent_message", "error", "finished_at", "epoch")

UNREADABLE = (AttributeError, KeyError, RecursionError, TypeError, ValueError)

_INSERT = Prepared(insert(outbox), [column.key for column in outbox.columns if column.key not in _LATER])
_NEXT = Prepared(select(func.min(outbox.c.not_before)).where(outbox.c.state == "pending"))
_SAID_ANEW = case((outbox.c.kind == Kind.EDIT, Kind.SEND), else_=outbox.c.kind)
_SKIP_EARLIER_EDITS = Prepared(
    update(outbox)
    .where(text(_WAITING_EDITS))
    .where(outbox.c.chat == bindparam("in_chat"), outbox.c.message == bindparam("edited"))
    .values(state="skipped", error="a later edit", epoch=None, finished_at=bindparam("at"))
)
_FATE = Prepared(select(outbox.c.state, outbox.c.sent_message).where(outbox.c.dedupe_key == bindparam("key")))


@dataclass(frozen=True, slots=True)
class Queued:
    """A message of the outbox with its row id. `backlog`: how many wait for its chat, where that counts."""

    id: OutboxId
    outgoing: Outgoing
    attempts: int
    backlog: int = 1

    @property
    def is_urgent(self) -> bool:
        """Whether it leaves before what the bot says by itself."""
        return PRIORITY[self.outgoing.message_class] < BULK

    @property
    def urgency(self) -> tuple[int, int, int]:
        """What leaves first: urgent classes, then the chat with most waiting, then the oldest."""
        return PRIORITY[self.outgoing.message_class], -self.backlog, self.id


@dataclass(frozen=True, slots=True)
class SqlOutbox:
    """The outbox over one connection, at the instant of its unit."""

    connection: Connection
    now: datetime

    def put(self, message: Outgoing) -> bool:
        """Queue `message`; False when its dedupe key was used before.

        An edit takes the place of those of the same message that have not left.
        """
        values = {
            "created_at": self.now,
            "state": "pending",
            "kind": message.kind,
            "message_class": message.message_class,
            "priority": PRIORITY[message.message_class],
            "chat": message.chat,
            "topic": message.topic,
            "message": message.message,
            "call": message.call,
            "about_user": message.user,
            "text": text_to_json(message.text) if message.text else None,
            "keyboard": keyboard_to_json(message.keyboard) if message.keyboard else None,
            "language": message.language,
            "not_before": self._earliest(message),
            "expires_at": message.expires_at or self._default_expiry(message.message_class),
            "dedupe_key": message.dedupe_key,
            "attempts": 0,
            "large": int(message.large),
            "file": file_to_json(message.file) if message.file else None,
            "reason": text_to_json(message.reason) if message.reason else None,
            "group_id": message.group,
            "about_member": message.about,
        }
        if message.kind is Kind.EDIT:
            self._skip_earlier_edits(message)
        if message.dedupe_key is None:
            _INSERT.change(self.connection, values)
            return True
        return insert_once(self.connection, outbox, values)

    def _earliest(self, message: Outgoing) -> datetime:
        """Return from when a message may leave: what the bot says by itself for a silent group is held."""
        at = message.not_before or self.now
        if message.group is None or message.message_class is not MessageClass.NOTICE:
            return at
        silent = select(chat_group.c.silent_since).where(chat_group.c.id == message.group)
        # Locked, so that who silences the group at this moment finds what is put here, or is seen.
        since = self.connection.execute(silent.with_for_update(read=True)).scalar_one_or_none()
        return at if since is None else at + _HELD

    def fate(self, dedupe_key: str) -> Fate | None:
        """Return what became of the message of that key; None when there is none, or it is forgotten."""
        row = _FATE.row(self.connection, {"key": dedupe_key})
        if row is None:
            return None
        state, sent = row
        return Fate(state in UNFINISHED, None if sent is None else MessageId(sent))

    def hasten(self, chat: ChatId, *, to: datetime) -> int:
        """Let what the bot says to a chat by itself leave at `to` where it waits for later; return how many.

        What is held for a silent group stays held.
        """
        waits = and_(
            outbox.c.chat == chat,
            outbox.c.state == "pending",
            outbox.c.message_class == MessageClass.NOTICE,
            outbox.c.not_before > to,
            ~_is_held(self.now),
        )
        return self.connection.execute(update(outbox).where(waits).values(not_before=to)).rowcount

    def hold(self, group: GroupId) -> int:
        """Keep what the bot would say by itself for a group from leaving; return how many messages.

        What is leaving at this moment cannot be stopped, but it is not tried again.
        """
        waits = and_(_of_group(group, self.now), ~_is_held(self.now))
        leaving = case((outbox.c.state == "sending", "sending"), else_="pending")
        by = case((outbox.c.state == "sending", outbox.c.epoch), else_=None)
        later = type_coerce(outbox.c.not_before, BigInteger) + _HELD_MS
        held = update(outbox).where(waits).values(state=leaving, epoch=by, not_before=later)
        return self.connection.execute(held).rowcount

    def let_go(self, group: GroupId) -> int:
        """Let leave what was held for a group, at the times it had; return how many messages."""
        held = and_(_of_group(group, self.now), _is_held(self.now))
        earlier = type_coerce(outbox.c.not_before, BigInteger) - _HELD_MS
        return self.connection.execute(update(outbox).where(held).values(not_before=earlier)).rowcount

    def _skip_earlier_edits(self, message: Outgoing) -> None:
        replaced = {"in_chat": message.chat, "edited": message.message, "at": self.now}
        _SKIP_EARLIER_EDITS.change(self.connection, replaced)

    def _default_expiry(self, message_class: MessageClass) -> datetime | None:
        return self.now + _ANSWER_LIFE if message_class is MessageClass.ANSWER else None

    def move(self, old: ChatId, new: ChatId) -> None:
        """Send to `new` what still waits for `old`: Telegram moved the chat.

        Its message ids are gone, so what was to change one is said anew.
        """
        self.connection.execute(
            update(outbox)
            .where(outbox.c.chat == old, text("state IN ('pending','claimed')"))
            .values(state="pending", epoch=None, chat=new, message=None, topic=None, kind=_SAID_ANEW)
        )

    def next_at(self) -> datetime | None:
        """Return the instant from which the next waiting message may leave."""
        earliest: datetime | None = _NEXT.rows(self.connection, {})[0][0]
        return earliest


def _of_group(group: GroupId, now: datetime) -> ColumnElement[bool]:
    """Return what the bot says by itself for a group and has not said."""
    return and_(
        outbox.c.state.in_(UNFINISHED),
        outbox.c.message_class == MessageClass.NOTICE,
        outbox.c.group_id == group,
        or_(outbox.c.expires_at.is_(None), outbox.c.expires_at > now),
    )


def _is_held(now: datetime) -> ColumnElement[bool]:
    return outbox.c.not_before > now + _HELD / 2


def restored(now: datetime) -> Update:
    """Return what parks the messages of a restored database; questions to Telegram may be asked again.

    It names columns of the first schema only: an archive of any age is parked before it is migrated.
    """
    return (
        update(outbox)
        .where(outbox.c.state.in_(UNFINISHED), outbox.c.kind != Kind.CALL)
        .values(state="unknown", error="restored from a backup", finished_at=now)
    )


def queued(row: Sequence[Any], backlog: int) -> Queued:
    """Read a message back. Raises one of UNREADABLE for what another version wrote, or nobody did."""
    own, chat, kind, message_class, said, buttons, language, message, topic, call, *rest = row
    user, not_before, expires_at, dedupe_key, attempts, large, file = rest
    outgoing = Outgoing(
        kind=Kind(kind),
        chat=ChatId(chat),
        message_class=MessageClass(message_class),
        text=text_from_json(json.loads(said)) if said else None,
        keyboard=keyboard_from_json(json.loads(buttons)) if buttons else (),
        language=Language(language),
        message=None if message is None else MessageId(message),
        topic=topic,
        call=Call(call) if call else None,
        user=None if user is None else UserId(user),
        not_before=not_before,
        expires_at=expires_at,
        dedupe_key=dedupe_key,
        large=bool(large),
        file=file_from_json(json.loads(file)) if file else None,
    )
    return Queued(OutboxId(own), outgoing, attempts, backlog)
