"""kill -9 in the middle of a migration, from every released schema, with rows in it.

The schema is the old one or today's, nothing in between; no row goes; the next start goes on.
"""

import asyncio
import signal
import subprocess
import sys

import pytest

from kernel.clock import ManualClock
from storage import migrate
from storage.db import open_db
from storage.schema import metadata
from storage.soundness import UNBALANCED
from tests.conftest import Disk
from tests.faults.conftest import Figures
from tests.faults.runs import FULL
from tests.storage import builders
from tests.storage.ddl import ddl
from tests.storage.older import RELEASED, fill
from tests.storage.test_migrate import REFUSED, refuses

REVISIONS = migrate.beyond(None)
KILL_AT = range(1, 10_000) if FULL else (2, 9, 17)  # statements

_UPGRADE = """
import os, signal, sys
from sqlalchemy import Engine, event
from storage import migrate

left = int(sys.argv[2])

def strike(*_):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)

event.listen(Engine, "before_cursor_execute", strike)
event.listen(Engine, "commit", strike)
migrate.upgrade(sys.argv[1])
"""


async def _counts(url: str, tables: set[str]) -> dict[str, int]:
    check = Disk(url)
    return {table: (await check(f'SELECT count(*) FROM "{table}"'))[0][0] for table in sorted(tables)}


def _model(url: str) -> dict[tuple[str, str, str], str]:
    """Return what the model says, made in the empty database and taken away again."""
    engine = migrate.engine_for(url)
    with engine.begin() as connection:
        metadata.create_all(connection)
    made = ddl(url)
    with engine.begin() as connection:
        metadata.drop_all(connection)
    engine.dispose()
    return made


@pytest.mark.faults
@pytest.mark.parametrize("revision", ["base", *(each for each in RELEASED if each in REVISIONS[:-1])])
async def test_a_migration_killed_at_any_statement_loses_nothing_and_can_begin_again(
    bare_url: str, revision: str, clock: ManualClock, figures: Figures
) -> None:
    model = _model(bare_url)
    if revision != "base":
        fill(bare_url, revision)
    before = ddl(bare_url)
    tables = {table for kind, table, _ in before if kind in ("table", "column")}
    rows = await _counts(bare_url, tables)

    killed = 0
    for statement in KILL_AT:
        ended = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-c", _UPGRADE, bare_url, str(statement)],
            capture_output=True,
            text=True,
        )
        assert await _counts(bare_url, tables) == rows
        if ended.returncode == 0:
            break
        assert ended.returncode == -signal.SIGKILL, ended.stderr
        killed += 1
        assert ddl(bare_url) == before
    migrate.upgrade(bare_url)

    assert killed > 0
    assert ddl(bare_url) == model
    assert await _counts(bare_url, tables) == rows
    assert await Disk(bare_url)(UNBALANCED) == [(0,)]
    if revision != "base":
        for broken, constraint in REFUSED:
            if broken.split()[1] in rows:  # no row of a newer table can be spoilt
                refuses(bare_url, broken, constraint)
    db = open_db(bare_url, clock)
    assert (await db.run(lambda uow: builders.a_member(uow, 99))).name == ""
    await asyncio.to_thread(db.close)
    figures(
        f"14: kill -9 in the middle of a migration from {revision}",
        done=f"{killed} kills, one at each statement" if FULL else f"{killed} kills",
        units=f"{sum(rows.values())} rows",
        lost=0,
        doubled=0,
    )
