"""Typed zones and quiet hours: whatever comes is a value that works, or nothing."""

import unicodedata
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.outreach import rules as outreach
from features.outreach.model import QuietHours
from features.setup import rules, times, zones
from kernel.message import Language
from texts.catalog import load

ZONES = zones.load()
NASTY = st.text(
    alphabet=st.one_of(st.characters(), st.sampled_from("0123456789:：.-/\u202e\u200b🥬到至")), max_size=4096
)
TIMES = st.times().map(lambda at: at.replace(second=0, microsecond=0))
START = datetime(2026, 1, 1, tzinfo=UTC)


@given(typed=NASTY)
def test_whatever_is_typed_a_zone_exists_or_is_not_taken(typed: str) -> None:
    found = ZONES.find(typed)

    for zone in (found.zone, *found.near):
        assert zone is None or ZoneInfo(zone).key == zone


@pytest.mark.parametrize("name", sorted(ZONES.names))
def test_every_zone_is_found_by_its_own_name(name: str) -> None:
    assert ZONES.find(name).zone == name
    assert ZONES.find(name.lower().replace("_", " ")).zone == name


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("温哥华", "America/Vancouver"),
        (" 上海 ", "Asia/Shanghai"),
        ("北京时间", "Asia/Shanghai"),
        ("ｌｏｎｄｏｎ", "Europe/London"),
        ("New York!", "America/New_York"),
        ("Asia/Pekin", "Asia/Shanghai"),
    ],
)
def test_a_city_is_found_as_people_call_it(typed: str, zone: str) -> None:
    assert ZONES.find(typed).zone == zone


@pytest.mark.parametrize(
    ("typed", "start", "end"),
    [
        ("22:00 到 8:00", time(22), time(8)),
        ("21：30到7：00", time(21, 30), time(7)),
        ("晚上9点半到早上7点", time(21, 30), time(7)),
        ("晚上10点 - 早上 8点", time(22), time(8)),
        ("夜里11點到凌晨6點", time(23), time(6)),
        ("夜里 1 点到早上 7 点", time(1), time(7)),
        ("中午12点到下午2点", time(12), time(14)),
        ("23時到7時30", time(23), time(7, 30)),
    ],
)
def test_quiet_hours_are_read_as_people_say_them(typed: str, start: time, end: time) -> None:
    assert times.load().read_quiet(typed) == QuietHours(start, end)


@pytest.mark.parametrize("typed", ["9:00到9:00", "晚上9点到21点", "下午13点", "25点到8点", "8点到8点60"])
def test_unclear_quiet_hours_are_not_taken(typed: str) -> None:
    assert times.load().read_quiet(typed) is None


def test_every_zone_fits_into_a_button() -> None:
    assert [name for name in ZONES.names if len(f"v1:setup.zone:{10**9}:{name}") > 64] == []


def test_every_common_zone_has_its_name_in_both_languages() -> None:
    texts = load().texts
    wanted = {f"setup.zone_{key}" for key in ZONES.common.values()}
    assert [language for language in Language if wanted - set(texts[language])] == []


@given(typed=NASTY)
def test_whatever_is_typed_quiet_hours_leave_hours_to_speak_in(typed: str) -> None:
    quiet = times.load().read_quiet(typed)

    assert quiet is None or rules.quiet_minutes(quiet) <= 16 * 60


@given(start=TIMES, end=TIMES)
def test_quiet_hours_come_back_from_their_button_and_from_their_writing(start: time, end: time) -> None:
    quiet = QuietHours(start, end)
    wanted = quiet if rules.quiet_minutes(quiet) <= 16 * 60 else None

    assert rules.unpacked(rules.packed(quiet)) == wanted
    assert times.load().read_quiet(f"{start:%H:%M} - {end:%H:%M}") == (wanted if start != end else None)


@given(digits=st.from_regex(r"[0-9]{4}-[0-9]{4}", fullmatch=True))
def test_a_forged_button_is_quiet_hours_or_nothing(digits: str) -> None:
    quiet = rules.unpacked(digits)

    assert quiet is None or rules.unpacked(rules.packed(quiet)) == quiet


@given(
    at=st.integers(0, 2 * 365 * 24 * 60).map(lambda minutes: START + timedelta(minutes=minutes)),
    zone=st.sampled_from(sorted(ZONES.common)),
    start=TIMES,
    end=TIMES,
)
def test_after_a_change_of_zone_the_next_word_waits_for_the_new_quiet_hours_at_most(
    at: datetime, zone: str, start: time, end: time
) -> None:
    quiet, place = QuietHours(start, end), ZoneInfo(zone)
    if rules.quiet_minutes(quiet) > 16 * 60:
        return

    allowed = outreach.next_allowed(at, place, quiet)

    assert at <= allowed <= at + timedelta(hours=17)  # an hour more where the clocks go back
    assert allowed == at or not outreach.is_quiet(allowed.astimezone(place).time(), quiet)


@given(payload=st.text(max_size=64))
def test_any_payload_is_a_group_or_none(payload: str) -> None:
    found = rules.group_of_payload(payload)

    assert found is None or payload.endswith(f"-g{payload.rpartition('g')[2]}")
    assert not unicodedata.normalize("NFKC", payload).isspace() or found is None
