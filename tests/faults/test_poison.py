"""Bad units among good ones: only their own callers hear of it."""

import asyncio
import random
from functools import partial

import pytest
from sqlalchemy import insert, text

from kernel.ids import MemberId
from storage.db import Db
from storage.growth import growth_account
from storage.soundness import UNBALANCED
from storage.uow import SqlUow
from tests.conftest import Disk
from tests.faults.conftest import Figures
from tests.faults.runs import FULL
from tests.storage.builders import a_member, credit

UNITS = 5_000 if FULL else 300
EVERY = 7  # one in so many is bad


def _raises(uow: SqlUow, member: MemberId, key: str) -> None:
    credit(uow, member, key=key)
    raise RuntimeError("poison")


def _breaks_a_check(uow: SqlUow, member: MemberId, key: str) -> None:
    credit(uow, member, key=key)
    uow.connection.execute(insert(growth_account).values(member_id=99, growth=-1, points=0))


def _is_no_sql(uow: SqlUow, member: MemberId, key: str) -> None:
    credit(uow, member, key=key)
    uow.connection.execute(text("SELECT FROM WHERE"))


def _points_nowhere(uow: SqlUow, member: MemberId, key: str) -> None:
    credit(uow, member, key=key)
    credit(uow, MemberId(9_999), key=f"{key} of nobody")


def _slow(uow: SqlUow, member: MemberId, key: str) -> bool:
    for _ in range(300):
        uow.growth.account(member)
    return credit(uow, member, key=key, amount=1)


POISONS = (_raises, _breaks_a_check, _is_no_sql, _points_nowhere)


@pytest.mark.faults
async def test_poison_among_good_and_slow_units_fails_its_own_callers_only(
    db: Db, check: Disk, figures: Figures
) -> None:
    chance = random.Random(12)
    member = (await db.run(a_member)).id
    bad = {n for n in range(UNITS) if n % EVERY == 3}

    async def one(n: int) -> bool:
        if n in bad:
            with pytest.raises(Exception):  # noqa: B017, PT011 - which one depends on the poison and the database
                await db.run(partial(chance.choice(POISONS), member=member, key=f"k{n}"))
            return False
        unit = _slow if n % 50 == 0 else partial(credit, amount=1)
        return bool(await db.run(partial(unit, member=member, key=f"k{n}")))

    told = await asyncio.gather(*(one(n) for n in range(UNITS)))

    good = UNITS - len(bad)
    assert told.count(True) == good
    assert await check("SELECT count(*), sum(amount) FROM growth_ledger") == [(good, good)]
    assert await check(UNBALANCED) == [(0,)]
    figures(
        "12: poison and slow units inside a batch",
        done=f"{len(bad)} poisoned of four kinds",
        units=UNITS,
        lost=0,
        doubled=0,
    )
