"""SIGTERM with a thousand updates under way: out within five seconds, nothing lost."""

import asyncio
import signal
from pathlib import Path

import pytest

from bot.config import Mode
from sandbox.sandbox import Sandbox
from sandbox.server import serve
from tests.faults.conftest import Figures
from tests.faults.runs import FULL, JOINED, UNFINISHED, Bot, Counts, arrive, until_enabled
from tests.world import free_port, webhook_env

PEOPLE = 334 if FULL else 60  # three updates each
TAKEN_IN = "SELECT count(*) FROM inbox"
LONGEST_SECONDS = 5
LATENCY_SECONDS = 0.1  # so that answers still wait when it is asked to stop


@pytest.mark.faults
@pytest.mark.timeout(300)
@pytest.mark.parametrize("mode", Mode)
async def test_asked_to_stop_it_goes_at_once_and_goes_on_later(
    bare_url: str, mode: Mode, tmp_path: Path, figures: Figures
) -> None:
    sandbox = Sandbox(seed=42)
    bot_user = sandbox.add_bot("菜博士", "caiboshi_test_bot")
    leader = int(sandbox.add_user("林姐")["id"])
    group = int(sandbox.add_group("阳光花园", leader)["id"])
    people = [int(sandbox.add_user(f"邻居{n}")["id"]) for n in range(PEOPLE)]
    rows = Counts(bare_url)
    async with serve(sandbox) as address:
        env = webhook_env(free_port()) if mode is Mode.WEBHOOK else {}
        bot = Bot(address.base, str(bot_user["token"]), bare_url, tmp_path / "bot.log", **env)
        await bot.start()
        sandbox.act(leader, "add", chat=group, user=bot_user["id"])
        sandbox.act(leader, "promote", chat=group, user=bot_user["id"])
        await until_enabled(bot, sandbox, leader, group)
        before = await rows.of(TAKEN_IN)
        sandbox.set_latency(LATENCY_SECONDS)
        for person in people:
            arrive(sandbox, person, group)
        await rows.until(TAKEN_IN, lambda taken: taken >= before + PEOPLE)

        loop = asyncio.get_running_loop()
        asked_at = loop.time()
        code = await bot.end(signal.SIGTERM)
        took = loop.time() - asked_at
        left = await rows.of(UNFINISHED) + sandbox.pending()
        sandbox.set_latency(0)
        await bot.start()
        async with asyncio.timeout(120):
            await sandbox.drained()
            await rows.until(UNFINISHED, lambda left: not left)
        await bot.end(signal.SIGTERM)

    assert code == 0
    assert took < LONGEST_SECONDS
    assert left > 0
    assert await rows.of(JOINED) == PEOPLE
    assert await rows.of("SELECT count(*) FROM inbox WHERE state != 'done'") == 0
    figures(
        f"SIGTERM with updates queued, {mode}",
        done=f"stopped in {took:.1f} s",
        units=f"{PEOPLE * 3} updates, {left} rows unfinished at the stop",
        lost=0,
        doubled=0,
    )
