"""SIGTERM with hundreds of updates queued: out in a few seconds, nothing lost."""

import asyncio
import signal
from pathlib import Path

import pytest

from sandbox.sandbox import Sandbox
from sandbox.server import serve
from tests.faults.conftest import Figures
from tests.faults.runs import FULL, JOINED, UNFINISHED, Bot, Counts, arrive, until_enabled

PEOPLE = 350 if FULL else 120  # three updates each
TAKEN_IN = "SELECT count(*) FROM inbox"
LONGEST_SECONDS = 8  # a container is killed after ten


@pytest.mark.faults
@pytest.mark.timeout(300)
@pytest.mark.parametrize("bare_url", ["sqlite"], indirect=True)
async def test_asked_to_stop_it_goes_at_once_and_goes_on_later(
    bare_url: str, tmp_path: Path, figures: Figures
) -> None:
    sandbox = Sandbox(seed=42)
    bot_user = sandbox.add_bot("菜博士", "caiboshi_test_bot")
    leader = int(sandbox.add_user("林姐")["id"])
    group = int(sandbox.add_group("阳光花园", leader)["id"])
    people = [int(sandbox.add_user(f"邻居{n}")["id"]) for n in range(PEOPLE)]
    rows = Counts(bare_url)
    async with serve(sandbox) as address:
        bot = Bot(address.base, str(bot_user["token"]), bare_url, tmp_path / "bot.log")
        await bot.start()
        sandbox.act(leader, "add", chat=group, user=bot_user["id"])
        sandbox.act(leader, "promote", chat=group, user=bot_user["id"])
        await until_enabled(sandbox, leader, group)
        before = await rows.of(TAKEN_IN)
        for person in people:
            arrive(sandbox, person, group)
        await rows.until(TAKEN_IN, lambda taken: taken >= before + PEOPLE)

        loop = asyncio.get_running_loop()
        asked_at = loop.time()
        code = await bot.end(signal.SIGTERM)
        took = loop.time() - asked_at
        left = await rows.of(UNFINISHED)
        await bot.start()
        async with asyncio.timeout(120):
            await sandbox.drained()
            await rows.until(UNFINISHED, lambda left: not left)
        await bot.end(signal.SIGTERM)

    assert code == 0
    assert took < LONGEST_SECONDS
    assert await rows.of(JOINED) == PEOPLE
    assert await rows.of("SELECT count(*) FROM inbox WHERE state != 'done'") == 0
    figures(
        "SIGTERM with updates queued",
        done=f"stopped in {took:.1f} s",
        units=f"{PEOPLE * 3} updates, {left} rows unfinished at the stop",
        lost=0,
        doubled=0,
    )
