"""What happens to groups, people and messages while a deal is open: nothing of it is lost."""

from tests.scenarios.test_privacy import erases
from tests.shop import opens, standing
from tests.world import World

HELD = (
    "SELECT called, name, qty_milli FROM order_line l JOIN purchase_order o ON o.id = l.order_id "
    "JOIN deal_item i ON i.id = l.item_id WHERE qty_milli > 0 ORDER BY l.id"
)


def posts(world: World, chat: int | None = None) -> int:
    """Return how many standing messages can be seen in the group."""
    return sum("🧺" in text for text in world.said_to(world.leader, chat or world.group))


async def test_a_group_that_moves_in_the_middle_keeps_its_deal(town: World) -> None:
    await town.opens_group(kind="group")
    await opens(town)
    auntie = await town.neighbour("陈阿姨")
    await town.says(auntie, "番茄2斤", chat=town.group)

    new = int(town.sandbox.act(town.leader, "migrate", chat=town.group)["id"])
    await town.settle()
    await town.advance(seconds=10)
    town.group = new
    await town.says(auntie, "鸡蛋1板", chat=new)
    await town.advance(seconds=10)

    assert town.rows(HELD) == [("陈阿姨", "番茄", 2000), ("陈阿姨", "土鸡蛋", 1000)]
    assert "· 陈阿姨 番茄2斤 土鸡蛋1板" in standing(town)
    assert posts(town, new) == 1


async def test_without_the_right_to_pin_the_deal_goes_on(world: World) -> None:
    await world.does(world.leader, "promote", chat=world.group, user=world.bot, rights=["can_invite_users"])
    await opens(world)
    auntie = await world.neighbour("陈阿姨")

    await world.says(auntie, "番茄2斤", chat=world.group)
    await world.advance(seconds=10)

    assert "· 陈阿姨 番茄2斤" in standing(world)


async def test_a_standing_message_that_was_deleted_is_posted_anew_once(world: World) -> None:
    await opens(world)
    auntie = await world.neighbour("陈阿姨")
    message = world.message_with(auntie, "＋1斤 番茄", world.group)
    await world.does(world.leader, "delete", chat=world.group, message=message)

    await world.says(auntie, "番茄2斤", chat=world.group)
    await world.advance(seconds=10)
    await world.says(auntie, "鸡蛋1板", chat=world.group)
    await world.advance(seconds=10)

    assert posts(world) == 1
    assert "· 陈阿姨 番茄2斤 土鸡蛋1板" in standing(world)


async def test_a_buried_standing_message_moves_at_most_every_quarter_of_an_hour(world: World) -> None:
    await opens(world)
    auntie = await world.neighbour("陈阿姨")

    async def talks() -> None:
        for number in range(23):
            await world.says(auntie, f"今天天气不错 {number}", chat=world.group)
        await world.advance(seconds=10)

    first = world.message_with(auntie, "＋1斤 番茄", world.group)
    await talks()
    assert world.message_with(auntie, "＋1斤 番茄", world.group) == first
    await world.advance(minutes=15)
    await talks()

    assert world.message_with(auntie, "＋1斤 番茄", world.group) > first
    assert posts(world) == 1


async def test_who_is_erased_orders_nothing_any_more(world: World) -> None:
    await opens(world)
    auntie, uncle = await world.member("陈阿姨"), await world.member("赵大爷")
    for person in (auntie, uncle):
        await world.says(person, "番茄2斤", chat=world.group)

    await erases(world, auntie)
    await world.advance(seconds=10)

    assert world.rows(HELD) == [("赵大爷", "番茄", 2000)]
    assert world.rows("SELECT taken_milli FROM deal_item WHERE no = 1") == [(2000,)]
    assert "陈阿姨" not in standing(world)
