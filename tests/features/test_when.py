"""When and about what somebody may be written to: switches, mute, quiet hours, silence."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.outreach import rules
from features.outreach.model import (
    MARKETING,
    Never,
    NeverReason,
    Preference,
    QuietHours,
    Speak,
    Topic,
    Wait,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
GROUPS = QuietHours(time(22), time(8))
NONE = QuietHours(time(0), time(0))
NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
NIGHT = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)  # 23:00 in Shanghai
INSTANTS = st.integers(0, 525_600).map(lambda minutes: NOON + timedelta(minutes=minutes))
HOURS = st.builds(QuietHours, st.times(), st.times())


def test_a_topic_switched_off_is_never_spoken_of() -> None:
    off = Preference(topics_off=frozenset({Topic.POINTS}))
    assert rules.never(Topic.POINTS, off, marketing_consent=True) == Never(NeverReason.TOPIC_OFF)
    assert rules.never(Topic.LEVEL, off, marketing_consent=False) is None


@pytest.mark.parametrize("topic", sorted(MARKETING))
def test_marketing_needs_its_own_consent(topic: Topic) -> None:
    assert rules.never(topic, Preference(), marketing_consent=False) == Never(NeverReason.NO_CONSENT)
    assert rules.never(topic, Preference(), marketing_consent=True) is None


def test_who_muted_waits_until_the_mute_ends() -> None:
    muted = Preference(muted_until=NOON + timedelta(days=7))
    said = rules.when(NOON, muted, zone=SHANGHAI, quiet=GROUPS, silent=False)
    assert said == Wait(NOON + timedelta(days=7))
    over = rules.when(NOON + timedelta(days=7), muted, zone=SHANGHAI, quiet=GROUPS, silent=False)
    assert over == Speak()


def test_hours_of_ones_own_stand_instead_of_the_groups() -> None:
    own = Preference(quiet=NONE)
    assert rules.when(NIGHT, own, zone=SHANGHAI, quiet=GROUPS, silent=False) == Speak()
    eight = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)
    assert rules.when(NIGHT, Preference(), zone=SHANGHAI, quiet=GROUPS, silent=False) == Wait(eight)


def test_a_silent_group_is_asked_again_later() -> None:
    said = rules.when(NOON, Preference(), zone=SHANGHAI, quiet=GROUPS, silent=True)
    assert said == Wait(NOON + rules.SILENCE_STEP)


@given(now=INSTANTS, muted=st.none() | INSTANTS, own=st.none() | HOURS, group=HOURS, silent=st.booleans())
def test_waiting_always_moves_on_and_ends(
    now: datetime, muted: datetime | None, own: QuietHours | None, group: QuietHours, silent: bool
) -> None:
    preference = Preference(muted_until=muted, quiet=own)
    said = rules.when(now, preference, zone=SHANGHAI, quiet=group, silent=silent)
    if isinstance(said, Wait):
        assert said.until > now
    for _ in range(3):  # once the group speaks again: the mute's end, then the quiet hours'
        if isinstance(said, Speak):
            break
        now = said.until
        said = rules.when(now, preference, zone=SHANGHAI, quiet=group, silent=False)
    assert isinstance(said, Speak)
