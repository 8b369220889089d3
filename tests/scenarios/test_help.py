"""Help is three things that work now, for who asks and where; and the first list after enabling."""

from tests.world import World


async def test_a_stranger_is_told_how_to_come_in(world: World) -> None:
    stranger = await world.person("路人")
    await world.does(stranger, "start")

    await world.says(stranger, "帮助")

    assert "请群里的邻居发你入群链接" in world.last_to(stranger)
    assert world.buttons(stranger) == []


async def test_who_has_not_agreed_is_led_to_the_note(world: World) -> None:
    newcomer = await world.neighbour()
    await world.does(newcomer, "start")

    await world.says(newcomer, "/help")

    assert "点「同意」，领一份见面礼" in world.last_to(newcomer)
    assert world.buttons(newcomer) == ["‹ 返回菜单"]


async def test_a_member_a_leader_and_the_owner_are_told_different_things(world: World) -> None:
    owner, member = world.owner, await world.member()
    await world.opens_group("东门小区")
    leader = world.leader
    await world.does(leader, "start")

    for person in (member, leader, owner):
        await world.says(person, "帮助")

    assert "打「积分」，看成长值、积分和到期日" in world.last_to(member)
    assert "打「管理」：设置、体检、分工" in world.last_to(leader)
    assert "打 /owner，看有哪些群在等你同意" in world.last_to(owner)
    assert "管理" not in world.buttons(member)
    assert world.buttons(leader)[0] == world.buttons(owner)[0] == "管理"


async def test_in_the_group_staff_are_told_what_staff_can_do(world: World) -> None:
    member = await world.member()

    await world.says(member, "/help", chat=world.group)
    await world.says(world.leader, "/help", chat=world.group)

    members, staffs = world.said_to(member, world.group)[-2:]
    assert members.startswith("在群里打「菜单」或「积分」")
    assert staffs.startswith("在群里打「管理」或「体检」")


async def test_a_demoted_leader_gets_the_help_of_a_member(world: World) -> None:
    helper = await world.member("小周")
    await world.does(world.leader, "promote", chat=world.group, user=helper)
    await world.says(helper, "帮助")
    before = world.last_to(helper)
    await world.does(world.leader, "demote", chat=world.group, user=helper)

    await world.says(helper, "帮助")

    assert "打「管理」" in before
    assert "打「管理」" not in world.last_to(helper)


async def test_staff_find_the_setup_in_their_menu_and_members_do_not(world: World) -> None:
    member = await world.member()
    await world.does(world.leader, "start")
    await world.taps(world.leader, "同意，开始用")

    await world.says(world.leader, "菜单")
    assert world.buttons(world.leader)[:2] == ["📋 现在该做什么", "管理"]
    await world.taps(world.leader, "管理")
    await world.says(member, "菜单")

    assert world.last_to(world.leader).startswith("设置 · 阳光花园")
    assert "管理" not in world.buttons(member)
    await world.forges(member, "v1:setup.desk")
    assert not world.last_to(member).startswith("设置")


async def test_the_leader_is_shown_in_private_what_is_missing_once(town: World) -> None:
    chat = await town.opens_group()
    lists = [said for said in town.said_to(town.leader) if said.startswith("设置 · 阳光花园")]

    await town.says(town.leader, "/start", chat=chat)

    assert len(lists) == 1
    assert "● 本群已启用\n○ 时区核对过" in lists[0]
    again = [said for said in town.said_to(town.leader) if said.startswith("设置 · 阳光花园")]
    assert again == lists


async def test_a_leader_who_never_pressed_start_is_not_written_to_and_finds_it_by_the_word(
    world: World,
) -> None:
    await world.opens_group("东门小区")
    assert world.said_to(world.leader) == []

    await world.says(world.leader, "设置本群", chat=world.group)
    await world.taps(world.leader, "私聊里看", chat=world.group)

    assert world.last_to(world.leader).startswith("设置 · 东门小区")
