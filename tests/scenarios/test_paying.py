"""Paying through the chat: the page, the claim, the confirmation; double taps, forged numbers, strangers."""

from dataclasses import replace

import pytest

from features.groupbuy.model import PayMode
from kernel.money import Milli
from tests.shop import EGGS, TOMATO, opens
from tests.world import World, open_world

MONEY = "SELECT state, goods_fen, paid_fen, refunded_fen FROM purchase_order ORDER BY id"
PAYMENTS = "SELECT kind, state, amount_fen FROM payment ORDER BY id"


async def _formed(world: World, *names: str) -> list[int]:
    """Neighbours order tomatoes, and the deal comes together."""
    await opens(world, what=(TOMATO, EGGS))
    people = []
    for name in names:
        person = await world.member(name)
        await world.taps(person, "＋1斤 番茄", chat=world.group)
        people.append(person)
    await world.advance(hours=12)
    return people


async def _pays(world: World, person: int) -> None:
    await world.says(person, "付款")
    await world.taps(person, "我已付款")


async def test_a_claim_is_confirmed_and_its_member_told_once(world: World) -> None:
    (auntie,) = await _formed(world, "陈阿姨")

    await world.says(auntie, "付款")
    assert world.last_to(auntie) == (
        "付款 ¥3.80\n「周三蔬果团」\n付款备注请写：T1-1\n"
        "按团长说的方式付给团长就行。\n付好了，点「我已付款」。"
    )
    await world.taps(auntie, "我已付款", times=2)

    assert world.rows(PAYMENTS) == [("qr", "claimed", 380)]
    assert "记下了：T1-1 已付 ¥3.80" in world.last_to(auntie)
    assert "已经记下了，团长正在核对。" in world.toasts(auntie)
    assert "💰 陈阿姨 说付了 ¥3.80，备注 T1-1" in world.last_to(world.leader)
    await world.taps(world.leader, "去核对")
    assert "1. 陈阿姨 ¥3.80 备注 T1-1" in world.last_to(world.leader)
    await world.taps(world.leader, "1 到账了", times=2)

    assert world.rows(MONEY) == [("locked", 380, 380, 0)]
    assert world.last_to(world.leader).startswith("好了：陈阿姨 的 ¥3.80（T1-1）已到账。付清了。")
    await world.advance(hours=12)
    told = [text for text in world.said_to(auntie) if "收到你的 ¥3.80" in text]
    assert told == ["✅ 收到你的 ¥3.80（T1-1）。谢谢！"]
    await world.says(auntie, "付款")
    assert world.last_to(auntie).startswith("没有要付的")


async def test_a_confirmation_is_taken_back_while_nothing_followed(world: World) -> None:
    (auntie,) = await _formed(world, "陈阿姨")
    await _pays(world, auntie)
    await world.says(world.leader, "待确认")
    await world.taps(world.leader, "1 到账了")

    await world.taps(world.leader, "点错了，撤销")

    assert world.rows(MONEY) == [("locked", 380, 0, 0)]
    assert world.rows(PAYMENTS) == [("qr", "claimed", 380)]
    await world.says(world.leader, "待确认")
    await world.taps(world.leader, "1 没收到")
    assert world.rows(PAYMENTS) == [("qr", "rejected", 380)]
    await world.says(world.leader, "操作记录")
    assert "确认收到 陈阿姨 的 ¥3.80（已撤销）" in world.last_to(world.leader)


async def test_nobody_pays_or_confirms_for_others(world: World) -> None:
    auntie, rival = await _formed(world, "陈阿姨", "赵大爷")
    await world.says(rival, "菜单")

    for data in ("v1:pay.order:1", "v1:pay.claim:1", "v1:pay.claim:999999999999999999", "v1:pay.bill:1"):
        await world.forges(rival, data)
    await _pays(world, auntie)
    for data in ("v1:pay.came:1", "v1:pay.came_not:1", "v1:pay.refunded:1", "v1:pay.remind:1"):
        await world.forges(rival, data)
    await world.does(rival, "send", text="/paid T1-2 3.80")
    await world.does(rival, "send", text="/settle")

    assert world.rows(PAYMENTS) == [("qr", "claimed", 380)]
    assert world.rows("SELECT count(*) FROM payment WHERE decided_by IS NOT NULL") == [(0,)]


async def test_who_has_not_paid_is_reminded_once_in_twelve_hours(world: World) -> None:
    auntie, uncle = await _formed(world, "陈阿姨", "赵大爷")
    await _pays(world, uncle)
    await world.says(world.leader, "未付")
    assert "2 张没付，共 ¥7.60" in world.last_to(world.leader)

    await world.taps(world.leader, "一键提醒")
    assert world.last_to(world.leader).startswith("提醒了 1 户。")
    await world.says(world.leader, "未付")
    await world.taps(world.leader, "一键提醒")
    assert "提醒了 0 户。\n另有 1 户刚提醒过，先不打扰。" in world.last_to(world.leader)

    await world.advance(hours=12)
    reminders = [text for text in world.said_to(auntie) if text.startswith("有货款还没付")]
    assert reminders == [
        "有货款还没付\n· 周三蔬果团：¥3.80，备注 T1-1\n\n打「付款」就能看怎么付。已经付了，打「已付」。"
    ]
    assert not [text for text in world.said_to(uncle) if text.startswith("有货款还没付")]
    await world.says(auntie, "已付")
    assert world.last_to(auntie).startswith("记下了：T1-1 已付 ¥3.80")


async def test_another_amount_is_noted_by_its_reference(world: World) -> None:
    (auntie,) = await _formed(world, "陈阿姨")

    await world.says(world.leader, "/paid t1－1 3")

    assert world.last_to(world.leader).startswith("好了：陈阿姨 的 ¥3.00（T1-1）已到账。还差 ¥0.80。")
    await world.says(world.leader, "/paid T1-1 2")
    assert "多付了 ¥1.20，会列进「待退款」。" in world.last_to(world.leader)
    await world.advance(seconds=1)
    assert world.rows(MONEY) == [("locked", 380, 500, 120)]
    await world.says(world.leader, "待退款")
    assert "1. 陈阿姨 ¥1.20 T1-1（多付的）" in world.last_to(world.leader)
    await world.taps(world.leader, "1 已退", times=2)
    assert world.rows("SELECT state, back_fen FROM refund") == [("done", 120)]
    await world.advance(hours=12)
    assert [t for t in world.said_to(auntie) if "已经原路退回" in t] == [
        "✅ 订单 T1-1 的 ¥1.20 已经原路退回，请查收。"
    ]
    for typed in ("/paid", "/paid T1-1", "/paid T1-1 -3", "/paid T9-9 3", "/paid T0-0 3"):
        await world.says(world.leader, typed)
    assert len(world.rows("SELECT id FROM payment")) == 2


async def test_an_unpaid_reservation_lapses_and_who_waits_is_served(world: World) -> None:
    await opens(world, what=(replace(TOMATO, stock=Milli(1000)),), pay=PayMode.PREPAID)
    slow, waiting = [await world.member(name) for name in ("陈阿姨", "王姐")]
    await world.taps(slow, "＋1斤 番茄", chat=world.group)
    await world.says(waiting, "番茄1斤", chat=world.group)
    await world.taps(waiting, "候补 1斤", chat=world.group)

    await world.advance(minutes=16)

    assert world.rows("SELECT state, hold_until IS NULL FROM purchase_order WHERE id = 1") in (
        [("void", 1)],
        [("void", True)],
    )
    assert len([t for t in world.said_to(slow) if "先让给别的邻居" in t]) == 1
    assert [t for t in world.said_to(waiting) if t.startswith("候补到了")]
    await world.says(waiting, "已付")
    await world.advance(minutes=30)
    assert world.rows("SELECT taken_milli FROM deal_item") == [(1000,)]


async def test_the_code_to_pay_to_is_a_photo_of_staff(world: World) -> None:
    (auntie,) = await _formed(world, "陈阿姨")

    await world.does(auntie, "photo", caption="收款码 我的")
    assert world.rows("SELECT count(*) FROM pay_setting") == [(0,)]
    await world.does(world.leader, "photo", caption="收款码 李记鲜果")
    assert world.last_to(world.leader) == "好了，收款码换好了，用在：阳光花园。邻居付款时会看到它。"
    await world.says(auntie, "付款")

    page = world.sandbox.messages(auntie)[-1]
    assert "photo" in page
    assert "扫上面的码付给 李记鲜果。" in page["caption"]
    await world.taps(auntie, "取消")
    assert "photo" not in world.sandbox.messages(auntie)[-1]


async def test_a_failed_deal_gives_everything_back_each_once(world: World) -> None:
    await opens(world, what=(TOMATO,), pay=PayMode.PREPAID, goal_kind="homes", goal=5)
    people = [await world.member(name) for name in ("陈阿姨", "赵大爷", "王姐")]
    for person in people:
        await world.taps(person, "＋1斤 番茄", chat=world.group)
        await _pays(world, person)
    await world.says(world.leader, "待确认")
    for _ in people[:2]:
        await world.taps(world.leader, "1 到账了")
        await world.says(world.leader, "待确认")

    await world.advance(hours=24)

    assert world.rows("SELECT amount_fen, back_fen, reason, state FROM refund") == [
        (380, 380, "failed", "due"),
        (380, 380, "failed", "due"),
    ]
    for person in people[:2]:
        assert len([text for text in world.said_to(person) if "退 ¥3.80（没成团）" in text]) == 1
    await world.says(world.leader, "待确认")
    await world.taps(world.leader, "1 到账了")
    await world.advance(minutes=1)
    assert len(world.rows("SELECT id FROM refund")) == 3
    assert world.rows("SELECT sum(paid_fen - refunded_fen) FROM purchase_order") == [(0,)]


async def test_the_day_is_summed_up_for_who_leads(world: World) -> None:
    auntie, _ = await _formed(world, "陈阿姨", "赵大爷")
    await _pays(world, auntie)
    await world.says(world.leader, "待确认")
    await world.taps(world.leader, "1 到账了")

    await world.advance(hours=24)

    cutoff = [text for text in world.said_to(world.leader) if text.startswith("📋 截单结算")]
    assert cutoff == [
        "📋 截单结算：阳光花园\n周三蔬果团：2 户，2 单\n· 应收 ¥7.60，已收 ¥0.00，未付 ¥7.60（2 单）\n"
        "要买\n1. 番茄 2斤"
    ]
    daily = [text for text in world.said_to(world.leader) if text.startswith("📋 每日对账")]
    assert daily == [
        "📋 每日对账：阳光花园\n周三蔬果团：2 户，2 单\n· 应收 ¥7.60，已收 ¥3.80，未付 ¥3.80（1 单）"
    ]
    assert world.rows("SELECT kind, sound FROM settlement_run ORDER BY id") == [("cutoff", 1), ("daily", 1)]
    await world.says(world.leader, "对账")
    await world.taps(world.leader, "采购单：周三蔬果团")
    assert world.last_to(world.leader) == "采购单：周三蔬果团\n1. 番茄 2斤"


async def test_a_day_on_which_nothing_moved_is_checked_and_not_told(world: World) -> None:
    await _formed(world, "陈阿姨")

    await world.advance(days=3)

    days = world.rows("SELECT sound FROM settlement_run WHERE kind = 'daily'")
    told = [text for text in world.said_to(world.leader) if text.startswith("📋 每日对账")]
    assert (days, len(told)) == ([(1,)] * 3, 1)


@pytest.mark.parametrize("word", ["付款", "已付", "/pay"])
async def test_who_owes_nothing_is_told_so(world: World, word: str) -> None:
    auntie = await world.member("陈阿姨")

    await world.says(auntie, word)

    assert world.last_to(auntie) == "没有要付的，已经付清了。谢谢！"


async def test_a_message_that_says_it_is_paid_is_a_claim(world: World) -> None:
    await opens(world, what=(TOMATO,), pay=PayMode.PREPAID)
    auntie = await world.member("陈阿姨")

    await world.says(auntie, "番茄2斤 已付7.6", chat=world.group)

    assert world.rows(PAYMENTS) == [("qr", "claimed", 760)]
    assert world.rows("SELECT count(*) FROM purchase_order WHERE hold_until IS NOT NULL") == [(0,)]
    await world.advance(minutes=30)
    assert world.rows("SELECT state FROM purchase_order") == [("open",)]


async def test_money_is_kept_over_a_restart(db_url: str) -> None:
    async with open_world(db_url) as world:
        await world.opens_group()
        (auntie,) = await _formed(world, "陈阿姨")
        await _pays(world, auntie)
        leader, later = world.leader, world.timeline.clock.now()
    async with open_world(db_url, start=later) as second:
        for name in ("林姐", "陈阿姨"):
            second.sandbox.act(int(second.sandbox.add_user(name, language_code="zh")["id"]), "start")
        person = {"id": leader, "is_bot": False, "first_name": "林姐"}
        said = {"message_id": 900, "date": 1, "chat": {"id": leader, "type": "private"}, "from": person}
        tap = {"id": "1", "from": person, "chat_instance": "1", "message": said, "data": "v1:pay.came:1"}

        await second.brings({"callback_query": tap})
        await second.brings({"callback_query": tap})

        assert second.rows(MONEY) == [("locked", 380, 380, 0)]
        assert second.rows("SELECT count(*) FROM audit WHERE act = 'payment_confirmed'") == [(1,)]
        await second.advance(days=1)
        assert len(second.rows("SELECT id FROM settlement_run WHERE kind = 'cutoff'")) == 1


async def test_at_pickup_nothing_is_paid_before_the_cut_off(world: World) -> None:
    await opens(world, what=(TOMATO,))
    auntie = await world.member("陈阿姨")
    await world.taps(auntie, "＋1斤 番茄", chat=world.group)

    await world.says(auntie, "付款")
    assert world.last_to(auntie).startswith("没有要付的")
    await world.forges(auntie, "v1:pay.claim:1")

    assert world.toasts(auntie)[-1] == "还没截单，金额还会变。等成团以后再来。"
    assert world.rows(PAYMENTS) == []
