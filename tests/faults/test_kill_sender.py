"""kill -9 while it sends: nothing is lost silently, nothing that must not come twice does."""

import asyncio
import json
import random
import signal
from collections import Counter
from functools import partial
from pathlib import Path

import pytest

from kernel.clock import SystemClock
from kernel.message import MessageClass
from sandbox.sandbox import Sandbox
from sandbox.server import serve
from storage.db import open_db
from tests.conftest import Disk
from tests.faults.conftest import Figures
from tests.faults.runs import FULL, UNFINISHED, Bot, Counts, arrivals, put_numbered

KILLS, MESSAGES = (50, 4000) if FULL else (3, 240)
PEOPLE = 24
IN_FLIGHT = 16
CLASSES = (MessageClass.NOTICE, MessageClass.ANSWER, MessageClass.RECEIPT)
LATENCY_SECONDS = 0.05  # so that several are under way at any instant
SENT_BEFORE_A_KILL = (5, 40)
ENDED_BY_A_KILL = "the process ended while sending"
OF_THE_KILLED = """
SELECT count(*) FROM outbox WHERE state = 'sending' AND epoch < (SELECT max(epoch) FROM lease)
"""
PARKED = f"SELECT count(*) FROM outbox WHERE state = 'unknown' AND error = '{ENDED_BY_A_KILL}'"


@pytest.mark.faults
@pytest.mark.timeout(1800)
async def test_killed_while_it_sends_it_loses_nothing_unsaid_and_doubles_only_receipts(
    db_url: str, tmp_path: Path, figures: Figures
) -> None:
    chance = random.Random(43)
    sandbox = Sandbox(seed=43)
    token = str(sandbox.add_bot("菜博士", "caiboshi_test_bot")["token"])
    people = [int(sandbox.add_user(f"邻居{n}")["id"]) for n in range(PEOPLE)]
    sandbox.settle(started=people)
    db = open_db(db_url, SystemClock())
    for number in range(MESSAGES):
        kind = CLASSES[number % len(CLASSES)]
        await db.run(partial(put_numbered, number=number, chat=people[number % PEOPLE], message_class=kind))
    await asyncio.to_thread(db.close)

    rows, log = Counts(db_url), tmp_path / "bot.log"
    sandbox.set_latency(LATENCY_SECONDS)
    most_unknown = unknown = 0
    settings = {"CAIBOSHI__LOG__FORMAT": "json", "CAIBOSHI__SENDING__LEASE_SECONDS": "1"}
    async with serve(sandbox) as address:
        bot = Bot(address.base, token, db_url, log, **settings)
        await bot.start()
        for _ in range(KILLS):
            last, enough = sandbox.calls()[-1]["seq"], chance.randint(*SENT_BEFORE_A_KILL)
            async with asyncio.timeout(60):
                while len(sandbox.calls(after=last)) < enough:
                    await sandbox.changed()
            await asyncio.sleep(chance.uniform(0, LATENCY_SECONDS))
            await bot.end(signal.SIGKILL)
            await bot.start()
            await rows.until(OF_THE_KILLED, lambda left: not left)
            before, unknown = unknown, await rows.of(PARKED)
            most_unknown = max(most_unknown, unknown - before)
        await rows.until(UNFINISHED, lambda left: not left)
        assert await bot.end(signal.SIGTERM) == 0

    came = arrivals(sandbox, people)
    ended = {
        json.loads(text)["params"]["points"]: (state, MessageClass(kind), error)
        for text, state, kind, error in await Disk(db_url)("SELECT text, state, class, error FROM outbox")
    }
    lost = [n for n, (state, _, _) in ended.items() if state == "sent" and not came[n]]
    doubled = [n for n, (_, kind, _) in ended.items() if came[n] > (2 if kind is MessageClass.RECEIPT else 1)]
    unsure = [n for n, (state, _, error) in ended.items() if (state, error) == ("unknown", ENDED_BY_A_KILL)]
    assert len(ended) == MESSAGES
    assert Counter(state for state, _, _ in ended.values()) == {
        "sent": MESSAGES - len(unsure),
        "unknown": len(unsure),
    }
    assert (lost, doubled) == ([], [])
    assert sum(_told(log)) == len(unsure)
    assert most_unknown <= IN_FLIGHT
    twice = sum(came[n] == 2 for n in ended)
    figures(
        "3: kill -9 while it sends",
        done=f"{KILLS} kills",
        units=f"{MESSAGES} messages",
        lost=0,
        doubled=0,
        unknown=f"{len(unsure)} messages, {sum(came[n] > 0 for n in unsure)} of them arrived",
        also=f"at most {most_unknown} unknown a kill; {twice} receipts came twice",
    )


def _told(log: Path) -> list[int]:
    """Return of how many unknown messages each start told in the log."""
    lines = (json.loads(line) for line in log.read_text().splitlines() if line.startswith("{"))
    return [line["unknown"] for line in lines if line["event"] == "messages in flight at the last end"]
