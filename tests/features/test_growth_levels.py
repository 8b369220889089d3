"""When levels rise and fall: steps as written, over simulated years."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import load
from features.growth.levels import WINDOW, after_credit, level_of, next_look, review, window
from features.growth.model import Level, LevelState, Turn
from kernel.business_day import local_date
from tests.kernel.zones import ZONES

POLICY = load(None, {}).growth
START = datetime(2026, 1, 1, 4, tzinfo=UTC)
DAY = timedelta(days=1)
SHANGHAI = ZoneInfo("Asia/Shanghai")
NEW = LevelState(Level.SEED, None, None, None)

Credits = list[tuple[datetime, int]]
years = st.lists(
    st.tuples(st.integers(1, 60), st.sampled_from([10, 30, 50, 100, 200, 900])), min_size=1, max_size=60
)


def _credits(gaps: list[tuple[int, int]]) -> Credits:
    at, made = START, list[tuple[datetime, int]]()
    for days, growth in gaps:
        at += days * DAY
        made.append((at, growth))
    return made


def _lived(made: Credits, zone: ZoneInfo) -> list[tuple[datetime, LevelState, Turn | None]]:
    """Live through credits and every look that falls due; return each change with its instant."""
    state, told, waiting = NEW, list[tuple[datetime, LevelState, Turn | None]](), list(made)
    end = made[-1][0] + WINDOW + 400 * DAY
    while waiting or (state.review_at is not None and state.review_at <= end):
        if waiting and (state.review_at is None or waiting[0][0] <= state.review_at):
            now, _ = waiting.pop(0)
            known = made[: len(made) - len(waiting)]
            reached = level_of(window(known, now), POLICY)
            if reached > state.level or (reached == state.level and state.falls_at):
                state = after_credit(state, known, now, POLICY)
                told.append((now, state, None))
            continue
        now = state.review_at or end
        known = [each for each in made if each[0] <= now]
        state, found = review(state, known, now=now, zone=zone, policy=POLICY)
        assert state.review_at is None or state.review_at > now, "a look that is due again at once never ends"
        told.append((now, state, found.turn))
    return told


@pytest.mark.parametrize(
    ("growth", "level"),
    [(0, 0), (159, 0), (160, 1), (999, 1), (1000, 2), (3999, 2), (4000, 3), (8999, 3), (9000, 4), (10**6, 4)],
)
def test_each_level_begins_at_its_growth(growth: int, level: int) -> None:
    assert level_of(growth, POLICY) == level


def test_a_credit_counts_for_365_days_to_the_instant() -> None:
    assert window([(START, 5)], START + WINDOW - timedelta(milliseconds=1)) == 5
    assert window([(START, 5)], START + WINDOW) == 0


def test_the_next_look_is_when_the_year_stops_carrying_the_level() -> None:
    made = [(START, 100), (START + DAY, 50), (START + 2 * DAY, 60)]
    assert next_look(made, Level.SPROUT, START + 3 * DAY, POLICY) == START + WINDOW
    assert next_look([*made, (START + 3 * DAY, 100)], Level.SPROUT, START + 3 * DAY, POLICY) == (
        START + 2 * DAY + WINDOW
    )
    assert next_look(made, Level.SEED, START, POLICY) is None


def test_a_level_is_gained_warned_of_and_lost_step_by_step() -> None:
    told = _lived([(START, 4000)], SHANGHAI)

    seen = [(at.date().isoformat(), state.level.word, turn) for at, state, turn in told]
    assert seen == [
        ("2026-01-01", "bloom", None),
        ("2027-01-01", "bloom", Turn.GRACE),
        ("2027-01-31", "seedling", Turn.FELL),
        ("2027-03-02", "sprout", Turn.FELL),
        ("2027-04-01", "seed", Turn.FELL),
    ]


def test_growth_within_the_grace_keeps_the_level() -> None:
    told = _lived([(START, 160), (START + 370 * DAY, 160)], SHANGHAI)

    assert [(state.level.word, turn) for _, state, turn in told] == [
        ("sprout", None),
        ("sprout", Turn.GRACE),
        ("sprout", None),
        ("sprout", Turn.GRACE),
        ("seed", Turn.FELL),
    ]


def test_the_warning_counts_what_will_have_left_by_then() -> None:
    made = [(START, 100), (START + 10 * DAY, 30), (START + 100 * DAY, 60)]
    state = replace(NEW, level=Level.SPROUT, level_at=START)
    _, found = review(state, made, now=START + WINDOW, zone=SHANGHAI, policy=POLICY)
    assert (found.turn, found.missing) == (Turn.GRACE, 100)


def test_a_step_never_comes_in_the_month_of_the_last_change() -> None:
    first = datetime(2026, 12, 31, 16, tzinfo=UTC)  # midnight of 1 January in Shanghai: 31 days
    state = LevelState(Level.BLOOM, first, None, first)
    warned, _ = review(state, [], now=first, zone=SHANGHAI, policy=POLICY)
    assert warned.falls_at == datetime(2027, 1, 31, 16, tzinfo=UTC)


@given(gaps=years, zone=ZONES)
def test_levels_move_as_written_over_years(gaps: list[tuple[int, int]], zone: ZoneInfo) -> None:
    made = _credits(gaps)
    before, fell_in, falls_at = NEW, set[tuple[int, int]](), None
    for at, state, turn in _lived(made, zone):
        known = [each for each in made if each[0] <= at]
        carried = level_of(window(known, at), POLICY)
        if turn is None:
            assert state.level == carried  # up at once with the credit, as far as it carries
            assert state.falls_at is None
        elif turn is Turn.FELL:
            assert state.level == before.level - 1
            assert before.level > carried
            assert falls_at is not None
            assert at >= falls_at
            month = (local_date(at, zone).year, local_date(at, zone).month)
            assert month not in fell_in
            fell_in.add(month)
        else:
            assert state.level == before.level
        if turn is Turn.GRACE:
            assert state.falls_at is not None
            assert state.falls_at >= at + POLICY.grace_days * DAY
        before, falls_at = state, state.falls_at
    assert before.level is Level.SEED  # who earns nothing any more ends as a seed
    assert before.review_at is None


@given(gaps=years, days=st.integers(0, 800))
def test_between_looks_the_year_carries_the_level_or_its_owner_is_warned(
    gaps: list[tuple[int, int]], days: int
) -> None:
    made, moment = _credits(gaps), START + days * DAY
    state = NEW
    for at, now, _ in _lived(made, SHANGHAI):
        if at <= moment:
            state = now
    known = [each for each in made if each[0] <= moment]
    assert state.falls_at is not None or level_of(window(known, moment), POLICY) == state.level
