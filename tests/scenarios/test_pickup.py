"""Where members pick up: asked after consent, set by itself, changed, asked anew."""

import pytest
from sqlalchemy import update

from kernel.ids import GroupId, PickupPointId
from storage.pickup import pickup_point
from storage.uow import SqlUow
from tests.world import World

HALL, GATE = "3 号楼大厅", "东门"
HOURS = "每天 17:00–20:00"
AGREE = "同意，开始用"
LEDGER = "SELECT amount FROM growth_ledger"
CHOSEN = "SELECT pickup_point_id FROM membership WHERE left_at IS NULL AND member_id > 1"  # not the leader


async def opens(world: World, *names: str) -> None:
    """The group has these pick-up points."""

    def unit(uow: SqlUow) -> None:
        for name in names:
            world.runtime.app.pickup.add(uow, group=GroupId(1), name=name, hours=HOURS)

    await world.runtime.db.run(unit)


async def closes(world: World, point: int) -> None:
    """A pick-up point is closed."""

    def unit(uow: SqlUow) -> None:
        world.runtime.app.pickup.close(uow, group=GroupId(1), point=PickupPointId(point))

    await world.runtime.db.run(unit)


async def agrees(world: World) -> int:
    """A newcomer agrees, and has not been asked anything else yet."""
    person = await world.neighbour("陈阿姨")
    await world.does(person, "start")
    await world.taps(person, AGREE)
    return person


def choice(name: str) -> str:
    """Return the label of a point's button."""
    return f"{name} · {HOURS}"


async def test_the_only_point_is_set_by_itself(world: World) -> None:
    await opens(world, HALL)

    person = await agrees(world)

    assert world.rows(CHOSEN) == [(1,)]
    assert world.rows(LEDGER) == [(10,)]
    assert world.last_to(person).startswith("好了，陈阿姨！")


async def test_who_has_no_choice_is_told_the_place_and_that_it_is_the_only_one(world: World) -> None:
    person = await agrees(world)  # before there is any point
    await opens(world, HALL)

    await world.says(person, "取货点")
    only = "我的取货点\n现在：3 号楼大厅（每天 17:00–20:00）\n\n群里只有这一个取货点，不用选。"
    assert world.last_to(person) == only

    other = await world.neighbour("赵大爷")
    await world.does(other, "start")
    await world.taps(other, AGREE)
    assert "取货点：3 号楼大厅（每天 17:00–20:00）（现在只有这一个）" in world.last_to(other)


async def test_of_several_points_one_is_chosen_before_the_gift_is_credited(world: World) -> None:
    await opens(world, HALL, GATE)
    person = await agrees(world)

    assert world.last_to(person).startswith("陈阿姨，还差一步")
    assert world.buttons(person) == [choice(HALL), choice(GATE), "以后再选"]
    assert world.rows(LEDGER) == []
    await world.taps(person, choice(GATE), times=2)

    assert world.rows(LEDGER) == [(10,)]
    assert world.rows(CHOSEN) == [(2,)]
    assert world.toasts(person)[-2:] == ["到账 +10", "取货点记好了。"]
    assert "你的取货点：东门（每天 17:00–20:00）" in world.last_to(person)


async def test_whoever_chooses_later_is_asked_at_the_next_menu(world: World) -> None:
    await opens(world, HALL, GATE)
    person = await agrees(world)

    await world.taps(person, "以后再选")
    assert world.last_to(person).startswith("陈阿姨，你好")
    assert world.rows(LEDGER) == []
    await world.says(person, "菜单")

    assert world.last_to(person).startswith("陈阿姨，还差一步")
    await world.taps(person, choice(HALL))
    assert world.rows(LEDGER) == [(10,)]


async def test_a_closed_point_is_asked_about_anew_and_credits_nothing_twice(world: World) -> None:
    await opens(world, HALL, GATE, "西门")
    person = await agrees(world)
    await world.taps(person, choice(GATE))

    await closes(world, 2)
    await world.says(person, "菜单")

    assert world.last_to(person).startswith("陈阿姨，选一下取货点")
    assert world.buttons(person) == [choice(HALL), choice("西门"), "以后再选"]
    await world.taps(person, choice("西门"))
    assert world.rows(CHOSEN) == [(3,)]
    assert world.rows(LEDGER) == [(10,)]


async def test_when_all_points_but_one_are_closed_the_gift_comes_with_the_next_menu(world: World) -> None:
    await opens(world, HALL, GATE)
    person = await agrees(world)
    await closes(world, 1)

    await world.says(person, "菜单")

    assert world.rows(LEDGER) == [(10,)]
    assert world.rows(CHOSEN) == [(2,)]
    assert "积分 10" in world.last_to(person)


async def test_a_member_changes_the_place_by_a_word(world: World) -> None:
    await opens(world, HALL, GATE)
    person = await agrees(world)
    await world.taps(person, choice(HALL))

    await world.says(person, "取货点")

    assert "现在：3 号楼大厅" in world.last_to(person)
    assert world.buttons(person) == [choice(GATE), "‹ 返回菜单"]
    await world.taps(person, choice(GATE))
    assert world.rows(CHOSEN) == [(2,)]


async def test_the_settings_lead_to_the_place_where_there_is_a_choice(world: World) -> None:
    await opens(world, HALL)
    person = await agrees(world)
    await world.says(person, "设置")
    assert "我的取货点" not in world.buttons(person)
    await opens(world, GATE)
    await world.says(person, "设置")

    await world.taps(person, "我的取货点")

    assert any(label.endswith(choice(GATE)) for label in world.buttons(person))


async def test_without_points_the_list_says_so(world: World) -> None:
    person = await world.member()

    await world.says(person, "取货点")

    assert world.last_to(person).startswith("阳光花园还没有设取货点。")


async def test_asked_for_in_the_group_it_is_shown_in_private(world: World) -> None:
    person = await world.member()

    await world.says(person, "取货点", chat=world.group)

    assert world.last_to(person, world.group) == "陈阿姨，点下面的按钮，我单独给你看。"


@pytest.mark.parametrize("point", ["2", "3", "999999999999999999"])
async def test_a_forged_or_closed_point_is_refused(world: World, point: str) -> None:
    await opens(world, HALL, GATE)
    person = await agrees(world)
    await closes(world, 2)

    await world.forges(person, f"v1:pickup.take:{point}")

    assert world.toasts(person)[-1] == "这个取货点已经不用了。打「菜单」，我给你看现在有哪些。"
    assert world.rows(CHOSEN) == [(None,)]
    assert world.rows(LEDGER) == []


async def test_a_point_of_another_group_is_refused(world: World) -> None:
    await opens(world, HALL, GATE)
    person = await agrees(world)
    await world.opens_group("东门小区")
    move = update(pickup_point).where(pickup_point.c.id == 2).values(group_id=2)
    await world.runtime.db.run(lambda uow: uow.connection.execute(move))

    await world.forges(person, "v1:pickup.take:2")

    assert world.rows("SELECT pickup_point_id FROM membership WHERE member_id = 2") == [(None,)]


async def test_whoever_has_not_agreed_or_is_a_stranger_chooses_nothing(world: World) -> None:
    await opens(world, HALL, GATE)
    newcomer, stranger = await world.neighbour(), await world.person("路人")
    for person in (newcomer, stranger):
        await world.does(person, "start")
        await world.forges(person, "v1:pickup.take:1")

    assert world.rows(CHOSEN) == [(None,)]
    assert len(world.toasts(newcomer)) == len(world.toasts(stranger)) == 1
