"""Any acts on coupons in any order, as a state machine on both databases: the numbers always agree."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Engine, create_engine, make_url, text

from features.coupons import rules
from features.coupons.model import (
    CannotGet,
    CannotUse,
    Coupon,
    Kind,
    State,
    TemplateId,
    TemplateState,
    Terms,
    VoidReason,
)
from features.members.model import CameBy, GroupState
from kernel.ids import CouponId, MemberId, OrderId
from kernel.money import Fen
from storage.db import BEGIN, sqlite_engine
from storage.uow import SqlUow
from tests.features.purse import APP, COUPONS, NOW, a_basket, a_design, amount_off, an_open, give, percent_off
from tests.storage.builders import a_group, a_person

T = TypeVar("T")
USERS = itertools.count(1)
ORDERS = st.integers(1, 2)
WHO, WHICH, PICKS = st.integers(0, 1), st.integers(0, 2), st.integers(0, 20)
AMOUNTS = st.sampled_from([0, 7, 1500, 3899, 3900, 8001])
DESIGNS = (
    a_design(amount_off(500, 3900), total=5, per_member=3, budget=1500, days=7),
    a_design(percent_off(20, 300), per_member=4, budget=1000, days=20),
    a_design(Terms(Kind.PICK, Fen(0), 0, Fen(0)), total=3, per_member=2, days=3),
)
NUMBERS = """
SELECT t.id, t.taken, t.committed, t.spent, coalesce(t.total, t.taken), coalesce(t.budget, t.committed),
  (SELECT count(*) FROM coupon c WHERE c.template_id = t.id),
  (SELECT coalesce(sum(worth), 0) FROM coupon c
    WHERE c.template_id = t.id AND c.state IN ('available','reserved','used')),
  (SELECT coalesce(sum(off), 0) FROM coupon c WHERE c.template_id = t.id AND c.state = 'used')
FROM coupon_template t WHERE t.id IN ({})
"""


@dataclass
class Piece:
    """A coupon as the machine keeps it."""

    owner: MemberId
    kind: int
    state: State
    expires_at: datetime
    order: int | None = None
    off: int = 0


class Wallets(RuleBasedStateMachine):
    """Two members, three kinds, two orders, and a clock that goes on."""

    engine: Engine
    begin: str | None

    @initialize()
    def meet(self) -> None:
        self.now, self.pieces, self.keys = NOW, dict[int, Piece](), dict[str, int]()
        self.base = next(USERS) * 1000  # orders of a run of its own
        self.is_open = [True] * len(DESIGNS)

        def found(uow: SqlUow) -> tuple[list[MemberId], list[TemplateId]]:
            group = a_group(uow, -next(USERS)).id
            uow.groups.move(group, to=GroupState.ENABLED, since=(GroupState.MET,), now=uow.now)
            people = [uow.members.meet(a_person(next(USERS)), now=uow.now).id for _ in range(2)]
            for each in people:
                uow.members.enter(each, group, came_by=CameBy.SEEN, now=uow.now)
            return people, [an_open(uow, design) for design in DESIGNS]

        self.people, self.kinds = self.run(found)

    def run(self, unit: Callable[[SqlUow], T]) -> T:
        with self.engine.connect() as connection:
            if self.begin:
                connection.exec_driver_sql("PRAGMA synchronous = OFF")  # nothing here loses its power
                connection.exec_driver_sql(self.begin)
            result = unit(SqlUow(connection, self.now))
            connection.commit()
            return result

    def _may_get(self, who: int, which: int) -> bool:
        limits, worth = DESIGNS[which].limits, DESIGNS[which].terms.worth
        same = [each for each in self.pieces.values() if each.kind == which]
        held = sum(each.owner == self.people[who] for each in same)
        committed = sum(worth for each in same if each.state in rules.COUNTED)
        return (
            self.is_open[which]
            and held < limits.per_member
            and (limits.total is None or len(same) < limits.total)
            and (limits.budget is None or committed + worth <= limits.budget)
        )

    def _got(self, found: Coupon, which: int, key: str) -> None:
        self.pieces[found.id] = Piece(found.owner, which, State.AVAILABLE, found.expires_at)
        self.keys[key] = found.id

    @rule(who=WHO, which=WHICH, nth=st.integers(1, 5))
    def issue(self, who: int, which: int, nth: int) -> None:
        key = f"{self.people[who]}:{which}:{nth}"
        may = self._may_get(who, which)
        found = self.run(lambda uow: give(uow, self.kinds[which], self.people[who], key))
        if key in self.keys:
            assert found is not None
            assert found.id == self.keys[key]
        elif not may:
            assert found is None
        else:
            assert found is not None
            self._got(found, which, key)

    @rule(who=WHO, which=WHICH, nth=st.integers(1, 5))
    def claim(self, who: int, which: int, nth: int) -> None:
        member, key = self.people[who], f"claim:{self.people[who]}:{which}:{nth}"
        may = self._may_get(who, which)

        def claimed(uow: SqlUow) -> Coupon | CannotGet:
            try:
                return COUPONS.claim(uow, member=member, template=self.kinds[which], nth=nth)
            except CannotGet as refusal:
                return refusal

        found = self.run(claimed)
        if key in self.keys:
            assert isinstance(found, Coupon)
            assert found.id == self.keys[key]
        elif may:
            assert isinstance(found, Coupon)
            self._got(found, which, key)
        else:
            assert isinstance(found, CannotGet)

    @rule(which=WHICH)
    def stop_or_go_on(self, which: int) -> None:
        states = (TemplateState.CLOSED, TemplateState.OPEN)
        since, to = states[self.is_open[which]], states[not self.is_open[which]]
        assert self.run(lambda uow: uow.coupon_templates.move(self.kinds[which], to=to, since=since))
        self.is_open[which] = not self.is_open[which]

    @rule(pick=PICKS, is_owner=st.sampled_from([True, True, True, False]), order=ORDERS, amount=AMOUNTS)
    def reserve(self, pick: int, is_owner: bool, order: int, amount: int) -> None:
        if not self.pieces:
            return
        own = sorted(self.pieces)[pick % len(self.pieces)]
        piece, basket = self.pieces[own], a_basket(amount // 3, amount - amount // 3)
        who = (self.people.index(piece.owner) + (not is_owner)) % 2

        def reserved(uow: SqlUow) -> Fen | CannotUse:
            try:
                return COUPONS.reserve(
                    uow,
                    coupon=CouponId(own),
                    member=self.people[who],
                    order=OrderId(self.base + order),
                    basket=basket,
                )
            except CannotUse as refusal:
                return refusal

        found = self.run(reserved)
        if not self._may_use(piece, who, order, amount):
            assert isinstance(found, CannotUse)
            return
        assert found == rules.taken_off(DESIGNS[piece.kind].terms, basket)
        assert 0 <= found <= amount
        piece.state, piece.order, piece.off = State.RESERVED, order, found

    def _may_use(self, piece: Piece, who: int, order: int, amount: int) -> bool:
        terms = DESIGNS[piece.kind].terms
        usable = piece.state is State.AVAILABLE and piece.expires_at > self.now
        anew = piece.state is State.RESERVED and piece.order == order
        if piece.owner != self.people[who] or not (usable or anew):
            return False
        if not terms.kind.is_money:
            return True
        others = [
            each for each in self._of(order) if each is not piece and DESIGNS[each.kind].terms.kind.is_money
        ]
        return amount > 0 and amount >= terms.minimum and not others

    def _of(self, order: int) -> list[Piece]:
        return [each for each in self.pieces.values() if each.order == order]

    @rule(which=WHICH, who=WHO, order=ORDERS, is_paid=st.booleans())
    def buy(self, which: int, who: int, order: int, is_paid: bool) -> None:
        """Somebody gets a coupon, uses it on an order, and pays or not yet."""
        self.issue(who, which, nth=order)
        self.reserve(pick=len(self.pieces) - 1, is_owner=True, order=order, amount=8001)
        if is_paid:
            self.use(order)

    @rule(order=ORDERS)
    @precondition(lambda self: any(each.order for each in self.pieces.values()))
    def use(self, order: int) -> None:
        taken = self.run(lambda uow: COUPONS.use(uow, order=OrderId(self.base + order)))
        reserved = [each for each in self._of(order) if each.state is State.RESERVED]
        assert taken == sum(each.off for each in reserved)
        for each in reserved:
            each.state = State.USED

    @rule(order=ORDERS, ours=st.booleans())
    @precondition(lambda self: any(each.order for each in self.pieces.values()))
    def release(self, order: int, ours: bool) -> None:
        back = self.run(lambda uow: COUPONS.release(uow, order=OrderId(self.base + order), ours=ours))
        self._check_back(back, order, State.RESERVED, ours=ours)

    @rule(order=ORDERS, ours=st.booleans())
    @precondition(lambda self: any(each.order for each in self.pieces.values()))
    def restore(self, order: int, ours: bool) -> None:
        back = self.run(lambda uow: COUPONS.restore(uow, order=OrderId(self.base + order), ours=ours))
        if not ours:
            assert back == ()
            return
        self._check_back(back, order, State.USED, ours=True)

    def _check_back(self, back: tuple[Coupon, ...], order: int, since: State, *, ours: bool) -> None:
        expected = {own for own, each in self.pieces.items() if each.order == order and each.state is since}
        assert {each.id for each in back} == expected
        for each in back:
            piece = self.pieces[each.id]
            assert each.expires_at >= piece.expires_at
            assert not ours or each.expires_at >= self.now + timedelta(days=COUPONS.policy.restore_days - 1)
            assert ours or each.expires_at == piece.expires_at
            piece.state, piece.order, piece.off = State.AVAILABLE, None, 0
            piece.expires_at = each.expires_at

    @rule(pick=PICKS)
    @precondition(lambda self: self.pieces)
    def void(self, pick: int) -> None:
        own = sorted(self.pieces)[pick % len(self.pieces)]
        piece = self.pieces[own]
        done = self.run(lambda uow: COUPONS.void(uow, coupon=CouponId(own), reason=VoidReason.CLAWBACK))
        assert done == (piece.state in rules.OPEN)
        if done:
            piece.state, piece.order, piece.off = State.VOID, None, 0

    @rule(days=st.sampled_from([0.3, 1, 4, 15]))
    def time_passes(self, days: float) -> None:
        """Everything that falls due on the way is done at its own instant."""
        until = self.now + timedelta(days=days)
        while (at := self.run(lambda uow: uow.coupons.next_due_at())) is not None and at <= until:
            self.now = max(at, self.now)
            for due in self.run(lambda uow: uow.coupons.due(now=uow.now, limit=99)):
                self.run(partial(APP.wallets.due, due=due))
        self.now = until
        for piece in self.pieces.values():
            if piece.state is State.AVAILABLE and piece.expires_at <= self.now:
                piece.state = State.EXPIRED

    @invariant()
    def the_numbers_agree(self) -> None:
        if not hasattr(self, "kinds"):
            return
        listed = ",".join(str(each) for each in self.kinds)
        rows = self.run(lambda uow: list(uow.connection.execute(text(NUMBERS.format(listed))).all()))
        for own, taken, committed, spent, total, budget, count, worth, off in rows:
            same = [each for each in self.pieces.values() if self.kinds[each.kind] == own]
            assert taken == count == len(same) <= total
            assert committed == worth <= budget
            assert spent == off == sum(each.off for each in same if each.state is State.USED)

    @invariant()
    def every_coupon_is_where_it_should_be(self) -> None:
        if not getattr(self, "pieces", None):
            return
        found = {own: self.run(partial(_get, own)) for own in self.pieces}
        assert {own: (each.state, each.expires_at) for own, each in found.items()} == {
            own: (each.state, each.expires_at) for own, each in self.pieces.items()
        }
        for member in self.people:
            wallet = self.run(partial(COUPONS.wallet, member=member))
            assert [each.expires_at for each in wallet] == sorted(each.expires_at for each in wallet)
            live = [each for each in self.pieces.values() if each.owner == member and self._is_live(each)]
            assert len(wallet) == len(live)

    def _is_live(self, piece: Piece) -> bool:
        """What came back behind its date is over, though nobody has looked at it yet."""
        if piece.state is State.AVAILABLE:
            return piece.expires_at > self.now
        return piece.state is State.RESERVED


def _get(own: int, uow: SqlUow) -> Any:
    return uow.coupons.get(CouponId(own))


def _machine(url: str) -> type[Wallets]:
    made = make_url(url)
    if made.get_backend_name() == "sqlite":
        return type("OnSqlite", (Wallets,), {"engine": sqlite_engine(made), "begin": BEGIN})
    return type("OnPostgres", (Wallets,), {"engine": create_engine(made), "begin": None})


@pytest.mark.timeout(300)
def test_the_numbers_agree_after_any_acts(db_url: str) -> None:
    machine = _machine(db_url)
    examples = 15 if db_url.startswith("sqlite") else 4
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
