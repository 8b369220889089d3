"""Rows 7, 9 and 10: what falls due, and the board, among 10,000 members and among a million.

A tick of the clockwork has a hundred due rows: of expiring points, or of levels to be looked at.
"""

import asyncio
import contextlib
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import event, text

from bench.databases import postgres_server
from bench.rounds import Plan, alternate
from bench.table import Bar, Result, milli, ratios
from bot import config as configuration
from bot.services import build_app
from features.growth.model import Board, Period
from features.growth.rules import PLACES
from kernel.clock import ManualClock
from kernel.ids import GroupId, MemberId
from scheduler.engine import Engine
from scheduler.jobs import JOBS, Job
from storage import migrate
from storage.db import open_db
from storage.migrate import engine_for
from storage.patience import PatientDb
from storage.uow import SqlUow

ZONE = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai: nobody's quiet hours
_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)
_BATCH = 100  # due rows of one tick
_GROUP = 200  # members of one group
_BETWEEN_SECONDS, _LONGEST_SECONDS = 0.002, 0.050  # between two questions; that one may wait


@dataclass(frozen=True, slots=True)
class Work:
    """Timed work of one kind: its row of the table, its job, what fills it in, the index it is found by."""

    row: str
    what: str
    job: str
    fill: str
    index: str


POINTS = Work("7", "due tick", "growth.points_due", "due.sql", "ix_points_due_pending")
LEVELS = Work("9", "level tick", "growth.level_due", "levels.sql", "ix_growth_account_review")


@dataclass(frozen=True, slots=True)
class Clockwork:
    """The product's engine over one filled database, on a clock that a round moves on."""

    db: PatientDb
    engine: Engine
    clock: ManualClock
    board: Callable[..., Board]

    @property
    def job(self) -> Job:
        """The kind of work that was filled in."""
        return self.engine.jobs[0]

    async def ticks(self, count: int) -> float:
        """Return the median seconds of so many ticks: each looks, does its hundred, and looks again."""
        seconds: list[float] = []
        for _ in range(count):
            self.clock.set(self.clock.now() + _MINUTE)
            begun = time.perf_counter()
            done = await self.engine.run_due()
            seconds.append(time.perf_counter() - begun)
            if done != _BATCH or self.engine.log[self.job.name].failed:
                raise RuntimeError(f"a tick did {done} rows, expected {_BATCH} and no failure")
        return statistics.median(seconds)

    async def looks(self, count: int) -> float:
        """Return the median seconds of looking for a hundred due rows so many times, and doing none."""
        later, seconds = self.clock.now() + _MINUTE, list[float]()
        for _ in range(count):
            begun = time.perf_counter()
            found = await self.db.run(lambda uow: self.job.due(SqlUow(uow.connection, later), _BATCH))
            seconds.append(time.perf_counter() - begun)
            if len(found) != _BATCH:
                raise RuntimeError(f"a look found {len(found)} rows, expected {_BATCH}")
        return statistics.median(seconds)

    async def waits(self, count: int) -> float:
        """Return the longest seconds that a unit of somebody else waited while so many ticks were done."""
        seconds, over = list[float](), asyncio.Event()

        async def ask() -> None:
            while not over.is_set():
                begun = time.perf_counter()
                await self.db.run(lambda uow: uow.claims.take("bench"))
                seconds.append(time.perf_counter() - begun)
                await asyncio.sleep(_BETWEEN_SECONDS)

        async with asyncio.TaskGroup() as asking:
            asking.create_task(ask())
            await self.ticks(count)
            over.set()
        return max(seconds)

    async def boards(self, count: int) -> float:
        """Return the median seconds of showing the board of everybody's group so many times."""
        show, seconds = partial(self.board, member=MemberId(1), group=GroupId(1), zone=ZONE), list[float]()
        for _ in range(count):
            begun = time.perf_counter()
            seen = await self.db.run(partial(show, period=Period.WEEK))
            seconds.append(time.perf_counter() - begun)
            if len(seen.places) != PLACES:
                raise RuntimeError(f"a board shows {len(seen.places)} places, expected {PLACES}")
        return statistics.median(seconds)


Race = Callable[[str, Sequence[str], Plan], Awaitable[list[Result]]]


async def ticks(plan: Plan) -> list[Result]:
    """Row 7."""
    return await _on_both(partial(_race, POINTS), plan)


async def level_ticks(plan: Plan) -> list[Result]:
    """Row 9."""
    return await _on_both(partial(_race, LEVELS), plan)


async def boards(plan: Plan) -> list[Result]:
    """Row 10."""
    return await _on_both(_show, plan)


async def _on_both(race: Race, plan: Plan) -> list[Result]:
    with tempfile.TemporaryDirectory() as folder:
        files = [f"sqlite:///{Path(folder, name)}" for name in ("large.db", "small.db")]
        results = await race("SQLite", files, plan)
    with postgres_server() as server:
        return results + await race("PostgreSQL", [server.url(server.create()) for _ in range(2)], plan)


async def _show(kind: str, urls: Sequence[str], plan: Plan) -> list[Result]:
    sizes, shows = _sizes(plan), plan.count(500, 5)
    with contextlib.ExitStack() as held:
        large, small = (
            held.enter_context(_clockwork(LEVELS, url, members, ticks=1))
            for url, members in zip(urls, sizes, strict=True)
        )
        shown = await alternate(
            {"large": lambda: large.boards(shows), "small": lambda: small.boards(shows)}, plan.rounds
        )
    what = f"the board of one group of {sizes[0]:,} vs {sizes[1]:,} members, {kind}"
    return [_result("10", what, shown)]


def _sizes(plan: Plan) -> tuple[int, int]:
    return plan.count(1_000_000, 1000), plan.count(10_000, 500)


async def _race(work: Work, kind: str, urls: Sequence[str], plan: Plan) -> list[Result]:
    sizes = _sizes(plan)
    ticks, looks = plan.count(3, 1), plan.count(500, 5)
    minutes = (2 * plan.rounds + 1) * ticks + 1  # the last one's rows are for looking only
    with contextlib.ExitStack() as held:
        large, small = (
            held.enter_context(_clockwork(work, url, members, ticks=minutes))
            for url, members in zip(urls, sizes, strict=True)
        )
        for side in (large, small):
            await side.ticks(ticks)
        plan_text = _plan(work, urls[0], large.job, large.clock.now())
        worked = await alternate(
            {"large": lambda: large.ticks(ticks), "small": lambda: small.ticks(ticks)}, plan.rounds
        )
        waited = [await large.waits(ticks) for _ in range(plan.rounds)]
        looked = await alternate(
            {"large": lambda: large.looks(looks), "small": lambda: small.looks(looks)}, plan.rounds
        )
    among = f"{sizes[0]:,} vs {sizes[1]:,} members, {kind}"
    return [
        _result(work.row, f"{work.what} (look, do 100 rows, look), {among} (target 1.30)", worked),
        _result(work.row, f"the look alone, {among}; plan: {plan_text}", looked),
        Result(
            Bar(work.row, f"the longest that a unit of somebody else waits meanwhile, {kind}, vs 50 ms", 1.0),
            [seconds / _LONGEST_SECONDS for seconds in waited],
            f"{milli(waited)}, {sizes[0]:,} members",
        ),
    ]


@contextlib.contextmanager
def _clockwork(work: Work, url: str, members: int, *, ticks: int) -> Iterator[Clockwork]:
    """Fill a database and yield the engine that `bot.wiring` would set over it, one minute before noon."""
    _fill(work, url, members, ticks)
    clock = ManualClock(NOON - _MINUTE)
    db = PatientDb(open_db(url, clock))
    app = build_app(configuration.load(None, {}))
    jobs = [job for job in JOBS if job.name == work.job]
    engine = Engine(runner=db, app=app, jobs=jobs, clock=clock, committed=lambda: None)
    try:
        yield Clockwork(db, engine, clock, app.accounts.boards.board)
    finally:
        db.close()


def _fill(work: Work, url: str, members: int, ticks: int) -> None:
    due = ticks * _BATCH
    if due > members:
        raise ValueError(
            f"{due} rows fall due in {ticks} ticks, more than {members} members: ask fewer rounds"
        )
    today = NOON.date()
    given = {
        "members": members,
        "groups": members // _GROUP,
        "due": due,
        "step": members // due,
        "ticks": ticks,
        "noon": int(NOON.timestamp() * 1000),
        "day": _DAY // timedelta(milliseconds=1),
        "year": 365 * _DAY // timedelta(milliseconds=1),
        "yesterday": today - _DAY,
        "monday": today,
        "next_month": today + 30 * _DAY,
        "next_year": today + 365 * _DAY,
    }
    migrate.create(url)
    engine = engine_for(url)
    with engine.begin() as connection:
        for statement in Path(__file__).with_name(work.fill).read_text("utf-8").format(**given).split(";\n"):
            connection.execute(text(statement))
    engine.dispose()


def _plan(work: Work, url: str, job: Job, now: datetime) -> str:
    """Return what the database says it does for the due query. Raises RuntimeError unless by our index."""
    asked: list[tuple[str, Any]] = []
    engine = engine_for(url)
    with engine.connect() as connection:
        event.listen(connection, "before_cursor_execute", lambda *told: asked.append((told[2], told[3])))
        driver: Any = connection.connection.driver_connection
        if connection.dialect.name == "sqlite":  # a prepared statement goes to the driver, past SQLAlchemy
            driver.set_trace_callback(lambda statement: asked.append((statement, ())))
        job.due(SqlUow(connection, now), _BATCH)
        explain = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
        statement, parameters = asked[-1]
        lines = connection.exec_driver_sql(f"{explain} {statement}", parameters).all()
    engine.dispose()
    told = [str(line[-1]).strip() for line in lines]
    by_index = [line for line in told if work.index in line]
    if not by_index:
        raise RuntimeError(f"the due query does not use {work.index}: {told}")
    return by_index[0].partition("  (")[0]


def _result(row: str, what: str, used: Mapping[str, list[float]]) -> Result:
    large, small = used["large"], used["small"]
    return Result(Bar(row, what, 1.5), ratios(large, small), f"{milli(large)} vs {milli(small)}")
