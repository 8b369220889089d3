"""When levels rise and fall: pure decisions over the growth of the trailing year (docs/adr/0011).

A credit counts for 365 days from its instant. A level rises at once with a credit. When the year's growth no
longer carries it, a grace begins; then it falls by one step, and never twice in a local calendar month.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from features.growth.model import Level, LevelState, Review, Turn
from features.growth.policy import GrowthPolicy
from kernel import business_day

WINDOW = timedelta(days=365)

Credits = Sequence[tuple[datetime, int]]
"""Instants and growth of the credits that were not reversed, oldest first."""


def level_of(growth: int, policy: GrowthPolicy) -> Level:
    """Return the level that so much growth of the trailing year carries."""
    return max(level for level in Level if growth >= policy.floors[level])


def window(year: Credits, now: datetime) -> int:
    """Return the growth of the 365 days up to `now`."""
    return sum(growth for at, growth in year if at > now - WINDOW)


def next_look(year: Credits, level: Level, now: datetime, policy: GrowthPolicy) -> datetime | None:
    """Return the instant at which credits leaving the year stop carrying `level`; None for the lowest."""
    if level is Level.SEED:
        return None
    left = window(year, now)
    for at, growth in year:
        if at > now - WINDOW:
            left -= growth
            if left < policy.floors[level]:
                return at + WINDOW
    return now


def after_credit(state: LevelState, year: Credits, now: datetime, policy: GrowthPolicy) -> LevelState:
    """Return the state once a credit has come: the level rises at once, and a grace is over if it carries."""
    reached = level_of(window(year, now), policy)
    if reached < state.level:
        return state
    return LevelState(
        reached,
        now if reached > state.level else state.level_at,
        None,
        next_look(year, reached, now, policy),
    )


def review(
    state: LevelState, year: Credits, *, now: datetime, zone: ZoneInfo, policy: GrowthPolicy
) -> tuple[LevelState, Review]:
    """Look at a level whose growth may have left the year."""
    if window(year, now) >= policy.floors[state.level]:
        turn = Turn.RECOVERED if state.falls_at else Turn.KEPT
        kept = replace(state, falls_at=None, review_at=next_look(year, state.level, now, policy))
        return kept, Review(turn, kept.level, 0, None)
    if state.falls_at is not None and now < state.falls_at:
        waiting = replace(state, review_at=state.falls_at)
        return waiting, _review(Turn.KEPT, waiting, year, policy)
    if state.falls_at is None:
        warned = _warned(state, now, zone, policy)
        return warned, _review(Turn.GRACE, warned, year, policy)
    fallen = LevelState(Level(state.level - 1), now, None, None)
    if window(year, now) < policy.floors[fallen.level]:
        fallen = _warned(fallen, now, zone, policy)
    else:
        fallen = replace(fallen, review_at=next_look(year, fallen.level, now, policy))
    return fallen, _review(Turn.FELL, fallen, year, policy)


def _warned(state: LevelState, now: datetime, zone: ZoneInfo, policy: GrowthPolicy) -> LevelState:
    """Begin a grace; where the level changed this month, it ends no earlier than the month."""
    ends = now + timedelta(days=policy.grace_days)
    if state.level_at is not None:
        month = business_day.local_date(state.level_at, zone).replace(day=1)
        ends = max(ends, business_day.instant(business_day.months_later(month, 1), time.min, zone))
    return replace(state, falls_at=ends, review_at=ends)


def _review(turn: Turn, state: LevelState, year: Credits, policy: GrowthPolicy) -> Review:
    """Say what a look came to; what will have left the year when the level may fall is missing already."""
    if state.falls_at is None:
        return Review(turn, state.level, 0, None)
    missing = policy.floors[state.level] - window(year, state.falls_at)
    return Review(turn, state.level, missing, state.falls_at)
