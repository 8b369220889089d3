"""One bot's queue of updates, with Telegram's offset semantics."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from sandbox.clock import SandboxClock
from sandbox.errors import ApiError
from sandbox.model import Json
from sandbox.rights import NOT_BY_DEFAULT

LIFE_SECONDS = 24 * 3600
CALLBACK_LIFE_SECONDS = 150
MAX_TIMEOUT_SECONDS = 50
HISTORY = 20_000

CONFLICT = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"


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


@dataclass(slots=True)
class Queued:
    """An update that no poll has confirmed. `expires` is Unix seconds by the sandbox's clock."""

    id: int
    body: Json
    expires: int
    delivered: bool = False


@dataclass(frozen=True, slots=True)
class Doubling:
    """A standing `duplicate` fault: this share of the updates is delivered twice; `use` counts one."""

    ratio: float
    use: Callable[[], bool]


class UpdateQueue:
    """Updates of one bot, from their making to their confirmation."""

    def __init__(self, clock: SandboxClock, rng: Random, confirmed: Pulse) -> None:
        self._clock = clock
        self._rng = rng
        self._confirmed = confirmed
        self._arrived = Pulse()
        self._waiting: dict[int, Queued] = {}
        self._replays: list[Queued] = []
        self._replayed: list[Queued] = []
        self._history: dict[int, Queued] = {}
        self._next_id = rng.randrange(100_000_000, 900_000_000)
        self._poller = 0
        self._closed = False
        self.allowed: tuple[str, ...] = ()

    def wants(self, kind: str) -> bool:
        """Say whether the bot asked for updates of `kind`; an empty list means Telegram's default."""
        return kind in self.allowed if self.allowed else kind not in NOT_BY_DEFAULT

    def push(self, kind: str, body: Json, *, date: int) -> None:
        """Queue an event of `date` (Unix seconds), if the bot wants its kind."""
        if self.wants(kind):
            life = CALLBACK_LIFE_SECONDS if kind == "callback_query" else LIFE_SECONDS
            self._append({kind: body}, expires=date + life)

    def _append(self, event: Json, *, expires: int) -> Queued:
        queued = Queued(self._next_id, {"update_id": self._next_id, **event}, expires)
        self._next_id += 1
        self._waiting[queued.id] = queued
        self._history[queued.id] = queued
        if len(self._history) > HISTORY:
            del self._history[next(iter(self._history))]
        self._arrived.strike()
        return queued

    def redeliver(self, update_id: int, *, new_id: bool) -> Json | None:
        """Deliver an update again, under its own or a new id; None when there was no such update."""
        known = self._history.get(update_id)
        if known is None:
            return None
        life = known.expires - self._clock.unix()
        if new_id:
            event = {key: value for key, value in known.body.items() if key != "update_id"}
            return self._append(event, expires=self._clock.unix() + max(life, CALLBACK_LIFE_SECONDS)).body
        self._replays.append(known)
        self._arrived.strike()
        return known.body

    def pending(self) -> int:
        """Return how many deliveries no poll has confirmed yet."""
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

    async def poll(self, *, offset: int, limit: int, wait: float, doubling: Doubling | None) -> list[Json]:
        """Confirm what lies below `offset` and return up to `limit` updates, waiting `wait` real seconds.

        Raises ApiError 409 when another poll of the same bot begins meanwhile.
        """
        self._poller += 1
        me = self._poller
        self._arrived.strike()
        self._confirm(offset)
        deadline = asyncio.get_running_loop().time() + wait
        while True:
            batch = self._batch(limit)
            left = deadline - asyncio.get_running_loop().time()
            if batch or left <= 0 or self._closed:
                return self._hand_out(batch, doubling)
            await self._wait(left)
            if me != self._poller:
                raise ApiError(409, CONFLICT)

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
            if doubling and not queued.delivered and self._rng.random() < doubling.ratio and doubling.use():
                self._replays.append(queued)
            queued.delivered = True
        return [queued.body for queued in batch]

    def _expire(self) -> None:
        now = self._clock.unix()
        if any(queued.expires <= now for queued in self._waiting.values()):
            self._waiting = {key: queued for key, queued in self._waiting.items() if queued.expires > now}
            self._confirmed.strike()
