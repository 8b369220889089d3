"""The disk is full in the middle of a group commit: nothing is acknowledged that is not kept."""

import asyncio
from functools import partial

import pytest

from storage.db import Db
from storage.patience import PatientDb
from storage.uow import SqlUow
from tests.conftest import Disk
from tests.faults.conftest import Figures
from tests.faults.runs import FULL

ROUNDS = 20 if FULL else 2
UNITS = 128
ROOM = 12  # pages


def _write(uow: SqlUow, key: str) -> bool:
    uow.journal.note("padding", much="x" * 4_000)
    return uow.claims.take(key)


def _limit(uow: SqlUow, *, room: int | None) -> int:
    pages: int = uow.connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    most = 1 << 30 if room is None else pages + room
    uow.connection.exec_driver_sql(f"PRAGMA max_page_count={most}")
    return pages


@pytest.mark.faults
@pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
async def test_a_disk_full_in_mid_batch_acknowledges_nothing_that_is_not_kept(
    db: Db, check: Disk, figures: Figures
) -> None:
    patient = PatientDb(db)
    told: set[str] = set()

    async def one(key: str) -> None:
        assert await patient.run(partial(_write, key=key))
        told.add(key)

    for number in range(ROUNDS):
        await db.run(partial(_limit, room=ROOM))
        async with asyncio.TaskGroup() as group:
            for n in range(UNITS):
                group.create_task(one(f"r{number}-{n}"))
            while patient.answers:
                await asyncio.sleep(0.01)
            kept = {key for (key,) in await check("SELECT key FROM claim")}
            assert told <= kept
            assert len(told) < UNITS * (number + 1)
            assert await patient.run(lambda uow: uow.claims.take("anything")) is (number == 0)
            await db.run(partial(_limit, room=None))

    assert patient.answers
    assert len(told) == UNITS * ROUNDS
    assert await check("SELECT count(*) FROM claim") == [(UNITS * ROUNDS + 1,)]
    assert await check("SELECT count(*) FROM journal") == [(UNITS * ROUNDS,)]
    figures(
        "11: disk full in the middle of a group commit",
        done=f"{ROUNDS} times full, then room again",
        units=UNITS * ROUNDS,
        lost=0,
        doubled=0,
    )
