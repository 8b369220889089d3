"""What the sender has in hand: bounded, longest queues first, and overtaken by what is urgent."""

from pathlib import Path

import pytest

from bot.sender import _IN_HAND
from kernel.ids import ChatId
from kernel.message import Kind, MessageClass, Outgoing
from tests.bot.test_sender import GREETING, a_notice
from tests.bot.test_sender_again import queue, until
from tests.world import World, open_world

PEOPLE = 150
FEW = 30


def an_answer(chat: int) -> Outgoing:
    """Something a person waits for."""
    return Outgoing(Kind.SEND, ChatId(chat), MessageClass.ANSWER, text=GREETING)


async def _full_hand(world: World) -> list[int]:
    """Let people be many and nothing leave; return the people when the hand is full."""
    people = [await world.person(f"邻居{number}") for number in range(PEOPLE)]
    world.sandbox.settle(started=people)
    sender = world.runtime.sender
    sender._pace.hold_all(world.runtime.monotonic.seconds() + 3600)
    await queue(world, *map(a_notice, people))
    await until(lambda: len(sender._in_hand) >= _IN_HAND)
    return people


def _in_turn(world: World) -> list[int]:
    """Return the chats in hand as their turns come; on the wire two may change places."""
    rows = sorted(world.runtime.sender._in_hand.values(), key=lambda row: row.urgency)
    return [row.outgoing.chat for row in rows]


def _told(world: World, seen: int) -> list[int]:
    calls = [call for call in world.sandbox.calls()[seen:] if call["method"] == "sendMessage"]
    return [call["params"]["chat_id"] for call in calls]


async def test_however_often_it_is_woken_the_hand_stays_small(tmp_path: Path) -> None:
    async with open_world(f"sqlite:///{tmp_path / 'small.db'}") as world:
        await _full_hand(world)
        for _ in range(20):
            world.runtime.sender.wake()
            await world.runtime.db.run(lambda uow: uow.outbox.next_at())

        assert len(world.runtime.sender._in_hand) == _IN_HAND
        assert world.rows("SELECT count(*) FROM outbox WHERE state = 'claimed'") == [(_IN_HAND,)]
        await world.settle()


@pytest.mark.parametrize("place", [3, PEOPLE - 1], ids=["of a chat in hand", "of another chat"])
async def test_an_answer_overtakes_a_full_hand(tmp_path: Path, place: int) -> None:
    async with open_world(f"sqlite:///{tmp_path / 'overtakes.db'}") as world:
        people = await _full_hand(world)
        sender, seen = world.runtime.sender, len(world.sandbox.calls())

        await queue(world, an_answer(people[place]))
        await until(lambda: any(row.is_urgent for row in sender._in_hand.values()))
        first = _in_turn(world)[0]
        await world.settle()

        assert first == people[place]
        assert sorted(_told(world, seen)) == sorted([*people, people[place]])
        assert world.rows("SELECT DISTINCT state, attempts FROM outbox") == [("sent", 1)]


async def test_news_do_not_make_it_look_through_all_that_waits_while_enough_is_in_hand(
    tmp_path: Path,
) -> None:
    async with open_world(f"sqlite:///{tmp_path / 'enough.db'}") as world:
        people = [await world.person(f"邻居{number}") for number in range(2 * FEW)]
        world.sandbox.settle(started=people)
        sender, runtime = world.runtime.sender, world.runtime
        sender._pace.hold_all(runtime.monotonic.seconds() + 3600)
        await queue(world, *map(a_notice, people[:FEW]))
        await until(lambda: len(sender._in_hand) == FEW)
        await queue(world, *map(a_notice, people[FEW:]), an_answer(people[-1]))
        await until(lambda: len(sender._in_hand) > FEW)
        await runtime.db.run(lambda uow: uow.outbox.next_at())

        in_hand = set(sender._in_hand)
        seen = len(world.sandbox.calls())
        await world.settle()

        assert in_hand == {*people[:FEW], people[-1]}
        assert sorted(_told(world, seen)) == sorted([*people, people[-1]])


async def test_the_longest_queue_leaves_first(tmp_path: Path) -> None:
    async with open_world(f"sqlite:///{tmp_path / 'longest.db'}") as world:
        people = [await world.person(f"邻居{number}") for number in range(4)]
        world.sandbox.settle(started=people)
        pace = world.runtime.sender._pace
        pace.hold_all(world.runtime.monotonic.seconds() + 3600)
        waiting = [a_notice(person) for number, person in enumerate(people) for _ in range(number + 1)]
        await queue(world, *waiting)
        await until(lambda: len(world.runtime.sender._in_hand) == len(people))
        seen = len(world.sandbox.calls())

        in_turn = _in_turn(world)
        await world.settle()

        assert in_turn == people[::-1]
        assert len(_told(world, seen)) == len(waiting)
