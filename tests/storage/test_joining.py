"""Wishes to join and roll calls, on both databases."""

import asyncio
from datetime import timedelta

from features.joining.model import Asked, Asker, Decided, JoiningPolicy, QuestionOver
from features.joining.service import Joining
from features.members.model import CameBy, GroupState
from features.members.service import Members
from kernel.clock import ManualClock
from kernel.ids import ChatId, GroupId, UserId
from kernel.message import Language
from storage.db import Db
from storage.uow import SqlUow
from tests.conftest import NOW, Disk
from tests.storage.builders import CALLERS, MINUTE, POLICY, a_group, a_person

JOINING = Joining(JoiningPolicy(attempts=3), Members(POLICY))
USER = UserId(7)


def asker(user: int = USER, minutes: int = 5) -> Asker:
    return Asker(UserId(user), ChatId(user), Language.ZH_CN, NOW + timedelta(minutes=minutes))


def a_wish(uow: SqlUow, user: int = USER) -> Asked:
    group = a_group(uow)
    uow.groups.move(group.id, to=GroupState.ENABLED, since=(GroupState.MET,), now=uow.now)
    asked = JOINING.requested(uow, chat=group.chat, asker=asker(user))
    assert asked is not None
    return asked


def answer(uow: SqlUow, asked: Asked, choice: int) -> str:
    try:
        done = JOINING.answered(uow, user=USER, request=asked.request, attempt=asked.attempts, choice=choice)
    except QuestionOver:
        return "over"
    return ("in" if done.is_let_in else "out") if isinstance(done, Decided) else "again"


async def test_of_many_right_answers_at_once_one_lets_in(db: Db) -> None:
    asked = await db.run(a_wish)
    right = asked.question.answer

    ends = await asyncio.gather(*(db.run(lambda uow: answer(uow, asked, right)) for _ in range(CALLERS)))

    assert sorted(ends) == ["in"] + ["over"] * (CALLERS - 1)


async def test_of_many_wrong_answers_at_once_one_counts(db: Db, check: Disk) -> None:
    asked = await db.run(a_wish)
    wrong = asked.question.answer + 1

    ends = await asyncio.gather(*(db.run(lambda uow: answer(uow, asked, wrong)) for _ in range(CALLERS)))

    assert sorted(ends) == ["again"] + ["over"] * (CALLERS - 1)
    assert await check("SELECT attempts FROM join_request") == [(1,)]


async def test_many_wishes_of_one_person_at_once_are_one(db: Db, check: Disk) -> None:
    await db.run(a_wish)

    await asyncio.gather(*(db.run(a_wish) for _ in range(CALLERS)))

    assert await check("SELECT count(*) FROM join_request") == [(1,)]


async def test_a_wish_falls_due_when_its_time_is_over(db: Db, clock: ManualClock, check: Disk) -> None:
    asked = await db.run(a_wish)
    assert await db.run(lambda uow: uow.joining.due(now=uow.now, limit=9)) == ()
    assert await db.run(lambda uow: uow.joining.next_due_at()) == asked.asker.until

    clock.set(asked.asker.until)
    for _ in range(2):
        await db.run(lambda uow: JOINING.unanswered(uow, request=asked.request))

    assert await check("SELECT count(*) FROM join_request") == [(0,)]
    assert await check("SELECT count(*) FROM journal WHERE action = 'joining.unanswered'") == [(1,)]


async def test_a_wish_before_its_time_is_not_closed(db: Db, check: Disk) -> None:
    asked = await db.run(a_wish)

    await db.run(lambda uow: JOINING.unanswered(uow, request=asked.request))

    assert await check("SELECT count(*) FROM join_request") == [(1,)]


async def test_a_roll_call_names_everybody_once_and_ends(db: Db, check: Disk) -> None:
    def people(uow: SqlUow) -> GroupId:
        group = a_wish(uow).group
        for user in range(100, 107):
            member = uow.members.meet(a_person(user), now=uow.now)
            uow.members.enter(member.id, group.id, came_by=CameBy.SEEN, now=uow.now)
        uow.joining.begin_roll(group.id, now=uow.now)
        return group.id

    group = await db.run(people)
    called = [
        await db.run(lambda uow: uow.joining.call_roll(group, most=3, until=NOW + MINUTE)) for _ in range(5)
    ]

    assert [len(users) for _, users in called] == [3, 3, 1, 0, 0]
    assert sorted(user for _, users in called for user in users) == list(range(100, 107))
    assert await check("SELECT count(*) FROM roll_call") == [(0,)]


async def test_a_wish_put_off_is_due_later(db: Db) -> None:
    asked = await db.run(a_wish)
    later = asked.asker.until + MINUTE

    await db.run(lambda uow: uow.joining.back_off(asked.request, until=later))

    assert await db.run(lambda uow: uow.joining.next_due_at()) == later
