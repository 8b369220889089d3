"""When points expire, and when their owner hears of it."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import load
from features.growth.model import DueKind
from features.growth.policy import GrowthPolicy
from features.growth.rules import expiry_date, is_late, schedule
from kernel.business_day import local_date
from tests.kernel.zones import ZONES

FIRST, LAST, LAPSE = DueKind.FIRST_NOTICE, DueKind.LAST_NOTICE, DueKind.LAPSE
SHANGHAI = ZoneInfo("Asia/Shanghai")
ON = date(2027, 11, 23)
DAY = timedelta(days=1)


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
