"""What coupons need kept."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from features.coupons.model import (
    Coupon,
    Design,
    Issue,
    Statistics,
    Template,
    TemplateId,
    TemplateState,
)
from features.staff import ports as staff_ports
from kernel.ids import CouponId, GroupId, MemberId, OrderId
from kernel.money import Fen


class TemplateStore(Protocol):
    """Kinds of coupons with their numbers, which only guarded and relative updates change."""

    def add(
        self, design: Design, *, state: TemplateState, made_by: MemberId | None, now: datetime
    ) -> TemplateId | None:
        """Keep a kind; None when another has its code."""
        ...

    def get(self, template: TemplateId) -> Template | None:
        """Return a kind."""
        ...

    def by_code(self, code: str) -> Template | None:
        """Return the kind of that code."""
        ...

    def draft_of(self, member: MemberId, group: GroupId) -> Template | None:
        """Return the draft that somebody began for a group last, if any."""
        ...

    def redesign(self, template: TemplateId, design: Design) -> bool:
        """Change a kind; False unless it is a draft."""
        ...

    def move(self, template: TemplateId, *, to: TemplateState, since: TemplateState) -> bool:
        """Move a kind to a state; False unless it was in the other."""
        ...

    def claimable(self, groups: Sequence[GroupId], *, today: date) -> tuple[Template, ...]:
        """Return the open kinds, not over, that members of these groups may claim, oldest first."""
        ...

    def givable(self, group: GroupId, *, today: date) -> tuple[Template, ...]:
        """Return the open kinds, not over, that staff of a group may give by hand, oldest first."""
        ...

    def of_group(self, group: GroupId, *, limit: int, offset: int) -> tuple[Statistics, ...]:
        """Return the kinds of a group and those of every group, newest first, with their coupons by state."""
        ...

    def statistics(self, template: Template) -> Statistics:
        """Return how many coupons of a kind are in each state."""
        ...

    def take(self, template: TemplateId, *, worth: Fen) -> bool:
        """Count one more piece, and lock its kind; False unless it is open and number and budget allow it."""
        ...

    def put_back(self, template: TemplateId, *, worth: Fen) -> None:
        """Count a piece less that this unit took and gave nobody."""
        ...

    def warn(self, template: TemplateId, *, percent: int, now: datetime) -> bool:
        """Note, once ever, that so many percent of the budget are used; False before, and the next times."""
        ...


class CouponStore(Protocol):
    """Coupons. Each change names the state before it; False: it was in another by then."""

    def get(self, coupon: CouponId) -> Coupon | None:
        """Return a coupon."""
        ...

    def by_key(self, key: str) -> Coupon | None:
        """Return the coupon that was given out under a key."""
        ...

    def known_keys(self, keys: Sequence[str]) -> frozenset[str]:
        """Return those of `keys` under which coupons were given out."""
        ...

    def count(self, template: TemplateId, member: MemberId) -> int:
        """Return how many coupons of a kind a member ever got."""
        ...

    def counts(self, member: MemberId) -> Mapping[TemplateId, int]:
        """Return how many coupons of each kind a member ever got."""
        ...

    def add(self, issue: Issue, *, now: datetime) -> CouponId | None:
        """Give a coupon out; None when its key, or the member's number of it, is taken."""
        ...

    def wallet(self, member: MemberId, *, now: datetime) -> tuple[Coupon, ...]:
        """Return what a member can use or has reserved, what expires first ahead."""
        ...

    def past(self, member: MemberId, *, now: datetime, limit: int, offset: int) -> tuple[Coupon, ...]:
        """Return what a member can use no more, newest first."""
        ...

    def of_order(self, order: OrderId) -> tuple[Coupon, ...]:
        """Return the coupons of an order, reserved or used, kept from others until the unit ends."""
        ...

    def reserve(self, coupon: CouponId, *, order: OrderId, off: Fen, now: datetime) -> bool:
        """Reserve an available coupon that is not over for an order, off which it takes so much."""
        ...

    def reprice(self, coupon: CouponId, *, order: OrderId, off: Fen) -> bool:
        """Keep what a reserved coupon takes off the order that has changed."""
        ...

    def release(
        self, coupon: CouponId, *, order: OrderId, expires_at: datetime, due_at: datetime, now: datetime
    ) -> bool:
        """Give a reserved coupon back to its owner, from now on until `expires_at`."""
        ...

    def use(self, coupon: CouponId, *, order: OrderId, now: datetime) -> bool:
        """Use a reserved coupon up, and count what it takes off as spent."""
        ...

    def restore(
        self, coupon: CouponId, *, order: OrderId, expires_at: datetime, due_at: datetime, now: datetime
    ) -> bool:
        """Give a used coupon back to its owner; what it took off is not spent."""
        ...

    def expire(self, coupon: CouponId, *, now: datetime) -> bool:
        """End an available coupon whose time is over; its part of the budget is free again."""
        ...

    def void(self, coupon: CouponId, *, only_available: bool, now: datetime) -> bool:
        """Take an unused coupon back; its part of the budget is free again."""
        ...

    def close(self, member: MemberId, *, now: datetime) -> int:
        """Void everything a member could still use, but for what an order has; return how many."""
        ...

    def due(self, *, now: datetime, limit: int) -> tuple[int, ...]:
        """Return the coupons that must be looked at, longest waiting first."""
        ...

    def next_due_at(self) -> datetime | None:
        """Return the instant at which the next coupon must be looked at."""
        ...

    def take(self, coupon: CouponId, *, now: datetime) -> Coupon | None:
        """Return an available coupon that must be looked at still, kept from others by this unit."""
        ...

    def told(self, coupon: CouponId) -> None:
        """Note that the notice was given, or never will be: only the end is left to look at."""
        ...

    def postpone(self, coupon: CouponId, *, until: datetime) -> None:
        """Look at a coupon later."""
        ...

    def back_off(self, coupon: CouponId, *, now: datetime) -> None:
        """Count a failed look and look again after a growing pause."""
        ...

    def export(self, member: MemberId) -> tuple[Mapping[str, int | str | datetime | None], ...]:
        """Return every coupon a member ever had as plain values."""
        ...


class Uow(staff_ports.Uow, Protocol):
    """What the use cases of coupons may touch."""

    @property
    def coupons(self) -> CouponStore:
        """Coupons."""
        ...

    @property
    def coupon_templates(self) -> TemplateStore:
        """Kinds of coupons."""
        ...
