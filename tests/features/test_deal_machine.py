"""Any acts on a deal in any order, as a state machine on both databases: stock, lines and ends agree."""

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import Engine, create_engine, make_url, text

from bot.config import load
from bot.services import build_app
from features.groupbuy.model import CannotMove, Deal, DealState, GoalKind, Goods, Item, Terms, Tier
from features.groupbuy.rules import price_at
from features.members.model import CameBy, Group
from features.orders.model import Became, Did, Fixed, Op, Recipient, Source, Via, Wish
from features.orders.rules import MOST
from kernel.ids import ItemId, MemberId, MessageId
from kernel.money import Fen, Milli, amount_of
from storage.db import BEGIN, sqlite_engine
from storage.uow import SqlUow
from tests.storage.builders import a_group, a_person

APP = build_app(load(None, {}))
START = datetime(2026, 11, 23, 1, tzinfo=UTC)
T = TypeVar("T")
USERS = itertools.count(1_000_000)
GOODS = (
    Goods("A", "tomato", "jin", Fen(381), step=Milli(500), stock=Milli(6000), home_limit=Milli(4000)),
    Goods("B", "eggs", "tray", Fen(2680), tiers=(Tier(Milli(5000), Fen(2500)), Tier(Milli(9000), Fen(2300)))),
    Goods("C", "rice", "bag", Fen(4500), stock=Milli(3000)),
)
HOMES = st.integers(0, 2)
ITEMS = st.integers(0, 2)
QUANTITIES = st.integers(1, 12).map(lambda steps: steps * 500)

STOCK = """
SELECT i.taken_milli, i.stock_milli,
  (SELECT coalesce(sum(l.qty_milli), 0) FROM order_line l WHERE l.item_id = i.id),
  (SELECT coalesce(sum(c.delta_milli), 0) FROM order_change c WHERE c.item_id = i.id)
FROM deal_item i WHERE i.deal_id = :deal ORDER BY i.no
"""
LINES = """
SELECT l.order_id, l.item_id, l.qty_milli, l.price_fen, l.amount_fen, o.member_id, o.state,
  (SELECT coalesce(sum(c.delta_milli), 0) FROM order_change c
    WHERE c.order_id = l.order_id AND c.item_id = l.item_id)
FROM order_line l JOIN purchase_order o ON o.id = l.order_id WHERE o.deal_id = :deal
"""
TOTALS = """
SELECT o.state, o.goods_fen, (SELECT coalesce(sum(l.amount_fen), 0) FROM order_line l WHERE l.order_id = o.id)
FROM purchase_order o WHERE o.deal_id = :deal
"""
WAITS = """
SELECT w.item_id, w.qty_milli FROM order_wait w JOIN purchase_order o ON o.id = w.order_id
WHERE o.deal_id = :deal AND w.state = 'waiting'
"""


class Shop(RuleBasedStateMachine):
    """Three homes order three goods of one deal, by taps and by messages that are edited."""

    engine: Engine
    begin: str | None

    @initialize(goal=st.integers(0, 3))
    def open(self, goal: int) -> None:
        self.now, self.is_open = START, True
        self.connection = self.engine.connect()
        self.messages = itertools.count(1)
        self.said: list[tuple[int, MessageId]] = []

        def made(uow: SqlUow) -> tuple[Group, list[MemberId], Deal]:
            group = a_group(uow, -next(USERS))
            people = [uow.members.meet(a_person(next(USERS)), now=uow.now).id for _ in range(3)]
            for each in people:
                uow.members.enter(each, group.id, came_by=CameBy.SEEN, now=uow.now)
            hour = timedelta(hours=1)
            kind = GoalKind.HOMES if goal else GoalKind.NONE
            times = (START + 10 * hour, None, START + 30 * hour, START + 33 * hour)
            deal = uow.deals.add(
                group.id, Terms("t", *times, goal_kind=kind, goal=goal), GOODS, by=people[0], now=uow.now
            )
            uow.deals.move(deal.id, before=deal.state, after=DealState.OPEN)
            return group, people, deal

        self.goal = goal
        self.group, self.people, made_deal = self.run(made)
        self.number = made_deal.id
        self.items = self.run(lambda uow: uow.deals.items((self.number,)))

    def run(self, unit: Callable[[SqlUow], T]) -> T:
        if self.begin:
            self.connection.exec_driver_sql(self.begin)
        result = unit(SqlUow(self.connection, self.now))
        self.connection.commit()
        return result

    def teardown(self) -> None:
        self.connection.close()

    def deal(self, uow: SqlUow) -> Deal:
        found = uow.deals.get(self.number)
        assert found is not None
        return found

    def place(self, home: int, wishes: tuple[Wish, ...], message: MessageId | None = None) -> tuple[Did, ...]:
        def unit(uow: SqlUow) -> tuple[Did, ...]:
            source = Source(self.people[home], uow.now, Via.TAP, message)
            try:
                done = APP.orders.place(
                    uow, deal=self.deal(uow), recipient=Recipient(), wishes=wishes, source=source
                )
            except Fixed:
                return ()
            APP.baskets.after(uow, self.group, self.deal(uow), done)
            return done

        return self.run(unit)

    @rule(home=HOMES, item=ITEMS, op=st.sampled_from(Op), quantity=QUANTITIES)
    def orders(self, home: int, item: int, op: Op, quantity: int) -> None:
        done = self.place(home, (Wish(self.items[item], op, Milli(quantity)),))
        for did in done:
            assert did.possible <= quantity or op in (Op.ADD, Op.SET)
            assert (did.now == did.before) == (did.became not in (Became.TAKEN, Became.GONE)) or (
                did.became is Became.TAKEN and did.now == did.before
            )

    @rule(home=HOMES, item=ITEMS, quantity=QUANTITIES)
    def says(self, home: int, item: int, quantity: int) -> None:
        message = MessageId(next(self.messages))
        self.place(home, (Wish(self.items[item], Op.ADD, Milli(quantity)),), message)
        self.said.append((home, message))

    @rule(at=st.integers(0, 5), item=ITEMS, quantity=QUANTITIES)
    def edits(self, at: int, item: int, quantity: int) -> None:
        if not self.said or not self.is_open:
            return
        home, message = self.said[at % len(self.said)]

        def unit(uow: SqlUow) -> None:
            deal, source = self.deal(uow), Source(self.people[home], uow.now, Via.TEXT, message)
            freed = APP.orders.take_back(uow, source=source, deals=(deal,), items=self.items)
            for own in freed:
                APP.baskets.serve(uow, self.group, deal, self._item(own))
            wish = Wish(self.items[item], Op.ADD, Milli(quantity))
            done = APP.orders.place(uow, deal=deal, recipient=Recipient(), wishes=(wish,), source=source)
            APP.baskets.after(uow, self.group, deal, done)

        self.run(unit)

    @rule(home=HOMES)
    def clears(self, home: int) -> None:
        def unit(uow: SqlUow) -> None:
            order = uow.orders.find(self.number, self.people[home], "")
            if order is None:
                return
            source = Source(self.people[home], uow.now, Via.TAP)
            try:
                done = APP.orders.clear(uow, order=order.id, items=self.items, source=source)
            except Fixed:
                return
            APP.baskets.after(uow, self.group, self.deal(uow), done)

        self.run(unit)

    @rule(home=HOMES, item=ITEMS, quantity=QUANTITIES)
    def waits(self, home: int, item: int, quantity: int) -> None:
        def unit(uow: SqlUow) -> None:
            order = uow.orders.find(self.number, self.people[home], "")
            wanted = self.items[item]
            free = (wanted.goods.stock or Milli(0)) - self._taken(uow, wanted)
            if order and wanted.goods.stock and free < wanted.goods.step and self.is_open:
                APP.orders.wait(uow, order=order, item=wanted, quantity=Milli(quantity))

        self.run(unit)

    @rule()
    def ends(self) -> None:
        def unit(uow: SqlUow) -> DealState:
            try:
                return APP.closing.close(uow, deal=self.number, by=self.people[0]).state
            except CannotMove:
                return self.deal(uow).state

        homes = {row.member_id for row in self.rows(LINES) if row.qty_milli} if self.is_open else set()
        state = self.run(unit)
        if self.is_open:
            assert state == ("formed" if homes and len(homes) >= self.goal else "failed")
        self.is_open = False

    def rows(self, sql: str) -> list[Any]:
        return self.run(lambda uow: list(uow.connection.execute(text(sql), {"deal": self.number})))

    def _item(self, own: ItemId) -> Item:
        return next(item for item in self.items if item.id == own)

    @staticmethod
    def _taken(uow: SqlUow, item: Item) -> int:
        fresh = uow.deals.item(item.id)
        assert fresh is not None
        return fresh.taken

    @invariant()
    def nothing_is_sold_twice(self) -> None:
        for taken, stock, held, changed in self.rows(STOCK):
            assert taken == held == changed
            assert 0 <= taken <= (stock if stock is not None else 3 * MOST)

    @invariant()
    def lines_are_the_sum_of_their_changes_and_within_the_limit(self) -> None:
        for row in self.rows(LINES):
            assert row.qty_milli == row[-1]
            limit = self._item(ItemId(row.item_id)).goods.home_limit
            assert limit is None or row.qty_milli <= limit

    @invariant()
    def nobody_waits_for_what_they_could_have(self) -> None:
        taken = {item: row[0] for item, row in zip(self.items, self.rows(STOCK), strict=True)}
        for own, _ in self.rows(WAITS):
            item = self._item(ItemId(own))
            assert item.goods.stock is not None
            free = item.goods.stock - taken[item]
            assert not self.is_open or free < item.goods.step or item.goods.home_limit is not None

    @invariant()
    def amounts_are_fixed_once_and_add_up(self) -> None:
        reached = {item.id: Milli(row[0]) for item, row in zip(self.items, self.rows(STOCK), strict=True)}
        for row in self.rows(LINES):
            if row.state == "locked":
                price = price_at(self._item(ItemId(row.item_id)).goods, reached[ItemId(row.item_id)])
                assert row.amount_fen == amount_of(price, Milli(row.qty_milli))
            else:
                assert row.amount_fen is None
        for state, goods, lines in self.rows(TOTALS):
            assert goods == (lines if state == "locked" else 0)


def _machine(url: str) -> type[Shop]:
    made = make_url(url)
    if made.get_backend_name() == "sqlite":
        return type("OnSqlite", (Shop,), {"engine": sqlite_engine(made), "begin": BEGIN})
    return type("OnPostgres", (Shop,), {"engine": create_engine(made), "begin": None})


@pytest.mark.timeout(300)
def test_a_deal_agrees_after_any_acts(db_url: str) -> None:
    machine = _machine(db_url)
    examples = 25 if db_url.startswith("sqlite") else 6
    try:
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=examples,
                stateful_step_count=40,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
    finally:
        machine.engine.dispose()
