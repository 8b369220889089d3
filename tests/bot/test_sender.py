"""The sender on its own wire: Telegram away for a while, and what the last process sent."""

import asyncio
from datetime import timedelta
from pathlib import Path

from kernel.ids import ChatId
from kernel.message import Call, Kind, MessageClass, Outgoing, Text
from tests.world import MONDAY, World, open_world

GREETING = Text("members.enabled")


def a_notice(chat: int) -> Outgoing:
    """Something the bot says by itself."""
    return Outgoing(Kind.SEND, ChatId(chat), MessageClass.NOTICE, text=GREETING)


async def test_while_telegram_cannot_be_reached_messages_wait_and_then_leave(tmp_path: Path) -> None:
    async with open_world(f"sqlite:///{tmp_path / 'one.db'}") as world:
        await world.opens_group()
        member = await world.member()
        reachable = world.runtime.bot.base_url
        world.runtime.bot._base_url = f"http://127.0.0.1:9/bot{world.runtime.config.telegram.token}"

        await world.runtime.db.run(lambda uow: uow.outbox.put(a_notice(member)))
        world.runtime.sender.wake()
        await until_tried(world)
        waiting = world.rows("SELECT state, attempts FROM outbox ORDER BY id DESC LIMIT 1")
        world.runtime.bot._base_url = reachable
        await world.settle()

        assert waiting[0][0] in ("pending", "claimed", "sending")
        assert world.rows("SELECT state, attempts FROM outbox ORDER BY id DESC LIMIT 1") == [("sent", 1)]


async def until_tried(world: World) -> None:
    """Wait until the sender has found the line dead several times."""
    world.runtime.monotonic.hurried = True
    for _ in range(200):
        await asyncio.sleep(0.005)
    world.runtime.monotonic.hurried = False


async def test_a_new_process_counts_what_the_last_one_sent_to_a_group(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'two.db'}"
    async with open_world(database) as world:
        chat = await world.opens_group()
        for _ in range(18):
            await world.runtime.db.run(lambda uow: uow.outbox.put(a_notice(chat)))
        await world.settle()
        start = world.timeline.clock.now()

    async with open_world(database, start=start) as later:
        sender = later.runtime.sender
        held = sender._pace.held(later.runtime.monotonic.seconds())
        assert ChatId(chat) in held


async def test_messages_to_many_chats_leave_no_faster_than_telegram_allows(tmp_path: Path) -> None:
    async with open_world(f"sqlite:///{tmp_path / 'three.db'}") as world:
        await world.opens_group()
        people = [await world.person(f"邻居{number}") for number in range(40)]
        for person in people:
            await world.does(person, "start")
        monotonic, rate = world.runtime.monotonic, world.runtime.config.sending.per_second
        seen = len(world.sandbox.calls())

        began = monotonic.seconds()
        for person in people:
            await world.runtime.db.run(lambda uow, person=person: uow.outbox.put(a_notice(person)))  # type: ignore[misc]
        await world.settle()
        took = monotonic.seconds() - began

        sent = [
            call for call in world.sandbox.calls()[seen:] if call["method"] == "sendMessage" and call["ok"]
        ]
        assert len(sent) == len(people)
        assert took >= (len(people) - 1) / rate


async def test_a_clock_that_was_put_back_holds_no_group_for_longer_than_its_minute(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'back.db'}"
    async with open_world(database) as world:
        chat = await world.opens_group()
        for _ in range(20):
            await world.runtime.db.run(lambda uow: uow.outbox.put(a_notice(chat)))
        await world.settle()

    async with open_world(database, start=MONDAY - timedelta(days=1)) as earlier:
        now = earlier.runtime.monotonic.seconds()
        assert now < earlier.runtime.sender._pace.chat_free_at(ChatId(chat), now) <= now + 60


async def test_a_question_that_telegram_refuses_for_a_while_is_not_asked_meanwhile(tmp_path: Path) -> None:
    async with open_world(f"sqlite:///{tmp_path / 'asking.db'}") as world:
        chat = await world.opens_group()
        world.sandbox.fault("flood", method="getChatAdministrators", retry_after=35)
        question = Outgoing(Kind.CALL, ChatId(chat), MessageClass.UPKEEP, call=Call.ADMINISTRATORS)
        monotonic = world.runtime.monotonic

        began = monotonic.seconds()
        await world.runtime.db.run(lambda uow: uow.outbox.put(question))
        await world.settle()

        assert 35 <= monotonic.seconds() - began < 60
        assert world.rows("SELECT state, attempts FROM outbox ORDER BY id DESC LIMIT 1") == [("sent", 1)]
