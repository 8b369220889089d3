"""Callers that give up after 1 to 20 ms, in a storm: no lock stays, nothing is half done or doubled."""

import asyncio
import random
from contextlib import suppress
from functools import partial

import pytest
from sqlalchemy import text

from kernel.ids import MemberId
from storage import migrate
from storage.db import Db
from storage.soundness import UNBALANCED
from storage.uow import SqlUow
from tests.conftest import Disk
from tests.faults.conftest import Figures
from tests.faults.runs import FULL
from tests.storage.builders import a_member, credit

CALLERS, UNITS_EACH = (4, 1500) if FULL else (4, 100)
PATIENCE_MS = 5_000  # for what had begun
MEMBERS = 8


def _credit(uow: SqlUow, members: list[MemberId], key: str) -> bool:
    """Write and read enough that giving up often falls into the middle."""
    done = credit(uow, members[hash(key) % MEMBERS], key=key, amount=1)
    for member in members[:3]:
        uow.growth.history(member, limit=20, offset=0)
    return done


@pytest.mark.faults
async def test_a_storm_of_impatient_callers_leaves_no_lock_and_no_half_unit(
    db: Db, db_url: str, check: Disk, figures: Figures
) -> None:
    chance = random.Random(7)
    members = await db.run(lambda uow: [a_member(uow, user).id for user in range(1, MEMBERS + 1)])
    keys = [f"k{n}" for n in range(CALLERS * UNITS_EACH)]
    told: set[str] = set()

    async def impatient(own: list[str]) -> None:
        for key in own:
            with suppress(TimeoutError):
                async with asyncio.timeout(chance.uniform(0.001, 0.020)):
                    if await db.run(partial(_credit, members=members, key=key)):
                        told.add(key)

    await asyncio.gather(*(impatient(keys[caller::CALLERS]) for caller in range(CALLERS)))

    _takes_the_write_lock(db_url)
    retried = await asyncio.gather(*(db.run(partial(_credit, members=members, key=key)) for key in keys))
    gave_up = len(keys) - len(told)
    assert gave_up > 0
    assert {key for key, done in zip(keys, retried, strict=True) if done} & told == set()
    assert await check("SELECT count(*), sum(amount) FROM growth_ledger") == [(len(keys), len(keys))]
    assert await check(UNBALANCED) == [(0,)]
    figures(
        "7: callers give up after 1–20 ms, then retry with the same key",
        done=f"{gave_up} gave up, {gave_up - retried.count(True)} of them had succeeded",
        units=len(keys),
        lost=0,
        doubled=0,
    )


def _takes_the_write_lock(url: str) -> None:
    engine = migrate.engine_for(url)
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SET lock_timeout = {PATIENCE_MS}"))
            connection.execute(text("LOCK TABLE growth_account IN ACCESS EXCLUSIVE MODE"))
        else:
            connection.connection.cursor().execute(f"PRAGMA busy_timeout={PATIENCE_MS}")
            connection.execute(text("UPDATE member SET name = name"))
    engine.dispose()
