"""Roles and links on both databases: what counts when, and what happens once."""

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count

from hypothesis import given, settings
from hypothesis import strategies as st

from features.members.model import CameBy
from features.staff.model import Invitation, Role
from kernel.ids import ChatId, GroupId
from kernel.message import Kind, MessageClass, Outgoing, Text
from storage.db import Db
from storage.uow import SqlUow
from tests.conftest import NOW
from tests.storage.builders import CALLERS, a_group, a_member

NUMBERS: Iterator[int] = count(1)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["give", "end", "leave", "enter", "wait"]),
        st.integers(0, 2),
        st.sampled_from([Role.LEADER, Role.SERVICE]),
        st.sampled_from([None, 1, 3]),
    ),
    max_size=25,
)
Held = dict[tuple[int, Role], datetime | None]


class Life:
    """Three neighbours of a group, their roles in the store, and beside it a plain list of the same."""

    def __init__(self, uow: SqlUow, number: int) -> None:
        self.uow, self.now = uow, NOW
        self.held: Held = {}
        self.inside = {0, 1, 2}
        self.group = a_group(uow, chat=-number).id
        self.members = [a_member(uow, user=number * 10 + each).id for each in range(3)]
        for who in range(3):
            self.enter(who)

    def give(self, who: int, role: Role, days: int | None) -> None:
        until = self.now + timedelta(days=days) if days else None
        stands = self.held.get((who, role))
        free = (who, role) not in self.held or (stands is not None and stands <= self.now)
        giver = self.members[(who + 1) % 3]
        given = self.uow.staff.give(
            self.members[who], role, group=self.group, given_by=giver, until=until, now=self.now
        )
        assert given == free
        if free:
            self.held[who, role] = until

    def end(self, who: int, role: Role, _days: int | None) -> None:
        ended = self.uow.staff.end(self.members[who], role, group=self.group, now=self.now)
        assert (ended is not None) == ((who, role) in self.held)
        self.held.pop((who, role), None)

    def leave(self, who: int, *_: object) -> None:
        self.uow.members.leave(self.members[who], self.group, now=self.now)
        self.inside.discard(who)

    def enter(self, who: int, *_: object) -> None:
        self.uow.members.enter(self.members[who], self.group, came_by=CameBy.PLAIN, now=self.now)
        self.inside.add(who)

    def wait(self, *_: object) -> None:
        self.now += timedelta(days=1)

    def check(self) -> None:
        for who, member in enumerate(self.members):
            counting = {
                role
                for (whose, role), until in self.held.items()
                if whose == who and who in self.inside and (until is None or until > self.now)
            }
            assert self.uow.staff.roles(member, self.group, now=self.now) == counting


@settings(max_examples=40)
@given(steps=STEPS)
async def test_roles_over_time_are_what_a_plain_list_says(
    db: Db, steps: list[tuple[str, int, Role, int | None]]
) -> None:
    number = next(NUMBERS)

    def unit(uow: SqlUow) -> None:
        life = Life(uow, number)
        for verb, who, role, days in steps:
            getattr(life, verb)(who, role, days)
            life.check()

    await db.run(unit)


async def test_only_one_of_many_becomes_the_owner(db: Db) -> None:
    async def give(number: int) -> bool:
        def unit(uow: SqlUow) -> bool:
            member = a_member(uow, user=100 + number).id
            return uow.staff.give(member, Role.OWNER, group=None, given_by=None, until=None, now=uow.now)

        return await db.run(unit)

    given = await asyncio.gather(*(give(number) for number in range(CALLERS)))

    assert given.count(True) == 1


async def test_only_one_of_many_uses_a_link(db: Db) -> None:
    member = await db.run(lambda uow: a_member(uow).id)
    link = Invitation("0" * 64, Role.OWNER, None, None, None, NOW + timedelta(hours=1))
    await db.run(lambda uow: uow.invitations.add(link, made_at=uow.now))

    async def use() -> bool:
        return await db.run(lambda uow: uow.invitations.use("0" * 64, by=member, now=uow.now))

    used = await asyncio.gather(*(use() for _ in range(CALLERS)))

    assert used.count(True) == 1
    assert await db.run(lambda uow: uow.invitations.open("0" * 64, now=uow.now)) is None


async def test_a_group_falls_silent_once_and_speaks_once(db: Db) -> None:
    group = (await db.run(a_group)).id

    async def silence() -> bool:
        return await db.run(lambda uow: uow.groups.silence(group, now=uow.now))

    async def speak() -> bool:
        return await db.run(lambda uow: uow.groups.speak(group))

    assert (await asyncio.gather(*(silence() for _ in range(CALLERS)))).count(True) == 1
    assert (await asyncio.gather(*(speak() for _ in range(CALLERS)))).count(True) == 1


async def test_nothing_of_a_silent_group_slips_out_while_others_put_it(db: Db) -> None:
    group = (await db.run(a_group)).id
    member = await db.run(lambda uow: a_member(uow).id)

    async def put(chat: int) -> None:
        await db.run(lambda uow: uow.outbox.put(_notice(chat, group)))

    async def stop() -> None:
        def unit(uow: SqlUow) -> None:
            uow.groups.silence(group, now=uow.now)
            uow.outbox.hold(group)

        await db.run(unit)

    await asyncio.gather(*(put(chat) for chat in range(1, 30)), stop(), *(put(c) for c in range(30, 60)))

    assert await db.run(lambda uow: uow.dispatch.candidates(limit=100)) == ()
    assert await db.run(lambda uow: uow.outbox.let_go(group)) == 59
    assert len(await db.run(lambda uow: uow.dispatch.candidates(limit=100))) == 59
    assert member


async def test_what_a_sender_has_in_hand_does_not_leave_once_the_group_is_silent(db: Db) -> None:
    group = (await db.run(a_group)).id
    await db.run(lambda uow: uow.outbox.put(_notice(7, group)))
    (row,) = await db.run(lambda uow: uow.dispatch.candidates(limit=10))
    await db.run(lambda uow: uow.dispatch.claim([row.id], epoch=1))

    assert await db.run(lambda uow: uow.outbox.hold(group)) == 1

    assert await db.run(lambda uow: uow.dispatch.sending([row.id], epoch=1)) == frozenset()


def _notice(chat: int, group: GroupId) -> Outgoing:
    return Outgoing(Kind.SEND, ChatId(chat), MessageClass.NOTICE, text=Text("home.greeting"), group=group)
