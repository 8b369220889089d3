"""Use cases of settlement. Each runs in a few statements however large a deal is."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from features.groupbuy.model import Deal, DealState
from features.groupbuy.rules import BOUGHT
from features.members.model import Group
from features.orders.model import Order, OrderState
from features.orders.service import Orders
from features.settlement import rules
from features.settlement.model import (
    DealSheet,
    Earning,
    OldStatement,
    Run,
    RunKind,
    SettlementPolicy,
    Statement,
)
from features.settlement.ports import Uow
from kernel import business_day
from kernel.ids import DealId, GroupId, MemberId, OrderId
from kernel.money import NO_MONEY, Fen

_LINES = 10  # of a statement on a page
_ACTIVE = (DealState.OPEN, DealState.LOCKED, *(s for s in BOUGHT if s is not DealState.SETTLED))
_MOST_DEALS = 10  # of a group in one settlement


@dataclass(frozen=True, slots=True)
class Settlement:
    """Windows, settlements, commission."""

    policy: SettlementPolicy

    # -- after-sales windows

    def collected(self, uow: Uow, order: OrderId) -> None:
        """Let the time for complaints run from when the last line was picked up, or not where one is left.

        To be called after every check-off and every undone one.
        """
        held = uow.orders.hold(order)
        deal = uow.deals.get(held.deal) if held else None
        group = uow.groups.get(deal.group) if deal else None
        if held is None or deal is None or group is None:
            return
        view = Orders.view(uow, order=held, deal=deal, items=uow.deals.items((deal.id,)))
        until = rules.window_until(view.lines, self.policy)
        if until is None:
            uow.windows.drop(order)
            return
        last = max(line.collected_at for _, line in view.lines if line.collected_at)
        uow.windows.open(order, collected_on=business_day.local_date(last, group.zone), until=until)

    # -- sheets

    def sheet(self, uow: Uow, *, deal: Deal) -> DealSheet:
        """Return what a deal comes to."""
        figures = uow.settlement.figures(deal.id)
        sound = rules.is_sound(figures) or deal.state in (DealState.OPEN, DealState.LOCKED)
        return DealSheet(deal, figures, uow.settlement.skus(deal.id), sound)

    def active(self, uow: Uow, *, group: GroupId) -> tuple[DealSheet, ...]:
        """Return the deals of a group that are under way, with what they come to."""
        deals = uow.deals.of_group(group, states=_ACTIVE, limit=_MOST_DEALS)
        return tuple(self.sheet(uow, deal=deal) for deal in deals)

    def cutoff(self, uow: Uow, *, deal: DealId) -> Run | None:
        """Draw up what a deal came to at its cut-off, once; None where it was, or the deal is over."""
        found = uow.deals.get(deal)
        group = uow.groups.get(found.group) if found else None
        if found is None or group is None or found.state not in BOUGHT:
            return None
        sheet = self.sheet(uow, deal=found)
        run = Run(RunKind.CUTOFF, group, (sheet,))
        return run if self._keep(uow, run, key=f"cutoff:{deal}", deal=deal) else None

    def daily(self, uow: Uow, *, group: GroupId) -> Run | None:
        """Draw up a day's settlement of a group, once; None where it was, or nothing is under way."""
        there = uow.groups.get(group)
        if there is None:
            return None
        sheets = self.active(uow, group=group)
        run = Run(RunKind.DAILY, there, sheets, is_news=_numbers(sheets) != uow.settlement.last(group))
        if run.sheets:  # else the next deal lets the days be summed up again
            self._plan_day(uow, group, there.zone)
        on = business_day.local_date(uow.now, there.zone)
        return run if self._keep(uow, run, key=f"daily:{group}:{on}", deal=None) else None

    def plan(self, uow: Uow, *, deal: Deal, zone: ZoneInfo) -> None:
        """Let a deal that came together be summed up soon after its cut-off, and its group's days."""
        over_at = (deal.fill_until or deal.terms.closes_at) + timedelta(minutes=self.policy.cutoff_minutes)
        at = max(over_at, uow.now)
        uow.settlement.plan(RunKind.CUTOFF, group=deal.group, deal=deal.id, at=at)
        self._plan_day(uow, deal.group, zone)

    def _plan_day(self, uow: Uow, group: GroupId, zone: ZoneInfo) -> None:
        at = rules.daily_at(uow.now, zone, self.policy)
        uow.settlement.plan(RunKind.DAILY, group=group, deal=None, at=at)

    def _keep(self, uow: Uow, run: Run, *, key: str, deal: DealId | None) -> bool:
        kept = uow.settlement.keep(
            key=key,
            kind=run.kind,
            group=run.group.id,
            deal=deal,
            on=business_day.local_date(uow.now, run.group.zone),
            numbers=_numbers(run.sheets),
            sound=run.sound,
            now=uow.now,
        )
        if kept:
            uow.journal.note(f"settlement.{run.kind}", group=run.group.id, deal=deal, sound=int(run.sound))
        return kept

    # -- commission

    def recount(self, uow: Uow, *, order: OrderId) -> Fen:
        """Count for the leader what an order is worth now, once its window is over; return what that changed.

        To be called whenever money of the order moves: what was counted before is only corrected.
        """
        window, held = uow.windows.of(order), uow.orders.hold(order)
        if window is None or window.closed_at is None or held is None:
            return NO_MONEY
        deal = uow.deals.get(held.deal)
        if deal is None:
            return NO_MONEY
        lines = uow.settlement.line_shares(order)
        changed = 0
        for line, base in zip(lines, rules.bases(_counting(held), lines), strict=True):
            rate = rules.rate_of(line.category, self.policy)
            more = Fen(rules.share(base, rate) - line.counted)
            if base == line.counted_base and not more:
                continue
            kind = Earning.CORRECTED if line.counted_base or line.counted else Earning.EARNED
            uow.settlement.count_share(
                group=deal.group,
                leader=deal.opened_by,
                order=order,
                line=line.line,
                kind=kind,
                base=Fen(base - line.counted_base),
                rate=rate,
                amount=more,
                now=uow.now,
            )
            changed += more
        return Fen(changed)

    def statement(
        self, uow: Uow, *, group: Group, leader: MemberId, page: int, may_pay: bool = False
    ) -> Statement:
        """Return a page of what a leader earned in a group."""
        found = uow.settlement.entries(leader, group.id, limit=_LINES + 1, offset=page * _LINES)
        balance = uow.settlement.balance(leader, group.id)
        return Statement(group, leader, balance, found[:_LINES], page, len(found) > _LINES, may_pay)

    def pay_out(self, uow: Uow, *, group: GroupId, leader: MemberId, amount: Fen) -> None:
        """Record that a leader was paid what they were owed. Raises OldStatement where that is another."""
        uow.settlement.hold_statement(leader)
        if amount <= 0 or uow.settlement.balance(leader, group) != amount:
            raise OldStatement
        uow.settlement.count_share(
            group=group,
            leader=leader,
            order=None,
            line=None,
            kind=Earning.PAID,
            base=NO_MONEY,
            rate=0,
            amount=Fen(-amount),
            now=uow.now,
        )
        uow.journal.note("settlement.paid_out", member=leader, group=group, fen=amount)


def _counting(order: Order) -> Fen:
    """Return what of an order counts for the leader: what was paid and not given back, without delivery."""
    if order.state is not OrderState.LOCKED:
        return NO_MONEY
    return Fen(max(0, min(order.goods - order.off, order.paid - order.refunded)))


def _numbers(sheets: Sequence[DealSheet]) -> list[dict[str, int]]:
    """Return what is kept of a settlement."""
    return [asdict(sheet.figures) | {"deal": sheet.deal.id} for sheet in sheets]
