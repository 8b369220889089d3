"""What staff see of members, points corrected by hand, and what staff did, taken back."""

import asyncio

import pytest

from features.members.model import Person
from kernel.ids import GroupId, UserId
from tests.world import World

NO = "这件事要有相应角色的人来做。请找团长帮忙。"
POINTS = "SELECT points FROM growth_account"


async def shop(town: World) -> tuple[int, int]:
    """Return the leader 林姐 of 阳光花园 (the owner is 顾老板) and the member 陈阿姨."""
    await town.claims(await town.person("顾老板"))
    await town.opens_group()
    await town.does(town.leader, "start")
    chen = await town.member("陈阿姨")
    return town.leader, chen


async def points_at(town: World, staff: int, member: int, command: str = "/who") -> None:
    """Let staff answer a member's message in the group with a command, and open what that leads to."""
    said = await town.does(member, "send", chat=town.group, text="大家好")
    await town.does(staff, "send", chat=town.group, text=command, reply_to=said["message_id"])
    await town.taps(staff, "私聊里看", chat=town.group)


async def test_staff_see_a_member_in_private_only(town: World) -> None:
    leader, chen = await shop(town)

    await points_at(town, leader, chen)

    assert town.last_to(leader, town.group) == "点下面的按钮，我单独给你看。"
    card = town.last_to(leader)
    assert card.startswith(
        "陈阿姨（阳光花园）\n进群：2026年11月23日 09:00，自己进群\n角色：没有\n同意使用：2026年11月23日"
    )
    assert "优惠消息：没同意" in card
    assert "成长值 10，积分 10" in card
    assert "注册见面礼" in card


async def test_of_who_has_not_agreed_nothing_is_shown(town: World) -> None:
    leader, _ = await shop(town)
    stranger = await town.neighbour("小林")

    await points_at(town, leader, stranger)

    assert town.last_to(leader).startswith("新邻居（阳光花园）")
    assert town.last_to(leader).endswith("还没同意使用，所以没有别的资料。")
    assert "+10" not in town.buttons(leader)


async def test_members_see_nobody_and_links_open_nothing_for_them(town: World) -> None:
    leader, chen = await shop(town)
    said = await town.does(leader, "send", chat=town.group, text="大家好")

    await town.does(chen, "send", chat=town.group, text="/who", reply_to=said["message_id"])
    assert town.last_to(chen, town.group) == NO
    for payload in ("who-1-1", "fix-1-2-p30", "audit-1", "roles-1", "standin-1"):
        await town.does(chen, "start", payload=payload)
        assert town.last_to(chen) == NO


async def test_staff_of_another_group_see_nobody_here(town: World) -> None:
    await shop(town)
    await town.opens_group("东门小区")
    await town.does(town.leader, "start")

    for payload in ("who-1-3", "fix-1-3-p30", "audit-1"):
        await town.does(town.leader, "start", payload=payload)
        assert town.last_to(town.leader) == NO


@pytest.mark.parametrize(
    ("command", "how"), [("/who", "这是工作人员用的"), ("/points +30", "改积分（工作人员用）：在群里回复")]
)
async def test_pointing_at_nobody_is_explained(town: World, command: str, how: str) -> None:
    leader, _ = await shop(town)

    await town.says(leader, command, chat=town.group)

    assert town.last_to(leader, town.group).startswith(how)


async def test_an_amount_typed_in_private_means_nobody_and_says_where_it_works(town: World) -> None:
    leader, _ = await shop(town)

    await town.says(leader, "/points +30")

    assert town.last_to(leader).startswith("改积分（工作人员用）：在群里回复")


async def test_a_typed_amount_of_nonsense_is_explained(town: World, subtests: pytest.Subtests) -> None:
    leader, chen = await shop(town)
    said = await town.does(chen, "send", chat=town.group, text="大家好")
    for typed in ("x", "+", "0", "1 2 3 4 5 6 7 8", "½", "100001"):
        with subtests.test(typed=typed):
            before = town.said_to(leader, town.group)
            await town.does(
                leader, "send", chat=town.group, text=f"/points {typed}", reply_to=said["message_id"]
            )

            assert len(town.said_to(leader, town.group)) == len(before) + 1
            assert town.last_to(leader, town.group).startswith(
                "改积分（工作人员用）：在群里回复那位邻居的一句话，打 /points +30"
            )


async def test_points_are_corrected_and_taken_back_once(town: World) -> None:
    leader, chen = await shop(town)
    await town.advance(hours=1)  # what is added lasts as long as the gift, or longer
    await points_at(town, leader, chen)
    await town.taps(leader, "+50")
    assert town.last_to(leader) == "给 陈阿姨 +50 积分，是因为什么？"
    await town.taps(leader, "赔礼")
    done = "好了：陈阿姨 +50 积分（赔礼，阳光花园），现在有 60 积分。已经告诉本人。点错了可以撤销。"
    assert town.last_to(leader) == done
    assert town.rows(POINTS) == [(60,)]
    assert "给你加了 50 积分，因为：赔礼。\n现在积分 60。" in town.last_to(chen)

    await town.taps(leader, "撤销", times=2)

    assert town.rows(POINTS) == [(10,)]
    assert town.rows("SELECT earned, unspent FROM point_lot ORDER BY id") == [(10, 10), (50, 0)]
    assert "扣回了 50 积分，因为：撤销。\n现在积分 10。" in town.last_to(chen)
    await town.says(chen, "明细")
    assert "管理员调整（撤销）\n积分 -50" in town.last_to(chen)
    assert "管理员调整（赔礼）\n积分 +50" in town.last_to(chen)
    assert town.toasts(leader)[-2:] == ["撤销了。", "这件事现在撤不了：可能已经撤过，或者后来又改了。"]


@pytest.mark.parametrize(("typed", "becomes"), [("+30", 40), ("-30", -20), ("＋３０", 40)])
async def test_an_amount_can_be_typed(town: World, typed: str, becomes: int) -> None:
    leader, chen = await shop(town)

    await points_at(town, leader, chen, f"/points {typed}")
    await town.taps(leader, "记错了")

    assert town.rows(POINTS) == [(becomes,)]


async def test_nobody_corrects_their_own_points(town: World) -> None:
    leader, _ = await shop(town)
    await town.taps(leader, "开始", chat=town.group)
    await town.taps(leader, "同意，开始用")
    (own,) = town.rows("SELECT id FROM member WHERE user_id = ?", leader)

    await town.forges(leader, f"v1:staff.fix:1:{own[0]}:100:prize")

    assert town.toasts(leader)[-1] == "这件事要另一个人来做，不能给自己。"


async def test_much_needs_a_second_person_who_is_told_and_decides_once(town: World) -> None:
    leader, chen = await shop(town)
    await points_at(town, leader, chen, "/points +5000")

    await town.taps(leader, "奖品")

    assert town.last_to(leader).startswith("数目大，要另一个人同意")
    assert town.rows(POINTS) == [(10,)]
    assert town.last_to(town.owner).startswith("请你看一下\n")
    await town.taps(town.owner, "同意", times=2)
    assert town.rows(POINTS) == [(5010,)]
    booked = "同意了：陈阿姨 +5000 积分（奖品，阳光花园）已经记上，现在有 5010 积分。已经告诉本人。"
    assert town.last_to(leader) == booked
    assert "给你加了 5000 积分，因为：奖品。" in town.last_to(chen)
    assert town.last_to(town.owner) == "这件事已经有结果了。"
    await town.says(leader, "操作记录")
    assert "1. 2026年11月23日 09:00 主人（没留名字）：给 陈阿姨 +5000 积分（奖品）" in town.last_to(leader)
    assert "撤销 1" not in town.buttons(leader)


async def test_small_amounts_of_one_day_count_together(town: World) -> None:
    leader, chen = await shop(town)
    for _ in range(2):
        await points_at(town, leader, chen, "/points +500")
        await town.taps(leader, "奖品")
    assert town.rows(POINTS) == [(1010,)]

    await points_at(town, leader, chen, "/points +1")
    await town.taps(leader, "奖品")

    assert town.last_to(leader).startswith("数目大，要另一个人同意")


async def test_without_a_second_person_it_is_said_what_to_do(world: World) -> None:
    chen = await world.member("陈阿姨")
    await points_at(world, world.leader, chen, "/points +5000")

    await world.taps(world.leader, "奖品")

    assert "要另一位团长或店长同意，现在没有这样的人" in world.toasts(world.leader)[-1]
    assert world.rows("SELECT count(*) FROM approval") == [(0,)]


async def test_the_author_cannot_agree_and_others_without_the_role_neither(town: World) -> None:
    leader, chen = await shop(town)
    await points_at(town, leader, chen, "/points -5000")
    await town.taps(leader, "记错了")

    await town.forges(leader, "v1:staff.decide:1:yes")
    await town.forges(chen, "v1:staff.decide:1:yes")

    assert town.toasts(leader)[-1] == "这件事要另一个人来做，不能给自己。"
    assert town.toasts(chen)[-1] == NO
    assert town.rows(POINTS) == [(10,)]
    await town.taps(town.owner, "不同意")
    assert town.last_to(leader).startswith("没有同意：陈阿姨 -5000 积分")
    assert town.rows(POINTS) == [(10,)]


async def test_what_nobody_decides_ends_and_the_author_is_told(town: World) -> None:
    leader, chen = await shop(town)
    await points_at(town, leader, chen, "/points +5000")
    await town.taps(leader, "奖品")

    await town.advance(hours=25)

    assert town.last_to(leader).startswith("给 陈阿姨 +5000 积分的事没有人来同意")
    await town.taps(town.owner, "同意")
    assert town.last_to(town.owner) == "这件事已经有结果了。"
    assert town.rows(POINTS) == [(10,)]


async def test_of_many_decisions_one_counts(town: World) -> None:
    leader, chen = await shop(town)
    await points_at(town, leader, chen, "/points +5000")
    await town.taps(leader, "奖品")
    decide = town.runtime.app.corrections.decide

    async def say(number: int) -> bool:
        approved = number % 2 == 0
        owner = UserId(town.owner)
        done = await town.runtime.db.run(lambda uow: decide(uow, user=owner, approval=1, approved=approved))
        return done is not None

    counted = await asyncio.gather(*(say(number) for number in range(64)))

    assert counted.count(True) == 1
    assert town.rows(POINTS)[0][0] in (10, 5010)


async def test_of_many_undoings_one_counts(town: World) -> None:
    leader, chen = await shop(town)
    await points_at(town, leader, chen, "/points +500")
    await town.taps(leader, "奖品")
    ((line,),) = town.rows("SELECT id FROM audit WHERE act = 'points_corrected'")
    undo, person = town.runtime.app.desk.undo, Person(UserId(leader), "林姐", None)

    async def take_back() -> None:
        await town.runtime.db.run(lambda uow: undo(uow, person=person, line=line))

    done = await asyncio.gather(*(take_back() for _ in range(64)), return_exceptions=True)

    assert done.count(None) == 1
    assert town.rows(POINTS) == [(10,)]


async def test_a_role_is_given_to_who_was_pointed_at_and_taken_back_from_the_record(town: World) -> None:
    leader, chen = await shop(town)
    await points_at(town, leader, chen)
    await town.taps(leader, "请做客服")
    assert town.last_to(leader) == "好了：陈阿姨 现在是客服。"
    assert town.last_to(chen).startswith("你现在是「阳光花园」的客服了。")

    await town.says(leader, "/audit")
    assert "林姐" not in town.last_to(leader)
    assert "请 陈阿姨 做客服" in town.last_to(leader)
    await town.taps(leader, "撤销 1")

    assert town.rows("SELECT count(*) FROM staff_role WHERE role = 'service' AND ended_at IS NULL") == [(0,)]
    await town.taps(leader, "‹ 看记录")
    assert "撤销「请 陈阿姨 做客服」" in town.last_to(leader)
    assert "请 陈阿姨 做客服（已撤销）" in town.last_to(leader)


async def test_a_setting_is_put_back_only_while_it_is_as_it_was_left(town: World) -> None:
    leader, _ = await shop(town)
    setup, person = town.runtime.app.setup, Person(UserId(leader), "林姐", None)

    async def move_to(zone: str) -> None:
        await town.runtime.db.run(
            lambda uow: setup.set_zone(uow, person=person, group=GroupId(1), zone=zone, message=None)
        )

    await move_to("Asia/Tokyo")
    await town.says(leader, "/audit")
    await move_to("Asia/Urumqi")

    await town.taps(leader, "撤销 1")
    assert town.toasts(leader)[-1].startswith("这件事现在撤不了")
    await town.says(leader, "/audit")
    await town.taps(leader, "撤销 1")

    assert town.rows("SELECT zone FROM chat_group") == [("Asia/Tokyo",)]


async def test_the_brake_is_released_from_the_record(town: World) -> None:
    leader, _ = await shop(town)
    await town.says(leader, "/panic", chat=town.group)
    await town.says(leader, "操作记录")

    await town.taps(leader, "撤销 1")

    assert town.rows("SELECT silent_since FROM chat_group") == [(None,)]


async def test_what_is_over_already_is_not_offered_to_be_taken_back(town: World) -> None:
    leader, _ = await shop(town)
    await town.says(leader, "/panic", chat=town.group)
    await town.taps(leader, "恢复", chat=town.group)

    await town.says(leader, "操作记录")

    assert "2. " in town.last_to(leader)
    assert {"撤销 1", "撤销 2"}.isdisjoint(town.buttons(leader))


async def test_the_record_says_what_was_set_and_what_was_only_looked_at(town: World) -> None:
    leader, _ = await shop(town)
    await town.says(leader, "设置本群")
    await town.taps(leader, "一步一步设置")
    await town.taps(leader, "对，就是这个时间")
    await town.says(leader, "23:00 到 7:00")
    await town.taps(leader, "English")
    await town.says(leader, "3 号楼大厅")
    await town.says(leader, "每天 17:00–20:00")

    await town.says(leader, "操作记录")

    assert "团长（没留名字）：开了取货点「3 号楼大厅」" in town.last_to(leader)
    assert "群里的语言改成English" in town.last_to(leader)
    assert "改成「免打扰：23:00 到 07:00」" in town.last_to(leader)
    assert "核对了时区，还是 上海" in town.last_to(leader)
    assert {"撤销 1", "撤销 2", "撤销 3"} <= set(town.buttons(leader))
    assert "撤销 4" not in town.buttons(leader)


async def test_the_record_has_pages(town: World) -> None:
    leader, _ = await shop(town)
    for _ in range(5):
        await town.says(leader, "/panic", chat=town.group)
        await town.taps(leader, "恢复", chat=town.group)
    await town.says(leader, "/audit")

    await town.taps(leader, "更早 ›")

    assert "启用了本群" in town.last_to(leader)
    assert "‹ 更近" in town.buttons(leader)


async def test_forged_buttons_of_the_desk_change_nothing(town: World, subtests: pytest.Subtests) -> None:
    leader, _ = await shop(town)
    for data in (
        "staff.audit:1:999999",
        "staff.undo:999999999",
        "staff.undo:0",
        "staff.decide:99:yes",
        "staff.who:1:99",
        "staff.fix:1:99:0:prize",
        "staff.fix:1:3:999999:prize",
        "staff.amount:1:99:-1",
    ):
        with subtests.test(data=data):
            await town.forges(leader, f"v1:{data}")

            assert town.rows(POINTS) == [(10,)]
            assert town.rows("SELECT count(*) FROM inbox WHERE state <> 'done'") == [(0,)]
