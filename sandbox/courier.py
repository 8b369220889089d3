"""Pushing updates to webhooks, as long as the sandbox is served."""

import asyncio
from collections import deque
from collections.abc import Callable
from random import Random

import aiohttp

from sandbox.faults import Faults
from sandbox.lanes import Lane, lane_of
from sandbox.model import Json
from sandbox.push import GONE, Outcome, push, session
from sandbox.updates import Pulse, Queued
from sandbox.webhook import Webhook
from sandbox.world import Bot, World

Execute = Callable[[Bot, Json], None]
"""Does what a webhook answered with."""

LONGEST_RETRY_AFTER = 3600
LONGEST_PAUSE = 60
HELD_SECONDS = 1.0
"""How long a `reorder` fault keeps an update back when none of another lane comes to overtake it."""


class Courier:
    """Runs one round of deliveries for every webhook that is set."""

    def __init__(self, world: World, faults: Faults, execute: Execute) -> None:
        self._world = world
        self._faults = faults
        self._execute = execute
        self._closed = False

    def set_closed(self, *, closed: bool) -> None:
        """End `run`, or let it be run again."""
        self._closed = closed
        self._world.webhooks.strike()

    async def run(self) -> None:
        """Deliver until closed."""
        hooks: dict[int, Webhook | None] = {}
        rounds: dict[int, asyncio.Task[None]] = {}
        async with session() as http, asyncio.TaskGroup() as tasks:
            while not self._closed:
                bot = self._changed(hooks)
                if bot is None:
                    await self._world.webhooks.wait()
                    continue
                if bot.id in rounds:
                    await _end(rounds.pop(bot.id))
                hook = hooks[bot.id] = bot.webhook
                if hook is not None:
                    one = Round(self._world, bot, hook, http, self._faults, self._execute)
                    rounds[bot.id] = tasks.create_task(one.run())
            for task in rounds.values():
                task.cancel()

    def _changed(self, hooks: dict[int, Webhook | None]) -> Bot | None:
        """Return a bot whose webhook is another than the one deliveries run for."""
        bots = self._world.bots.values()
        return next((bot for bot in bots if bot.webhook is not hooks.get(bot.id)), None)


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait([task])


class Round:
    """The deliveries to one webhook, from its setting to its end: each lane in order, lanes side by side."""

    def __init__(
        self,
        world: World,
        bot: Bot,
        hook: Webhook,
        http: aiohttp.ClientSession,
        faults: Faults,
        execute: Execute,
    ) -> None:
        self._world = world
        self._bot = bot
        self._hook = hook
        self._http = http
        self._faults = faults
        self._execute = execute
        self._rng = Random(bot.id)  # noqa: S311 -- spreads retries, guards nothing
        self._slots = asyncio.Semaphore(hook.max_connections)
        self._lanes: dict[Lane, deque[Queued]] = {}
        self._latest = 0
        self._overtaken = Pulse()

    async def run(self) -> None:
        """Deliver what waits and what comes, until cancelled."""
        outbox = self._bot.queue.take_over()
        try:
            async with asyncio.TaskGroup() as tasks:
                while True:
                    queued = await outbox.get()
                    name = lane_of(queued.body)
                    if name in self._lanes:
                        self._lanes[name].append(queued)
                    else:
                        lane = self._lanes[name] = deque([queued])
                        tasks.create_task(self._walk(name, lane))
        finally:
            self._bot.queue.release()

    async def _walk(self, name: Lane, lane: deque[Queued]) -> None:
        while lane:
            await self._hold_back(lane[0])
            await self._deliver(lane[0])
            lane.popleft()
        del self._lanes[name]

    async def _hold_back(self, queued: Queued) -> None:
        """Let a later update of another lane overtake this one, when a `reorder` fault says so."""
        if not self._faults.reorders(self._rng):
            return
        try:
            async with asyncio.timeout(HELD_SECONDS * self._world.pace):
                while self._latest <= queued.id:
                    await self._overtaken.wait()
        except TimeoutError:
            return

    async def _deliver(self, queued: Queued) -> None:
        """Push one update until it is taken, given up or too old."""
        delay = 1
        failures = 0
        while self._bot.queue.holds(queued):
            async with self._slots:
                self._world.witness.pushed(queued.body)
                outcome = await push(self._http, self._hook, queued.body)
            if outcome.taken:
                self._done(queued, outcome)
                return
            wait = min(max(outcome.retry_after, 0), LONGEST_RETRY_AFTER)
            if not wait and failures:
                delay = wait = min(delay * 2, self._rng.randint(LONGEST_PAUSE, 2 * LONGEST_PAUSE))
            failures += 1
            if outcome.told:
                self._note_failure(outcome)
            if self._world.clock.unix() + wait > queued.expires:
                self._bot.queue.give_up(queued)
                return
            await self._pause(wait)

    async def _pause(self, seconds: int) -> None:
        """Wait before the next try: real seconds, or less when the sandbox's clock is moved past them."""
        due = self._world.clock.unix() + seconds
        try:
            async with asyncio.timeout(seconds * self._world.pace):
                while self._world.clock.unix() < due:
                    await self._world.moved.wait()
        except TimeoutError:
            return

    def _done(self, queued: Queued, outcome: Outcome) -> None:
        self._hook.gone_since = 0
        self._latest = max(self._latest, queued.id)
        self._overtaken.strike()
        if outcome.call is not None:
            self._execute(self._bot, outcome.call)
        self._bot.queue.confirm(queued, self._faults.doubling())

    def _note_failure(self, outcome: Outcome) -> None:
        """Keep the error for getWebhookInfo; end a webhook that is gone for good."""
        gone = outcome.status == GONE
        if self._hook.note_failure(outcome.error, date=self._world.clock.unix(), gone=gone):
            self._world.set_webhook(self._bot, None)
