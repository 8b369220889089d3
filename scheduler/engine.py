"""Runs timed work when it falls due.

APScheduler only ticks, in memory, as a safety net; the truth is in rows, and between two ticks the engine
wakes by itself at the next due instant.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from features.app import App, Uow
from kernel.clock import Clock
from kernel.uow import Runner
from scheduler.jobs import Job

_log = logging.getLogger(__name__)
_BATCH = 100
_TICK_SECONDS = 30


@dataclass(slots=True)
class RunLog:
    """What one job has done since the start."""

    last_run: datetime | None = None
    done: int = 0
    failed: int = 0


class Engine:
    """The clockwork: finds due rows in batches and gives each its own unit of work."""

    def __init__(
        self,
        *,
        runner: Runner[Uow],
        app: App,
        jobs: Sequence[Job],
        clock: Clock,
        committed: Callable[[], None],
    ) -> None:
        self._runner, self._app, self._jobs = runner, app, tuple(jobs)
        self._clock, self._committed = clock, committed
        self._woken = asyncio.Event()
        self.log: dict[str, RunLog] = {job.name: RunLog() for job in jobs}

    async def run(self) -> None:
        """Run what is due, for as long as the process lives."""
        ticker = AsyncIOScheduler(timezone="UTC")
        ticker.add_job(self._woken.set, "interval", seconds=_TICK_SECONDS, name="tick")
        ticker.start()
        try:
            while True:
                self._woken.clear()
                await self.run_due()
                await self._sleep()
        finally:
            ticker.shutdown(wait=False)

    async def run_due(self, *, at_once: int | None = None) -> int:
        """Run everything that is due at this instant; return how many pieces that were.

        At most `at_once` are under way, None: as many as suit the database; only with 1 is each done before
        the next begins, by due instant.
        """
        at_once, count = at_once or self._runner.abreast, 0
        if not await self._runner.run(lambda uow: any(job.due(uow, 1) for job in self._jobs)):
            return 0
        for job in self._jobs:
            tried: set[int] = set()
            while ids := [due for due in await self._due(job) if due not in tried]:
                for first in range(0, len(ids), at_once):
                    async with asyncio.TaskGroup() as under_way:
                        for due in ids[first : first + at_once]:
                            under_way.create_task(self._act(job, due))
                tried.update(ids)  # one that another process holds is left for the next tick
                count += len(ids)
        if count:
            self._committed()
        return count

    async def next_at(self, job: Job) -> datetime | None:
        """Return the instant at which `job` falls due next."""
        return await self._runner.run(job.next_at)

    async def next_due(self) -> datetime | None:
        """Return the instant at which anything falls due next."""
        instants = await self._runner.run(lambda uow: [job.next_at(uow) for job in self._jobs])
        return min((at for at in instants if at is not None), default=None)

    @property
    def jobs(self) -> tuple[Job, ...]:
        """The jobs this engine runs."""
        return self._jobs

    async def _due(self, job: Job) -> tuple[int, ...]:
        return await self._runner.run(lambda uow: job.due(uow, _BATCH))

    async def _act(self, job: Job, due: int) -> None:
        log = self.log[job.name]
        log.last_run = self._clock.now()
        try:
            await self._runner.run(lambda uow: job.act(self._app, uow, due))
        except Exception:
            log.failed += 1
            _log.exception("timed work failed", extra={"job": job.name, "due": due})
            await self._runner.run(lambda uow: job.back_off(uow, due))
        else:
            log.done += 1

    async def _sleep(self) -> None:
        next_due = await self.next_due()
        seconds = None if next_due is None else max((next_due - self._clock.now()).total_seconds(), 0.01)
        try:
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        except TimeoutError:
            return
