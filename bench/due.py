"""Row 7: one tick of the clockwork with a hundred due rows, among 10,000 members and among a million."""

import contextlib
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event, text

from bench.databases import postgres_server
from bench.rounds import Plan, alternate
from bench.table import Bar, Result, milli, ratios
from bot import config as configuration
from bot.wiring import build_app
from kernel.clock import ManualClock
from scheduler.engine import Engine
from scheduler.jobs import JOBS, Job
from storage import migrate
from storage.db import open_db
from storage.migrate import engine_for
from storage.patience import PatientDb
from storage.uow import SqlUow

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai: nobody's quiet hours
_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)
_BATCH = 100  # due rows of one tick
_GROUP = 200  # members of one group
_INDEX = "ix_points_due_pending"
_FILL = Path(__file__).with_name("due.sql")


@dataclass(frozen=True, slots=True)
class Clockwork:
    """The product's engine over one filled database, on a clock that a round moves on."""

    db: PatientDb
    engine: Engine
    clock: ManualClock

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


async def ticks(plan: Plan) -> list[Result]:
    """Row 7."""
    with tempfile.TemporaryDirectory() as folder:
        files = [f"sqlite:///{Path(folder, name)}" for name in ("large.db", "small.db")]
        results = await _race("SQLite", files, plan)
    with postgres_server() as server:
        return results + await _race("PostgreSQL", [server.url(server.create()) for _ in range(2)], plan)


async def _race(kind: str, urls: Sequence[str], plan: Plan) -> list[Result]:
    sizes = (plan.count(1_000_000, 1000), plan.count(10_000, 500))
    ticks, looks = plan.count(3, 1), plan.count(500, 5)
    minutes = (plan.rounds + 1) * ticks + 1  # the last one's rows are for looking only
    with contextlib.ExitStack() as held:
        large, small = (
            held.enter_context(_clockwork(url, members, minutes))
            for url, members in zip(urls, sizes, strict=True)
        )
        for side in (large, small):
            await side.ticks(ticks)
        plan_text = _plan(urls[0], large.job, large.clock.now())
        worked = await alternate(
            {"large": lambda: large.ticks(ticks), "small": lambda: small.ticks(ticks)}, plan.rounds
        )
        looked = await alternate(
            {"large": lambda: large.looks(looks), "small": lambda: small.looks(looks)}, plan.rounds
        )
    among = f"{sizes[0]:,} vs {sizes[1]:,} members, {kind}"
    return [
        _result(f"due tick (look, do 100 rows, look), {among} (target 1.30)", worked),
        _result(f"the look alone, {among}; plan: {plan_text}", looked),
    ]


@contextlib.contextmanager
def _clockwork(url: str, members: int, ticks: int) -> Iterator[Clockwork]:
    """Fill a database and yield the engine that `bot.wiring` would set over it, one minute before noon."""
    _fill(url, members, ticks)
    clock = ManualClock(NOON - _MINUTE)
    db = PatientDb(open_db(url, clock))
    app = build_app(configuration.load(None, {}))
    try:
        yield Clockwork(db, Engine(runner=db, app=app, jobs=JOBS, clock=clock, committed=lambda: None), clock)
    finally:
        db.close()


def _fill(url: str, members: int, ticks: int) -> None:
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
        "yesterday": today - _DAY,
        "next_month": today + 30 * _DAY,
        "next_year": today + 365 * _DAY,
    }
    migrate.upgrade(url)
    engine = engine_for(url)
    with engine.begin() as connection:
        for statement in _FILL.read_text("utf-8").format(**given).split(";\n"):
            connection.execute(text(statement))
    engine.dispose()


def _plan(url: str, job: Job, now: datetime) -> str:
    """Return what the database says it does for the due query. Raises RuntimeError unless by our index."""
    asked: list[tuple[str, Any]] = []
    engine = engine_for(url)
    with engine.connect() as connection:
        event.listen(connection, "before_cursor_execute", lambda *told: asked.append((told[2], told[3])))
        job.due(SqlUow(connection, now), _BATCH)
        explain = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
        statement, parameters = asked[-1]
        lines = connection.exec_driver_sql(f"{explain} {statement}", parameters).all()
    engine.dispose()
    told = [str(line[-1]).strip() for line in lines]
    by_index = [line for line in told if _INDEX in line]
    if not by_index:
        raise RuntimeError(f"the due query does not use {_INDEX}: {told}")
    return by_index[0].partition("  (")[0]


def _result(what: str, used: Mapping[str, list[float]]) -> Result:
    large, small = used["large"], used["small"]
    return Result(Bar("7", what, 1.5), ratios(large, small), f"{milli(large)} vs {milli(small)}")
