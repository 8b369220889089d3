"""The sender on its own wire: Telegram away for a while, and what the last process sent."""

import asyncio
from pathlib import Path

from kernel.ids import ChatId
from kernel.message import Kind, MessageClass, Outgoing, Text
from tests.world import World, open_world

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
