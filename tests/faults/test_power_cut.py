"""The power goes: the files as they are at one instant hold every unit that was acknowledged.

Weaker than pulling a plug: what the system had been told to write counts as written. The writer stands still
while its files are copied, so they are of one instant.
"""

import asyncio
import random
import shutil
import signal
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from storage import soundness
from tests.faults.conftest import Figures
from tests.faults.runs import FULL, stand_still

CUTS = 50 if FULL else 4

_WRITER = """
import asyncio, itertools, sys
from kernel.clock import SystemClock
from storage.db import open_db
from tests.storage.builders import a_member, credit

async def main():
    db = open_db(sys.argv[1], SystemClock())
    member = (await db.run(a_member)).id
    numbers = itertools.count()
    async def go_on():
        for n in numbers:
            await db.run(lambda uow: credit(uow, member, key=f"k{n}", amount=1))
            sys.stdout.write(f"k{n}\\n")
            sys.stdout.flush()
    await asyncio.gather(*(go_on() for _ in range(32)))

asyncio.run(main())
"""


@pytest.mark.faults
async def test_files_copied_in_mid_write_are_whole_and_hold_every_acknowledged_unit(
    tmp_path: Path, sqlite_template: Path, figures: Figures
) -> None:
    chance = random.Random(13)
    path = tmp_path / "live.db"
    shutil.copyfile(sqlite_template, path)
    writer = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _WRITER, f"sqlite:///{path}"), stdout=asyncio.subprocess.PIPE
    )
    assert writer.stdout is not None
    told: set[str] = set()
    least = 0
    try:
        for cut in range(CUTS):
            least += 50
            while len(told) < least:
                told.add((await writer.stdout.readline()).decode().strip())
            await asyncio.sleep(chance.uniform(0, 0.02))
            stand_still(writer.pid)
            told |= await _said_so_far(writer.stdout)
            copy = tmp_path / f"cut{cut}.db"
            for ending in ("", "-wal"):
                shutil.copyfile(f"{path}{ending}", f"{copy}{ending}")
            writer.send_signal(signal.SIGCONT)
            least = len(told)
            kept = await asyncio.to_thread(_keys_after_recovery, copy)
            assert told <= kept
    finally:
        writer.kill()
        await writer.wait()
    figures(
        "13: power cut (files copied while the writer stands still)",
        done=f"{CUTS} cuts under load",
        units=len(told),
        lost=0,
        doubled=0,
    )


async def _said_so_far(said: asyncio.StreamReader) -> set[str]:
    """Return what the writer has said up to now; it stands, so nothing follows."""
    keys = set()
    while True:
        try:
            async with asyncio.timeout(0.05):
                keys.add((await said.readline()).decode().strip())
        except TimeoutError:
            return keys


def _keys_after_recovery(copy: Path) -> set[str]:
    """Open the copy as the next start would, check it, and return the keys in it."""
    with closing(sqlite3.connect(copy)) as connection:
        keys = {str(key) for (key,) in connection.execute("SELECT event_key FROM growth_ledger")}
        assert connection.execute("PRAGMA journal_mode=DELETE").fetchone() == ("delete",)
    soundness.check_file(copy)
    copy.unlink()
    return keys
