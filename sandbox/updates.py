"""One bot's queue of updates: polled with Telegram's offset semantics, or emptied by a webhook."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import NoReturn

from sandbox.clock import SandboxClock
from sandbox.errors import CONFLICT, ApiError, conflict
from sandbox.manners import Manners
from sandbox.model import Json
from sandbox.rights import NOT_BY_DEFAULT

LIFE_SECONDS = 24 * 3600
CALLBACK_LIFE_SECONDS = 150
SHORT_LIVED = frozenset(("callback_query", "pre_checkout_query"))
MAX_TIMEOUT_SECONDS = 50
HISTORY = 20_000

OTHER_POLL = conflict(
    "terminated by other getUpdates request; make sure that only one bot instance is running"
)
BY_WEBHOOK = conflict("terminated by setWebhook request")
PUSHED = conflict(
    "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)


class Pulse:
    """Wakes everybody who waits for it, at every stroke."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def strike(self) -> None:
        """Wake all who wait now."""
        self._event.set()
        self._event = asyncio.Event()

    async def wait(self) -> None:
        """Wait for the next stroke."""
        await self._event.wait()


@dataclass(slots=True, eq=False)
class Queued:
    """An update that nobody has confirmed. `expires` is Unix seconds by the sandbox's clock."""

    id: int
    body: Json
    expires: int
    delivered: bool = False


@dataclass(frozen=True, slots=True)
class Doubling:
    """A standing `duplicate` fault: this share of the updates is delivered twice; `use` counts one."""

    ratio: float
    use: Callable[[], bool]


Doublings = Callable[[], Doubling | None]
"""Tells which `duplicate` fault stands now: one may be put up or taken away while a poll waits."""


class UpdateQueue:
    """Updates of one bot, from their making to their confirmation."""

    def __init__(self, clock: SandboxClock, rng: Random, confirmed: Pulse, manners: Manners) -> None:
        self._clock = clock
        self._rng = rng
        self._confirmed = confirmed
        self._manners = manners
        self._arrived = Pulse()
        self._waiting: dict[int, Queued] = {}
        self._replays: list[Queued] = []
        self._replayed: list[Queued] = []
        self._history: dict[int, Queued] = {}
        self._next_id = rng.randrange(100_000_000, 900_000_000)
        self._first_expiry = 0
        self._poller = 0
        self._ended_by = OTHER_POLL
        self._pushed = False
        self._outbox: asyncio.Queue[Queued] | None = None
        self._closed = False
        self.allowed: tuple[str, ...] = ()

    def wants(self, kind: str) -> bool:
        """Say whether the bot asked for updates of `kind`; an empty list means Telegram's default."""
        return kind in self.allowed if self.allowed else kind not in NOT_BY_DEFAULT

    def push(self, kind: str, body: Json, *, date: int) -> None:
        """Queue an event of `date` (Unix seconds), if the bot wants its kind."""
        if self.wants(kind):
            life = CALLBACK_LIFE_SECONDS if kind in SHORT_LIVED else LIFE_SECONDS
            self._append({kind: body}, expires=date + life)

    def _append(self, event: Json, *, expires: int) -> Queued:
        queued = Queued(self._next_id, {"update_id": self._next_id, **event}, expires)
        self._next_id += 1
        self._first_expiry = min(expires, self._first_expiry) if self._waiting else expires
        self._waiting[queued.id] = queued
        self._history[queued.id] = queued
        if len(self._history) > HISTORY:
            del self._history[next(iter(self._history))]
        self._announce(queued)
        return queued

    def _announce(self, queued: Queued) -> None:
        if self._outbox is not None:
            self._outbox.put_nowait(queued)
        self._arrived.strike()

    def _replay(self, queued: Queued) -> None:
        again = replace(queued, delivered=True)
        self._replays.append(again)
        self._announce(again)

    def redeliver(self, update_id: int, *, new_id: bool) -> Json | None:
        """Deliver an update again, under its own or a new id; None when there was no such update."""
        known = self._history.get(update_id)
        if known is None:
            return None
        life = known.expires - self._clock.unix()
        if new_id:
            event = {key: value for key, value in known.body.items() if key != "update_id"}
            return self._append(event, expires=self._clock.unix() + max(life, CALLBACK_LIFE_SECONDS)).body
        self._replay(known)
        return known.body

    def pending(self) -> int:
        """Return how many deliveries nobody has confirmed yet."""
        self._expire()
        return len(self._waiting) + len(self._replays) + len(self._replayed)

    def waiting_count(self) -> int:
        """Return how many updates wait, as getWebhookInfo counts them."""
        self._expire()
        return len(self._waiting)

    def drop(self) -> None:
        """Forget every update, as deleteWebhook with drop_pending_updates does."""
        self._waiting.clear()
        self._replays.clear()
        self._replayed.clear()
        self._confirmed.strike()

    def set_closed(self, *, closed: bool) -> None:
        """End every poll with an empty answer, now and from now on; or let polls wait again."""
        self._closed = closed
        self._arrived.strike()

    async def poll(self, *, offset: int, limit: int, wait: float, doubling: Doublings) -> list[Json]:
        """Confirm what lies below `offset` and return up to `limit` updates, waiting `wait` real seconds.

        Raises ApiError 409 while a webhook is set, and when one is set or another poll begins meanwhile.
        """
        if self._pushed:
            await self._refuse(PUSHED)
        me = self.end_poll(OTHER_POLL)
        limit, wait = self._manners.repeated(offset, limit, wait)
        self._confirm(offset)
        deadline = asyncio.get_running_loop().time() + wait
        while True:
            batch = self._batch(limit)
            left = deadline - asyncio.get_running_loop().time()
            if batch or left <= 0 or self._closed:
                return self._hand_out(batch, doubling())
            await self._wait(left)
            if me != self._poller:
                await self._refuse(self._ended_by)

    def end_poll(self, by: ApiError) -> int:
        """End the poll that waits, for the reason `by`; return the number of the next one."""
        self._poller += 1
        self._ended_by = by
        self._arrived.strike()
        return self._poller

    async def _refuse(self, error: ApiError) -> NoReturn:
        delay = self._manners.conflict_delay() if error.code == CONFLICT else 0.0
        deadline = asyncio.get_running_loop().time() + delay
        while (left := deadline - asyncio.get_running_loop().time()) > 0 and not self._closed:
            await self._wait(left)
        raise replace(error)  # one instance raised over and over would gather tracebacks

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._arrived.wait()
        except TimeoutError:
            return

    def _confirm(self, offset: int) -> None:
        self._expire()
        if offset < 0:
            done: Sequence[int] = list(self._waiting)[: max(0, len(self._waiting) + offset)]
        else:
            done = [update_id for update_id in self._waiting if update_id < offset]
        for update_id in done:
            del self._waiting[update_id]
        self._replayed.clear()
        self._confirmed.strike()

    def _batch(self, limit: int) -> list[Queued]:
        self._expire()
        return [*self._replays, *self._waiting.values()][:limit]

    def _hand_out(self, batch: Sequence[Queued], doubling: Doubling | None) -> list[Json]:
        again = self._replays[: len(batch)]
        del self._replays[: len(again)]
        self._replayed.extend(again)
        for queued in batch[len(again) :]:
            self._double(queued, doubling)
        return [queued.body for queued in batch]

    def _double(self, queued: Queued, doubling: Doubling | None) -> None:
        first = not queued.delivered
        queued.delivered = True
        if doubling and first and self._rng.random() < doubling.ratio and doubling.use():
            self._replay(queued)

    def _expire(self) -> None:
        now = self._clock.unix()
        if self._waiting and self._first_expiry <= now:
            self._waiting = {key: queued for key, queued in self._waiting.items() if queued.expires > now}
            self._first_expiry = min((queued.expires for queued in self._waiting.values()), default=0)
            self._confirmed.strike()

    # -- a webhook's side

    def set_pushed(self, *, pushed: bool) -> None:
        """Refuse polls while a webhook is set, the waiting one too; or let them come again."""
        self._pushed = pushed
        if pushed:
            self.end_poll(BY_WEBHOOK)

    def take_over(self) -> asyncio.Queue[Queued]:
        """Return what waits and, until `release`, what comes."""
        self._expire()
        self._replayed.clear()
        self._outbox = asyncio.Queue()
        for queued in (*self._replays, *self._waiting.values()):
            self._outbox.put_nowait(queued)
        return self._outbox

    def release(self) -> None:
        """Let updates wait for a poll again."""
        self._outbox = None

    def holds(self, queued: Queued) -> bool:
        """Say whether an update still has to be delivered: it is neither confirmed, dropped nor too old."""
        self._expire()
        return self._waiting.get(queued.id) is queued or queued in self._replays

    def confirm(self, queued: Queued, doubling: Doubling | None) -> None:
        """Count one delivery as done; a `doubling` fault may order another."""
        if self.give_up(queued):
            self._double(queued, doubling)

    def give_up(self, queued: Queued) -> bool:
        """End a delivery; False when it had ended already."""
        held = self.holds(queued)
        if queued in self._replays:
            self._replays.remove(queued)
        elif held:
            del self._waiting[queued.id]
        self._confirmed.strike()
        return held
