"""The wizard: one card, typed answers, who may, two at once, and everything that can come between."""

import json

import pytest

from tests.world import World

SETTINGS = "SELECT zone, quiet_start, quiet_end, language FROM chat_group"
NOT_ALLOWED = "setup"


async def opens_wizard(world: World, person: int | None = None) -> int:
    """The leader, or somebody else, comes to the wizard by the button of the group."""
    who = person or world.leader
    await world.says(who, "/setup", chat=world.group)
    await world.taps(who, "私聊里看", chat=world.group)
    return who


async def answered_below(world: World, leader: int, typed: str) -> str:
    """Return the card that comes below what was typed."""
    await world.says(leader, typed)
    asked, card = world.sandbox.messages(leader)[-2:]
    assert (asked["text"], asked["from"]["id"]) == (typed, leader)
    assert card["from"]["id"] == world.bot
    return str(card["text"])


def audit(world: World) -> list[tuple[str, object, object]]:
    """Return what the audit says, oldest first."""
    rows = world.rows("SELECT act, before, after FROM audit WHERE act LIKE '%_set' OR act LIKE 'pickup%'")
    return [(act, json.loads(before), json.loads(after)) for act, before, after in rows]


async def test_the_leader_is_led_through_every_step(world: World) -> None:
    leader = await opens_wizard(world)
    cards = len(world.said_to(leader))
    assert world.last_to(leader).startswith("设置 · 阳光花园\n还差打「○」的几项")
    assert "● 我是群管理员\n● 本群已启用\n○ 时区核对过" in world.last_to(leader)

    await world.taps(leader, "一步一步设置")
    assert "群里这会儿是 2026年11月23日 09:00" in world.last_to(leader)
    await world.taps(leader, "对，就是这个时间")
    await world.taps(leader, "21:00–09:00")
    await world.taps(leader, "中文")
    await world.taps(leader, "加一个取货点")
    await world.says(leader, "3 号楼大厅")
    await world.says(leader, "每天 17:00–20:00")
    assert "加好了：3 号楼大厅" in world.last_to(leader)
    await world.taps(leader, "跳过 ›")
    assert "第 5 步 · 帮手" in world.last_to(leader)
    await world.taps(leader, "‹ 回到清单")

    assert len(world.said_to(leader)) == cards + 2  # a tap changes the card, what is typed is answered below
    assert "● 时区核对过\n● 免打扰时段核对过\n● 至少有一个取货点\n○ 除了你" in world.last_to(leader)
    assert world.rows(SETTINGS) == [("Asia/Shanghai", "21:00", "09:00", "zh_CN")]
    assert audit(world) == [
        ("zone_set", {"zone": "Asia/Shanghai"}, {"zone": "Asia/Shanghai"}),
        ("quiet_set", {"start": "22:00", "end": "08:00"}, {"start": "21:00", "end": "09:00"}),
        ("language_set", {"language": "zh_CN"}, {"language": "zh_CN"}),
        ("pickup_opened", {"open": 0}, {"open": 1}),
    ]


async def test_a_typed_city_is_taken_and_shown_with_its_local_time(world: World) -> None:
    leader = await opens_wizard(world)
    await world.taps(leader, "时区")

    await world.says(leader, "温哥华")

    assert "✓ 时区是 温哥华，群里现在 2026年11月22日 17:00" in world.last_to(leader)
    assert world.rows(SETTINGS)[0][0] == "America/Vancouver"


async def test_an_unknown_city_gets_the_nearest_ones_with_their_time(world: World) -> None:
    leader = await opens_wizard(world)
    await world.taps(leader, "时区")

    await world.says(leader, "Vancuver")

    assert world.rows(SETTINGS)[0][0] == "Asia/Shanghai"
    await world.taps(leader, "温哥华 17:00")
    assert world.rows(SETTINGS)[0][0] == "America/Vancouver"


async def test_garbage_is_no_zone_and_says_what_to_do(world: World, subtests: pytest.Subtests) -> None:
    leader = await opens_wizard(world)
    await world.taps(leader, "时区")
    for typed in ("🥬", "x" * 4096, "\u202e海上", "火星", "; DROP TABLE chat_group", "Etc/GMT+8"):
        with subtests.test(typed=typed):
            assert "没找到这个" in await answered_below(world, leader, typed)
            assert world.rows(SETTINGS)[0][0] == "Asia/Shanghai"


async def test_quiet_hours_are_typed_as_people_write_them(world: World, subtests: pytest.Subtests) -> None:
    for typed, start, end in (
        ("22:00 到 8:00", "22:00", "08:00"),
        ("２１：３０－７点", "21:30", "07:00"),
        ("23点到6:15", "23:00", "06:15"),
    ):
        with subtests.test(typed=typed):
            leader = await opens_wizard(world)
            await world.taps(leader, "免打扰")

            await world.says(leader, typed)

            assert world.rows(SETTINGS)[0][1:3] == (start, end)


async def test_unclear_quiet_hours_change_nothing(world: World, subtests: pytest.Subtests) -> None:
    leader = await opens_wizard(world)
    await world.taps(leader, "免打扰")
    for typed in ("25:00 到 8:00", "晚上", "8:00", "7:00 到 6:00", "1 2 3", "9" * 4096):
        with subtests.test(typed=typed):
            assert "没看懂这两个时间。" in await answered_below(world, leader, typed)
            assert world.rows(SETTINGS)[0][1:3] == ("22:00", "08:00")


async def test_words_and_commands_work_in_the_middle_and_cancel_leaves(world: World) -> None:
    leader = await opens_wizard(world)
    await world.taps(leader, "取货点")
    await world.taps(leader, "加一个取货点")

    await world.says(leader, "帮助")
    assert world.last_to(leader).startswith("现在你可以")
    await world.says(leader, "取消")
    assert "设置 · 阳光花园" in "".join(world.said_to(leader))
    await world.says(leader, "3 号楼大厅")

    assert world.last_to(leader).startswith("没看懂这句。")
    assert world.rows("SELECT count(*) FROM pickup_point") == [(0,)]
    await world.says(leader, "取消")
    assert world.last_to(leader) == "现在没有要取消的。打「菜单」看看能做什么。"


async def test_the_name_of_the_first_point_is_typed_at_once_that_of_a_second_is_not(world: World) -> None:
    leader = await opens_wizard(world)
    await world.taps(leader, "取货点")
    assert "直接打名字发给我就行" in world.last_to(leader)

    await world.says(leader, "3 号楼大厅")
    await world.says(leader, "每天 17:00–20:00")
    await world.says(leader, "东门")

    assert world.last_to(leader).startswith("没看懂这句。")
    assert world.rows("SELECT name, hours FROM pickup_point") == [("3 号楼大厅", "每天 17:00–20:00")]


async def test_the_steps_begin_with_the_one_that_is_missing(world: World) -> None:
    leader = await opens_wizard(world)
    await world.taps(leader, "一步一步设置")
    await world.taps(leader, "对，就是这个时间")
    await world.taps(leader, "22:00–08:00")
    await world.says(leader, "管理")

    await world.taps(leader, "一步一步设置")

    assert "第 4 步 · 取货点" in world.last_to(leader)


async def test_a_language_named_on_its_page_is_the_groups(world: World) -> None:
    leader = await opens_wizard(world)
    await world.taps(leader, "群里的语言")

    assert "我在群里会说两种语言" in await answered_below(world, leader, "法语")
    assert world.rows("SELECT language FROM chat_group") == [("zh_CN",)]
    await world.says(leader, "English")

    assert world.rows("SELECT language FROM chat_group") == [("en",)]
    assert "群里说：English" in world.last_to(leader)


async def test_who_leads_finds_everything_under_manage_and_an_administrator_what_they_may(
    world: World,
) -> None:
    leader = world.leader
    await world.does(leader, "start")
    await world.says(leader, "管理")
    assert {"分工", "操作记录", "找人替班", "急停"} <= set(world.buttons(leader))
    await world.taps(leader, "分工")
    assert "阳光花园的分工" in world.last_to(leader)

    helper = await world.neighbour("小周")
    await world.does(leader, "promote", chat=world.group, user=helper)
    await opens_wizard(world, helper)

    assert "急停" in world.buttons(helper)
    assert {"分工", "操作记录", "找人替班"}.isdisjoint(world.buttons(helper))


async def test_no_quiet_hours_are_a_choice_and_no_slip(world: World) -> None:
    leader = await opens_wizard(world)
    await world.taps(leader, "免打扰")
    assert "没看懂这两个时间。" in await answered_below(world, leader, "9:00 到 9:00")
    assert world.rows(SETTINGS)[0][1:3] == ("22:00", "08:00")

    await world.taps(leader, "不用免打扰")
    await world.taps(leader, "‹ 上一步")

    assert "现在没有免打扰时段，夜里也可能发消息。" in world.last_to(leader)
    await world.says(leader, "晚上9点半到早上7点")
    assert world.rows(SETTINGS)[0][1:3] == ("21:30", "07:00")


async def test_what_is_typed_after_a_quarter_of_an_hour_answers_nothing(world: World) -> None:
    leader = await opens_wizard(world)
    await world.taps(leader, "时区")
    await world.advance(minutes=16)

    await world.says(leader, "温哥华")

    assert world.last_to(leader).startswith("没看懂这句。")
    assert world.rows(SETTINGS)[0][0] == "Asia/Shanghai"


async def test_a_second_point_of_the_same_name_is_refused_and_asked_anew(world: World) -> None:
    leader = await opens_wizard(world)
    await world.taps(leader, "取货点")
    for name in ("东门", " 东门 "):
        await world.taps(leader, "加一个取货点")
        await world.says(leader, name)
        if name == "东门":
            await world.says(leader, "每天 17:00")

    assert "已经有一个同名的取货点了" in world.last_to(leader)
    assert world.rows("SELECT count(*) FROM pickup_point") == [(1,)]


async def test_a_point_is_closed_after_it_is_asked_once_more(world: World) -> None:
    leader = await opens_wizard(world)
    await world.taps(leader, "取货点")
    await world.taps(leader, "加一个取货点")
    await world.says(leader, "东门")
    await world.says(leader, "每天 17:00")

    await world.taps(leader, "关掉：东门")
    assert world.last_to(leader).endswith("在那里取货的邻居，下次打开菜单会重新选。")
    await world.taps(leader, "关掉", times=2)

    assert "还没有取货点。" in world.last_to(leader)
    assert [act for act, _, _ in audit(world)] == ["pickup_opened", "pickup_closed"]


async def test_whoever_is_no_staff_is_refused(world: World) -> None:
    member = await world.member()

    await opens_wizard(world, member)
    refused = world.last_to(member)
    await world.says(member, "/setup")
    await world.forges(member, "v1:setup.zone:1:Asia.Tokyo")
    await world.forges(member, "v1:setup.quiet:1:2100-0900")
    await world.forges(member, "v1:setup.closed:1:1")
    await world.forges(member, "v1:setup.step:1:name")

    assert "设置 ·" not in "".join(world.said_to(member))
    assert world.last_to(member) == refused
    assert len(world.toasts(member)) == 5
    assert world.rows(SETTINGS) == [("Asia/Shanghai", "22:00", "08:00", "zh_CN")]


async def test_a_demoted_administrators_old_card_answers_no(world: World) -> None:
    helper = await world.member("小周")
    await world.does(world.leader, "promote", chat=world.group, user=helper)
    await opens_wizard(world, helper)
    await world.taps(helper, "时区")
    await world.does(world.leader, "demote", chat=world.group, user=helper)

    await world.taps(helper, "东京 10:00")
    await world.says(helper, "温哥华")

    assert world.rows(SETTINGS)[0][0] == "Asia/Shanghai"
    assert audit(world) == []


async def test_of_two_at_once_the_last_one_counts_and_both_see_what_stands(world: World) -> None:
    helper = await world.member("小周")
    await world.does(world.leader, "promote", chat=world.group, user=helper)
    for person in (world.leader, helper):
        await opens_wizard(world, person)
        await world.taps(person, "时区")

    await world.taps(helper, "东京 10:00")
    assert "✓ 刚才另一位改了：时区是 东京" in world.last_to(world.leader)
    await world.taps(world.leader, "悉尼 12:00")

    assert world.rows(SETTINGS)[0][0] == "Australia/Sydney"
    assert "✓ 刚才另一位改了：时区是 悉尼" in world.last_to(helper)
    assert [after for _, _, after in audit(world)] == [{"zone": "Asia/Tokyo"}, {"zone": "Australia/Sydney"}]


async def test_a_group_that_becomes_a_supergroup_in_the_middle_is_set_up_all_the_same(town: World) -> None:
    chat = await town.opens_group(kind="group")
    leader = await opens_wizard(town)
    await town.taps(leader, "时区")
    moved = await town.does(leader, "migrate", chat=chat)

    await town.says(leader, "东京")
    await town.taps(leader, "23:00–07:00")

    assert moved
    assert town.rows(SETTINGS) == [("Asia/Tokyo", "23:00", "07:00", "zh_CN")]


async def test_with_several_groups_one_is_chosen_first(world: World) -> None:
    owner = world.owner
    await world.opens_group("东门小区")

    await world.says(owner, "/setup")
    assert world.buttons(owner) == ["阳光花园", "东门小区", "‹ 返回菜单"]
    await world.taps(owner, "东门小区")

    assert world.last_to(owner).startswith("设置 · 东门小区")


async def test_forged_buttons_change_nothing_and_are_answered(
    world: World, subtests: pytest.Subtests
) -> None:
    leader = await opens_wizard(world)
    for data in (
        "setup.zone:1:Mars.Olympus",
        "setup.zone:999:Asia.Tokyo",
        "setup.quiet:1:2500-0800",
        "setup.quiet:1:0800-0700",
        "setup.language:1:fr",
        "setup.step:1:hours",
        "setup.step:999999999999999999:list",
        "setup.close:1:77",
        "setup.closed:1:77",
        "setup.step:1",
    ):
        with subtests.test(data=data):
            popped = world.toasts(leader)
            await world.forges(leader, f"v1:{data}")

            assert len(world.toasts(leader)) == len(popped) + 1
            assert world.rows(SETTINGS) == [("Asia/Shanghai", "22:00", "08:00", "zh_CN")]
            assert audit(world) == []
            assert world.rows("SELECT count(*) FROM inbox WHERE state = 'parked'") == [(0,)]


async def test_the_language_of_the_group_is_spoken_there_at_once(world: World) -> None:
    leader = await opens_wizard(world)
    await world.taps(leader, "群里的语言")

    await world.taps(leader, "English")
    newcomer = await world.neighbour("Ann")

    assert world.last_to(newcomer, world.group).startswith("Welcome to 阳光花园, Ann!")


async def test_new_quiet_hours_hold_for_what_is_sent_next(world: World) -> None:
    leader = await opens_wizard(world)
    await world.taps(leader, "免打扰")
    await world.taps(leader, "不用免打扰")

    assert "✓ 没有免打扰时段" in world.last_to(leader)
    assert world.rows(SETTINGS)[0][1:3] == ("00:00", "00:00")
