"""Use cases of handing goods over: by code, by name, from a list; with undo. Rights are checked here."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from features.collection import rules
from features.collection.model import (
    Asks,
    BadWeight,
    Checked,
    CodeProblem,
    CollectionPolicy,
    NotArrived,
    NothingWaits,
    OwnCode,
    Parcel,
    PickupCode,
    Round,
    ShareFirst,
    UndoOver,
    Waiting,
    Wrong,
)
from features.collection.ports import Uow
from features.groupbuy.model import Deal, DealState
from features.groupbuy.service import Groupbuy
from features.members.model import Group, Member, Person
from features.staff.model import Act, Deed, NotAllowed, Values
from features.staff.service import Staff
from kernel.ids import DealId, MemberId, OrderId, UserId
from kernel.money import Milli

NEXT_DAY, CLOSING = 1, 3  # stages: the last reminder; everything was collected, the deal is closed
_DRAWN = 1_000_000  # codes there are
_DRAWS = 60  # attempts to find a free one
_CODES, _PAGE, _FOUND = 5, 8, 9  # parcels of one member, on a page, of one name
_WEIGHT_WAITS = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Collection:
    """Codes and check-off."""

    policy: CollectionPolicy
    staff: Staff
    groupbuy: Groupbuy

    # -- codes

    def code_of(self, uow: Uow, *, parcel: Parcel, friends: bool = False) -> PickupCode:
        """Return the code of a parcel, drawn where it has none."""
        for _ in range(_DRAWS):
            if known := uow.collection.code(parcel.order, friends=friends):
                return known
            digits = rules.digits_of(uow.rng.randrange(_DRAWN))
            code = PickupCode(parcel.order, parcel.deal, digits, friends)
            if uow.collection.add_code(code, now=uow.now):
                return code
        raise OverflowError(
            f"no free code for deal {parcel.deal} in {_DRAWS} draws: are there too many orders?"
        )

    def own_codes(self, uow: Uow, *, user: UserId) -> tuple[OwnCode, ...]:
        """Return the codes of what waits for somebody, newest first."""
        member = uow.members.by_user(user)
        parcels = uow.collection.of_member(member.id, limit=_CODES) if member else ()
        return tuple(self.own(uow, parcel, friends=False) for parcel in parcels)

    def friends_code(self, uow: Uow, *, user: UserId, order: OrderId) -> OwnCode:
        """Return a code with which a friend collects an order, once. Raises NothingWaits."""
        return self.own(uow, self.own_parcel(uow, user=user, order=order), friends=True)

    def own_parcel(self, uow: Uow, *, user: UserId, order: OrderId) -> Parcel:
        """Return a parcel of somebody's own that still holds something. Raises NothingWaits."""
        member, parcel = uow.members.by_user(user), uow.collection.parcel(order)
        if member is None or parcel is None or parcel.member != member.id or not parcel.waits:
            raise NothingWaits
        return parcel

    def own(self, uow: Uow, parcel: Parcel, *, friends: bool) -> OwnCode:
        """Return the code of a parcel with everything needed to collect it."""
        deal, group = self._of(uow, parcel)
        point = uow.pickup.get(parcel.point) if parcel.point else None
        code, has_door = self.code_of(uow, parcel=parcel, friends=friends), self.may_bring(parcel)
        return OwnCode(code, parcel, deal, group, point, has_door)

    def may_bring(self, parcel: Parcel) -> bool:
        """Tell whether an order can still be brought to a door."""
        return bool(self.policy.door_fee_fen) and not parcel.fee

    def enter(self, uow: Uow, *, person: Person, digits: str) -> Checked | Wrong | OwnCode | None:
        """Return what a code opens for staff, or what is wrong with it; members see their own code.

        None: for who is no staff and has no such code, nothing is to be learned. What is wrong is counted,
        so it is returned and not refused.
        """
        groups = self.staff.groups_for(uow, user=person.user, act=Act.PACK)
        member = uow.members.by_user(person.user)
        if not groups or member is None:
            own = self.own_codes(uow, user=person.user)
            return next((each for each in own if each.code.digits == digits), None)
        zone = groups[0].zone.key
        if until := uow.collection.locked_until(member.id, now=uow.now):
            return Wrong(CodeProblem.LOCKED, at=until, zone=zone)
        found = uow.collection.codes(digits, groups=[group.id for group in groups])
        wrong = None
        for code in found:
            deal, group = self._deal(uow, code.deal)
            parcel = uow.collection.parcel(code.order)
            if parcel is None:
                continue
            wrong = wrong or _problem(code, deal, group)
            if _problem(code, deal, group) is None:
                return self._checked(uow, parcel)
        return wrong or self._missed(uow, member.id, zone)

    def _missed(self, uow: Uow, member: MemberId, zone: str) -> Wrong:
        policy = self.policy
        until = uow.now + timedelta(minutes=policy.locked_minutes)
        left = uow.collection.miss(
            member,
            since=uow.now - timedelta(minutes=policy.wrong_minutes),
            most=policy.wrong_codes,
            until=until,
            now=uow.now,
        )
        if left:
            return Wrong(CodeProblem.UNKNOWN, left, zone=zone)
        uow.journal.note("collection.locked", member=member)
        return Wrong(CodeProblem.LOCKED, at=until, zone=zone)

    # -- check-off

    def look(self, uow: Uow, *, user: UserId, order: OrderId) -> Checked:
        """Return a parcel to be checked off. Raises NothingWaits or NotAllowed."""
        return self._checked(uow, self._parcel(uow, user, order)[0])

    def check_off(self, uow: Uow, *, user: UserId, order: OrderId, lines: Sequence[int] = ()) -> Checked:
        """Record that a parcel, or `lines` of it, was handed over, once; it can be taken back for a while.

        Raises NothingWaits, NotAllowed, NotArrived, or ShareFirst where too little came.
        """
        parcel, by = self._parcel(uow, user, order)
        deal = self.groupbuy.held(uow, parcel.deal)
        if deal.state not in rules.HERE:
            raise NotArrived
        asked = [each for each in parcel.packed if each.waits and (not lines or each.line in lines)]
        came = uow.collection.came(deal.id)
        if any(each.item in came and not came[each.item][1] for each in asked):
            raise ShareFirst
        ids = [each.line for each in asked]
        count = uow.collection.collect(ids, by=by, now=uow.now) if ids else 0
        if not count:
            return replace(self._again(uow, order), fresh=False)
        if deal.state is DealState.ARRIVED:
            self.groupbuy.move(uow, deal, DealState.PICKING, by=by)
        after: Values = {"order": order, "lines": ".".join(map(str, ids))}
        line = self.staff.note(
            uow, group=deal.group, actor=by, act=Deed.COLLECTED, subject=parcel.member, after=after
        )
        done = self._again(uow, order)
        if not done.parcel.waits:
            uow.collection.redeem(order, now=uow.now)
            self._maybe_over(uow, deal)
        uow.journal.note("order.collected", member=parcel.member, group=deal.group, order=order, lines=count)
        return replace(done, line=line)

    def _maybe_over(self, uow: Uow, deal: Deal) -> None:
        """Where everything was collected, let the deal close once nothing can be taken back any more."""
        if uow.collection.progress(deal.id).waiting:
            return
        kept = uow.collection.round(deal.id)
        if kept is not None:
            over_at = uow.now + timedelta(minutes=self.policy.undo_minutes)
            uow.collection.keep_round(replace(kept, stage=CLOSING, due_at=over_at))

    def take_back(self, uow: Uow, *, user: UserId, line: int) -> Checked:
        """Take a check-off back, once and in time. Raises UndoOver or NotAllowed."""
        found = uow.audit.get(line)
        if found is None or found.group is None or found.act is not Deed.COLLECTED:
            raise UndoOver
        by = self.staff.check(uow, user=user, group=found.group, act=Act.PACK)
        after = found.after or {}
        order = OrderId(int(after["order"] or 0))
        parcel = uow.collection.parcel(order)
        deal = self.groupbuy.held(uow, parcel.deal) if parcel else None
        in_time = uow.now - found.at < timedelta(minutes=self.policy.undo_minutes)
        if deal is None or deal.state not in rules.HERE or not in_time:
            raise UndoOver
        if not uow.audit.mark_undone(line, now=uow.now):
            raise UndoOver
        ids = [int(each) for each in str(after["lines"]).split(".")]
        uow.collection.uncollect(ids, collected_at=found.at)
        uow.collection.renew(order, redeemed_at=found.at)
        self._remind_again(uow, deal)
        self.staff.note(uow, group=found.group, actor=by, act=Deed.UNDONE, subject=line)
        return self._again(uow, order)

    def _remind_again(self, uow: Uow, deal: Deal) -> None:
        """Where a deal was about to close, go on with its reminders; nobody hears one of them twice."""
        kept, group = uow.collection.round(deal.id), uow.groups.get(deal.group)
        if kept is None or kept.stage != CLOSING or group is None:
            return
        _, second = rules.reminders(deal.arrived_at or uow.now, group.zone, group.quiet, self.policy)
        uow.collection.keep_round(Round(deal.id, NEXT_DAY, max(second, uow.now), OrderId(0)))

    def close(self, uow: Uow, *, user: UserId, deal: DealId) -> Deal:
        """End collecting; whoever has not come is staff's to call. Raises NotAllowed or CannotMove."""
        held = self.groupbuy.held(uow, deal)
        by = self.staff.check(uow, user=user, group=held.group, act=Act.PACK)
        closed = self.groupbuy.move(uow, held, DealState.CLOSED, by=by)
        kept = uow.collection.round(deal)
        if kept is not None:
            uow.collection.keep_round(replace(kept, due_at=None))
        self.staff.note(uow, group=held.group, actor=by, act=Deed.COLLECTION_OVER, after={"deal": deal})
        return closed

    # -- lists

    def find(self, uow: Uow, *, user: UserId, asked: str) -> tuple[Checked, ...]:
        """Return the parcels of arrived deals that a name, an address or a phone's end leads to.

        Raises NotAllowed.
        """
        groups = self.staff.groups_for(uow, user=user, act=Act.PACK)
        if not groups:
            raise NotAllowed
        deals = [
            deal.id
            for group in groups
            for deal in uow.deals.of_group(group.id, states=rules.HERE, limit=_FOUND)
        ]
        parcels = uow.collection.found(deals, asked, limit=_FOUND) if deals else ()
        return tuple(self._checked(uow, parcel) for parcel in parcels)

    def waiting(self, uow: Uow, *, user: UserId, deal: DealId, page: int) -> Waiting:
        """Return a page of the homes of a deal that have not collected. Raises NotAllowed or NoDeal."""
        held, group = self._deal(uow, deal)
        self.staff.check(uow, user=user, group=group.id, act=Act.PACK)
        found = uow.collection.waiting(deal, limit=_PAGE + 1, offset=page * _PAGE)
        return Waiting(held, group, found[:_PAGE], page, has_more=len(found) > _PAGE)

    # -- weights

    def ask_weight(self, uow: Uow, *, user: UserId, line: int) -> Checked:
        """Take the next number that staff write as the weight of a line. Raises NothingWaits, NotAllowed."""
        order = uow.collection.order_of(line)
        if order is None:
            raise NothingWaits
        parcel, by = self._parcel(uow, user, order)
        checked = self._checked(uow, parcel)
        until = uow.now + _WEIGHT_WAITS
        uow.collection.wait(by, Asks.WEIGHT, line, group=checked.group.id, until=until)
        return checked

    def weigh(self, uow: Uow, *, user: UserId, weight: Milli) -> Checked | None:
        """Keep a number that staff write as a weight; None where none was waited for.

        Raises BadWeight, NothingWaits or NotAllowed.
        """
        member = uow.members.by_user(user)
        line = uow.collection.awaited(member.id, Asks.WEIGHT, now=uow.now) if member else None
        order = uow.collection.order_of(line) if line else None
        if line is None or order is None:
            return None
        parcel, by = self._parcel(uow, user, order)
        packed = next((each for each in parcel.packed if each.line == line), None)
        if packed is None or not rules.may_weigh(packed.there, weight):
            raise BadWeight
        if not uow.collection.weigh(line, weight):
            raise NothingWaits
        uow.collection.end_wait(by, Asks.WEIGHT)
        uow.journal.note("order.weighed", member=by, order=order, line=line, milli=weight)
        return self._again(uow, order)

    # -- shared

    def _parcel(self, uow: Uow, user: UserId, order: OrderId) -> tuple[Parcel, MemberId]:
        """Return a parcel and who of the staff asks. Raises NothingWaits or NotAllowed."""
        parcel = uow.collection.parcel(order)
        if parcel is None:
            raise NothingWaits
        _, group = self._of(uow, parcel)
        return parcel, self.staff.check(uow, user=user, group=group.id, act=Act.PACK)

    def _again(self, uow: Uow, order: OrderId) -> Checked:
        parcel = uow.collection.parcel(order)
        if parcel is None:
            raise NothingWaits
        return self._checked(uow, parcel)

    def _checked(self, uow: Uow, parcel: Parcel) -> Checked:
        deal, group = self._of(uow, parcel)
        point = uow.pickup.get(parcel.point) if parcel.point else None
        elsewhere = parcel.point != deal.terms.point
        return Checked(parcel, deal, group, point, uow.now, is_elsewhere=elsewhere)

    def _of(self, uow: Uow, parcel: Parcel) -> tuple[Deal, Group]:
        return self._deal(uow, parcel.deal)

    @staticmethod
    def _deal(uow: Uow, deal: DealId) -> tuple[Deal, Group]:
        """Return a deal and its group. Raises NothingWaits."""
        found = uow.deals.get(deal)
        group = uow.groups.get(found.group) if found else None
        if found is None or group is None:
            raise NothingWaits
        return found, group


def _problem(code: PickupCode, deal: Deal, group: Group) -> Wrong | None:
    title, zone = deal.terms.title, group.zone.key
    if deal.state in rules.BEFORE:
        return Wrong(CodeProblem.NOT_YET, title=title, at=deal.terms.pickup_at, zone=zone)
    if deal.state not in rules.HERE:
        return Wrong(CodeProblem.OVER, title=title, zone=zone)
    if code.redeemed_at is not None:
        return Wrong(CodeProblem.USED, title=title, at=code.redeemed_at, zone=zone)
    return None


def holder_of(parcel: Parcel, member: Member | None) -> Member | None:
    """Return who hears of a parcel: its member, where they can be written to and ordered it themself."""
    return member if member is not None and member.reachable and not parcel.by_staff else None
