"""Points changed into coupons and vouchers (domain.md §4): both in one unit, so a double tap is one."""

from dataclasses import dataclass
from datetime import date, datetime

from features.app.uow import Uow
from features.coupons.model import (
    Coupon,
    Design,
    Kind,
    Limits,
    NoDelivery,
    NotOpen,
    OldPage,
    Origin,
    RedeemedOften,
    Term,
    Terms,
    Way,
)
from features.coupons.service import Coupons
from features.growth.service import Growth
from features.members.model import Person, Started
from features.members.service import Members
from kernel import business_day
from kernel.money import Fen

_NO_END = 1_000_000  # of these a member; what limits them is the month
KINDS = (Kind.AMOUNT, Kind.PICK, Kind.DELIVERY)


@dataclass(frozen=True, slots=True)
class Swap:
    """What points can be changed into: what it costs, and how often this month the member did."""

    terms: Terms
    cost: int
    used: int
    is_offered: bool


@dataclass(frozen=True, slots=True)
class SwapPage:
    """A member's points and what they can be changed into in a local month (its first day)."""

    known: Started
    points: int
    month: date
    limit: int
    days: int
    swaps: tuple[Swap, ...]


@dataclass(frozen=True, slots=True)
class Swapped:
    """Points became a coupon; `again`: under this tap they had before."""

    known: Started
    now: datetime
    coupon: Coupon
    cost: int
    points: int  # that are left
    again: bool


@dataclass(frozen=True, slots=True)
class Redeeming:
    """Points into coupons. Every use case may raise NotMember, Away or ConsentNeeded."""

    members: Members
    growth: Growth
    coupons: Coupons

    def page(self, uow: Uow, *, person: Person) -> SwapPage:
        """Return what points can be changed into, what it costs, and how often this month it was."""
        known = self.members.consented(uow, person=person)
        policy, month = self.coupons.policy, _month(uow, known)
        return SwapPage(
            known,
            uow.growth.account(known.member.id).points,
            month,
            policy.redeem_per_month,
            policy.redeem_days,
            tuple(self._swap(uow, known, kind, month) for kind in KINDS),
        )

    def redeem(self, uow: Uow, *, person: Person, kind: Kind, month: str, nth: int) -> Swapped:
        """Change points into the `nth` of a kind in a month (YYYY-MM), once.

        Raises NoDelivery, RedeemedOften, OldPage, NotEnoughPoints and NotOpen too; then nothing is changed.
        """
        known = self.members.consented(uow, person=person)
        begins = _month(uow, known)
        swap = self._swap(uow, known, kind, begins)
        self._check(swap, begins, month, nth)
        key = _key(known, kind, begins, nth)
        spent = self.growth.spend(uow, member=known.member.id, points=swap.cost, key=key)
        piece = self.coupons.issue(
            uow,
            template=self.coupons.standing(uow, design=self._design(swap.terms)),
            member=known.member.id,
            group=known.group.id,
            origin=Origin.POINTS,
            key=key,
        )
        if piece is None:
            raise NotOpen
        left = uow.growth.account(known.member.id).points
        return Swapped(known, uow.now, piece, swap.cost, left, spent.again)

    def _check(self, swap: Swap, begins: date, month: str, nth: int) -> None:
        limit = self.coupons.policy.redeem_per_month
        if not swap.is_offered:
            raise NoDelivery
        if month != month_word(begins) or nth > swap.used + 1:
            raise OldPage
        if nth > limit:
            raise RedeemedOften(limit=limit)

    def _swap(self, uow: Uow, known: Started, kind: Kind, begins: date) -> Swap:
        policy = self.coupons.policy
        keys = [_key(known, kind, begins, nth + 1) for nth in range(policy.redeem_per_month)]
        used = len(uow.coupons.known_keys(keys))
        match kind:
            case Kind.PICK:
                return Swap(_voucher(kind), policy.pick_points, used, is_offered=True)
            case Kind.DELIVERY:
                offered = bool(policy.delivery_offered)
                return Swap(_voucher(kind), policy.delivery_points, used, is_offered=offered)
            case _:
                amount, minimum = Fen(policy.amount_fen), Fen(policy.amount_minimum_fen)
                return Swap(Terms(Kind.AMOUNT, amount, 0, minimum), policy.amount_points, used, True)

    def _design(self, terms: Terms) -> Design:
        days = self.coupons.policy.redeem_days
        return Design(
            terms,
            Term(days=days),
            Limits(None, _NO_END, None),
            Way.SYSTEM,
            group=None,
            code=f"points:{terms.kind}:{terms.amount}:{terms.minimum}:{days}",
        )


def _voucher(kind: Kind) -> Terms:
    return Terms(kind, Fen(0), 0, Fen(0))


def _month(uow: Uow, known: Started) -> date:
    return business_day.local_date(uow.now, known.group.zone).replace(day=1)


def month_word(begins: date) -> str:
    """Return a month as buttons and keys name it: YYYY-MM."""
    return f"{begins:%Y-%m}"


def _key(known: Started, kind: Kind, begins: date, nth: int) -> str:
    return f"points:{kind}:{known.member.id}:{month_word(begins)}:{nth}"
