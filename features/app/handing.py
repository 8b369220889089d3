"""Acts of handing goods over that touch several features: arriving with refunds, reminders, what is left."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from features.app import handing_news as news
from features.app.arrival import Arrival
from features.app.cashier import Cashier
from features.app.model import Places
from features.app.refunding import Refunding
from features.app.uow import Uow
from features.collection import rules
from features.collection.arriving import Arriving
from features.collection.model import (
    Checked,
    Disposed,
    Handover,
    NothingWaits,
    OwnCode,
    Parcel,
    Round,
    Short,
    TooEarly,
)
from features.collection.service import CLOSING, NEXT_DAY, Collection
from features.groupbuy.model import Deal, DealState, PayMode
from features.groupbuy.service import Groupbuy
from features.members.model import Group, Person
from features.outreach.rules import next_allowed
from features.payments.model import RefundReason
from features.payments.refunds import Why
from features.pickup.model import PickupPoint
from features.settlement.service import Settlement
from features.staff.model import Act, Deed
from features.staff.wording import staff_notice
from kernel.ids import DealId, MemberId, OrderId, UserId, private_chat
from kernel.message import Kind, MessageClass, Outgoing, Tap, Text
from kernel.money import NO_MONEY, Fen, amount_of, share_of

_AT_ONCE = 50  # homes reminded in one unit
_SOON, _CALL = 0, 2  # stages beside those of `Collection`
_NEWS_LASTS = timedelta(days=1)
LEFT = "collection.left"  # the act that lists who has not collected


@dataclass(frozen=True, slots=True)
class Handing:
    """From goods that arrive to the last home that collects."""

    collection: Collection
    arriving: Arriving
    groupbuy: Groupbuy
    refunding: Refunding
    arrival: Arrival
    settlement: Settlement
    cashier: Cashier

    # -- arriving

    def arrive(
        self, uow: Uow, *, user: UserId, deal: DealId, stamp: str
    ) -> tuple[Handover, tuple[Short, ...]]:
        """Share out what came, as it was shown under `stamp`, and let the deal arrive; all or nothing.

        Where it has arrived before, who gets less is told by themself. Raises what `share` and `arrive`
        of `Arriving` raise.
        """
        held = self.groupbuy.held(uow, deal)
        group, by = self.arriving.check(uow, user=user, deal=held)
        is_here = held.state in rules.HERE
        short = self.arriving.share(uow, deal=held, stamp=stamp, by=by)
        if not is_here:
            held = self.arriving.arrive(uow, deal=held, group=group, by=by)
            uow.outbox.put(news.group_post(uow, held, group))
        for each in short:
            self._give_back(uow, held, each, by)
        if is_here:
            for order in dict.fromkeys(each.order for each in short):
                self._tell_short(uow, held, group, order)
        return self.arriving.shown(uow, held, group), short

    def _give_back(self, uow: Uow, deal: Deal, short: Short, by: MemberId) -> None:
        if short.back <= 0:
            return
        self.refunding.lower(
            uow,
            order=short.order,
            line=short.line,
            amount=short.back,
            why=Why(RefundReason.SHORT, "short", f"short:{deal.id}:{short.line}"),
            by=by,
        )

    def _tell_short(self, uow: Uow, deal: Deal, group: Group, order: OrderId) -> None:
        parcel = uow.collection.parcel(order)
        if parcel is not None:
            said = Text("collection.told_short", news.words(uow, deal, group, parcel))
            self._tell(uow, group, parcel, said, f"short:{deal.id}:{order}")

    # -- check-off

    def check_off(self, uow: Uow, *, user: UserId, order: OrderId, lines: Sequence[int] = ()) -> Checked:
        """Hand a parcel over, or `lines` of it, and take what is owed for it; the time for complaints runs.

        Raises what `Collection.check_off` raises.
        """
        done = self.collection.check_off(uow, user=user, order=order, lines=lines)
        if not done.fresh:
            return done
        self.settlement.collected(uow, order)
        staff = uow.members.by_user(user)
        is_whole = not done.parcel.waits
        if is_whole and staff is not None and done.deal.terms.pay is PayMode.PICKUP:
            self.cashier.take_cash(uow, order=order, by=staff.id)
        return done

    def take_back(self, uow: Uow, *, user: UserId, line: int) -> Checked:
        """Take a check-off back: money that was taken with it stays until staff take it back themselves.

        Raises what `Collection.take_back` raises.
        """
        done = self.collection.take_back(uow, user=user, line=line)
        self.settlement.collected(uow, done.parcel.order)
        return done

    # -- reminders

    def remind(self, uow: Uow, *, deal: DealId) -> None:
        """Do what is next for an arrived deal: remind some homes, call on staff, or close it."""
        kept, held = uow.collection.round(deal), self.groupbuy.held(uow, deal)
        group = uow.groups.get(held.group)
        if kept is None or kept.due_at is None or kept.due_at > uow.now:
            return
        if group is None or held.state not in rules.HERE:
            uow.collection.keep_round(replace(kept, due_at=None))
        elif kept.stage == CLOSING:
            self._close(uow, held, kept)
        elif kept.stage == _CALL:
            self._call_on_staff(uow, held, group)
            uow.collection.keep_round(replace(kept, due_at=None))
        else:
            self._remind(uow, held, group, kept)

    def _remind(self, uow: Uow, deal: Deal, group: Group, kept: Round) -> None:
        parcels = uow.collection.parcels(deal.id, after=kept.told, limit=_AT_ONCE)
        for parcel in rules.waiting(parcels):
            said = Text("collection.reminder", news.words(uow, deal, group, parcel))
            self._tell(uow, group, parcel, said, f"remind:{deal.id}:{kept.stage}:{parcel.order}")
        if len(parcels) == _AT_ONCE:
            uow.collection.keep_round(replace(kept, told=parcels[-1].order))
            return
        policy, arrived_at = self.collection.policy, deal.arrived_at or uow.now
        if kept.stage == _SOON:
            _, at = rules.reminders(arrived_at, group.zone, group.quiet, policy)
            next_one = Round(deal.id, NEXT_DAY, at, OrderId(0))
        else:
            until = rules.kept_until(arrived_at, group.zone, policy)
            next_one = Round(deal.id, _CALL, until, OrderId(0))
        uow.collection.keep_round(next_one)

    def _call_on_staff(self, uow: Uow, deal: Deal, group: Group) -> None:
        """Tell staff whom to call: goods that spoil are not kept any longer."""
        waiting = uow.collection.progress(deal.id).waiting
        if not waiting:
            return
        button = Tap(Text("collection.to_left"), LEFT, (deal.id, 0))
        text = Text("collection.call_left", {"title": deal.terms.title, "count": waiting})
        for holder in uow.staff.holders(group.id, act=Act.PACK, now=uow.now):
            if holder.reachable:
                once = f"left:{deal.id}:{holder.id}"
                uow.outbox.put(staff_notice(holder, text, about=holder.id, once=once, keyboard=((button,),)))

    def _close(self, uow: Uow, deal: Deal, kept: Round) -> None:
        """Close a deal of which everything was collected; a check-off taken back meanwhile keeps it open."""
        if not uow.collection.progress(deal.id).waiting:
            self.groupbuy.move(uow, deal, DealState.CLOSED)
        uow.collection.keep_round(replace(kept, due_at=None))

    def _tell(self, uow: Uow, group: Group, parcel: Parcel, text: Text, once: str) -> None:
        """Tell a home something about its goods, once, and not at night."""
        member = uow.members.find(parcel.member)
        if member is None or not member.reachable or parcel.by_staff:
            return
        opens = next_allowed(uow.now, group.zone, uow.preferences.get(member.id).quiet or group.quiet)
        uow.outbox.put(
            Outgoing(
                Kind.SEND,
                private_chat(member.user),
                MessageClass.NOTICE,
                text=text,
                keyboard=((news.show_code(),),),
                language=member.language,
                not_before=opens,
                expires_at=opens + _NEWS_LASTS,
                dedupe_key=once,
                large=member.large,
                reason=Text("collection.why_told"),
                group=group.id,
            )
        )

    # -- what nobody collects

    def dispose(self, uow: Uow, *, user: UserId, order: OrderId) -> Disposed:
        """Take away the fresh goods of a home that did not come, and give back what the rule says.

        Never by itself, and never before they were kept as long as the rule says. Raises TooEarly,
        NothingWaits or NotAllowed.
        """
        seen = self.collection.look(uow, user=user, order=order)
        deal = self.groupbuy.held(uow, seen.deal.id)
        group, by = self.arriving.check(uow, user=user, deal=deal)
        until = rules.kept_until(deal.arrived_at or uow.now, group.zone, self.collection.policy)
        if uow.now < until:
            raise TooEarly
        spoilt = [each for each in seen.parcel.packed if each.waits and each.is_fresh]
        if not spoilt or uow.collection.dispose([each.line for each in spoilt]) != len(spoilt):
            raise NothingWaits
        percent, back = self.collection.policy.unclaimed_percent, NO_MONEY
        for each in spoilt:
            part = share_of(amount_of(each.price, each.there), percent, 100)
            if part <= 0:
                continue
            self.refunding.lower(
                uow,
                order=order,
                line=each.line,
                amount=part,
                why=Why(RefundReason.GOODWILL, "unclaimed", f"unclaimed:{each.line}"),
                by=by,
            )
            back = Fen(back + part)
        after = {"order": order, "lines": len(spoilt), "fen": back}
        self.collection.staff.note(
            uow, group=group.id, actor=by, act=Deed.DISPOSED, subject=seen.parcel.member, after=after
        )
        said = Text("collection.told_disposed", news.disposed(deal, spoilt, back))
        self._tell(uow, group, seen.parcel, said, f"disposed:{order}:{spoilt[0].line}")
        return Disposed(seen.parcel, deal, group, back)

    def shares(self, uow: Uow, *, user: UserId, deal: DealId) -> tuple[Handover, tuple[Short, ...]]:
        """Return who would get less. Raises NothingWaits or NotAllowed."""
        shown = self.arriving.page(uow, user=user, deal=deal)
        return shown, self.arriving.preview(uow, deal=deal)

    # -- members

    def other_places(self, uow: Uow, *, user: UserId, order: OrderId) -> tuple[PickupPoint, ...]:
        """Return where else somebody could collect an order of theirs. Raises NothingWaits."""
        parcel = self.collection.own_parcel(uow, user=user, order=order)
        deal = uow.deals.get(parcel.deal)
        points = uow.pickup.points(deal.group) if deal else ()
        return tuple(point for point in points if point.id != parcel.point)

    def waiting_for(self, uow: Uow, *, person: Person) -> tuple[OwnCode, ...] | Places:
        """Return the codes of what waits for somebody; where nothing does, the pick-up points.

        Raises what `Arrival.places` raises.
        """
        return self.collection.own_codes(uow, user=person.user) or self.arrival.places(uow, person=person)
