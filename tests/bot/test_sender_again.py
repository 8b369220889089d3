"""The sender where its own ground gives way: a commit unheard, a lease run out, a stop at a bad moment."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from sqlalchemy import URL
from sqlalchemy.exc import OperationalError

from bot.runtime import Runtime
from kernel.ids import ChatId
from kernel.message import Call, Kind, MessageClass, Outgoing
from storage.db import Db, Unit
from storage.patience import PatientDb
from tests.bot.test_sender import a_notice
from tests.world import World, open_world

T = TypeVar("T")
OF_NOTICES = "SELECT state, attempts FROM outbox WHERE class = 'notice'"


class Behind:
    """A database that does something of the test's after each commit, before anybody hears of it."""

    def __init__(self, db: Db, then: Callable[[object], Awaitable[None]]) -> None:
        self._db, self._then = db, then

    @property
    def abreast(self) -> int:
        return self._db.abreast

    @property
    def url(self) -> URL:
        return self._db.url

    async def run(self, unit: Unit[T]) -> T:
        result = await self._db.run(unit)
        await self._then(unit)
        return result

    def close(self) -> None:
        self._db.close()


def put_behind(runtime: Runtime, then: Callable[[object], Awaitable[None]]) -> None:
    """Do `then` after each commit of the sender."""
    db = runtime.sender._db
    assert isinstance(db, PatientDb)
    runtime.sender._db = PatientDb(Behind(db._db, then))


async def queue(world: World, *messages: Outgoing) -> None:
    """Put messages into the outbox and tell the sender."""
    await world.runtime.db.run(lambda uow: [uow.outbox.put(message) for message in messages])
    world.runtime.sender.wake()


async def until(holds: Callable[[], bool]) -> None:
    """Wait for something that the sender does."""
    async with asyncio.timeout(20):
        while not holds():
            await asyncio.sleep(0.005)


async def test_a_commit_that_was_not_heard_of_leaves_nothing_stuck_and_nothing_doubled(
    tmp_path: Path,
) -> None:
    async with open_world(f"sqlite:///{tmp_path / 'unheard.db'}") as world:
        chat = await world.opens_group()
        people = [await world.person(f"邻居{number}") for number in range(3)]
        for person in people:
            await world.does(person, "start")
        unheard: set[object] = set()

        async def cut_off(unit: object) -> None:
            if unit not in unheard:
                unheard.add(unit)
                raise OperationalError("COMMIT", {}, ConnectionError("cut"), connection_invalidated=True)

        put_behind(world.runtime, cut_off)
        question = Outgoing(Kind.CALL, ChatId(chat), MessageClass.UPKEEP, call=Call.ADMINISTRATORS)
        world.sandbox.fault("flood", method="sendMessage", retry_after=5)
        await queue(world, *map(a_notice, people), a_notice(people[0]), question)
        await world.settle()

        assert len(unheard) > 1
        assert world.rows(OF_NOTICES) == [("sent", 1)] * 4
        assert [len(world.said_to(person)) for person in people] == [3, 2, 2]  # the card of the start, too
        assert world.rows("SELECT count(*) FROM outbox WHERE state != 'sent'") == [(0,)]
        assert world.rows("SELECT count(*) FROM inbox WHERE state != 'done'") == [(0,)]


async def test_a_lease_that_ran_out_and_that_nobody_took_costs_no_message(tmp_path: Path) -> None:
    async with open_world(f"sqlite:///{tmp_path / 'late.db'}") as world:
        await world.opens_group()
        member = await world.member()
        lease, sender = world.runtime.lease, world.runtime.sender
        lease._alone, lease._ends_at = False, 0.0  # as after standing still, before it is renewed

        await queue(world, a_notice(member))
        await until(lambda: sender.results["again"] > 0)
        assert world.rows(OF_NOTICES)[0][0] in ("pending", "claimed", "sending")
        lease._alone = True
        await world.settle()

        assert world.rows(OF_NOTICES) == [("sent", 1)]


async def test_a_moment_without_network_is_not_counted_once_for_every_message_under_way(
    tmp_path: Path,
) -> None:
    database = f"sqlite:///{tmp_path / 'away.db'}"
    async with open_world(database, CAIBOSHI__SENDING__PER_SECOND="1000") as world:
        sender, monotonic = world.runtime.sender, world.runtime.monotonic
        people = [await world.person(f"邻居{number}") for number in range(8)]
        world.runtime.bot._base_url = f"http://127.0.0.1:9/bot{world.runtime.config.telegram.token}"

        await queue(world, *map(a_notice, people))
        await until(lambda: sender.results["again"] >= len(people))

        assert sender._pace.free_at < monotonic.seconds() + 3  # two seconds, not doubled seven times


async def test_stopping_waits_for_what_was_marked_while_it_was_asked_to(tmp_path: Path) -> None:
    async with open_world(f"sqlite:///{tmp_path / 'stop.db'}") as world:
        await world.opens_group()
        member = await world.member()
        marked, asked = asyncio.Event(), asyncio.Event()

        async def stand_still(_unit: object) -> None:
            if world.rows("SELECT count(*) FROM outbox WHERE state = 'sending'") == [(1,)]:
                marked.set()
                await asked.wait()

        put_behind(world.runtime, stand_still)
        await queue(world, a_notice(member))
        await marked.wait()
        stopping = asyncio.ensure_future(world.runtime.sender.stop())
        await asyncio.sleep(0)
        asked.set()
        await stopping

        assert world.rows(OF_NOTICES) == [("sent", 1)]
        assert world.said_to(member).count(world.last_to(member)) == 1
