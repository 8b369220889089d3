"""What earns how much and how often, when points expire, whose points go first (domain.md §4)."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from features.growth.model import (
    Booked,
    Cap,
    DueKind,
    EarningRule,
    Event,
    Level,
    Lot,
    NotEarnedReason,
    Period,
    Privileges,
    Usage,
)
from features.growth.policy import GrowthPolicy
from kernel import business_day

PLACES = 10  # of a board
_FEW, _MANY = "**", "***"  # what stands for the rest of a masked name


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


def earning_rule(event: Event, policy: GrowthPolicy) -> EarningRule:
    """Return what `event` earns and how often. Raises KeyError for one that earns nothing."""
    amount, cap = {
        Event.REGISTER: (policy.register_points, Cap(once=True)),
        Event.FIRST_ORDER: (policy.first_order_points, Cap(once=True)),
        Event.SHARE: (
            policy.share_points,
            Cap(per_day=policy.share_per_day, per_week=policy.share_per_week),
        ),
        Event.REPURCHASE: (
            policy.repurchase_points,
            Cap(per_day=policy.repurchase_per_day, per_month=policy.repurchase_per_month),
        ),
        Event.UGC: (policy.ugc_points, Cap(per_month=policy.ugc_per_month)),
    }[event]
    return EarningRule(event, amount, cap)


def why_not_earned(usage: Usage, cap: Cap) -> NotEarnedReason | None:
    """Return why something earns nothing, the longest wait where several caps are full; None if it earns."""
    if usage.known:
        return NotEarnedReason.ALREADY
    if cap.once and usage.ever:
        return NotEarnedReason.ONCE
    full = (
        (cap.per_month, usage.month, NotEarnedReason.CAPPED_MONTH),
        (cap.per_week, usage.week, NotEarnedReason.CAPPED_WEEK),
        (cap.per_day, usage.day, NotEarnedReason.CAPPED_DAY),
    )
    return next((reason for most, used, reason in full if most is not None and used >= most), None)


def starts_on(period: Period, on: date) -> date:
    """Return the Monday of the week, or the first of the month, that holds the local date `on`."""
    return on - timedelta(days=on.weekday()) if period is Period.WEEK else on.replace(day=1)


def unspent(points: int, *, balance: int) -> int:
    """Return what is left of credited `points` once they have filled the debt of a negative balance."""
    return max(points + min(balance, 0), 0)


def draws(lots: Iterable[Lot], points: int) -> tuple[tuple[Lot, int], ...]:
    """Return how much to take from each lot, in their order, for `points`; what they lack becomes a debt."""
    taken: list[tuple[Lot, int]] = []
    for lot in lots:
        if points <= 0:
            break
        taken.append((lot, min(lot.unspent, points)))
        points -= taken[-1][1]
    return tuple(taken)


def points_to_reverse(booked: Booked) -> int:
    """Return the points that a reversal takes back: those that lapsed are gone already."""
    return (booked.earned or 0) - booked.lapsed


def privileges(level: Level, policy: GrowthPolicy) -> Privileges:
    """Return what a level gives."""
    deliveries = {
        Level.SEEDLING: policy.seedling_free_deliveries,
        Level.BLOOM: policy.bloom_free_deliveries,
        Level.FRUIT: policy.fruit_free_deliveries,
    }
    early = {Level.BLOOM: policy.bloom_early_minutes, Level.FRUIT: policy.fruit_early_minutes}
    return Privileges(
        member_day_price=level >= policy.member_day_from,
        free_deliveries=deliveries.get(level, 0),
        early_order_minutes=early.get(level, 0),
        votes=level >= policy.votes_from,
    )


def masked(name: str) -> str:
    """Return a name as neighbours see it on a board: how it begins, never the whole of it."""
    rest = _FEW if name and ord(name[0]) > ord("\u2e7f") else _MANY
    return f"{name[0]}{rest}" if len(name) > 1 else rest
