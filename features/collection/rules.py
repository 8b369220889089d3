"""Decisions about arriving, sharing out and collecting: values in, values out (domain.md §7.1)."""

import heapq
import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from features.collection.model import CollectionPolicy, Ordered, Parcel, Share
from features.groupbuy.model import DealState
from features.outreach.model import QuietHours
from features.outreach.rules import is_quiet
from kernel import business_day
from kernel.money import NOTHING, Fen, Milli, amount_of

BEFORE = (DealState.FORMED, DealState.PURCHASING)
HERE = (DealState.ARRIVED, DealState.PICKING)
"""States of a deal whose goods are on their way, and of one whose goods are handed out."""

_DIGITS = 6
_WEIGHT = re.compile(r"(\d{1,4})(?:\.(\d{1,3}))?")
_HEAVIEST = 3  # times what was ordered: more is a typing error


def share_out(lines: Sequence[Ordered], available: Milli, step: Milli) -> tuple[Share, ...]:
    """Share what came among those who ordered, in whole steps; in the order of ordering.

    First come, everybody keeps one step while there is one. The rest goes step by step to whoever is
    furthest behind their part of what they still want (Sainte-Laguë), the earlier order first where two
    are level. So the shares depend on the orders alone, and with more goods nobody gets less.
    """
    turn = sorted(lines, key=lambda each: (each.placed_at, each.line))
    if available >= sum(each.quantity for each in turn):
        return tuple(_share(each, each.quantity) for each in turn)
    wanted = [each.quantity // step for each in turn]
    units = min(max(0, available) // step, sum(wanted))
    got = [0] * len(turn)
    for at, most in enumerate(wanted):
        if units and most:
            got[at], units = 1, units - 1
    _spread([max(0, most - 1) for most in wanted], units, got)
    return tuple(_share(each, Milli(much * step)) for each, much in zip(turn, got, strict=True))


def _spread(rest: Sequence[int], units: int, got: list[int]) -> None:
    """Add `units` to what each `got`, in proportion to the `rest` each still wants."""
    heap = [(Fraction(1, want), at, 1) for at, want in enumerate(rest) if want]
    heapq.heapify(heap)
    for _ in range(units):
        _, at, odd = heapq.heappop(heap)
        got[at] += 1
        if (odd + 1) // 2 < rest[at]:
            heapq.heappush(heap, (Fraction(odd + 2, rest[at]), at, odd + 2))


def _share(line: Ordered, given: Milli) -> Share:
    return Share(line.line, line.order, line.quantity, given)


def back_for(price: Fen, amount: Fen | None, quantity: Milli, given: Milli) -> Fen:
    """Return what is not charged where `given` came of `quantity`: the amount fixed, less what stays."""
    whole = amount_of(price, quantity) if amount is None else amount
    return Fen(max(0, whole - amount_of(price, given)))


def digits_of(number: int) -> str:
    """Return a drawn number below a million as the six digits of a code."""
    return f"{number:0{_DIGITS}}"


def reminders(
    arrived_at: datetime, zone: ZoneInfo, quiet: QuietHours, policy: CollectionPolicy
) -> tuple[datetime | None, datetime]:
    """Return when who has not collected is reminded: the same day unless it is night, and the next day."""
    soon = arrived_at + timedelta(hours=policy.remind_hours)
    local = soon.astimezone(zone)
    next_day = business_day.days_later(business_day.local_date(arrived_at, zone), 1)
    second = business_day.instant(next_day, policy.remind_at, zone)
    is_night = is_quiet(local.time(), quiet) or soon >= second
    return (None if is_night else soon), second


def kept_until(arrived_at: datetime, zone: ZoneInfo, policy: CollectionPolicy) -> datetime:
    """Return how long perishables are kept: until that hour of the day after they arrived."""
    next_day = business_day.days_later(business_day.local_date(arrived_at, zone), 1)
    return business_day.instant(next_day, policy.keep_until, zone)


def weight_of(typed: str) -> Milli | None:
    """Return a typed number as thousandths; None for anything else."""
    found = _WEIGHT.fullmatch(unicodedata.normalize("NFKC", typed).strip())
    if found is None:
        return None
    return Milli(int(found[1]) * 1000 + int((found[2] or "0").ljust(3, "0")))


def may_weigh(quantity: Milli, weighed: Milli) -> bool:
    """Tell whether goods of which `quantity` was ordered can weigh so much."""
    return NOTHING < weighed <= quantity * _HEAVIEST


def waiting(parcels: Iterable[Parcel]) -> tuple[Parcel, ...]:
    """Return those of which something is still to be handed over."""
    return tuple(parcel for parcel in parcels if parcel.waits)
