"""Orders that are typed in the group: taken, changed, taken back, asked about."""

from tests.shop import BERRIES, EGGS, TOMATO, opens, standing
from tests.world import World

HELD = (
    "SELECT o.called, o.recipient, i.name, l.qty_milli FROM order_line l "
    "JOIN purchase_order o ON o.id = l.order_id JOIN deal_item i ON i.id = l.item_id "
    "WHERE l.qty_milli > 0 ORDER BY o.id, i.no"
)
TAKEN = "SELECT name, taken_milli FROM deal_item WHERE taken_milli > 0 ORDER BY no"


def nods(world: World) -> int:
    """Return how many messages of the group bear the bot's nod."""
    return sum("reactions" in message for message in world.sandbox.messages(world.leader, world.group))


async def test_a_typed_order_is_taken_and_nodded_at(world: World) -> None:
    await opens(world)
    auntie = await world.neighbour("陈阿姨")
    before = len(world.said_to(auntie, world.group))

    await world.says(auntie, "番茄2斤 鸡蛋1板", chat=world.group)
    await world.advance(seconds=6)

    assert world.rows(HELD) == [("陈阿姨", "", "番茄", 2000), ("陈阿姨", "", "土鸡蛋", 1000)]
    assert len(world.said_to(auntie, world.group)) == before
    assert "· 陈阿姨 番茄2斤 土鸡蛋1板" in standing(world)
    assert nods(world) == 1


async def test_talk_is_no_order(world: World) -> None:
    await opens(world)
    auntie = await world.neighbour("陈阿姨")

    for said in ("番茄多少钱一斤？", "今天番茄炒鸡蛋真香", "昨天的草莓3盒都吃完了", "哈哈哈", "下午3点开会"):
        await world.says(auntie, said, chat=world.group)

    assert world.rows(HELD) == []


async def test_an_edited_message_replaces_its_own_lines(world: World) -> None:
    await opens(world)
    auntie = await world.neighbour("陈阿姨")
    await world.says(auntie, "番茄2斤 草莓1盒", chat=world.group)
    message = world.sandbox.messages(auntie, world.group)[-1]["message_id"]
    await world.taps(auntie, "＋1斤 番茄", chat=world.group)

    await world.does(auntie, "edit", chat=world.group, message=message, text="番茄1斤 鸡蛋2板")

    assert world.rows(HELD) == [("陈阿姨", "", "番茄", 1000), ("陈阿姨", "", "土鸡蛋", 2000)]
    assert world.rows(TAKEN) == [(name, quantity) for _, _, name, quantity in world.rows(HELD)]


async def test_the_same_goods_again_are_asked_about(world: World) -> None:
    await opens(world)
    auntie = await world.neighbour("陈阿姨")
    await world.says(auntie, "番茄2斤", chat=world.group)

    await world.says(auntie, "番茄3斤", chat=world.group)

    assert world.last_to(auntie, world.group) == "番茄 你已经订了 2斤。这次的 3斤，是改成它还是再加？"
    assert world.rows(HELD) == [("陈阿姨", "", "番茄", 2000)]
    other = await world.neighbour("赵大爷")
    await world.taps(other, "改成 3斤", chat=world.group)
    assert world.toasts(other)[-1] == "这是别人的按钮。要订的话，打字或点公告上的 ＋。"
    await world.taps(auntie, "再加，一共 5斤", chat=world.group, times=2)
    assert world.rows(HELD) == [("陈阿姨", "", "番茄", 5000)]
    assert "好了：番茄 5斤。一共 ¥19.00" in world.said_to(auntie, world.group)


async def test_changes_and_cancelling_by_words(world: World) -> None:
    await opens(world)
    auntie = await world.neighbour("陈阿姨")
    for said in ("番茄2斤 鸡蛋1板 草莓1盒", "再来一斤番茄", "鸡蛋不要了", "草莓改成2盒"):
        await world.says(auntie, said, chat=world.group)
    assert world.rows(HELD) == [("陈阿姨", "", "番茄", 3000), ("陈阿姨", "", "草莓", 2000)]

    await world.says(auntie, "我的全部取消，不好意思", chat=world.group)

    assert world.rows(HELD) == []
    assert world.rows(TAKEN) == []


async def test_what_is_unclear_is_asked_in_one_answer(world: World) -> None:
    await opens(world)
    auntie = await world.neighbour("陈阿姨")

    await world.says(auntie, "番茄2斤 排骨1份 草莓5盒", chat=world.group)

    assert world.rows(HELD) == [("陈阿姨", "", "番茄", 2000)]
    told = world.last_to(auntie, world.group)
    assert "草莓 只能再加 2盒，先没给你加。" in told
    assert "这次团里没有「排骨1份」，这一样我没记。" in told
    await world.taps(auntie, "那就 2盒", chat=world.group)
    assert world.rows(HELD)[-1] == ("陈阿姨", "", "草莓", 2000)


async def test_who_waits_gets_what_others_give_back(world: World) -> None:
    await opens(world, what=(TOMATO, EGGS, BERRIES))
    people = [await world.member(name) for name in ("陈阿姨", "赵大爷", "王姐")]
    for person in people:
        await world.says(person, "草莓2盒", chat=world.group)
    waiting = people[2]
    assert "草莓 只能再加 1盒" in world.last_to(waiting, world.group)

    await world.taps(waiting, "候补 1盒", chat=world.group)
    await world.says(waiting, "草莓1盒", chat=world.group)
    await world.says(people[0], "草莓不要了", chat=world.group)

    assert ("王姐", "", "草莓", 2000) in world.rows(HELD)
    assert world.last_to(waiting).startswith("候补到了")


async def test_orders_for_others_are_kept_by_name(world: World) -> None:
    await opens(world)
    auntie = await world.neighbour("陈阿姨")

    await world.says(auntie, "帮我妈带一份鸡蛋", chat=world.group)
    await world.says(auntie, "番茄1斤", chat=world.group)

    assert world.rows(HELD) == [("陈阿姨", "我妈", "土鸡蛋", 1000), ("陈阿姨", "", "番茄", 1000)]


async def test_a_message_after_the_cut_off_is_too_late_by_its_own_time(world: World) -> None:
    deal = await opens(world)
    auntie = await world.neighbour("陈阿姨")
    await world.until(deal.terms.closes_at)
    await world.says(auntie, "番茄1斤", chat=world.group)
    await world.advance(seconds=1)

    await world.says(auntie, "鸡蛋1板", chat=world.group)

    assert world.rows(HELD) == [("陈阿姨", "", "番茄", 1000)]
    assert world.last_to(auntie, world.group).startswith("「周三蔬果团」已经截单了")


async def test_goods_of_two_open_deals_are_asked_back(world: World) -> None:
    first = await opens(world, what=(TOMATO, EGGS))
    await opens(world, what=(TOMATO, BERRIES), title="周四水果团", point=first.terms.point)
    auntie = await world.neighbour("陈阿姨")

    await world.says(auntie, "番茄1斤 草莓1盒", chat=world.group)

    assert world.rows(HELD) == [("陈阿姨", "", "草莓", 1000)]
    assert "「番茄1斤」是哪一种？" in world.last_to(auntie, world.group)


async def test_after_the_cut_off_a_late_order_is_told_so_and_talk_is_not(world: World) -> None:
    deal = await opens(world)
    auntie = await world.neighbour("陈阿姨")
    await world.says(auntie, "番茄1斤", chat=world.group)
    await world.until(deal.terms.closes_at)
    await world.advance(minutes=45)
    before = len(world.said_to(auntie, world.group))

    await world.says(auntie, "番茄什么时候到呀", chat=world.group)
    assert len(world.said_to(auntie, world.group)) == before
    await world.says(auntie, "番茄2斤", chat=world.group)

    assert world.last_to(auntie, world.group).startswith("「周三蔬果团」已经截单了")
    assert world.rows(HELD) == [("陈阿姨", "", "番茄", 1000)]


async def test_a_pasted_list_counts_once_the_leader_says_so(world: World) -> None:
    await opens(world)
    auntie, uncle = await world.neighbour("陈阿姨"), await world.neighbour("赵大爷")
    await world.says(uncle, "番茄2斤", chat=world.group)
    await world.says(auntie, "草莓2盒", chat=world.group)

    pasted = "#接龙\n1. 赵大爷 番茄2斤\n2. 王芳 鸡蛋1板\n3. 老李 草莓1盒\n4. 陈阿姨 草莓2盒"
    await world.says(auntie, pasted, chat=world.group)

    own = [("赵大爷", "", "番茄", 2000), ("陈阿姨", "", "草莓", 2000)]
    assert world.rows(HELD) == own
    assert world.last_to(auntie, world.group).startswith("这份接龙里有几户是新的")
    await world.taps(uncle, "团长：都算上", chat=world.group)
    assert world.rows(HELD) == own
    await world.taps(world.leader, "团长：都算上", chat=world.group, times=2)

    assert world.rows(HELD) == [
        *own,
        ("林姐", "王芳", "土鸡蛋", 1000),
        ("林姐", "老李", "草莓", 1000),
    ]
    assert world.rows("SELECT text FROM order_list") == [("",)]
