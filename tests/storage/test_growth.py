"""Two ledgers, the lots of points, and what falls due for them."""

import asyncio
from datetime import date, timedelta
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from features.growth.model import Account, Due, DueKind, Entry, Event, Expiry
from kernel.clock import ManualClock
from kernel.ids import MemberId
from storage.db import Db
from storage.uow import SqlUow
from tests.conftest import NOW, Disk
from tests.storage.builders import CALLERS, EXPIRES_ON, MINUTE, a_due, a_member, credit, epoch_ms

DAY = timedelta(days=1)


def _lapse(uow: SqlUow, member: MemberId, expires_on: date = EXPIRES_ON) -> int:
    return uow.growth.lapse(member, expires_on=expires_on, now=uow.now)


async def _member(db: Db) -> MemberId:
    return (await db.run(a_member)).id


async def test_a_credit_goes_to_both_ledgers_a_lot_and_the_account(db: Db, check: Disk) -> None:
    member = await _member(db)
    assert await db.run(lambda uow: credit(uow, member, key="k"))
    line = (member, "register", "k", 10, epoch_ms(NOW))
    ledger = "SELECT member_id, event, event_key, amount, at FROM"
    assert await check(f"{ledger} growth_ledger") == [line]
    assert await check(f"{ledger} points_ledger") == [line]
    assert await check("SELECT member_id, event_key, earned, unspent, expires_on FROM point_lot") == [
        (member, "k", 10, 10, "2027-11-23")
    ]
    assert await check("SELECT member_id, growth, points FROM growth_account") == [(member, 10, 10)]


async def test_second_credit_under_one_key_changes_nothing(db: Db, check: Disk) -> None:
    member = await _member(db)
    await db.run(lambda uow: credit(uow, member, key="k"))
    assert not await db.run(lambda uow: credit(uow, member, key="k", amount=99))
    assert await check("SELECT growth, points FROM growth_account") == [(10, 10)]
    assert await check("SELECT amount FROM points_ledger") == [(10,)]


async def test_one_of_64_simultaneous_credits_under_one_key_counts(db: Db, check: Disk) -> None:
    member = await _member(db)
    credited = await asyncio.gather(
        *(db.run(lambda uow: credit(uow, member, key="k")) for _ in range(CALLERS))
    )
    assert credited.count(True) == 1
    assert await check("SELECT growth, points FROM growth_account") == [(10, 10)]
    assert await check("SELECT count(*) FROM growth_ledger") == [(1,)]


async def test_64_simultaneous_credits_under_their_own_keys_all_count(db: Db) -> None:
    member = await _member(db)
    keys = [f"k{number}" for number in range(CALLERS)]
    await asyncio.gather(*(db.run(partial(credit, member=member, key=key, amount=1)) for key in keys))
    assert await db.run(lambda uow: uow.growth.account(member)) == Account(CALLERS, CALLERS)


async def test_somebody_without_an_account_has_nothing(db: Db) -> None:
    found = await db.run(
        lambda uow: (
            uow.growth.account(MemberId(9)),
            uow.growth.next_expiry(MemberId(9)),
            uow.growth.history(MemberId(9), limit=8, offset=0),
            uow.growth.unspent(MemberId(9), expires_on=EXPIRES_ON),
        )
    )
    assert found == (Account(0, 0), None, (), 0)


@pytest.mark.parametrize("amount", [0, -1])
async def test_a_credit_of_nothing_is_refused_whole(db: Db, check: Disk, amount: int) -> None:
    member = await _member(db)
    with pytest.raises(IntegrityError):
        await db.run(lambda uow: credit(uow, member, key="k", amount=amount))
    assert await check("SELECT count(*) FROM growth_ledger") == [(0,)]


async def test_the_next_expiry_adds_up_the_lots_of_the_earliest_date(db: Db) -> None:
    def earned(uow: SqlUow) -> Expiry | None:
        member = a_member(uow).id
        for key, days, amount in (("a", 2, 5), ("b", 1, 3), ("c", 1, 4)):
            credit(uow, member, key=key, amount=amount, expires_on=EXPIRES_ON + days * DAY)
        return uow.growth.next_expiry(member)

    assert await db.run(earned) == Expiry(EXPIRES_ON + DAY, 7)


async def test_a_lapse_empties_the_lots_of_its_date_alone(db: Db, check: Disk) -> None:
    def lapsed(uow: SqlUow) -> int:
        member, neighbour = a_member(uow).id, a_member(uow, 8).id
        credit(uow, member, key="a", amount=5)
        credit(uow, member, key="b", amount=6)
        credit(uow, member, key="later", amount=7, expires_on=EXPIRES_ON + DAY)
        credit(uow, neighbour, key="other", amount=8)
        return uow.growth.lapse(member, expires_on=EXPIRES_ON, now=uow.now)

    assert await db.run(lapsed) == 11
    assert await check("SELECT event_key, unspent FROM point_lot ORDER BY id") == [
        ("a", 0),
        ("b", 0),
        ("later", 7),
        ("other", 8),
    ]
    assert await check("SELECT event, amount FROM points_ledger WHERE amount < 0") == [("expired", -11)]
    assert await check("SELECT growth, points FROM growth_account ORDER BY member_id") == [(18, 7), (8, 8)]


async def test_a_second_lapse_takes_nothing(db: Db, check: Disk) -> None:
    member = await _member(db)
    await db.run(lambda uow: credit(uow, member, key="k"))
    taken = [
        await db.run(lambda uow: uow.growth.lapse(member, expires_on=EXPIRES_ON, now=uow.now))
        for _ in range(2)
    ]
    assert taken == [10, 0]
    assert await check("SELECT growth, points FROM growth_account") == [(10, 0)]


async def test_one_of_64_simultaneous_lapses_takes_the_points(db: Db, check: Disk) -> None:
    member = await _member(db)
    await db.run(lambda uow: credit(uow, member, key="k"))
    taken = await asyncio.gather(
        *(
            db.run(lambda uow: uow.growth.lapse(member, expires_on=EXPIRES_ON, now=uow.now))
            for _ in range(CALLERS)
        )
    )
    assert sorted(taken) == [0] * (CALLERS - 1) + [10]
    assert await check("SELECT growth, points FROM growth_account") == [(10, 0)]


async def test_lapsed_points_are_no_next_expiry(db: Db) -> None:
    def lapsed(uow: SqlUow) -> Expiry | None:
        member = a_member(uow).id
        credit(uow, member, key="a")
        credit(uow, member, key="b", amount=3, expires_on=EXPIRES_ON + DAY)
        uow.growth.lapse(member, expires_on=EXPIRES_ON, now=uow.now)
        return uow.growth.next_expiry(member)

    assert await db.run(lapsed) == Expiry(EXPIRES_ON + DAY, 3)


async def test_unspent_counts_the_lots_of_one_date(db: Db) -> None:
    def earned(uow: SqlUow) -> int:
        member = a_member(uow).id
        for key, days, amount in (("a", 0, 5), ("b", 0, 3), ("c", 1, 4)):
            credit(uow, member, key=key, amount=amount, expires_on=EXPIRES_ON + days * DAY)
        return uow.growth.unspent(member, expires_on=EXPIRES_ON)

    assert await db.run(earned) == 8


async def test_the_history_shows_the_newest_first_with_both_sides(db: Db, clock: ManualClock) -> None:
    member = await _member(db)
    await db.run(lambda uow: credit(uow, member, key="a", amount=5))
    clock.set(NOW + MINUTE)
    await db.run(lambda uow: uow.growth.lapse(member, expires_on=EXPIRES_ON, now=uow.now))
    assert await db.run(lambda uow: uow.growth.history(member, limit=8, offset=0)) == (
        Entry(NOW + MINUTE, Event.EXPIRED, growth=0, points=-5),
        Entry(NOW, Event.REGISTER, growth=5, points=5),
    )


async def test_the_history_is_paged_without_gap_or_overlap(db: Db) -> None:
    member = await _member(db)
    await db.run(lambda uow: [credit(uow, member, key=f"k{n}", amount=n) for n in range(1, 8)])
    pages = await db.run(
        lambda uow: [
            [entry.points for entry in uow.growth.history(member, limit=3, offset=offset)]
            for offset in (0, 3, 6, 9)
        ]
    )
    assert pages == [[7, 6, 5], [4, 3, 2], [1], []]


async def test_a_neighbours_history_is_not_shown(db: Db) -> None:
    def two(uow: SqlUow) -> tuple[Entry, ...]:
        member, neighbour = a_member(uow).id, a_member(uow, 8).id
        credit(uow, neighbour, key="k")
        return uow.growth.history(member, limit=8, offset=0)

    assert await db.run(two) == ()


dates = st.integers(0, 4).map(lambda days: EXPIRES_ON + days * DAY)
acts = st.lists(
    st.one_of(
        st.tuples(st.just("credit"), st.integers(0, 9), st.integers(1, 10_000), dates),
        st.tuples(st.just("lapse"), st.integers(0, 4)),
    ),
    max_size=12,
)
LEDGERS = """
SELECT a.growth, a.points,
  (SELECT sum(amount) FROM growth_ledger l WHERE l.member_id = a.member_id),
  (SELECT sum(amount) FROM points_ledger l WHERE l.member_id = a.member_id),
  (SELECT sum(unspent) FROM point_lot l WHERE l.member_id = a.member_id)
FROM growth_account a
"""


@settings(max_examples=40)
@given(steps=acts)
async def test_account_ledgers_and_lots_agree_after_any_acts(
    db: Db, check: Disk, steps: list[tuple[object, ...]]
) -> None:
    user = len(await check("SELECT id FROM member")) + 1
    member = (await db.run(lambda uow: a_member(uow, user))).id
    expected, unspent, seen = Account(0, 0), dict[date, int](), set[object]()
    lapsed_to = EXPIRES_ON - DAY
    for step in steps:
        match step:
            case ("credit", int(key), int(amount), date() as on) if on > lapsed_to:
                named = f"{member}:{key}"
                fresh = await db.run(partial(credit, member=member, key=named, amount=amount, expires_on=on))
                assert fresh == (key not in seen)
                if fresh:
                    seen.add(key)
                    unspent[on] = unspent.get(on, 0) + amount
                    expected = Account(expected.growth + amount, expected.points + amount)
            case ("lapse", int(days)) if EXPIRES_ON + days * DAY > lapsed_to:
                on = lapsed_to = EXPIRES_ON + days * DAY
                gone = await db.run(partial(_lapse, member=member, expires_on=on))
                assert gone == unspent.pop(on, 0)
                expected = Account(expected.growth, expected.points - gone)
    assert await db.run(lambda uow: uow.growth.account(member)) == expected
    for growth, points, in_growth_ledger, in_points_ledger, in_lots in await check(LEDGERS):
        assert (in_growth_ledger, in_points_ledger, in_lots) == (growth, points, points)


async def test_timed_work_is_planned_once_per_member_kind_and_date(db: Db, check: Disk) -> None:
    def planned(uow: SqlUow) -> None:
        member = a_member(uow).id
        for minutes in (1, 2):
            uow.growth.plan(member, kind=DueKind.LAPSE, expires_on=EXPIRES_ON, due_at=NOW + minutes * MINUTE)
        uow.growth.plan(member, kind=DueKind.LAST_NOTICE, expires_on=EXPIRES_ON, due_at=NOW)

    await db.run(planned)
    assert await check("SELECT kind, due_at, outcome, attempts FROM points_due ORDER BY id") == [
        ("lapse", epoch_ms(NOW + MINUTE), None, 0),
        ("last_notice", epoch_ms(NOW), None, 0),
    ]


async def _three_dues(db: Db) -> tuple[MemberId, list[int]]:
    """Plan work in one, two and three minutes; return its ids in that order."""

    def planned(uow: SqlUow) -> tuple[MemberId, list[int]]:
        member = a_member(uow).id
        latest_first = [
            a_due(uow, member, due_at=NOW + n * MINUTE, expires_on=EXPIRES_ON + n * DAY) for n in (3, 2, 1)
        ]
        return member, latest_first[::-1]

    return await db.run(planned)


async def test_what_waits_longest_falls_due_first(db: Db) -> None:
    _, ids = await _three_dues(db)
    due = await db.run(lambda uow: [uow.growth.due(now=NOW + n * MINUTE, limit=2) for n in (0, 1, 2, 3)])
    assert due == [(), (ids[0],), tuple(ids[:2]), tuple(ids[:2])]


async def test_the_next_instant_is_the_earliest_of_the_pending(db: Db) -> None:
    _, ids = await _three_dues(db)
    assert await db.run(lambda uow: uow.growth.next_due_at()) == NOW + MINUTE
    await db.run(lambda uow: uow.growth.finish(ids[0], outcome="done"))
    assert await db.run(lambda uow: uow.growth.next_due_at()) == NOW + 2 * MINUTE


async def test_without_timed_work_there_is_no_next_instant(db: Db) -> None:
    assert await db.run(lambda uow: uow.growth.next_due_at()) is None


async def test_taking_due_work_tells_what_it_is_about(db: Db) -> None:
    member, ids = await _three_dues(db)
    taken = await db.run(lambda uow: uow.growth.take(ids[0], now=NOW + MINUTE))
    assert taken == Due(ids[0], member, DueKind.LAPSE, EXPIRES_ON + DAY)


async def test_work_that_is_not_due_yet_is_not_taken(db: Db) -> None:
    _, ids = await _three_dues(db)
    assert await db.run(lambda uow: uow.growth.take(ids[0], now=NOW)) is None


async def test_finished_work_is_neither_due_nor_taken(db: Db) -> None:
    _, ids = await _three_dues(db)
    await db.run(lambda uow: uow.growth.finish(ids[0], outcome="done"))
    left = await db.run(
        lambda uow: (uow.growth.due(now=NOW + MINUTE, limit=9), uow.growth.take(ids[0], now=NOW + MINUTE))
    )
    assert left == ((), None)


async def test_finishing_twice_keeps_the_first_outcome(db: Db, check: Disk) -> None:
    due = await db.run(lambda uow: a_due(uow, a_member(uow).id))
    finished = await db.run(
        lambda uow: (uow.growth.finish(due, outcome="done"), uow.growth.finish(due, outcome="late"))
    )
    assert finished == (True, False)
    assert await check("SELECT outcome FROM points_due") == [("done",)]


async def test_due_work_is_done_once_by_64_simultaneous_workers(db: Db) -> None:
    due = await db.run(lambda uow: a_due(uow, a_member(uow).id))

    def work(uow: SqlUow) -> bool:
        taken = uow.growth.take(due, now=uow.now)
        return taken is not None and uow.growth.finish(due, outcome="done")

    done = await asyncio.gather(*(db.run(work) for _ in range(CALLERS)))
    assert done.count(True) == 1


async def test_postponed_work_falls_due_later(db: Db) -> None:
    due = await db.run(lambda uow: a_due(uow, a_member(uow).id))
    await db.run(lambda uow: uow.growth.postpone(due, until=NOW + MINUTE))
    fallen = await db.run(
        lambda uow: (uow.growth.due(now=NOW, limit=9), uow.growth.due(now=NOW + MINUTE, limit=9))
    )
    assert fallen == ((), (due,))


async def test_finished_work_cannot_be_postponed(db: Db, check: Disk) -> None:
    due = await db.run(lambda uow: a_due(uow, a_member(uow).id))
    await db.run(lambda uow: uow.growth.finish(due, outcome="done"))
    await db.run(lambda uow: uow.growth.postpone(due, until=NOW + MINUTE))
    assert await check("SELECT due_at FROM points_due") == [(epoch_ms(NOW),)]


async def test_the_pause_after_a_failure_doubles_up_to_six_hours(db: Db) -> None:
    due = await db.run(lambda uow: a_due(uow, a_member(uow).id))
    pauses = []
    for _ in range(16):
        await db.run(lambda uow: uow.growth.back_off(due, now=NOW))
        next_at = await db.run(lambda uow: uow.growth.next_due_at())
        assert next_at is not None
        pauses.append((next_at - NOW) // MINUTE)
    assert pauses == [1, 2, 4, 8, 16, 32, 64, 128, 256] + [360] * 7
