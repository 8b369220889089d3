"""Values of the growth account (domain.md §4, rulings 42)."""

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Annotated

from kernel.ids import MemberId
from kernel.policy import Range


class Event(StrEnum):
    """What changes an account."""

    REGISTER = "register"
    EXPIRED = "expired"


class DueKind(StrEnum):
    """What falls due for the points of one expiry date."""

    FIRST_NOTICE = "first_notice"
    LAST_NOTICE = "last_notice"
    LAPSE = "lapse"


@dataclass(frozen=True, slots=True)
class GrowthPolicy:
    """Numbers of the growth account."""

    register_points: Annotated[int, Range(1, 10_000, "points")]
    points_last_months: Annotated[int, Range(2, 120, "months")]  # spendable up to the same date then
    first_notice_days: Annotated[int, Range(1, 45, "days")]  # ahead of the last day
    last_notice_days: Annotated[int, Range(1, 45, "days")]
    notice_at: time  # local time of a notice
    history_rows: Annotated[int, Range(1, 30, "rows")]  # on one page of the history

    def __post_init__(self) -> None:
        if self.last_notice_days >= self.first_notice_days:
            raise ValueError(
                f"last_notice_days = {self.last_notice_days}: expected fewer than "
                f"first_notice_days = {self.first_notice_days}"
            )


@dataclass(frozen=True, slots=True)
class Account:
    """What a member has: `growth` is never spent; `points` may be negative and are then a debt."""

    growth: int
    points: int


@dataclass(frozen=True, slots=True)
class Expiry:
    """So many points can be spent until the end of `on`."""

    on: date
    points: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the history."""

    at: datetime
    event: Event
    growth: int
    points: int


@dataclass(frozen=True, slots=True)
class History:
    """One page of an account's history, newest first; `page` counts from 0."""

    entries: tuple[Entry, ...]
    page: int
    has_more: bool


@dataclass(frozen=True, slots=True)
class Due:
    """Timed work on the points of one member that expire on one date."""

    id: int
    member: MemberId
    kind: DueKind
    expires_on: date


@dataclass(frozen=True, slots=True)
class Card:
    """What a member sees of the account at a glance."""

    account: Account
    next_expiry: Expiry | None
    register_points: int
