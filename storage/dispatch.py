"""The sender's side of the outbox: take in hand, mark as leaving, record the end (storage.md §3.2)."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, and_, bindparam, case, func, or_, select, text, update

from kernel.ids import ChatId, MessageId, OutboxId
from kernel.message import Call, Kind, MessageClass
from storage.members import member
from storage.outbox import BULK, QUEUED, UNFINISHED, UNREADABLE, Queued, outbox, queued
from storage.prepared import Prepared, Rows


def _each(name: str) -> BindParameter[Any]:
    """Return a parameter that takes the members of a list."""
    return bindparam(name, expanding=True)


_REPEATABLE = (Kind.EDIT, Kind.CALL)  # doing it twice changes nothing
_RECEIPT_TRIES = 2

# The states of partial indexes are written out, or SQLite would not use them.
_WAITS = text("outbox.state = 'pending'")
_IS_DUE = and_(_WAITS, outbox.c.not_before <= bindparam("now"))
_taken = outbox.alias("taken")
_IS_FREE = ~select(1).where(_taken.c.chat == outbox.c.chat, _taken.c.epoch.is_not(None)).exists()
_MAY_OVERTAKE = ~(
    select(1)
    .where(_taken.c.chat == outbox.c.chat, _taken.c.epoch.is_not(None))
    .where(or_(_taken.c.state != "claimed", _taken.c.priority < BULK))
    .exists()
)
_URGENT = Prepared(
    select(*QUEUED)
    .where(_IS_DUE, outbox.c.priority < BULK, _MAY_OVERTAKE)
    .where(or_(outbox.c.kind == Kind.CALL, outbox.c.chat.not_in(_each("held"))))
    .where(outbox.c.chat.not_in(_each("silent")))
    .order_by(outbox.c.priority, outbox.c.id)
    .limit(bindparam("most"))
)
_BACKLOG = func.count().label("backlog")
_BULK = Prepared(
    select(func.min(outbox.c.id).label("id"), _BACKLOG)
    .where(_IS_DUE, outbox.c.priority >= BULK, _IS_FREE, outbox.c.chat.not_in(_each("unwanted")))
    .group_by(outbox.c.chat)
    .order_by(_BACKLOG.desc(), text("1"))
    .limit(bindparam("most"))
)
_ROWS = Prepared(select(*QUEUED).where(outbox.c.id.in_(_each("ids"))))
_WAITING_IN = Prepared(select(outbox.c.chat).distinct().where(_IS_DUE, outbox.c.chat.in_(_each("chats"))))
_CLAIM = Prepared(
    update(outbox)
    .where(outbox.c.id.in_(_each("ids")), outbox.c.state == "pending")
    .values(state="claimed", epoch=bindparam("by"))
)
_SENDING = Prepared(
    update(outbox)
    .where(outbox.c.id.in_(_each("ids")))
    .where(
        or_(
            outbox.c.state == "pending",
            and_(outbox.c.state == "claimed", outbox.c.epoch == bindparam("by")),
        )
    )
    .where(or_(outbox.c.expires_at.is_(None), outbox.c.expires_at > bindparam("now")))
    .where(outbox.c.not_before <= bindparam("now"))  # else its group was silenced meanwhile
    .values(state="sending", epoch=bindparam("by"), attempts=outbox.c.attempts + 1)
    .returning(outbox.c.id)
)
_FINISH = Prepared(
    update(outbox)
    .where(outbox.c.id == bindparam("row"), outbox.c.state == "sending")
    .values(
        state=bindparam("became"),
        sent_message=bindparam("id_there"),
        error=bindparam("why"),
        epoch=None,
        finished_at=bindparam("at"),
        file=None,  # it has been read for the last time, and so has whom a question was about
        about_user=None,
    )
)
_PERSONAL = (Call.MEMBER, Call.DOWNLOAD)  # questions whose answers tell of a person
# What was leaving when its person was erased: its words are gone, so it must not be tried again.
_FORGOTTEN = or_(
    and_(outbox.c.kind != Kind.CALL, outbox.c.text.is_(None)),
    and_(outbox.c.call.is_not(None), outbox.c.call.in_(_PERSONAL), outbox.c.about_user.is_(None)),
)
# One look by key for each such row: a list of all the erased would be made of the whole table.
_erased = select(1).where(member.c.id == outbox.c.about_member, member.c.erased_at.is_not(None)).exists()
_OF_ERASED = and_(outbox.c.about_member.is_not(None), _erased)
_TO_THEM = outbox.c.chat > 0
_WORDS_GONE = {
    **dict.fromkeys(("text", "keyboard", "file", "reason", "about_user")),
    "chat": case((_TO_THEM, 0), else_=outbox.c.chat),
    "sent_message": case((_TO_THEM, None), else_=outbox.c.sent_message),
    "message": case((_TO_THEM, None), else_=outbox.c.message),
}
_FORGET = Prepared(
    update(outbox)
    .where(outbox.c.id.in_(_each("ids")), outbox.c.state.not_in(UNFINISHED), _OF_ERASED)
    .values(_WORDS_GONE)
)


@dataclass(frozen=True, slots=True)
class Finished:
    """The end of a message that was leaving."""

    id: OutboxId
    state: str
    message: MessageId | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Recovered:
    """What an earlier sender had in hand, by what became of it."""

    unsent: int
    again: int
    unknown: int


@dataclass(frozen=True, slots=True)
class SqlDispatch:
    """The sender's side of the outbox over one connection, at the instant of its unit."""

    connection: Connection
    now: datetime

    def candidates(
        self,
        *,
        limit: int,
        held: Collection[ChatId] = (),
        silent: Collection[ChatId] = (),
        bulk: bool = True,
    ) -> tuple[Queued, ...]:
        """Return what may leave now, at most one of a chat: its most urgent and oldest.

        Urgent classes come first; of the others, those of the chats with most waiting, which means to look at
        everything that waits: not `bulk` leaves them out. Nothing of a chat of which a message is claimed or
        leaving, save what is urgent where what is claimed is not; of those in `held` only questions to
        Telegram, which write to nobody, and of those in `silent` nothing. A row whose time is over is closed
        as expired, one that cannot be read (written by another version) as failed.
        """
        while True:
            urgent = self._urgent(limit, held, silent)
            room = limit - len(urgent) if bulk else 0
            longest = self._bulk(room, {*held, *silent, *urgent}) if room > 0 else {}
            rows = (*urgent.values(), *self._rows(tuple(longest)))
            read = (self._read(row, longest.get(row[0], 1)) for row in rows)
            found = tuple(sorted((each for each in read if each), key=lambda each: each.urgency))
            if len(found) == len(rows):  # else what was closed hid others of its chat
                return found

    def _urgent(
        self, limit: int, held: Collection[ChatId], silent: Collection[ChatId]
    ) -> dict[ChatId, Sequence[Any]]:
        """Return the most urgent row of each chat."""
        asked = {"now": self.now, "held": tuple(held), "silent": tuple(silent), "most": limit}
        first: dict[ChatId, Sequence[Any]] = {}
        for row in _URGENT.rows(self.connection, asked):
            _, chat, *_ = row
            first.setdefault(ChatId(chat), row)
        return first

    def _bulk(self, limit: int, unwanted: Collection[ChatId]) -> dict[int, int]:
        """Return the oldest waiting row of each chat and how many wait there, longest queues first."""
        asked = {"now": self.now, "unwanted": tuple(unwanted), "most": limit}
        return {row[0]: row[1] for row in _BULK.rows(self.connection, asked)}

    def _rows(self, ids: Collection[int]) -> Rows:
        return _ROWS.rows(self.connection, {"ids": ids}) if ids else ()

    def _read(self, row: Sequence[Any], backlog: int) -> Queued | None:
        """Read a row; None, and it is closed, where its time is over or it cannot be read."""
        try:
            read = queued(row, backlog)
        except UNREADABLE as fault:
            self.give_up(OutboxId(row[0]), error=f"unreadable: {type(fault).__name__}")
            return None
        expires_at = read.outgoing.expires_at
        if expires_at is None or expires_at > self.now:
            return read
        self._expire((read.id,))
        return None

    def claim(self, rows: Collection[OutboxId], *, epoch: int) -> None:
        """Keep waiting messages for the sender of `epoch`; nothing of them leaves yet."""
        if rows:
            _CLAIM.change(self.connection, {"ids": tuple(rows), "by": epoch})

    def put_back(self, rows: Collection[OutboxId], *, epoch: int) -> None:
        """Let wait again what the sender of `epoch` claimed: something urgent for its chat overtakes it."""
        if rows:
            self.connection.execute(
                update(outbox)
                .where(outbox.c.id.in_(rows), outbox.c.epoch == epoch, outbox.c.state == "claimed")
                .values(state="pending", epoch=None)
            )

    def sending(self, rows: Collection[OutboxId], *, epoch: int) -> frozenset[OutboxId]:
        """Mark messages as leaving, just before their bytes do; return those that still may.

        The sender must hold the role in this unit (`SqlLeases.check`).
        """
        if not rows:
            return frozenset()
        marked = _SENDING.rows(self.connection, {"ids": tuple(rows), "by": epoch, "now": self.now})
        leaving = frozenset(OutboxId(own) for (own,) in marked)
        self._expire(tuple(row for row in rows if row not in leaving))
        return leaving

    def _expire(self, rows: Collection[OutboxId]) -> None:
        if rows:
            self.connection.execute(
                update(outbox)
                .where(outbox.c.id.in_(rows), outbox.c.state.in_(("pending", "claimed")))
                .where(outbox.c.expires_at <= self.now)
                .values(state="expired", epoch=None, finished_at=self.now)
            )
            self._forget(rows)

    def finish(self, ended: Iterable[Finished]) -> None:
        """Record what became of messages that were leaving."""
        done = tuple(ended)
        rows = [
            {"row": end.id, "became": end.state, "id_there": end.message, "why": end.error, "at": self.now}
            for end in done
        ]
        if rows:
            _FINISH.change_each(self.connection, rows)
            self._forget([end.id for end in done])

    def _forget(self, rows: Collection[OutboxId]) -> None:
        """Leave nothing personal in those of `rows` that are finished and are about somebody erased."""
        if rows:
            _FORGET.change(self.connection, {"ids": tuple(rows)})

    def is_forgotten(self, row: OutboxId) -> bool:
        """Tell whether the person a message was for was erased while it was leaving."""
        query = select(outbox.c.id).where(outbox.c.id == row, _FORGOTTEN)
        return self.connection.execute(query).first() is not None

    def give_up(self, row: OutboxId, *, error: str) -> None:
        """Close a message that a fault of ours stopped: failed before its bytes left, else unknown."""
        self.connection.execute(
            update(outbox)
            .where(outbox.c.id == row, outbox.c.state.in_(("pending", "claimed", "sending")))
            .values(
                state=case((outbox.c.state == "sending", "unknown"), else_="failed"),
                error=error,
                epoch=None,
                finished_at=self.now,
            )
        )
        self._forget((row,))

    def again(self, row: OutboxId, *, counts: bool, anew: bool = False) -> None:
        """Let a message leave again; `counts`: it was an attempt; `anew`: what was an edit is sent."""
        waits: dict[str, Any] = {"state": case((_FORGOTTEN, "skipped"), else_="pending"), "epoch": None}
        if not counts:
            waits["attempts"] = outbox.c.attempts - 1
        if anew:
            waits |= {"kind": Kind.SEND, "message": None}
        self.connection.execute(
            update(outbox).where(outbox.c.id == row, outbox.c.state == "sending").values(waits)
        )
        self._forget((row,))

    def release(self, *, epoch: int) -> None:
        """Let go of what the sender of `epoch` claimed and has not sent."""
        self.connection.execute(
            update(outbox)
            .where(outbox.c.epoch == epoch, outbox.c.state == "claimed")
            .values(state="pending", epoch=None)
        )

    def take_back(self, *, epoch: int, under_way: Collection[ChatId]) -> None:
        """Let wait again what the sender of `epoch` took in hand, save for the chats `under_way`.

        Only for a sender that knows that nothing else has left: unsaid to it, a commit marked them.
        """
        was_leaving = case((outbox.c.state == "sending", 1), else_=0)
        self.connection.execute(
            update(outbox)
            .where(outbox.c.epoch == epoch, outbox.c.chat.not_in(under_way))
            .values(state="pending", epoch=None, attempts=outbox.c.attempts - was_leaving)
        )

    def recover(self, *, epoch: int) -> Recovered:
        """Sort out what senders before `epoch` had in hand.

        What was only claimed waits again, and so does what is harmless twice. Anything else that was leaving
        may have arrived: it is parked as unknown, a receipt after its second try.
        """
        before = and_(outbox.c.epoch.is_not(None), outbox.c.epoch < epoch)
        over = outbox.c.state.not_in(("claimed", "sending"))
        # A restored database has parked them; their chats would wait for their end for ever.
        self.connection.execute(update(outbox).where(before, over).values(epoch=None))
        leaving = and_(before, outbox.c.state == "sending")
        waits = {"state": "pending", "epoch": None}
        unsent = self.connection.execute(
            update(outbox).where(before, outbox.c.state == "claimed").values(waits)
        )
        repeatable = or_(
            outbox.c.kind.in_(_REPEATABLE),
            and_(outbox.c.message_class == MessageClass.RECEIPT, outbox.c.attempts < _RECEIPT_TRIES),
        )
        harmless = and_(repeatable, ~_FORGOTTEN)
        again = self.connection.execute(update(outbox).where(leaving, harmless).values(waits))
        parked = self.connection.execute(
            update(outbox)
            .where(leaving)
            .values(
                state="unknown", error="the process ended while sending", epoch=None, finished_at=self.now
            )
        )
        ended = outbox.c.state.not_in(UNFINISHED)
        self.connection.execute(update(outbox).where(ended, _OF_ERASED, _TO_THEM).values(_WORDS_GONE))
        return Recovered(unsent.rowcount, again.rowcount, parked.rowcount)

    def waiting_in(self, chats: Collection[ChatId]) -> tuple[ChatId, ...]:
        """Return those of `chats` for which something could leave now."""
        waiting = _WAITING_IN.rows(self.connection, {"now": self.now, "chats": tuple(chats)})
        return tuple(ChatId(chat) for (chat,) in waiting)

    def finished_since(self, since: datetime) -> tuple[tuple[ChatId, datetime], ...]:
        """Return chat and instant of what was (or may have been) sent to groups after `since`."""
        query = (
            select(outbox.c.chat, outbox.c.finished_at)
            .where(outbox.c.finished_at > since, outbox.c.chat < 0, outbox.c.kind != Kind.CALL)
            .where(outbox.c.state.in_(("sent", "unknown")))
            .order_by(outbox.c.finished_at)
        )
        return tuple((ChatId(row.chat), row.finished_at) for row in self.connection.execute(query))


def is_harmless_twice(row: Queued) -> bool:
    """Tell whether a message may leave again when nobody knows whether it arrived (storage.md §3.2)."""
    outgoing, tries = row.outgoing, row.attempts + 1
    receipt = outgoing.message_class is MessageClass.RECEIPT
    return outgoing.kind in _REPEATABLE or (receipt and tries < _RECEIPT_TRIES)
