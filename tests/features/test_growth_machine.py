"""Any acts on two accounts in any order, as a state machine on both databases: the books always agree."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import Engine, create_engine, make_url, text

from bot.config import load
from bot.services import build_app
from features.growth import levels, rules
from features.growth.model import (
    EARNED,
    Adjusted,
    Earned,
    Earning,
    Event,
    Level,
    NotEarned,
    NotEarnedReason,
    NotEnoughPoints,
    NotReversed,
    NotReversedReason,
    Period,
    Reversed,
    Spent,
)
from features.members.model import CameBy
from kernel.business_day import local_date
from kernel.ids import GroupId, MemberId
from storage.db import BEGIN, sqlite_engine
from storage.uow import SqlUow
from tests.storage.builders import a_group, a_person

APP = build_app(load(None, {}))
POLICY = APP.growth.rulebook.configured
ZONE = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 11, 23, 1, tzinfo=UTC)
T = TypeVar("T")
USERS = itertools.count(1)
KEYS = st.integers(0, 30).map(lambda n: f"order:{n}")

BOOKS = """
SELECT growth, points,
  (SELECT coalesce(sum(amount), 0) FROM growth_ledger l WHERE l.member_id = a.member_id),
  (SELECT coalesce(sum(amount), 0) FROM points_ledger l WHERE l.member_id = a.member_id),
  (SELECT coalesce(sum(unspent), 0) FROM point_lot l WHERE l.member_id = a.member_id),
  (SELECT count(*) FROM point_lot l WHERE l.member_id = a.member_id AND unspent + lapsed > earned),
  (SELECT count(*) FROM growth_ledger r LEFT JOIN growth_ledger o ON o.id = r.reverses
    WHERE r.member_id = a.member_id AND r.event = 'reversed'
    AND (o.id IS NULL OR o.member_id <> r.member_id OR o.amount <> -r.amount)),
  (SELECT count(*) FROM points_ledger r LEFT JOIN points_ledger o ON o.id = r.reverses
    WHERE r.member_id = a.member_id AND r.event = 'reversed' AND (o.id IS NULL OR -r.amount > o.amount))
FROM growth_account a WHERE member_id = :member
"""
PERIODS = "SELECT period, starts_on, growth FROM growth_period WHERE member_id = :member AND growth <> 0"


@dataclass
class Heap:
    """A lot as the machine keeps it."""

    key: str
    earned: int
    unspent: int
    expires_on: date
    lapsed: int = 0


@dataclass
class Books:
    """What an account should be, worked out in the simplest way."""

    member: MemberId
    growth: int = 0
    points: int = 0
    lots: list[Heap] = field(default_factory=list)
    earned: dict[str, tuple[Event, date, int]] = field(default_factory=dict)  # what was not reversed
    used: set[str] = field(default_factory=set)
    reversed: set[str] = field(default_factory=set)

    def add(self, key: str, points: int, expires_on: date) -> None:
        left = max(points + min(self.points, 0), 0)
        self.lots.append(Heap(key, points, left, expires_on))
        self.points += points

    def draw(self, points: int, ahead: str = "") -> None:
        self.points -= points
        for lot in sorted(self.lots, key=lambda lot: (lot.key != ahead, lot.expires_on)):
            taken = min(lot.unspent, points)
            lot.unspent -= taken
            points -= taken

    def lapse(self, today: date) -> None:
        for lot in self.lots:
            if lot.expires_on < today:
                self.points -= lot.unspent
                lot.lapsed += lot.unspent
                lot.unspent = 0

    def count(self, event: Event, period: Period | None, on: date) -> int:
        def same(other: date) -> bool:
            return other == on if period is None else _start(period, other) == _start(period, on)

        return sum(each == event and same(day) for each, day, _ in self.earned.values())


def _start(period: Period, on: date) -> date:
    return on - timedelta(days=on.weekday()) if period is Period.WEEK else on.replace(day=1)


class Accounts(RuleBasedStateMachine):
    """Two members of one group, and a clock that goes on."""

    engine: Engine
    begin: str | None

    @initialize()
    def meet(self) -> None:
        self.now = START

        def two(uow: SqlUow) -> tuple[GroupId, list[MemberId]]:
            group = a_group(uow, -next(USERS)).id
            people = [uow.members.meet(a_person(next(USERS)), now=uow.now).id for _ in range(2)]
            for each in people:
                uow.members.enter(each, group, came_by=CameBy.SEEN, now=uow.now)
            return group, people

        self.group, people = self.run(two)
        self.books = [Books(each) for each in people]

    def run(self, unit: Callable[[SqlUow], T]) -> T:
        with self.engine.connect() as connection:
            if self.begin:
                connection.exec_driver_sql(self.begin)
            result = unit(SqlUow(connection, self.now))
            connection.commit()
            return result

    @property
    def today(self) -> date:
        return local_date(self.now, ZONE)

    @rule(who=st.integers(0, 1), event=st.sampled_from(EARNED), key=KEYS, ago=st.integers(0, 9))
    def earn(self, who: int, event: Event, key: str, ago: int) -> None:
        books, on = self.books[who], self.today - timedelta(days=ago)
        key = f"{books.member}:{key}"
        full = f"{event}:{key}"
        found = self.run(
            lambda uow: APP.growth.earn(uow, earning=Earning(books.member, self.group, ZONE, event, key, on))
        )
        if reason := self._why_not(books, event, full, on):
            assert found == NotEarned(reason)
            return
        assert isinstance(found, Earned)
        amount = rules.earning_rule(event, POLICY).amount
        assert (found.growth, found.points) == (amount, amount)
        books.used.add(full)
        books.growth += amount
        books.earned[full] = (event, on, amount)
        books.add(full, amount, rules.expiry_date(self.today, POLICY))

    def _why_not(self, books: Books, event: Event, full: str, on: date) -> NotEarnedReason | None:
        cap = rules.earning_rule(event, POLICY).cap
        if full in books.used:
            return NotEarnedReason.ALREADY
        if cap.once and any(each == event for each, _, _ in books.earned.values()):
            return NotEarnedReason.ONCE
        if cap.per_month is not None and books.count(event, Period.MONTH, on) >= cap.per_month:
            return NotEarnedReason.CAPPED_MONTH
        if cap.per_week is not None and books.count(event, Period.WEEK, on) >= cap.per_week:
            return NotEarnedReason.CAPPED_WEEK
        if cap.per_day is not None and books.count(event, None, on) >= cap.per_day:
            return NotEarnedReason.CAPPED_DAY
        return None

    @rule(who=st.integers(0, 1), points=st.integers(1, 400), key=KEYS)
    def spend(self, who: int, points: int, key: str) -> None:
        books = self.books[who]
        key = f"{books.member}:{key}"
        full = f"spent:{key}"

        def spent(uow: SqlUow) -> Spent | NotEnoughPoints:
            try:
                return APP.growth.spend(uow, member=books.member, points=points, key=key)
            except NotEnoughPoints as refusal:
                return refusal

        found = self.run(spent)
        if full in books.used:
            assert found == Spent(points, again=True)
        elif books.points < points:
            assert isinstance(found, NotEnoughPoints)
            assert found.params == {"missing": points - books.points}
        else:
            assert found == Spent(points, again=False)
            books.used.add(full)
            books.draw(points)

    @rule(who=st.integers(0, 1), points=st.integers(-300, 300).filter(bool), key=KEYS)
    def adjust(self, who: int, points: int, key: str) -> None:
        books = self.books[who]
        key = f"{books.member}:{key}"
        full = f"adjusted:{key}"
        found = self.run(
            lambda uow: APP.growth.adjust(
                uow, member=books.member, group=self.group, zone=ZONE, points=points, key=key
            )
        )
        if full in books.used:
            assert found == Adjusted(points, books.points, again=True)
            return
        assert found == Adjusted(points, books.points + points, again=False)
        books.used.add(full)
        if points > 0:
            books.add(full, points, rules.expiry_date(self.today, POLICY))
        else:
            books.draw(-points)

    @rule(who=st.integers(0, 1), event=st.sampled_from((*EARNED, Event.ADJUSTED, Event.SPENT)), key=KEYS)
    def reverse(self, who: int, event: Event, key: str) -> None:
        books = self.books[who]
        key = f"{books.member}:{key}"
        self._reverse(books, event, key)

    @rule(who=st.integers(0, 1), pick=st.integers(0, 50))
    def reverse_what_was_earned(self, who: int, pick: int) -> None:
        books = self.books[who]
        if books.earned:
            full = sorted(books.earned)[pick % len(books.earned)]
            event, _, key = full.partition(":")
            self._reverse(books, Event(event), key)

    def _reverse(self, books: Books, event: Event, key: str) -> None:
        full = f"{event}:{key}"
        found = self.run(lambda uow: APP.growth.reverse(uow, event=event, key=key))
        lot = next((lot for lot in books.lots if lot.key == full), None)
        if full not in books.used:
            assert found == NotReversed(NotReversedReason.UNKNOWN)
        elif full in books.reversed:
            assert found == NotReversed(NotReversedReason.ALREADY)
        elif lot is None:
            assert found == NotReversed(NotReversedReason.NO_CREDIT)
        else:
            growth = books.earned.pop(full)[2] if full in books.earned else 0
            points = lot.earned - lot.lapsed
            assert found == Reversed(books.member, growth, points)
            books.reversed.add(full)
            books.growth -= growth
            books.draw(points, ahead=full)

    @rule(days=st.sampled_from([0.4, 1, 6, 20, 31, 200, 364]))
    def time_passes(self, days: float) -> None:
        """Everything that falls due on the way is done at its own instant."""
        until = self.now + timedelta(days=days)
        while (at := self.run(self._next)) is not None and at <= until:
            self.now = max(at, self.now)
            for due in self.run(lambda uow: uow.growth.due(now=uow.now, limit=99)):
                self.run(partial(APP.accounts.points_due, due=due))
            for due in self.run(lambda uow: uow.levels.due(now=uow.now, limit=99)):
                self.run(partial(APP.accounts.level_due, member=MemberId(due)))
            for books in self.books:
                books.lapse(self.today)
        self.now = until

    @staticmethod
    def _next(uow: SqlUow) -> datetime | None:
        return min(
            (at for at in (uow.growth.next_due_at(), uow.levels.next_due_at()) if at is not None),
            default=None,
        )

    @invariant()
    def the_books_agree(self) -> None:
        for books in getattr(self, "books", []):
            self._check(books)

    def _check(self, books: Books) -> None:
        def told(uow: SqlUow, query: str) -> list[Any]:
            return list(uow.connection.execute(text(query), {"member": books.member}).all())

        found = self.run(lambda uow: told(uow, BOOKS))
        if not found:
            assert (books.growth, books.points) == (0, 0)
            return
        growth, points, in_growth, in_points, unspent, over, odd_growth, odd_points = map(int, found[0])
        assert (growth, points) == (books.growth, books.points) == (in_growth, in_points)
        assert unspent == max(points, 0)
        assert (over, odd_growth, odd_points) == (0, 0, 0)
        lots = self.run(
            lambda uow: told(
                uow, "SELECT event_key, earned, unspent, lapsed FROM point_lot WHERE member_id = :member"
            )
        )
        assert sorted(tuple(row) for row in lots) == sorted(
            (lot.key, lot.earned, lot.unspent, lot.lapsed) for lot in books.lots
        )
        self._check_periods(books, [tuple(row) for row in self.run(lambda uow: told(uow, PERIODS))])
        self._check_level(books)

    def _check_periods(self, books: Books, found: list[tuple[Any, ...]]) -> None:
        sums: dict[tuple[str, str], int] = {}
        for _, on, amount in books.earned.values():
            for period in Period:
                where = (period.value, _start(period, on).isoformat())
                sums[where] = sums.get(where, 0) + amount
        assert {(period, on): growth for period, on, growth in found} == sums

    def _check_level(self, books: Books) -> None:
        """A level is carried by the year, or a look at it is due or a grace runs."""
        standing = self.run(lambda uow: uow.growth.hold(books.member))
        year = self.run(lambda uow: uow.levels.credits(books.member, since=self.now - levels.WINDOW))
        carried = levels.level_of(levels.window(year, self.now), POLICY)
        state = standing.state
        looked_at_soon = state.review_at is not None and state.review_at <= self.now
        assert state.level >= carried
        assert state.level == carried or state.falls_at is not None or looked_at_soon
        assert (state.review_at is None) == (state.level is Level.SEED)


def _machine(url: str) -> type[Accounts]:
    made = make_url(url)
    if made.get_backend_name() == "sqlite":
        return type("OnSqlite", (Accounts,), {"engine": sqlite_engine(made), "begin": BEGIN})
    return type("OnPostgres", (Accounts,), {"engine": create_engine(made), "begin": None})


@pytest.mark.timeout(300)
def test_the_books_agree_after_any_acts(db_url: str) -> None:
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
