"""A leader opens a deal: a draft on one card, tapped and typed, previewed, published."""

from base64 import b64encode

import pytest

from features.catalogue.model import Field
from kernel.ids import DealId
from storage.uow import SqlUow
from tests.desk import (
    BARE,
    EGGS,
    ITEMS,
    STATES,
    TOMATO,
    a_leader,
    buttons,
    card,
    data_of,
    drafts,
    publishes,
    reprices,
    sells,
)
from tests.scenarios.test_catalogue_files import a_sheet
from tests.shop import a_point
from tests.world import World

NOT_ALLOWED = "这件事要有相应角色的人来做。请找团长帮忙。"


async def test_a_deal_goes_from_nothing_to_published_by_tapping(world: World) -> None:
    leader = await drafts(world)
    cards = len(world.said_to(leader))
    assert world.last_to(leader) == (
        "📝 周一团（草稿，邻居看不到）\n🛒 商品：0 样\n⏰ 截单：今天 20:00（2026年11月23日）\n"
        "📍 取货：3 号楼大厅，明天 17:00–20:00（2026年11月24日）\n🎯 成团：不限，订了就有\n"
        "💰 付款：取货时付\n\n还差这些，点带 ❗ 的按钮：\n· 商品：还没选，或者有的不能卖"
    )

    await world.taps(leader, "❗ 商品")
    await world.taps(leader, "☐ 番茄 ¥5.90/斤", times=2)
    await world.taps(leader, "☐ 鸡蛋 ¥25.00/板")
    await world.taps(leader, "‹ 回到草稿")
    assert "· 番茄 ¥5.90/斤 · 库存不限 · 每户不限\n· 鸡蛋 ¥25.00/板 · 库存不限 · 每户限 2板" in world.last_to(
        leader
    )
    await world.taps(leader, "看一眼再发布")
    preview = card(world, leader)["text"]
    await world.taps(leader, "发布到群里", times=2)
    await world.advance(seconds=3)

    assert len(world.said_to(leader)) == cards
    assert world.last_to(leader, world.group) == preview
    assert world.rows(STATES) == [("open", "周一团")]
    assert world.toasts(leader)[-2:] == ["发布了，群里马上看得到", "这个团已经发布了"]
    assert world.rows("SELECT act, subject_id FROM audit WHERE act LIKE 'deal%'") == [("deal_opened", 1)]
    assert "进行中" in "".join(await on_desk(world, leader))


async def on_desk(world: World, leader: int) -> list[str]:
    await world.says(leader, "开团")
    return buttons(world, leader)


async def test_every_page_can_be_typed(world: World, subtests: pytest.Subtests) -> None:
    leader = await drafts(world, "番茄")
    for part, wrong, want, right, told in (
        ("截单时间", "回头再说", "没看懂这个时间", "明天 晚上8点半", "⏰ 截单：明天 20:30（2026年11月24日）"),
        (
            "取货",
            "随便",
            "没看懂取货时间",
            "周四 17:00-19:00",
            "3 号楼大厅，周四 17:00–19:00（2026年11月26日）",
        ),
        (
            "取货",
            "今天 17:00-19:00",
            "时间不对：截单要在以后",
            "17点到20点",
            "周四 17:00–20:00（2026年11月26日）",
        ),
        ("成团条件", "看着办", "没看懂成团条件", "二十户", "🎯 成团：20 户成团"),
        ("成团条件", "0户", "没看懂成团条件", "满300元", "🎯 成团：满 ¥300.00 成团"),
        ("标题", "长" * 16, "请打团的标题", "周末水果团", "📝 周末水果团"),
        ("说明", "!!!", "请打说明", "番茄当天现摘", "💬 说明：番茄当天现摘"),
    ):
        with subtests.test(part=part, right=right):
            await world.taps(leader, part)
            asked = world.last_to(leader)
            await world.says(leader, wrong)
            assert f"⚠ {want}" in world.last_to(leader)
            assert world.last_to(leader).endswith(asked.splitlines()[-1])
            await world.says(leader, right)
            assert "✓ 记下了" in world.last_to(leader)
            assert told in world.last_to(leader)


async def test_terms_are_tapped(world: World) -> None:
    leader = await drafts(world, "番茄")
    for part, choice, told in (
        ("截单时间", "明天 20:00", "⏰ 截单：明天 20:00"),
        ("取货", "周四 17:00–20:00", "，周四 17:00–20:00"),
        ("成团条件", "10 户成团", "🎯 成团：10 户成团"),
        ("付款", "先付款", "💰 付款：先付款"),
    ):
        await world.taps(leader, part)
        await world.taps(leader, choice)
        assert told in world.last_to(leader)
    await world.taps(leader, "截单时间")
    await world.says(leader, "周四 20:00")

    assert "取货比截单早，跟着挪到了第二天" in world.last_to(leader)
    assert "，周五 17:00–20:00（2026年11月27日）" in world.last_to(leader)


async def test_stock_and_limit_are_numbers_or_without_end(world: World) -> None:
    leader = await drafts(world, "番茄")
    await world.taps(leader, "商品")
    await world.taps(leader, "库存限购")

    await world.taps(leader, "改库存")
    await world.says(leader, "很多")
    assert "⚠ 请打库存，只要数字，比如：200（斤）。" in world.last_to(leader)
    await world.says(leader, "200")
    await world.taps(leader, "改限购")
    await world.says(leader, "10斤")
    assert world.rows(ITEMS) == [(1, "番茄", 590, 200_000, 10_000)]
    await world.taps(leader, "改库存")
    await world.taps(leader, "不限")
    await world.taps(leader, "改限购")
    await world.says(leader, "不限")
    assert world.rows(ITEMS) == [(1, "番茄", 590, None, None)]
    await world.taps(leader, "去掉这样")
    assert world.rows(ITEMS) == []


async def test_what_cannot_be_sold_yet_says_what_is_missing(world: World) -> None:
    leader = await drafts(world)
    await world.taps(leader, "❗ 商品")

    await world.taps(leader, "☐ 草莓（缺资料）")

    assert world.toasts(leader)[-1] == "「草莓」还不能开团，先填好：\n· 供应商\n· 批次\n· 产地"
    assert world.rows(ITEMS) == []


async def test_goods_come_in_pages_and_no_more_than_a_message_holds(world: World) -> None:
    leader = await drafts(world)
    await sells(world, *(TOMATO | {Field.NAME: f"菜{number}"} for number in range(1, 31)))
    await world.taps(leader, "❗ 商品")
    assert "‹ 上一页" not in buttons(world, leader)

    await world.taps(leader, "下一页 ›")
    await world.taps(leader, "☐ 菜6 ¥5.90/斤")
    assert "☑ 菜6 ¥5.90/斤" in buttons(world, leader)
    assert {"‹ 上一页", "下一页 ›"} < set(buttons(world, leader))

    def unit(uow: SqlUow) -> None:
        drafting, deal = world.runtime.app.drafting, uow.deals.get(DealId(1))
        assert deal is not None
        kept = [drafting.goods.fresh(uow, f"P{number:03}") for number in range(4, 34)]
        drafting.drafts.set_goods(uow, deal=deal, goods=kept)

    await world.runtime.db.run(unit)
    await world.forges(leader, "v1:deal.toggle:1:P001:1:0")
    assert world.toasts(leader)[-1] == "一个团放 30 样就满了，一条公告写不下更多。"
    await world.taps(leader, "‹ 回到草稿")
    await world.taps(leader, "看一眼再发布")
    assert "30. 菜30 ¥5.90/斤" in world.last_to(leader)


async def test_a_leader_who_reads_english_opens_a_deal_for_a_chinese_group(world: World) -> None:
    await drafts(world, "番茄")
    leader = await a_leader(world, "Ann", language="en")
    await world.says(leader, "/tuan")
    await world.taps(leader, "📝 周一团 (draft)")

    await world.taps(leader, "Cut-off")
    await world.says(leader, "friday 18:30")
    assert "Orders until: Friday 18:30" in world.last_to(leader)
    await world.taps(leader, "Preview and publish")

    assert "截单" in world.last_to(leader)
    await world.taps(leader, "发布到群里")
    assert "✓ Published" in world.last_to(leader)


async def test_without_goods_or_a_place_the_way_there_is_shown(world: World) -> None:
    leader = world.leader
    assert await on_desk(world, leader) == ["商品", "‹ 返回菜单"]
    assert "先点「商品」加几样" in world.last_to(leader)

    await sells(world, TOMATO)
    await on_desk(world, leader)
    await world.taps(leader, "＋ 新开一团")
    await world.taps(leader, "❗ 取货")
    await world.taps(leader, "去加取货点")

    assert "第 4 步 · 取货点" in world.last_to(leader)
    assert world.rows(STATES) == [("draft", "周一团")]
    await a_point(world)
    await world.says(leader, "开团")
    await world.taps(leader, "📝 周一团（草稿）")
    assert "📍 取货：3 号楼大厅，" in world.last_to(leader)


async def test_a_draft_is_dropped_after_asking(world: World) -> None:
    leader = await drafts(world, "番茄")
    await world.taps(leader, "删掉草稿")
    publish = data_of(world, leader, "删掉")

    await world.taps(leader, "删掉")

    assert "✓ 草稿删掉了" in world.last_to(leader)
    assert (world.rows(STATES), world.rows(ITEMS)) == ([], [])
    await world.forges(leader, publish)
    assert world.toasts(leader)[-1].startswith("没有找到这个团")


async def test_cancel_leaves_the_question_and_a_new_deal_tapped_twice_is_one(world: World) -> None:
    leader = await drafts(world, "番茄")
    await world.taps(leader, "标题")
    await world.says(leader, "取消")
    assert "✓ 好，先不改了" in world.last_to(leader)
    await world.says(leader, "我的团")
    assert world.last_to(leader).startswith("没看懂这句。")

    await world.says(leader, "开团")
    await world.taps(leader, "＋ 新开一团", times=2)
    assert world.rows(STATES) == [("draft", "周一团"), ("draft", "周一团")]


async def test_a_deal_like_the_last_one_has_its_goods_at_todays_prices(world: World) -> None:
    leader = await publishes(world, "番茄", "鸡蛋")
    await world.advance(days=2)
    await reprices(world, "番茄", "5.5")
    await reprices(world, "鸡蛋", "0", Field.ACTIVE)

    await world.says(leader, "开团")
    await world.taps(leader, "照上次再开")

    assert world.last_to(leader).startswith(
        "✓ 1 样没放进来：下架了、缺资料，或者太多了\n📝 周三团（草稿，邻居看不到）\n🛒 商品：1 样\n"
        "· 番茄 ¥5.50/斤 ¥5.90 · 库存不限 · 每户不限\n⏰ 截单：今天 20:00（2026年11月25日）\n"
        "📍 取货：3 号楼大厅，明天 17:00–20:00（2026年11月26日）"
    )
    await world.says(leader, "开团")
    await world.taps(leader, "照以前的开")
    await world.taps(leader, "周一团 · 2026年11月23日")
    assert world.rows(STATES)[-1] == ("draft", "周三团")


async def test_a_deal_is_begun_with_what_a_file_brought(world: World) -> None:
    leader = world.leader
    await a_point(world)
    sheet = a_sheet(("番茄", "斤", 5.9, 200, "示例农场", "甜"), ("鸡蛋", "板", "25", "", "", ""))
    await world.does(leader, "document", file=b64encode(sheet).decode(), name="商品.xlsx")
    await world.taps(leader, "导入")
    await reprices(world, "番茄", "B1", Field.BATCH)
    await reprices(world, "番茄", "山东", Field.ORIGIN)

    await world.taps(leader, "用这些开团", times=2)

    assert "✓ 1 样没放进来" in world.last_to(leader)
    assert "· 番茄 ¥5.90/斤 · 库存 200斤 · 每户不限" in world.last_to(leader)
    assert world.rows(ITEMS) == [(1, "番茄", 590, 200_000, None)]
    await world.forges(leader, "v1:deal.from_import:77")
    assert world.toasts(leader)[-1].startswith("这张表已经处理过了")


async def test_in_the_group_a_command_leads_to_the_desk(world: World) -> None:
    for said in ("开团", "/tuan"):
        await world.says(world.leader, said, chat=world.group)
    (row,) = world.sandbox.messages(world.leader, world.group)[-1]["reply_markup"]["inline_keyboard"]
    assert row[0]["url"].endswith("start=tuan-1")

    await world.does(world.leader, "start", payload="tuan-1")

    assert world.last_to(world.leader).startswith("阳光花园的团")
    neighbour = await world.member("陈阿姨")
    await world.says(neighbour, "开团")
    assert world.last_to(neighbour) == NOT_ALLOWED
    await world.says(world.leader, "管理")
    assert "开团" in buttons(world, world.leader)


async def test_of_several_groups_one_is_chosen(world: World) -> None:
    owner, home = world.leader, world.group
    await sells(world, TOMATO, EGGS, BARE)
    await world.opens_group("月亮湾")
    world.leader, world.group = owner, home

    await world.says(owner, "开团")
    assert buttons(world, owner) == ["阳光花园", "月亮湾"]
    await world.taps(owner, "月亮湾")
    await world.taps(owner, "＋ 新开一团")

    assert world.rows("SELECT group_id FROM deal") == [(2,)]
