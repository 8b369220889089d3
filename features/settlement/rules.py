"""Decisions about settlement: does the money balance, when is a window over, what is a leader's share."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from features.groupbuy.model import Item
from features.orders.model import Line
from features.settlement.model import Figures, LineShare, SettlementPolicy
from kernel import business_day
from kernel.money import Fen

_WHOLE = 10_000  # hundredths of a percent


def is_sound(f: Figures) -> bool:
    """Tell whether lines = payments - refunds, what is unpaid or overpaid aside (domain.md §7.1)."""
    counted = (f.lines, f.payments, f.backs) == (f.goods, f.paid, f.refunded)
    return counted and f.lines - f.off + f.fee == f.payments - f.backs + f.unpaid - f.overpaid


def window_until(lines: Sequence[tuple[Item, Line]], policy: SettlementPolicy) -> datetime | None:
    """Return when the last complaint about an order can come; None while something is not picked up."""
    ends = []
    for item, line in lines:
        if line.collected_at is None:
            return None
        fresh = item.goods.category in policy.fresh
        span = timedelta(hours=policy.fresh_hours) if fresh else timedelta(days=policy.packed_days)
        ends.append(line.collected_at + span)
    return max(ends, default=None)


def is_mostly_back(reduced: Fen, whole: Fen) -> bool:
    """Tell whether at least half of an order went back: then it earns nothing (domain.md §4)."""
    return reduced * 2 >= whole


def bases(total: Fen, lines: Sequence[LineShare]) -> tuple[Fen, ...]:
    """Spread what counts of an order over its lines by what they cost, to the fen."""
    whole, so_far, before, shares = sum(line.amount for line in lines), 0, 0, []
    for line in lines:
        so_far += line.amount
        upto = total * so_far // whole if whole else 0
        shares.append(Fen(upto - before))
        before = upto
    return tuple(shares)


def rate_of(category: str, policy: SettlementPolicy) -> int:
    """Return the leader's rate for goods of a category."""
    return policy.fresh_rate if category in policy.fresh else policy.standard_rate


def share(base: Fen, rate: int) -> Fen:
    """Return a leader's share of what was sold, half a fen rounded up."""
    return Fen((base * rate * 2 + _WHOLE) // (2 * _WHOLE))


def daily_at(now: datetime, zone: ZoneInfo, policy: SettlementPolicy) -> datetime:
    """Return when a group's day is summed up next."""
    return _next(now, zone, policy.daily_at)


def digest_at(now: datetime, zone: ZoneInfo, policy: SettlementPolicy) -> datetime:
    """Return when leaders next read what was drawn up."""
    return _next(now, zone, policy.digest_at)


def _next(now: datetime, zone: ZoneInfo, local: time) -> datetime:
    today = business_day.local_date(now, zone)
    at = business_day.instant(today, local, zone)
    return at if at > now else business_day.instant(business_day.days_later(today, 1), local, zone)
