"""Use cases of drafts: deals that nobody sees yet. Who may change one is asked by whoever calls."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from features.groupbuy import rules
from features.groupbuy.model import (
    BadGoal,
    CannotMove,
    Deal,
    DealState,
    Goods,
    GroupbuyPolicy,
    Lack,
    Terms,
    TooManyGoods,
)
from features.groupbuy.ports import Uow
from kernel.ids import GroupId, MemberId

MOST_GOODS = 30  # as many lines as one message holds


@dataclass(frozen=True, slots=True)
class Drafts:
    """Deals that are being put together."""

    policy: GroupbuyPolicy

    def begin(self, uow: Uow, *, group: GroupId, terms: Terms, goods: Sequence[Goods], by: MemberId) -> Deal:
        """Keep a new draft, complete or not. The same person's same one, untouched so far, is that one."""
        for draft in uow.deals.of_group(group, states=(DealState.DRAFT,), limit=1):
            same = draft.terms == terms and draft.opened_by == by and draft.stamp == 1
            if same and [item.goods for item in uow.deals.items((draft.id,))] == list(goods):
                return draft
        made = uow.deals.add(group, terms, goods, by=by, now=uow.now)
        uow.journal.note("deal.drafted", member=by, group=group, deal=made.id)
        return made

    def set_terms(self, uow: Uow, *, deal: Deal, terms: Terms) -> Deal:
        """Keep other terms of a draft. Raises BadTimes for a cut-off or a pick-up that cannot be."""
        if terms == deal.terms:
            return deal
        is_moved = terms.closes_at != deal.terms.closes_at or terms.pickup_at != deal.terms.pickup_at
        if is_moved or terms.pickup_until != deal.terms.pickup_until:
            rules.check_times(terms, now=uow.now, policy=self.policy)
        if not uow.drafts.set_terms(deal.id, terms):
            raise CannotMove(state=deal.state)
        return replace(deal, terms=terms, stamp=deal.stamp + 1)

    def set_goods(self, uow: Uow, *, deal: Deal, goods: Sequence[Goods]) -> Deal:
        """Keep other goods of a draft. Raises TooManyGoods."""
        if len(goods) > MOST_GOODS:
            raise TooManyGoods(most=MOST_GOODS)
        if not uow.drafts.set_goods(deal.id, goods):
            raise CannotMove(state=deal.state)
        return replace(deal, stamp=deal.stamp + 1)

    def drop(self, uow: Uow, *, deal: Deal, by: MemberId) -> None:
        """Forget a draft. Raises CannotMove for a deal that is none any more."""
        if not uow.drafts.delete(deal.id):
            raise CannotMove(state=deal.state)
        uow.journal.note("deal.dropped", member=by, group=deal.group, deal=deal.id)

    def lacks(self, uow: Uow, *, deal: Deal, goods: Sequence[Goods]) -> tuple[Lack, ...]:
        """Return what is missing before a draft can be published."""
        terms, found = deal.terms, []
        if not goods or not all(each.supplier and each.batch and each.origin for each in goods):
            found.append(Lack.GOODS)
        if not uow.now < terms.closes_at <= uow.now + timedelta(days=self.policy.longest_days):
            found.append(Lack.CUTOFF)
        point = uow.pickup.get(terms.point) if terms.point else None
        is_there = point is not None and point.group == deal.group and point.is_open
        if not is_there or not terms.closes_at <= terms.pickup_at < terms.pickup_until:
            found.append(Lack.PICKUP)
        try:
            rules.check_goal(terms, goods)
        except BadGoal:
            found.append(Lack.GOAL)
        return tuple(found)
