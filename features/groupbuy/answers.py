"""What a button or a typed text changes in the terms of a draft."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from features.groupbuy import reading
from features.groupbuy.drafting import closing_at
from features.groupbuy.model import Ask, GoalKind, PayMode, Terms
from features.members.rules import clean_name
from features.pickup.model import PickupPoint
from kernel import business_day

_TITLE, _NOTE = 30, 200  # columns; a Chinese character takes two
_WIDEST = 10_000
_MOST_MINUTES = 10**8  # since 1970: beyond the year 2100


def chosen(
    terms: Terms, what: str, value: str, *, zone: ZoneInfo, points: Sequence[PickupPoint]
) -> Terms | None:
    """Return terms with what a button said, or None for one that nobody was shown."""
    match what, value.split("-"):
        case "cutoff", [minute]:
            at = instant(minute)
            return None if at is None else closing_at(terms, at, zone)
        case "pickup", [start, end]:
            opens, ends = instant(start), instant(end)
            return replace(terms, pickup_at=opens, pickup_until=ends) if opens and ends else None
        case "point", [number]:
            known = {str(point.id): point.id for point in points}
            return replace(terms, point=known[number]) if number in known else None
        case "goal", [kind, number] if kind in set(GoalKind) and number.isdecimal() and len(number) < 9:
            return replace(terms, goal_kind=GoalKind(kind), goal=int(number))
        case "pay", [mode] if mode in set(PayMode):
            return replace(terms, pay=PayMode(mode))
        case "note", _:
            return replace(terms, note="")
    return None


def said(terms: Terms, ask: Ask, typed: str, *, now: datetime, zone: ZoneInfo) -> Terms | None:
    """Return terms with what a text says, or None where that is unclear."""
    match ask:
        case Ask.CUTOFF:
            at = reading.read_moment(typed, now=now, zone=zone)
            return None if at is None else closing_at(terms, at, zone)
        case Ask.PICKUP:
            on = business_day.local_date(terms.pickup_at, zone)
            window = reading.read_window(typed, now=now, zone=zone, on=on, after=terms.closes_at)
            return window and replace(terms, pickup_at=window[0], pickup_until=window[1])
        case Ask.GOAL:
            goal = reading.read_goal(typed)
            return goal and replace(terms, goal_kind=goal[0], goal=goal[1])
        case Ask.TITLE:
            title = one_line(typed, _TITLE)
            return replace(terms, title=title) if title else None
        case _:
            note = "" if reading.is_unlimited(typed) else one_line(typed, _NOTE)
            return None if note is None else replace(terms, note=note)


def one_line(typed: str, columns: int) -> str | None:
    """Return a text on one line; None for nothing that can be read, or too much."""
    line = clean_name(typed, None, columns=_WIDEST, fallback="")
    is_whole = clean_name(line, None, columns=columns, fallback="") == line
    return line if is_whole and any(each.isalnum() for each in line) else None


def packed(at: datetime) -> str:
    """Return an instant as a button carries it: whole minutes since 1970."""
    return str(int(at.timestamp()) // 60)


def instant(minute: str) -> datetime | None:
    """Return the instant that a button carries, or None for what is none."""
    if not (minute.isascii() and minute.isdecimal()) or len(minute) > 9 or int(minute) > _MOST_MINUTES:
        return None
    return datetime.fromtimestamp(int(minute) * 60, UTC)
