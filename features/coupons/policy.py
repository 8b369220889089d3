"""The numbers of coupons, as the configuration gives them (domain.md §2.1, §4)."""

from dataclasses import dataclass
from datetime import time
from typing import Annotated

from kernel.policy import Range

_Points = Annotated[int, Range(1, 100_000, "points")]
_Days = Annotated[int, Range(1, 365, "days")]
_Fen = Annotated[int, Range(1, 100_000, "fen")]


@dataclass(frozen=True, slots=True)
class CouponPolicy:
    """Numbers of coupons, and what points are changed into."""

    notice_days: Annotated[int, Range(1, 30, "days")]  # ahead of the last day
    notice_at: time  # local time of a notice
    restore_days: _Days  # at least so many more for one that comes back because we failed
    warn_percent: Annotated[int, Range(1, 100, "percent")]  # of a budget: staff are told once
    rows: Annotated[int, Range(1, 10, "rows")]  # on one page
    redeem_per_month: Annotated[int, Range(1, 31, "times")]  # of each kind
    redeem_days: _Days  # how long what points were changed into can be used
    amount_points: _Points  # for a coupon of so much, from so much on
    amount_fen: _Fen
    amount_minimum_fen: Annotated[int, Range(0, 1_000_000, "fen")]
    pick_points: _Points  # for the right to pick goods ahead of others, once
    delivery_points: _Points  # for a free delivery
    delivery_offered: Annotated[int, Range(0, 1, "1: points can be changed into it")]

    def __post_init__(self) -> None:
        if self.amount_fen > self.amount_minimum_fen:
            raise ValueError(
                f"amount_fen = {self.amount_fen}: expected no more than "
                f"amount_minimum_fen = {self.amount_minimum_fen}"
            )
