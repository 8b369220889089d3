"""Another program holds the database, or reads it for long: nobody gets an error, all is done, the journal is
bounded."""

import asyncio
import contextlib
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url
from sqlalchemy.exc import OperationalError

from kernel.clock import ManualClock
from storage.db import Db, open_db
from storage.patience import PatientDb
from storage.uow import SqlUow
from tests.conftest import Disk
from tests.faults.conftest import Figures
from tests.faults.runs import FULL

LOCKED_SECONDS = 10.0 if FULL else 2.5
UNITS = 400
CALLERS, CLOSING_SECONDS = 64, 5.0  # each alone would wait for a second
MEGABYTE = 1 << 20
PADDING = "x" * 20_000
LONG_READER_UNITS = 5_000 if FULL else 1_000
LARGEST_JOURNAL = 8 * MEGABYTE  # when nobody reads

_HOLD = """
import sqlite3, sys
held = sqlite3.connect(sys.argv[1], isolation_level=None)
held.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""


@contextlib.contextmanager
def locked_by_another(url: str) -> Iterator[None]:
    """Keep every writer out of the database for as long as the block lasts."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        command = [sys.executable, "-c", _HOLD, str(parsed.database)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"held\n"
            yield
        return
    host = str(parsed.query["host"])
    with psycopg.connect(host=host, user=parsed.username, dbname=parsed.database) as session:
        session.execute("LOCK TABLE claim IN ACCESS EXCLUSIVE MODE")
        yield


@pytest.mark.faults
async def test_while_another_program_holds_the_database_units_wait_and_none_fails(
    db: Db, db_url: str, check: Disk, figures: Figures
) -> None:
    patient = PatientDb(db)
    loop = asyncio.get_running_loop()
    longest = 0.0

    async def one(n: int) -> bool:
        nonlocal longest
        asked_at = loop.time()
        done = await patient.run(lambda uow: uow.claims.take(f"k{n}"))
        longest = max(longest, loop.time() - asked_at)
        return done

    with locked_by_another(db_url):
        asked = [asyncio.ensure_future(one(n)) for n in range(UNITS)]
        await asyncio.sleep(LOCKED_SECONDS)
        assert not any(one.done() for one in asked)
    async with asyncio.timeout(60):
        told = await asyncio.gather(*asked)

    assert told == [True] * UNITS
    assert patient.answers
    assert await check("SELECT count(*) FROM claim") == [(UNITS,)]
    figures(
        "10: another program holds the write lock",
        done=f"locked for {LOCKED_SECONDS:g} s, {UNITS} units asked meanwhile",
        units=UNITS,
        lost=0,
        doubled=0,
        also=f"longest wait {longest:.1f} s",
    )


@pytest.mark.faults
async def test_while_another_program_holds_the_file_nobody_waits_for_his_turn_to_wait(
    tmp_path: Path, clock: ManualClock, sqlite_template: Path
) -> None:
    path = tmp_path / "held.db"
    path.write_bytes(sqlite_template.read_bytes())
    db, loop = open_db(f"sqlite:///{path}", clock), asyncio.get_running_loop()
    with locked_by_another(str(db.url)):
        asked = [asyncio.ensure_future(db.run(lambda uow: uow.claims.take("k"))) for _ in range(CALLERS)]
        began = loop.time()
        await asyncio.to_thread(db.close)
        took = loop.time() - began
        told = await asyncio.gather(*asked, return_exceptions=True)

    assert all(isinstance(fault, OperationalError) for fault in told)
    assert took < CLOSING_SECONDS


@pytest.mark.faults
async def test_a_long_reader_stops_nobody_and_the_journal_shrinks_once_it_is_gone(
    tmp_path: Path, clock: ManualClock, sqlite_template: Path, figures: Figures
) -> None:
    path = tmp_path / "read.db"
    path.write_bytes(sqlite_template.read_bytes())
    journal = Path(f"{path}-wal")
    db = open_db(f"sqlite:///{path}", clock)

    def write(uow: SqlUow, n: int) -> None:
        uow.journal.note("padding", much=PADDING, n=n)

    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM journal").fetchone() == (0,)
        for start in range(0, LONG_READER_UNITS, 500):
            await asyncio.gather(
                *(db.run(partial(write, n=n)) for n in range(start, min(start + 500, LONG_READER_UNITS)))
            )
        grown = journal.stat().st_size
        assert reader.execute("SELECT count(*) FROM journal").fetchone() == (0,)
    for n in range(3):
        await db.run(partial(write, n=n))
    left = journal.stat().st_size
    await asyncio.to_thread(db.close)

    assert left <= LARGEST_JOURNAL < grown
    figures(
        "10: a reader keeps its snapshot meanwhile",
        done=f"{grown / MEGABYTE:.0f} MB written",
        units=LONG_READER_UNITS,
        lost=0,
        doubled=0,
        also=f"journal {grown / MEGABYTE:.0f} MB, {left / MEGABYTE:.0f} MB once the reader is gone",
    )
