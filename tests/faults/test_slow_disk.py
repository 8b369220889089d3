"""A disk that takes 100 ms for every sync: callers wait a little, together, and none gets an error."""

import asyncio
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Disk
from tests.faults.conftest import Figures
from tests.faults.runs import FULL

CALLERS, UNITS_EACH = 64, 100 if FULL else 8
SYNC_SECONDS = 0.1
LONGEST_SECONDS = 3.0

_WRITER = """
import asyncio, json, sys
from tests.faults import slow_disk
slow_disk.slow_down(float(sys.argv[2]))
from kernel.clock import SystemClock
from storage.db import open_db
from storage.patience import PatientDb
from tests.storage.builders import a_member, credit

async def main(callers, each):
    db = PatientDb(open_db(sys.argv[1], SystemClock()))
    member = (await db.run(a_member)).id
    loop = asyncio.get_running_loop()
    longest = 0.0
    async def go_on(caller):
        nonlocal longest
        for n in range(each):
            asked_at = loop.time()
            assert await db.run(lambda uow: credit(uow, member, key=f"{caller}-{n}", amount=1))
            longest = max(longest, loop.time() - asked_at)
    began_at = loop.time()
    await asyncio.gather(*(go_on(caller) for caller in range(callers)))
    print(json.dumps({"longest": longest, "took": loop.time() - began_at}))
    db.close()

asyncio.run(main(int(sys.argv[3]), int(sys.argv[4])))
"""


@pytest.mark.faults
async def test_on_a_slow_disk_many_units_share_a_sync_and_none_fails(
    tmp_path: Path, sqlite_template: Path, figures: Figures
) -> None:
    path = tmp_path / "slow.db"
    shutil.copyfile(sqlite_template, path)
    url = f"sqlite:///{path}"

    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", _WRITER, url, str(SYNC_SECONDS), str(CALLERS), str(UNITS_EACH)],
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    units = CALLERS * UNITS_EACH
    assert await Disk(url)("SELECT count(*) FROM growth_ledger") == [(units,)]
    assert told["took"] > SYNC_SECONDS  # the disk was slow indeed
    assert told["took"] < units * SYNC_SECONDS / 4
    assert told["longest"] < LONGEST_SECONDS
    figures(
        "10: every sync takes 100 ms longer",
        done=f"{CALLERS} callers at once",
        units=units,
        lost=0,
        doubled=0,
        also=f"longest wait {told['longest']:.1f} s, {units / told['took']:.0f} units/s",
    )
