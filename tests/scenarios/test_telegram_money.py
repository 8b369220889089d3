"""Telegram's own payments against the sandbox: the bill, the question, the money, once."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from features.groupbuy.model import PayMode
from tests.shop import TOMATO, opens
from tests.world import World, open_world

MONEY = "SELECT goods_fen, paid_fen, refunded_fen FROM purchase_order ORDER BY id"


@pytest.fixture
async def till(db_url: str) -> AsyncIterator[World]:
    """A group in which Telegram's payments are on; the world lives in a task of its own."""
    born: asyncio.Future[World] = asyncio.get_running_loop().create_future()
    over = asyncio.Event()

    async def live() -> None:
        try:
            async with open_world(db_url, CAIBOSHI__PAYMENTS__TELEGRAM_CURRENCY="XTR") as world:
                await world.opens_group()
                born.set_result(world)
                await over.wait()
        except BaseException as fault:
            if not born.done():
                born.set_exception(fault)
            raise

    life = asyncio.get_running_loop().create_task(live())
    await asyncio.wait((born, life), return_when=asyncio.FIRST_COMPLETED)
    with contextlib.suppress(asyncio.InvalidStateError):
        yield born.result()
    over.set()
    await life


async def _billed(world: World) -> tuple[int, int]:
    await opens(world, what=(TOMATO,), pay=PayMode.PREPAID)
    auntie = await world.member("陈阿姨")
    await world.taps(auntie, "＋1斤 番茄", chat=world.group)
    await world.says(auntie, "付款")
    await world.taps(auntie, "用 Telegram 付")
    bill = world.sandbox.messages(auntie)[-1]
    assert bill["invoice"]["total_amount"] == 380
    assert (bill["invoice"]["title"], bill["invoice"]["currency"]) == ("订单 T1-1", "XTR")
    return auntie, int(bill["message_id"])


async def test_a_bill_is_asked_about_paid_and_recorded_once(till: World) -> None:
    auntie, bill = await _billed(till)

    asked = await till.does(auntie, "pay", chat=auntie, message=bill)

    assert asked["state"] == "waiting"
    assert till.rows(MONEY) == [(0, 380, 0)]
    assert till.rows("SELECT kind, state, amount_fen FROM payment") == [("telegram", "confirmed", 380)]
    assert till.last_to(auntie) == "收到 ¥3.80，订单 T1-1。谢谢！"
    again = await till.does(auntie, "pay", chat=auntie, message=bill)
    assert again["query"] != asked["query"]
    assert till.rows(MONEY) == [(0, 380, 0)]
    assert till.toasts(auntie)[-1].startswith("没有要付的")


async def test_another_amount_another_person_and_a_void_order_are_refused(till: World) -> None:
    auntie, bill = await _billed(till)
    await till.taps(auntie, "＋1斤 番茄", chat=till.group)

    await till.does(auntie, "pay", chat=auntie, message=bill)
    assert till.toasts(auntie)[-1] == "金额刚刚变过了，请重新点「付款」。"

    await till.forges(auntie, "v1:orders.clear_sure:1")
    await till.does(auntie, "pay", chat=auntie, message=bill)
    assert till.toasts(auntie)[-1].startswith("这张订单已经取消")
    assert till.rows("SELECT count(*) FROM payment") == [(0,)]


async def test_money_for_an_order_that_is_gone_goes_back(till: World) -> None:
    auntie, _ = await _billed(till)
    await till.forges(auntie, "v1:orders.clear_sure:1")
    paid = {
        "message_id": 900_001,
        "date": 1_795_395_600,
        "chat": {"id": auntie, "type": "private"},
        "from": {"id": auntie, "is_bot": False, "first_name": "陈阿姨"},
        "successful_payment": {
            "currency": "XTR",
            "total_amount": 380,
            "invoice_payload": "order-1",
            "telegram_payment_charge_id": "charge-1",
            "provider_payment_charge_id": "charge-1",
        },
    }

    await till.brings({"message": paid})
    await till.brings({"message": paid | {"message_id": 900_002}})
    await till.advance(seconds=1)

    assert till.rows(MONEY) == [(0, 380, 380)]
    assert till.rows("SELECT reason, back_fen, state FROM refund") == [("left", 380, "due")]
    assert len([t for t in till.said_to(auntie) if "已经取消了。这笔钱会原路退给你" in t]) == 1


async def test_where_it_is_off_there_is_no_such_button(world: World) -> None:
    await opens(world, what=(TOMATO,), pay=PayMode.PREPAID)
    auntie = await world.member("陈阿姨")
    await world.taps(auntie, "＋1斤 番茄", chat=world.group)
    await world.says(auntie, "付款")

    assert world.buttons(auntie) == ["我已付款", "取消"]
    await world.forges(auntie, "v1:pay.bill:1")
    assert not [m for m in world.sandbox.messages(auntie) if "invoice" in m]
