"""What earns what, when points expire, and when their owner hears of it."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import load
from features.growth.model import (
    EARNED,
    Cap,
    DueKind,
    EarningRule,
    Event,
    Level,
    Lot,
    NotEarnedReason,
    Period,
    Privileges,
    Usage,
)
from features.growth.policy import GrowthPolicy
from features.growth.rules import (
    draws,
    earning_rule,
    expiry_date,
    is_late,
    masked,
    privileges,
    schedule,
    starts_on,
    unspent,
    why_not_earned,
)
from kernel.business_day import local_date
from tests.kernel.zones import ZONES

FIRST, LAST, LAPSE = DueKind.FIRST_NOTICE, DueKind.LAST_NOTICE, DueKind.LAPSE
SHANGHAI = ZoneInfo("Asia/Shanghai")
ON = date(2027, 11, 23)
DAY = timedelta(days=1)
EPOCH = datetime(2020, 1, 1, tzinfo=UTC)


def a_policy(months: int = 12, first: int = 30, last: int = 7, notice_at: time = time(10)) -> GrowthPolicy:
    return replace(
        load(None, {}).growth,
        points_last_months=months,
        first_notice_days=first,
        last_notice_days=last,
        notice_at=notice_at,
    )


policies = st.builds(
    lambda months, days, notice_at: a_policy(months, max(days), min(days), notice_at),
    st.integers(2, 120),
    st.tuples(st.integers(1, 45), st.integers(1, 45)).filter(lambda days: days[0] != days[1]),
    st.times().map(lambda at: at.replace(second=0, microsecond=0)),
)
dates = st.dates(date(2020, 1, 1), date(2035, 12, 31))


@pytest.mark.parametrize(
    ("earned_on", "months", "expected"),
    [
        (date(2026, 11, 23), 12, date(2027, 11, 23)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2028, 2, 29), 48, date(2032, 2, 29)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
    ],
)
def test_points_last_to_the_same_date_or_the_months_last_day(
    earned_on: date, months: int, expected: date
) -> None:
    assert expiry_date(earned_on, a_policy(months=months)) == expected


def test_notices_come_by_day_and_the_points_go_at_midnight_after_the_last_day() -> None:
    assert [
        (kind, at.astimezone(SHANGHAI).isoformat()) for kind, at in schedule(ON, SHANGHAI, a_policy())
    ] == [
        (FIRST, "2027-10-24T10:00:00+08:00"),
        (LAST, "2027-11-16T10:00:00+08:00"),
        (LAPSE, "2027-11-24T00:00:00+08:00"),
    ]


def test_a_lapse_on_a_day_without_midnight_comes_at_the_days_first_instant() -> None:
    havana = ZoneInfo("America/Havana")
    policy = a_policy()
    (_, _, (_, gone)) = schedule(date(2026, 3, 7), havana, policy)
    assert gone.astimezone(havana).isoformat() == "2026-03-08T01:00:00-04:00"


@given(on=dates, zone=ZONES, policy=policies)
def test_what_falls_due_comes_in_order(on: date, zone: ZoneInfo, policy: GrowthPolicy) -> None:
    planned = schedule(on, zone, policy)
    assert [kind for kind, _ in planned] == [FIRST, LAST, LAPSE]
    instants = [at for _, at in planned]
    assert instants == sorted(set(instants))


@given(on=dates, zone=ZONES, policy=policies)
def test_the_points_can_be_spent_through_the_whole_of_their_last_day(
    on: date, zone: ZoneInfo, policy: GrowthPolicy
) -> None:
    gone: datetime = dict(schedule(on, zone, policy))[LAPSE]
    assert local_date(gone, zone) > on
    assert local_date(gone - timedelta(seconds=1), zone) <= on


@given(earned_on=dates, zone=ZONES, policy=policies)
def test_no_notice_is_due_before_the_points_are_earned(
    earned_on: date, zone: ZoneInfo, policy: GrowthPolicy
) -> None:
    (_, first), *_ = schedule(expiry_date(earned_on, policy), zone, policy)
    assert local_date(first, zone) > earned_on


@given(on=dates, zone=ZONES, policy=policies)
def test_a_notice_at_its_own_time_is_not_late(on: date, zone: ZoneInfo, policy: GrowthPolicy) -> None:
    for kind, at in schedule(on, zone, policy)[:2]:
        assert not is_late(kind, today=local_date(at, zone), expires_on=on, policy=policy)


@pytest.mark.parametrize(
    ("kind", "days_left", "expected"),
    [
        *((FIRST, 30, False), (FIRST, 8, False), (FIRST, 7, True), (FIRST, -1, True)),
        *((LAST, 7, False), (LAST, 0, False), (LAST, -1, True)),
    ],
)
def test_a_notice_is_late_once_the_next_is_due_or_the_points_are_gone(
    kind: DueKind, days_left: int, expected: bool
) -> None:
    today = ON - days_left * DAY
    assert is_late(kind, today=today, expires_on=ON, policy=a_policy()) is expected


@pytest.mark.parametrize(("first", "last"), [(7, 7), (7, 30)])
def test_the_last_notice_must_come_after_the_first(first: int, last: int) -> None:
    with pytest.raises(ValueError, match=f"last_notice_days = {last}: expected fewer than first_notice_days"):
        a_policy(first=first, last=last)


@pytest.mark.parametrize(
    ("event", "amount", "cap"),
    [
        (Event.REGISTER, 10, Cap(once=True)),
        (Event.FIRST_ORDER, 50, Cap(once=True)),
        (Event.SHARE, 30, Cap(per_day=1, per_week=3)),
        (Event.REPURCHASE, 100, Cap(per_day=1, per_month=8)),
        (Event.UGC, 200, Cap(per_month=2)),
    ],
)
def test_what_earns_what_and_how_often(event: Event, amount: int, cap: Cap) -> None:
    assert earning_rule(event, a_policy()) == EarningRule(event, amount, cap)


@pytest.mark.parametrize("event", sorted(set(Event) - set(EARNED)))
def test_what_is_no_deed_earns_nothing(event: Event) -> None:
    with pytest.raises(KeyError):
        earning_rule(event, a_policy())


@given(
    known=st.booleans(),
    counts=st.tuples(*[st.integers(0, 9)] * 4).map(sorted),
    event=st.sampled_from(EARNED),
)
def test_caps_let_through_exactly_what_they_say(known: bool, counts: list[int], event: Event) -> None:
    day, week, month, ever = counts
    cap = earning_rule(event, a_policy()).cap
    usage = Usage(known, ever, day, week, month, window=0)
    most = ((cap.per_day, day), (cap.per_week, week), (cap.per_month, month))
    free = not known and not (cap.once and ever) and all(limit is None or n < limit for limit, n in most)
    assert (why_not_earned(usage, cap) is None) == free


def test_the_longest_wait_is_the_one_that_is_told() -> None:
    full = Usage(known=False, ever=9, day=9, week=9, month=9, window=0)
    assert why_not_earned(full, Cap(1, 3, 8)) is NotEarnedReason.CAPPED_MONTH
    assert why_not_earned(full, Cap(1, 3)) is NotEarnedReason.CAPPED_WEEK
    assert why_not_earned(full, Cap(1)) is NotEarnedReason.CAPPED_DAY


@given(
    at=st.integers(0, 15 * 365 * 86_400).map(lambda seconds: EPOCH + timedelta(seconds=seconds)), zone=ZONES
)
def test_a_week_runs_from_monday_to_sunday_of_the_zone(at: datetime, zone: ZoneInfo) -> None:
    on = local_date(at, zone)
    monday = starts_on(Period.WEEK, on)
    assert monday.weekday() == 0
    assert monday <= on <= monday + 6 * DAY
    assert {starts_on(Period.WEEK, monday + n * DAY) for n in range(7)} == {monday}


def test_monday_begins_at_midnight_in_the_zone_through_daylight_saving() -> None:
    new_york = ZoneInfo("America/New_York")
    sunday = datetime(2026, 11, 2, 4, 59, 59, tzinfo=UTC)  # an hour longer, that day
    assert starts_on(Period.WEEK, local_date(sunday, new_york)) == date(2026, 10, 26)
    assert starts_on(Period.WEEK, local_date(sunday + timedelta(seconds=1), new_york)) == date(2026, 11, 2)


@given(on=dates)
def test_a_month_runs_from_its_first(on: date) -> None:
    assert starts_on(Period.MONTH, on) == on.replace(day=1)


@given(balance=st.integers(-500, 500), points=st.integers(1, 500))
def test_a_credit_fills_the_debt_ahead_of_everything(balance: int, points: int) -> None:
    assert max(balance, 0) + unspent(points, balance=balance) == max(balance + points, 0)


@given(left=st.lists(st.integers(1, 50), max_size=8), points=st.integers(0, 200))
def test_points_are_drawn_lot_by_lot(left: list[int], points: int) -> None:
    taken = draws([Lot(n, f"k{n}", each) for n, each in enumerate(left)], points)
    assert sum(each for _, each in taken) == min(points, sum(left))
    assert [lot.id for lot, _ in taken] == list(range(len(taken)))
    assert all(each == lot.unspent for lot, each in taken[:-1])
    assert all(0 < each <= lot.unspent for lot, each in taken)


@pytest.mark.parametrize(
    ("level", "gives"),
    [
        (Level.SEED, Privileges(False, 0, 0, False)),
        (Level.SPROUT, Privileges(True, 0, 0, False)),
        (Level.SEEDLING, Privileges(True, 1, 0, False)),
        (Level.BLOOM, Privileges(True, 2, 15, False)),
        (Level.FRUIT, Privileges(True, 4, 30, True)),
    ],
)
def test_what_a_level_gives(level: Level, gives: Privileges) -> None:
    assert privileges(level, a_policy()) == gives


@pytest.mark.parametrize(
    ("name", "shown"),
    [("陈阿姨", "陈**"), ("Anna", "A***"), ("陈", "**"), ("A", "***"), ("", "***"), ("🌸 花", "🌸**")],
)
def test_a_name_on_a_board_shows_how_it_begins(name: str, shown: str) -> None:
    assert masked(name) == shown


@given(st.text(min_size=1, max_size=30))
def test_a_name_on_a_board_is_never_whole(name: str) -> None:
    shown = masked(name)
    assert shown.rstrip("*") != name.rstrip("*") or not name.rstrip("*")
    assert len(shown.rstrip("*")) <= 1


def test_each_level_must_need_more_than_the_one_below() -> None:
    with pytest.raises(ValueError, match="bloom_growth = 1000: expected more than seedling_growth = 1000"):
        replace(a_policy(), bloom_growth=1000)
