"""Drains the outbox: paces, sends, and records what became of each message (storage.md §3.2, §3.4).

At most one message of a chat is under way, so order is kept. A message is marked `sending` just before its
bytes leave; no transaction is open while Telegram is awaited.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from telegram import LinkPreviewOptions, Message, ReplyParameters
from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError
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
_ATTEMPTS = 5
_PAUSE_SECONDS = 2.0  # before the second attempt, doubled each time
_MOST_WAITED = 30.0  # seconds between two looks at the outbox when nothing else wakes the sender
_UNCHANGED = "message is not modified"
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


@dataclass(frozen=True, slots=True)
class _Result:
    """What became of one message."""

    state: str  # a final state of the outbox, or "again"
    message: MessageId | None = None
    error: str | None = None
    outcome: Outcome | None = None
    hold_seconds: float = 0.0  # nothing leaves for this chat so long
    counts: bool = True  # an attempt; being told to wait is none


class Sender:
    """The only part that speaks to Telegram about messages."""

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
        again, unknown = await self._db.run(lambda uow: uow.outbox.recover())
        if again or unknown:
            _log.warning("messages in flight at the last end", extra={"again": again, "unknown": unknown})
        while True:
            self._woken.clear()
            free_at = await self._launch()
            if free_at is not None:
                await self._monotonic.pause(free_at, self._woken)
            elif self._busy:
                await self._woken.wait()
            else:
                await self._rest()

    async def _rest(self) -> None:
        next_at = await self._db.run(lambda uow: uow.outbox.next_at())
        if self._woken.is_set():
            return
        self._rests.set()
        waiting = _MOST_WAITED
        if next_at is not None:
            waiting = min(waiting, max((next_at - self._clock.now()).total_seconds(), 0.01))
        await wait_for_event(self._woken, waiting)

    async def _launch(self) -> float | None:
        """Start what may leave now; return the reading at which pacing lets more leave, or None."""
        if self._stopping or len(self._busy) >= _IN_FLIGHT:
            return None
        now = self._monotonic.seconds()
        self._pace.forget_idle(now)
        busy = tuple(self._busy)
        rows = await self._db.run(lambda uow: _due(uow, busy))
        free_at: float | None = None
        for row in rows:
            if len(self._busy) >= _IN_FLIGHT:
                return None
            chat = row.outgoing.chat
            if chat in self._busy:
                continue
            ready = max(self._pace.free_at, self._pace.chat_free_at(chat, now))
            if ready > now:
                free_at = ready if free_at is None else min(free_at, ready)
                continue
            self._pace.start(now)
            self._busy.add(chat)
            self._spawn(self._deliver(row))
        return free_at

    async def _deliver(self, row: Queued) -> None:
        chat = row.outgoing.chat
        try:
            if await self._db.run(lambda uow: uow.outbox.sending(row.id)):
                result = await self._attempt(row)
                if result.hold_seconds:
                    self._pace.hold(chat, self._monotonic.seconds() + result.hold_seconds)
                taken = await self._db.run(lambda uow: _record(uow, row, result, self._bot.id))
                if taken:
                    self._came_back(taken)
        except Exception:
            _log.exception("sending failed inside", extra={"outbox": row.id})
        finally:
            if row.outgoing.kind is not Kind.CALL:
                self._pace.completed(chat, self._monotonic.seconds())
            self._busy.discard(chat)
            self.wake()

    async def _attempt(self, row: Queued) -> _Result:
        try:
            return await self._send(row.outgoing)
        except RetryAfter as told:
            return _Result("again", hold_seconds=seconds_of(told), counts=False)
        except Forbidden as fault:
            gone = Outcome(OutcomeKind.UNREACHABLE, row.outgoing.chat, None, None)
            return _Result("failed", error=fault.message, outcome=gone)
        except BadRequest as fault:
            return self._bad_request(row.outgoing, fault)
        except NotSent as fault:
            return _later(row, fault, "failed")
        except NetworkError as fault:
            if is_repeatable(row.outgoing.kind):
                return _later(row, fault, "failed")
            return _Result("unknown", error=fault.message)
        except TelegramError as fault:
            return _Result("failed", error=fault.message)

    @staticmethod
    def _bad_request(outgoing: Outgoing, fault: BadRequest) -> _Result:
        if _UNCHANGED in fault.message.lower():
            return _Result("sent", outgoing.message)
        if outgoing.call is not None:  # an answer too: Telegram does not know such a member
            refused = Outcome(OutcomeKind(outgoing.call), outgoing.chat, outgoing.user, None)
            return _Result("failed", error=fault.message, outcome=refused)
        return _Result("failed", error=fault.message)

    async def _send(self, outgoing: Outgoing) -> _Result:
        match outgoing.kind:
            case Kind.SEND:
                return _Result("sent", MessageId((await self._send_message(outgoing)).message_id))
            case Kind.EDIT:
                await self._edit_message(outgoing)
                return _Result("sent", outgoing.message)
            case Kind.DELETE:
                await self._bot.delete_message(outgoing.chat, outgoing.message or 0)
                return _Result("sent", outgoing.message)
            case Kind.CALL:
                return _Result("sent", outcome=await self._call(outgoing))

    async def _send_message(self, outgoing: Outgoing) -> Message:
        reply = (
            ReplyParameters(outgoing.message, allow_sending_without_reply=True) if outgoing.message else None
        )
        return await self._bot.send_message(
            outgoing.chat,
            self._html(outgoing),
            parse_mode=ParseMode.HTML,
            reply_markup=self._markup(outgoing),
            message_thread_id=outgoing.topic,
            reply_parameters=reply,
            disable_notification=outgoing.silent or None,
            link_preview_options=_NO_PREVIEW,
        )

    async def _edit_message(self, outgoing: Outgoing) -> None:
        await self._bot.edit_message_text(
            self._html(outgoing),
            outgoing.chat,
            outgoing.message,
            parse_mode=ParseMode.HTML,
            reply_markup=self._markup(outgoing),
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

    def _html(self, outgoing: Outgoing) -> str:
        return self._catalog.html(outgoing.text, outgoing.language) if outgoing.text else ""

    def _markup(self, outgoing: Outgoing) -> Any:
        return markup(
            outgoing.keyboard,
            language=outgoing.language,
            catalog=self._catalog,
            bot_name=self._bot.username,
        )


def _due(uow: SqlUow, busy: tuple[ChatId, ...]) -> tuple[Queued, ...]:
    uow.outbox.expire()
    return uow.outbox.due(limit=_LOOK_AHEAD, without=busy)


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


def _later(row: Queued, fault: NetworkError, at_last: str) -> _Result:
    attempt = row.attempts + 1
    if attempt >= _ATTEMPTS:
        return _Result(at_last, error=fault.message)
    return _Result("again", error=fault.message, hold_seconds=_PAUSE_SECONDS * 2 ** (attempt - 1))
