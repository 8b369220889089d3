"""The clockwork over a table of its own: what is due is done, once, whoever else fails."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import TypeVar, cast

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, Text, delete, func, insert, select, update

from bot.config import load
from bot.services import build_app
from features.app import App, Uow
from kernel.clock import ManualClock, SystemClock
from scheduler.engine import Engine, RunLog
from scheduler.jobs import JOBS, Job
from storage.db import Db, open_db
from storage.migrate import engine_for
from storage.types import BigId, UtcDateTime
from storage.uow import SqlUow
from tests.conftest import NOW, Disk

T = TypeVar("T")
MINUTE = timedelta(minutes=1)
APP = build_app(load(None, {}))

errand = Table(
    "errand",
    MetaData(),
    Column("id", BigId, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("attempts", Integer, nullable=False),
)
ran = Table("ran", MetaData(), Column("id", BigId, primary_key=True), Column("errand", BigId, nullable=False))


class Hopeless(Exception):
    """What a failing errand raises."""


def _sql(uow: Uow) -> SqlUow:
    return cast(SqlUow, uow)


def _run_errand(_app: App, uow: Uow, due: int) -> None:
    connection = _sql(uow).connection
    kind = connection.execute(select(errand.c.kind).where(errand.c.id == due)).scalar_one()
    connection.execute(insert(ran).values(errand=due))
    connection.execute(delete(errand).where(errand.c.id == due))
    if kind == "hopeless":
        raise Hopeless(due)
    if kind == "brings another":
        row = {"kind": "plain", "due_at": uow.now, "attempts": 0}
        connection.execute(insert(errand).values(id=due + 1000, **row))


def _job(name: str = "errands", kinds: tuple[str, ...] = ("plain", "hopeless", "brings another")) -> Job:
    mine = errand.c.kind.in_(kinds)

    def due(uow: Uow, limit: int) -> tuple[int, ...]:
        query = select(errand.c.id).where(mine, errand.c.due_at <= uow.now).order_by(errand.c.due_at)
        return tuple(_sql(uow).connection.execute(query.limit(limit)).scalars())

    def next_at(uow: Uow) -> datetime | None:
        query = select(func.min(errand.c.due_at)).where(mine)
        return cast(datetime | None, _sql(uow).connection.execute(query).scalar_one())

    def back_off(uow: Uow, due: int) -> None:
        _sql(uow).connection.execute(
            update(errand)
            .where(errand.c.id == due)
            .values(attempts=errand.c.attempts + 1, due_at=uow.now + MINUTE)
        )

    return Job(name, due, next_at, _run_errand, back_off)


@pytest.fixture
def tables(db_url: str) -> None:
    """The errands' own tables in the test's database."""
    engine = engine_for(db_url)
    with engine.begin() as connection:
        errand.create(connection)
        ran.create(connection)
    engine.dispose()


class Works:
    """An engine over the test's database, and how often it said that something was committed."""

    def __init__(self, db: Db, clock: ManualClock | SystemClock, *jobs: Job) -> None:
        self.db, self.commits, self.committed = db, 0, asyncio.Event()
        self.engine = Engine(
            runner=db, app=APP, jobs=jobs or (_job(),), clock=clock, committed=self._on_committed
        )

    def _on_committed(self) -> None:
        self.commits += 1
        self.committed.set()

    async def ask(self, *errands: tuple[int, str, datetime]) -> None:
        rows = [{"id": id_, "kind": kind, "due_at": at, "attempts": 0} for id_, kind, at in errands]
        await self.db.run(lambda uow: uow.connection.execute(insert(errand), rows).rowcount)


class Counted:
    """A database that counts how many units are under way."""

    def __init__(self, db: Db) -> None:
        self._db, self._now, self.most = db, 0, 0
        self.abreast = db.abreast

    async def run(self, unit: Callable[[Uow], T]) -> T:
        self._now += 1
        self.most = max(self.most, self._now)
        try:
            return await self._db.run(unit)
        finally:
            self._now -= 1


@pytest.fixture
def works(db: Db, clock: ManualClock, tables: None) -> Works:
    return Works(db, clock)


RAN = "SELECT errand FROM ran ORDER BY id"
LEFT = "SELECT id, attempts, due_at FROM errand ORDER BY id"


async def test_what_is_due_is_done_in_order_and_the_rest_waits(works: Works, check: Disk) -> None:
    await works.ask(
        (1, "plain", NOW - MINUTE),
        (2, "plain", NOW - 3 * MINUTE),
        (3, "plain", NOW + MINUTE),
        (4, "plain", NOW),
    )
    assert await works.engine.run_due(at_once=1) == 3
    assert await check(RAN) == [(2,), (1,), (4,)]


async def test_what_was_done_is_not_done_again(works: Works, check: Disk) -> None:
    await works.ask((1, "plain", NOW))
    assert [await works.engine.run_due() for _ in range(2)] == [1, 0]
    assert await check(RAN) == [(1,)]


async def test_what_waits_is_done_once_its_instant_has_come(
    works: Works, clock: ManualClock, check: Disk
) -> None:
    await works.ask((1, "plain", NOW + MINUTE))
    assert await works.engine.run_due() == 0
    clock.set(NOW + MINUTE)
    assert await works.engine.run_due() == 1
    assert await check(RAN) == [(1,)]


async def test_more_than_a_batch_is_done_in_one_go(works: Works, check: Disk) -> None:
    await works.ask(*((number, "plain", NOW - number * MINUTE) for number in range(1, 251)))
    assert await works.engine.run_due() == 250
    assert sorted(await check(RAN)) == [(number,) for number in range(1, 251)]


@pytest.mark.parametrize("at_once", [1, 7, 100])
async def test_no_more_is_under_way_than_asked_for(works: Works, check: Disk, at_once: int) -> None:
    await works.ask(*((number, "plain", NOW) for number in range(100)))
    counted = Counted(works.db)
    engine = Engine(runner=counted, app=APP, jobs=(_job(),), clock=ManualClock(NOW), committed=lambda: None)
    assert await engine.run_due(at_once=at_once) == 100
    assert counted.most == at_once
    assert await check("SELECT count(DISTINCT errand), count(*) FROM ran") == [(100, 100)]


async def test_what_an_errand_brings_along_is_done_in_the_same_go(works: Works, check: Disk) -> None:
    await works.ask((1, "brings another", NOW))
    assert await works.engine.run_due() == 2
    assert await check(RAN) == [(1,), (1001,)]


async def test_a_failing_errand_is_undone_and_backs_off(
    works: Works, clock: ManualClock, check: Disk
) -> None:
    await works.ask((1, "hopeless", NOW))
    assert await works.engine.run_due() == 1
    later = int((NOW + MINUTE).timestamp() * 1000)
    assert (await check(RAN), await check(LEFT)) == ([], [(1, 1, later)])
    assert await works.engine.run_due() == 0
    clock.set(NOW + MINUTE)
    assert await works.engine.run_due() == 1
    assert await check("SELECT attempts FROM errand") == [(2,)]


async def test_failing_errands_stop_nobody_else(works: Works, check: Disk) -> None:
    await works.ask(
        *((number, "hopeless", NOW - 2 * MINUTE) for number in range(1, 121)), (121, "plain", NOW - MINUTE)
    )
    assert await works.engine.run_due() == 121
    assert await check(RAN) == [(121,)]
    assert await check("SELECT count(*), min(attempts), max(attempts) FROM errand") == [(120, 1, 1)]


async def test_a_failing_job_does_not_stop_the_next(
    db: Db, clock: ManualClock, tables: None, check: Disk
) -> None:
    works = Works(db, clock, _job("first", ("hopeless",)), _job("second", ("plain",)))
    await works.ask((1, "hopeless", NOW), (2, "plain", NOW))
    await works.engine.run_due()
    assert await check(RAN) == [(2,)]
    assert works.engine.log == {
        "first": RunLog(last_run=NOW, done=0, failed=1),
        "second": RunLog(last_run=NOW, done=1, failed=0),
    }


async def test_jobs_run_in_their_order(db: Db, clock: ManualClock, tables: None, check: Disk) -> None:
    works = Works(db, clock, _job("first", ("hopeless", "plain")), _job("second", ("brings another",)))
    await works.ask((1, "brings another", NOW - MINUTE), (2, "plain", NOW))
    await works.engine.run_due()
    assert await check("SELECT errand FROM ran WHERE errand < 1000 ORDER BY id") == [(2,), (1,)]


async def test_commits_are_told_once_a_go_and_only_when_something_was_done(works: Works) -> None:
    await works.engine.run_due()
    assert works.commits == 0
    await works.ask((1, "plain", NOW), (2, "plain", NOW))
    await works.engine.run_due()
    assert works.commits == 1


async def test_the_next_instant_is_the_earliest_of_all_jobs(db: Db, clock: ManualClock, tables: None) -> None:
    first, second = _job("first", ("hopeless",)), _job("second", ("plain",))
    works = Works(db, clock, first, second)
    await works.ask((1, "plain", NOW + 2 * MINUTE), (2, "hopeless", NOW + 3 * MINUTE))
    next_at = [await works.engine.next_at(job) for job in works.engine.jobs]
    assert (next_at, await works.engine.next_due()) == (
        [NOW + 3 * MINUTE, NOW + 2 * MINUTE],
        NOW + 2 * MINUTE,
    )


async def test_without_errands_there_is_no_next_instant(works: Works) -> None:
    assert await works.engine.next_due() is None


@pytest.fixture
def real_time_db(db_url: str, tables: None) -> Iterator[Db]:
    opened = open_db(db_url, SystemClock())
    yield opened
    opened.close()


@pytest.mark.parametrize("ahead", [timedelta(0), timedelta(milliseconds=80)], ids=["due", "due soon"])
async def test_a_running_engine_does_what_is_due_and_wakes_for_the_next(
    real_time_db: Db, check: Disk, ahead: timedelta
) -> None:
    works = Works(real_time_db, SystemClock())
    await works.ask((1, "plain", SystemClock().now() + ahead))
    running = asyncio.ensure_future(works.engine.run())
    await asyncio.wait_for(works.committed.wait(), 20)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert await check(RAN) == [(1,)]


def test_every_job_of_the_product_has_its_own_name() -> None:
    assert len({job.name for job in JOBS}) == len(JOBS) > 0
