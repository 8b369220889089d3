"""When the bot may speak unasked."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from features.outreach.model import QuietHours
from features.outreach.rules import is_quiet, next_allowed
from tests.kernel.zones import ZONES

NIGHT = QuietHours(time(22), time(8))
NOON = QuietHours(time(12), time(14))
NEVER = QuietHours(time(8), time(8))
SHANGHAI, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")
LORD_HOWE, APIA = ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Pacific/Apia")
DAY = timedelta(days=1)
LONGEST_GAP = {"Pacific/Apia": DAY}
HOUR = timedelta(hours=1)


def _at(local: str, zone: ZoneInfo, fold: int = 0) -> datetime:
    return datetime.fromisoformat(local).replace(tzinfo=zone, fold=fold).astimezone(UTC)


def _length_allowed(quiet: QuietHours) -> timedelta:
    start, end = (timedelta(hours=at.hour, minutes=at.minute) for at in (quiet.start, quiet.end))
    return (start - end) % DAY or DAY


@pytest.mark.parametrize(
    ("quiet", "at", "expected"),
    [
        (NIGHT, time(21, 59, 59), False),
        (NIGHT, time(22), True),
        (NIGHT, time(23, 59, 59, 999_999), True),
        (NIGHT, time(0), True),
        (NIGHT, time(7, 59, 59), True),
        (NIGHT, time(8), False),
        (NOON, time(11, 59), False),
        (NOON, time(12), True),
        (NOON, time(13, 59), True),
        (NOON, time(14), False),
        (NEVER, time(8), False),
        (NEVER, time(20), False),
        (QuietHours(time(0), time(8)), time(0), True),
        (QuietHours(time(22), time(0)), time(23), True),
        (QuietHours(time(22), time(0)), time(0), False),
    ],
)
def test_quiet_hours_hold_from_their_start_to_just_before_their_end(
    quiet: QuietHours, at: time, expected: bool
) -> None:
    assert is_quiet(at, quiet) is expected


@pytest.mark.parametrize(
    ("now", "quiet", "zone", "expected"),
    [
        ("2026-11-23T21:59", NIGHT, SHANGHAI, "2026-11-23T21:59"),
        ("2026-11-23T22:00", NIGHT, SHANGHAI, "2026-11-24T08:00"),
        ("2026-11-24T07:59", NIGHT, SHANGHAI, "2026-11-24T08:00"),
        ("2026-12-31T23:00", NIGHT, SHANGHAI, "2027-01-01T08:00"),
        ("2026-11-23T12:30", NOON, SHANGHAI, "2026-11-23T14:00"),
        ("2026-11-23T23:00", QuietHours(time(22), time(0)), SHANGHAI, "2026-11-24T00:00"),
        ("2026-03-07T23:00", NIGHT, NEW_YORK, "2026-03-08T08:00"),
        ("2026-03-08T01:00", QuietHours(time(22), time(2, 30)), NEW_YORK, "2026-03-08T03:30"),
        ("2011-12-29T23:00", NIGHT, APIA, "2011-12-31T08:00"),
    ],
    ids=[
        "not quiet",
        "before midnight",
        "after midnight",
        "over the new year",
        "by day",
        "up to midnight",
        "over a gap",
        "up to a time that does not exist",
        "over a day that was left out",
    ],
)
def test_speaking_is_allowed_next_at(now: str, quiet: QuietHours, zone: ZoneInfo, expected: str) -> None:
    assert next_allowed(_at(now, zone), zone, quiet) == _at(expected, zone)


def test_in_a_repeated_hour_the_second_end_counts_when_the_first_is_over() -> None:
    quiet = QuietHours(time(22), time(1, 30))
    now = _at("2026-11-01T01:10", NEW_YORK, fold=1)
    assert next_allowed(now, NEW_YORK, quiet) == _at("2026-11-01T01:30", NEW_YORK, fold=1)


def test_in_a_repeated_hour_the_first_end_counts_before_it() -> None:
    quiet = QuietHours(time(22), time(1, 30))
    now = _at("2026-11-01T01:10", NEW_YORK)
    assert next_allowed(now, NEW_YORK, quiet) == _at("2026-11-01T01:30", NEW_YORK)


minutes = st.times().map(lambda at: at.replace(second=0, microsecond=0))
# At least an hour and a minute to speak in, or a spring gap may swallow the whole of it.
quiets = st.builds(QuietHours, minutes, minutes).filter(lambda quiet: _length_allowed(quiet) > HOUR)
anytime = st.datetimes(datetime(2005, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
near_changes = st.builds(
    lambda change, shift: change + shift,
    st.sampled_from(
        [
            datetime(2026, 3, 8, 7, tzinfo=UTC),
            datetime(2026, 11, 1, 6, tzinfo=UTC),
            datetime(2026, 3, 29, 1, tzinfo=UTC),
            datetime(2026, 10, 25, 1, tzinfo=UTC),
            datetime(2026, 4, 4, 15, tzinfo=UTC),
            datetime(2026, 10, 3, 15, 30, tzinfo=UTC),
            datetime(2011, 12, 30, 10, tzinfo=UTC),
        ]
    ),
    st.timedeltas(-DAY - HOUR, 2 * HOUR),
)


@settings(max_examples=400)
@given(now=anytime | near_changes, zone=ZONES, quiet=quiets)
@example(now=datetime(2026, 11, 1, 6, 10, tzinfo=UTC), zone=NEW_YORK, quiet=QuietHours(time(22), time(1, 30)))
@example(now=datetime(2026, 4, 4, 15, 5, tzinfo=UTC), zone=LORD_HOWE, quiet=QuietHours(time(22), time(1, 45)))
def test_the_next_allowed_instant_is_soon_and_not_quiet(
    now: datetime, zone: ZoneInfo, quiet: QuietHours
) -> None:
    allowed = next_allowed(now, zone, quiet)
    assert not is_quiet(allowed.astimezone(zone).time(), quiet)
    assert now <= allowed <= now + DAY + LONGEST_GAP.get(zone.key, HOUR)


@given(now=anytime | near_changes, zone=ZONES, quiet=quiets)
def test_what_is_allowed_is_allowed_at_once(now: datetime, zone: ZoneInfo, quiet: QuietHours) -> None:
    allowed = next_allowed(now, zone, quiet)
    assert next_allowed(allowed, zone, quiet) == allowed


@given(at=st.times(), quiet=st.builds(QuietHours, minutes, minutes))
def test_quiet_hours_and_the_rest_of_the_day_never_overlap(at: time, quiet: QuietHours) -> None:
    rest = QuietHours(quiet.end, quiet.start)
    assert is_quiet(at, quiet) + is_quiet(at, rest) == (0 if quiet.start == quiet.end else 1)
