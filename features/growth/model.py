"""Values of the growth account (domain.md §4, rulings 42)."""

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from kernel.ids import MemberId


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

    register_points: int
    points_last_months: int  # points can be spent up to and including the same date so many months later
    first_notice_days: int  # days ahead of the last day
    last_notice_days: int
    notice_at: time  # local time of a notice
    history_rows: int  # rows on one page of the history


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
