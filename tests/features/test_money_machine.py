"""Any acts on the money of two homes in any order, on both databases: it always balances."""

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import Engine, create_engine, make_url, select

from features.groupbuy.model import DealState, PayMode
from features.members.model import CameBy, GroupState
from features.orders.model import OrderState
from features.payments.model import RefundReason
from features.payments.refunds import Why
from features.settlement.rules import is_sound
from kernel.errors import Refusal
from kernel.ids import DealId, MemberId, OrderId
from kernel.money import Fen, Milli
from scheduler.jobs import JOBS
from storage.checks import broken
from storage.db import BEGIN, sqlite_engine
from storage.payments import payment
from storage.uow import SqlUow
from tests.ledger import APP, MONEY, a_buyer, a_deal, an_order, collect, held
from tests.storage.builders import a_group, a_person

START = datetime(2026, 11, 23, 1, tzinfo=UTC)
T = TypeVar("T")
SHOPS = itertools.count(1)
TIMED = ("orders.", "payments.", "settlement.", "groupbuy.due")
HOMES, LINES = st.integers(0, 1), st.integers(0, 2)


class Till(RuleBasedStateMachine):
    """A prepaid deal of two homes, from open to long after, and everything that moves its money."""

    engine: Engine
    begin: str | None

    @initialize(formed=st.booleans(), paid=st.booleans())
    def opens(self, formed: bool, paid: bool) -> None:
        self.now, self.shop = START, next(SHOPS)
        self.keys = itertools.count(1)

        def unit(uow: SqlUow) -> None:
            group, self.leader = _shop(uow, self.shop)
            deal, self.items = a_deal(uow, group, self.leader, pay=PayMode.PREPAID)
            self.deal, self.group = deal.id, group
            self.homes = [a_buyer(uow, group, self.shop * 10 + 1 + at) for at in range(2)]
            self.orders: list[OrderId] = [
                an_order(uow, deal, home, [(item, 1000) for item in self.items]) for home in self.homes
            ]

        self.run(unit)
        if formed:
            self.ends(cancelled=False)
        for home in range(2 if paid else 0):
            self.claims(home)
            self.confirms(home, None)

    def run(self, unit: Callable[[SqlUow], T]) -> T | Refusal:
        """Run a unit as the product does: a refusal undoes everything of it."""
        with self.engine.connect() as connection:
            if self.begin:
                connection.exec_driver_sql(self.begin)
            try:
                result = unit(SqlUow(connection, self.now))
            except Refusal as no:
                connection.rollback()
                return no
            connection.commit()
            return result

    def tick(self) -> None:
        """Do everything that is due, as the clockwork does."""
        for job in (each for each in JOBS if each.name.startswith(TIMED)):
            due = self.run(lambda uow, job=job: job.due(uow, 99))  # type: ignore[misc]
            for each in due if isinstance(due, tuple) else ():
                self.run(lambda uow, job=job, each=each: job.act(APP, uow, each))  # type: ignore[misc]

    @rule(home=HOMES, line=LINES, much=st.integers(0, 4))
    def wants(self, home: int, line: int, much: int) -> None:
        def unit(uow: SqlUow) -> None:
            deal = uow.deals.get(self.deal)
            if deal and deal.state is DealState.OPEN:
                an_order(uow, deal, self.homes[home], [(self.items[line], much * 500)])

        self.run(unit)

    @rule(home=HOMES)
    def claims(self, home: int) -> None:
        self.run(lambda uow: MONEY.payments.claim(uow, member=self.homes[home], order=self.orders[home]))

    @rule(home=HOMES, amount=st.none() | st.integers(1, 20_000))
    def confirms(self, home: int, amount: int | None) -> None:
        def unit(uow: SqlUow) -> None:
            if claim := uow.payments.open_claim(self.orders[home]):
                given = None if amount is None else Fen(amount)
                MONEY.payments.confirm(uow, payment=claim.id, by=self.leader, amount=given)

        self.run(unit)

    @rule(home=HOMES)
    def rejects(self, home: int) -> None:
        def unit(uow: SqlUow) -> None:
            if claim := uow.payments.open_claim(self.orders[home]):
                MONEY.payments.reject(uow, payment=claim.id, by=self.leader)

        self.run(unit)

    @rule(number=st.integers(1, 8))
    def takes_a_confirmation_back(self, number: int) -> None:
        def unit(uow: SqlUow) -> None:
            own = [each for order in self.orders for each in _payments(uow, order)]
            if own:
                MONEY.cashier.unconfirm(uow, payment=own[number % len(own)])

        self.run(unit)

    @rule(home=HOMES, amount=st.integers(1, 9000), by_telegram=st.booleans())
    def money_comes(self, home: int, amount: int, by_telegram: bool) -> None:
        order, charge = self.orders[home], f"{self.shop}:{amount}"

        def unit(uow: SqlUow) -> None:
            if by_telegram:
                MONEY.payments.record_telegram(
                    uow, order=order, amount=Fen(amount), charge=charge, member=self.homes[home]
                )
            else:
                MONEY.cashier.take_cash(uow, order=order, by=self.leader)
            MONEY.settlement.recount(uow, order=order)

        self.run(unit)

    @rule(
        home=HOMES,
        line=st.none() | LINES,
        amount=st.integers(1, 2500),
        key=st.integers(1, 6),
        reason=st.sampled_from(RefundReason),
    )
    def refunds(self, home: int, line: int | None, amount: int, key: int, reason: RefundReason) -> None:
        def unit(uow: SqlUow) -> None:
            lines = uow.orders.lines((self.orders[home],))
            own = lines[line % len(lines)].id if line is not None and lines else None
            why = Why(reason, "share", f"{self.shop}:case:{key}:{home}")
            before = uow.refunds.by_key(why.key)
            made = MONEY.refunding.refund(
                uow, order=self.orders[home], line=own, amount=Fen(amount), why=why, by=self.leader
            )
            assert before is None or made == before

        self.run(unit)

    @rule(number=st.integers(0, 8), back=st.booleans())
    def ends_a_refund(self, number: int, back: bool) -> None:
        def unit(uow: SqlUow) -> None:
            own = [each for order in self.orders for each in uow.refunds.of_order(order)]
            if own and back:
                MONEY.refunding.take_back(uow, refund=own[number % len(own)].id, by=self.leader)
            elif own:
                MONEY.refunds.done(uow, refund=own[number % len(own)].id, by=self.leader)

        self.run(unit)

    @rule(home=HOMES, weight=st.integers(1, 2500), sure=st.booleans())
    def weighs(self, home: int, weight: int, sure: bool) -> None:
        def unit(uow: SqlUow) -> None:
            for line in uow.orders.lines((self.orders[home],)):
                if line.item == self.items[1].id:
                    MONEY.refunding.settle_weight(
                        uow, line=line.id, weighed=Milli(weight), by=self.leader, sure=sure
                    )

        self.run(unit)

    @rule(cancelled=st.booleans())
    def ends(self, cancelled: bool) -> None:
        def unit(uow: SqlUow) -> None:
            if cancelled:
                APP.closing.cancel(uow, deal=self.deal, reason="", by=self.leader)
            else:
                APP.closing.close(uow, deal=self.deal, by=self.leader)

        self.run(unit)

    @rule(home=HOMES)
    def picks_up(self, home: int) -> None:
        def unit(uow: SqlUow) -> None:
            if held(uow, self.orders[home]).state is OrderState.LOCKED:
                collect(uow, self.orders[home], uow.now)

        self.run(unit)

    @rule(hours=st.sampled_from([0.1, 0.3, 5, 30, 200]))
    def time_passes(self, hours: float) -> None:
        self.now += timedelta(hours=hours)
        self.tick()

    @invariant()
    def money_balances(self) -> None:
        if not hasattr(self, "deal"):
            return
        found = self.run(lambda uow: (broken(uow.connection), uow.settlement.figures(self.deal)))
        assert not isinstance(found, Refusal)
        wrong, figures = found
        assert wrong == ()
        state = self.run(lambda uow: uow.deals.get(DealId(self.deal)))
        assert not isinstance(state, Refusal)
        assert state is not None
        assert state.state is DealState.OPEN or is_sound(figures)

    def teardown(self) -> None:
        if not hasattr(self, "deal"):
            return
        self.now += timedelta(days=40)
        self.tick()
        for order in self.orders:
            own = self.run(lambda uow, order=order: held(uow, order))  # type: ignore[misc]
            assert not isinstance(own, Refusal)
            assert own.state is OrderState.OPEN or own.due >= 0, "what is paid too much goes back"


def _payments(uow: SqlUow, order: OrderId) -> list[Any]:
    query = select(payment.c.id).where(payment.c.order_id == order).order_by(payment.c.id)
    return list(uow.connection.execute(query).scalars())


def _shop(uow: SqlUow, number: int) -> tuple[Any, MemberId]:
    group = a_group(uow, -100 - number)
    uow.groups.move(group.id, to=GroupState.ENABLED, since=(GroupState.MET,), now=uow.now)
    leader = uow.members.meet(a_person(number * 10, "林姐"), now=uow.now)
    uow.members.enter(leader.id, group.id, came_by=CameBy.SEEN, now=uow.now)
    APP.pickup.add(uow, group=group.id, name="3 号楼", hours="17:00-20:00")
    return group.id, leader.id


def _machine(url: str) -> type[Till]:
    made = make_url(url)
    if made.get_backend_name() == "sqlite":
        return type("OnSqlite", (Till,), {"engine": sqlite_engine(made), "begin": BEGIN})
    return type("OnPostgres", (Till,), {"engine": create_engine(made), "begin": None})


@pytest.mark.timeout(300)
def test_money_balances_after_any_acts(db_url: str) -> None:
    machine = _machine(db_url)
    examples = 14 if db_url.startswith("sqlite") else 3
    try:
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=examples,
                stateful_step_count=30,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
    finally:
        machine.engine.dispose()
