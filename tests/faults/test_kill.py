"""kill -9 while updates flow: nothing is lost, nothing happens twice.

The real command in a process of its own polls a sandbox that delivers a fifth of the updates twice. The
limits of sending are raised, so that a run is short.
"""

import asyncio
import random
import signal
from pathlib import Path

import pytest

from sandbox.sandbox import Sandbox
from sandbox.server import serve
from tests.faults.conftest import Figures
from tests.faults.runs import FULL, JOINED, UNFINISHED, Bot, Counts, arrive, until_enabled

KILLS, PEOPLE = (50, 150) if FULL else (3, 15)
UPDATES_A_PERSON = 5  # chat_member, the service message, /start, the tap, a word
IN_FLIGHT = 16
CONSENT_CARDS = """SELECT count(*) FROM outbox WHERE text LIKE '{"key":"members.consent",%'"""
GROWTH_CARDS = """SELECT count(*) FROM outbox WHERE text LIKE '{"key":"growth.card",%'"""


def go_on(sandbox: Sandbox, person: int) -> None:
    """Agree and ask for the points: also where the card itself was lost in a kill."""
    start = sandbox.messages(person)[0]["message_id"]
    sandbox.act(person, "tap", chat=person, message=start, data="v1:members.agree", forge=True)
    sandbox.act(person, "send", text="积分")


@pytest.mark.faults
@pytest.mark.timeout(900)
async def test_killed_again_and_again_it_loses_nothing_and_doubles_nothing(
    bare_url: str, tmp_path: Path, figures: Figures
) -> None:
    chance = random.Random(41)
    sandbox = Sandbox(seed=41)
    bot_user = sandbox.add_bot("菜博士", "caiboshi_test_bot")
    leader = int(sandbox.add_user("林姐")["id"])
    group = int(sandbox.add_group("阳光花园", leader)["id"])
    people = [int(sandbox.add_user(f"邻居{n}")["id"]) for n in range(PEOPLE)]
    async with serve(sandbox) as address:
        bot = Bot(address.base, str(bot_user["token"]), bare_url, tmp_path / "bot.log")
        await bot.start()
        sandbox.act(leader, "add", chat=group, user=bot_user["id"])
        sandbox.act(leader, "promote", chat=group, user=bot_user["id"])
        await until_enabled(bot, sandbox, leader, group)
        sandbox.fault("duplicate", method="getUpdates", ratio=0.2, times=PEOPLE * UPDATES_A_PERSON)

        rows = Counts(bare_url)
        batch = PEOPLE // KILLS
        for kill in range(KILLS):
            earlier, now = people[max(kill - 1, 0) * batch : kill * batch], people[kill * batch :][:batch]
            asked = kill * batch
            await rows.until(CONSENT_CARDS, lambda cards, asked=asked: cards >= asked)  # type: ignore[misc]
            for person in now:
                arrive(sandbox, person, group)
            for person in earlier:
                go_on(sandbox, person)
            await asyncio.sleep(chance.uniform(0, 0.15))
            await bot.end(signal.SIGKILL)
            await bot.start()
        await rows.until(CONSENT_CARDS, lambda cards: cards >= PEOPLE)
        for person in people[-batch:]:
            go_on(sandbox, person)
        async with asyncio.timeout(120):
            await sandbox.drained()
            await rows.until(UNFINISHED, lambda left: not left)
        assert await bot.end(signal.SIGTERM) == 0

    told = {
        "updates": await rows.of("SELECT count(*) FROM inbox WHERE source = 'telegram'"),
        "not done": await rows.of("SELECT count(*) FROM inbox WHERE state != 'done'"),
        "joined": await rows.of(JOINED),
        "credited": await rows.of("SELECT count(*) FROM growth_ledger WHERE amount = 10"),
        "points": await rows.of("SELECT sum(points) FROM growth_account"),
        "cards": await rows.of(GROWTH_CARDS),
        "consent cards": await rows.of(CONSENT_CARDS),
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

    unknown = await rows.of("SELECT count(*) FROM outbox WHERE state = 'unknown'")
    arrived = [sum(is_card(m) for m in sandbox.messages(person)) for person in people]
    sent = await rows.of(f"{GROWTH_CARDS} AND state = 'sent'")
    assert max(arrived) == 1  # no card arrived twice
    assert sent <= sum(arrived) <= sent + unknown
    assert unknown <= KILLS * IN_FLIGHT
    figures(
        "1, 2: kill -9 while updates flow, a fifth delivered twice",
        done=f"{KILLS} kills",
        units=f"{told['updates']} updates",
        lost=PEOPLE - told["credited"],
        doubled=told["points"] // 10 - PEOPLE,
        unknown=f"{unknown} messages",
    )


def is_card(message: dict[str, object]) -> bool:
    """Tell whether this is the answer to the word for points."""
    return str(message.get("text", "")).startswith("我的成长值")
