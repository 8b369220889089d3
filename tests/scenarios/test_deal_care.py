"""A running deal in the hands of its leaders: extended, repriced, restocked, closed, cancelled, warned of."""

import json

from features.catalogue.model import Field
from tests.desk import ITEMS, button, buttons, data_of, drafts, publishes, reprices
from tests.shop import standing
from tests.world import World

CLOSES = "SELECT closes_at FROM deal"


def deeds(world: World) -> list[tuple[str, object]]:
    rows = world.rows("SELECT act, after FROM audit WHERE act LIKE 'deal%' ORDER BY id")
    return [(act, json.loads(after)) for act, after in rows]


async def test_the_card_tells_what_has_come_together(world: World) -> None:
    leader = await publishes(world, "番茄", "鸡蛋")
    auntie = await world.neighbour("陈阿姨")
    await world.taps(auntie, "＋1斤 番茄", chat=world.group, times=2)

    await world.says(leader, "开团")
    await world.taps(leader, "🧺 周一团（进行中）")

    told = world.last_to(leader)
    assert "👥 1 户，一共 ¥11.80" in told
    assert "1. 番茄 ¥5.90/斤 · 已订 2斤" in told
    assert buttons(world, leader)[:5] == ["延长 1 小时", "延到…", "改价 改库存", "现在截单", "取消这个团"]


async def test_an_hour_more_is_an_hour_however_often_it_is_tapped(world: World) -> None:
    leader = await publishes(world)
    (before,) = world.rows(CLOSES)[0]

    await world.taps(leader, "延长 1 小时", times=3)
    await world.advance(seconds=10)

    assert world.rows(CLOSES) == [(before + 3_600_000,)]
    assert "21:00 截单" in standing(world)
    assert [deed for deed, _ in deeds(world)] == ["deal_opened", "deal_extended"]


async def test_a_later_cut_off_is_typed_and_not_after_pick_up(world: World) -> None:
    leader = await publishes(world)
    await world.taps(leader, "延到…")

    await world.says(leader, "等等吧")
    assert "⚠ 没看懂这个时间。" in world.last_to(leader)
    await world.says(leader, "后天 20:00")
    assert "⚠ 时间不对：截单要在以后" in world.last_to(leader)
    await world.says(leader, "今晚十点半")

    assert "22:30 截单" in world.last_to(leader)
    await world.advance(hours=12)
    assert world.rows("SELECT state FROM deal") == [("open",)]


async def test_a_price_falls_for_everybody_and_rises_for_nobody_who_ordered(world: World) -> None:
    leader = await publishes(world)
    auntie = await world.neighbour("陈阿姨")
    await world.taps(auntie, "＋1斤 番茄", chat=world.group)
    await world.says(leader, "开团")
    await world.taps(leader, "🧺 周一团（进行中）")
    await world.taps(leader, "改价 改库存")
    await world.taps(leader, "番茄 ¥5.90/斤")
    assert "已经接龙的不涨价" in world.last_to(leader)

    await world.taps(leader, "改价")
    await world.says(leader, "面议")
    assert "⚠ 价格只要数字" in world.last_to(leader)
    await world.says(leader, "6.5")
    await world.advance(seconds=10)

    assert "番茄 ¥6.50/斤" in standing(world)
    assert world.rows("SELECT price_fen FROM order_line") == [(590,)]
    assert deeds(world)[-1] == ("deal_repriced", {"price_fen": 650, "item": 1})
    await world.says(leader, "操作记录")
    assert "改了「周一团」第 1 样的价格：¥5.90 → ¥6.50" in world.last_to(leader)


async def test_a_price_below_the_cost_needs_a_reason_in_the_catalogue(world: World) -> None:
    leader = await publishes(world)
    await reprices(world, "番茄", "5", Field.COST)
    await world.taps(leader, "改价 改库存")
    await world.taps(leader, "番茄 ¥5.90/斤")
    await world.taps(leader, "改价")

    await world.says(leader, "4.9")
    assert "⚠ 这个价比成本 ¥5.00 低" in world.last_to(leader)
    await world.says(leader, "5.1")

    assert world.rows(ITEMS) == [(1, "番茄", 510, None, None)]


async def test_a_stock_is_never_less_than_what_is_ordered(world: World) -> None:
    leader = await publishes(world)
    auntie = await world.neighbour("陈阿姨")
    await world.taps(auntie, "＋1斤 番茄", chat=world.group, times=3)
    await world.says(leader, "开团")
    await world.taps(leader, "🧺 周一团（进行中）")
    await world.taps(leader, "改价 改库存")
    await world.taps(leader, "番茄 ¥5.90/斤")
    await world.taps(leader, "改库存")

    await world.says(leader, "2")
    assert "⚠ 已经订了 3斤，库存不能比它少。" in world.last_to(leader)
    await world.says(leader, "0")
    assert "⚠ 已经订了 3斤" in world.last_to(leader)
    await world.says(leader, "3")
    await world.advance(seconds=10)

    assert "已抢完，可候补" in standing(world)
    await world.taps(leader, "改库存")
    await world.taps(leader, "不限")
    assert world.rows(ITEMS) == [(1, "番茄", 590, None, None)]


async def test_closing_early_asks_once_more(world: World) -> None:
    leader = await publishes(world)
    auntie = await world.member("陈阿姨")
    await world.taps(auntie, "＋1斤 番茄", chat=world.group)
    await world.says(leader, "开团")
    await world.taps(leader, "🧺 周一团（进行中）")

    await world.taps(leader, "现在截单")
    assert "现在就截单吗？已有 1 户" in world.last_to(leader)
    await world.taps(leader, "是的，现在截单", times=2)

    assert world.rows("SELECT state FROM deal") == [("formed",)]
    assert world.toasts(leader)[-2:] == ["截单了", "这个团现在不能这样改了。打「开团」，看看它到哪一步了。"]
    assert deeds(world)[-1] == ("deal_closed", {"state": "formed"})
    await world.advance(seconds=5)
    assert len([text for text in world.said_to(auntie) if "成团了" in text]) == 1


async def test_a_deal_is_cancelled_with_a_typed_reason_and_its_buyers_are_told_once(world: World) -> None:
    leader = await publishes(world)
    auntie = await world.member("陈阿姨")
    await world.taps(auntie, "＋1斤 番茄", chat=world.group)
    await world.says(leader, "开团")
    await world.taps(leader, "🧺 周一团（进行中）")

    await world.taps(leader, "取消这个团")
    await world.says(leader, "？？")
    assert "⚠ 请写取消的原因" in world.last_to(leader)
    await world.says(leader, "今天没有船")
    assert "原因：今天没有船\n已有 1 户" in world.last_to(leader)
    await world.taps(leader, "是的，取消这个团", times=2)
    await world.advance(seconds=10)

    assert world.rows("SELECT state, reason FROM deal") == [("cancelled", "今天没有船")]
    assert [text for text in world.said_to(auntie) if "取消了" in text] == [
        "周一团取消了\n原因：今天没有船\n你订的都退了，不收一分钱。用过的券也会还给你。"
    ]
    assert "这个团取消了：今天没有船" in standing(world)
    assert deeds(world)[-1] == ("deal_cancelled", {"state": "cancelled"})


async def test_a_usual_reason_is_told_in_the_words_of_who_reads_it(world: World) -> None:
    leader = await publishes(world)
    guest = await world.member("Ann", language="en")
    await world.taps(guest, "＋1斤 番茄", chat=world.group)
    await world.taps(leader, "取消这个团")

    await world.taps(leader, "天气原因")
    await world.taps(leader, "是的，取消这个团")
    await world.advance(seconds=10)

    assert "这个团取消了：天气原因" in standing(world)
    assert [text for text in world.said_to(guest) if "Reason: the weather" in text] != []


async def test_a_leader_is_warned_once_two_hours_before_a_goal_is_missed(world: World) -> None:
    leader = await drafts(world, "番茄")
    await world.taps(leader, "成团条件")
    await world.says(leader, "2户")
    await world.taps(leader, "看一眼再发布")
    await world.taps(leader, "发布到群里")
    await world.advance(hours=8, minutes=59)
    assert [text for text in world.said_to(leader) if "快截单了" in text] == []

    await world.advance(minutes=2)

    assert world.last_to(leader) == (
        "⏰ 「周一团」快截单了\n阳光花园 · 🎯 2 户成团，还差 2 户\n"
        "可以延长一会儿；不延长，到点没凑够就不成团，订的都退。"
    )
    await world.taps(leader, "延长 1 小时")
    assert "21:00 截单" in world.last_to(leader)
    await world.advance(hours=5)
    assert [text for text in world.said_to(leader) if "快截单了" in text] == []  # the card took its place
    assert world.rows("SELECT state FROM deal") == [("failed",)]


async def test_nobody_is_woken_by_a_warning(world: World) -> None:
    leader = await drafts(world, "番茄")
    await world.taps(leader, "成团条件")
    await world.taps(leader, "10 户成团")
    await world.taps(leader, "截单时间")
    await world.says(leader, "明天 7:00")
    await world.taps(leader, "看一眼再发布")
    await world.taps(leader, "发布到群里")

    await world.advance(days=1)

    assert [text for text in world.said_to(leader) if "快截单了" in text] == []
    assert world.rows("SELECT state FROM deal") == [("failed",)]


async def test_a_warned_leader_can_let_it_be(world: World) -> None:
    leader = await drafts(world, "番茄")
    await world.taps(leader, "成团条件")
    await world.taps(leader, "10 户成团")
    await world.taps(leader, "看一眼再发布")
    await world.taps(leader, "发布到群里")
    await world.advance(hours=9, minutes=1)

    await world.taps(leader, "到点取消也行")

    assert "✓ 好，到点再看" in world.last_to(leader)
    assert world.rows("SELECT state FROM deal") == [("open",)]


async def test_nobody_is_warned_of_a_deal_that_is_well_or_has_just_begun(world: World) -> None:
    leader = await drafts(world, "番茄")
    await world.advance(hours=7)
    await world.taps(leader, "成团条件")
    await world.taps(leader, "10 户成团")
    await world.taps(leader, "截单时间")
    await world.says(leader, "18:05")
    await world.taps(leader, "看一眼再发布")
    await world.taps(leader, "发布到群里")

    await world.advance(hours=1)

    assert [text for text in world.said_to(leader) if "快截单了" in text] == []


async def test_buttons_of_a_deal_that_is_over_say_so(world: World) -> None:
    leader = await publishes(world)
    hour = data_of(world, leader, "延长 1 小时")
    await world.taps(leader, "取消这个团")
    await world.taps(leader, "人太少")
    await world.taps(leader, "是的，取消这个团")
    assert "延长 1 小时" not in buttons(world, leader)

    for forged in (hour, "v1:deal.close:1", "v1:deal.cancel:1:few", "v1:deal.endless:1"):
        await world.forges(leader, forged)
        assert world.toasts(leader)[-1].startswith("这个团现在不能这样改了")
    await world.forges(leader, "v1:deal.care_item:1:item:99")
    assert world.toasts(leader)[-1].startswith("没有找到这个团")
    assert button(world, leader, "照这个再开") == "照这个再开一个"
