"""Decisions about deals: states, prices, goals, what may be offered (domain.md §7.1, §2.4)."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from features.groupbuy.model import (
    BadGoal,
    BadTimes,
    CannotMove,
    Counts,
    Deal,
    DealState,
    GoalKind,
    Goods,
    GroupbuyPolicy,
    Incomplete,
    Item,
    NothingToSell,
    NotOpen,
    Terms,
    TooLate,
)
from kernel.money import Fen, Milli

_S = DealState
MOVES: Mapping[DealState, frozenset[DealState]] = {
    _S.DRAFT: frozenset({_S.IN_REVIEW, _S.OPEN, _S.CANCELLED}),
    _S.IN_REVIEW: frozenset({_S.DRAFT, _S.OPEN, _S.CANCELLED}),
    _S.OPEN: frozenset({_S.LOCKED, _S.CANCELLED}),
    _S.LOCKED: frozenset({_S.OPEN, _S.FORMED, _S.FAILED, _S.CANCELLED}),
    _S.FORMED: frozenset({_S.PURCHASING, _S.ARRIVED, _S.CANCELLED}),
    _S.FAILED: frozenset(),
    _S.PURCHASING: frozenset({_S.ARRIVED}),
    _S.ARRIVED: frozenset({_S.PICKING, _S.CLOSED}),
    _S.PICKING: frozenset({_S.CLOSED}),
    _S.CLOSED: frozenset({_S.SETTLED}),
    _S.SETTLED: frozenset(),
    _S.CANCELLED: frozenset(),
}
"""Where a deal can go from each state; nothing else is ever written."""

BOUGHT = (_S.FORMED, _S.PURCHASING, _S.ARRIVED, _S.PICKING, _S.CLOSED, _S.SETTLED)
"""The states of a deal that came together: its orders count as sales."""


def check_move(before: DealState, after: DealState) -> None:
    """Raise CannotMove unless a deal may go from one state to the other."""
    if after not in MOVES[before]:
        raise CannotMove(state=before)


def price_at(goods: Goods, taken: Milli) -> Fen:
    """Return what a unit costs when the whole group takes so much. A function of these two alone.

    Who orders, their history, tags and device never enter it (domain.md §2.4 row 6).
    """
    reached = [tier.price for tier in goods.tiers if taken >= tier.quantity]
    return min([goods.price, *reached])


def next_tier(goods: Goods, taken: Milli) -> tuple[Milli, Fen] | None:
    """Return how much more the group has to take for a lower price, and that price; None at the lowest."""
    stands = price_at(goods, taken)
    ahead = [tier for tier in goods.tiers if tier.quantity > taken and tier.price < stands]
    if not ahead:
        return None
    nearest = min(ahead, key=lambda tier: tier.quantity)
    return Milli(nearest.quantity - taken), nearest.price


def left(item: Item) -> Milli | None:
    """Return how much can still be ordered; None: without end."""
    return None if item.goods.stock is None else Milli(item.goods.stock - item.taken)


def to_fill(item: Item) -> Milli:
    """Return how much is missing until the last case is full; 0 where none is open."""
    case = item.goods.case
    return Milli(-item.taken % case) if case else Milli(0)


def missing(terms: Terms, items: Sequence[Item], counts: Counts) -> int:
    """Return how much is missing until the deal comes together, in the unit of its goal; 0: it has."""
    reached = {
        GoalKind.NONE: 0,
        GoalKind.HOMES: counts.homes,
        GoalKind.MONEY: counts.money,
        GoalKind.CASES: sum(item.taken // item.goods.case for item in items if item.goods.case),
    }
    return max(0, terms.goal - reached[terms.goal_kind]) if terms.goal_kind is not GoalKind.NONE else 0


def check_opening(terms: Terms, goods: Sequence[Goods], *, now: datetime, policy: GroupbuyPolicy) -> None:
    """Raise NothingToSell, Incomplete, BadTimes or BadGoal for what cannot be opened (domain.md §7.1)."""
    if not goods:
        raise NothingToSell
    for each in goods:
        if not (each.supplier and each.batch and each.origin):
            raise Incomplete(name=each.name)
    check_times(terms, now=now, policy=policy)
    check_goal(terms, goods)


def check_goal(terms: Terms, goods: Sequence[Goods]) -> None:
    """Raise BadGoal for a goal that nobody can reach; whole cases need goods that come in cases."""
    if terms.goal_kind is GoalKind.NONE:
        return
    if terms.goal < 1 or (terms.goal_kind is GoalKind.CASES and not any(each.case for each in goods)):
        raise BadGoal


def check_times(terms: Terms, *, now: datetime, policy: GroupbuyPolicy) -> None:
    """Raise BadTimes unless now < cut-off <= pick-up < its end, within the longest time."""
    longest = now + timedelta(days=policy.longest_days)
    if not now < terms.closes_at <= longest or not terms.closes_at <= terms.pickup_at < terms.pickup_until:
        raise BadTimes(days=policy.longest_days)


def check_takes(deal: Deal, *, said_at: datetime) -> None:
    """Raise TooLate or NotOpen unless a deal takes what was said at `said_at`, by Telegram's own time.

    A clock that is ahead gains nothing: what counts is when Telegram says it was said.
    """
    over_at = deal.fill_until or deal.terms.closes_at
    if deal.state is DealState.OPEN and said_at <= over_at:
        return
    if deal.state in (DealState.DRAFT, DealState.IN_REVIEW):
        raise NotOpen(title=deal.terms.title)
    raise TooLate(title=deal.terms.title)


def is_filling(deal: Deal, now: datetime) -> bool:
    """Tell whether a deal is past its cut-off and takes only what fills open cases."""
    return deal.fill_until is not None and now > deal.terms.closes_at
