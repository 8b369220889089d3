"""Use cases of deals. Who may open or change one is asked by whoever calls."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from features.groupbuy import rules
from features.groupbuy.model import (
    CannotMove,
    Deal,
    DealState,
    Goods,
    GroupbuyPolicy,
    Item,
    NoDeal,
    NoPlace,
    Offered,
    Terms,
)
from features.groupbuy.ports import Uow
from features.members.model import Group
from kernel.ids import DealId, GroupId, ItemId, MemberId
from kernel.money import Fen, Milli

_LATELY = 2  # deals past their cut-off that a late message may mean


@dataclass(frozen=True, slots=True)
class Groupbuy:
    """Deals from draft to settled."""

    policy: GroupbuyPolicy

    def draft(self, uow: Uow, *, group: GroupId, terms: Terms, goods: Sequence[Goods], by: MemberId) -> Deal:
        """Keep a deal that nobody sees yet. Raises what `check_opening` raises, and NoPlace."""
        rules.check_opening(terms, goods, now=uow.now, policy=self.policy)
        _check_place(uow, group, terms)
        made = uow.deals.add(group, terms, goods, by=by, now=uow.now)
        uow.journal.note("deal.drafted", member=by, group=group, deal=made.id)
        return made

    def publish(self, uow: Uow, *, deal: DealId, by: MemberId) -> Deal:
        """Open a draft: from now on it takes orders. Raises NoDeal, CannotMove, BadTimes or NoPlace."""
        held = self.held(uow, deal)
        goods = [item.goods for item in uow.deals.items((deal,))]
        rules.check_opening(held.terms, goods, now=uow.now, policy=self.policy)
        group = _check_place(uow, held.group, held.terms)
        self.move(uow, held, DealState.OPEN, by=by)
        uow.deals.opened(deal, now=uow.now)
        uow.deals.look_at(deal, self._closing(held.terms.closes_at))
        uow.cards.add_card(deal, chat=group.chat, now=uow.now)
        return replace(held, state=DealState.OPEN, opened_at=uow.now)

    def extend(self, uow: Uow, *, deal: DealId, closes_at: datetime, by: MemberId) -> Deal:
        """Let a deal close later or earlier; a locked one opens again. Raises CannotMove or BadTimes."""
        held = self.held(uow, deal)
        later = replace(held.terms, closes_at=closes_at)
        rules.check_times(later, now=uow.now, policy=self.policy)
        if held.state is not DealState.OPEN:
            self.move(uow, held, DealState.OPEN, by=by)
        uow.deals.set_terms(deal, later)
        uow.deals.fill(deal, until=None)
        uow.deals.look_at(deal, self._closing(closes_at))
        uow.cards.changed(deal, now=uow.now)
        uow.journal.note("deal.extended", member=by, group=held.group, deal=deal)
        return replace(held, state=DealState.OPEN, terms=later, fill_until=None)

    def reprice(self, uow: Uow, *, item: ItemId, price: Fen, by: MemberId) -> Item:
        """Sell goods at another price from now on. Raises NoDeal or CannotMove."""
        found, held = self._open_item(uow, item)
        if price < 0:
            raise ValueError(f"a price of at least 0 fen expected, got {price}")
        uow.deals.set_price(item, price)
        uow.cards.changed(held.id, now=uow.now)
        uow.journal.note("deal.repriced", member=by, group=held.group, deal=held.id, item=item, fen=price)
        return replace(found, goods=replace(found.goods, price=price))

    def restock(self, uow: Uow, *, item: ItemId, stock: Milli | None, by: MemberId) -> Item:
        """Say how much there is of the goods. Raises NoDeal, CannotMove where more is ordered already."""
        found, held = self._open_item(uow, item)
        if not uow.deals.set_stock(item, stock):
            raise CannotMove(state=held.state)
        uow.cards.changed(held.id, now=uow.now)
        uow.journal.note("deal.restocked", member=by, group=held.group, deal=held.id, item=item)
        return replace(found, goods=replace(found.goods, stock=stock))

    def move(self, uow: Uow, deal: Deal, after: DealState, *, by: MemberId | None = None) -> Deal:
        """Move a deal, and let its standing message say so. Raises CannotMove."""
        rules.check_move(deal.state, after)
        if not uow.deals.move(deal.id, before=deal.state, after=after):
            raise CannotMove(state=deal.state)
        uow.cards.changed(deal.id, now=uow.now)
        uow.journal.note(f"deal.{after}", member=by, group=deal.group, deal=deal.id)
        return replace(deal, state=after, stamp=deal.stamp + 1)

    def held(self, uow: Uow, deal: DealId) -> Deal:
        """Return a deal that nobody else moves before this unit ends. Raises NoDeal."""
        found = uow.deals.hold(deal)
        if found is None:
            raise NoDeal
        return found

    def offered(self, uow: Uow, *, group: GroupId, known: Offered | None) -> Offered:
        """Return what a group can order; what is `known` of it where nothing has changed since.

        Where nothing is open it is what could be ordered until lately, for who comes too late.
        """
        every = uow.deals.stamps(group)
        stamps = [each for each in every if each[2]] or every[-_LATELY:]
        stamp = " ".join(f"{deal}.{own}" for deal, own, _ in stamps)
        if known is not None and known.stamp == stamp:
            return known
        if not stamps:
            return Offered((), (), stamp)
        own = tuple(deal for deal, _, _ in stamps)
        deals = tuple(found for deal in own if (found := uow.deals.get(deal)))
        return Offered(deals, uow.deals.items(own), stamp)

    def begin_filling(self, uow: Uow, deal: Deal, items: Sequence[Item]) -> bool:
        """Let a deal past its cut-off wait for open cases, once; False where there is nothing to fill."""
        if not self.policy.fill_minutes or deal.fill_until or not any(map(rules.to_fill, items)):
            return False
        until = deal.terms.closes_at + timedelta(minutes=self.policy.fill_minutes)
        if until <= uow.now or until > deal.terms.pickup_at:
            return False
        uow.deals.fill(deal.id, until=until)
        uow.deals.look_at(deal.id, self._closing(until))
        uow.cards.changed(deal.id, now=uow.now)
        uow.journal.note("deal.filling", group=deal.group, deal=deal.id)
        return True

    def _closing(self, closes_at: datetime) -> datetime:
        return closes_at + timedelta(seconds=self.policy.grace_seconds)

    def _open_item(self, uow: Uow, item: ItemId) -> tuple[Item, Deal]:
        found = uow.deals.item(item)
        if found is None:
            raise NoDeal
        held = self.held(uow, found.deal)
        if held.state not in (DealState.DRAFT, DealState.OPEN):
            raise CannotMove(state=held.state)
        return found, held


def _check_place(uow: Uow, group: GroupId, terms: Terms) -> Group:
    """Return the group of a deal. Raises NoPlace unless goods can be picked up there."""
    there, point = uow.groups.get(group), uow.pickup.get(terms.point) if terms.point else None
    if there is None or point is None or point.group != group or not point.is_open:
        raise NoPlace
    return there
