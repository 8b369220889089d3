"""Units of work: whole or not at all, alone or in a group, wanted any more or not."""

import asyncio
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from functools import partial

import pytest
from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError, OperationalError

from features.growth.model import Account
from features.members.model import CameBy
from kernel.clock import ManualClock
from kernel.ids import GroupId, MemberId
from storage.db import Db, open_db
from storage.growth import growth_account
from storage.uow import SqlUow
from tests.conftest import NOW, Disk
from tests.storage.builders import MINUTE, a_member, credit

KEYS = "SELECT key FROM claim ORDER BY key"
ACCOUNTS = "SELECT growth, points FROM growth_account"


class Unwanted(Exception):
    """What a unit of these tests raises."""


def _take(uow: SqlUow, key: str) -> bool:
    return uow.claims.take(key)


def _take_and_raise(uow: SqlUow, key: str) -> None:
    uow.claims.take(key)
    raise Unwanted(key)


@contextmanager
def _held(db: Db) -> Iterator[None]:
    """Keep every thread of the database busy inside the block, so that what is asked meanwhile queues up."""
    started, release = threading.Semaphore(0), threading.Event()

    def wait(uow: SqlUow) -> None:
        started.release()
        release.wait(30)

    threads = 1 if db.url.get_backend_name() == "sqlite" else 6
    holding = [asyncio.ensure_future(db.run(wait)) for _ in range(threads)]
    for _ in holding:
        assert started.acquire(timeout=30)
    try:
        yield
    finally:
        release.set()


async def test_the_result_comes_after_the_commit(db: Db, check: Disk) -> None:
    assert await db.run(partial(_take, key="a"))
    assert await check(KEYS) == [("a",)]


async def test_a_unit_that_raises_leaves_nothing_and_tells_its_caller(db: Db, check: Disk) -> None:
    with pytest.raises(Unwanted):
        await db.run(partial(_take_and_raise, key="a"))
    assert await check(KEYS) == []


async def test_a_unit_that_raises_undoes_only_itself_among_its_neighbours(db: Db, check: Disk) -> None:
    with _held(db):
        asked = [
            asyncio.ensure_future(db.run(partial(_take_and_raise if n % 5 == 2 else _take, key=f"{n:02}")))
            for n in range(30)
        ]
    told = await asyncio.gather(*asked, return_exceptions=True)
    failed = {n for n, result in enumerate(told) if isinstance(result, Unwanted)}
    assert failed == {n for n in range(30) if n % 5 == 2}
    assert await check(KEYS) == [(f"{n:02}",) for n in range(30) if n not in failed]


async def test_a_unit_that_breaks_a_check_fails_only_its_caller(db: Db, check: Disk) -> None:
    member = (await db.run(a_member)).id

    def poison(uow: SqlUow) -> None:
        uow.claims.take("poison")
        uow.connection.execute(insert(growth_account).values(member_id=member, growth=-1, points=0))

    with _held(db):
        asked = [
            asyncio.ensure_future(db.run(unit))
            for unit in (partial(_take, key="a"), poison, partial(_take, key="b"))
        ]
    told = await asyncio.gather(*asked, return_exceptions=True)
    assert (told[0], told[2]) == (True, True)
    assert isinstance(told[1], IntegrityError)
    assert await check(KEYS) == [("a",), ("b",)]


async def test_a_unit_that_fails_at_the_commit_fails_only_its_caller(db: Db, check: Disk) -> None:
    is_sqlite = db.url.get_backend_name() == "sqlite"

    def poison(uow: SqlUow) -> None:
        uow.claims.take("poison")
        if is_sqlite:
            uow.connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        else:
            uow.connection.exec_driver_sql(
                "ALTER TABLE membership ALTER CONSTRAINT fk_membership_member_id"
                " DEFERRABLE INITIALLY DEFERRED"
            )
        group = uow.connection.exec_driver_sql(
            "INSERT INTO chat_group (chat, title, state, state_at, language, zone, quiet_start, quiet_end)"
            " VALUES (-1, '', 'met', 0, 'en', 'UTC', '00:00', '00:00') RETURNING id"
        ).scalar_one()
        uow.members.enter(MemberId(99), GroupId(group), came_by=CameBy.SEEN, now=uow.now)

    with _held(db):
        asked = [
            asyncio.ensure_future(db.run(unit))
            for unit in (partial(_take, key="a"), poison, partial(_take, key="b"))
        ]
    told = await asyncio.gather(*asked, return_exceptions=True)
    assert (told[0], told[2]) == (True, True)
    assert isinstance(told[1], IntegrityError)
    assert await check(KEYS) == [("a",), ("b",)]


async def test_many_simultaneous_increments_lose_nothing(db: Db, check: Disk) -> None:
    member = (await db.run(a_member)).id
    await db.run(lambda uow: credit(uow, member, key="first", amount=1))

    def one_more(uow: SqlUow) -> None:
        uow.connection.execute(update(growth_account).values(points=growth_account.c.points + 1))

    await asyncio.gather(*(db.run(one_more) for _ in range(500)))
    assert await check(ACCOUNTS) == [(1, 501)]


async def test_a_unit_sees_one_aware_instant_in_utc(db: Db, clock: ManualClock) -> None:
    def seen(uow: SqlUow) -> tuple[object, ...]:
        first = uow.now
        clock.set(NOW + MINUTE)
        return first, uow.now, uow.now.tzinfo

    assert await db.run(seen) == (NOW, NOW, UTC)
    assert await db.run(lambda uow: uow.now) == NOW + MINUTE


async def test_an_attempt_that_raises_inside_a_unit_leaves_the_rest_of_the_unit(db: Db, check: Disk) -> None:
    def unit(uow: SqlUow) -> None:
        uow.claims.take("before")
        with pytest.raises(Unwanted), uow.attempt():
            _take_and_raise(uow, "inside")
        with uow.attempt():
            uow.claims.take("kept")

    await db.run(unit)
    assert await check(KEYS) == [("before",), ("kept",)]


async def test_a_constraint_broken_inside_an_attempt_leaves_the_unit_usable(db: Db, check: Disk) -> None:
    def unit(uow: SqlUow) -> None:
        member = a_member(uow).id
        with pytest.raises(IntegrityError), uow.attempt():
            credit(uow, member, key="bad", amount=-5)
        credit(uow, member, key="good", amount=5)

    await db.run(unit)
    assert await check(ACCOUNTS) == [(5, 5)]


async def test_a_unit_whose_caller_gave_up_while_it_ran_is_whole(db: Db, check: Disk) -> None:
    member = (await db.run(a_member)).id
    started, release = threading.Event(), threading.Event()

    def slow(uow: SqlUow) -> None:
        started.set()
        release.wait(30)
        credit(uow, member, key="k")

    caller = asyncio.ensure_future(db.run(slow))
    await asyncio.to_thread(started.wait, 30)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    release.set()
    assert await db.run(lambda uow: uow.claims.take("after"))
    await asyncio.to_thread(db.close)
    assert await check(ACCOUNTS) == [(10, 10)]


async def test_a_unit_whose_caller_gave_up_while_it_queued_does_not_run(db: Db, check: Disk) -> None:
    with _held(db):
        caller = asyncio.ensure_future(db.run(partial(_take, key="unwanted")))
        caller.cancel()
        await asyncio.gather(caller, return_exceptions=True)
    assert await db.run(partial(_take, key="wanted"))
    await asyncio.to_thread(db.close)
    assert await check(KEYS) == [("wanted",)]


async def test_a_storm_of_callers_giving_up_leaves_every_unit_whole(db: Db, check: Disk) -> None:
    member = (await db.run(a_member)).id
    chance = random.Random(1)
    callers = [
        asyncio.ensure_future(db.run(partial(credit, member=member, key=f"k{n}", amount=1)))
        for n in range(300)
    ]
    for caller in chance.sample(callers, 150):
        await asyncio.sleep(0)
        caller.cancel()
    told = await asyncio.gather(*callers, return_exceptions=True)
    await asyncio.to_thread(db.close)
    ((growth, points),) = await check(ACCOUNTS)
    assert growth >= told.count(True)
    assert await check("SELECT sum(amount) FROM growth_ledger") == [(growth,)]
    assert await check("SELECT sum(unspent) FROM point_lot") == [(points,)]
    assert growth == points


async def test_giving_up_in_the_middle_leaves_the_database_usable(db: Db) -> None:
    with _held(db):
        callers = [asyncio.ensure_future(db.run(partial(_take, key=f"{n}"))) for n in range(100)]
        for caller in callers:
            caller.cancel()
        await asyncio.gather(*callers, return_exceptions=True)
    assert await db.run(partial(_take, key="still here"))


async def test_closing_finishes_what_was_asked_before(db: Db, check: Disk) -> None:
    asked = [asyncio.ensure_future(db.run(partial(_take, key=f"{n:03}"))) for n in range(200)]
    await asyncio.to_thread(db.close)
    assert await asyncio.gather(*asked) == [True] * 200
    assert await check("SELECT count(*) FROM claim") == [(200,)]


async def test_what_was_committed_is_there_after_opening_again(db: Db, clock: ManualClock) -> None:
    member = (await db.run(a_member)).id
    await db.run(lambda uow: credit(uow, member, key="k"))
    db.close()
    again = open_db(db.url.render_as_string(hide_password=False), clock)
    try:
        assert await again.run(lambda uow: uow.growth.account(member)) == Account(10, 10)
    finally:
        again.close()


@pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
async def test_a_full_disk_fails_only_the_units_that_need_more_room(db: Db, check: Disk) -> None:
    def fill(uow: SqlUow) -> None:
        uow.journal.note("x", much="x" * 5_000_000)

    def limit(uow: SqlUow) -> None:
        pages = uow.connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        uow.connection.exec_driver_sql(f"PRAGMA max_page_count={pages + 20}")

    await db.run(limit)
    with _held(db):
        asked = [
            asyncio.ensure_future(db.run(unit))
            for unit in (partial(_take, key="a"), fill, partial(_take, key="b"))
        ]
    told = await asyncio.gather(*asked, return_exceptions=True)
    assert (told[0], told[2]) == (True, True)
    assert isinstance(told[1], OperationalError)
    assert await check(KEYS) == [("a",), ("b",)]


@pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("setting", "value"), [("synchronous", 2), ("journal_mode", "wal"), ("foreign_keys", 1)]
)
async def test_a_commit_is_on_the_disk_and_keeps_to_the_keys(db: Db, setting: str, value: object) -> None:
    def read(uow: SqlUow) -> object:
        return uow.connection.exec_driver_sql(f"PRAGMA {setting}").scalar_one()

    assert await db.run(read) == value


@pytest.mark.parametrize("db_url", ["postgresql"], indirect=True)
async def test_a_process_that_stands_still_inside_a_unit_keeps_no_locks_for_long(db: Db) -> None:
    def read(uow: SqlUow) -> object:
        return uow.connection.exec_driver_sql("SHOW idle_in_transaction_session_timeout").scalar_one()

    assert await db.run(read) == "10s"


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_a_database_without_a_file_is_refused(url: str, clock: ManualClock) -> None:
    with pytest.raises(ValueError, match=r"storage\.url: a SQLite database needs a file"):
        open_db(url, clock)


@pytest.mark.parametrize("db_url", ["postgresql"], indirect=True)
async def test_units_that_block_each_other_crosswise_are_tried_again(db: Db, check: Disk) -> None:
    first, second = await db.run(lambda uow: (a_member(uow, 1).id, a_member(uow, 2).id))
    both_hold_one = threading.Barrier(2, timeout=30)
    tries = {"forth": 0, "back": 0}

    def crosswise(uow: SqlUow, way: str, members: tuple[MemberId, MemberId]) -> None:
        tries[way] += 1
        credit(uow, members[0], key=f"{way}-0", amount=1)
        if tries[way] == 1:
            both_hold_one.wait()
        credit(uow, members[1], key=f"{way}-1", amount=1)

    await db.run(lambda uow: [credit(uow, member, key=f"open-{member}") for member in (first, second)])
    await asyncio.gather(
        db.run(partial(crosswise, way="forth", members=(first, second))),
        db.run(partial(crosswise, way="back", members=(second, first))),
    )
    assert max(tries.values()) >= 2
    assert await check(ACCOUNTS) == [(12, 12), (12, 12)]
