"""Use cases of goods on their way: how much came, sharing out, delays, another place. Rights are checked."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from features.collection import rules
from features.collection.model import (
    Arrived,
    Came,
    CollectionPolicy,
    Handover,
    Listing,
    Moved,
    NotArrived,
    NothingWaits,
    Outdated,
    Parcel,
    Short,
    StillTelling,
)
from features.collection.ports import Uow
from features.groupbuy.model import Deal, DealState, Item
from features.groupbuy.service import Groupbuy
from features.members.model import Group
from features.pickup.model import PickupPoint, PointGone
from features.staff.model import Act, Deed
from features.staff.service import Staff
from kernel import business_day
from kernel.ids import DealId, ItemId, MemberId, OrderId, PickupPointId, UserId
from kernel.money import Milli

_SHOWN = 12  # deals in a list
_READ_AT_ONCE = 500  # parcels
ARRIVED, DELAYED, MOVED = "arrived", "delayed", "moved"
"""What the buyers of a deal are told, each once."""


@dataclass(frozen=True, slots=True)
class Arriving:
    """From goods under way to goods that are there."""

    policy: CollectionPolicy
    staff: Staff
    groupbuy: Groupbuy

    def deals(self, uow: Uow, *, user: UserId) -> tuple[tuple[Deal, Group], ...]:
        """Return the deals of all their groups whose goods are under way or handed out, newest first."""
        groups = self.staff.groups_for(uow, user=user, act=Act.PACK)
        states = (*rules.BEFORE, *rules.HERE)
        found = [
            (deal, group)
            for group in groups
            for deal in uow.deals.of_group(group.id, states=states, limit=_SHOWN)
        ]
        return tuple(sorted(found, key=lambda each: -each[0].id)[:_SHOWN])

    def page(self, uow: Uow, *, user: UserId, deal: DealId) -> Handover:
        """Return staff's page of a deal. Raises NothingWaits or NotAllowed."""
        held = uow.deals.get(deal)
        return self.shown(uow, held, self.check(uow, user=user, deal=held)[0])

    def check(self, uow: Uow, *, user: UserId, deal: Deal | None) -> tuple[Group, MemberId]:
        """Return the group of a deal, and who of its staff asks. Raises NothingWaits or NotAllowed."""
        group = uow.groups.get(deal.group) if deal else None
        if group is None:
            raise NothingWaits
        return group, self.staff.check(uow, user=user, group=group.id, act=Act.PACK)

    def shown(self, uow: Uow, deal: Deal | None, group: Group) -> Handover:
        """Return the page of a deal. Raises NothingWaits."""
        if deal is None or deal.state not in (*rules.BEFORE, *rules.HERE, DealState.CLOSED):
            raise NothingWaits
        kept = uow.collection.came(deal.id)
        came = tuple(_came(item, *kept.get(item.id, (None, False))) for item in uow.deals.items((deal.id,)))
        point = uow.pickup.get(deal.terms.point) if deal.terms.point else None
        points, progress = uow.pickup.points(deal.group), uow.collection.progress(deal.id)
        return Handover(deal, group, point, points, came, progress, uow.now)

    # -- how much came

    def set_came(self, uow: Uow, *, user: UserId, item: ItemId, quantity: Milli) -> Handover:
        """Keep how much of one of the goods came; nothing is given to anybody yet.

        Raises NothingWaits, NotAllowed, NotArrived once collecting is over, Outdated once it is shared out.
        """
        found = uow.deals.item(item)
        deal = self.groupbuy.held(uow, found.deal) if found else None
        group, by = self.check(uow, user=user, deal=deal)
        if found is None or deal is None or deal.state not in (*rules.BEFORE, *rules.HERE):
            raise NotArrived
        is_all = quantity == found.taken
        kept = uow.collection.all_came(item) if is_all else uow.collection.set_came(item, deal.id, quantity)
        if not 0 <= quantity <= found.taken or not kept:
            raise Outdated
        uow.journal.note("deal.came", member=by, group=group.id, deal=deal.id, item=item, milli=quantity)
        return self.shown(uow, deal, group)

    def preview(self, uow: Uow, *, deal: DealId) -> tuple[Short, ...]:
        """Return who would get less, where too little came: the same at every look while nothing changes."""
        kept = uow.collection.came(deal)
        short: list[Short] = []
        for item in uow.deals.items((deal,)):
            came, settled = kept.get(item.id, (item.taken, True))
            if not settled and came < item.taken:
                short += self._short(uow, item, came)
        return tuple(short)

    @staticmethod
    def _short(uow: Uow, item: Item, came: Milli) -> Sequence[Short]:
        """Share out what is there for who has not collected."""
        lines = {line.line: line for line in uow.collection.ordered(item.id)}
        gone = item.taken - sum(line.quantity for line in lines.values())
        shares = rules.share_out(tuple(lines.values()), Milli(came - gone), item.goods.step)
        found, goods = [], item.goods
        for share in (each for each in shares if each.given < each.ordered):
            line = lines[share.line]
            back = rules.back_for(line.price, line.amount, share.ordered, share.given)
            whose = (share.order, share.line, item.id, line.name, goods.name, goods.unit)
            found.append(Short(*whose, share.ordered, share.given, back))
        return found

    def share(self, uow: Uow, *, deal: Deal, stamp: str, by: MemberId) -> tuple[Short, ...]:
        """Give everybody their share as it was shown under `stamp`, all or nothing; return who gets less.

        Raises Outdated where anything is different by now.
        """
        short, kept = self.preview(uow, deal=deal.id), uow.collection.came(deal.id)
        if stamp_of(short) != stamp:
            raise Outdated
        for item, (came, settled) in kept.items():
            if not settled and not uow.collection.settle(item, came=came):
                raise Outdated
        if uow.collection.give([(each.line, each.given) for each in short]) != len(short):
            raise Outdated
        if short:
            after = {"deal": deal.id, "homes": len({each.order for each in short})}
            self.staff.note(uow, group=deal.group, actor=by, act=Deed.SHARED, after=after)
        return short

    def arrive(self, uow: Uow, *, deal: Deal, group: Group, by: MemberId) -> Deal:
        """Let a deal arrive: its buyers are told, its reminders begin. Raises Arrived, StillTelling."""
        if deal.state not in rules.BEFORE:
            raise Arrived
        if uow.deals.told(deal.id) is not None:
            raise StillTelling
        there = self.groupbuy.move(uow, deal, DealState.ARRIVED, by=by)
        uow.deals.arrived(deal.id, now=uow.now)
        uow.deals.tell(deal.id, ARRIVED, now=uow.now)
        soon, second = rules.reminders(uow.now, group.zone, group.quiet, self.policy)
        stage = 0 if soon else 1
        uow.collection.begin(deal.id, stage=stage, due_at=soon or second)
        self.staff.note(uow, group=group.id, actor=by, act=Deed.ARRIVED, after={"deal": deal.id})
        return replace(there, arrived_at=uow.now)

    def listing(self, uow: Uow, *, user: UserId, deal: DealId) -> Listing:
        """Return everything that the lists of a deal are made of. Raises NothingWaits or NotAllowed."""
        held = uow.deals.get(deal)
        group, _ = self.check(uow, user=user, deal=held)
        if held is None:
            raise NothingWaits
        parcels: list[Parcel] = []
        while more := uow.collection.parcels(
            deal, after=parcels[-1].order if parcels else OrderId(0), limit=_READ_AT_ONCE
        ):
            parcels += more
        points = {each.point for each in parcels if each.point}
        names = {own: point.name for own in points if (point := uow.pickup.get(own))}
        return Listing(held, group, tuple(parcels), uow.deals.items((deal,)), names)

    # -- later, and elsewhere

    def delay(self, uow: Uow, *, user: UserId, deal: DealId, hours: int, shown: int) -> Handover:
        """Let goods come so many hours later; 0: the next day at the same hour. Buyers are told once.

        `shown` is the time that staff saw, in minutes since the epoch. Raises Arrived, Moved where the
        time is another by now, StillTelling, NothingWaits or NotAllowed.
        """
        held = self.groupbuy.held(uow, deal)
        group, by = self.check(uow, user=user, deal=held)
        if held.state not in rules.BEFORE:
            raise Arrived
        if minutes_of(held.terms.pickup_at) != shown:
            raise Moved
        if uow.deals.told(deal) is not None:
            raise StillTelling
        begins = max(held.terms.pickup_at, uow.now) if hours else held.terms.pickup_at
        comes_at = _later(begins, hours, group)
        until = held.terms.pickup_until + (comes_at - held.terms.pickup_at)
        terms = replace(held.terms, pickup_at=comes_at, pickup_until=until)
        uow.deals.set_terms(deal, terms)
        uow.cards.changed(deal, now=uow.now)
        uow.deals.tell(deal, DELAYED, now=uow.now)
        self.staff.note(uow, group=group.id, actor=by, act=Deed.DELAYED, after={"deal": deal, "hours": hours})
        return self.shown(uow, replace(held, terms=terms), group)

    def move_place(self, uow: Uow, *, user: UserId, deal: DealId, point: PickupPointId) -> Handover:
        """Let a whole deal be collected elsewhere; buyers are told once.

        Raises PointGone, Moved where it is there by now, StillTelling, NothingWaits or NotAllowed.
        """
        held = self.groupbuy.held(uow, deal)
        group, by = self.check(uow, user=user, deal=held)
        _check_point(uow, group, point)
        if held.state not in (*rules.BEFORE, *rules.HERE):
            raise NotArrived
        if held.terms.point == point:
            raise Moved
        if uow.deals.told(deal) is not None:
            raise StillTelling
        terms = replace(held.terms, point=point)
        uow.deals.set_terms(deal, terms)
        uow.collection.forget_places(deal)
        uow.cards.changed(deal, now=uow.now)
        uow.deals.tell(deal, MOVED, now=uow.now)
        after = {"deal": deal, "point": point}
        self.staff.note(uow, group=group.id, actor=by, act=Deed.PLACE_MOVED, subject=point, after=after)
        return self.shown(uow, replace(held, terms=terms), group)

    def move_own(self, uow: Uow, *, user: UserId, order: OrderId, point: PickupPointId) -> PickupPoint:
        """Let somebody collect an order of theirs elsewhere. Raises NothingWaits or PointGone."""
        member, parcel = uow.members.by_user(user), uow.collection.parcel(order)
        deal = uow.deals.get(parcel.deal) if parcel else None
        group = uow.groups.get(deal.group) if deal else None
        if parcel is None or member is None or parcel.member != member.id or deal is None or group is None:
            raise NothingWaits
        if not parcel.waits or deal.state not in (*rules.BEFORE, *rules.HERE):
            raise NothingWaits
        there = _check_point(uow, group, point)
        uow.collection.move_order(order, None if point == deal.terms.point else point)
        uow.journal.note("order.moved", member=member.id, group=group.id, order=order, point=point)
        return there


def stamp_of(short: Sequence[Short]) -> str:
    """Return what stands for who gets how much: a button brings it back, so that what is seen is done."""
    told = ",".join(f"{each.line}:{each.given}" for each in short)
    return hashlib.sha256(told.encode()).hexdigest()[:12]


def minutes_of(at: datetime) -> int:
    """Return an instant in whole minutes since the epoch, for a button."""
    return int(at.timestamp()) // 60


def _later(at: datetime, hours: int, group: Group) -> datetime:
    if hours:
        return at + timedelta(hours=hours)
    local = at.astimezone(group.zone)
    return business_day.instant(business_day.days_later(local.date(), 1), local.time(), group.zone)


def _check_point(uow: Uow, group: Group, point: PickupPointId) -> PickupPoint:
    found = uow.pickup.get(point)
    if found is None or found.group != group.id or not found.is_open:
        raise PointGone
    return found


def _came(item: Item, came: Milli | None, settled: bool) -> Came:
    goods = item.goods
    much = item.taken if came is None else came
    return Came(item.id, item.no, goods.name, goods.unit, goods.step, item.taken, much, settled)
