"""SIGTERM with hundreds of updates queued: out in a few seconds, nothing lost."""

import asyncio
import signal
from pathlib import Path

import pytest

from sandbox.sandbox import Sandbox
from sandbox.server import serve
from tests.faults.test_kill import FULL, UNFINISHED, Bot, Counts, arrive, until, until_enabled

PEOPLE = 350 if FULL else 120  # three updates each
LONGEST_SECONDS = 8  # a container is killed after ten


@pytest.mark.faults
@pytest.mark.timeout(300)
async def test_asked_to_stop_it_goes_at_once_and_goes_on_later(tmp_path: Path) -> None:
    sandbox = Sandbox(seed=42)
    bot_user = sandbox.add_bot("菜博士", "caiboshi_test_bot")
    leader = int(sandbox.add_user("林姐")["id"])
    group = int(sandbox.add_group("阳光花园", leader)["id"])
    people = [int(sandbox.add_user(f"邻居{n}")["id"]) for n in range(PEOPLE)]
    rows = Counts(tmp_path / "stopped.db")
    async with serve(sandbox) as address:
        bot = Bot(address.base, str(bot_user["token"]), tmp_path / "stopped.db")
        await bot.start()
        sandbox.act(leader, "add", chat=group, user=bot_user["id"])
        sandbox.act(leader, "promote", chat=group, user=bot_user["id"])
        await until_enabled(sandbox, leader, group)
        before = rows.of("SELECT count(*) FROM inbox")
        for person in people:
            arrive(sandbox, person, group)
        await until(lambda: rows.of("SELECT count(*) FROM inbox") >= before + PEOPLE)

        loop = asyncio.get_running_loop()
        asked_at = loop.time()
        code = await bot.end(signal.SIGTERM)
        took = loop.time() - asked_at
        left = rows.of(UNFINISHED)
        await bot.start()
        async with asyncio.timeout(120):
            await sandbox.drained()
            await until(lambda: not rows.of(UNFINISHED))
        await bot.end(signal.SIGTERM)

    assert code == 0
    assert took < LONGEST_SECONDS
    assert rows.of("SELECT count(*) FROM journal WHERE action IN ('member.joined', 'member.seen')") == PEOPLE
    assert rows.of("SELECT count(*) FROM inbox WHERE state != 'done'") == 0
    print(f"\nstopped in {took:.1f} s with {left} rows unfinished; all were finished later")
