"""The catalogue in chat: one card, one question at a time; what is wrong says what was expected."""

import json
from functools import partial
from typing import Any

import pytest

from features.catalogue.model import Field
from tests.world import World

GOODS = "SELECT sku, name, unit, price_fen, step_milli, active FROM product ORDER BY id"
NOT_ALLOWED = "这件事要有相应角色的人来做。请找团长帮忙。"


async def adds(world: World, *answers: str, person: int | None = None) -> int:
    """The leader adds a product by typing; what is left is skipped."""
    leader = person or world.leader
    await world.says(leader, "商品")
    await world.taps(leader, "加一个")
    for answer in answers:
        await world.says(leader, answer)
    while "跳过" in card_buttons(world, leader):
        await world.taps(leader, "跳过")
    return leader


def card(world: World, person: int) -> dict[str, Any]:
    """Return the newest message of the bot: the card, wherever it stands."""
    mine = [m for m in world.sandbox.messages(person) if m["from"]["id"] == world.bot]
    return mine[-1]


def card_buttons(world: World, person: int) -> list[str]:
    rows = card(world, person).get("reply_markup", {}).get("inline_keyboard", [])
    return [button["text"] for row in rows for button in row]


def audit(world: World) -> list[tuple[str, object, object]]:
    rows = world.rows("SELECT act, before, after FROM audit WHERE act LIKE 'product%' ORDER BY id")
    return [(act, json.loads(before), json.loads(after)) for act, before, after in rows]


async def test_a_product_is_added_one_question_at_a_time_on_one_card(world: World) -> None:
    leader = world.leader
    await world.says(leader, "商品")
    assert world.last_to(leader).startswith("商品\n还没有商品。")
    cards = len(world.said_to(leader))

    await world.taps(leader, "加一个")
    assert world.last_to(leader).startswith("加一个商品 · 还有 9 步\n\n叫什么名字？")
    await world.says(leader, "番茄")
    await world.taps(leader, "斤")
    await world.says(leader, "5块9")
    await world.says(leader, "20 斤 5.5，50 斤 5")
    await world.taps(leader, "跳过")
    await world.taps(leader, "常温")
    await world.says(leader, "示例农场")
    await world.says(leader, "2026-11-23")
    await world.says(leader, "山东寿光")

    assert len(world.said_to(leader)) == cards  # the list itself became every question, and the product
    assert world.last_to(leader) == (
        "✓ 加好了\n番茄（P001）\n价格：¥5.90 / 斤\n全群满 20斤：¥5.50\n全群满 50斤：¥5.00\n起步：1斤\n"
        "保存：常温\n供应商：示例农场\n批次：2026-11-23\n产地：山东寿光"
    )
    assert world.rows(GOODS) == [("P001", "番茄", "斤", 590, 1000, 1)]
    assert world.rows("SELECT price_fen FROM product_price") == [(590,)]
    assert audit(world) == [("product_added", {}, {"sku": "P001", "price_fen": 590})]
    await world.says(leader, "操作记录")
    assert "加了商品「番茄」" in world.last_to(leader)


async def test_what_is_left_out_is_told_as_missing_before_a_sale(world: World) -> None:
    leader = await adds(world, "番茄", "斤", "5.9")

    assert "还没填，填好才能开团：\n· 供应商\n· 批次\n· 产地" in world.last_to(leader)


async def test_a_wrong_answer_says_what_was_expected_and_keeps_the_question(
    world: World, subtests: pytest.Subtests
) -> None:
    leader = world.leader
    await world.says(leader, "/goods")
    await world.taps(leader, "加一个")
    for wrong, right, said in (
        ("！！", "番茄", "商品的名字 20 个字以内"),
        ("500g", "斤", "单位里不要数字"),
        ("面议", "5.9", "价格只要数字"),
        ("20 斤 6", "20 斤 5", "阶梯价要越买越便宜"),
        ("很多", "10", "要写每户能买的数量"),
        ("x" * 60, "冷藏", "保存方式 12 个字以内"),
        ("。", "示例农场", "供应商的名字 20 个字以内"),
        ("?", "A1", "批次 24 个字母"),
        ("?", "河北", "产地 12 个字以内"),
    ):
        with subtests.test(wrong=wrong):
            before = len(world.said_to(leader))
            await world.says(leader, wrong)
            assert f"⚠ 你打的是「{wrong[:40]}」。{said}" in world.last_to(leader)
            await world.says(leader, right)
            assert len(world.said_to(leader)) == before
    assert world.rows(GOODS) == [("P001", "番茄", "斤", 590, 1000, 1)]


async def test_a_card_that_is_far_above_comes_anew(world: World) -> None:
    leader = world.leader
    await world.says(leader, "商品")
    await world.taps(leader, "加一个")
    for _ in range(11):
        await world.says(leader, "菜单")

    await world.says(leader, "番茄")

    asked, shown = world.sandbox.messages(leader)[-2:]
    assert asked["text"] == "番茄"
    assert "按什么卖？" in shown["text"]


async def test_cancel_leaves_and_nothing_is_added(world: World) -> None:
    leader = world.leader
    await world.says(leader, "商品")
    await world.taps(leader, "加一个")
    await world.says(leader, "番茄")

    await world.says(leader, "取消")
    assert "✓ 好，先不改了" in world.last_to(leader)
    await world.says(leader, "斤")

    assert world.last_to(leader).startswith("没看懂这句。")
    assert world.rows(GOODS) == []


async def test_one_field_is_changed_and_recorded(world: World) -> None:
    leader = await adds(world, "番茄", "斤", "5.9")

    await world.taps(leader, "改价格")
    assert "现在是：¥5.90 / 斤" in world.last_to(leader)
    await world.says(leader, "4.9")
    assert "✓ 改好了：价格" in world.last_to(leader)
    assert "¥4.90 / 斤（划线价 ¥5.90，7 天里真的这样卖过）" in world.last_to(leader)
    await world.taps(leader, "改别的")
    await world.taps(leader, "别名")
    await world.says(leader, "西红柿、🍅")

    assert "别名：西红柿, 🍅" in world.last_to(leader)
    assert audit(world)[1:] == [
        (
            "product_changed",
            {"field": "price", "version": 1, "price_fen": 590},
            {"field": "price", "version": 2, "price_fen": 490},
        ),
        ("product_changed", {"field": "aliases", "version": 2}, {"field": "aliases", "version": 3}),
    ]
    await world.says(leader, "操作记录")
    assert "改了商品「番茄」的价格：¥5.90 → ¥4.90" in world.last_to(leader)
    assert "改了商品「番茄」的别名" in world.last_to(leader)


async def test_a_struck_price_is_gone_after_seven_days(world: World) -> None:
    leader = await adds(world, "番茄", "斤", "5.9")
    await world.taps(leader, "改价格")
    await world.says(leader, "4.9")

    await world.advance(days=7, hours=1)
    await world.says(leader, "商品")
    await world.taps(leader, "番茄 · ¥4.90 / 斤")

    assert "划线价" not in world.last_to(leader)


async def test_a_price_below_the_cost_needs_a_reason(world: World) -> None:
    leader = await adds(world, "番茄", "斤", "5.9")
    await world.taps(leader, "改别的")
    await world.taps(leader, "成本")
    await world.says(leader, "4.2")
    await world.taps(leader, "改价格")

    await world.says(leader, "3.9")
    assert "这个价比成本 ¥4.20 低，要有一个原因才行。" in world.last_to(leader)
    assert world.rows(GOODS)[0][3] == 590
    await world.taps(leader, "临近到期")

    assert world.rows("SELECT price_fen, reason FROM product") == [(390, "near_expiry")]


async def test_a_picture_is_kept_and_one_at_the_wrong_time_is_not(world: World) -> None:
    leader = await adds(world, "番茄", "斤", "5.9")
    await world.taps(leader, "改别的")
    await world.taps(leader, "照片")
    await world.says(leader, "没有照片呀")
    assert "要发一张照片，不是文字" in world.last_to(leader)

    await world.does(leader, "photo")
    assert "有照片" in world.last_to(leader)
    assert len(world.rows("SELECT photo FROM product")[0][0]) > 20
    await world.taps(leader, "改价格")
    await world.does(leader, "photo")
    assert "这一步要打字，不用照片。" in world.last_to(leader)
    await world.says(leader, "取消")
    await world.does(leader, "photo")
    assert world.last_to(leader).startswith("没看懂这句。")


async def test_a_product_goes_off_sale_and_on_again(world: World) -> None:
    leader = await adds(world, "番茄", "斤", "5.9")

    await world.taps(leader, "下架", times=2)

    assert "番茄（P001，下架中）" in world.last_to(leader)
    assert world.rows(GOODS)[0][5] == 0
    await world.taps(leader, "上架")
    assert [act for act, _, _ in audit(world)] == ["product_added", "product_off", "product_on"]


async def test_a_product_like_another_is_asked_only_for_what_differs(world: World) -> None:
    leader = world.leader
    await world.says(leader, "商品")
    await world.taps(leader, "加一个")
    for said in ("猪肉白菜水饺", "袋", "20", "无", "4", "冷冻", "示例面点", "A1", "河北"):
        await world.says(leader, said)

    await world.taps(leader, "照着再加一个")
    for said in ("韭菜鸡蛋水饺", "18", "无", "A2"):
        await world.says(leader, said)

    assert world.rows(
        "SELECT sku, name, price_fen, limit_milli, storage, batch FROM product ORDER BY id"
    ) == [
        ("P001", "猪肉白菜水饺", 2000, 4000, "冷冻", "A1"),
        ("P002", "韭菜鸡蛋水饺", 1800, 4000, "冷冻", "A2"),
    ]
    assert world.rows("SELECT count(*) FROM supplier") == [(1,)]


async def test_a_name_of_two_products_is_reported(world: World) -> None:
    leader = await adds(world, "猪肉水饺", "袋", "20")
    await world.taps(leader, "改别的")
    await world.taps(leader, "别名")
    await world.says(leader, "水饺")

    await adds(world, "水饺", "袋", "18")

    assert "⚠ 有人打「水饺」时，也可能是「猪肉水饺」（P001）" in world.last_to(leader)


async def test_a_long_list_is_turned_eight_at_a_time(world: World) -> None:
    leader = world.leader
    for number in range(9):
        values = {Field.NAME: f"菜{number}", Field.UNIT: "斤", Field.PRICE: "1"}
        await world.runtime.db.run(partial(world.runtime.app.catalogue.add, values=values))
    await world.says(leader, "商品")
    assert "一共 9 个（第 1 页，共 2 页）" in world.last_to(leader)

    await world.taps(leader, "下一页 ›")

    assert "菜8 · ¥1.00 / 斤" in card_buttons(world, leader)
    assert "菜0 · ¥1.00 / 斤" not in card_buttons(world, leader)


async def test_the_desk_leads_there_and_so_does_the_command_in_a_group(world: World) -> None:
    leader = world.leader
    await world.says(leader, "管理")
    await world.taps(leader, "商品")
    assert world.last_to(leader).startswith("商品\n")

    await world.says(leader, "/goods", chat=world.group)
    await world.taps(leader, "私聊里看", chat=world.group)

    assert world.last_to(leader).startswith("商品\n")


async def test_who_is_no_staff_sees_and_changes_nothing(world: World) -> None:
    leader = await adds(world, "番茄", "斤", "5.9")
    member = await world.member()
    await world.says(member, "商品")
    assert world.last_to(member) == NOT_ALLOWED

    for data in (
        "v1:catalogue.list:0",
        "v1:catalogue.card:1",
        "v1:catalogue.switch:1:0",
        "v1:catalogue.ask:1:price",
        "v1:catalogue.add",
        "v1:catalogue.export",
        "v1:catalogue.run:1",
    ):
        await world.forges(member, data)
        assert world.toasts(member)[-1] == NOT_ALLOWED
    await world.says(member, "0.01")

    assert world.last_to(member).startswith("没看懂这句。")
    assert world.rows(GOODS) == [("P001", "番茄", "斤", 590, 1000, 1)]
    assert world.last_to(leader) != NOT_ALLOWED


async def test_forged_and_old_buttons_change_nothing(world: World) -> None:
    leader = await adds(world, "番茄", "斤", "5.9")

    await world.forges(leader, "v1:catalogue.card:99")
    assert world.toasts(leader)[-1] == "找不到这个商品了。请打「商品」重新看。"
    await world.forges(leader, "v1:catalogue.pick:unit:0")
    assert world.toasts(leader)[-1] == "这个按钮不能用了。请打「菜单」重新打开。"
    await world.taps(leader, "改价格")
    for data in ("v1:catalogue.pick:price:-", "v1:catalogue.pick:price:7", "v1:catalogue.pick:unit:0"):
        await world.forges(leader, data)
        assert world.toasts(leader)[-1] == "这个按钮不能用了。请打「菜单」重新打开。"
    assert world.rows(GOODS) == [("P001", "番茄", "斤", 590, 1000, 1)]


async def test_an_english_speaker_reads_english(world: World) -> None:
    leader = world.leader
    await world.does(leader, "start")
    await world.taps(leader, "同意，开始用")
    await world.says(leader, "English")
    await world.says(leader, "products")
    await world.taps(leader, "Add one")
    await world.says(leader, "Tomato")
    await world.says(leader, "5 jin")
    assert "Please type a unit without digits" in world.last_to(leader)
