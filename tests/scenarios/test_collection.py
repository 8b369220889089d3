"""Goods arrive and are handed over: told once, by code, by name, by a friend; wrong codes, undo, delays."""

from tests.goods import arrives, captions, code_of, formed
from tests.shop import a_point, state
from tests.world import World

COLLECTED = "SELECT count(*) FROM order_line WHERE collected_at IS NOT NULL"


async def test_who_ordered_is_told_once_with_a_code_and_the_group_without_names(world: World) -> None:
    auntie, uncle = await world.member("陈阿姨"), await world.neighbour("赵大爷")
    deal = await formed(world, (auntie, "番茄", 2000), (uncle, "土鸡蛋", 1000))

    await arrives(world)
    await world.advance(minutes=5)

    code = code_of(world, auntie)
    assert captions(world, auntie) == [
        f"🧺 到货了：周三蔬果团（陈阿姨）\n取货码：{code[:3]} {code[3:]}\n"
        "📍 3 号楼大厅（每天 17:00–20:00）\n⏰ 2026年11月24日 17:00–20:00\n\n· 番茄 2斤\n💰 还要付 ¥7.60\n\n"
        "到了给工作人员扫一下，或报六个数字。家里人也可以凭码来取。"
    ]
    posts = [text for text in world.said_to(uncle, world.group) if "到货了" in text]
    assert len(posts) == 1
    assert "陈阿姨" not in posts[0]
    assert world.said_to(uncle) == []  # never pressed Start: collects by name
    assert await state(world, deal.id) == "arrived"


async def test_a_code_opens_the_parcel_and_goods_are_handed_over_once(world: World) -> None:
    auntie = await world.member("陈阿姨")
    deal = await formed(world, (auntie, "番茄", 2000), (auntie, "土鸡蛋", 1000))
    await arrives(world)

    await world.says(world.leader, code_of(world, auntie))
    assert world.last_to(world.leader).startswith("陈阿姨 · 周三蔬果团\n📍 3 号楼大厅\n▫️ 番茄 2斤")
    await world.taps(world.leader, "取：番茄")
    assert world.rows(COLLECTED) == [(1,)]
    await world.taps(world.leader, "✅ 全部取走", times=2)

    assert world.rows(COLLECTED) == [(2,)]
    assert "记好了，取走了。" in world.toasts(world.leader)
    await world.says(world.leader, code_of(world, auntie))
    assert "已经用过了" in world.last_to(world.leader)
    await world.advance(minutes=11)
    assert await state(world, deal.id) == "closed"


async def test_a_check_off_is_taken_back_in_time_and_not_later(world: World) -> None:
    auntie = await world.member("陈阿姨")
    deal = await formed(world, (auntie, "番茄", 2000))
    await arrives(world)
    await world.says(world.leader, code_of(world, auntie))
    await world.taps(world.leader, "✅ 全部取走")

    await world.taps(world.leader, "撤销", times=2)

    assert world.rows(COLLECTED) == [(0,)]
    await world.advance(minutes=15)
    assert await state(world, deal.id) == "picking"
    await world.says(world.leader, code_of(world, auntie))
    await world.taps(world.leader, "✅ 全部取走")
    await world.advance(minutes=10)
    await world.taps(world.leader, "撤销")
    assert world.toasts(world.leader)[-1] == "撤不了了：可能过了时间，或者已经撤过。"
    assert world.rows(COLLECTED) == [(1,)]


async def test_five_wrong_codes_rest_and_the_right_one_waits(world: World) -> None:
    auntie = await world.member("陈阿姨")
    await formed(world, (auntie, "番茄", 2000))
    await arrives(world)
    code = code_of(world, auntie)
    wrong = f"{(int(code) + 1) % 1_000_000:06}"

    for _ in range(4):
        await world.says(world.leader, wrong)
    assert world.last_to(world.leader) == "没有这个取货码，请再核对一下。再错 1 次，要歇一会儿才能再输。"
    await world.says(world.leader, wrong)
    await world.says(world.leader, code)
    assert world.last_to(world.leader).startswith("输错太多次")
    await world.advance(minutes=10)
    await world.says(world.leader, code)

    assert world.last_to(world.leader).startswith("陈阿姨 ·")


async def test_a_code_tells_nothing_to_who_is_no_staff(world: World) -> None:
    auntie, uncle = await world.member("陈阿姨"), await world.member("赵大爷")
    await formed(world, (auntie, "番茄", 2000), (uncle, "番茄", 1000))
    await arrives(world)

    await world.says(uncle, code_of(world, auntie))
    assert world.last_to(uncle) == "这是给工作人员看的码。想看自己的取货码，打「取货」。"
    await world.forges(uncle, "v1:collection.all:1")
    assert world.toasts(uncle)[-1].startswith("这件事要有相应角色的人来做")
    await world.forges(uncle, "v1:collection.friend:1")
    assert world.toasts(uncle)[-1].startswith("没有找到这一单")
    assert world.rows(COLLECTED) == [(0,)]


async def test_codes_of_other_groups_and_of_deals_that_are_over_open_nothing(world: World) -> None:
    auntie, leader, group = await world.member("陈阿姨"), world.leader, world.group
    await formed(world, (auntie, "番茄", 2000), (auntie, "土鸡蛋", 1000))
    await arrives(world)
    code = code_of(world, auntie)

    await world.opens_group("别的小区")
    other = world.leader
    await world.does(other, "start")
    await world.says(other, code)
    assert world.last_to(other).startswith("没有这个取货码")

    world.leader, world.group = leader, group
    await world.says(leader, "到货")
    await world.taps(leader, "🧺 周三蔬果团")
    await world.taps(leader, "收尾")
    await world.says(leader, code)
    assert world.last_to(leader) == "这是「周三蔬果团」的码，那一单已经收尾了。"


async def test_scanning_opens_the_parcel(world: World) -> None:
    auntie = await world.member("陈阿姨")
    await formed(world, (auntie, "番茄", 2000))
    await arrives(world)

    await world.does(world.leader, "start", payload=f"take-{code_of(world, auntie)}")

    assert world.last_to(world.leader).startswith("陈阿姨 ·")


async def test_who_never_pressed_start_collects_by_name(world: World) -> None:
    uncle, other = await world.neighbour("赵大爷"), await world.neighbour("赵小姐")
    await formed(world, (uncle, "番茄", 2000), (other, "番茄", 1000))
    await arrives(world)

    await world.says(world.leader, "找 赵")
    assert world.buttons(world.leader) == ["赵大爷 （1 样没取）", "赵小姐 （1 样没取）"]
    await world.taps(world.leader, "赵大爷 （1 样没取）")
    await world.taps(world.leader, "✅ 全部取走")
    await world.says(world.leader, "找赵大爷")

    assert world.last_to(world.leader).splitlines()[2].startswith("✅ 番茄 2斤")
    await world.says(world.leader, "找 李四")
    assert world.last_to(world.leader).startswith("没有找到「李四」")


async def test_a_friend_collects_with_a_code_of_their_own_once(world: World) -> None:
    auntie = await world.member("陈阿姨")
    await formed(world, (auntie, "番茄", 2000))
    await arrives(world)
    own = code_of(world, auntie)

    await world.taps(auntie, "让邻居代取")
    friends = code_of(world, auntie)
    assert friends != own
    assert "陈阿姨" not in captions(world, auntie)[-1]
    await world.says(world.leader, friends)
    await world.taps(world.leader, "✅ 全部取走")
    await world.says(world.leader, own)

    assert "已经用过了" in world.last_to(world.leader)


async def test_goods_that_wait_show_the_code_first_and_else_the_places(world: World) -> None:
    auntie = await world.member("陈阿姨")
    await formed(world, (auntie, "番茄", 2000))

    await world.says(auntie, "取货")
    assert world.last_to(auntie).startswith("我的取货点")
    await arrives(world)
    before = code_of(world, auntie)
    await world.says(auntie, "取货")

    assert len(captions(world, auntie)) == 2
    assert code_of(world, auntie) == before
    assert "我的取货点" in world.buttons(auntie)


async def test_a_delay_is_told_once_also_when_tapped_twice(world: World) -> None:
    auntie, uncle = await world.member("陈阿姨"), await world.member("赵大爷")
    await formed(world, (auntie, "番茄", 2000), (uncle, "番茄", 1000))
    await world.says(world.leader, "到货")
    await world.taps(world.leader, "🚚 周三蔬果团")
    await world.taps(world.leader, "要晚到")

    await world.taps(world.leader, "晚 2 小时", times=2)
    await world.advance(minutes=1)

    assert "已经改过了" in world.toasts(world.leader)[-1]
    for person in (auntie, uncle):
        told = [text for text in world.said_to(person) if "要晚一点" in text]
        assert len(told) == 1
        assert "新的取货时间：2026年11月24日 19:00–22:00" in told[0]
    await world.advance(minutes=1)
    card = next(t for t in reversed(world.said_to(uncle, world.group)) if "周三蔬果团" in t)
    assert "19:00" in card
    await world.taps(world.leader, "要晚到")
    await world.taps(world.leader, "明天这个时候")
    await world.advance(minutes=1)
    assert len([text for text in world.said_to(auntie) if "要晚一点" in text]) == 2


async def test_the_place_moves_for_one_order_or_for_the_whole_deal(world: World) -> None:
    auntie, uncle = await world.member("陈阿姨"), await world.member("赵大爷")
    await formed(world, (auntie, "番茄", 2000), (uncle, "番茄", 1000))
    await a_point(world, "东门")
    await arrives(world)

    await world.taps(auntie, "换个地方取")
    await world.taps(auntie, "东门 · 每天 17:00–20:00")
    assert world.last_to(auntie) == "好了，这一单改到 东门（每天 17:00–20:00） 取。"
    await world.says(world.leader, code_of(world, auntie))
    assert "📍 这一单在 东门 取，不在这里" in world.last_to(world.leader)

    await world.taps(world.leader, "‹ 回到这个团")
    await world.taps(world.leader, "换取货点")
    await world.taps(world.leader, "东门 · 每天 17:00–20:00")
    await world.advance(minutes=1)
    assert len([text for text in world.said_to(uncle) if "换了取货点" in text]) == 1
    await world.says(world.leader, code_of(world, auntie))
    assert "📍 东门" in world.last_to(world.leader)


async def test_who_has_not_collected_is_reminded_twice_and_then_staff_call(world: World) -> None:
    auntie, uncle = await world.member("陈阿姨"), await world.member("赵大爷")
    await formed(world, (auntie, "番茄", 2000), (uncle, "番茄", 1000))
    await arrives(world, hour=15)
    await world.says(world.leader, code_of(world, uncle))
    await world.taps(world.leader, "✅ 全部取走")

    await world.advance(hours=24)

    def reminded(person: int) -> int:
        return len([text for text in world.said_to(person) if "还有东西没取" in text])

    assert (reminded(auntie), reminded(uncle)) == (2, 0)
    assert "1 家还没取" in world.last_to(world.leader)
    await world.taps(world.leader, "还没取")
    await world.taps(world.leader, "处理")
    await world.taps(world.leader, "处理掉，退款")

    assert world.last_to(world.leader) == "好了，陈阿姨 的已经处理，退 ¥3.80。"
    assert world.rows("SELECT amount_fen, rule FROM refund") == [(380, "unclaimed")]
    assert "不能再留了" in world.last_to(auntie)


async def test_fresh_goods_are_not_taken_away_before_the_rule_says(world: World) -> None:
    auntie = await world.member("陈阿姨")
    await formed(world, (auntie, "番茄", 2000))
    await arrives(world)
    await world.forges(world.leader, "v1:collection.dispose_sure:1")

    assert world.toasts(world.leader)[-1] == "还在保留时间里，先给对方留着。过了时间再处理。"
    assert world.rows("SELECT count(*) FROM refund") == [(0,)]


async def test_nobody_is_reminded_at_night(world: World) -> None:
    auntie = await world.member("陈阿姨")
    await formed(world, (auntie, "番茄", 2000))
    await arrives(world, hour=19)

    await world.advance(hours=14)  # 09:00
    assert [text for text in world.said_to(auntie) if "还有东西没取" in text] == []
    await world.advance(hours=2)
    assert len([text for text in world.said_to(auntie) if "还有东西没取" in text]) == 1
