"""The desk of deals while somebody else is at it: changes behind a preview, two leaders, forged buttons."""

from dataclasses import replace

from features.catalogue.model import Field
from kernel.ids import DealId
from storage.uow import SqlUow
from tests.desk import (
    ITEMS,
    STATES,
    a_leader,
    button,
    drafts,
    publishes,
    reprices,
)
from tests.world import World

NOT_ALLOWED = "这件事要有相应角色的人来做。请找团长帮忙。"


async def test_a_price_that_changed_after_the_preview_is_shown_before_it_is_published(world: World) -> None:
    leader = await drafts(world, "番茄")
    await world.taps(leader, "看一眼再发布")
    await reprices(world, "番茄", "6.5")

    await world.taps(leader, "发布到群里")

    assert world.toasts(leader)[-1] == "刚才有改动，这是现在的样子。请再看一眼，再点发布。"
    assert "1. 番茄 ¥6.50/斤" in world.last_to(leader)
    assert world.rows(STATES) == [("draft", "周一团")]
    await world.taps(leader, "发布到群里")
    assert world.rows(STATES) == [("open", "周一团")]


async def test_goods_taken_out_of_the_sale_hold_a_draft_back(world: World) -> None:
    leader = await drafts(world, "番茄", "鸡蛋")
    await world.taps(leader, "看一眼再发布")
    await reprices(world, "鸡蛋", "0", Field.ACTIVE)

    await world.taps(leader, "发布到群里")
    assert "⚠ 还不能发布，先把带 ❗ 的补上。" in world.last_to(leader)
    await world.taps(leader, "❗ 商品")
    await world.taps(leader, "✕ 去掉 鸡蛋（下架了）")
    await world.taps(leader, "‹ 回到草稿")

    assert "都齐了" in world.last_to(leader)


async def test_what_another_leader_changed_is_previewed_before_it_is_published(world: World) -> None:
    leader = await drafts(world, "番茄")
    other = await a_leader(world)
    await world.taps(leader, "看一眼再发布")
    await world.says(other, "开团")
    await world.taps(other, "📝 周一团（草稿）")
    await world.taps(other, "标题")
    await world.says(other, "赵姐的团")

    await world.taps(leader, "发布到群里")

    assert world.rows(STATES) == [("draft", "赵姐的团")]
    assert "🧺 赵姐的团" in [text.splitlines()[0] for text in world.said_to(leader)]


async def test_a_draft_that_another_leader_dropped_is_gone_once(world: World) -> None:
    leader = await drafts(world, "番茄")
    other = await a_leader(world)
    await world.taps(leader, "标题")
    await world.says(other, "开团")
    await world.taps(other, "📝 周一团（草稿）")
    await world.taps(other, "删掉草稿")
    await world.taps(other, "删掉")

    await world.says(leader, "周末水果团")
    assert world.last_to(leader).startswith("✓ 那个草稿被别人删掉了\n阳光花园的团")
    await world.says(leader, "周末水果团")

    assert world.last_to(leader).startswith("没看懂这句。")


async def test_of_two_leaders_who_publish_at_once_one_does(world: World) -> None:
    leader = await drafts(world, "番茄")
    other = await a_leader(world)
    await world.says(other, "开团")
    await world.taps(other, "📝 周一团（草稿）")
    for person in (leader, other):
        await world.taps(person, "看一眼再发布")
    previews = [(person, world.message_with(person, "发布到群里", person)) for person in (leader, other)]

    for person, message in previews:
        world.sandbox.act(person, "tap", chat=person, message=message, button="发布到群里")
    await world.settle()
    await world.advance(seconds=3)

    told = sorted(world.toasts(person)[-1] for person in (leader, other))
    assert told == ["发布了，群里马上看得到", "这个团已经发布了"]
    assert world.rows("SELECT act FROM audit WHERE act LIKE 'deal%'") == [("deal_opened",)]
    assert len([text for text in world.said_to(leader, world.group) if "🧺" in text]) == 1


async def test_what_is_done_to_drafts_is_not_done_to_a_deal_that_is_open(world: World) -> None:
    await publishes(world, "番茄")
    before = (world.rows(STATES), world.rows(ITEMS), world.rows("SELECT stamp FROM deal"))

    def unit(uow: SqlUow) -> tuple[bool, ...]:
        deal = uow.deals.get(DealId(1))
        assert deal is not None
        terms = replace(deal.terms, title="别的")
        return (
            uow.drafts.set_terms(deal.id, terms),
            uow.drafts.set_goods(deal.id, ()),
            uow.drafts.delete(deal.id),
        )

    assert await world.runtime.db.run(unit) == (False, False, False)
    assert (world.rows(STATES), world.rows(ITEMS), world.rows("SELECT stamp FROM deal")) == before


async def test_who_leads_no_more_changes_nothing(world: World) -> None:
    leader = await drafts(world, "番茄")
    other = await a_leader(world)
    await world.says(other, "开团")
    await world.taps(other, "📝 周一团（草稿）")
    await world.taps(other, "标题")
    await world.says(leader, "分工")
    await world.taps(leader, button(world, leader, "收回：赵姐"))

    await world.says(other, "我的团")
    assert NOT_ALLOWED in world.said_to(other)
    await world.taps(other, "‹ 回到草稿")

    assert world.toasts(other)[-1] == NOT_ALLOWED
    assert world.rows(STATES) == [("draft", "周一团")]


async def test_a_forged_deal_of_another_group_is_refused(world: World) -> None:
    await drafts(world, "番茄")
    stranger = await world.person("外人")
    home = world.group
    await world.opens_group("月亮湾")
    other, world.group = world.leader, home

    for person in (stranger, other):
        await world.says(person, "菜单")
        for act in (
            "deal.draft:1:main",
            "deal.publish:1:2",
            "deal.set:1:pay:prepaid",
            "deal.drop:1",
            "deal.copy:1",
        ):
            await world.forges(person, f"v1:{act}")
            assert world.toasts(person)[-1] == NOT_ALLOWED
    await world.forges(other, "v1:deal.draft:99:main")
    assert world.toasts(other)[-1].startswith("没有找到这个团")
    assert world.rows("SELECT state, pay FROM deal") == [("draft", "pickup")]


async def test_forged_choices_change_nothing(world: World) -> None:
    leader = await drafts(world, "番茄")
    for forged in (
        "deal.set:1:point:77",
        "deal.set:1:cutoff:5",
        "deal.set:1:cutoff:999999999",
        "deal.set:1:pickup:1-2",
        "deal.set:1:goal:cases-5",
        "deal.set:1:goal:homes-0",
        "deal.set:1:pay:never",
        "deal.set:1:state:open",
        "deal.toggle:1:ZZZ:1:0",
        "deal.item:1:stock:ZZZ",
        "deal.care:1:main",
        "deal.close:1",
    ):
        await world.forges(leader, f"v1:{forged}")
    assert world.rows("SELECT state, pay, point_id FROM deal") == [("draft", "pickup", 1)]
    assert world.rows(ITEMS) == [(1, "番茄", 590, None, None)]
