"""Local days and local times of a group, against UTC instants."""

import calendar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def local_date(now: datetime, zone: ZoneInfo) -> date:
    """Return the calendar date in `zone` at `now`."""
    return now.astimezone(zone).date()


def instant(on: date, at: time, zone: ZoneInfo) -> datetime:
    """Return the UTC instant of local time `at` on `on`.

    A local time that does not exist (spring) moves forward by the gap; one that occurs twice (autumn)
    means the first. domain.md §5.1.
    """
    local = datetime.combine(on, at.replace(fold=0), tzinfo=zone)
    return local.astimezone(UTC)


def instant_again(on: date, at: time, zone: ZoneInfo) -> datetime:
    """Return the UTC instant of local time `at` on `on` where it occurs for the second time (autumn)."""
    return datetime.combine(on, at.replace(fold=1), tzinfo=zone).astimezone(UTC)


def months_later(on: date, months: int) -> date:
    """Return the same day `months` later, or that month's last day where it has no such day."""
    years, month = divmod(on.month - 1 + months, 12)
    last = calendar.monthrange(on.year + years, month + 1)[1]
    return date(on.year + years, month + 1, min(on.day, last))


def days_later(on: date, days: int) -> date:
    """Return the date `days` after `on`; negative goes back."""
    return on + timedelta(days=days)
