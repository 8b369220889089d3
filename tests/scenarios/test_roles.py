"""Who does what in a group: given by link, taken back, lost with the group, ended by themselves."""

import asyncio

import pytest

from features.members.model import Person
from features.staff.model import Following
from kernel.ids import UserId
from kernel.message import Language
from tests.world import World

STANDING = "SELECT role FROM staff_role WHERE ended_at IS NULL ORDER BY id"


def code_in(text: str) -> str:
    """Return the code of the link in a message."""
    return text.partition("job-")[2].split()[0]


async def leader_of(town: World) -> int:
    """Return a leader who is not the owner: 林姐, with her group enabled."""
    await town.claims(await town.person("顾老板"))
    await town.opens_group()
    await town.does(town.leader, "start")
    return town.leader


async def link_from(town: World, giver: int, label: str) -> str:
    """Let somebody make a link to a role; return its code."""
    await town.says(giver, "/role")
    await town.taps(giver, label)
    return code_in(town.last_to(giver))


async def test_a_link_makes_a_neighbour_staff_and_tells_who_made_it(town: World) -> None:
    leader = await leader_of(town)
    helper = await town.neighbour("小周")

    code = await link_from(town, leader, "＋ 客服")
    await town.does(helper, "start", payload=f"job-{code}")

    assert town.last_to(helper).startswith("你现在是「阳光花园」的客服了。")
    assert town.last_to(leader) == "小周 点了你的链接，现在是「阳光花园」的客服。"
    assert town.rows(STANDING) == [("owner",), ("leader",), ("service",)]


async def test_a_leader_makes_no_manager_and_no_leader(town: World) -> None:
    leader = await leader_of(town)
    await town.says(leader, "/role")

    assert [label for label in town.buttons(leader) if label.startswith("＋")] == [
        "＋ 客服",
        "＋ 审稿员",
        "＋ 法务",
        "＋ 配货员",
    ]
    for role in ("manager", "leader", "owner"):
        await town.forges(leader, f"v1:staff.invite:1:{role}")
        assert town.toasts(leader)[-1] == "这件事要有相应角色的人来做。请找团长帮忙。"
    assert town.rows("SELECT count(*) FROM invitation WHERE used_at IS NULL") == [(0,)]


async def test_nobody_uses_their_own_link(town: World) -> None:
    leader = await leader_of(town)
    code = await link_from(town, leader, "＋ 客服")

    await town.does(leader, "start", payload=f"job-{code}")

    assert town.last_to(leader) == "这条链接是你自己发的，请转给别人点。"


async def test_who_is_not_in_the_group_joins_first_and_then_uses_the_link(town: World) -> None:
    leader = await leader_of(town)
    outsider = await town.person("小周")
    code = await link_from(town, leader, "＋ 配货员")

    await town.does(outsider, "start", payload=f"job-{code}")
    assert town.last_to(outsider).startswith("先进「阳光花园」")
    await town.does(outsider, "join", chat=town.group)
    await town.does(outsider, "start", payload=f"job-{code}")

    assert town.last_to(outsider).startswith("你现在是「阳光花园」的配货员了。")


async def test_a_link_is_worth_nothing_once_its_maker_may_not_make_it(town: World) -> None:
    leader = await leader_of(town)
    helper = await town.neighbour("小周")
    code = await link_from(town, leader, "＋ 客服")
    await town.does(leader, "leave", chat=town.group)

    await town.does(helper, "start", payload=f"job-{code}")

    assert town.last_to(helper).startswith("这条链接不能用了")


async def test_only_one_of_many_gets_the_role_of_a_link(town: World) -> None:
    leader = await leader_of(town)
    code = await link_from(town, leader, "＋ 客服")
    people = [await town.neighbour(f"n{number}") for number in range(8)]

    async def follow(user: int) -> Following:
        person = Person(UserId(user), "somebody", Language.EN)
        follow = town.runtime.app.roles.follow
        return (await town.runtime.db.run(lambda uow: follow(uow, person=person, code=code))).outcome

    outcomes = await asyncio.gather(*(follow(people[number % 8]) for number in range(64)))

    assert outcomes.count(Following.ROLE) == 1
    assert town.rows("SELECT count(*) FROM staff_role WHERE role = 'service'") == [(1,)]


async def test_a_role_is_taken_back_and_its_holder_told(town: World) -> None:
    leader = await leader_of(town)
    helper = await town.neighbour("小周")
    code = await link_from(town, leader, "＋ 客服")
    await town.does(helper, "start", payload=f"job-{code}")
    await town.says(leader, "分工")

    await town.taps(leader, "收回：没留名字的人 客服", times=2)

    assert town.rows(STANDING) == [("owner",), ("leader",)]
    assert town.last_to(helper) == "你不再是「阳光花园」的客服了。谢谢你的帮忙！"
    assert town.rows("SELECT count(*) FROM audit WHERE act = 'role_taken'") == [(1,)]


async def test_who_leaves_loses_the_roles_of_that_group_and_does_not_get_them_back(town: World) -> None:
    leader = await leader_of(town)
    helper = await town.neighbour("小周")
    code = await link_from(town, leader, "＋ 客服")
    await town.does(helper, "start", payload=f"job-{code}")

    await town.does(helper, "leave", chat=town.group)
    await town.does(helper, "join", chat=town.group)

    assert town.rows(STANDING) == [("owner",), ("leader",)]
    assert town.rows("SELECT count(*) FROM audit WHERE act = 'role_lost'") == [(1,)]


async def test_a_demoted_administrator_leads_no_more_and_old_buttons_say_no(town: World) -> None:
    await town.claims(await town.person("顾老板"))
    chat = await town.opens_group(enabled=False)
    helper = await town.person("小周")
    await town.does(helper, "join", chat=chat)
    await town.does(town.leader, "promote", chat=chat, user=helper)
    await town.taps(helper, "启用本群", chat=chat)
    await town.taps(town.owner, "同意")
    await town.does(helper, "start")
    await town.says(helper, "/role")

    await town.does(town.leader, "demote", chat=chat, user=helper)
    await town.taps(helper, "＋ 客服")

    assert town.toasts(helper)[-1] == "这件事要有相应角色的人来做。请找团长帮忙。"
    assert town.rows(STANDING) == [("owner",)]


async def test_a_stand_in_leads_for_some_days_and_names_no_other(town: World) -> None:
    leader = await leader_of(town)
    helper = await town.neighbour("小周")
    await town.says(leader, "替班")
    await town.taps(leader, "3 天")
    code = code_in(town.last_to(leader))
    await town.advance(hours=1)

    await town.does(helper, "start", payload=f"job-{code}")

    assert "到 2026年11月26日 10:00 自动结束" in town.last_to(helper)
    await town.says(helper, "/role")
    assert "找人替班" not in town.buttons(helper)
    assert "＋ 客服" in town.buttons(helper)
    await town.advance(days=3)
    await town.says(helper, "/role")
    assert town.last_to(helper).startswith("这件事要有相应角色的人来做")


async def test_the_end_of_a_stand_in_is_told_and_recorded_once(town: World) -> None:
    leader = await leader_of(town)
    helper = await town.member("小周")
    await town.says(leader, "替班")
    await town.taps(leader, "3 天")
    await town.does(helper, "start", payload=f"job-{code_in(town.last_to(leader))}")
    await town.advance(days=2)
    assert town.last_to(helper).startswith("你现在是「阳光花园」的团长了")

    await town.advance(days=10)

    assert town.last_to(helper) == "你不再是「阳光花园」的团长了。谢谢你的帮忙！"
    assert town.last_to(leader) == "小周 替班的日子到了，不再是「阳光花园」的团长。辛苦你接着带。"
    ended = "SELECT count(*) FROM staff_role WHERE until IS NOT NULL AND ended_at = until"
    assert town.rows(ended) == [(1,)]
    await town.says(leader, "操作记录")
    assert "自动：小周 的团长到日子结束了" in town.last_to(leader)


async def test_a_stand_in_who_was_erased_or_left_ends_without_a_word(town: World) -> None:
    leader = await leader_of(town)
    for name in ("小周", "小吴"):
        helper = await town.member(name)
        await town.says(leader, "替班")
        await town.taps(leader, "3 天")
        await town.does(helper, "start", payload=f"job-{code_in(town.last_to(leader))}")
        if name == "小周":
            await town.does(helper, "leave", chat=town.group)
        else:
            await town.says(helper, "注销")
            await town.taps(helper, "注销，删掉我的信息")
    before = town.said_to(leader)

    await town.advance(days=4)

    assert town.said_to(leader) == before
    assert town.rows("SELECT count(*) FROM staff_role WHERE until IS NOT NULL AND ended_at IS NULL") == [(0,)]


async def test_a_stand_in_can_come_again_and_be_ended_early(town: World) -> None:
    leader = await leader_of(town)
    helper = await town.member("小周")
    for _ in range(2):
        await town.says(leader, "替班")
        await town.taps(leader, "7 天")
        await town.does(helper, "start", payload=f"job-{code_in(town.last_to(leader))}")
        assert town.last_to(helper).startswith("你现在是「阳光花园」的团长了")
        await town.advance(days=7)
    await town.says(leader, "替班")
    await town.taps(leader, "14 天")
    await town.does(helper, "start", payload=f"job-{code_in(town.last_to(leader))}")

    await town.says(leader, "/role")
    await town.taps(leader, "收回：小周 团长")

    await town.says(helper, "/role")
    assert town.last_to(helper).startswith("这件事要有相应角色的人来做")
    await town.says(leader, "/role")
    assert "· 没留名字的人：团长" in town.last_to(leader)


async def test_staff_of_another_group_change_nothing_here(town: World) -> None:
    leader = await leader_of(town)
    await town.opens_group("东门小区")
    other = town.leader
    await town.does(other, "start")

    for data in (
        "v1:staff.roles:1",
        "v1:staff.invite:1:service",
        "v1:staff.take:1:2:leader",
        "v1:staff.stand_in:1:3",
    ):
        await town.forges(other, data)
        assert town.toasts(other)[-1] == "这件事要有相应角色的人来做。请找团长帮忙。"

    assert leader != other
    assert town.rows("SELECT count(*) FROM audit WHERE act = 'role_taken'") == [(0,)]


async def test_forged_buttons_are_answered_and_change_nothing(town: World, subtests: pytest.Subtests) -> None:
    leader = await leader_of(town)
    before = town.rows(STANDING)
    for data in (
        "v1:staff.roles:0",
        "v1:staff.roles:999999999",
        "v1:staff.invite:1:nobody",
        "v1:staff.invite:1",
        "v1:staff.take:1:1:owner",
        "v1:staff.give:1:999999999:service",
        "v1:staff.stand_in:1:99",
        "v1:staff.stand_in:1:-3",
        "v1:owner.take:" + "0" * 32,
        "v1:owner.take:%",
    ):
        with subtests.test(data=data):
            popped = town.toasts(leader)
            await town.forges(leader, data)

            assert len(town.toasts(leader)) == len(popped) + 1
            assert town.rows(STANDING) == before
            assert town.rows("SELECT count(*) FROM inbox WHERE state <> 'done'") == [(0,)]


async def test_the_owner_of_several_groups_is_asked_which_one(town: World) -> None:
    owner = await town.person("顾老板")
    await town.claims(owner)
    for title in ("阳光花园", "东门小区"):
        await town.opens_group(title)
    await town.says(owner, "/role")

    assert town.buttons(owner) == ["阳光花园", "东门小区"]
    await town.taps(owner, "东门小区")

    assert town.last_to(owner).startswith("东门小区的分工")
    assert "＋ 店长" in town.buttons(owner)


async def test_roles_asked_for_in_the_group_are_shown_in_private(town: World) -> None:
    leader = await leader_of(town)

    await town.says(leader, "/role", chat=town.group)

    assert town.last_to(leader, town.group) == "林姐，点下面的按钮，我单独给你看。"
    await town.taps(leader, "私聊里看", chat=town.group)
    assert town.last_to(leader).startswith("阳光花园的分工")
