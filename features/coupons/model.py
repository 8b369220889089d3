"""Values and refusals about coupons."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

from kernel.errors import Refusal
from kernel.ids import CouponId, GroupId, MemberId, OrderId
from kernel.money import Fen

TemplateId = NewType("TemplateId", int)  # a kind of coupon


class Kind(StrEnum):
    """What a coupon gives. `PICK` and `DELIVERY` are vouchers: nothing comes off an order."""

    AMOUNT = "amount"
    PERCENT = "percent"
    PICK = "pick"  # to pick goods ahead of others, once
    DELIVERY = "delivery"  # once brought home without the fee

    @property
    def is_money(self) -> bool:
        """Whether it takes something off an order."""
        return self in (Kind.AMOUNT, Kind.PERCENT)


class Reach(StrEnum):
    """For which goods a coupon is."""

    ALL = "all"
    SKUS = "skus"
    CATEGORIES = "categories"


class Way(StrEnum):
    """How coupons of a kind are got."""

    CLAIM = "claim"  # by one tap, by every member
    STAFF = "staff"  # given by hand
    SYSTEM = "system"  # by what the product does: registration, invites, points


class Origin(StrEnum):
    """How one coupon came to its member."""

    CLAIMED = "claimed"
    STAFF = "staff"
    REGISTRATION = "registration"
    COMPENSATION = "compensation"
    INVITE = "invite"
    POINTS = "points"


class TemplateState(StrEnum):
    """Where a kind of coupon stands: it changes only as a draft, and is given out only while open."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


class State(StrEnum):
    """Where a coupon stands; `rules.MOVES` says what may become of it."""

    AVAILABLE = "available"
    RESERVED = "reserved"  # for an order that is not paid for yet
    USED = "used"
    EXPIRED = "expired"
    VOID = "void"


class Move(StrEnum):
    """What can happen to a coupon."""

    RESERVE = "reserve"
    RELEASE = "release"  # its order came to nothing
    USE = "use"
    RESTORE = "restore"  # its order was taken back, and the failure is ours
    EXPIRE = "expire"
    VOID = "void"


class VoidReason(StrEnum):
    """Why a coupon counts no more; a code of the journal."""

    UNDONE = "undone"  # staff took back what they gave
    CLAWBACK = "clawback"  # what it was for did not hold
    ERASED = "erased"  # its member was erased


@dataclass(frozen=True, slots=True)
class Line:
    """What one line of an order comes to, and what it is: the merchant's code, and the category."""

    sku: str
    category: str
    amount: Fen


Basket = tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Scope:
    """The goods a coupon is for: everything, or the codes or categories in `items`."""

    reach: Reach = Reach.ALL
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Terms:
    """What a coupon gives. `amount` is the most that comes off; `percent` is 0 for a fixed amount.

    `minimum` is what goods in scope must come to.
    """

    kind: Kind
    amount: Fen
    percent: int
    minimum: Fen
    scope: Scope = Scope()

    @property
    def worth(self) -> Fen:
        """What one piece counts against the budget: the worst case."""
        return self.amount if self.kind.is_money else Fen(0)


@dataclass(frozen=True, slots=True)
class Term:
    """How long coupons of a kind can be used: whole local days after the one they came, or up to a date.

    Exactly one of `days` and `ends_on` is given; `starts_on` goes with `ends_on`.
    """

    days: int | None = None
    starts_on: date | None = None
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """How many there are, in all (None: no limit) and a member, and what they may cost (None: no limit)."""

    total: int | None
    per_member: int
    budget: Fen | None


@dataclass(frozen=True, slots=True)
class Design:
    """A kind of coupon, before there is any: `group` None: for every group; `code`: made by the product."""

    terms: Terms
    term: Term
    limits: Limits
    way: Way
    group: GroupId | None
    title: str = ""  # empty: called by what it gives
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """Numbers of a kind, each a sum over its coupons.

    `taken`: all that were ever given out. `committed`: what those that are not expired or void may cost at
    most. `spent`: what used ones took off.
    """

    taken: int
    committed: Fen
    spent: Fen


@dataclass(frozen=True, slots=True)
class Template:
    """A kind of coupon as it is kept."""

    id: TemplateId
    design: Design
    state: TemplateState
    counted: Counted
    created_by: MemberId | None  # None: the product

    @property
    def left(self) -> int | None:
        """How many more there are, by number and by budget; None: no limit."""
        limits, worth = self.design.limits, self.design.terms.worth
        found = []
        if limits.total is not None:
            found.append(limits.total - self.counted.taken)
        if limits.budget is not None and worth:
            found.append((limits.budget - self.counted.committed) // worth)
        return max(min(found), 0) if found else None


@dataclass(frozen=True, slots=True)
class Coupon:
    """One piece in a member's wallet. It can be used from `starts_at` until `expires_at`."""

    id: CouponId
    template: TemplateId
    owner: MemberId
    group: GroupId | None
    terms: Terms
    title: str
    origin: Origin
    state: State
    order: OrderId | None
    off: Fen | None  # what it takes off its order
    starts_at: datetime
    expires_at: datetime
    is_told: bool = False  # that it expires soon


@dataclass(frozen=True, slots=True)
class Issue:
    """A coupon to be given out, once under its key: the member's `nth` of that kind."""

    template: TemplateId
    member: MemberId
    group: GroupId | None
    nth: int
    origin: Origin
    key: str
    worth: Fen
    starts_at: datetime
    expires_at: datetime
    due_at: datetime


class Gain(StrEnum):
    """Why a coupon is offered before others."""

    MOST_OFF = "most_off"
    EXPIRES_FIRST = "expires_first"  # of those that take the same off


@dataclass(frozen=True, slots=True)
class Offer:
    """The coupon that serves an order well, what it takes off, and why this one."""

    coupon: Coupon
    off: Fen
    gain: Gain


@dataclass(frozen=True, slots=True)
class Statistics:
    """A kind with the number of its coupons in each state."""

    template: Template
    states: dict[State, int]


class CannotUse(Refusal):
    """A coupon cannot be used on an order."""


class NotYours(CannotUse):
    """Somebody else's coupon, or none at all: nothing of it is told."""

    text_key = "coupons.not_yours"


class Expired(CannotUse):
    """The coupon's time is over."""

    text_key = "coupons.is_expired"


class NotYet(CannotUse):
    """The coupon's time has not begun."""

    text_key = "coupons.not_yet"


class BelowMinimum(CannotUse):
    """The goods it is for do not come to enough."""

    text_key = "coupons.below_minimum"


class NotForThese(CannotUse):
    """Nothing in the order is of the goods it is for."""

    text_key = "coupons.not_for_these"


class Taken(CannotUse):
    """Another order has it, or another tap was faster."""

    text_key = "coupons.taken"


class AlreadyUsed(CannotUse):
    """It was used on an order."""

    text_key = "coupons.already_used"


class Void(CannotUse):
    """It was taken back."""

    text_key = "coupons.is_void"


class OneAnOrder(CannotUse):
    """The order has another coupon that takes something off."""

    text_key = "coupons.one_an_order"


class CannotGet(Refusal):
    """A coupon cannot be had."""


class NotOpen(CannotGet):
    """The kind is not given out: it is closed, over, or none at all."""

    text_key = "coupons.not_open"


class NoneLeft(CannotGet):
    """All were given out, or the budget is used up."""

    text_key = "coupons.none_left"


class HadYours(CannotGet):
    """The member had as many of them as a member may."""

    text_key = "coupons.had_yours"


class NotDraft(Refusal):
    """A kind was to be changed, opened or closed that is not in the state for it."""

    text_key = "coupons.not_draft"


class NotOffered(Refusal):
    """Something was chosen that is not offered, or not any more."""

    text_key = "home.stale_button"


class NoDelivery(Refusal):
    """A free delivery was wanted where nothing is brought home."""

    text_key = "coupons.no_delivery"


class RedeemedOften(Refusal):
    """Points were changed as often this month as they can be."""

    text_key = "coupons.redeemed_often"


class OldPage(Refusal):
    """The page that was tapped shows another month, or other numbers."""

    text_key = "coupons.old_page"
