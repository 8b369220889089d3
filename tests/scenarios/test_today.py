"""A leader's one page: what to do now, and what the day has brought."""

from datetime import timedelta

from tests.goods import arrives, code_of, formed
from tests.shop import opens
from tests.world import World

PASTED = "#接龙\n1. 张三 番茄3斤\n2. 李四 番茄1斤"


async def looks(world: World) -> list[str]:
    """The leader asks; returns the buttons that lead to something that waits."""
    await world.says(world.leader, "现在该做什么")
    shown = world.buttons(world.leader)
    return shown[: shown.index("看对账") - 1]


async def test_nothing_waits_where_nothing_is_sold(world: World) -> None:
    assert await looks(world) == []
    assert "眼下没有等你的事" in world.last_to(world.leader)
    assert "接龙 0 单（0 户），¥0.00" in world.last_to(world.leader)
    assert "➕ 开团" in world.buttons(world.leader)


async def test_a_list_that_waits_is_counted_from_the_page(world: World) -> None:
    person = await world.member()
    await opens(world)
    await world.says(person, PASTED, chat=world.group)

    assert await looks(world) == ["📝 接龙 1 号：都算上"]
    await world.taps(world.leader, "📝 接龙 1 号：都算上")

    assert world.rows("SELECT recipient, state FROM purchase_order ORDER BY id") == [
        ("张三", "open"),
        ("李四", "open"),
    ]
    assert await looks(world) == []
    assert "接龙 2 单（2 户），¥15.20" in world.last_to(world.leader)
    assert "🛒 周三蔬果团，" in world.last_to(world.leader)


async def test_what_waits_changes_as_a_deal_goes_on(world: World) -> None:
    person = await world.member()
    await formed(world, (person, "土鸡蛋", 1000))

    assert await looks(world) == ["🚚 到货了吗：周三蔬果团", "🔔 还没付 1 单"]

    await world.says(person, "付款")
    await world.taps(person, "我已付款")
    assert await looks(world) == ["🚚 到货了吗：周三蔬果团", "💰 说付了，待确认 1", "🔔 还没付 1 单"]

    await arrives(world)
    assert await looks(world) == ["📦 周三蔬果团：1 户没取", "💰 说付了，待确认 1", "🔔 还没付 1 单"]

    await world.taps(world.leader, "💰 说付了，待确认 1")
    await world.taps(world.leader, "1 到账了")
    await world.says(world.leader, code_of(world, person))
    await world.taps(world.leader, "✅ 全部取走")
    assert await looks(world) == []


async def test_the_day_begins_at_the_groups_midnight(world: World) -> None:
    person = await world.member()
    await formed(world, (person, "番茄", 2000))
    await looks(world)
    assert "接龙 1 单（1 户），¥7.60" in world.last_to(world.leader)

    await world.until(world.timeline.clock.now() + timedelta(hours=4))  # past midnight

    await looks(world)
    assert "接龙 0 单（0 户），¥0.00" in world.last_to(world.leader)


async def test_who_does_not_lead_sees_nothing(world: World) -> None:
    person = await world.member()
    await world.says(person, "现在该做什么")
    assert "接龙" not in world.last_to(person)
    await world.forges(person, "v1:today:1")
    assert "接龙" not in world.last_to(person)


async def test_in_the_group_the_page_opens_in_private(world: World) -> None:
    await world.says(world.leader, "待办", chat=world.group)
    assert world.buttons(world.leader, world.group) == ["私聊里看"]
