"""Two processes for one bot on one PostgreSQL database: the second waits its turn, and says so."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from kernel.clock import SystemClock
from sandbox.sandbox import Sandbox
from sandbox.server import serve
from storage.db import open_db
from tests.faults.conftest import Figures
from tests.faults.runs import UNFINISHED, Bot, Counts, arrivals, put_numbered, stand_still

WAITS = "another process runs this bot; waiting to take over"
LONG, SHORT = "600", "1"  # seconds of the lease
LEASE_LEFT = "SELECT until - (extract(epoch FROM clock_timestamp()) * 1000)::bigint FROM lease"
AT_ONCE_SECONDS = 10  # of a busy machine; far below the long lease
pytestmark = [
    pytest.mark.faults,
    pytest.mark.timeout(120),
    pytest.mark.parametrize("db_url", ["postgresql"], indirect=True),
]


def _bots(base: str, token: str, database: str, folder: Path, lease_seconds: str) -> tuple[Bot, Bot]:
    more = {"CAIBOSHI__SENDING__LEASE_SECONDS": lease_seconds}
    one, two = (Bot(base, token, database, folder / f"{name}.log", **more) for name in ("one", "two"))
    return one, two


async def _until_waiting(bot: Bot) -> None:
    async with asyncio.timeout(60):
        while WAITS not in bot.log:
            await asyncio.sleep(0.02)


async def test_a_second_process_says_that_it_waits_and_takes_over_when_the_first_ends_well(
    db_url: str, tmp_path: Path, figures: Figures
) -> None:
    sandbox = Sandbox(seed=6)
    token = str(sandbox.add_bot("菜博士", "caiboshi_test_bot")["token"])
    person = int(sandbox.add_user("小林")["id"])
    async with serve(sandbox) as address:
        first, second = _bots(address.base, token, db_url, tmp_path, LONG)
        await first.start()
        await second.begin()
        await _until_waiting(second)

        began = asyncio.get_running_loop().time()
        assert await first.end(signal.SIGTERM) == 0
        await second.runs()
        took = asyncio.get_running_loop().time() - began
        sandbox.act(person, "start")
        async with asyncio.timeout(60):
            while len(sandbox.messages(person)) < 2:
                await sandbox.changed()
        assert await second.end(signal.SIGTERM) == 0

    assert took < AT_ONCE_SECONDS
    figures("the owner ends well while another waits", done=f"taken over after {took:.1f} s")


async def test_a_process_that_waits_can_be_stopped(db_url: str, tmp_path: Path) -> None:
    sandbox = Sandbox(seed=7)
    token = str(sandbox.add_bot("菜博士", "caiboshi_test_bot")["token"])
    async with serve(sandbox) as address:
        first, second = _bots(address.base, token, db_url, tmp_path, LONG)
        await first.start()
        await second.begin()
        await _until_waiting(second)

        assert await second.end(signal.SIGTERM) == 0
        assert await first.end(signal.SIGTERM) == 0
    assert "Traceback" not in first.log + second.log


async def test_an_owner_that_nobody_replaced_goes_on_after_its_lease_and_loses_nothing(
    db_url: str, tmp_path: Path, figures: Figures
) -> None:
    sandbox = Sandbox(seed=8)
    token = str(sandbox.add_bot("菜博士", "caiboshi_test_bot")["token"])
    people = [int(sandbox.add_user(f"邻居{n}")["id"]) for n in range(60)]
    sandbox.settle(started=people)
    db = open_db(db_url, SystemClock())
    for number, person in enumerate(people):
        await db.run(lambda uow, n=number, to=person: put_numbered(uow, number=n, chat=to))  # type: ignore[misc]
    await asyncio.to_thread(db.close)
    rows = Counts(db_url)
    async with serve(sandbox) as address:
        owner, _ = _bots(address.base, token, db_url, tmp_path, SHORT)
        sandbox.set_latency(0.1)
        await owner.start()
        async with asyncio.timeout(60):
            while arrivals(sandbox, people).total() < 10:
                await sandbox.changed()
        stand_still(owner.pid)
        await rows.until(LEASE_LEFT, lambda left: left < 0)
        os.kill(owner.pid, signal.SIGCONT)
        await rows.until(UNFINISHED, lambda left: not left)
        assert await owner.end(signal.SIGTERM) == 0

    sent = await rows.of("SELECT count(*) FROM outbox WHERE state = 'sent' AND class = 'notice'")
    came = arrivals(sandbox, people)
    assert (sent, len(came), came.total()) == (len(people),) * 3
    figures("the owner stands still beyond its lease, nobody takes over", units=f"{sent} messages", lost=0)
