"""The timed work of the product, one entry per kind. The engine never learns a feature's name."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from features.app import App, Uow
from features.app.deal_running import AHEAD
from kernel.ids import CouponId, DealId, GroupId, MemberId, OrderId

_PAUSE = timedelta(minutes=1)  # before work that failed is tried again


@dataclass(frozen=True, slots=True)
class Job:
    """A kind of timed work over rows: which are due, when the next will be, what to do with one.

    Each id is its own unit of work. `act` looks again whether the row is still due; `back_off` puts off one
    whose act failed, so that it cannot head every batch.
    """

    name: str
    due: Callable[[Uow, int], tuple[int, ...]]  # (unit of work, at most so many) -> ids
    next_at: Callable[[Uow], datetime | None]
    act: Callable[[App, Uow, int], None]
    back_off: Callable[[Uow, int], object]


JOBS: tuple[Job, ...] = (
    Job(
        name="growth.points_due",
        due=lambda uow, limit: uow.growth.due(now=uow.now, limit=limit),
        next_at=lambda uow: uow.growth.next_due_at(),
        act=lambda app, uow, due: app.accounts.points_due(uow, due=due),
        back_off=lambda uow, due: uow.growth.back_off(due, now=uow.now),
    ),
    Job(
        name="growth.level_due",
        due=lambda uow, limit: uow.levels.due(now=uow.now, limit=limit),
        next_at=lambda uow: uow.levels.next_due_at(),
        act=lambda app, uow, due: app.accounts.level_due(uow, member=MemberId(due)),
        back_off=lambda uow, due: uow.levels.back_off(MemberId(due), now=uow.now),
    ),
    Job(
        name="coupons.due",
        due=lambda uow, limit: uow.coupons.due(now=uow.now, limit=limit),
        next_at=lambda uow: uow.coupons.next_due_at(),
        act=lambda app, uow, due: app.wallets.due(uow, due=due),
        back_off=lambda uow, due: uow.coupons.back_off(CouponId(due), now=uow.now),
    ),
    Job(
        name="staff.approval_due",
        due=lambda uow, limit: uow.audit.due(now=uow.now, limit=limit),
        next_at=lambda uow: uow.audit.next_due_at(),
        act=lambda app, uow, due: app.corrections.expire(uow, approval=due),
        back_off=lambda uow, due: uow.audit.back_off(due, until=uow.now + _PAUSE),
    ),
    Job(
        name="staff.role_over",
        due=lambda uow, limit: uow.staff.over(now=uow.now, limit=limit),
        next_at=lambda uow: uow.staff.next_over_at(),
        act=lambda app, uow, due: app.roles.over(uow, role=due),
        back_off=lambda uow, due: uow.staff.end_over(due, now=uow.now),  # it is over all the same
    ),
    Job(
        name="joining.unanswered",
        due=lambda uow, limit: uow.joining.due(now=uow.now, limit=limit),
        next_at=lambda uow: uow.joining.next_due_at(),
        act=lambda app, uow, due: app.joining.unanswered(uow, request=due),
        back_off=lambda uow, due: uow.joining.back_off(due, until=uow.now + _PAUSE),
    ),
    Job(
        name="joining.roll",
        due=lambda uow, limit: uow.joining.rolls_due(now=uow.now, limit=limit),
        next_at=lambda uow: uow.joining.next_roll_at(),
        act=lambda app, uow, due: app.joining.call_roll(uow, group=GroupId(due)),
        back_off=lambda uow, due: uow.joining.put_off_roll(GroupId(due), until=uow.now + _PAUSE),
    ),
    Job(
        name="groupbuy.due",
        due=lambda uow, limit: uow.deals.due(now=uow.now, limit=limit),
        next_at=lambda uow: uow.deals.next_due_at(),
        act=lambda app, uow, due: app.closing.look(uow, deal=DealId(due)),
        back_off=lambda uow, due: uow.deals.look_at(DealId(due), uow.now + _PAUSE),
    ),
    Job(
        name="groupbuy.tell",
        due=lambda uow, limit: uow.deals.telling(now=uow.now, limit=limit),
        next_at=lambda uow: uow.deals.next_telling_at(),
        act=lambda app, uow, due: app.telling.tell(uow, deal=DealId(due)),
        back_off=lambda uow, due: uow.deals.tell_at(DealId(due), uow.now + _PAUSE),
    ),
    Job(
        name="groupbuy.card",
        due=lambda uow, limit: uow.cards.cards_due(now=uow.now, limit=limit),
        next_at=lambda uow: uow.cards.next_card_at(),
        act=lambda app, uow, due: app.standing.tend(uow, deal=DealId(due)),
        back_off=lambda uow, due: uow.cards.put_off_card(DealId(due), until=uow.now + _PAUSE),
    ),
    Job(
        name="groupbuy.warn",
        due=lambda uow, limit: uow.drafts.to_warn(now=uow.now, ahead=AHEAD, limit=limit),
        next_at=lambda uow: uow.drafts.next_warning_at(now=uow.now, ahead=AHEAD),
        act=lambda app, uow, due: app.drafting.running.warn(uow, deal=DealId(due)),
        back_off=lambda uow, due: uow.drafts.warned(DealId(due)),  # it is no use later
    ),
    Job(
        name="orders.lapse",
        due=lambda uow, limit: uow.orders.lapsing(now=uow.now, limit=limit),
        next_at=lambda uow: uow.orders.next_lapse_at(),
        act=lambda app, uow, due: app.money.lapsing.lapse(uow, order=OrderId(due)),
        back_off=lambda uow, due: uow.orders.hold_until(OrderId(due), uow.now + _PAUSE),
    ),
    Job(
        name="payments.overpaid",
        due=lambda uow, limit: uow.receivables.overpaid(now=uow.now, limit=limit),
        next_at=lambda uow: uow.receivables.next_overpaid_at(now=uow.now),
        act=lambda app, uow, due: app.money.refunding.give_back(uow, order=OrderId(due)),
        back_off=lambda uow, due: uow.receivables.put_off(OrderId(due), until=uow.now + _PAUSE),
    ),
    Job(
        name="settlement.window_over",
        due=lambda uow, limit: uow.windows.due(now=uow.now, limit=limit),
        next_at=lambda uow: uow.windows.next_due_at(),
        act=lambda app, uow, due: app.money.rewarding.window_over(uow, order=OrderId(due)),
        back_off=lambda uow, due: uow.windows.put_off(OrderId(due), until=uow.now + _PAUSE),
    ),
    Job(
        name="settlement.due",
        due=lambda uow, limit: uow.settlement.due(now=uow.now, limit=limit),
        next_at=lambda uow: uow.settlement.next_due_at(),
        act=lambda app, uow, due: app.money.settling.draw_up(uow, due=due),
        back_off=lambda uow, due: uow.settlement.put_off(due, until=uow.now + _PAUSE),
    ),
    Job(
        name="collection.remind",
        due=lambda uow, limit: uow.collection.rounds_due(now=uow.now, limit=limit),
        next_at=lambda uow: uow.collection.next_round_at(),
        act=lambda app, uow, due: app.fulfilment.handing.remind(uow, deal=DealId(due)),
        back_off=lambda uow, due: uow.collection.put_off_round(DealId(due), until=uow.now + _PAUSE),
    ),
    Job(
        name="aftersales.due",
        due=lambda uow, limit: uow.cases.due(now=uow.now, limit=limit),
        next_at=lambda uow: uow.cases.next_due_at(),
        act=lambda app, uow, due: app.fulfilment.claims.due(uow, case=due),
        back_off=lambda uow, due: uow.cases.put_off(due, until=uow.now + _PAUSE),
    ),
    Job(
        name="privacy.sweeps",
        due=lambda uow, limit: uow.privacy.sweeps_due(now=uow.now, limit=limit),
        next_at=lambda uow: uow.privacy.next_sweep_at(),
        act=lambda app, uow, due: app.privacy.sweep(uow, which=due),
        back_off=lambda uow, due: uow.privacy.back_off(due, now=uow.now),
    ),
)
