"""What comes off, which coupon serves an order well, why one cannot be used, and what may become of it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from features.coupons.model import (
    AlreadyUsed,
    Basket,
    BelowMinimum,
    CannotUse,
    Coupon,
    Design,
    Expired,
    Gain,
    Kind,
    Line,
    Move,
    NotForThese,
    NotYet,
    NotYours,
    Offer,
    Reach,
    Scope,
    State,
    Taken,
    Term,
    Terms,
    Void,
)
from features.coupons.policy import CouponPolicy
from kernel import business_day
from kernel.ids import MemberId, OrderId
from kernel.message import Money
from kernel.money import Fen, share_of

MOVES: Mapping[Move, tuple[tuple[State, ...], State]] = {
    Move.RESERVE: ((State.AVAILABLE,), State.RESERVED),
    Move.RELEASE: ((State.RESERVED,), State.AVAILABLE),
    Move.USE: ((State.RESERVED,), State.USED),
    Move.RESTORE: ((State.USED,), State.AVAILABLE),
    Move.EXPIRE: ((State.AVAILABLE,), State.EXPIRED),
    Move.VOID: ((State.AVAILABLE, State.RESERVED), State.VOID),
}
"""What may become of a coupon: from which states, to which."""

OPEN = (State.AVAILABLE, State.RESERVED)
"""A coupon that can still take something off."""

COUNTED = (*OPEN, State.USED)
"""What counts against the budget: what expired or is void gives its part back."""

PERCENTS = (5, 10, 15, 20, 25, 30, 40, 50)
"""The parts of an amount that can be taken off; each has a name that people know."""

_TICK = timedelta(milliseconds=1)


def reaches(scope: Scope, line: Line) -> bool:
    """Tell whether a line is of the goods a coupon is for."""
    match scope.reach:
        case Reach.ALL:
            return True
        case Reach.SKUS:
            return line.sku in scope.items
        case Reach.CATEGORIES:
            return line.category in scope.items


def in_scope(terms: Terms, basket: Basket) -> tuple[Fen, ...]:
    """Return the amount of each line, 0 for goods the coupon is not for; what `split` divides over."""
    return tuple(line.amount if reaches(terms.scope, line) else Fen(0) for line in basket)


def discount(coupon: Coupon, basket: Basket) -> Fen:
    """Return what a coupon takes off a basket, whoever may use it when: `why_not` says that."""
    return taken_off(coupon.terms, basket)


def taken_off(terms: Terms, basket: Basket) -> Fen:
    """Return what comes off by such terms: only goods in scope count, for the minimum and for the amount.

    Never more than these goods come to. A percentage is rounded to whole fen, half a fen up, which is in
    the member's favour, and then capped.
    """
    amount = Fen(sum(in_scope(terms, basket)))
    if not terms.kind.is_money or amount < terms.minimum or amount <= 0:
        return Fen(0)
    off = share_of(amount, terms.percent, 100) if terms.kind is Kind.PERCENT else terms.amount
    return Fen(min(off, terms.amount, amount))


def split(off: Fen, amounts: Sequence[Fen]) -> tuple[Fen, ...]:
    """Divide what comes off over lines in proportion to their amounts; the parts add up to it exactly.

    Largest remainder; where remainders are alike, the earlier line. No part exceeds its line. Raises
    ValueError for more than the lines come to.
    """
    whole = sum(amounts)
    if not 0 <= off <= whole:
        raise ValueError(f"0 to {whole} fen to divide expected, got {off}")
    if whole == 0:
        return tuple(Fen(0) for _ in amounts)
    parts = [off * amount // whole for amount in amounts]
    by_remainder = sorted(range(len(amounts)), key=lambda at: (-(off * amounts[at] % whole), at))
    for at in by_remainder[: off - sum(parts)]:
        parts[at] += 1
    return tuple(map(Fen, parts))


def why_not(
    coupon: Coupon | None, basket: Basket, *, member: MemberId, now: datetime, order: OrderId | None = None
) -> CannotUse | None:
    """Return why `member` cannot use a coupon on a basket at `now`; None where they can.

    `order` names an order that may have reserved it already. A voucher can be used on any order.
    """
    if coupon is None or coupon.owner != member:
        return NotYours()
    if (over := _why_not_open(coupon, now, order)) is not None:
        return over
    if not coupon.terms.kind.is_money:
        return None
    amount = sum(in_scope(coupon.terms, basket))
    if amount <= 0:
        return NotForThese()
    if amount < coupon.terms.minimum:
        return BelowMinimum(missing=Money(Fen(coupon.terms.minimum - amount)))
    return None


def _why_not_open(coupon: Coupon, now: datetime, order: OrderId | None) -> CannotUse | None:
    match coupon.state:
        case State.USED:
            return AlreadyUsed()
        case State.VOID:
            return Void()
        case State.EXPIRED:
            return Expired()
        case State.RESERVED:
            return None if order is not None and coupon.order == order else Taken()
        case State.AVAILABLE:
            if now >= coupon.expires_at:
                return Expired()
            return NotYet() if now < coupon.starts_at else None


def best(coupons: Iterable[Coupon], basket: Basket, *, member: MemberId, now: datetime) -> Offer | None:
    """Return the coupon that takes off the most; of equals the one that expires first, then the older."""
    offers = [
        (discount(coupon, basket), coupon)
        for coupon in coupons
        if why_not(coupon, basket, member=member, now=now) is None
    ]
    offers = [(off, coupon) for off, coupon in offers if off > 0]
    if not offers:
        return None
    off, coupon = min(offers, key=lambda each: (-each[0], each[1].expires_at, each[1].id))
    alike = sum(other == off for other, _ in offers) > 1
    return Offer(coupon, off, Gain.EXPIRES_FIRST if alike else Gain.MOST_OFF)


def span(term: Term, now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return from when and until when (UTC, not included) a coupon got at `now` can be used."""
    if term.ends_on is not None:
        starts_at = business_day.instant(term.starts_on, time.min, zone) if term.starts_on else now
        return starts_at, end_of(term.ends_on, zone)
    return now, days_on(now, term.days or 0, zone)


def days_on(now: datetime, days: int, zone: ZoneInfo) -> datetime:
    """Return the end (UTC) of the local day that is `days` after today."""
    return end_of(business_day.days_later(business_day.local_date(now, zone), days), zone)


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """Return the UTC instant at which a local day is over."""
    return business_day.instant(business_day.days_later(day, 1), time.min, zone)


def last_day(expires_at: datetime, zone: ZoneInfo) -> date:
    """Return the last local date on which a coupon can be used."""
    return business_day.local_date(expires_at - _TICK, zone)


def due_at(expires_at: datetime, now: datetime, zone: ZoneInfo, policy: CouponPolicy) -> datetime:
    """Return when a coupon is looked at next: for the notice, or for its end where that comes too late."""
    day = business_day.days_later(last_day(expires_at, zone), -policy.notice_days)
    notice_at = business_day.instant(day, policy.notice_at, zone)
    return notice_at if notice_at > now else expires_at


def check_design(design: Design) -> None:
    """Raise ValueError for a kind of coupon that means nothing."""
    _check_terms(design.terms)
    term, limits = design.term, design.limits
    if (term.days is None) == (term.ends_on is None) or (term.days is not None and term.days < 1):
        raise ValueError(f"some days, or a last date, expected, got {term}")
    if term.starts_on and term.ends_on and term.starts_on > term.ends_on:
        raise ValueError(f"a first date before the last expected, got {term}")
    if limits.per_member < 1 or (limits.total is not None and limits.total < 1):
        raise ValueError(f"limits of 1 at least expected, got {limits}")
    if limits.budget is not None and limits.budget < design.terms.worth:
        raise ValueError(f"a budget for one coupon of {design.terms.worth} expected, got {limits.budget}")


def _check_terms(terms: Terms) -> None:
    if terms.kind.is_money != (terms.amount > 0) or terms.minimum < 0:
        raise ValueError(f"an amount for money, none for a voucher, expected, got {terms}")
    if terms.kind is Kind.PERCENT and terms.percent not in PERCENTS:
        raise ValueError(f"one of {PERCENTS} percent expected, got {terms.percent}")
    if terms.kind is not Kind.PERCENT and terms.percent:
        raise ValueError(f"no percent expected for {terms.kind}, got {terms.percent}")
    if (terms.scope.reach is Reach.ALL) == bool(terms.scope.items):
        raise ValueError(f"goods named where it is for a part of them expected, got {terms.scope}")
