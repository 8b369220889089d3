"""Levels, the card, the board and closing over a real database: acts that touch more than an account."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import event as events

from features.growth.model import (
    Account,
    Board,
    Earned,
    Event,
    Level,
    Period,
)
from features.members.model import CameBy
from kernel.clock import ManualClock
from kernel.ids import ChatId, GroupId, MemberId
from storage.db import Db
from storage.uow import SqlUow
from tests.conftest import NOW, Disk
from tests.features.bank import ACCOUNT, ACCOUNTS, APP, DAY, GROWTH, LOTS, TODAY, earn, many, neighbour
from tests.storage.builders import CALLERS, a_group, a_person, everything_waiting


async def test_a_level_is_told_in_the_unit_that_gains_it(db: Db, check: Disk) -> None:
    who = await db.run(neighbour)
    assert await earn(db, who, Event.UGC, "recipe:1") == Earned(200, 200, Level.SPROUT)
    (told,) = [row.outgoing for row in await db.run(everything_waiting)]
    assert told.text is not None
    assert (told.text.key, told.dedupe_key) == ("growth.gained", "level:ugc:recipe:1")
    assert await check("SELECT reason, group_id FROM outbox") == [
        ('{"key":"growth.why_gained","params":{}}', who[1])
    ]
    assert await db.run(lambda uow: uow.growth.account(who[0])) == Account(200, 200, Level.SPROUT)


async def test_a_level_gained_at_night_is_told_in_the_morning(
    db: Db, clock: ManualClock, check: Disk
) -> None:
    who = await db.run(neighbour)
    clock.set(datetime(2026, 11, 23, 15, 0, tzinfo=UTC))  # 23:00 in Shanghai
    await earn(db, who, Event.UGC, "recipe:1")
    morning, evening = datetime(2026, 11, 24, 0, tzinfo=UTC), datetime(2026, 11, 24, 14, tzinfo=UTC)
    assert await check("SELECT not_before, expires_at FROM outbox") == [
        (int(morning.timestamp() * 1000), int(evening.timestamp() * 1000))
    ]


async def test_a_reversal_calls_for_a_look_at_once(db: Db, clock: ManualClock, check: Disk) -> None:
    who = await db.run(neighbour)
    await earn(db, who, Event.UGC, "recipe:1")
    await db.run(lambda uow: GROWTH.reverse(uow, event=Event.UGC, key="recipe:1"))
    assert await db.run(lambda uow: uow.levels.due(now=uow.now, limit=9)) == (who[0],)
    look = partial(ACCOUNTS.level_due, member=who[0])
    await many(db, *[look] * CALLERS)
    assert await check("SELECT count(*) FROM outbox WHERE text LIKE '%growth.grace%'") == [(1,)]
    assert await db.run(lambda uow: uow.levels.due(now=uow.now, limit=9)) == ()
    clock.set(NOW + 30 * DAY)
    await many(db, *[look] * CALLERS)
    assert await check("SELECT level FROM growth_account") == [(0,)]
    assert await check("SELECT count(*) FROM outbox WHERE text LIKE '%growth.fell%'") == [(1,)]


async def test_who_left_is_not_told_but_the_level_falls(db: Db, clock: ManualClock, check: Disk) -> None:
    member, group = who = await db.run(neighbour)
    await earn(db, who, Event.UGC, "recipe:1")
    await db.run(lambda uow: uow.members.leave(member, group, now=uow.now))
    for days in (365, 395):
        clock.set(NOW + days * DAY)
        await db.run(lambda uow: ACCOUNTS.level_due(uow, member=member))
    assert await check("SELECT level, review_at FROM growth_account") == [(0, None)]
    assert await check("SELECT count(*) FROM outbox") == [(1,)]  # of the level gained
    assert (
        await check("SELECT params FROM journal WHERE action = 'growth.notice_skipped'")
        == [('{"reason":"not_wanted"}',)] * 2
    )


async def test_a_failed_look_waits_longer_each_time(db: Db, check: Disk) -> None:
    who = await db.run(neighbour)
    await earn(db, who, Event.UGC, "recipe:1")
    pauses = []
    for _ in range(4):
        await db.run(lambda uow: uow.levels.back_off(who[0], now=NOW))
        at = await db.run(lambda uow: uow.levels.next_due_at())
        assert at is not None
        pauses.append((at - NOW) // timedelta(minutes=1))
    assert pauses == [1, 2, 4, 8]


async def test_the_card_is_one_read(db: Db) -> None:
    who = await db.run(neighbour)
    await earn(db, who, Event.SHARE, "s:1")
    await earn(db, who, Event.UGC, "recipe:1")
    zone = (await db.run(lambda uow: uow.members.groups_of(who[0])))[0].zone

    def counted(uow: SqlUow) -> tuple[int, Any]:
        asked: list[str] = []
        driver: Any = uow.connection.connection.driver_connection
        if uow.connection.dialect.name == "sqlite":
            driver.set_trace_callback(asked.append)
        else:
            events.listen(uow.connection, "before_cursor_execute", lambda *told: asked.append(told[2]))
        card = GROWTH.card(uow, member=who[0], zone=zone)
        if uow.connection.dialect.name == "sqlite":
            driver.set_trace_callback(None)
        return len(asked), card

    count, card = await db.run(counted)
    assert count == 1
    assert card.account == Account(230, 230, Level.SPROUT)
    assert (card.next_level, card.missing, card.missing_to_stay) == (Level.SEEDLING, 770, 160)
    used = {rule.event: (used.day, used.week, used.month, used.ever) for rule, used in card.rules}
    assert used[Event.SHARE] == used[Event.UGC] == (1, 1, 1, 1)
    assert used[Event.REGISTER] == used[Event.REPURCHASE] == (0, 0, 0, 0)


async def _board(db: Db, member: MemberId, group: GroupId) -> Board:
    zone = (await db.run(lambda uow: uow.members.groups_of(member)))[0].zone
    return await db.run(
        lambda uow: APP.accounts.boards.board(uow, member=member, group=group, zone=zone, period=Period.WEEK)
    )


async def test_the_board_shows_ten_and_what_is_missing_to_them(db: Db) -> None:
    def town(uow: SqlUow) -> tuple[list[MemberId], GroupId]:
        _, group = neighbour(uow)
        people = []
        for number in range(12):
            person = a_person(100 + number, f"{chr(0x4E00 + number)}阿姨")
            member = uow.members.meet(person, now=uow.now).id
            uow.members.consent(member, name=person.name, now=uow.now)
            uow.members.enter(member, group, came_by=CameBy.SEEN, now=uow.now)
            uow.growth.hold(member)
            monday = TODAY
            uow.boards.add(member, group, period=Period.WEEK, starts_on=monday, growth=10 * (number + 1))
            people.append(member)
        return people, group

    people, group = await db.run(town)
    seen = await _board(db, people[0], group)
    assert [place.member for place in seen.places] == people[:1:-1]
    assert [place.name for place in seen.places][:2] == ["下**", "上**"]
    assert (seen.own, seen.missing) == (10, 21)
    await db.run(lambda uow: APP.accounts.boards.show(uow, member=people[11], shown=False))
    await db.run(lambda uow: uow.members.leave(people[10], group, now=uow.now))
    seen = await _board(db, people[0], group)
    assert [place.member for place in seen.places] == people[9::-1]
    assert (seen.own, seen.missing) == (10, 0)


async def test_closing_takes_the_points_and_leaves_the_books(db: Db, check: Disk) -> None:
    member, group = who = await db.run(neighbour)
    await earn(db, who, Event.UGC, "recipe:1")
    lines = await db.run(lambda uow: GROWTH.export(uow, member=member))
    assert [line["kind"] for line in lines] == ["account", "lot", "line"]
    assert lines[0] == {"kind": "account", "growth": 200, "points": 200, "level": "sprout", "on_board": 1}
    closings = await many(db, *[partial(GROWTH.close, member=member)] * CALLERS)
    assert sorted(closings) == [0] * (CALLERS - 1) + [200]
    assert await check("SELECT growth, points, on_board, review_at FROM growth_account") == [
        (200, 0, 0, None)
    ]
    assert await check(LOTS) == [("ugc:recipe:1", 0, 200)]
    assert await check("SELECT DISTINCT outcome FROM points_due") == [("closed",)]
    assert await check("SELECT sum(amount) FROM points_ledger") == [(0,)]
    assert (await _board(db, member, group)).places == ()


async def test_closing_somebody_without_an_account_opens_none(db: Db, check: Disk) -> None:
    member, _ = await db.run(neighbour)
    assert await db.run(lambda uow: GROWTH.close(uow, member=member)) == 0
    assert await check(ACCOUNT) == []


async def test_a_group_that_moved_keeps_what_was_earned_on_both_sides(db: Db, check: Disk) -> None:
    def two_sides(uow: SqlUow) -> tuple[MemberId, MemberId]:
        member, old = neighbour(uow)
        new = a_group(uow, -200).id
        other = uow.members.meet(a_person(8), now=uow.now).id
        for who, group, key in ((member, old, "a"), (member, new, "b"), (other, new, "c")):
            ACCOUNTS.earn(uow, member=who, group=group, event=Event.UGC, key=key, on=TODAY)
        moved = uow.groups.by_chat(ChatId(-100))
        assert moved is not None
        uow.groups.change_chat(moved, ChatId(-200), now=uow.now)
        return member, other

    member, other = await db.run(two_sides)
    assert await check("SELECT count(*) FROM chat_group") == [(1,)]
    assert await check("SELECT DISTINCT group_id FROM growth_ledger") == [(1,)]
    board = "SELECT group_id, member_id, growth FROM growth_period WHERE period = 'week' ORDER BY member_id"
    assert await check(board) == [(1, member, 400), (1, other, 200)]
    await db.run(lambda uow: GROWTH.reverse(uow, event=Event.UGC, key="b"))
    assert await check(board) == [(1, member, 200), (1, other, 200)]
