"""Coupons over a real database: the last piece has one taker, budgets hold, all comes back once."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from features.coupons.model import (
    CannotGet,
    Coupon,
    HadYours,
    NoneLeft,
    NotOpen,
    OneAnOrder,
    State,
    Taken,
    TemplateId,
    TemplateState,
    VoidReason,
    Way,
)
from features.members.model import CameBy, GroupState
from kernel.clock import ManualClock
from kernel.errors import Refusal
from kernel.ids import MemberId, OrderId
from kernel.money import Fen
from storage.db import Db
from storage.uow import SqlUow
from tests.conftest import NOW, Disk
from tests.features.purse import (
    COUPONS,
    ORDER,
    a_basket,
    a_design,
    amount_off,
    an_open,
    give,
    percent_off,
)
from tests.storage.builders import CALLERS, a_group, a_member

COUNTED = "SELECT taken, committed, spent FROM coupon_template"
STATES = "SELECT state FROM coupon ORDER BY id"
DAY = timedelta(days=1)


async def people(db: Db, count: int) -> list[MemberId]:
    """So many members of one enabled group."""

    def meet(uow: SqlUow) -> list[MemberId]:
        group = a_group(uow)
        uow.groups.move(group.id, to=GroupState.ENABLED, since=(GroupState.MET,), now=uow.now)
        found = [a_member(uow, user).id for user in range(7, 7 + count)]
        for member in found:
            uow.members.enter(member, group.id, came_by=CameBy.SEEN, now=uow.now)
        return found

    return await db.run(meet)


async def at_once(db: Db, *units: Any) -> list[Any]:
    return await asyncio.gather(*(db.run(unit) for unit in units), return_exceptions=True)


async def one_piece(db: Db, terms: Any = None) -> Coupon:
    """A member with one coupon."""
    (member,) = await people(db, 1)
    template = await db.run(lambda uow: an_open(uow, a_design(terms, budget=100_000)))
    piece = await db.run(lambda uow: give(uow, template, member, "k"))
    assert piece is not None
    return piece


async def reserved(db: Db, piece: Coupon, order: OrderId = ORDER, amount: int = 4000) -> Fen:
    return await db.run(
        lambda uow: COUPONS.reserve(
            uow, coupon=piece.id, member=piece.owner, order=order, basket=a_basket(amount)
        )
    )


async def test_of_64_takers_one_gets_the_last_piece(db: Db, check: Disk) -> None:
    members = await people(db, CALLERS)
    template = await db.run(lambda uow: an_open(uow, a_design(total=1)))

    done = await at_once(
        db, *(partial(COUPONS.claim, member=member, template=template) for member in members)
    )

    assert sum(isinstance(each, Coupon) for each in done) == 1
    assert sum(isinstance(each, NoneLeft) for each in done) == CALLERS - 1
    assert await check(COUNTED) == [(1, 500, 0)]
    assert await check("SELECT count(*) FROM coupon") == [(1,)]


async def test_one_member_tapping_64_times_gets_one(db: Db, check: Disk) -> None:
    (member,) = await people(db, 1)
    template = await db.run(lambda uow: an_open(uow, a_design(per_member=2)))

    done = await at_once(
        db, *(partial(COUPONS.claim, member=member, template=template) for _ in range(CALLERS))
    )

    assert {each.id for each in done} == {1}
    assert await check(COUNTED) == [(1, 500, 0)]


async def test_a_member_gets_no_more_than_a_member_may(db: Db, check: Disk) -> None:
    (member,) = await people(db, 1)
    template = await db.run(lambda uow: an_open(uow, a_design(per_member=3)))

    done = await at_once(
        db, *(partial(give, template=template, member=member, key=f"k{n}") for n in range(CALLERS))
    )

    assert sum(each is not None for each in done) == 3
    assert await check("SELECT nth FROM coupon ORDER BY nth") == [(1,), (2,), (3,)]
    assert await check(COUNTED) == [(3, 1500, 0)]


async def test_a_budget_is_a_stop_line_for_the_worst_case(db: Db, check: Disk) -> None:
    members = await people(db, CALLERS)
    template = await db.run(lambda uow: an_open(uow, a_design(percent_off(10, 300), budget=1000)))

    done = await at_once(
        db, *(partial(give, template=template, member=member, key=f"k{member}") for member in members)
    )

    assert sum(isinstance(each, Coupon) for each in done) == 3
    assert await check(COUNTED) == [(3, 900, 0)]


async def test_a_key_gives_once_and_returns_the_same_coupon(db: Db, check: Disk) -> None:
    (member,) = await people(db, 1)
    template = await db.run(lambda uow: an_open(uow, a_design(total=1)))

    done = await at_once(
        db, *(partial(give, template=template, member=member, key="k") for _ in range(CALLERS))
    )

    assert {each.id for each in done} == {1}
    assert await check(COUNTED) == [(1, 500, 0)]


@pytest.mark.parametrize("state", [TemplateState.DRAFT, TemplateState.CLOSED])
async def test_what_is_not_open_is_not_given(db: Db, state: TemplateState) -> None:
    (member,) = await people(db, 1)
    template = await db.run(
        lambda uow: uow.coupon_templates.add(a_design(), state=state, made_by=None, now=uow.now)
    )
    assert template is not None

    assert await db.run(lambda uow: give(uow, template, member, "k")) is None
    with pytest.raises(NotOpen):
        await db.run(lambda uow: COUPONS.claim(uow, member=member, template=template))


async def test_only_members_of_its_group_claim_what_is_for_taps(db: Db) -> None:
    (member,) = await people(db, 1)

    def kinds(uow: SqlUow) -> tuple[TemplateId, TemplateId]:
        elsewhere = a_group(uow, -200).id
        return an_open(uow, a_design(group=elsewhere)), an_open(uow, a_design(way=Way.STAFF))

    for template in await db.run(kinds):
        with pytest.raises(NotOpen):
            await db.run(partial(COUPONS.claim, member=member, template=template))


async def test_who_had_theirs_is_told_so_also_when_none_is_left(db: Db) -> None:
    (member,) = await people(db, 1)
    template = await db.run(lambda uow: an_open(uow, a_design(total=1)))
    await db.run(lambda uow: COUPONS.claim(uow, member=member, template=template))

    with pytest.raises(HadYours):
        await db.run(lambda uow: COUPONS.claim(uow, member=member, template=template, nth=2))


async def test_one_of_64_orders_reserves_a_coupon(db: Db, check: Disk) -> None:
    piece = await one_piece(db)

    done = await asyncio.gather(
        *(reserved(db, piece, OrderId(n)) for n in range(1, CALLERS + 1)), return_exceptions=True
    )

    assert sum(each == 500 for each in done) == 1
    assert sum(isinstance(each, Taken) for each in done) == CALLERS - 1
    assert await check(STATES) == [("reserved",)]


async def test_an_order_that_changes_has_its_coupon_counted_anew(db: Db, check: Disk) -> None:
    piece = await one_piece(db, percent_off(10, 1000))

    assert [await reserved(db, piece, amount=amount) for amount in (4000, 5000)] == [400, 500]
    assert await check("SELECT state, order_id, off FROM coupon") == [("reserved", ORDER, 500)]


async def test_an_order_has_one_coupon_that_takes_something_off(db: Db) -> None:
    piece = await one_piece(db)
    template = await db.run(lambda uow: an_open(uow, a_design()))
    other = await db.run(lambda uow: give(uow, template, piece.owner, "k2"))
    assert other is not None
    await reserved(db, piece)

    with pytest.raises(OneAnOrder):
        await reserved(db, other)


async def test_a_used_coupon_is_spent_and_stays_used_unless_the_failure_is_ours(
    db: Db, check: Disk, clock: ManualClock
) -> None:
    piece = await one_piece(db)
    await reserved(db, piece)

    assert await db.run(lambda uow: COUPONS.use(uow, order=ORDER)) == 500
    assert await db.run(lambda uow: COUPONS.use(uow, order=ORDER)) == 0
    assert await db.run(lambda uow: COUPONS.restore(uow, order=ORDER, ours=False)) == ()
    assert await check(COUNTED) == [(1, 500, 500)]
    clock.set(piece.expires_at + DAY)
    (back,) = await db.run(lambda uow: COUPONS.restore(uow, order=ORDER, ours=True))
    assert (back.state, back.order) == (State.AVAILABLE, None)
    assert back.expires_at >= clock.now() + 14 * DAY
    assert await db.run(lambda uow: COUPONS.restore(uow, order=ORDER, ours=True)) == ()
    assert await check(COUNTED) == [(1, 500, 0)]


async def test_what_a_failed_order_had_comes_back_with_time_to_use_it(
    db: Db, clock: ManualClock, check: Disk
) -> None:
    piece = await one_piece(db)
    await reserved(db, piece)
    clock.set(piece.expires_at + DAY)
    assert await db.run(lambda uow: uow.coupons.due(now=uow.now, limit=9)) == ()

    (back,) = await db.run(lambda uow: COUPONS.release(uow, order=ORDER, ours=True))

    assert (back.state, await reserved(db, back)) == (State.AVAILABLE, 500)
    assert await check(COUNTED) == [(1, 500, 0)]


async def test_what_a_member_gives_up_keeps_its_date(db: Db, clock: ManualClock) -> None:
    piece = await one_piece(db)
    await reserved(db, piece)
    clock.set(NOW + 20 * DAY)

    (back,) = await db.run(lambda uow: COUPONS.release(uow, order=ORDER, ours=False))

    assert back.expires_at == piece.expires_at
    assert await db.run(lambda uow: COUPONS.release(uow, order=ORDER, ours=False)) == ()


async def test_a_coupon_with_time_left_is_not_shortened(db: Db) -> None:
    piece = await one_piece(db)
    await reserved(db, piece)

    (back,) = await db.run(lambda uow: COUPONS.release(uow, order=ORDER, ours=True))

    assert back.expires_at == piece.expires_at


async def test_what_is_void_gives_its_budget_back_once(db: Db, check: Disk) -> None:
    piece = await one_piece(db)

    done = await at_once(
        db, *(partial(COUPONS.void, coupon=piece.id, reason=VoidReason.CLAWBACK) for _ in range(CALLERS))
    )

    assert sum(done) == 1
    assert await check(COUNTED) == [(1, 0, 0)]
    with pytest.raises(Refusal):
        await reserved(db, piece)


async def test_what_is_over_ends_once_and_gives_its_budget_back(
    db: Db, clock: ManualClock, check: Disk
) -> None:
    piece = await one_piece(db)
    clock.set(piece.expires_at)

    done = await at_once(
        db,
        *(lambda uow: uow.coupons.expire(piece.id, now=uow.now) for _ in range(8)),
        *(partial(give, template=piece.template, member=piece.owner, key=f"x{n}") for n in range(8)),
    )

    assert done.count(True) == 1
    assert await check(COUNTED) == [(1, 0, 0)]
    assert await check(STATES) == [("expired",)]


async def test_the_product_makes_a_standing_kind_once(db: Db, check: Disk) -> None:
    design = replace(a_design(way=Way.SYSTEM), code="points:x")

    done = await at_once(db, *(partial(COUPONS.standing, design=design) for _ in range(CALLERS)))

    assert set(done) == {1}
    assert await check("SELECT code FROM coupon_template") == [("points:x",)]


async def test_who_is_erased_loses_what_they_could_use_and_the_numbers_stay(db: Db, check: Disk) -> None:
    (member,) = await people(db, 1)

    def hold(uow: SqlUow) -> None:
        for number, state in enumerate(("free", "ordered", "used")):
            template = an_open(uow, a_design(amount_off(100 * (number + 1), 0), budget=1000))
            piece = give(uow, template, member, f"k{number}")
            assert piece is not None
            if state != "free":
                order = OrderId(number)
                COUPONS.reserve(uow, coupon=piece.id, member=member, order=order, basket=a_basket(900))
        COUPONS.use(uow, order=OrderId(2))

    await db.run(hold)

    assert await db.run(lambda uow: COUPONS.close(uow, member=member)) == 1
    assert await check(STATES) == [("void",), ("reserved",), ("used",)]
    assert await check(f"{COUNTED} ORDER BY id") == [(1, 0, 0), (1, 200, 0), (1, 300, 300)]


def test_every_way_not_to_get_one_is_a_refusal_with_words() -> None:
    assert all(no.text_key for no in CannotGet.__subclasses__())
