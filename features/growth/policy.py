"""The numbers of growth and points, as the configuration gives them (domain.md §4)."""

from dataclasses import dataclass
from datetime import time
from itertools import pairwise
from typing import Annotated

from features.growth.model import Level
from kernel.policy import Range

_Points = Annotated[int, Range(1, 10_000, "points")]
_Times = Annotated[int, Range(1, 100, "times")]
_Floor = Annotated[int, Range(1, 1_000_000, "growth")]
_Deliveries = Annotated[int, Range(0, 31, "a month")]
_Minutes = Annotated[int, Range(0, 240, "minutes")]
_Level = Annotated[int, Range(0, 4, "level, 0 the lowest")]


@dataclass(frozen=True, slots=True)
class GrowthPolicy:
    """Numbers of the growth account."""

    register_points: _Points
    first_order_points: _Points
    share_points: _Points
    share_per_day: _Times
    share_per_week: _Times
    repurchase_points: _Points
    repurchase_per_day: _Times  # of a pick-up day
    repurchase_per_month: _Times
    ugc_points: _Points
    ugc_per_month: _Times
    points_last_months: Annotated[int, Range(2, 120, "months")]  # spendable up to the same date then
    first_notice_days: Annotated[int, Range(1, 45, "days")]  # ahead of the last day
    last_notice_days: Annotated[int, Range(1, 45, "days")]
    notice_at: time  # local time of a notice
    history_rows: Annotated[int, Range(1, 30, "rows")]  # on one page of the history
    sprout_growth: _Floor  # of the trailing year, for that level
    seedling_growth: _Floor
    bloom_growth: _Floor
    fruit_growth: _Floor
    grace_days: Annotated[int, Range(1, 365, "days")]  # before a level falls
    member_day_from: _Level
    seedling_free_deliveries: _Deliveries
    bloom_free_deliveries: _Deliveries
    fruit_free_deliveries: _Deliveries
    bloom_early_minutes: _Minutes
    fruit_early_minutes: _Minutes
    votes_from: _Level

    def __post_init__(self) -> None:
        if self.last_notice_days >= self.first_notice_days:
            raise ValueError(
                f"last_notice_days = {self.last_notice_days}: expected fewer than "
                f"first_notice_days = {self.first_notice_days}"
            )
        floors = self.floors
        for below, level in pairwise(Level):
            if floors[level] <= floors[below]:
                raise ValueError(
                    f"{level.word}_growth = {floors[level]}: expected more than "
                    f"{below.word}_growth = {floors[below]}"
                )

    @property
    def floors(self) -> tuple[int, ...]:
        """The growth of the trailing year that each level needs."""
        return 0, self.sprout_growth, self.seedling_growth, self.bloom_growth, self.fruit_growth
