"""When the bot may speak unasked (domain.md §5.1)."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from features.outreach.model import QuietHours
from kernel import business_day


def is_quiet(at: time, quiet: QuietHours) -> bool:
    """Tell whether local time `at` lies in the quiet hours."""
    if quiet.start <= quiet.end:
        return quiet.start <= at < quiet.end
    return at >= quiet.start or at < quiet.end


def quiet_from(now: datetime, zone: ZoneInfo, quiet: QuietHours) -> datetime | None:
    """Return the UTC instant at which the next quiet hours begin after `now`; None when there are none."""
    if quiet.start == quiet.end:
        return None
    today = now.astimezone(zone).date()
    starts = (business_day.instant(today + timedelta(days=days), quiet.start, zone) for days in range(3))
    return next(start for start in starts if start > now)


def next_allowed(now: datetime, zone: ZoneInfo, quiet: QuietHours) -> datetime:
    """Return `now`, or the UTC instant at which the quiet hours around it end."""
    local = now.astimezone(zone)
    if not is_quiet(local.time(), quiet):
        return now
    after_midnight = local.time() < quiet.end
    day = local.date() if after_midnight else local.date() + timedelta(days=1)
    end = business_day.instant(day, quiet.end, zone)
    return end if end > now else business_day.instant_again(day, quiet.end, zone)
