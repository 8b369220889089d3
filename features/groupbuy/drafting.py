"""What a draft says before anybody has said anything, and what is offered to choose from."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from features.groupbuy.model import Terms
from features.groupbuy.reading import title_of
from kernel import business_day
from kernel.ids import PickupPointId

_CLOSES, _OPENS, _ENDS = time(20), time(17), time(20)
_TOO_LATE_FOR_TODAY = time(17)
_DAY = timedelta(days=1)
_SOON = timedelta(minutes=30)  # what closes sooner is not offered
_OFFERED = 4


def default_terms(*, now: datetime, zone: ZoneInfo, language: str, point: PickupPointId | None) -> Terms:
    """Return the terms of most deals: until 20:00, picked up the next day from 17:00 to 20:00."""
    local = now.astimezone(zone)
    day = local.date() + (_DAY if local.time() >= _TOO_LATE_FOR_TODAY else timedelta())
    return Terms(
        title=title_of(day, language),
        closes_at=business_day.instant(day, _CLOSES, zone),
        point=point,
        pickup_at=business_day.instant(day + _DAY, _OPENS, zone),
        pickup_until=business_day.instant(day + _DAY, _ENDS, zone),
    )


def terms_like(
    terms: Terms, *, now: datetime, zone: ZoneInfo, language: str, point: PickupPointId | None
) -> Terms:
    """Return the terms of an earlier deal at the same hours of the days to come.

    A title made of the weekday follows it. `point` takes the place of one that is closed now.
    """
    closed, opens, ends = (
        at.astimezone(zone) for at in (terms.closes_at, terms.pickup_at, terms.pickup_until)
    )
    day = now.astimezone(zone).date()
    if business_day.instant(day, closed.time(), zone) < now + _SOON:
        day += _DAY
    shift = day - closed.date()
    was_made = terms.title == title_of(closed.date(), language)
    return replace(
        terms,
        title=title_of(day, language) if was_made else terms.title,
        closes_at=business_day.instant(day, closed.time(), zone),
        point=point,
        pickup_at=business_day.instant(opens.date() + shift, opens.time(), zone),
        pickup_until=business_day.instant(ends.date() + shift, ends.time(), zone),
    )


def closing_at(terms: Terms, closes_at: datetime, zone: ZoneInfo) -> Terms:
    """Return terms with another cut-off; a pick-up that would come before it moves to the day after."""
    later = replace(terms, closes_at=closes_at)
    if closes_at <= terms.pickup_at:
        return later
    opens, ends = terms.pickup_at.astimezone(zone), terms.pickup_until.astimezone(zone)
    day = closes_at.astimezone(zone).date() + _DAY
    return replace(
        later,
        pickup_at=business_day.instant(day, opens.time(), zone),
        pickup_until=business_day.instant(day + (ends.date() - opens.date()), ends.time(), zone),
    )


def cutoffs(now: datetime, zone: ZoneInfo) -> tuple[datetime, ...]:
    """Return the cut-offs that are offered: the next evenings, and a noon."""
    today = now.astimezone(zone).date()
    hours = ((0, 20), (0, 21), (1, 12), (1, 20), (2, 20), (3, 20))
    ahead = (business_day.instant(today + days * _DAY, time(hour), zone) for days, hour in hours)
    return tuple(at for at in ahead if at >= now + _SOON)[:_OFFERED]


def pickups(terms: Terms, zone: ZoneInfo) -> tuple[tuple[datetime, datetime], ...]:
    """Return the hours of pick-up that are offered: the evenings after the cut-off, and a morning."""
    day = terms.closes_at.astimezone(zone).date()
    return tuple(
        (_of(day, days, opens, zone), _of(day, days, ends, zone))
        for days, opens, ends in ((1, 10, 12), (1, 17, 20), (2, 17, 20), (3, 17, 20))
    )


def _of(day: date, days: int, hour: int, zone: ZoneInfo) -> datetime:
    return business_day.instant(day + days * _DAY, time(hour), zone)
