"""Local days and times against UTC instants."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.business_day import days_later, instant, instant_again, local_date, months_later
from tests.kernel.zones import ZONES

SHANGHAI, NEW_YORK, LISBON = (
    ZoneInfo("Asia/Shanghai"),
    ZoneInfo("America/New_York"),
    ZoneInfo("Europe/Lisbon"),
)
LORD_HOWE, APIA = ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Pacific/Apia")
dates = st.dates(date(2000, 1, 1), date(2040, 12, 31))


@pytest.mark.parametrize(
    ("zone", "on", "at", "expected"),
    [
        (SHANGHAI, date(2026, 11, 23), time(9), datetime(2026, 11, 23, 1, tzinfo=UTC)),
        (SHANGHAI, date(2026, 11, 23), time(0), datetime(2026, 11, 22, 16, tzinfo=UTC)),
        (NEW_YORK, date(2026, 3, 8), time(1, 59), datetime(2026, 3, 8, 6, 59, tzinfo=UTC)),
        (NEW_YORK, date(2026, 3, 8), time(2, 30), datetime(2026, 3, 8, 7, 30, tzinfo=UTC)),
        (NEW_YORK, date(2026, 3, 8), time(3, 30), datetime(2026, 3, 8, 7, 30, tzinfo=UTC)),
        (NEW_YORK, date(2026, 11, 1), time(1, 30), datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),
        (LISBON, date(2026, 3, 29), time(1, 0), datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        (LISBON, date(2026, 10, 25), time(1, 59), datetime(2026, 10, 25, 0, 59, tzinfo=UTC)),
        (LORD_HOWE, date(2026, 10, 4), time(2, 10), datetime(2026, 10, 3, 15, 40, tzinfo=UTC)),
        (LORD_HOWE, date(2026, 4, 5), time(1, 45), datetime(2026, 4, 4, 14, 45, tzinfo=UTC)),
        (APIA, date(2011, 12, 30), time(9), datetime(2011, 12, 30, 19, tzinfo=UTC)),
    ],
    ids=[
        "plain",
        "midnight",
        "just before a gap",
        "in a gap: moved forward",
        "where the gap led",
        "in a fold: the first",
        "at the start of a gap",
        "at the end of a fold: the first",
        "in a gap of half an hour",
        "in a fold of half an hour: the first",
        "on a day that was left out",
    ],
)
def test_a_local_time_is_this_instant(zone: ZoneInfo, on: date, at: time, expected: datetime) -> None:
    assert instant(on, at, zone) == expected


def test_a_repeated_local_time_has_a_second_instant() -> None:
    found = instant_again(date(2026, 11, 1), time(1, 30), NEW_YORK)
    assert found == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)


@given(on=dates, at=st.times(), zone=ZONES)
def test_a_local_time_reads_the_same_on_the_wall_or_later_by_the_gap(
    on: date, at: time, zone: ZoneInfo
) -> None:
    wanted = datetime.combine(on, at)
    found = instant(on, at, zone).astimezone(zone).replace(tzinfo=None)
    assert found - wanted in (timedelta(), timedelta(minutes=30), timedelta(hours=1), timedelta(days=1))


@given(on=dates, at=st.times(), zone=ZONES)
def test_no_earlier_instant_reads_so_on_the_wall(on: date, at: time, zone: ZoneInfo) -> None:
    found = instant(on, at, zone)
    for back in (timedelta(minutes=30), timedelta(hours=1)):
        earlier = (found - back).astimezone(zone)
        assert (earlier.date(), earlier.time()) != (on, at)


@given(on=dates, at=st.times(), zone=ZONES)
def test_an_instant_is_told_in_utc(on: date, at: time, zone: ZoneInfo) -> None:
    assert instant(on, at, zone).tzinfo is UTC


@pytest.mark.parametrize(
    ("now", "zone", "expected"),
    [
        (datetime(2026, 11, 23, 15, 59, tzinfo=UTC), SHANGHAI, date(2026, 11, 23)),
        (datetime(2026, 11, 23, 16, 0, tzinfo=UTC), SHANGHAI, date(2026, 11, 24)),
        (datetime(2026, 11, 23, 4, 59, tzinfo=UTC), NEW_YORK, date(2026, 11, 22)),
        (datetime(2011, 12, 30, 10, 0, tzinfo=UTC), APIA, date(2011, 12, 31)),
    ],
    ids=["last minute", "first minute", "still yesterday", "behind the left-out day"],
)
def test_the_local_day_turns_at_local_midnight(now: datetime, zone: ZoneInfo, expected: date) -> None:
    assert local_date(now, zone) == expected


@pytest.mark.parametrize(
    ("on", "months", "expected"),
    [
        (date(2026, 11, 23), 12, date(2027, 11, 23)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2027, 12, 31), 2, date(2028, 2, 29)),
        (date(2026, 10, 31), 1, date(2026, 11, 30)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
    ],
)
def test_months_later_keeps_the_day_or_takes_the_last(on: date, months: int, expected: date) -> None:
    assert months_later(on, months) == expected


@given(on=dates, months=st.integers(1, 240))
def test_months_later_is_in_the_right_month_and_never_on_a_later_day(on: date, months: int) -> None:
    later = months_later(on, months)
    assert (later.year * 12 + later.month) - (on.year * 12 + on.month) == months
    assert later.day == on.day or (later.day < on.day and (later + timedelta(days=1)).day == 1)


def test_days_later_goes_back_too() -> None:
    assert (days_later(date(2028, 3, 1), -1), days_later(date(2026, 12, 31), 1)) == (
        date(2028, 2, 29),
        date(2027, 1, 1),
    )
