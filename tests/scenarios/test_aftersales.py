"""Goods that were not right: by buttons, words and photos; by rule, by a person in time, never in public."""

from datetime import timedelta
from typing import Any

from tests.goods import RICE, arrives, code_of, formed
from tests.shop import EGGS, TOMATO, opens
from tests.world import World

CASES = "SELECT state, rule, amount_fen FROM aftersales_case ORDER BY id"
REFUNDS = "SELECT key, amount_fen FROM refund ORDER BY id"
SECOND = timedelta(seconds=1)


async def collected(world: World, *wanted: tuple[int, str, int]) -> None:
    """These people bought and collected at 17:00."""
    await formed(world, *wanted, what=(TOMATO, EGGS, RICE))
    await arrives(world)
    for person in dict.fromkeys(person for person, _, _ in wanted):
        await world.says(world.leader, code_of(world, person))
        await world.taps(world.leader, "✅ 全部取走")


async def an_auntie(world: World, name: str = "土鸡蛋", milli: int = 1000) -> int:
    """Somebody bought something and collected it."""
    auntie = await world.member("陈阿姨")
    await collected(world, (auntie, name, milli))
    return auntie


async def shows_again(world: World, person: int) -> None:
    """Somebody sends the photo they sent last once more."""
    own = [m for m in world.sandbox.messages(person) if "photo" in m and m["from"]["id"] == person]
    photo: dict[str, Any] = own[-1]
    await world.brings({"message": {**photo, "message_id": 900_001, "caption": ""}})


async def test_eggs_that_broke_come_back_by_the_rule_told_in_words(world: World) -> None:
    auntie = await an_auntie(world)

    await world.says(auntie, "鸡蛋碎了3个")
    assert world.last_to(auntie) == "我听到的是：土鸡蛋，碎了、压坏，0.1板\n对吗？"
    await world.taps(auntie, "对")
    await world.does(auntie, "photo")
    assert world.last_to(auntie) == "土鸡蛋：碎了、压坏，0.1板\n按公布的办法，退你 ¥2.68。"
    await world.taps(auntie, "退 ¥2.68", times=2)

    assert world.last_to(auntie).startswith("好了，土鸡蛋 退你 ¥2.68")
    assert world.rows(CASES) == [("done", "pro_rata", 268)]
    assert world.rows(REFUNDS) == [("case:1", 268)]
    assert "售后" not in world.last_to(world.leader)


async def test_buttons_lead_through_and_between_the_parts_one_chooses(world: World) -> None:
    auntie = await an_auntie(world, "番茄", 2000)
    await world.says(auntie, "售后")
    await world.taps(auntie, "番茄（周三蔬果团）")
    await world.taps(auntie, "坏了、不新鲜")
    await world.taps(auntie, "三成")
    await world.does(auntie, "photo")
    assert world.buttons(auntie) == ["退 ¥2.28", "补一份", "算了"]

    await world.taps(auntie, "补一份")

    assert world.last_to(auntie).startswith("好，番茄 这件事团长会在 2026年11月24日 19:00 以前给你答复")
    await world.taps(world.leader, "看这件事")
    assert "陈阿姨 · 周三蔬果团\n番茄（取 2斤，花了 ¥7.60）\n坏了、不新鲜，0.6斤 · 补一份" in world.last_to(
        world.leader
    )
    await world.taps(world.leader, "补一份")
    await world.advance(minutes=2)
    assert world.last_to(auntie).startswith("番茄 的事办好了：下次取货时补一份给你")
    assert world.rows(REFUNDS) == []


async def test_a_dear_case_goes_to_the_leader_with_a_clock_and_can_be_undone(world: World) -> None:
    auntie = await an_auntie(world)
    await world.does(auntie, "photo", caption="鸡蛋全部碎了")
    assert "金额大一些，交给团长看一下" in world.last_to(auntie)
    await world.taps(auntie, "交给团长")
    assert world.last_to(world.leader).startswith("售后：陈阿姨\n土鸡蛋，碎了、压坏，1板\n金额大一些")

    await world.advance(minutes=121)
    said = world.said_to(world.leader)
    assert [sum(head in text for text in said) for head in ("还没答复", "过时间了")] == [2, 1]

    await world.says(world.leader, "售后")
    await world.taps(world.leader, "超 1 分 · 陈阿姨 · 土鸡蛋")
    photos = [m["caption"] for m in world.sandbox.messages(world.leader) if "photo" in m]
    assert photos == ["土鸡蛋 的照片"]
    await world.taps(world.leader, "同意退 ¥26.80")
    await world.advance(minutes=1)
    await world.taps(world.leader, "撤销")
    await world.advance(minutes=5)
    assert world.rows(REFUNDS) == []
    await world.taps(world.leader, "改金额")
    await world.taps(world.leader, "同意退 ¥13.40")
    await world.advance(minutes=2)

    assert world.rows(REFUNDS) == [("case:1", 1340)]
    assert world.last_to(auntie).startswith("土鸡蛋 的事办好了：退你 ¥13.40")
    await world.taps(world.leader, "撤销")
    assert "已经有结果了" in world.toasts(world.leader)[-1]


async def test_a_case_is_turned_down_kindly_and_only_with_a_reason(world: World) -> None:
    auntie = await an_auntie(world)
    await world.says(auntie, "鸡蛋碎了3个")
    await world.taps(auntie, "对")
    await world.taps(auntie, "没有照片")
    await world.taps(auntie, "交给团长")

    await world.taps(world.leader, "看这件事")
    await world.taps(world.leader, "不同意")
    await world.taps(world.leader, "照片看不清，请再拍一张")

    assert world.last_to(auntie).startswith("土鸡蛋 的事团长看过了：照片看不清，请再拍一张。")
    assert "依法有的权利不受影响" in world.last_to(auntie)
    assert world.rows(CASES)[0][0] == "rejected"


async def test_the_same_photo_twice_goes_to_a_person_and_is_no_accusation(world: World) -> None:
    auntie = await world.member("陈阿姨")
    await collected(world, (auntie, "土鸡蛋", 1000), (auntie, "番茄", 2000))
    await world.does(auntie, "photo", caption="鸡蛋碎了3个")
    await world.taps(auntie, "退 ¥2.68")

    await world.says(auntie, "番茄坏了半斤")
    await world.taps(auntie, "对")
    await shows_again(world, auntie)

    assert "照片请人核对一下，交给团长看一下" in world.last_to(auntie)
    await world.taps(auntie, "交给团长")
    assert world.rows(CASES)[1] == ("open", "same_photo", 190)


async def test_the_quick_way_ends_with_its_last_second_and_then_a_person_looks(world: World) -> None:
    auntie = await world.member("陈阿姨")
    await collected(world, (auntie, "土鸡蛋", 1000), (auntie, "大米", 1000))
    taken_at = world.timeline.clock.now()

    await world.until(taken_at + timedelta(hours=24))
    await world.does(auntie, "photo", caption="鸡蛋碎了3个")
    assert "按公布的办法" in world.last_to(auntie)
    await world.until(taken_at + timedelta(hours=24) + SECOND)
    await world.does(auntie, "photo", caption="鸡蛋碎了3个")
    assert "过了快速办理的时间，请人来看（法定权利不受影响）" in world.last_to(auntie)
    await world.does(auntie, "photo", caption="大米少了一点")
    assert "按公布的办法，退你 ¥5.90" in world.last_to(auntie)


async def test_nobody_complains_of_what_others_bought(world: World) -> None:
    auntie = await an_auntie(world)
    rival = await world.member("老王")
    await world.says(rival, "售后")
    await world.forges(rival, "v1:aftersales.begin:1")
    assert world.toasts(rival)[-1] == "没有找到你取过的这样东西。"
    await world.says(auntie, "鸡蛋碎了3个")
    for data in ("aftersales.submit:1:refund", "aftersales.no_photo:1", "aftersales.withdraw:1"):
        await world.forges(rival, f"v1:{data}")
        assert "已经有结果了" in world.toasts(rival)[-1]
    await world.forges(rival, "v1:aftersales.accept:1:2680")
    assert world.rows(CASES) == [("draft", "person", 0)]
    assert world.rows(REFUNDS) == []


async def test_in_the_group_one_calm_line_leads_to_private(world: World) -> None:
    auntie = await an_auntie(world)
    uncle = await world.neighbour("赵大爷")
    before = len(world.said_to(uncle, world.group))

    await world.says(auntie, "鸡蛋碎了3个，气死我了", chat=world.group)
    await world.says(auntie, "真的碎了好几个鸡蛋", chat=world.group)
    await world.says(uncle, "鸡蛋碎了3个", chat=world.group)

    said = world.said_to(uncle, world.group)[before:]
    assert said == ["看到了，给你添麻烦了。点下面的按钮，我单独帮你办，很快。"]
    assert world.rows(CASES) == []


async def test_an_illness_reaches_a_person_at_once_at_any_hour(world: World) -> None:
    auntie = await an_auntie(world)
    await world.advance(hours=9)  # 02:00

    await world.says(auntie, "吃了鸡蛋一直拉肚子")
    await world.advance(seconds=5)

    assert world.last_to(auntie).startswith("身体要紧。")
    assert world.last_to(world.leader).startswith("‼️ 陈阿姨 说吃了 土鸡蛋 身体不舒服")
    assert world.rows(CASES) == [("open", "ill", 0)]
    assert world.rows(REFUNDS) == []


async def test_several_homes_about_one_batch_warn_staff_once_who_stop_selling_it(world: World) -> None:
    people = [await world.member(f"邻居{number}") for number in range(4)]
    await collected(world, *((person, "土鸡蛋", 1000) for person in people))
    await opens(world, title="周五团", what=(TOMATO, EGGS), point=1)

    for person in people:
        await world.does(person, "photo", caption="鸡蛋碎了3个")
        await world.taps(person, "退 ¥2.68")

    warned = [text for text in world.said_to(world.leader) if "同一批货" in text]
    assert len(warned) == 1
    await world.taps(world.leader, "停售这一批")
    assert world.last_to(world.leader) == "停好了：正在卖的 2 处都不再接单。"
    late = await world.neighbour("赵大爷")
    await world.taps(late, "＋1板 土鸡蛋", chat=world.group)
    assert "抢完了" in world.toasts(late)[-1]


async def test_who_collected_nothing_is_not_left_alone(world: World) -> None:
    auntie = await world.member("陈阿姨")
    await world.says(auntie, "售后")
    assert world.last_to(auntie).startswith("近一个月还没有取过货")
    await world.says(auntie, "东西坏了")
    assert world.last_to(auntie).startswith("东西不满意？")
    await world.does(auntie, "photo")
    assert world.last_to(auntie).startswith("没看懂")
