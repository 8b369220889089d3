"""A role has one holder, and whoever lost it can do nothing in its name."""

import asyncio
import threading

import pytest

from kernel.clock import ManualClock
from storage.db import Db, PostgresDb
from storage.leases import LeaseLost
from storage.uow import SqlUow
from tests.conftest import NOW
from tests.storage.builders import CALLERS, MINUTE

ROLE = "bot:1"


async def _take(db: Db, owner: str, *, seconds: float = 60, alone: bool = False) -> int | None:
    return await db.run(lambda uow: uow.leases.take(ROLE, owner, seconds=seconds, alone=alone))


async def test_a_role_that_is_held_is_given_to_nobody_else(db: Db) -> None:
    assert await _take(db, "a") == 1
    assert await _take(db, "b") is None


async def test_one_of_64_who_ask_at_once_gets_it(db: Db) -> None:
    got = await asyncio.gather(*(_take(db, str(number)) for number in range(CALLERS)))
    assert [epoch for epoch in got if epoch] == [1]


async def test_a_role_let_go_or_run_out_is_given_again_with_a_higher_number(db: Db) -> None:
    assert await _take(db, "a") == 1
    await db.run(lambda uow: uow.leases.release(ROLE, 1))
    assert await _take(db, "b", seconds=0) == 2
    assert await _take(db, "c") == 3


async def test_who_is_alone_by_a_file_lock_need_not_wait(db: Db) -> None:
    assert await _take(db, "killed") == 1
    assert await _take(db, "next", alone=True) == 2


async def test_who_lost_the_role_is_told_in_every_unit(db: Db) -> None:
    await _take(db, "a", seconds=0)
    await db.run(lambda uow: uow.leases.check(ROLE, 1))
    await _take(db, "b")
    with pytest.raises(LeaseLost):
        await db.run(lambda uow: uow.leases.check(ROLE, 1))
    with pytest.raises(LeaseLost):
        await db.run(lambda uow: uow.leases.renew(ROLE, 1, seconds=60))


@pytest.mark.parametrize("db_url", ["postgresql"], indirect=True)
async def test_a_unit_that_looks_keeps_a_take_over_waiting_but_no_renewal(db: Db) -> None:
    await _take(db, "a", seconds=0)
    looked, may_end = threading.Event(), threading.Event()

    def look(uow: SqlUow) -> None:
        uow.leases.check(ROLE, 1)
        looked.set()
        may_end.wait(30)

    looking = asyncio.ensure_future(db.run(look))
    assert await asyncio.to_thread(looked.wait, 30)
    try:
        async with asyncio.timeout(10):
            await db.run(lambda uow: uow.leases.renew(ROLE, 1, seconds=0))
        taking = asyncio.ensure_future(_take(db, "b"))
        taken, _ = await asyncio.wait((taking,), timeout=0.5)
    finally:
        may_end.set()

    assert not taken
    await looking
    assert await taking == 2


async def test_letting_go_of_what_was_lost_takes_nothing_from_the_next(db: Db) -> None:
    await _take(db, "a", seconds=0)
    await _take(db, "b")
    await db.run(lambda uow: uow.leases.release(ROLE, 1))
    assert await _take(db, "c") is None


async def test_a_renewed_role_lasts_longer(db: Db) -> None:
    await _take(db, "a", seconds=0)
    await db.run(lambda uow: uow.leases.renew(ROLE, 1, seconds=60))
    assert await _take(db, "b") is None


async def test_a_pushed_clock_of_one_process_ends_no_lease_on_a_shared_database(
    db: Db, clock: ManualClock
) -> None:
    await _take(db, "a")
    clock.set(NOW + 10 * MINUTE)
    assert (await _take(db, "b") is None) is isinstance(db, PostgresDb)
