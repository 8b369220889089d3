"""Keys that are taken once, ever."""

import asyncio

import pytest

from storage.db import Db
from storage.uow import SqlUow
from tests.conftest import Disk

CALLERS = 64


async def test_a_key_is_taken_once(db: Db) -> None:
    assert [await db.run(lambda uow: uow.claims.take("one")) for _ in range(2)] == [True, False]


async def test_keys_do_not_stand_in_each_others_way(db: Db, check: Disk) -> None:
    assert await db.run(lambda uow: (uow.claims.take("one"), uow.claims.take("two"))) == (True, True)
    assert await check("SELECT key, taken_at FROM claim ORDER BY key") == [
        ("one", 1795395600000),
        ("two", 1795395600000),
    ]


async def test_one_of_64_simultaneous_takers_wins(db: Db, check: Disk) -> None:
    won = await asyncio.gather(*(db.run(lambda uow: uow.claims.take("one")) for _ in range(CALLERS)))
    assert sorted(won) == [False] * (CALLERS - 1) + [True]
    assert await check("SELECT count(*) FROM claim") == [(1,)]


async def test_a_key_taken_by_a_unit_that_fails_is_free_again(db: Db) -> None:
    def unit(uow: SqlUow) -> None:
        uow.claims.take("one")
        raise LookupError

    with pytest.raises(LookupError):
        await db.run(unit)
    assert await db.run(lambda uow: uow.claims.take("one"))
