"""Whatever staff and members do: goods are handed over once, money comes back within its bounds."""

import asyncio
import shutil
import tempfile
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bot.config import load
from bot.services import build_app
from features.aftersales.model import Remedy, Why
from features.app.claims import Claims
from features.collection.arriving import Arriving, stamp_of
from kernel.clock import ManualClock
from kernel.errors import Refusal
from kernel.ids import DealId, OrderId, UserId
from kernel.money import Fen, Milli
from storage import migrate
from storage.db import open_db
from tests.conftest import NOW
from tests.storage.test_collection import (
    CASES,
    COLLECTION,
    GROUPBUY,
    LEADER,
    POLICY,
    STAFF,
    arrived,
    parcel_of,
)

HOMES = 3
ARRIVING, CLAIMS = Arriving(POLICY, STAFF, GROUPBUY), Claims(CASES, build_app(load(None, {})).money.refunding)
some_home, some_line = st.integers(0, HOMES - 1), st.integers(0, 1)


@cache
def template() -> Path:
    """An empty database, made once."""
    path = Path(tempfile.mkdtemp()) / "empty.db"
    migrate.upgrade(f"sqlite:///{path}")
    return path


class Collecting(RuleBasedStateMachine):
    """One arrived deal with three homes."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        shutil.copyfile(template(), self.folder / "m.db")
        self.clock = ManualClock(NOW)
        self.db = open_db(f"sqlite:///{self.folder / 'm.db'}", self.clock)
        self.orders = [order.id for order in self.does(lambda uow: arrived(uow, homes=HOMES))]
        self.acts: list[int] = []
        self.cases: list[int] = []

    def teardown(self) -> None:
        self.db.close()
        shutil.rmtree(self.folder)

    def does(self, unit: Any) -> Any:
        """Run a unit; a refusal is fine, and changes nothing."""

        try:
            return asyncio.run(self.run(unit))
        except Refusal:
            return None

    async def run(self, unit: Any) -> Any:
        return await self.db.run(unit)

    @rule(home=some_home, at=st.sampled_from([None, 0, 1]))
    def checks_off(self, home: int, at: int | None) -> None:
        order = self.orders[home]

        def unit(uow: Any) -> Any:
            lines = () if at is None else (parcel_of(uow, order).packed[at].line,)
            return COLLECTION.check_off(uow, user=UserId(LEADER), order=order, lines=lines)

        done = self.does(unit)
        if done is not None and done.line:
            self.acts.append(done.line)

    @rule(chance=st.randoms(use_true_random=False))
    def takes_back(self, chance: Any) -> None:
        if self.acts:
            line = chance.choice(self.acts)
            self.does(lambda uow: COLLECTION.take_back(uow, user=UserId(LEADER), line=line))

    @rule(at=some_line, less=st.integers(1, 6))
    def comes_short(self, at: int, less: int) -> None:
        def unit(uow: Any) -> Any:
            item = uow.deals.items((DealId(1),))[at]
            quantity = Milli(max(0, item.taken - 1000 * less))
            return ARRIVING.set_came(uow, user=UserId(LEADER), item=item.id, quantity=quantity)

        self.does(unit)

    @rule()
    def shares(self) -> None:
        def unit(uow: Any) -> Any:
            stamp = stamp_of(ARRIVING.preview(uow, deal=DealId(1)))
            deal = uow.deals.get(DealId(1))
            return ARRIVING.share(uow, deal=deal, stamp=stamp, by=deal.opened_by)

        self.does(unit)

    @rule(home=some_home, at=some_line, percent=st.integers(1, 100), photo=st.sampled_from(["", "a", "b"]))
    def complains(self, home: int, at: int, percent: int, photo: str) -> None:
        order, user = self.orders[home], UserId(7 + 10 * home)

        def unit(uow: Any) -> Any:
            line = parcel_of(uow, order).packed[at].line
            case = CASES.begin(uow, user=user, line=line).case.id
            CASES.describe(uow, user=user, case=case, kind=None, percent=percent)
            if photo:
                CASES.photo(uow, user=user, photo=photo, unique=photo)
            return CLAIMS.submit(uow, user=user, case=case, remedy=Remedy.REFUND)

        told = self.does(unit)
        if told is not None:
            self.cases.append(told.case.id)

    @rule(chance=st.randoms(use_true_random=False), fen=st.integers(0, 6000), yes=st.booleans())
    def decides(self, chance: Any, fen: int, yes: bool) -> None:
        if not self.cases:
            return
        case, user = chance.choice(self.cases), UserId(LEADER)
        if yes:
            self.does(
                lambda uow: CLAIMS.accept(uow, user=user, case=case, remedy=Remedy.REFUND, amount=Fen(fen))
            )
        else:
            self.does(lambda uow: CLAIMS.reject(uow, user=user, case=case, why=Why.CALL))

    @rule(chance=st.randoms(use_true_random=False))
    def thinks_again(self, chance: Any) -> None:
        if self.cases:
            case = chance.choice(self.cases)
            self.does(lambda uow: CASES.take_back(uow, user=UserId(LEADER), case=case))

    @rule(minutes=st.sampled_from([1, 3, 30, 200]))
    def time_passes(self, minutes: int) -> None:
        self.clock.set(self.clock.now() + timedelta(minutes=minutes))
        for case in self.does(lambda uow: uow.cases.due(now=uow.now, limit=9)):
            self.does(lambda uow, case=case: CLAIMS.due(uow, case=case))

    @invariant()
    def what_is_given_is_at_most_what_came_and_what_was_ordered(self) -> None:
        def unit(uow: Any) -> None:
            came = uow.collection.came(DealId(1))
            for item in uow.deals.items((DealId(1),)):
                lines = [
                    packed
                    for order in self.orders
                    for packed in parcel_of(uow, OrderId(order)).packed
                    if packed.item == item.id
                ]
                assert all(0 <= packed.there <= packed.quantity for packed in lines)
                much, settled = came.get(item.id, (item.taken, False))
                handed = sum(packed.there for packed in lines if packed.collected_at)
                if settled and handed <= much:
                    assert sum(packed.there for packed in lines) <= max(much, handed)

        self.does(unit)

    @invariant()
    def no_line_gives_back_more_than_it_cost_and_each_refund_has_one_case(self) -> None:
        rows = self.does(
            lambda uow: uow.connection.exec_driver_sql(
                "SELECT l.amount_fen, sum(r.amount_fen), count(*), count(DISTINCT r.key) FROM refund r"
                " JOIN order_line l ON l.id = r.line_id GROUP BY l.id"
            ).all()
        )
        assert all(back <= cost and count == keys for cost, back, count, keys in rows)
        done = self.does(
            lambda uow: uow.connection.exec_driver_sql(
                "SELECT (SELECT coalesce(sum(amount_fen), 0) FROM aftersales_case WHERE state = 'done'),"
                " (SELECT coalesce(sum(amount_fen), 0) FROM refund)"
            ).one()
        )
        assert done[0] == done[1]


Collecting.TestCase.settings = settings(max_examples=10, stateful_step_count=25, deadline=None)
test_collecting_and_cases_hold_together = Collecting.TestCase
