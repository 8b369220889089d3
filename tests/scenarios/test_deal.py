"""A deal from opening to its end, by buttons: one standing message, taps, the cut-off."""

from kernel.money import Milli
from tests.shop import BERRIES, TOMATO, but, opens, standing, state
from tests.world import World

LINES = "SELECT item_id, qty_milli FROM order_line ORDER BY id"
TAKEN = "SELECT no, taken_milli FROM deal_item ORDER BY no"


async def test_a_deal_is_one_message_that_is_edited_and_pinned(world: World) -> None:
    await opens(world)
    auntie = await world.neighbour("陈阿姨")
    before = len(world.said_to(world.leader, world.group))

    await world.taps(auntie, "＋1斤 番茄", chat=world.group)
    await world.taps(auntie, "＋1盒 草莓", chat=world.group)
    await world.advance(seconds=12)

    assert world.toasts(auntie)[-2:] == ["好了：番茄 1斤。一共 ¥3.80", "好了：草莓 1盒。一共 ¥33.70"]
    assert "· 陈阿姨 番茄1斤 草莓1盒" in standing(world)
    assert "已有 1 户" in standing(world)
    assert len(world.said_to(world.leader, world.group)) == before
    assert world.rows(TAKEN) == [(1, 1000), (2, 0), (3, 1000)]
    pinned = [m for m in world.sandbox.messages(world.leader, world.group) if "pinned_message" in m]
    assert len(pinned) == 1


async def test_who_orders_too_much_is_told_and_nothing_is_taken(world: World) -> None:
    await opens(world)
    auntie = await world.neighbour("陈阿姨")

    await world.taps(auntie, "＋1盒 草莓", chat=world.group, times=3)

    assert world.toasts(auntie)[-1] == "草莓 每户限 2盒，你已经订满了。"
    assert world.rows(TAKEN)[2] == (3, 2000)


async def test_of_two_buyers_of_the_last_piece_one_wins(world: World) -> None:
    await opens(world, what=(TOMATO, but(BERRIES, stock=Milli(1000))))
    first, second = await world.neighbour("陈阿姨"), await world.neighbour("赵大爷")
    message = world.message_with(first, "＋1盒 草莓", world.group)

    for person in (first, second):
        world.sandbox.act(person, "tap", chat=world.group, message=message, button="＋1盒 草莓")
    await world.settle()

    told = [world.toasts(person)[-1] for person in (first, second)]
    assert sorted(told) == ["好了：草莓 1盒。一共 ¥29.90", "草莓 刚刚被抢完了，可以候补。"]
    assert world.rows(TAKEN)[1] == (2, 1000)


async def test_at_the_cut_off_a_deal_forms_and_its_buyers_are_told_once(world: World) -> None:
    deal = await opens(world)
    auntie = await world.member("陈阿姨")
    await world.taps(auntie, "＋1斤 番茄", chat=world.group)

    await world.advance(hours=12)

    assert await state(world, deal.id) == "formed"
    told = [text for text in world.said_to(auntie) if "成团了" in text]
    assert told == [
        "✅ 周三蔬果团成团了\n· 番茄 1斤  ¥3.80\n合计 ¥3.80\n\n"
        "📍 3 号楼大厅，2026年11月24日 17:00–20:00 取货\n💰 取货时付款。"
    ]
    assert "✅ 成团了，团长去备货。" in standing(world)
    late = await world.neighbour("赵大爷")
    await world.forges(late, "v1:orders.more:1:1000", chat=world.group)
    assert world.toasts(late)[-1].startswith("「周三蔬果团」已经截单了")


async def test_a_deal_without_enough_fails_and_everything_is_given_back(world: World) -> None:
    deal = await opens(world, goal_kind="homes", goal=2)
    auntie = await world.member("陈阿姨")
    await world.taps(auntie, "＋1斤 番茄", chat=world.group)
    await world.advance(seconds=10)
    assert "🎯 2 户成团，还差 1 户" in standing(world)

    await world.advance(hours=12)

    assert await state(world, deal.id) == "failed"
    assert world.rows(TAKEN)[0] == (1, 0)
    assert world.rows("SELECT state FROM purchase_order") == [("void",)]
    assert world.rows("SELECT sum(delta_milli) FROM order_change") == [(0,)]
    assert len([text for text in world.said_to(auntie) if "没成团" in text]) == 1


async def test_the_page_in_private_orders_and_gives_back(world: World) -> None:
    await opens(world)
    auntie = await world.member("陈阿姨")
    await world.does(auntie, "start", payload="deal-1")

    await world.taps(auntie, "＋ 番茄（现在 0斤）")
    await world.taps(auntie, "＋ 番茄（现在 1斤）")
    assert "你的接龙\n· 番茄 2斤  ¥7.60\n合计 ¥7.60" in world.last_to(auntie)
    await world.taps(auntie, "全部不要了")
    await world.taps(auntie, "是的，全部取消")

    assert world.last_to(auntie).startswith("好了，「周三蔬果团」里你订的都取消了")
    assert world.rows(TAKEN)[0] == (1, 0)
    await world.taps(auntie, "再看看")
    await world.taps(auntie, "＋ 番茄（现在 0斤）")
    assert world.rows(TAKEN)[0] == (1, 1000)
