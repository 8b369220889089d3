"""What many callers do to one account at once."""

import asyncio
from datetime import UTC, datetime
from functools import partial

import pytest

from features.growth.model import (
    Adjusted,
    Earned,
    Event,
    Level,
    NotEarned,
    NotEarnedReason,
    NotEnoughPoints,
    NotReversed,
    NotReversedReason,
    Reversed,
    Spent,
)
from kernel.clock import ManualClock
from storage.db import Db
from tests.conftest import NOW, Disk
from tests.features.bank import ACCOUNT, ACCOUNTS, DAY, GROWTH, LOTS, TODAY, earn, many, neighbour
from tests.storage.builders import CALLERS


async def test_one_of_64_earnings_under_one_key_counts(db: Db, check: Disk) -> None:
    who = await db.run(neighbour)
    found = await asyncio.gather(*(earn(db, who, Event.UGC, "recipe:1") for _ in range(CALLERS)))
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
    who = await db.run(neighbour)
    found = await asyncio.gather(*(earn(db, who, event, f"k:{n}") for n in range(CALLERS)))
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
    who = await db.run(neighbour)
    found = [await earn(db, who, event, f"k:{n}", TODAY + n * DAY) for n in days]
    assert [isinstance(each, Earned) for each in found] == [n < earned for n in range(len(days))]
    assert found[-1] == NotEarned(reason)


async def test_a_cap_begins_anew_with_the_week_of_the_zone(db: Db, clock: ManualClock) -> None:
    who = await db.run(neighbour)
    found = []
    for day in range(3):
        clock.set(NOW + day * DAY)
        found.append(await earn(db, who, Event.SHARE, f"k:{day}"))
    clock.set(datetime(2026, 11, 29, 15, 59, 59, tzinfo=UTC))  # the last second of Sunday in Shanghai
    found.append(await earn(db, who, Event.SHARE, "k:3"))
    clock.set(datetime(2026, 11, 29, 16, 0, tzinfo=UTC))
    found.append(await earn(db, who, Event.SHARE, "k:4"))
    assert [isinstance(each, Earned) for each in found] == [True, True, True, False, True]


async def test_a_reversal_frees_the_cap(db: Db, check: Disk) -> None:
    who = await db.run(neighbour)
    await earn(db, who, Event.FIRST_ORDER, "order:1")
    await db.run(lambda uow: GROWTH.reverse(uow, event=Event.FIRST_ORDER, key="order:1"))
    assert isinstance(await earn(db, who, Event.FIRST_ORDER, "order:2"), Earned)
    assert await earn(db, who, Event.FIRST_ORDER, "order:1") == NotEarned(NotEarnedReason.ALREADY)
    assert await check(ACCOUNT) == [(50, 50)]


async def test_64_spend_the_last_points_once(db: Db, check: Disk) -> None:
    who = await db.run(neighbour)
    await earn(db, who, Event.REPURCHASE, "order:1")
    found = await many(
        db,
        *(partial(GROWTH.spend, member=who[0], points=60, key=f"coupon:{n}") for n in range(CALLERS)),
    )
    assert found.count(Spent(60, again=False)) == 1
    refusals = [each for each in found if isinstance(each, NotEnoughPoints)]
    assert [each.params for each in refusals] == [{"missing": 20}] * (CALLERS - 1)
    assert await check(ACCOUNT) == [(100, 40)]


async def test_64_spendings_under_one_key_are_one(db: Db, check: Disk) -> None:
    who = await db.run(neighbour)
    await earn(db, who, Event.UGC, "recipe:1")
    spend = partial(GROWTH.spend, member=who[0], points=30, key="coupon:1")
    found = await many(db, *[spend] * CALLERS)
    assert sorted(each.again for each in found) == [False] + [True] * (CALLERS - 1)
    assert await check(ACCOUNT) == [(200, 170)]


async def test_64_reversals_take_back_once(db: Db, check: Disk) -> None:
    who = await db.run(neighbour)
    await earn(db, who, Event.REPURCHASE, "order:1")
    reverse = partial(GROWTH.reverse, event=Event.REPURCHASE, key="order:1")
    found = await many(db, *[reverse] * CALLERS)
    assert found.count(Reversed(who[0], 100, 100)) == 1
    assert found.count(NotReversed(NotReversedReason.ALREADY)) == CALLERS - 1
    assert await check(ACCOUNT) == [(0, 0)]
    assert await check("SELECT growth FROM growth_period") == [(0,), (0,)]


async def test_lapse_and_spending_at_once_never_take_a_point_twice(
    db: Db, clock: ManualClock, check: Disk
) -> None:
    who = await db.run(neighbour)
    await earn(db, who, Event.REPURCHASE, "order:1")
    clock.set(NOW + 366 * DAY)
    lapses = [
        partial(ACCOUNTS.points_due, due=due)
        for due in await db.run(lambda uow: uow.growth.due(now=uow.now, limit=9))
    ]
    spends = [partial(GROWTH.spend, member=who[0], points=7, key=f"k:{n}") for n in range(10)]
    reverse = partial(GROWTH.reverse, event=Event.REPURCHASE, key="order:1")
    await many(db, *spends[:5], *lapses * 8, reverse, *spends[5:])
    ((growth, points),) = await check(ACCOUNT)
    ((in_ledger,),) = await check("SELECT sum(amount) FROM points_ledger")
    ((unspent, lapsed, earned),) = await check("SELECT unspent, lapsed, earned FROM point_lot")
    ((spent,),) = await check("SELECT coalesce(-sum(amount), 0) FROM points_ledger WHERE event = 'spent'")
    assert (growth, points) == (0, int(in_ledger))
    assert points == -int(spent)  # reversed and lapsed are 100 together; what was spent is owed
    assert (unspent, lapsed <= earned) == (0, True)


async def test_corrections_and_earnings_at_once_all_count(db: Db, check: Disk) -> None:
    member, group = who = await db.run(neighbour)
    zone = (await db.run(lambda uow: uow.members.groups_of(member)))[0].zone
    corrections = [
        partial(GROWTH.adjust, member=member, group=group, zone=zone, points=points, key=f"a:{points}")
        for points in (*range(-16, 0), *range(1, 17))
    ]
    earnings = [
        partial(ACCOUNTS.earn, member=member, group=group, event=Event.REPURCHASE, key=f"k:{n}", on=on)
        for n, on in enumerate(TODAY - n * DAY for n in range(8))
    ]
    found = await many(db, *corrections, *earnings)
    assert [each for each in found if isinstance(each, Exception)] == []
    assert await check(ACCOUNT) == [(800, 800)]
    assert await check("SELECT sum(unspent) FROM point_lot") == [(800,)]
    assert who[0] == member


async def test_a_debt_is_filled_ahead(db: Db, check: Disk) -> None:
    member, _ = who = await db.run(neighbour)
    await earn(db, who, Event.REPURCHASE, "order:1")
    await db.run(lambda uow: GROWTH.spend(uow, member=member, points=80, key="coupon:1"))
    await db.run(lambda uow: GROWTH.reverse(uow, event=Event.REPURCHASE, key="order:1"))
    assert await check(ACCOUNT) == [(0, -80)]
    await earn(db, who, Event.SHARE, "s:1")
    assert await check(ACCOUNT) == [(30, -50)]
    await earn(db, who, Event.UGC, "recipe:1")
    assert await check(ACCOUNT) == [(230, 150)]
    assert await check(LOTS) == [
        ("repurchase:order:1", 0, 0),
        ("share:s:1", 0, 0),
        ("ugc:recipe:1", 150, 0),
    ]


async def test_a_refund_after_the_lapse_takes_back_only_what_was_left(
    db: Db, clock: ManualClock, check: Disk
) -> None:
    member, _ = who = await db.run(neighbour)
    await earn(db, who, Event.REPURCHASE, "order:1")
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
    member, _ = await db.run(neighbour)
    with pytest.raises(ValueError, match="points to spend expected"):
        await db.run(lambda uow: GROWTH.spend(uow, member=member, points=points, key="k"))


async def test_a_correction_is_made_once_and_gives_no_growth(db: Db, check: Disk) -> None:
    member, group = await db.run(neighbour)
    zone = (await db.run(lambda uow: uow.members.groups_of(member)))[0].zone
    adjust = partial(GROWTH.adjust, member=member, group=group, zone=zone)
    found = [await db.run(partial(adjust, points=points, key=key)) for points, key in ((9, "a"), (9, "a"))]
    assert found == [Adjusted(9, 9, again=False), Adjusted(9, 9, again=True)]
    await db.run(partial(adjust, points=-20, key="b"))
    assert await check(ACCOUNT) == [(0, -11)]
    with pytest.raises(ValueError, match="points to add or take expected"):
        await db.run(partial(adjust, points=0, key="c"))
