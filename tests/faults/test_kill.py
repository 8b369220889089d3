"""kill -9 while updates flow: nothing is lost, nothing happens twice.

The real command in a process of its own polls a sandbox that delivers a fifth of the updates twice. The
limits of sending are raised, so that a run is short.
"""

import asyncio
import os
import random
import signal
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from sandbox.sandbox import Sandbox
from sandbox.server import serve

FULL = os.environ.get("CAIBOSHI_TEST_FAULTS") == "full"
KILLS, PEOPLE = (20, 100) if FULL else (3, 15)
UPDATES_A_PERSON = 5  # chat_member, the service message, /start, the tap, a word
IN_FLIGHT = 8
CONSENT_CARDS = "SELECT count(*) FROM outbox WHERE json_extract(text, '$.key') = 'members.consent'"
UNFINISHED = """
SELECT (SELECT count(*) FROM inbox WHERE state = 'new')
     + (SELECT count(*) FROM outbox WHERE state IN ('pending', 'sending'))
"""


class Bot:
    """`caiboshi run` as an operator starts it."""

    def __init__(self, base_url: str, token: str, database: Path) -> None:
        self._env = os.environ | {
            "CAIBOSHI__TELEGRAM__TOKEN": token,
            "CAIBOSHI__TELEGRAM__BASE_URL": base_url,
            "CAIBOSHI__STORAGE__URL": f"sqlite:///{database}",
            "CAIBOSHI__SENDING__PER_SECOND": "1000",
            "CAIBOSHI__SENDING__CHAT_GAP_SECONDS": "0",
            "CAIBOSHI__SENDING__GROUP_PER_MINUTE": "6000",
            "CAIBOSHI__WEB__PORT": "0",
        }
        self._log = database.with_suffix(".log")

    async def start(self) -> None:
        """Start it and wait for its word that it runs."""
        with self._log.open("a") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot", "run"),
                env=self._env,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
            )
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        assert line.startswith(b"running as"), self._log.read_text()

    async def end(self, number: signal.Signals) -> int:
        """Send it a signal and return its exit code."""
        self._process.send_signal(number)
        return await self._process.wait()


def arrive(sandbox: Sandbox, person: int, group: int) -> None:
    """Join and press Start."""
    sandbox.act(person, "join", chat=group)
    sandbox.act(person, "start")


def go_on(sandbox: Sandbox, person: int) -> None:
    """Agree and ask for the points: also where the card itself was lost in a kill."""
    start = sandbox.messages(person)[0]["message_id"]
    sandbox.act(person, "tap", chat=person, message=start, data="v1:members.agree", forge=True)
    sandbox.act(person, "send", text="积分")


@pytest.mark.faults
@pytest.mark.timeout(600)
async def test_killed_again_and_again_it_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    chance = random.Random(41)
    sandbox = Sandbox(seed=41)
    bot_user = sandbox.add_bot("菜博士", "caiboshi_test_bot")
    leader = int(sandbox.add_user("林姐")["id"])
    group = int(sandbox.add_group("阳光花园", leader)["id"])
    people = [int(sandbox.add_user(f"邻居{n}")["id"]) for n in range(PEOPLE)]
    async with serve(sandbox) as address:
        bot = Bot(address.base, str(bot_user["token"]), tmp_path / "killed.db")
        await bot.start()
        sandbox.act(leader, "add", chat=group, user=bot_user["id"])
        sandbox.act(leader, "promote", chat=group, user=bot_user["id"])
        await until_enabled(sandbox, leader, group)
        sandbox.fault("duplicate", method="getUpdates", ratio=0.2, times=PEOPLE * UPDATES_A_PERSON)

        rows = Counts(tmp_path / "killed.db")
        batch = PEOPLE // KILLS
        for kill in range(KILLS):
            earlier, now = people[max(kill - 1, 0) * batch : kill * batch], people[kill * batch :][:batch]
            asked = kill * batch
            await until(lambda asked=asked: rows.of(CONSENT_CARDS) >= asked)  # type: ignore[misc]
            for person in now:
                arrive(sandbox, person, group)
            for person in earlier:
                go_on(sandbox, person)
            await asyncio.sleep(chance.uniform(0, 0.15))
            await bot.end(signal.SIGKILL)
            await bot.start()
        await until(lambda: rows.of(CONSENT_CARDS) >= PEOPLE)
        for person in people[-batch:]:
            go_on(sandbox, person)
        async with asyncio.timeout(120):
            await sandbox.drained()
            await until(lambda: not rows.of(UNFINISHED))
        assert await bot.end(signal.SIGTERM) == 0

    told = {
        "updates": rows.of("SELECT count(*) FROM inbox WHERE source = 'telegram'"),
        "not done": rows.of("SELECT count(*) FROM inbox WHERE state != 'done'"),
        "joined": rows.of("SELECT count(*) FROM journal WHERE action IN ('member.joined', 'member.seen')"),
        "credited": rows.of("SELECT count(*) FROM growth_ledger WHERE amount = 10"),
        "points": rows.of("SELECT sum(points) FROM growth_account"),
        "cards": rows.of("SELECT count(*) FROM outbox WHERE json_extract(text, '$.key') = 'growth.card'"),
        "consent cards": rows.of(CONSENT_CARDS),
    }
    assert told == {
        "updates": told["updates"],
        "not done": 0,
        "joined": PEOPLE,
        "credited": PEOPLE,
        "points": PEOPLE * 10,
        "cards": PEOPLE,
        "consent cards": PEOPLE,
    }
    assert told["updates"] >= PEOPLE * UPDATES_A_PERSON

    unknown = rows.of("SELECT count(*) FROM outbox WHERE state = 'unknown'")
    arrived = [sum(is_card(m) for m in sandbox.messages(person)) for person in people]
    sent = rows.of(
        "SELECT count(*) FROM outbox WHERE json_extract(text, '$.key') = 'growth.card' AND state = 'sent'"
    )
    assert max(arrived) == 1  # no card arrived twice
    assert sent <= sum(arrived) <= sent + unknown
    assert unknown <= KILLS * IN_FLIGHT
    print(f"\n{KILLS} kills, {told['updates']} updates: {told}, messages unknown: {unknown}")


class Counts:
    """Numbers from the file itself, through a connection of the test's own."""

    def __init__(self, database: Path) -> None:
        self._database = database

    def of(self, sql: str) -> int:
        """Return the one number that `sql` selects."""
        with closing(sqlite3.connect(f"file:{self._database}?mode=ro", uri=True)) as connection:
            return int(connection.execute(sql).fetchone()[0] or 0)


def is_card(message: dict[str, object]) -> bool:
    """Tell whether this is the answer to the word for points."""
    return str(message.get("text", "")).startswith("我的成长值")


async def until_enabled(sandbox: Sandbox, leader: int, group: int) -> None:
    """Press the enabling button until it has worked: the administrators' list takes a moment."""
    async with asyncio.timeout(30):
        while not any("已启用" in str(m.get("text")) for m in sandbox.messages(leader, group)):
            await sandbox.changed()
            for message in sandbox.messages(leader, group):
                if message.get("reply_markup") and "请群管理员" in str(message.get("text")):
                    sandbox.act(leader, "tap", chat=group, message=message["message_id"], button="启用本群")


async def until(holds: Callable[[], bool]) -> None:
    """Wait for something that another process does to the file."""
    async with asyncio.timeout(60):
        while not holds():
            await asyncio.sleep(0.02)
