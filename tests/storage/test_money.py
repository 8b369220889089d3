"""Money of orders on both databases: twice is once, of many at once one, and every ledger says the same."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from features.groupbuy.model import Deal, PayMode
from features.growth.model import Event
from features.orders.model import NotYours
from features.payments.model import (
    Followed,
    NothingDue,
    PaymentId,
    RefundReason,
    RefundState,
    TooMuch,
    WeighOutcome,
)
from features.payments.receipts import Columns
from features.payments.refunds import Why
from features.staff.model import Role
from kernel.clock import ManualClock
from kernel.ids import MemberId, OrderId
from kernel.money import Fen, Milli
from storage.checks import broken
from storage.db import Db
from storage.uow import SqlUow
from tests.conftest import NOW, Disk
from tests.features.purse import a_design, an_open, give
from tests.ledger import (
    APP,
    MONEY,
    a_buyer,
    a_deal,
    a_shop,
    an_order,
    collect,
    forms,
    held,
    pays,
    sold,
    tried,
)
from tests.storage.builders import CALLERS

DAY = timedelta(days=1)
WHOLE = 2 * 380 + 1990 + 5900
ORDERS = "SELECT state, goods_fen, paid_fen, refunded_fen FROM purchase_order ORDER BY id"


async def _clean(db: Db) -> None:
    assert await db.run(lambda uow: broken(uow.connection)) == ()


async def _all(db: Db, *units: Callable[[SqlUow], Any]) -> list[Any]:
    return await asyncio.gather(*(db.run(unit) for unit in units), return_exceptions=True)


def _back(uow: SqlUow, order: OrderId, amount: int, key: str, *, line: int | None = None) -> Any:
    why = Why(RefundReason.SPOILED, "share", key)
    return MONEY.refunding.refund(uow, order=order, line=line, amount=Fen(amount), why=why, by=None)


def _lines(uow: SqlUow, order: OrderId) -> list[int]:
    return [line.id for line in uow.orders.lines((order,))]


async def test_of_many_claims_at_once_one_stands_and_is_confirmed_once(db: Db, check: Disk) -> None:
    _, leader, _, (order,) = await db.run(sold)

    claims = await _all(
        db,
        *[lambda uow: MONEY.payments.claim(uow, member=MemberId(2), order=order) for _ in range(CALLERS)],
    )
    assert sum(each.fresh for each in claims) == 1
    one = PaymentId(claims[0].payment.id)
    decided = await _all(
        db,
        *[
            lambda uow: tried(lambda: MONEY.payments.confirm(uow, payment=one, by=leader))
            for _ in range(CALLERS)
        ],
    )

    assert sum(isinstance(each, tuple) for each in decided) == 1
    assert await check(ORDERS) == [("locked", WHOLE, WHOLE, 0)]
    await _clean(db)


async def test_the_same_refund_asked_by_many_is_one(db: Db, check: Disk) -> None:
    _, leader, _, (order,) = await db.run(sold)
    await db.run(lambda uow: pays(uow, order, leader))

    made = await _all(db, *[lambda uow: _back(uow, order, 500, "case:1") for _ in range(CALLERS)])

    assert {each.id for each in made} == {1}
    assert await check(ORDERS) == [("locked", WHOLE - 500, WHOLE, 500)]
    assert await check("SELECT count(*) FROM outbox WHERE dedupe_key = 'refund:1'") == [(1,)]
    done = await _all(
        db, *[lambda uow: MONEY.refunds.done(uow, refund=made[0].id, by=leader) for _ in range(CALLERS)]
    )
    assert sum(each is not None for each in done) == 1
    await _clean(db)


async def test_never_more_goes_back_than_was_paid_whoever_asks(db: Db, check: Disk) -> None:
    _, leader, _, (order,) = await db.run(sold)
    await db.run(lambda uow: pays(uow, order, leader))

    await _all(
        db,
        *[lambda uow, at=at: tried(lambda: _back(uow, order, 1000, f"case:{at}")) for at in range(CALLERS)],
    )

    assert await check(ORDERS) == [("locked", WHOLE % 1000, WHOLE, WHOLE // 1000 * 1000)]
    await _clean(db)


async def test_what_is_not_paid_yet_is_lowered_first(db: Db) -> None:
    _, leader, _, (order,) = await db.run(sold)
    await db.run(lambda uow: pays(uow, order, leader, 5000))

    made = await db.run(lambda uow: _back(uow, order, WHOLE - 4000, "case:1"))

    assert (made.amount, made.back, made.state) == (WHOLE - 4000, 1000, RefundState.DUE)
    after = await db.run(lambda uow: held(uow, order))
    assert (after.due, after.goods) == (0, 4000)
    less = await db.run(lambda uow: _back(uow, order, 10, "case:2", line=_lines(uow, order)[0]))
    assert less.back == 10
    await _clean(db)


async def test_a_refund_is_taken_back_while_its_money_has_not_gone(db: Db, check: Disk) -> None:
    _, leader, _, (order,) = await db.run(sold)
    await db.run(lambda uow: pays(uow, order, leader))
    made = await db.run(lambda uow: _back(uow, order, 1000, "case:1"))

    assert await db.run(lambda uow: MONEY.refunding.take_back(uow, refund=made.id, by=leader))
    assert not await db.run(lambda uow: MONEY.refunding.take_back(uow, refund=made.id, by=leader))

    assert await check(ORDERS) == [("locked", WHOLE, WHOLE, 0)]
    again = await db.run(lambda uow: _back(uow, order, 1000, "case:1"))
    assert again.state is RefundState.VOID
    await _clean(db)


async def test_a_line_gives_back_at_most_what_it_cost(db: Db) -> None:
    _, leader, _, (order,) = await db.run(sold)
    await db.run(lambda uow: pays(uow, order, leader))

    greens = await db.run(lambda uow: _lines(uow, order)[0])
    refused = await db.run(lambda uow: tried(lambda: _back(uow, order, 761, "a", line=greens)))

    assert isinstance(refused, TooMuch)
    assert (await db.run(lambda uow: _back(uow, order, 760, "b", line=greens))).back == 760
    await _clean(db)


async def test_weighed_goods_cost_what_they_weigh(db: Db, check: Disk) -> None:
    _, leader, _, (order,) = await db.run(sold)
    await db.run(lambda uow: pays(uow, order, leader))
    meat = await db.run(lambda uow: _lines(uow, order)[1])

    def weigh(uow: SqlUow, milli: int, *, sure: bool = False) -> Any:
        return MONEY.refunding.settle_weight(uow, line=meat, weighed=Milli(milli), by=leader, sure=sure)

    done = await db.run(lambda uow: weigh(uow, 950))
    assert (done.outcome, done.weighing.before, done.weighing.after) == (WeighOutcome.DONE, 1990, 1891)
    assert done.refund.back == 99
    assert (await db.run(lambda uow: weigh(uow, 950))).outcome is WeighOutcome.BEFORE
    asked = await db.run(lambda uow: weigh(uow, 1500))
    assert asked.outcome is WeighOutcome.ASKED
    more = await db.run(lambda uow: weigh(uow, 1500, sure=True))
    assert more.refund is None
    after = await db.run(lambda uow: held(uow, order))
    assert after.due == 2985 - 1990
    assert await check("SELECT state FROM refund") == [("void",)]
    await _clean(db)


async def test_a_confirmation_stands_once_money_went_back(db: Db) -> None:
    _, leader, _, (order,) = await db.run(sold)
    await db.run(lambda uow: pays(uow, order, leader))
    await db.run(lambda uow: _back(uow, order, 100, "case:1"))

    no = await db.run(lambda uow: tried(lambda: MONEY.payments.unconfirm(uow, payment=PaymentId(1))))

    assert isinstance(no, Followed)
    await _clean(db)


async def test_cash_at_pickup_is_taken_once_and_paid_at_is_the_lock(db: Db, check: Disk) -> None:
    _, leader, _, (order,) = await db.run(sold)
    assert (await db.run(lambda uow: held(uow, order))).paid_at == NOW

    took = await _all(
        db, *[lambda uow: MONEY.payments.record_cash(uow, order=order, by=leader) for _ in range(CALLERS)]
    )

    assert sum(each is not None for each in took) == 1
    assert await check(ORDERS) == [("locked", WHOLE, WHOLE, 0)]
    with pytest.raises(NothingDue):
        await db.run(lambda uow: MONEY.payments.claim(uow, member=MemberId(2), order=order))
    with pytest.raises(NotYours):
        await db.run(lambda uow: MONEY.payments.claim(uow, member=leader, order=order))
    await _clean(db)


async def test_an_order_earns_its_points_and_commission_after_its_window(
    db: Db, check: Disk, clock: ManualClock
) -> None:
    _, leader, _, orders = await db.run(lambda uow: sold(uow, buyers=2))
    for order in orders:
        await db.run(lambda uow, order=order: pays(uow, order, leader))  # type: ignore[misc]
        await db.run(lambda uow, order=order: collect(uow, order, NOW))  # type: ignore[misc]
    clock.set(NOW + 6 * DAY)
    assert await db.run(lambda uow: uow.windows.due(now=uow.now, limit=9)) == ()
    clock.set(NOW + 7 * DAY)

    for due in await db.run(lambda uow: uow.windows.due(now=uow.now, limit=9)):
        for _ in range(2):
            await db.run(lambda uow, due=due: MONEY.rewarding.window_over(uow, order=OrderId(due)))  # type: ignore[misc]

    assert await check("SELECT growth, points FROM growth_account") == [(50, 50), (50, 50)]
    share = 76 + 199 + 472
    assert await check("SELECT sum(amount_fen), count(*) FROM commission_entry") == [(2 * share, 6)]
    await db.run(lambda uow: _back(uow, orders[0], WHOLE // 2 + 1, "case:1"))
    assert await check("SELECT growth, points FROM growth_account ORDER BY member_id") == [(0, 0), (50, 50)]
    whole = await check(
        "SELECT sum(base_fen) FROM commission_entry WHERE order_id = (SELECT min(id) FROM purchase_order)"
    )
    assert whole == [(WHOLE - WHOLE // 2 - 1,)]
    await db.run(lambda uow: _back(uow, orders[0], 10, "case:2"))
    assert await check("SELECT count(*) FROM growth_ledger WHERE reverses IS NOT NULL") == [(1,)]
    await _clean(db)


async def test_a_second_order_earns_as_a_repurchase_and_small_ones_nothing(
    db: Db, check: Disk, clock: ManualClock
) -> None:
    def unit(uow: SqlUow) -> tuple[MemberId, list[OrderId]]:
        group, leader, _, (first,) = sold(uow)
        made = [first]
        for much in (6000, 1000):
            deal, items = a_deal(uow, group, leader)
            made.append(an_order(uow, deal, MemberId(2), [(items[0], much)]))
            forms(uow, deal.id)
        for order in made:
            collect(uow, order, uow.now)
        return leader, made

    await db.run(unit)
    clock.set(NOW + 8 * DAY)
    for due in await db.run(lambda uow: uow.windows.due(now=uow.now, limit=9)):
        await db.run(lambda uow, due=due: MONEY.rewarding.window_over(uow, order=OrderId(due)))  # type: ignore[misc]

    events = await check("SELECT event FROM growth_ledger ORDER BY id")
    assert sorted(event for (event,) in events) == sorted([Event.FIRST_ORDER, Event.REPURCHASE])
    assert await check("SELECT count(*) FROM commission_entry WHERE amount_fen <> 0") == [(0,)]
    await _clean(db)


async def test_a_leader_is_paid_once_for_what_they_saw(db: Db, check: Disk, clock: ManualClock) -> None:
    group, leader, _, (order,) = await db.run(sold)
    await db.run(lambda uow: pays(uow, order, leader))
    await db.run(lambda uow: collect(uow, order, NOW))
    clock.set(NOW + 7 * DAY)
    await db.run(lambda uow: MONEY.rewarding.window_over(uow, order=order))
    owed = await db.run(lambda uow: uow.settlement.balance(leader, group))

    await _all(
        db,
        *[
            lambda uow: tried(lambda: MONEY.settlement.pay_out(uow, group=group, leader=leader, amount=owed))
            for _ in range(CALLERS)
        ],
    )

    assert owed == 76 + 199 + 472
    assert await db.run(lambda uow: uow.settlement.balance(leader, group)) == 0
    await db.run(lambda uow: _back(uow, order, 5900, "late"))
    assert await db.run(lambda uow: uow.settlement.balance(leader, group)) < 0
    await _clean(db)


async def test_telegrams_money_is_recorded_once_per_charge(db: Db, check: Disk) -> None:
    _, _, _, (order,) = await db.run(sold)

    def took(uow: SqlUow) -> Any:
        amount = Fen(WHOLE)
        return MONEY.payments.record_telegram(
            uow, order=order, amount=amount, charge="c1", member=MemberId(2)
        )

    came = await _all(db, *[took for _ in range(CALLERS)])

    assert sum(each is not None for each in came) == 1
    assert await check(ORDERS) == [("locked", WHOLE, WHOLE, 0)]
    await _clean(db)


async def test_a_file_of_receipts_is_tried_before_it_counts_and_counts_once(db: Db, check: Disk) -> None:
    group, leader, _, orders = await db.run(lambda uow: sold(uow, buyers=3))
    for at, order in enumerate(orders):
        await db.run(
            lambda uow, at=at, order=order: MONEY.payments.claim(uow, member=MemberId(2 + at), order=order)  # type: ignore[misc]
        )
    columns = Columns({"reference": 0, "amount": 1, "at": 2, "note": 3})
    rows = [
        ["w1", f"{WHOLE / 100:.2f}", "2026-11-23 09:10", "T1-2"],
        ["w2", "80", "2026-11-23 09:10", "T1-3"],
        ["w3", "1.00", "2026-11-23 09:10", ""],
    ]

    def match(uow: SqlUow, *, sure: bool) -> Any:
        user = uow.members.get(leader).user
        return MONEY.cashier.match(uow, user=user, group=group, columns=columns, rows=rows, sure=sure)

    def may(uow: SqlUow) -> None:
        uow.staff.give(leader, Role.LEADER, group=group, given_by=None, until=None, now=uow.now)

    await db.run(may)
    tried_first = await db.run(lambda uow: match(uow, sure=False))
    assert [(r.no, c.reference) for r, c in tried_first.pairs] == [(2, "T1-2"), (3, "T1-3")]
    assert await check("SELECT count(*) FROM payment WHERE state = 'confirmed'") == [(0,)]

    await db.run(lambda uow: match(uow, sure=True))
    again = await db.run(lambda uow: match(uow, sure=True))

    assert again.pairs == ()
    assert await check("SELECT kind, state, amount_fen, reference FROM payment ORDER BY id") == [
        ("qr", "claimed", WHOLE, None),
        ("receipt", "confirmed", WHOLE, "w1"),
        ("receipt", "confirmed", 8000, "w2"),
    ]
    await _clean(db)


async def test_a_deals_figures_are_those_of_its_rows(db: Db) -> None:
    _, leader, deal, orders = await db.run(lambda uow: sold(uow, buyers=3))
    await db.run(lambda uow: pays(uow, orders[0], leader))
    await db.run(lambda uow: pays(uow, orders[1], leader, WHOLE + 100))
    await db.run(lambda uow: _back(uow, orders[0], 300, "case:1"))

    sheet = await db.run(lambda uow: MONEY.settlement.sheet(uow, deal=uow.deals.get(deal.id) or deal))

    f = sheet.figures
    assert sheet.sound
    assert (f.orders, f.homes, f.line_count, f.paid, f.refunded) == (3, 3, 9, 2 * WHOLE + 100, 300)
    assert (f.unpaid, f.unpaid_orders, f.overpaid) == (WHOLE, 1, 100)
    assert [(each.name, each.quantity) for each in sheet.skus] == [
        ("番茄", 6000),
        ("五花肉", 3000),
        ("大米", 3000),
    ]


async def test_who_cannot_be_written_to_gets_no_letter(db: Db, check: Disk) -> None:
    group, _, _, (order,) = await db.run(sold)
    await db.run(lambda uow: a_buyer(uow, group, 99))
    await db.run(lambda uow: uow.members.set_reachable(MemberId(2), reachable=False))

    await db.run(lambda uow: _back(uow, order, 100, "case:1"))

    assert await check("SELECT count(*) FROM outbox") == [(0,)]


async def test_a_coupon_is_counted_in_what_is_owed_and_comes_back_with_our_failure(
    db: Db, check: Disk
) -> None:
    def unit(uow: SqlUow) -> tuple[MemberId, Deal, OrderId]:
        group, leader = a_shop(uow)
        deal, items = a_deal(uow, group, leader, pay=PayMode.PREPAID)
        buyer = a_buyer(uow, group, 10)
        order = an_order(uow, deal, buyer, [(items[2], 1000)])
        coupon = give(uow, an_open(uow, a_design(total=1, budget=500)), buyer, "k")
        assert coupon is not None
        APP.baskets.checkout.use(uow, view=MONEY.payments.view(uow, order=order), coupon=coupon.id)
        return leader, deal, order

    leader, deal, order = await db.run(unit)
    claim = await db.run(lambda uow: MONEY.payments.claim(uow, member=MemberId(2), order=order))
    off = 5900 - claim.payment.amount
    await db.run(lambda uow: MONEY.payments.confirm(uow, payment=claim.payment.id, by=leader))
    await db.run(lambda uow: forms(uow, deal.id))

    assert off > 0
    assert (await db.run(lambda uow: held(uow, order))).due == 0
    assert await check("SELECT state FROM coupon") == [("used",)]
    await _clean(db)
    await db.run(lambda uow: APP.closing.cancel(uow, deal=deal.id, reason="rain", by=leader))
    await db.run(lambda uow: MONEY.refunding.give_back(uow, order=order))
    assert await check("SELECT amount_fen, back_fen, reason FROM refund") == [
        (5900 - off, 5900 - off, "cancelled")
    ]
    assert await check("SELECT state FROM coupon") == [("available",)]
    await _clean(db)
