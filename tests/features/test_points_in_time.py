"""Registration, notices and lapse as use cases over a real database."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from bot.config import load
from bot.services import build_app
from features.growth.model import Account, Event, Expiry
from features.members.model import Away, CameBy, ConsentNeeded, GroupState
from kernel.clock import ManualClock
from kernel.ids import GroupId, MemberId, private_chat
from kernel.message import Kind, Language, MessageClass, Outgoing, Text
from storage.db import Db
from storage.groups import chat_group
from storage.uow import SqlUow
from tests.conftest import Disk
from tests.storage.builders import CALLERS, a_group, a_member, a_person, credit, everything_waiting

APP = build_app(load(None, {}))
SHANGHAI = ZoneInfo("Asia/Shanghai")
PERSON = a_person()
OUTCOMES = "SELECT kind, outcome FROM points_due ORDER BY due_at"
EXPIRES_ON = datetime(2027, 11, 23, tzinfo=SHANGHAI).date()


@dataclass(frozen=True)
class Known:
    """Who the tests are about."""

    member: MemberId
    group: GroupId


def _neighbour(uow: SqlUow) -> Known:
    """A member of an enabled group who can be written to but has not agreed yet."""
    group, member = a_group(uow), a_member(uow)
    uow.groups.move(group.id, to=GroupState.ENABLED, since=(GroupState.MET,), now=uow.now)
    uow.members.enter(member.id, group.id, came_by=CameBy.SEEN, now=uow.now)
    uow.members.set_reachable(member.id, reachable=True)
    return Known(member.id, group.id)


async def _registered(db: Db) -> Known:
    known = await db.run(_neighbour)
    await db.run(lambda uow: APP.arrival.consent(uow, person=PERSON))
    return known


async def _pass_to(db: Db, clock: ManualClock, local: str) -> None:
    """Let the time pass to `local` in Shanghai, doing everything due on the way at its own instant."""
    until = datetime.fromisoformat(local).replace(tzinfo=SHANGHAI)
    while (due_at := await db.run(lambda uow: uow.growth.next_due_at())) is not None and due_at <= until:
        clock.set(max(due_at, clock.now()))
        await _do_due(db)
    clock.set(until)


async def _do_due(db: Db) -> None:
    for due in await db.run(lambda uow: uow.growth.due(now=uow.now, limit=10)):
        await db.run(partial(APP.accounts.points_due, due=due))


async def _said(db: Db) -> list[Outgoing]:
    return [row.outgoing for row in await db.run(everything_waiting)]


async def test_agreeing_credits_the_registration_and_plans_what_follows(db: Db, check: Disk) -> None:
    known = await db.run(_neighbour)
    done = await db.run(lambda uow: APP.arrival.consent(uow, person=PERSON))
    assert done.credited
    assert (done.home.card.account, done.home.card.next_expiry) == (Account(10, 10), Expiry(EXPIRES_ON, 10))
    assert await check(OUTCOMES) == [("first_notice", None), ("last_notice", None), ("lapse", None)]
    assert await check(f"SELECT action FROM journal WHERE member_id = {known.member} ORDER BY id") == [
        ("member.consented",),
        ("growth.credited",),
    ]


async def test_agreeing_64_times_at_once_credits_once(db: Db, check: Disk) -> None:
    await db.run(_neighbour)
    done = await asyncio.gather(
        *(db.run(lambda uow: APP.arrival.consent(uow, person=PERSON)) for _ in range(CALLERS))
    )
    assert [each.credited for each in done].count(True) == 1
    assert await check("SELECT growth, points FROM growth_account") == [(10, 10)]


async def test_leaving_and_coming_back_credits_nothing_more(db: Db, check: Disk) -> None:
    known = await _registered(db)
    await db.run(lambda uow: uow.members.leave(known.member, known.group, now=uow.now))
    with pytest.raises(Away):
        await db.run(lambda uow: APP.arrival.consent(uow, person=PERSON))
    await db.run(lambda uow: uow.members.enter(known.member, known.group, came_by=CameBy.SEEN, now=uow.now))
    assert not (await db.run(lambda uow: APP.arrival.consent(uow, person=PERSON))).credited
    assert await check("SELECT growth, points FROM growth_account") == [(10, 10)]


async def test_who_has_not_agreed_has_no_account_to_look_at(db: Db) -> None:
    await db.run(_neighbour)
    with pytest.raises(ConsentNeeded):
        await db.run(lambda uow: APP.accounts.card(uow, person=PERSON))


async def test_both_notices_come_by_day_and_the_points_go_at_midnight(
    db: Db, clock: ManualClock, check: Disk
) -> None:
    await _registered(db)
    heard = []
    for local in (
        *("2027-10-24T09:59", "2027-10-24T10:00", "2027-11-16T10:00"),
        *("2027-11-23T23:59", "2027-11-24T00:00"),
    ):
        await _pass_to(db, clock, local)
        account = await db.run(lambda uow: APP.accounts.card(uow, person=PERSON))
        heard.append((len(await _said(db)), account.card.account.points))
    assert heard == [(0, 10), (1, 10), (2, 10), (2, 10), (2, 0)]
    assert await check(OUTCOMES) == [("first_notice", "done"), ("last_notice", "done"), ("lapse", "done")]
    assert await check("SELECT growth, points FROM growth_account") == [(10, 0)]


async def test_a_notice_says_how_many_points_and_until_when(db: Db, clock: ManualClock, check: Disk) -> None:
    known = await _registered(db)
    await _pass_to(db, clock, "2027-10-24T10:00")
    assert await _said(db) == [
        Outgoing(
            Kind.SEND,
            private_chat(PERSON.user),
            MessageClass.NOTICE,
            text=Text("growth.expiring", {"points": 10, "on": EXPIRES_ON}),
            language=Language.ZH_CN,
            not_before=clock.now(),
            expires_at=datetime(2027, 10, 24, 14, 0, tzinfo=UTC),  # 22:00 in Shanghai: never at night
            dedupe_key="points-due:1",
        )
    ]
    assert await check("SELECT reason, group_id FROM outbox") == [
        ('{"key":"growth.why_expiring","params":{}}', known.group)
    ]


async def test_a_notice_in_quiet_hours_waits_for_their_end(db: Db, clock: ManualClock) -> None:
    known = await _registered(db)
    quiet = (
        update(chat_group)
        .where(chat_group.c.id == known.group)
        .values(quiet_start="09:00", quiet_end="12:30")
    )
    await db.run(lambda uow: uow.connection.execute(quiet).rowcount)
    await _pass_to(db, clock, "2027-10-24T12:29")
    assert await _said(db) == []
    await _pass_to(db, clock, "2027-10-24T12:30")
    assert len(await _said(db)) == 1


def _unreachable(uow: SqlUow, known: Known) -> None:
    uow.members.set_reachable(known.member, reachable=False)


def _gone(uow: SqlUow, known: Known) -> None:
    uow.members.leave(known.member, known.group, now=uow.now)


def _group_left(uow: SqlUow, known: Known) -> None:
    uow.groups.move(known.group, to=GroupState.LEFT, since=(GroupState.ENABLED,), now=uow.now)


def _spent(uow: SqlUow, known: Known) -> None:
    uow.growth.lapse(known.member, expires_on=EXPIRES_ON, now=uow.now)


@pytest.mark.parametrize(
    ("happened", "reason"),
    [(_unreachable, "unreachable"), (_gone, "not_wanted"), (_group_left, "not_wanted"), (_spent, "spent")],
)
async def test_a_notice_nobody_needs_is_skipped_for_a_reason(
    db: Db, clock: ManualClock, check: Disk, happened: Callable[[SqlUow, Known], Any], reason: str
) -> None:
    known = await _registered(db)
    await db.run(lambda uow: happened(uow, known))
    await _pass_to(db, clock, "2027-10-24T10:00")
    assert await _said(db) == []
    assert await check("SELECT outcome FROM points_due WHERE kind = 'first_notice'") == [(reason,)]
    assert await check("SELECT params FROM journal WHERE action = 'growth.notice_skipped'") == [
        (f'{{"reason":"{reason}"}}',)
    ]


async def test_after_a_long_sleep_the_first_notice_is_skipped_and_the_last_is_given(
    db: Db, clock: ManualClock, check: Disk
) -> None:
    await _registered(db)
    clock.set(datetime(2027, 11, 18, 10, tzinfo=SHANGHAI))
    await _do_due(db)
    assert len(await _said(db)) == 1
    assert await check(OUTCOMES) == [("first_notice", "late"), ("last_notice", "done"), ("lapse", None)]


async def test_after_too_long_a_sleep_the_points_go_without_a_word(
    db: Db, clock: ManualClock, check: Disk
) -> None:
    await _registered(db)
    clock.set(datetime(2027, 12, 1, 10, tzinfo=SHANGHAI))
    await _do_due(db)
    assert await _said(db) == []
    assert await check(OUTCOMES) == [("first_notice", "late"), ("last_notice", "late"), ("lapse", "done")]
    assert await check("SELECT growth, points FROM growth_account") == [(10, 0)]


async def test_64_workers_on_one_due_notice_say_it_once(db: Db, clock: ManualClock) -> None:
    await _registered(db)
    clock.set(datetime(2027, 10, 24, 10, tzinfo=SHANGHAI))
    (due,) = await db.run(lambda uow: uow.growth.due(now=uow.now, limit=10))
    await asyncio.gather(*(db.run(lambda uow: APP.accounts.points_due(uow, due=due)) for _ in range(CALLERS)))
    assert len(await _said(db)) == 1


async def test_the_history_tells_whether_there_is_more(db: Db, clock: ManualClock) -> None:
    known = await _registered(db)
    rows = APP.growth.rulebook.configured.history_rows

    def more(uow: SqlUow) -> None:
        for number in range(rows):
            credit(uow, known.member, key=f"k{number}", amount=1)

    await db.run(more)
    pages = [
        (await db.run(partial(APP.accounts.history, person=PERSON, page=number)))[1] for number in range(3)
    ]
    shown = [([entry.points for entry in page.entries], page.page, page.has_more) for page in pages]
    assert shown == [([1] * rows, 0, True), ([10], 1, False), ([], 2, False)]
    assert pages[1].entries[0].event is Event.REGISTER


async def test_the_points_last_to_the_end_of_their_last_day(db: Db, clock: ManualClock, check: Disk) -> None:
    await _registered(db)
    clock.set(datetime(2027, 11, 24, tzinfo=SHANGHAI) - timedelta(milliseconds=1))
    await _do_due(db)
    assert await check("SELECT points FROM growth_account") == [(10,)]
