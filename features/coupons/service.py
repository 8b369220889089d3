"""Use cases of coupons: given out, reserved for an order, used, given back.

Each is one guarded step, so that of any number of takers at once the last piece has one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from features.coupons import rules
from features.coupons.model import (
    Basket,
    CannotGet,
    Coupon,
    Design,
    HadYours,
    Issue,
    NoneLeft,
    NotOpen,
    Offer,
    OneAnOrder,
    Origin,
    State,
    Taken,
    Template,
    TemplateId,
    TemplateState,
    VoidReason,
    Way,
)
from features.coupons.policy import CouponPolicy
from features.coupons.ports import Uow
from features.coupons.wording import coupon_name
from features.members.model import Member
from features.staff.model import Act
from features.staff.wording import staff_notice
from kernel import business_day
from kernel.ids import CouponId, GroupId, MemberId, OrderId
from kernel.message import Text
from kernel.money import Fen


@dataclass(frozen=True, slots=True)
class Coupons:
    """Coupons of members; `zone` counts for what belongs to no group."""

    policy: CouponPolicy
    zone: ZoneInfo

    # -- giving out

    def issue(
        self,
        uow: Uow,
        *,
        template: TemplateId,
        member: MemberId,
        group: GroupId | None,
        origin: Origin,
        key: str,
    ) -> Coupon | None:
        """Give a member a coupon, once per key: asked again, return the same one.

        None where none can be had: the kind is not open, all are gone, or the member had theirs. `group` is
        where it comes from; its zone counts for the days.
        """
        try:
            return self.give(uow, template=template, member=member, group=group, origin=origin, key=key)
        except CannotGet:
            return None

    def give(
        self,
        uow: Uow,
        *,
        template: TemplateId,
        member: MemberId,
        group: GroupId | None,
        origin: Origin,
        key: str,
    ) -> Coupon:
        """Do the same, and say why not. Raises NotOpen, NoneLeft or HadYours; then nothing is changed."""
        held, known = uow.coupons.count(template, member), uow.coupons.by_key(key)
        if known is not None:
            return known
        kind, zone = uow.coupon_templates.get(template), self._zone(uow, group)
        if kind is None or kind.state is not TemplateState.OPEN or _is_over(kind, uow.now, zone):
            raise NotOpen
        worth, limit = kind.design.terms.worth, kind.design.limits.per_member
        if held >= limit:
            raise HadYours
        taken = uow.coupon_templates.take(template, worth=worth)
        # Where one was taken, this unit alone gives out coupons of the kind from here on: it holds its row.
        held, known = uow.coupons.count(template, member), uow.coupons.by_key(key)
        if taken and (known is not None or held >= limit):
            uow.coupon_templates.put_back(template, worth=worth)
        if known is not None:
            return known
        if not taken:
            raise NoneLeft
        if held >= limit:
            raise HadYours
        times = self._times(kind, uow.now, zone)
        return self._add(uow, kind, Issue(template, member, group, held + 1, origin, key, worth, *times))

    def claim(self, uow: Uow, *, member: MemberId, template: TemplateId, nth: int = 1) -> Coupon:
        """Let a member take the `nth` coupon of theirs of a kind by a tap; a second tap gets the same one.

        Raises NotOpen, also for a kind of other groups or one that is not taken by taps, NoneLeft, HadYours.
        """
        kind, groups = uow.coupon_templates.get(template), uow.members.groups_of(member)
        if kind is None or kind.design.way is not Way.CLAIM or not groups:
            raise NotOpen
        group = kind.design.group or groups[0].id
        if group not in {each.id for each in groups}:
            raise NotOpen
        return self.give(
            uow,
            template=template,
            member=member,
            group=group,
            origin=Origin.CLAIMED,
            key=f"claim:{template}:{member}:{nth}",
        )

    def standing(self, uow: Uow, *, design: Design) -> TemplateId:
        """Return the kind that the product gives out by itself under the design's code, made if missing."""
        code = design.code or ""
        found = uow.coupon_templates.by_code(code)
        if found is None:
            rules.check_design(design)
            uow.coupon_templates.add(design, state=TemplateState.OPEN, made_by=None, now=uow.now)
            found = uow.coupon_templates.by_code(code)
        if found is None:
            raise LookupError(f"no kind of coupon {code!r} though it was made")
        return found.id

    # -- looking

    def wallet(self, uow: Uow, *, member: MemberId) -> tuple[Coupon, ...]:
        """Return what a member can use or has reserved, what expires first ahead."""
        return uow.coupons.wallet(member, now=uow.now)

    def best(self, uow: Uow, *, member: MemberId, basket: Basket) -> Offer | None:
        """Return the coupon that serves a basket well, with what it takes off and why this one."""
        return rules.best(self.wallet(uow, member=member), basket, member=member, now=uow.now)

    def export(self, uow: Uow, *, member: MemberId) -> tuple[Mapping[str, int | str | datetime | None], ...]:
        """Return everything kept of a member's coupons as plain lines."""
        return uow.coupons.export(member)

    # -- on an order

    def reserve(self, uow: Uow, *, coupon: CouponId, member: MemberId, order: OrderId, basket: Basket) -> Fen:
        """Keep a coupon for an order and return what it takes off; asked again for the same order, anew.

        Raises the CannotUse that fits: NotYours, Expired, NotYet, Taken, AlreadyUsed, Void, NotForThese,
        BelowMinimum, OneAnOrder.
        """
        piece = uow.coupons.get(coupon)
        refusal = rules.why_not(piece, basket, member=member, now=uow.now, order=order)
        if piece is None or refusal is not None:
            raise refusal or Taken
        off = rules.discount(piece, basket)
        if piece.state is State.RESERVED:
            done = uow.coupons.reprice(coupon, order=order, off=off)
        else:
            if piece.terms.kind.is_money and any(o.terms.kind.is_money for o in uow.coupons.of_order(order)):
                raise OneAnOrder
            done = uow.coupons.reserve(coupon, order=order, off=off, now=uow.now)
        if not done:
            raise Taken
        uow.journal.note("coupon.reserved", member=member, coupon=coupon, order=order, off=off)
        return off

    def release(self, uow: Uow, *, order: OrderId, ours: bool) -> tuple[Coupon, ...]:
        """Give back what an order had reserved and return it as it is now.

        `ours`: the failure is ours, so it can be used for `restore_days` more at least. Else it keeps its
        date, and expires where that is over.
        """
        return tuple(
            self._give_back(uow, each, order, ours=ours)
            for each in uow.coupons.of_order(order)
            if each.state is State.RESERVED
        )

    def use(self, uow: Uow, *, order: OrderId) -> Fen:
        """Use up what an order has reserved, at its payment or lock; return what that took off."""
        taken = 0
        for each in uow.coupons.of_order(order):
            if each.state is State.RESERVED and uow.coupons.use(each.id, order=order, now=uow.now):
                taken += each.off or 0
                uow.journal.note("coupon.used", member=each.owner, coupon=each.id, order=order, off=each.off)
        return Fen(taken)

    def restore(self, uow: Uow, *, order: OrderId, ours: bool) -> tuple[Coupon, ...]:
        """Give back what an order used, after a refund: only where the failure is ours; else it stays used.

        What comes back can be used for `restore_days` more at least.
        """
        if not ours:
            return ()
        return tuple(
            self._give_back(uow, each, order, ours=True)
            for each in uow.coupons.of_order(order)
            if each.state is State.USED
        )

    def void(self, uow: Uow, *, coupon: CouponId, reason: VoidReason, only_available: bool = False) -> bool:
        """Take back a coupon that is not used; False when there is nothing to take back.

        `only_available` leaves one alone that an order has.
        """
        piece = uow.coupons.get(coupon)
        if piece is None or not uow.coupons.void(coupon, only_available=only_available, now=uow.now):
            return False
        uow.journal.note("coupon.void", member=piece.owner, coupon=coupon, reason=reason)
        return True

    def close(self, uow: Uow, *, member: MemberId) -> int:
        """Void what somebody erased could still use; what an order has goes with the order."""
        gone = uow.coupons.close(member, now=uow.now)
        uow.journal.note("coupon.closed", member=member, count=gone)
        return gone

    # -- inside

    def _add(self, uow: Uow, kind: Template, issue: Issue) -> Coupon:
        number = uow.coupons.add(issue, now=uow.now)
        piece = None if number is None else uow.coupons.get(number)
        if piece is None:
            raise LookupError(f"coupon {issue.key!r} could not be given out though its kind is held")
        uow.journal.note(
            "coupon.issued",
            member=issue.member,
            group=issue.group,
            coupon=piece.id,
            template=issue.template,
            origin=issue.origin,
            worth=issue.worth,
        )
        self._warn(uow, kind)
        return piece

    def _warn(self, uow: Uow, kind: Template) -> None:
        """Tell staff once that most of a budget is used."""
        limits, percent = kind.design.limits, self.policy.warn_percent
        if limits.budget is None or not uow.coupon_templates.warn(kind.id, percent=percent, now=uow.now):
            return
        uow.journal.note("coupon.budget_low", group=kind.design.group, template=kind.id)
        name = coupon_name(kind.design.terms, kind.design.title)
        text = Text("coupons.budget_low", {"coupon": name, "percent": percent})
        if kind.design.group is None:
            owner = uow.staff.owner()
            found = uow.members.find(owner) if owner else None
            readers: tuple[Member, ...] = (found,) if found else ()
        else:
            readers = uow.staff.holders(kind.design.group, act=Act.COUPONS, now=uow.now)
        for reader in readers:
            if reader.reachable:
                uow.outbox.put(staff_notice(reader, text, once=f"coupon-budget:{kind.id}:{reader.id}"))

    def _give_back(self, uow: Uow, piece: Coupon, order: OrderId, *, ours: bool) -> Coupon:
        """Make a coupon of an order its owner's again; that of somebody erased is void."""
        zone, expires_at = self._zone(uow, piece.group), piece.expires_at
        if ours:
            expires_at = max(expires_at, rules.days_on(uow.now, self.policy.restore_days, zone))
        due_at = rules.due_at(expires_at, uow.now, zone, self.policy)
        back = uow.coupons.release if piece.state is State.RESERVED else uow.coupons.restore
        if not back(piece.id, order=order, expires_at=expires_at, due_at=due_at, now=uow.now):
            return piece
        what = "coupon.released" if piece.state is State.RESERVED else "coupon.restored"
        uow.journal.note(what, member=piece.owner, coupon=piece.id, order=order, ours=int(ours))
        if uow.members.find(piece.owner) is None:
            self.void(uow, coupon=piece.id, reason=VoidReason.ERASED)
        return uow.coupons.get(piece.id) or piece

    def _times(self, kind: Template, now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime, datetime]:
        starts_at, expires_at = rules.span(kind.design.term, now, zone)
        return starts_at, expires_at, rules.due_at(expires_at, now, zone, self.policy)

    def _zone(self, uow: Uow, group: GroupId | None) -> ZoneInfo:
        found = uow.groups.get(group) if group is not None else None
        return found.zone if found else self.zone


def _is_over(kind: Template, now: datetime, zone: ZoneInfo) -> bool:
    ends_on = kind.design.term.ends_on
    return ends_on is not None and ends_on < business_day.local_date(now, zone)
