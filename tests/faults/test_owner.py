"""The sender stands still beyond its lease, another takes over, the first wakes up: it sends nothing more."""

import asyncio
import random
import signal
from functools import partial
from pathlib import Path

import pytest

from kernel.clock import SystemClock
from sandbox.sandbox import Sandbox
from sandbox.server import serve
from storage.db import Db, open_db
from tests.faults.conftest import Figures
from tests.faults.runs import (
    FULL,
    UNFINISHED,
    Bot,
    Counts,
    arrivals,
    arrive,
    put_numbered,
    stand_still,
    until_enabled,
)

ROUNDS = 20 if FULL else 1
MESSAGES = 100 if FULL else 40  # in a round
PEOPLE = 8
IN_FLIGHT = 16
SETTINGS = {"CAIBOSHI__SENDING__PER_SECOND": "30"}
OURS = 'SELECT count(*) FROM outbox WHERE text LIKE \'{"key":"growth.expiring",%\' AND state = '
SENT, UNKNOWN = f"{OURS} 'sent'", f"{OURS} 'unknown'"
ENDED = OURS.removesuffix("= ") + "IN ('sent', 'unknown')"  # unknown ones are no more to come, round by round
TAKEN_OVER = "another caiboshi process has taken over this bot: this one sends nothing more and ends\n"
GOING_ON = "SELECT count(*) FROM outbox WHERE state IN ('pending', 'claimed', 'sending')"


@pytest.mark.faults
@pytest.mark.timeout(900)
@pytest.mark.parametrize("bare_url", ["postgresql"], indirect=True)
async def test_an_owner_that_wakes_up_after_its_lease_sends_nothing_more(
    bare_url: str, tmp_path: Path, figures: Figures
) -> None:
    chance = random.Random(5)
    sandbox = Sandbox(seed=5)
    bot_user = sandbox.add_bot("菜博士", "caiboshi_test_bot")
    leader = int(sandbox.add_user("林姐")["id"])
    group = int(sandbox.add_group("阳光花园", leader)["id"])
    people = [int(sandbox.add_user(f"邻居{n}")["id"]) for n in range(PEOPLE)]
    rows = Counts(bare_url)
    async with serve(sandbox) as address:
        bots = [
            Bot(address.base, str(bot_user["token"]), bare_url, tmp_path / f"{n}.log", **SETTINGS)
            for n in range(ROUNDS + 1)
        ]
        await bots[0].start()
        sandbox.act(leader, "add", chat=group, user=bot_user["id"])
        sandbox.act(leader, "promote", chat=group, user=bot_user["id"])
        await until_enabled(bots[0], sandbox, leader, group)
        for person in people:
            arrive(sandbox, person, group)
        await sandbox.drained()
        await rows.until(UNFINISHED, lambda left: not left)

        db = open_db(bare_url, SystemClock())
        for number in range(ROUNDS):
            owner, next_owner = bots[number], bots[number + 1]
            await next_owner.begin()
            await _queue(db, people, first=number * MESSAGES)
            sandbox.act(leader, "start")  # wakes the sender: it does not hear of what other processes queue
            enough = number * MESSAGES + chance.randrange(5, 30)
            await rows.until(ENDED, lambda sent, enough=enough: sent >= enough)  # type: ignore[misc]
            await asyncio.sleep(chance.uniform(0, 0.05))
            stand_still(owner.pid)
            await next_owner.runs()
            wakes = rows.until(ENDED, lambda sent, enough=enough: sent >= enough + 5)  # type: ignore[misc]
            await wakes
            assert await owner.end(signal.SIGCONT) == 1
            assert owner.log.endswith(TAKEN_OVER)
            await rows.until(GOING_ON, lambda left: not left)
        assert await bots[-1].end(signal.SIGTERM) == 0
    await asyncio.to_thread(db.close)

    arrived = arrivals(sandbox, people)
    sent = await rows.of(SENT)
    unknown = await rows.of(UNKNOWN)
    assert max(arrived.values()) == 1
    assert sent + unknown == ROUNDS * MESSAGES
    assert sent <= len(arrived) <= sent + unknown
    assert unknown <= ROUNDS * IN_FLIGHT
    figures(
        "5: the owner stands still beyond its lease, then goes on",
        done=f"{ROUNDS} times SIGSTOP, take-over, SIGCONT",
        units=f"{ROUNDS * MESSAGES} messages",
        lost=0,
        doubled=0,
        unknown=f"{unknown} messages, {len(arrived) - sent} of them arrived",
    )


async def _queue(db: Db, people: list[int], *, first: int) -> None:
    """Queue messages that can be told apart by their number of points."""

    numbers = range(first, first + MESSAGES)
    await asyncio.gather(*(db.run(partial(put_numbered, number=n, chat=people[n % PEOPLE])) for n in numbers))
