"""A backup is put back, and Telegram brings all updates again: effects once, nothing sent twice."""

import asyncio
import signal
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from kernel.clock import SystemClock
from kernel.ids import ChatId
from kernel.message import Kind, MessageClass, Outgoing, Text
from sandbox.sandbox import Sandbox
from sandbox.server import serve
from storage import backup, migrate, restoration
from storage.backup import BackupPolicy
from storage.db import open_db
from storage.soundness import UNBALANCED
from tests.conftest import Disk
from tests.faults.conftest import Figures
from tests.faults.runs import FULL, UNFINISHED, Bot, Counts, arrive, until_enabled

PEOPLE = 30 if FULL else 2  # before the backup, and as many after it
REGISTERED = "SELECT count(*) FROM growth_ledger"
REDELIVERY = "SELECT source_id FROM inbox WHERE source = 'telegram' ORDER BY source_id"


@pytest.mark.faults
@pytest.mark.timeout(300)
async def test_after_a_restore_what_telegram_brings_again_has_its_effect_once(
    bare_url: str, tmp_path: Path, figures: Figures
) -> None:
    policy = BackupPolicy(tmp_path / "backups", 7)
    sandbox = Sandbox(seed=15)
    bot_user = sandbox.add_bot("菜博士", "caiboshi_test_bot")
    leader = int(sandbox.add_user("林姐")["id"])
    group = int(sandbox.add_group("阳光花园", leader)["id"])
    people = [int(sandbox.add_user(f"邻居{n}")["id"]) for n in range(2 * PEOPLE)]
    early, late = people[:PEOPLE], people[PEOPLE:]
    rows = Counts(bare_url)
    async with serve(sandbox) as address:
        bot = Bot(address.base, str(bot_user["token"]), bare_url, tmp_path / "bot.log")
        await bot.start()
        sandbox.act(leader, "add", chat=group, user=bot_user["id"])
        sandbox.act(leader, "promote", chat=group, user=bot_user["id"])
        await until_enabled(bot, sandbox, leader, group)
        await _register(sandbox, rows, early, group, registered=0)
        await asyncio.to_thread(_queue_for_later, bare_url, early)
        file = await asyncio.to_thread(
            backup.make_numbered, bare_url, policy, now=SystemClock().now()
        )  # while the bot runs

        await asyncio.to_thread(_let_leave, bare_url)
        await _register(sandbox, rows, late, group, registered=PEOPLE)
        await rows.until(UNFINISHED, lambda left: not left)
        updates = [number for (number,) in await Disk(bare_url)(REDELIVERY)]
        assert await bot.end(signal.SIGTERM) == 0
        restoration.from_file(bare_url, file, policy, now=SystemClock().now())
        parked = await rows.of("SELECT count(*) FROM outbox WHERE error = 'restored from a backup'")
        known = await rows.of(REGISTERED)

        last_known = await rows.of("SELECT max(source_id) FROM inbox WHERE source = 'telegram'")
        await bot.start()
        for number in updates:
            sandbox.redeliver(number)
            if number > last_known:  # in their order across chats too, as people acted
                await sandbox.drained()
                await rows.until(UNFINISHED, lambda left: not left)
        assert await bot.end(signal.SIGTERM) == 0

    assert (known, parked) == (PEOPLE, PEOPLE)
    assert await rows.of(REGISTERED) == 2 * PEOPLE
    assert await rows.of("SELECT sum(points) FROM growth_account") == 20 * PEOPLE
    assert await rows.of(UNBALANCED) == 0
    assert await rows.of("SELECT count(*) FROM inbox WHERE state != 'done'") == 0
    assert [_reminders(sandbox, person) for person in early] == [1] * PEOPLE
    figures(
        "15: restore of a backup, then all updates again",
        done=f"{len(updates)} updates brought again",
        units=f"{2 * PEOPLE} registrations",
        lost=0,
        doubled=0,
        unknown=f"{parked} messages, every one sent after the backup",
    )


async def _register(
    sandbox: Sandbox, rows: Counts, people: list[int], group: int, *, registered: int
) -> None:
    for person in people:
        arrive(sandbox, person, group)
    cards = 'SELECT count(*) FROM outbox WHERE text LIKE \'{"key":"members.consent",%\''
    await rows.until(cards, lambda count: count >= registered + len(people))
    await rows.until(UNFINISHED, lambda left: not left)
    for person in people:
        start = sandbox.messages(person)[0]["message_id"]
        sandbox.act(person, "tap", chat=person, message=start, data="v1:members.agree", forge=True)
    await rows.until(REGISTERED, lambda count: count >= registered + len(people))
    await rows.until(UNFINISHED, lambda left: not left)


def _queue_for_later(url: str, people: list[int]) -> None:
    """Queue a message for everybody that may leave in an hour."""

    async def run() -> None:
        db = open_db(url, SystemClock())
        for person in people:
            message = Outgoing(
                Kind.SEND,
                ChatId(person),
                MessageClass.NOTICE,
                text=Text("growth.expiring", {"points": 3, "on": SystemClock().now().date()}),
                not_before=SystemClock().now() + timedelta(hours=1),
            )
            await db.run(lambda uow, message=message: uow.outbox.put(message))  # type: ignore[misc]
        db.close()

    asyncio.run(run())


def _let_leave(url: str) -> None:
    engine = migrate.engine_for(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE outbox SET not_before = created_at WHERE state = 'pending'"))
    engine.dispose()


def _reminders(sandbox: Sandbox, person: int) -> int:
    return sum("积分快到期了" in str(message.get("text")) for message in sandbox.messages(person))
