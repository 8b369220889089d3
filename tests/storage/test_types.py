"""Instants, dates and JSON as they lie on the disk."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import TypeDecorator
from sqlalchemy.dialects import postgresql, sqlite

from storage.schema import TABLES, metadata
from storage.types import JsonText, LocalDate, UtcDateTime

DIALECTS = [sqlite.dialect(), postgresql.dialect()]  # type: ignore[no-untyped-call]
zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
instants = st.datetimes(datetime(1971, 1, 1), datetime(9000, 1, 1), timezones=zones)  # noqa: DTZ001
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.text(st.characters(categories=["Cs", "Lo"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@given(instant=instants)
def test_an_instant_comes_back_in_utc_to_the_millisecond(instant: datetime) -> None:
    kept = UtcDateTime().process_bind_param(instant, DIALECTS[0])
    found = UtcDateTime().process_result_value(kept, DIALECTS[0])
    assert found is not None
    assert found.tzinfo is UTC
    assert timedelta() <= instant - found < timedelta(milliseconds=1)


@given(earlier=instants, later=instants)
def test_instants_sort_on_the_disk_as_in_time(earlier: datetime, later: datetime) -> None:
    earlier, later = sorted((earlier, later))
    first, second = (UtcDateTime().process_bind_param(at, DIALECTS[0]) for at in (earlier, later))
    assert first is not None
    assert second is not None
    assert first <= second


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="an instant needs its zone"):
        UtcDateTime().process_bind_param(datetime(2026, 11, 23), DIALECTS[0])  # noqa: DTZ001


@given(first=st.dates(), second=st.dates())
def test_dates_sort_on_the_disk_as_in_the_calendar(first: date, second: date) -> None:
    kept = [LocalDate().process_bind_param(on, DIALECTS[0]) or "" for on in (first, second)]
    assert (kept[0] < kept[1]) == (first < second)


@given(on=st.dates())
def test_a_date_comes_back(on: date) -> None:
    kept = LocalDate().process_bind_param(on, DIALECTS[0])
    assert LocalDate().process_result_value(kept, DIALECTS[0]) == on


@given(value=plain.filter(lambda value: value is not None))
def test_json_comes_back_from_what_any_disk_can_hold(value: object) -> None:
    kept = JsonText().process_bind_param(value, DIALECTS[0])
    assert kept is not None
    assert "\x00" not in kept.encode("utf-8").decode("utf-8")
    assert JsonText().process_result_value(kept, DIALECTS[0]) == value


@pytest.mark.parametrize("kind", [UtcDateTime, LocalDate, JsonText])
def test_nothing_stays_nothing(kind: type[TypeDecorator[Any]]) -> None:
    kept = kind().process_bind_param(None, DIALECTS[0])
    assert kept is None
    assert kind().process_result_value(kept, DIALECTS[0]) is None


def test_the_schema_lists_every_table() -> None:
    assert sorted(table.name for table in TABLES) == sorted(metadata.tables)
