"""Codes, check-offs and cases on both databases: each once, whoever else does it at that moment."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import time, timedelta
from random import Random

import pytest

from features.aftersales.model import Remedy, State
from features.aftersales.reading import load
from features.aftersales.service import Aftersales
from features.collection.model import Checked, CodeProblem, CollectionPolicy, Parcel, Wrong
from features.collection.service import Collection
from features.groupbuy.model import DealState, GroupbuyPolicy
from features.groupbuy.service import Groupbuy
from features.members.model import CameBy, GroupState
from features.orders.model import Order, Recipient, Source
from features.privacy.model import Whose
from features.staff.model import Role, StaffPolicy
from features.staff.service import Staff
from kernel.clock import ManualClock
from kernel.errors import Refusal
from kernel.ids import MemberId, OrderId, UserId
from kernel.money import Fen, Milli
from storage.db import Db
from storage.uow import SqlUow
from tests.conftest import NOW, Disk
from tests.features.test_aftersales_rules import POLICY as AFTERSALES
from tests.storage.builders import CALLERS, a_deal, a_group, a_member, a_parcel, a_person, an_order

POLICY = CollectionPolicy(4, time(10), time(12), 50, 5, 10, 10, 300, 10)
STAFF = Staff(StaffPolicy(24, 1000, 24, 24))
GROUPBUY = Groupbuy(GroupbuyPolicy(60, 15, 5, 20, 15, 0, 30, 8))
COLLECTION = Collection(POLICY, STAFF, GROUPBUY)
CASES = Aftersales(AFTERSALES, STAFF, GROUPBUY, load())
BUYER, LEADER = 7, 8


def arrived(uow: SqlUow, *, homes: int = 1) -> tuple[Order, ...]:
    """A deal that has arrived, with orders of so many homes, and its leader."""
    group, leader = a_group(uow), a_member(uow, LEADER)
    uow.groups.move(group.id, to=GroupState.ENABLED, since=(GroupState.MET,), now=uow.now)
    uow.members.enter(leader.id, group.id, came_by=CameBy.PLAIN, now=uow.now)
    uow.staff.give(leader.id, Role.LEADER, group=group.id, given_by=None, until=None, now=uow.now)
    deal = a_deal(uow, group.id, leader.id, stock=None)
    first, second = uow.deals.items((deal.id,))
    orders = []
    for home in range(homes):
        source = Source(a_member(uow, BUYER + 10 * home).id, uow.now, called="Li")
        order = uow.orders.open(deal.id, Recipient(), source, now=uow.now)
        for item in (first, second):
            uow.deals.take(item.id, Milli(2000))
            uow.orders.change(order.id, item.id, Milli(2000), price=item.goods.price, source=source, now=NOW)
        orders.append(order)
    uow.orders.fix(deal.id)
    uow.deals.move(deal.id, before=DealState.OPEN, after=DealState.ARRIVED)
    uow.deals.arrived(deal.id, now=uow.now)
    return tuple(orders)


def parcel_of(uow: SqlUow, order: OrderId) -> Parcel:
    found = uow.collection.parcel(order)
    assert found is not None
    return found


def check_off(uow: SqlUow, order: OrderId) -> bool:
    return COLLECTION.check_off(uow, user=UserId(LEADER), order=order).fresh


def enter(uow: SqlUow, digits: str) -> object:
    return COLLECTION.enter(uow, person=a_person(LEADER), digits=digits)


async def test_of_64_check_offs_of_one_code_one_wins(db: Db, check: Disk) -> None:
    (order,) = await db.run(arrived)
    code = await db.run(lambda uow: COLLECTION.code_of(uow, parcel=parcel_of(uow, order.id)))

    def redeem(uow: SqlUow) -> bool:
        found = enter(uow, code.digits)
        return isinstance(found, Checked) and check_off(uow, found.parcel.order)

    ends = await asyncio.gather(*(db.run(redeem) for _ in range(CALLERS)))

    assert sum(ends) == 1
    assert await check("SELECT count(*) FROM order_line WHERE collected_at IS NOT NULL") == [(2,)]
    assert await check("SELECT count(*) FROM audit WHERE act = 'collected'") == [(1,)]


async def test_an_order_has_one_code_however_many_ask_and_no_two_of_a_deal_are_alike(
    db: Db, check: Disk
) -> None:
    orders = await db.run(lambda uow: arrived(uow, homes=20))

    def code(uow: SqlUow, order: OrderId) -> str:
        tame = replace(uow, rng=Random(1))  # everybody draws the same digits
        return COLLECTION.code_of(tame, parcel=parcel_of(uow, order)).digits

    def asks(order: Order) -> Callable[[SqlUow], str]:
        return lambda uow: code(uow, order.id)

    drawn = await asyncio.gather(*(db.run(asks(order)) for order in orders for _ in range(3)))

    assert len(set(drawn)) == 20
    assert await check("SELECT count(*), count(DISTINCT digits) FROM pickup_code") == [(20, 20)]


async def test_wrong_codes_rest_after_five_also_at_once_and_are_counted_anew(
    db: Db, clock: ManualClock
) -> None:
    await db.run(arrived)

    ends = await asyncio.gather(*(db.run(lambda uow: enter(uow, "000000")) for _ in range(8)))
    problems = [end.problem for end in ends if isinstance(end, Wrong)]
    assert (problems.count(CodeProblem.UNKNOWN), problems.count(CodeProblem.LOCKED)) == (4, 4)

    clock.set(NOW + timedelta(minutes=10))
    again = await db.run(lambda uow: enter(uow, "000000"))
    assert isinstance(again, Wrong)
    assert (again.problem, again.left) == (CodeProblem.UNKNOWN, 4)


async def test_four_wrong_codes_are_forgotten_after_ten_minutes(db: Db, clock: ManualClock) -> None:
    await db.run(arrived)
    for _ in range(4):
        await db.run(lambda uow: enter(uow, "000000"))
    clock.set(NOW + timedelta(minutes=10))

    again = await db.run(lambda uow: enter(uow, "000000"))

    assert isinstance(again, Wrong)
    assert again.left == 4


async def test_shares_are_given_to_what_nobody_handed_over_and_only_once(db: Db) -> None:
    def unit(uow: SqlUow) -> tuple[int, int, int]:
        (order,) = arrived(uow)
        first, second = parcel_of(uow, order.id).packed
        shares = [(first.line, Milli(1000)), (second.line, Milli(1000))]
        uow.collection.collect([first.line], by=order.member, now=uow.now)
        too_much = uow.collection.give([(second.line, Milli(2001))])
        return too_much, uow.collection.give(shares), uow.collection.give(shares)

    assert await db.run(unit) == (0, 1, 0)


async def test_a_check_off_taken_back_leaves_what_was_handed_over_before(db: Db, clock: ManualClock) -> None:
    (order,) = await db.run(arrived)

    def one(uow: SqlUow, at: int) -> int:
        line = parcel_of(uow, order.id).packed[at].line
        return COLLECTION.check_off(uow, user=UserId(LEADER), order=order.id, lines=(line,)).line

    await db.run(lambda uow: one(uow, 0))
    second = await db.run(lambda uow: one(uow, 1))  # at the same instant

    done = await db.run(lambda uow: COLLECTION.take_back(uow, user=UserId(LEADER), line=second))

    assert [packed.waits for packed in done.parcel.packed] == [False, True]


async def test_of_many_cases_about_one_line_one_is_opened(db: Db, check: Disk) -> None:
    (order,) = await db.run(arrived)
    await db.run(lambda uow: check_off(uow, order.id))
    line = await db.run(lambda uow: parcel_of(uow, order.id).packed[0].line)

    def attempt(uow: SqlUow) -> str:
        try:
            told = CASES.begin(uow, user=UserId(BUYER), line=line)
            CASES.submit(uow, user=UserId(BUYER), case=told.case.id, remedy=Remedy.REFUND)
        except Refusal as no:
            return type(no).__name__
        return "opened"

    ends = await asyncio.gather(*(db.run(attempt) for _ in range(CALLERS // 4)))

    assert ends.count("opened") == 1
    assert set(ends) <= {"opened", "InHand", "CaseGone"}
    assert await check("SELECT count(*) FROM aftersales_case WHERE state = 'open'") == [(1,)]


async def test_cases_about_a_line_give_back_no_more_than_it_cost(db: Db) -> None:
    def unit(uow: SqlUow) -> tuple[Fen, str]:
        (order,) = arrived(uow)
        check_off(uow, order.id)
        line = parcel_of(uow, order.id).packed[0].line
        for _ in range(2):
            case = CASES.begin(uow, user=UserId(BUYER), line=line).case
            CASES.submit(uow, user=UserId(BUYER), case=case.id, remedy=Remedy.REFUND)
            shown = CASES.look(uow, user=UserId(LEADER), case=case.id)
            part = min(shown.full, Fen(500))
            done = CASES.accept(
                uow, user=UserId(LEADER), case=case.id, remedy=Remedy.REFUND, amount=part
            ).case
            CASES.finish(uow, case=done)
        try:
            CASES.begin(uow, user=UserId(BUYER), line=line)
        except Refusal as no:
            return uow.cases.given_back(line), type(no).__name__
        return uow.cases.given_back(line), ""

    assert await db.run(unit) == (760, "AllBack")


async def test_a_case_is_done_once(db: Db) -> None:
    def unit(uow: SqlUow) -> tuple[bool, bool]:
        (order,) = arrived(uow)
        check_off(uow, order.id)
        owned = uow.cases.line(parcel_of(uow, order.id).packed[0].line)
        assert owned is not None
        case = replace(uow.cases.begin(MemberId(order.member), owned, now=uow.now), state=State.ACCEPTED)
        uow.cases.keep(case, before=State.DRAFT)
        return CASES.finish(uow, case=case), CASES.finish(uow, case=case)

    assert await db.run(unit) == (True, False)


async def test_what_is_known_of_somebody_is_given_to_them_and_the_photo_erased(db: Db, check: Disk) -> None:
    def unit(uow: SqlUow) -> tuple[int, int]:
        member, group = a_member(uow), a_group(uow)
        a_parcel(uow, an_order(uow, group.id, member.id))
        uow.connection.exec_driver_sql("UPDATE aftersales_case SET photo = 'f', photo_unique = 'u'")

        whose = Whose(member.id, member.user, member.name)
        sections = uow.privacy.export(whose)
        uow.privacy.erase_person(whose, now=uow.now)
        uow.privacy.erase_traces(whose, now=uow.now)
        return len(sections["pickup_codes"]), len(sections["cases"])

    assert await db.run(unit) == (1, 1)
    assert await check("SELECT photo, photo_unique FROM aftersales_case") == [("", "")]


@pytest.mark.parametrize("state", [DealState.FORMED, DealState.CLOSED])
async def test_nothing_is_handed_over_before_it_arrives_or_after_the_end(db: Db, state: DealState) -> None:
    def unit(uow: SqlUow) -> str:
        (order,) = arrived(uow)
        uow.deals.move(order.deal, before=DealState.ARRIVED, after=state)
        try:
            check_off(uow, order.id)
        except Refusal as no:
            return type(no).__name__
        return ""

    assert await db.run(unit) == "NotArrived"


async def test_what_was_wrongly_said_to_be_missing_holds_nobody_up(db: Db) -> None:
    def unit(uow: SqlUow) -> tuple[bool, bool]:
        (order,) = arrived(uow)
        item = parcel_of(uow, order.id).packed[0].item
        less = uow.collection.set_came(item, order.deal, Milli(1000))
        return less and uow.collection.all_came(item), check_off(uow, order.id)

    assert await db.run(unit) == (True, True)
