"""Clocks, languages and refusals."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from kernel.clock import ManualClock, SystemClock
from kernel.errors import Refusal
from kernel.ids import ChatId, UserId, private_chat
from kernel.message import Language, Text
from tests.conftest import NOW


def test_a_manual_clock_stands_still() -> None:
    clock = ManualClock(NOW)
    assert (clock.now(), clock.now()) == (NOW, NOW)


def test_a_manual_clock_goes_where_it_is_set() -> None:
    clock = ManualClock(NOW)
    clock.set(NOW + timedelta(days=30))
    assert clock.now() == NOW + timedelta(days=30)


def test_a_manual_clock_may_be_set_to_where_it_is() -> None:
    clock = ManualClock(NOW)
    clock.set(NOW)
    assert clock.now() == NOW


def test_a_manual_clock_never_goes_back() -> None:
    clock = ManualClock(NOW)
    with pytest.raises(ValueError, match="a clock never goes back"):
        clock.set(NOW - timedelta(microseconds=1))
    assert clock.now() == NOW


def test_a_manual_clock_tells_utc_whatever_it_is_given() -> None:
    east = timezone(timedelta(hours=8))
    clock = ManualClock(NOW.astimezone(east))
    assert clock.now().tzinfo is UTC
    clock.set((NOW + timedelta(hours=1)).astimezone(east))
    assert (clock.now(), clock.now().tzinfo) == (NOW + timedelta(hours=1), UTC)


def test_the_machines_clock_tells_utc() -> None:
    before = datetime.now(UTC)
    told = SystemClock().now()
    assert before <= told <= datetime.now(UTC)
    assert told.tzinfo is UTC


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ("en", Language.EN),
        ("en-GB", Language.EN),
        ("EN", Language.EN),
        ("zh-hans", Language.ZH_CN),
        ("pt-br", Language.ZH_CN),
        ("", Language.ZH_CN),
        (None, Language.ZH_CN),
    ],
)
def test_whoever_does_not_say_english_reads_chinese(code: str | None, language: Language) -> None:
    assert Language.of(code) is language


def test_a_refusal_is_worded_with_its_parameters() -> None:
    class TooLate(Refusal):
        text_key = "home.menu"

    assert TooLate(points=3).wording() == Text("home.menu", {"points": 3})


def test_a_refusal_without_a_text_is_silent() -> None:
    assert Refusal().wording() is None


def test_a_private_chat_bears_its_users_number() -> None:
    assert private_chat(UserId(7)) == ChatId(7)
