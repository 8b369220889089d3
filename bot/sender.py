"""Drains the outbox: takes messages in hand, paces them, records what became of each (storage.md §3).

At most one message of a chat is under way, so order is kept. A message is marked `sending` just before its
bytes leave; no transaction is open while Telegram is awaited. Everything the sender asks of the database
between two rests is one unit: ends recorded, new messages taken in hand, the next ones marked.
"""

import asyncio
import itertools
import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from bot.delivery import Delivery, Result, lane_of
from bot.lease import Lease
from bot.pace import Monotonic, Pace, wait_for_event
from bot.tasks import Spawn
from kernel.clock import Clock
from kernel.ids import ChatId
from kernel.message import Kind
from storage.db import Db
from storage.dispatch import Finished
from storage.inbox import SENDER, NewRow, Taken
from storage.leases import LeaseLost
from storage.outbox import Queued
from storage.uow import SqlUow

_log = logging.getLogger(__name__)
_IN_FLIGHT = 16
_IN_HAND = 64  # messages claimed at a time, one of a chat
_SLICE_SECONDS = 0.01  # messages whose turn comes so soon are marked together
_PAUSE_SECONDS = 2.0  # without Telegram, doubled each time
_MOST_WAITED = 30.0  # seconds between two looks at the outbox when nothing else wakes the sender
_LONGEST_PAUSE = 60.0
_WINDOW = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class _Landed:
    """A message and what became of it, not recorded yet."""

    row: Queued
    result: Result


@dataclass(frozen=True, slots=True)
class _Look:
    """With what the sender asks."""

    news: bool  # whether the outbox may hold what was not there at the last look
    free: int  # how many messages may be under way besides those that are
    under_way: frozenset[ChatId]  # their chats
    held: tuple[ChatId, ...]  # chats that may not be written to now
    silent: tuple[ChatId, ...]  # those of them about which nothing may be asked either
    now: float


@dataclass(frozen=True, slots=True)
class _Turn:
    """What one unit told the sender."""

    leaving: tuple[Queued, ...]
    in_hand: dict[ChatId, Queued]  # claimed, not leaving yet
    waiting: tuple[ChatId, ...]  # chats that are held back while something waits for them
    came_back: tuple[Taken, ...]


class Sender:
    """The only part that sends, edits and asks; what a tap is answered with leaves from its lane."""

    def __init__(
        self,
        *,
        db: Db,
        delivery: Delivery,
        lease: Lease,
        pace: Pace,
        monotonic: Monotonic,
        clock: Clock,
        came_back: Callable[[tuple[Taken, ...]], None],
        spawn: Spawn,
    ) -> None:
        self._db, self._delivery, self._lease = db, delivery, lease
        self._pace, self._monotonic, self._clock = pace, monotonic, clock
        self._came_back, self._spawn = came_back, spawn
        self._in_hand: dict[ChatId, Queued] = {}
        self._busy: set[ChatId] = set()
        self._landed: list[_Landed] = []
        self._news = True  # whether the outbox may hold what was not there at the last look
        self._stopping = False
        self.results: Counter[str] = Counter()  # what became of what was tried, since the process began
        self._offline_pause, self._offline_until = _PAUSE_SECONDS, 0.0
        self._woken, self._rests, self._ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    def wake(self) -> None:
        """Look at the outbox: something was put there, or the clock has moved."""
        self._news = True
        self._rouse()

    def _rouse(self) -> None:
        self._rests.clear()
        self._woken.set()

    @property
    def rests(self) -> bool:
        """Whether nothing is under way and nothing may leave at this instant."""
        return self._rests.is_set()

    async def rested(self) -> None:
        """Wait until nothing is under way and nothing may leave at this instant."""
        await self._rests.wait()

    async def stop(self) -> None:
        """Start nothing more, wait until what is under way has landed, and let the rest go."""
        self._stopping = True
        self.wake()
        await self._ended.wait()
        await self._db.run(lambda uow: uow.dispatch.release(epoch=self._lease.epoch))

    async def run(self) -> None:
        """Send what may leave, until it is stopped and everything has landed. Raises LeaseLost."""
        try:
            await self._take_over()
            while self._busy or not self._stopping:
                self._woken.clear()
                await self._wait(await self._step())
        finally:
            self._ended.set()

    async def _wait(self, wake_at: float | None) -> None:
        if wake_at is not None:
            await self._monotonic.pause(wake_at, self._woken)
        elif self._busy:
            await self._woken.wait()
        elif not self._stopping:
            await self._rest()

    async def _take_over(self) -> None:
        """Sort out what earlier senders had in hand, and count what they sent in the last minute."""
        found = await self._db.run(lambda uow: uow.dispatch.recover(epoch=self._lease.epoch))
        if found.again or found.unknown:
            _log.warning(
                "messages in flight at the last end", extra={"again": found.again, "unknown": found.unknown}
            )
        sent = await self._db.run(lambda uow: uow.dispatch.finished_since(uow.now - _WINDOW))
        for chat, at in sent:
            ago = (self._clock.now() - at).total_seconds()
            self._pace.completed(chat, self._monotonic.seconds() - max(ago, 0.0))  # a clock may be put back

    async def _rest(self) -> None:
        next_at = await self._db.run(lambda uow: uow.outbox.next_at())
        waiting = _MOST_WAITED
        if next_at is not None:
            waiting = min(waiting, (next_at - self._clock.now()).total_seconds())
        if waiting <= 0 or self._woken.is_set():
            return
        self._rests.set()
        await wait_for_event(self._woken, waiting)
        self._rests.clear()

    async def _step(self) -> float | None:
        """Record, claim and launch; return the reading at which pacing lets more leave, or None.

        Only this task touches the pace, and it waits while the unit reads it.
        """
        landed, self._landed = self._landed, []
        news, self._news = self._news, False
        now = self._monotonic.seconds()
        for each in landed:
            self._count(each, now)
        self._pace.forget_idle(now)
        held, silent = self._pace.held(now), self._pace.silent(now)
        under_way = self._busy - {each.row.outgoing.chat for each in landed}
        look = _Look(news, _IN_FLIGHT - len(under_way), frozenset(under_way), tuple(held), tuple(silent), now)
        runs = itertools.count()
        turn = await self._db.run(lambda uow: self._unit(uow, landed, look, is_again=next(runs) > 0))
        if turn.came_back:
            self._came_back(turn.came_back)
        self._in_hand, self._busy = turn.in_hand, under_way
        for row in turn.leaving:
            self._pace.start(now)
            self._busy.add(row.outgoing.chat)
            self._spawn(self._carry(row))
        return self._wake_at(turn, held | silent, now)

    def _wake_at(self, turn: _Turn, held: dict[ChatId, float], now: float) -> float | None:
        if self._stopping or len(self._busy) >= _IN_FLIGHT:
            return None  # the next landing wakes
        ready = [self._ready_at(row, now) for row in self._in_hand.values()]
        return min((*ready, *(held[chat] for chat in turn.waiting)), default=None)

    def _ready_at(self, row: Queued, now: float) -> float:
        return max(self._pace.free_at - _SLICE_SECONDS, self._chat_free_at(row, now))

    def _chat_free_at(self, row: Queued, now: float) -> float:
        """Return from when a message may leave for its chat; a question to Telegram writes to nobody."""
        if row.outgoing.kind is Kind.CALL:
            return self._pace.question_free_at(row.outgoing.chat, now)
        return self._pace.chat_free_at(row.outgoing.chat, now)

    # -- inside the unit; it may run again, so it changes nothing but what it says

    def _unit(self, uow: SqlUow, landed: list[_Landed], look: _Look, *, is_again: bool) -> _Turn:
        epoch = self._lease.epoch
        self._lease.check_in(uow)
        came_back = self._record(uow, landed, is_again=is_again)
        in_hand = dict(self._in_hand)
        if is_again:  # the run before may have committed unheard; nothing that it took in hand has left
            uow.dispatch.take_back(epoch=epoch, under_way=look.under_way)
            in_hand = {}
        if self._stopping:
            return _Turn((), {}, (), came_back)
        found = self._find(uow, in_hand, look)
        overtaken = [in_hand[row.outgoing.chat].id for row in found if row.outgoing.chat in in_hand]
        uow.dispatch.put_back(overtaken, epoch=epoch)
        in_hand |= {row.outgoing.chat: row for row in found}
        chosen = self._choose(in_hand, look.free, look.now)
        leaving = uow.dispatch.sending([row.id for row in chosen], epoch=epoch)
        for row in chosen:
            del in_hand[row.outgoing.chat]
        uow.dispatch.claim([row.id for row in found if row.outgoing.chat in in_hand], epoch=epoch)
        waiting = uow.dispatch.waiting_in(look.held) if look.held else ()
        return _Turn(tuple(row for row in chosen if row.id in leaving), in_hand, waiting, came_back)

    def _find(self, uow: SqlUow, in_hand: dict[ChatId, Queued], look: _Look) -> tuple[Queued, ...]:
        """Return what comes into the hand; what is urgent finds its way past a hand full of the rest.

        The rest is only looked for, among all that waits, when little of it is left that may leave.
        """
        room = _IN_HAND - len(in_hand)
        past = 0 if any(row.is_urgent for row in in_hand.values()) else _IN_FLIGHT
        most = max(room, past)
        if most <= 0 or not (look.news or len(in_hand) < _IN_FLIGHT):
            return ()
        ready = sum(self._chat_free_at(row, look.now) <= look.now for row in in_hand.values())
        offered = uow.dispatch.candidates(
            limit=most, held=look.held, silent=look.silent, bulk=room > 0 and ready < _IN_FLIGHT
        )
        return tuple(row for place, row in enumerate(offered) if place < room or row.is_urgent)

    def _choose(self, in_hand: dict[ChatId, Queued], most: int, now: float) -> list[Queued]:
        chosen: list[Queued] = []
        free_at = self._pace.free_at
        for row in sorted(in_hand.values(), key=lambda row: row.urgency):
            if len(chosen) >= most or free_at > now + _SLICE_SECONDS:
                break
            if self._chat_free_at(row, now) <= now:
                chosen.append(row)
                free_at = self._pace.after(free_at, now)
        return chosen

    def _record(self, uow: SqlUow, landed: list[_Landed], *, is_again: bool) -> tuple[Taken, ...]:
        ended: list[Finished] = []
        reports: list[NewRow] = []
        for each in landed:
            row, result = each.row, each.result
            if result.state == "again":
                uow.dispatch.again(row.id, counts=result.counts, anew=result.anew)
            else:
                ended.append(Finished(row.id, result.state, result.message, result.error))
            if result.moved_to is not None:
                uow.outbox.move(row.outgoing.chat, result.moved_to)
            if result.outcome is not None and not uow.dispatch.is_forgotten(row.id):
                outcome = result.outcome
                number = row.id if result.moved_to is None else -row.id  # the row itself reports once more
                reports.append(NewRow(SENDER, number, lane_of(outcome), outcome.to_json()))
        uow.dispatch.finish(ended)
        taken = uow.inbox.take_in(self._delivery.bot_id, reports) if reports else ()
        if not is_again:
            return taken
        return uow.inbox.unhandled(self._delivery.bot_id, SENDER, [report.source_id for report in reports])

    # -- outside

    def _count(self, each: _Landed, now: float) -> None:
        """Let the pace know what has landed."""
        chat, result = each.row.outgoing.chat, each.result
        if each.row.outgoing.kind is not Kind.CALL:
            self._pace.completed(chat, now)
        self.results[result.state] += 1
        if result.offline:
            self._wait_for_telegram(now)
            return
        self._offline_pause = _PAUSE_SECONDS
        if result.flooded:
            self._pace.flooded(chat, now, result.hold_seconds)
        elif result.hold_seconds:
            self._pace.hold(chat, now + result.hold_seconds)

    def _wait_for_telegram(self, now: float) -> None:
        """Let nothing leave for a while; what was under way with the first that failed counts once."""
        if now < self._offline_until:
            return
        self._offline_until = now + self._offline_pause
        self._pace.hold_all(self._offline_until)
        self._offline_pause = min(self._offline_pause * 2, _LONGEST_PAUSE)

    async def _carry(self, row: Queued) -> None:
        left = False
        try:
            shown = self._delivery.render(row.outgoing)
            self._lease.check()
            left = True
            result = await self._delivery.carry(row, shown)
        except LeaseLost:  # or only not renewed in time: if another has the role, the next unit says so
            result = Result("again", counts=False)
        except Exception as ours:  # not Telegram's: the row must not stay in flight for ever
            _log.exception("sending failed inside", extra={"outbox": row.id})
            result = Result("unknown" if left else "failed", error=type(ours).__name__)
        self._landed.append(_Landed(row, result))
        self._rouse()
