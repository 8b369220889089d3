"""The end of a deal's ordering: counted at its cut-off, formed or failed; cancelled by staff."""

from dataclasses import dataclass, replace
from datetime import timedelta

from features.app.checkout import Checkout
from features.app.settling import Settling
from features.app.uow import Uow
from features.groupbuy import rules
from features.groupbuy.model import CannotMove, Deal, DealState
from features.groupbuy.service import Groupbuy
from features.orders.model import Via
from features.payments.service import Payments
from kernel.ids import DealId, MemberId

FORMED, FAILED, CANCELLED = "formed", "failed", "cancelled"
"""What the buyers of a deal are told, each once."""


@dataclass(frozen=True, slots=True)
class Closing:
    """How deals end."""

    groupbuy: Groupbuy
    checkout: Checkout
    payments: Payments
    settling: Settling

    def look(self, uow: Uow, *, deal: DealId) -> None:
        """Close a deal whose time is over, or look at it again when it is."""
        held = self.groupbuy.held(uow, deal)
        if held.state is not DealState.OPEN:
            uow.deals.look_at(deal, None)
            return
        grace = timedelta(seconds=self.groupbuy.policy.grace_seconds)
        over_at = (held.fill_until or held.terms.closes_at) + grace
        if uow.now < over_at:  # extended meanwhile
            uow.deals.look_at(deal, over_at)
        elif not self.groupbuy.begin_filling(uow, held, uow.deals.items((deal,))):
            self._count(uow, held)

    def close(self, uow: Uow, *, deal: DealId, by: MemberId) -> Deal:
        """Close a deal before its time. Raises NoDeal or CannotMove."""
        held = self.groupbuy.held(uow, deal)
        if held.state is not DealState.OPEN:
            raise CannotMove(state=held.state)
        uow.journal.note("deal.closed_early", member=by, group=held.group, deal=deal)
        return self._count(uow, held)

    def cancel(self, uow: Uow, *, deal: DealId, reason: str, by: MemberId) -> Deal:
        """Give a deal up before anything is bought; its buyers are told why. Raises NoDeal or CannotMove."""
        held = self.groupbuy.held(uow, deal)
        uow.deals.explain(deal, reason)
        return self._undo(uow, held, DealState.CANCELLED, CANCELLED, by=by)

    def _count(self, uow: Uow, deal: Deal) -> Deal:
        """Lock a deal and see whether it came together."""
        locked = self.groupbuy.move(uow, deal, DealState.LOCKED)
        items, counts = uow.deals.items((deal.id,)), uow.deals.counts(deal.id)
        missing = rules.missing(deal.terms, items, counts)
        if missing or not counts.homes:
            return self._undo(uow, locked, DealState.FAILED, FAILED)
        uow.orders.fix(deal.id)
        self.checkout.settle(uow, deal=deal.id, items=items)
        self.payments.count_at_lock(uow, deal=deal, at=uow.now)
        formed = self.groupbuy.move(uow, locked, DealState.FORMED)
        uow.deals.look_at(deal.id, None)
        uow.deals.tell(deal.id, FORMED, now=uow.now)
        self.settling.plan(uow, deal=formed)
        return formed

    def _undo(self, uow: Uow, deal: Deal, after: DealState, told: str, *, by: MemberId | None = None) -> Deal:
        """End a deal without a sale: everything ordered is given back, everybody is told once."""
        ended = self.groupbuy.move(uow, deal, after, by=by)
        self.checkout.release_all(uow, deal=deal.id)
        homes = uow.orders.void_all(deal.id, via=Via.END, now=uow.now)
        uow.deals.look_at(deal.id, None)
        if homes:
            uow.deals.tell(deal.id, told, now=uow.now)
        uow.journal.note("deal.undone", member=by, group=deal.group, deal=deal.id, homes=homes)
        return replace(ended, due_at=None)
