"""What many callers do to one account at once, and acts across features over a real database."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import event as events

from bot.config import load
from bot.wiring import build_app
from features.growth.model import (
    Account,
    Adjusted,
    Board,
    Earned,
    Event,
    Level,
    NotEarned,
    NotEarnedReason,
    NotEnoughPoints,
    NotReversed,
    NotReversedReason,
    Period,
    Reversed,
    Spent,
)
from features.members.model import CameBy, GroupState
from kernel.clock import ManualClock
from kernel.ids import ChatId, GroupId, MemberId
from storage.db import Db
from storage.uow import SqlUow
from tests.conftest import NOW, Disk
from tests.storage.builders import CALLERS, a_group, a_member, a_person, everything_waiting

APP = build_app(load(None, {}))
GROWTH, ACCOUNTS = APP.growth, APP.accounts
TODAY = date(2026, 11, 23)  # a Monday, in Shanghai
DAY = timedelta(days=1)
ACCOUNT = "SELECT growth, points FROM growth_account"
LOTS = "SELECT event_key, unspent, lapsed FROM point_lot ORDER BY id"


def _neighbour(uow: SqlUow) -> tuple[MemberId, GroupId]:
    group, member = a_group(uow), a_member(uow)
    uow.groups.move(group.id, to=GroupState.ENABLED, since=(GroupState.MET,), now=uow.now)
    uow.members.enter(member.id, group.id, came_by=CameBy.SEEN, now=uow.now)
    uow.members.set_reachable(member.id, reachable=True)
    uow.members.consent(member.id, name="陈阿姨", now=uow.now)
    return member.id, group.id


async def _earn(
    db: Db, who: tuple[MemberId, GroupId], event: Event, key: str, on: date | None = None
) -> Earned | NotEarned:
    member, group = who
    return await db.run(
        lambda uow: ACCOUNTS.earn(uow, member=member, group=group, event=event, key=key, on=on)
    )


async def _many(db: Db, *units: Any) -> list[Any]:
    return await asyncio.gather(*(db.run(unit) for unit in units), return_exceptions=True)


async def test_one_of_64_earnings_under_one_key_counts(db: Db, check: Disk) -> None:
    who = await db.run(_neighbour)
    found = await asyncio.gather(*(_earn(db, who, Event.UGC, "recipe:1") for _ in range(CALLERS)))
    assert found.count(Earned(200, 200, Level.SPROUT)) == 1
    assert found.count(NotEarned(NotEarnedReason.ALREADY)) == CALLERS - 1
    assert await check(ACCOUNT) == [(200, 200)]


@pytest.mark.parametrize(
    ("event", "amount", "times", "reason"),
    [
        (Event.FIRST_ORDER, 50, 1, NotEarnedReason.ONCE),
        (Event.SHARE, 30, 1, NotEarnedReason.CAPPED_DAY),
        (Event.REPURCHASE, 100, 1, NotEarnedReason.CAPPED_DAY),
        (Event.UGC, 200, 2, NotEarnedReason.CAPPED_MONTH),
    ],
)
async def test_a_cap_holds_against_64_at_once(
    db: Db, check: Disk, event: Event, amount: int, times: int, reason: NotEarnedReason
) -> None:
    who = await db.run(_neighbour)
    found = await asyncio.gather(*(_earn(db, who, event, f"k:{n}") for n in range(CALLERS)))
    assert sum(isinstance(each, Earned) for each in found) == times
    assert found.count(NotEarned(reason)) == CALLERS - times
    assert await check(ACCOUNT) == [(amount * times, amount * times)]
    assert await check("SELECT count(*) FROM journal WHERE action = 'growth.not_credited'") == [
        (CALLERS - times,)
    ]


@pytest.mark.parametrize(
    ("event", "days", "earned", "reason"),
    [
        (Event.SHARE, range(7), 3, NotEarnedReason.CAPPED_WEEK),
        (Event.REPURCHASE, range(-20, 7), 8, NotEarnedReason.CAPPED_MONTH),
    ],
)
async def test_a_cap_counts_by_the_day_it_is_given(
    db: Db, event: Event, days: range, earned: int, reason: NotEarnedReason
) -> None:
    who = await db.run(_neighbour)
    found = [await _earn(db, who, event, f"k:{n}", TODAY + n * DAY) for n in days]
    assert [isinstance(each, Earned) for each in found] == [n < earned for n in range(len(days))]
    assert found[-1] == NotEarned(reason)


async def test_a_cap_begins_anew_with_the_week_of_the_zone(db: Db, clock: ManualClock) -> None:
    who = await db.run(_neighbour)
    found = []
    for day in range(3):
        clock.set(NOW + day * DAY)
        found.append(await _earn(db, who, Event.SHARE, f"k:{day}"))
    clock.set(datetime(2026, 11, 29, 15, 59, 59, tzinfo=UTC))  # the last second of Sunday in Shanghai
    found.append(await _earn(db, who, Event.SHARE, "k:3"))
    clock.set(datetime(2026, 11, 29, 16, 0, tzinfo=UTC))
    found.append(await _earn(db, who, Event.SHARE, "k:4"))
    assert [isinstance(each, Earned) for each in found] == [True, True, True, False, True]


async def test_a_reversal_frees_the_cap(db: Db, check: Disk) -> None:
    who = await db.run(_neighbour)
    await _earn(db, who, Event.FIRST_ORDER, "order:1")
    await db.run(lambda uow: GROWTH.reverse(uow, event=Event.FIRST_ORDER, key="order:1"))
    assert isinstance(await _earn(db, who, Event.FIRST_ORDER, "order:2"), Earned)
    assert await _earn(db, who, Event.FIRST_ORDER, "order:1") == NotEarned(NotEarnedReason.ALREADY)
    assert await check(ACCOUNT) == [(50, 50)]


async def test_64_spend_the_last_points_once(db: Db, check: Disk) -> None:
    who = await db.run(_neighbour)
    await _earn(db, who, Event.REPURCHASE, "order:1")
    found = await _many(
        db,
        *(partial(GROWTH.spend, member=who[0], points=60, key=f"coupon:{n}") for n in range(CALLERS)),
    )
    assert found.count(Spent(60, again=False)) == 1
    refusals = [each for each in found if isinstance(each, NotEnoughPoints)]
    assert [each.params for each in refusals] == [{"missing": 20}] * (CALLERS - 1)
    assert await check(ACCOUNT) == [(100, 40)]


async def test_64_spendings_under_one_key_are_one(db: Db, check: Disk) -> None:
    who = await db.run(_neighbour)
    await _earn(db, who, Event.UGC, "recipe:1")
    spend = partial(GROWTH.spend, member=who[0], points=30, key="coupon:1")
    found = await _many(db, *[spend] * CALLERS)
    assert sorted(each.again for each in found) == [False] + [True] * (CALLERS - 1)
    assert await check(ACCOUNT) == [(200, 170)]


async def test_64_reversals_take_back_once(db: Db, check: Disk) -> None:
    who = await db.run(_neighbour)
    await _earn(db, who, Event.REPURCHASE, "order:1")
    reverse = partial(GROWTH.reverse, event=Event.REPURCHASE, key="order:1")
    found = await _many(db, *[reverse] * CALLERS)
    assert found.count(Reversed(who[0], 100, 100)) == 1
    assert found.count(NotReversed(NotReversedReason.ALREADY)) == CALLERS - 1
    assert await check(ACCOUNT) == [(0, 0)]
    assert await check("SELECT growth FROM growth_period") == [(0,), (0,)]


async def test_lapse_and_spending_at_once_never_take_a_point_twice(
    db: Db, clock: ManualClock, check: Disk
) -> None:
    who = await db.run(_neighbour)
    await _earn(db, who, Event.REPURCHASE, "order:1")
    clock.set(NOW + 366 * DAY)
    lapses = [
        partial(ACCOUNTS.points_due, due=due)
        for due in await db.run(lambda uow: uow.growth.due(now=uow.now, limit=9))
    ]
    spends = [partial(GROWTH.spend, member=who[0], points=7, key=f"k:{n}") for n in range(10)]
    reverse = partial(GROWTH.reverse, event=Event.REPURCHASE, key="order:1")
    await _many(db, *spends[:5], *lapses * 8, reverse, *spends[5:])
    ((growth, points),) = await check(ACCOUNT)
    ((in_ledger,),) = await check("SELECT sum(amount) FROM points_ledger")
    ((unspent, lapsed, earned),) = await check("SELECT unspent, lapsed, earned FROM point_lot")
    ((spent,),) = await check("SELECT coalesce(-sum(amount), 0) FROM points_ledger WHERE event = 'spent'")
    assert (growth, points) == (0, int(in_ledger))
    assert points == -int(spent)  # reversed and lapsed are 100 together; what was spent is owed
    assert (unspent, lapsed <= earned) == (0, True)


async def test_corrections_and_earnings_at_once_all_count(db: Db, check: Disk) -> None:
    member, group = who = await db.run(_neighbour)
    zone = (await db.run(lambda uow: uow.members.groups_of(member)))[0].zone
    corrections = [
        partial(GROWTH.adjust, member=member, group=group, zone=zone, points=points, key=f"a:{points}")
        for points in (*range(-16, 0), *range(1, 17))
    ]
    earnings = [
        partial(ACCOUNTS.earn, member=member, group=group, event=Event.REPURCHASE, key=f"k:{n}", on=on)
        for n, on in enumerate(TODAY - n * DAY for n in range(8))
    ]
    found = await _many(db, *corrections, *earnings)
    assert [each for each in found if isinstance(each, Exception)] == []
    assert await check(ACCOUNT) == [(800, 800)]
    assert await check("SELECT sum(unspent) FROM point_lot") == [(800,)]
    assert who[0] == member


async def test_a_debt_is_filled_ahead(db: Db, check: Disk) -> None:
    member, _ = who = await db.run(_neighbour)
    await _earn(db, who, Event.REPURCHASE, "order:1")
    await db.run(lambda uow: GROWTH.spend(uow, member=member, points=80, key="coupon:1"))
    await db.run(lambda uow: GROWTH.reverse(uow, event=Event.REPURCHASE, key="order:1"))
    assert await check(ACCOUNT) == [(0, -80)]
    await _earn(db, who, Event.SHARE, "s:1")
    assert await check(ACCOUNT) == [(30, -50)]
    await _earn(db, who, Event.UGC, "recipe:1")
    assert await check(ACCOUNT) == [(230, 150)]
    assert await check(LOTS) == [
        ("repurchase:order:1", 0, 0),
        ("share:s:1", 0, 0),
        ("ugc:recipe:1", 150, 0),
    ]


async def test_a_refund_after_the_lapse_takes_back_only_what_was_left(
    db: Db, clock: ManualClock, check: Disk
) -> None:
    member, _ = who = await db.run(_neighbour)
    await _earn(db, who, Event.REPURCHASE, "order:1")
    await db.run(lambda uow: GROWTH.spend(uow, member=member, points=30, key="coupon:1"))
    clock.set(NOW + 366 * DAY)
    for due in await db.run(lambda uow: uow.growth.due(now=uow.now, limit=9)):
        await db.run(partial(ACCOUNTS.points_due, due=due))
    assert await check(ACCOUNT) == [(100, 0)]
    found = await db.run(lambda uow: GROWTH.reverse(uow, event=Event.REPURCHASE, key="order:1"))
    assert found == Reversed(member, 100, 30)
    assert await check(ACCOUNT) == [(0, -30)]


@pytest.mark.parametrize("points", [0, -5])
async def test_nothing_cannot_be_spent(db: Db, points: int) -> None:
    member, _ = await db.run(_neighbour)
    with pytest.raises(ValueError, match="points to spend expected"):
        await db.run(lambda uow: GROWTH.spend(uow, member=member, points=points, key="k"))


async def test_a_correction_is_made_once_and_gives_no_growth(db: Db, check: Disk) -> None:
    member, group = await db.run(_neighbour)
    zone = (await db.run(lambda uow: uow.members.groups_of(member)))[0].zone
    adjust = partial(GROWTH.adjust, member=member, group=group, zone=zone)
    found = [await db.run(partial(adjust, points=points, key=key)) for points, key in ((9, "a"), (9, "a"))]
    assert found == [Adjusted(9, again=False), Adjusted(9, again=True)]
    await db.run(partial(adjust, points=-20, key="b"))
    assert await check(ACCOUNT) == [(0, -11)]
    with pytest.raises(ValueError, match="points to add or take expected"):
        await db.run(partial(adjust, points=0, key="c"))


async def test_a_level_is_told_in_the_unit_that_gains_it(db: Db, check: Disk) -> None:
    who = await db.run(_neighbour)
    assert await _earn(db, who, Event.UGC, "recipe:1") == Earned(200, 200, Level.SPROUT)
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
    who = await db.run(_neighbour)
    clock.set(datetime(2026, 11, 23, 15, 0, tzinfo=UTC))  # 23:00 in Shanghai
    await _earn(db, who, Event.UGC, "recipe:1")
    morning, evening = datetime(2026, 11, 24, 0, tzinfo=UTC), datetime(2026, 11, 24, 14, tzinfo=UTC)
    assert await check("SELECT not_before, expires_at FROM outbox") == [
        (int(morning.timestamp() * 1000), int(evening.timestamp() * 1000))
    ]


async def test_a_reversal_calls_for_a_look_at_once(db: Db, clock: ManualClock, check: Disk) -> None:
    who = await db.run(_neighbour)
    await _earn(db, who, Event.UGC, "recipe:1")
    await db.run(lambda uow: GROWTH.reverse(uow, event=Event.UGC, key="recipe:1"))
    assert await db.run(lambda uow: uow.levels.due(now=uow.now, limit=9)) == (who[0],)
    look = partial(ACCOUNTS.level_due, member=who[0])
    await _many(db, *[look] * CALLERS)
    assert await check("SELECT count(*) FROM outbox WHERE text LIKE '%growth.grace%'") == [(1,)]
    assert await db.run(lambda uow: uow.levels.due(now=uow.now, limit=9)) == ()
    clock.set(NOW + 30 * DAY)
    await _many(db, *[look] * CALLERS)
    assert await check("SELECT level FROM growth_account") == [(0,)]
    assert await check("SELECT count(*) FROM outbox WHERE text LIKE '%growth.fell%'") == [(1,)]


async def test_who_left_is_not_told_but_the_level_falls(db: Db, clock: ManualClock, check: Disk) -> None:
    member, group = who = await db.run(_neighbour)
    await _earn(db, who, Event.UGC, "recipe:1")
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
    who = await db.run(_neighbour)
    await _earn(db, who, Event.UGC, "recipe:1")
    pauses = []
    for _ in range(4):
        await db.run(lambda uow: uow.levels.back_off(who[0], now=NOW))
        at = await db.run(lambda uow: uow.levels.next_due_at())
        assert at is not None
        pauses.append((at - NOW) // timedelta(minutes=1))
    assert pauses == [1, 2, 4, 8]


async def test_the_card_is_one_read(db: Db) -> None:
    who = await db.run(_neighbour)
    await _earn(db, who, Event.SHARE, "s:1")
    await _earn(db, who, Event.UGC, "recipe:1")
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
        _, group = _neighbour(uow)
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
    member, group = who = await db.run(_neighbour)
    await _earn(db, who, Event.UGC, "recipe:1")
    lines = await db.run(lambda uow: GROWTH.export(uow, member=member))
    assert [line["kind"] for line in lines] == ["account", "lot", "line"]
    assert lines[0] == {"kind": "account", "growth": 200, "points": 200, "level": "sprout", "on_board": 1}
    closings = await _many(db, *[partial(GROWTH.close, member=member)] * CALLERS)
    assert sorted(closings) == [0] * (CALLERS - 1) + [200]
    assert await check("SELECT growth, points, on_board, review_at FROM growth_account") == [
        (200, 0, 0, None)
    ]
    assert await check(LOTS) == [("ugc:recipe:1", 0, 200)]
    assert await check("SELECT DISTINCT outcome FROM points_due") == [("closed",)]
    assert await check("SELECT sum(amount) FROM points_ledger") == [(0,)]
    assert (await _board(db, member, group)).places == ()


async def test_closing_somebody_without_an_account_opens_none(db: Db, check: Disk) -> None:
    member, _ = await db.run(_neighbour)
    assert await db.run(lambda uow: GROWTH.close(uow, member=member)) == 0
    assert await check(ACCOUNT) == []


async def test_a_group_that_moved_keeps_what_was_earned_on_both_sides(db: Db, check: Disk) -> None:
    def two_sides(uow: SqlUow) -> tuple[MemberId, MemberId]:
        member, old = _neighbour(uow)
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
