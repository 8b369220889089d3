"""What a leader types about a deal, read: a moment, the hours of pick-up, a goal."""

import calendar
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from features.groupbuy.model import GoalKind
from kernel import business_day

_FILE = Path(__file__).parent / "data" / "reading.toml"
_LONGEST = 40  # characters that a day with two times takes, with words around them
_NOON, _MIDNIGHT, _WEEK = 12, 24, 7
_EARLY = range(1, 5)  # o'clock in the evening: nobody knows which night
_LATER = {"noon": range(10), "afternoon": range(12), "evening": range(13), "words": range(1, 7)}
"""The hours to which twelve are added, by the part of the day; without one, 5 o'clock is the afternoon's."""
_MONTHS_AHEAD = 12
_MOST_COUNT, _MOST_FEN = 10_000, 10_000_000


@dataclass(frozen=True, slots=True)
class _Clock:
    """A time of a day as it was said."""

    hours: int
    minutes: int
    part: str  # of the day: morning, noon, afternoon, evening, or empty
    in_words: bool  # with the word for o'clock, not with a colon

    @property
    def is_open(self) -> bool:
        """Tell whether it may mean the afternoon as well."""
        return not self.part and 0 < self.hours < _NOON

    def minute(self) -> int | None:
        """Return the minute of the day, up to 24:00; None for what is none, or could be any night's."""
        if self.minutes > 59 or self.hours * 60 + self.minutes > _MIDNIGHT * 60:
            return None
        if self.part == "evening" and self.hours in _EARLY:
            return None
        said = self.part or ("words" if self.in_words else "")
        later = self.hours in _LATER.get(said, ())
        return (self.hours + _NOON * later) * 60 + self.minutes


@dataclass(frozen=True, slots=True)
class _Words:
    """The words, and the patterns made of them."""

    plain: Mapping[str, Any]
    numeral: re.Pattern[str]
    weekday: re.Pattern[str]
    english: re.Pattern[str]
    relative: re.Pattern[str]
    iso: re.Pattern[str]
    dated: re.Pattern[str]
    clock: re.Pattern[str]
    between: re.Pattern[str]
    around: re.Pattern[str]


def title_of(on: date, language: str) -> str:
    """Return what a deal of that day is called where nobody says otherwise."""
    titles: Mapping[str, list[str]] = _words().plain["titles"]
    return titles[language][on.weekday()]


def is_unlimited(typed: str) -> bool:
    """Tell whether somebody says that there is no limit."""
    return "".join(_folded(typed).split()) in _words().plain["unlimited"]


def read_moment(typed: str, *, now: datetime, zone: ZoneInfo) -> datetime | None:
    """Return the instant that a text means, in the local time of `zone`; None if unclear.

    Without a day, or with one that comes again, it is the next such moment after `now`. A day that was
    said may be over: what is told then is that it lies in the past.
    """
    if len(typed) > _LONGEST:
        return None
    today = business_day.local_date(now, zone)
    text, days = _day(_words().around.sub(" ", _plain(typed)).strip(), today)
    clock = _clock(text)
    if clock is None:
        return None
    found = [
        moment
        for day in days or (today, today + timedelta(days=1))
        for moment in _moments(day, clock, zone, today)
    ]
    return next((moment for moment in found if moment > now), found[0] if found else None)


def read_window(
    typed: str, *, now: datetime, zone: ZoneInfo, on: date, after: datetime
) -> tuple[datetime, datetime] | None:
    """Return from when to when goods are picked up; None if unclear.

    Without a day it is that of `on`; of a day that comes again, the first that is not before `after`.
    """
    if len(typed) > _LONGEST:
        return None
    text, days = _day(_plain(typed), business_day.local_date(now, zone))
    ends = [_clock(part, bare=True) for part in _words().between.split(text)]
    if len(ends) != 2 or ends[0] is None or ends[1] is None:
        return None
    start, end = _span(ends[0], ends[1])
    if start is None or end is None or end <= start:
        return None
    found = [tuple(_at(day, minute, zone) for minute in (start, end)) for day in days or (on,)]
    opens, closes = next((each for each in found if each[0] >= after), found[0])
    return (opens, closes) if opens < closes else None


def read_goal(typed: str) -> tuple[GoalKind, int] | None:
    """Return what has to come together: homes, fen or cases; None if unclear."""
    if is_unlimited(typed):
        return GoalKind.NONE, 0
    words = _words().plain
    text, full = _plain(typed), False
    for word in words["full"]:
        text, full = text.replace(word, " "), full or (word in text)
    for kind, names in ((GoalKind.MONEY, "yuan"), (GoalKind.HOMES, "homes"), (GoalKind.CASES, "cases")):
        unit = "|".join(map(re.escape, words[names]))
        if match := re.fullmatch(rf"\s*(?:{unit})?\s*([0-9]{{1,6}})(\.[0-9]{{1,2}})?\s*(?:{unit})\s*", text):
            return _counted(kind, match[1], match[2])
        if kind is GoalKind.MONEY and re.fullmatch(rf"\s*(?:{unit})\s*[0-9.]+\s*", text):
            full = True
    plain = re.fullmatch(r"[^0-9]{0,2}([0-9]{1,6})(\.[0-9]{1,2})?\s*", text)
    return _counted(GoalKind.MONEY, plain[1], plain[2]) if full and plain else None


def _counted(kind: GoalKind, whole: str, rest: str | None) -> tuple[GoalKind, int] | None:
    if kind is GoalKind.MONEY:
        fen = int(whole) * 100 + int((rest or ".0")[1:].ljust(2, "0"))
        return (kind, fen) if 0 < fen <= _MOST_FEN else None
    return (kind, int(whole)) if not rest and 0 < int(whole) <= _MOST_COUNT else None


# -- times


def _moments(day: date, clock: _Clock, zone: ZoneInfo, today: date) -> Iterable[datetime]:
    minute = clock.minute()
    if minute is None:
        return
    yield _at(day, minute, zone)
    if clock.is_open and day == today and minute < _NOON * 60:
        yield _at(day, minute + _NOON * 60, zone)


def _at(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """Return the instant of a minute of a day; beyond 24:00 it is the next day's."""
    days, minute = divmod(minute, _MIDNIGHT * 60)
    hours, minutes = divmod(minute, 60)
    return business_day.instant(day + timedelta(days=days), time(hours, minutes), zone).astimezone(UTC)


def _span(first: _Clock, second: _Clock) -> tuple[int | None, int | None]:
    """Return both ends as minutes of a day: of `5 to 8 in the afternoon` both lie there."""
    start, end = first.minute(), second.minute()
    if start is None or end is None:
        return None, None
    later = end + _NOON * 60
    if end <= start < later and second.is_open:
        end = later
    return start, end


def _clock(text: str, *, bare: bool = False) -> _Clock | None:
    """Return the only time of day in a text, and nothing beside it; `bare` lets an hour stand alone."""
    match = _words().clock.fullmatch(text.strip())
    if match is None or (match["mark"] is None and not bare):
        return None
    minutes = 30 if match["half"] else int(match["quarter"] or 0) * 15 or int(match["minutes"] or 0)
    part = next((name for name in _PARTS if match[name]), "")
    return _Clock(int(match["hours"]), minutes, part, in_words=match["mark"] not in (":", ".", None))


_PARTS = ("morning", "noon", "afternoon", "evening")


# -- days


def _day(text: str, today: date) -> tuple[str, tuple[date, ...]]:
    """Return a text without the day it names, and the dates that may be meant, nearest first."""
    words = _words()
    if match := words.relative.match(text):
        return text[match.end() :], (today + timedelta(days=words.plain["days"][match[1]]),)
    if match := words.weekday.match(text):
        return text[match.end() :], _weekdays(today, int(match[3] or _WEEK) - 1, match[1], match[2])
    if match := words.english.match(text):
        return text[match.end() :], _weekdays(today, words.plain["english"][match[1]], None, None)
    if match := words.iso.match(text) or words.dated.match(text):
        named = match.groupdict()
        year, month, day = (int(named.get(name) or 0) for name in ("year", "month", "day"))
        day = day or int(named.get("only") or 0)
        dates = tuple(_dates(today, year, month, day))
        return (text[match.end() :], dates) if dates else ("", ())
    return text, ()


def _weekdays(today: date, weekday: int, this: str | None, following: str | None) -> tuple[date, ...]:
    monday = today - timedelta(days=today.weekday())
    if this or following:
        return (monday + timedelta(days=weekday + (_WEEK if following else 0)),)
    nearest = today + timedelta(days=(weekday - today.weekday()) % _WEEK)
    return nearest, nearest + timedelta(days=_WEEK)


def _dates(today: date, year: int, month: int, day: int) -> Iterable[date]:
    """Yield the dates of a day of a month from today on; a year that was said is taken by its word."""
    first = today.replace(day=1)
    for ahead in range(_MONTHS_AHEAD + 1):
        then = (
            date(year, month, 1)
            if year and month in range(1, 13)
            else business_day.months_later(first, ahead)
        )
        if month in (0, then.month) and 0 < day <= calendar.monthrange(then.year, then.month)[1]:
            found = then.replace(day=day)
            if year or found >= today:
                yield found
        if year:
            return


# -- words


def _folded(typed: str) -> str:
    return unicodedata.normalize("NFKC", typed).casefold()


def _plain(typed: str) -> str:
    """Return a text in plain digits, single spaces, and with a numeral behind the word for a weekday."""
    words, text = _words(), _folded(typed).strip()
    weekday = "|".join(words.plain["weekday"])
    numerals = "".join(words.plain["numerals"])
    text = re.sub(rf"({weekday})([{numerals}1-7])", lambda m: f"{m[1]}{_digit(m[2])} ", text)
    text = words.numeral.sub(lambda match: str(_number(match[0])), text)
    return " ".join(text.replace(",", " ").split())


def _digit(said: str) -> str:
    return said if said.isascii() else str(_words().plain["numerals"][said])


def _number(run: str) -> str:
    """Return a whole number written in words: by places, or digit for digit."""
    words = _words().plain
    places = {words["ten"]: 10, words["hundred"]: 100, words["thousand"]: 1000}
    if not any(each in places for each in run):
        return "".join(str(words["numerals"][each]) for each in run)
    total, digit = 0, 0
    for each in run:
        if each in places:
            total, digit = total + (digit or 1) * places[each], 0
        else:
            digit = words["numerals"][each]
    return str(total + digit)


@cache
def _words() -> _Words:
    """Read how leaders write."""
    plain = tomllib.loads(_FILE.read_text("utf-8"))

    def either(*names: str) -> str:
        listed = [word for name in names for word in plain[name]]
        return "|".join(re.escape(word) for word in sorted(listed, key=len, reverse=True))

    numerals = "".join(plain["numerals"]) + plain["ten"] + plain["hundred"] + plain["thousand"]
    parts = "|".join(f"(?P<{name}>{either(name)})" for name in _PARTS)
    minutes = (
        rf"(?P<half>{plain['half']})|(?P<quarter>[13]){plain['quarter']}"
        rf"|(?P<minutes>[0-9]{{1,2}})(?:{either('minute')})?|{either('minute')}"
    )
    return _Words(
        plain=plain,
        numeral=re.compile(f"[{numerals}]{{1,7}}"),
        weekday=re.compile(
            rf"(?:({either('this')})|({either('next')}))?(?:{either('weekday')})"
            rf"(?:([1-7])|(?:{either('sunday')})) ?"
        ),
        english=re.compile(rf"({either('english')})\b ?"),
        relative=re.compile(rf"({either('days')}) ?"),
        iso=re.compile(r"(?P<year>20[0-9]{2})[-/.](?P<month>[0-9]{1,2})[-/.](?P<day>[0-9]{1,2})(?: |$)"),
        dated=re.compile(
            rf"(?:(?P<year>20[0-9]{{2}}){plain['year']})?(?P<month>[0-9]{{1,2}})(?:{either('month')}|/)"
            rf"(?P<day>[0-9]{{1,2}})(?:{either('day')}|(?= )) ?"
            rf"|(?P<only>[0-9]{{1,2}})(?:{either('day')}) ?"
        ),
        clock=re.compile(
            rf"(?:{parts})? ?(?P<hours>[0-9]{{1,2}}) ?(?:(?P<mark>[:.]|{either('hour')}) ?(?:{minutes})?)?"
        ),
        between=re.compile(rf" ?(?:[-~\u2013\u2014\u301c]+|{either('between')}) ?"),
        around=re.compile(rf" ?(?:{either('around')}) ?"),
    )
