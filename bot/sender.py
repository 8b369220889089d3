"""Drains the outbox: paces, sends, and records what became of each message (storage.md §3.2, §3.4).

At most one message of a chat is under way, so order is kept. A message is marked `sending` just before its
bytes leave; no transaction is open while Telegram is awaited.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from telegram import InlineKeyboardMarkup, LinkPreviewOptions, Message, ReplyParameters
from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.ext import ExtBot

from bot.pace import Monotonic, Pace, wait_for_event
from bot.wire import NotSent, seconds_of
from handlers.keyboards import markup
from handlers.outcome import Outcome, OutcomeKind
from kernel.clock import Clock
from kernel.ids import ChatId, MessageId
from kernel.message import Call, Kind, Outgoing
from storage.db import Db
from storage.inbox import SENDER, NewRow, Taken
from storage.outbox import Queued, is_repeatable
from storage.uow import SqlUow
from texts.catalog import Catalog

_log = logging.getLogger(__name__)
_IN_FLIGHT = 8
_LOOK_AHEAD = 64
_ATTEMPTS = 8
_PAUSE_SECONDS = 2.0  # before the second attempt, doubled each time
_MOST_WAITED = 30.0  # seconds between two looks at the outbox when nothing else wakes the sender
_LONGEST_PAUSE = 60.0
_WINDOW = timedelta(minutes=1)
_UNCHANGED = "message is not modified"
_NOT_EDITABLE = ("message to edit not found", "message can't be edited", "message_id_invalid")
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


@dataclass(frozen=True, slots=True)
class _Result:
    """What became of one message."""

    state: str  # a final state of the outbox, or "again"
    message: MessageId | None = None
    error: str | None = None
    outcome: Outcome | None = None
    hold_seconds: float = 0.0  # nothing leaves for this chat so long
    offline: bool = False  # nothing leaves for any chat for a while
    counts: bool = True  # an attempt; being told to wait is none


@dataclass(frozen=True, slots=True)
class _Shown:
    """A message as Telegram is given it."""

    html: str
    markup: InlineKeyboardMarkup | None


class Sender:
    """The only part that sends, edits and asks; what a tap is answered with leaves from its lane."""

    def __init__(
        self,
        *,
        db: Db,
        bot: ExtBot[None],
        catalog: Catalog,
        pace: Pace,
        monotonic: Monotonic,
        clock: Clock,
        came_back: Callable[[tuple[Taken, ...]], None],
        spawn: Callable[[Coroutine[Any, Any, None]], object],
    ) -> None:
        self._db, self._bot, self._catalog = db, bot, catalog
        self._pace, self._monotonic, self._clock = pace, monotonic, clock
        self._came_back, self._spawn = came_back, spawn
        self._busy: set[ChatId] = set()
        self._stopping = False
        self.results: Counter[str] = Counter()  # what became of what was tried, since the process began
        self._offline_pause = _PAUSE_SECONDS
        self._woken = asyncio.Event()
        self._rests = asyncio.Event()

    def wake(self) -> None:
        """Look at the outbox: something was put there, or the clock has moved."""
        self._rests.clear()
        self._woken.set()

    @property
    def rests(self) -> bool:
        """Whether nothing is under way and nothing may leave at this instant."""
        return self._rests.is_set()

    async def stop(self) -> None:
        """Start nothing more and wait until what is under way has landed."""
        self._stopping = True
        while self._busy:
            self._woken.clear()
            await self._woken.wait()

    async def rested(self) -> None:
        """Wait until nothing is under way and nothing may leave at this instant."""
        await self._rests.wait()

    async def run(self) -> None:
        """Send what may leave, for as long as the process lives."""
        await self._take_over()
        while True:
            self._woken.clear()
            wake_at = await self._launch()
            if wake_at is not None:
                await self._monotonic.pause(wake_at, self._woken)
            elif self._busy:
                await self._woken.wait()
            else:
                await self._rest()

    async def _take_over(self) -> None:
        """Sort out what the last process left in flight, and count what it sent in the last minute."""
        again, unknown = await self._db.run(lambda uow: uow.outbox.recover())
        if again or unknown:
            _log.warning("messages in flight at the last end", extra={"again": again, "unknown": unknown})
        sent = await self._db.run(lambda uow: uow.outbox.finished_since(uow.now - _WINDOW))
        for chat, at in sent:
            ago = (self._clock.now() - at).total_seconds()
            self._pace.completed(chat, self._monotonic.seconds() - ago)

    async def _rest(self) -> None:
        next_at = await self._db.run(lambda uow: uow.outbox.next_at())
        waiting = _MOST_WAITED
        if next_at is not None:
            waiting = min(waiting, (next_at - self._clock.now()).total_seconds())
        if waiting <= 0 or self._woken.is_set():
            return
        self._rests.set()
        await wait_for_event(self._woken, waiting)

    async def _launch(self) -> float | None:
        """Start what may leave now; return the reading at which pacing lets more leave, or None."""
        if self._stopping or len(self._busy) >= _IN_FLIGHT:
            return None
        now = self._monotonic.seconds()
        self._pace.forget_idle(now)
        busy, held = tuple(self._busy), self._pace.held(now)
        rows, waiting = await self._db.run(lambda uow: _due(uow, busy, tuple(held)))
        for row in rows:
            if len(self._busy) >= _IN_FLIGHT:
                return None
            if row.outgoing.chat in self._busy:
                continue
            if self._pace.free_at > now:
                return self._pace.free_at
            self._pace.start(now)
            self._busy.add(row.outgoing.chat)
            self._spawn(self._deliver(row))
        return min((held[chat] for chat in waiting), default=None)

    async def _deliver(self, row: Queued) -> None:
        chat = row.outgoing.chat
        try:
            await self._carry(row)
        except Exception as fault:  # ours, not Telegram's: the row must not stay in flight for ever
            _log.exception("sending failed inside", extra={"outbox": row.id})
            name = type(fault).__name__
            await self._db.run(lambda uow: uow.outbox.give_up(row.id, error=name))
        finally:
            if row.outgoing.kind is not Kind.CALL:
                self._pace.completed(chat, self._monotonic.seconds())
            self._busy.discard(chat)
            self.wake()

    async def _carry(self, row: Queued) -> None:
        shown = self._render(row.outgoing)
        if not await self._db.run(lambda uow: uow.outbox.sending(row.id)):
            return
        result = await self._attempt(row, shown)
        self.results[result.state] += 1
        self._hold(row.outgoing.chat, result)
        taken = await self._db.run(lambda uow: _record(uow, row, result, self._bot.id))
        if taken:
            self._came_back(taken)

    def _hold(self, chat: ChatId, result: _Result) -> None:
        now = self._monotonic.seconds()
        if result.offline:
            self._pace.hold_all(now + self._offline_pause)
            self._offline_pause = min(self._offline_pause * 2, _LONGEST_PAUSE)
            return
        self._offline_pause = _PAUSE_SECONDS
        if result.hold_seconds:
            self._pace.hold(chat, now + result.hold_seconds)

    async def _attempt(self, row: Queued, shown: _Shown) -> _Result:
        try:
            return await self._send(row.outgoing, shown)
        except RetryAfter as told:
            return _Result("again", hold_seconds=seconds_of(told), counts=False)
        except (NotSent, InvalidToken) as fault:  # nothing has happened; only its expiry ends a message
            _log.warning("Telegram cannot be used", extra={"fault": fault.message})
            return _Result("again", offline=True, counts=False)
        except Forbidden as fault:
            gone = Outcome(OutcomeKind.UNREACHABLE, row.outgoing.chat, None, None)
            return _Result("failed", error=fault.message, outcome=_unanswered(row.outgoing) or gone)
        except BadRequest as fault:
            return await self._bad_request(row, shown, fault)
        except NetworkError as fault:
            if is_repeatable(row.outgoing.kind):
                return _later(row, fault)
            return _Result("unknown", error=fault.message)
        except TelegramError as fault:
            return _Result("failed", error=fault.message, outcome=_unanswered(row.outgoing))

    async def _bad_request(self, row: Queued, shown: _Shown, fault: BadRequest) -> _Result:
        outgoing, said = row.outgoing, fault.message.lower()
        if _UNCHANGED in said:
            return _Result("sent", outgoing.message)
        if outgoing.kind is Kind.EDIT and any(gone in said for gone in _NOT_EDITABLE):
            # The message is gone or too old: say it anew, once, in the place of the edit.
            return await self._attempt(
                replace(row, outgoing=replace(outgoing, kind=Kind.SEND, message=None)), shown
            )
        if outgoing.call is Call.MEMBER:  # an answer too: Telegram does not know such a member
            absent = Outcome(OutcomeKind.MEMBER, outgoing.chat, outgoing.user, {})
            return _Result("failed", error=fault.message, outcome=absent)
        return _Result("failed", error=fault.message, outcome=_unanswered(outgoing))

    async def _send(self, outgoing: Outgoing, shown: _Shown) -> _Result:
        match outgoing.kind:
            case Kind.SEND:
                return _Result("sent", MessageId((await self._send_message(outgoing, shown)).message_id))
            case Kind.EDIT:
                await self._bot.edit_message_text(
                    shown.html,
                    outgoing.chat,
                    outgoing.message,
                    parse_mode=ParseMode.HTML,
                    reply_markup=shown.markup,
                    link_preview_options=_NO_PREVIEW,
                )
                return _Result("sent", outgoing.message)
            case Kind.CALL:
                return _Result("sent", outcome=await self._call(outgoing))

    async def _send_message(self, outgoing: Outgoing, shown: _Shown) -> Message:
        reply = (
            ReplyParameters(outgoing.message, allow_sending_without_reply=True) if outgoing.message else None
        )
        return await self._bot.send_message(
            outgoing.chat,
            shown.html,
            parse_mode=ParseMode.HTML,
            reply_markup=shown.markup,
            message_thread_id=outgoing.topic,
            reply_parameters=reply,
            link_preview_options=_NO_PREVIEW,
        )

    async def _call(self, outgoing: Outgoing) -> Outcome | None:
        match outgoing.call:
            case Call.ADMINISTRATORS:
                members = await self._bot.get_chat_administrators(outgoing.chat)
                result: Any = [member.to_dict() for member in members]
            case Call.MEMBER:
                member = await self._bot.get_chat_member(outgoing.chat, outgoing.user or 0)
                result = member.to_dict()
            case None:
                return None
        return Outcome(OutcomeKind(outgoing.call), outgoing.chat, outgoing.user, result)

    def _render(self, outgoing: Outgoing) -> _Shown:
        """Put a message into words and buttons; whatever is wrong with it shows before anything leaves."""
        buttons = markup(
            outgoing.keyboard,
            language=outgoing.language,
            catalog=self._catalog,
            bot_name=self._bot.username,
        )
        words = self._catalog.html(outgoing.text, outgoing.language) if outgoing.text else ""
        return _Shown(words, buttons)


def _due(
    uow: SqlUow, busy: tuple[ChatId, ...], held: tuple[ChatId, ...]
) -> tuple[tuple[Queued, ...], tuple[ChatId, ...]]:
    uow.outbox.expire()
    rows = uow.outbox.due(limit=_LOOK_AHEAD, busy=busy, held=held)
    return rows, uow.outbox.waiting_in(held) if held else ()


def _record(uow: SqlUow, row: Queued, result: _Result, bot_id: int) -> tuple[Taken, ...]:
    if result.state == "again":
        uow.outbox.again(row.id, counts=result.counts)
        return ()
    uow.outbox.finish(row.id, result.state, message=result.message, error=result.error)
    if result.outcome is None:
        return ()
    report = NewRow(SENDER, row.id, _lane(result.outcome), result.outcome.to_json())
    return uow.inbox.take_in(bot_id, (report,))


def _lane(outcome: Outcome) -> int:
    """Return the lane of the chat that the outcome concerns: a person's question goes on in their chat."""
    return outcome.chat if outcome.user is None else outcome.user


def _unanswered(outgoing: Outgoing) -> Outcome | None:
    """Return the report that a question got no answer, for who waits for it; None for messages."""
    if outgoing.call is None:
        return None
    return Outcome(OutcomeKind(outgoing.call), outgoing.chat, outgoing.user, None)


def _later(row: Queued, fault: NetworkError) -> _Result:
    attempt = row.attempts + 1
    if attempt >= _ATTEMPTS:
        return _Result("failed", error=fault.message, outcome=_unanswered(row.outgoing))
    pause = min(_PAUSE_SECONDS * 2 ** (attempt - 1), _LONGEST_PAUSE)
    return _Result("again", error=fault.message, hold_seconds=pause)
