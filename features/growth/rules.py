"""When points expire and when their owner hears of it (domain.md §4)."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from features.growth.model import DueKind, GrowthPolicy
from kernel import business_day


def expiry_date(earned_on: date, policy: GrowthPolicy) -> date:
    """Return the last local date on which points earned on `earned_on` can be spent."""
    return business_day.months_later(earned_on, policy.points_last_months)


def schedule(expires_on: date, zone: ZoneInfo, policy: GrowthPolicy) -> tuple[tuple[DueKind, datetime], ...]:
    """Return what falls due for points that expire on `expires_on`, with its UTC instants in order."""
    first = business_day.days_later(expires_on, -policy.first_notice_days)
    last = business_day.days_later(expires_on, -policy.last_notice_days)
    gone = business_day.days_later(expires_on, 1)
    return (
        (DueKind.FIRST_NOTICE, business_day.instant(first, policy.notice_at, zone)),
        (DueKind.LAST_NOTICE, business_day.instant(last, policy.notice_at, zone)),
        (DueKind.LAPSE, business_day.instant(gone, time.min, zone)),
    )


def is_late(kind: DueKind, *, today: date, expires_on: date, policy: GrowthPolicy) -> bool:
    """Tell whether a notice comes too late: the next one is due by now, or the points are gone."""
    if kind is DueKind.FIRST_NOTICE:
        return today >= business_day.days_later(expires_on, -policy.last_notice_days)
    return today > expires_on
