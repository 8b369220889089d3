"""Growth through the chat: what earns what, levels over a year, debt, the board; bad input."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from features.growth.model import Event
from features.members.model import Person
from kernel.ids import GroupId, MemberId, UserId
from tests.world import World

TODAY = date(2026, 11, 23)


async def _id(world: World, person: int) -> MemberId:
    return MemberId(world.rows("SELECT id FROM member WHERE user_id = ?", person)[0][0])


async def _earn(world: World, person: int, event: Event, key: str, on: date | None = None) -> Any:
    """Let a later part say that something earns."""
    (member,) = world.rows("SELECT id FROM member WHERE user_id = ?", person)[0]
    (group,) = world.rows("SELECT id FROM chat_group WHERE chat = ?", world.group)[0]
    earn = world.runtime.app.accounts.earn
    found = await world.runtime.db.run(
        lambda uow: earn(uow, member=member, group=group, event=event, key=key, on=on)
    )
    world.runtime.sender.wake()
    await world.settle()
    return found


async def _reverse(world: World, event: Event, key: str) -> None:
    growth = world.runtime.app.growth
    await world.runtime.db.run(lambda uow: growth.reverse(uow, event=event, key=key))


async def test_each_rule_earns_up_to_its_cap_and_the_card_says_so(world: World) -> None:
    member = await world.member()
    for number in range(5):
        for event in (Event.FIRST_ORDER, Event.SHARE, Event.REPURCHASE, Event.UGC):
            await _earn(world, member, event, f"{event}:{number}")
            await world.advance(minutes=1)

    await world.says(member, "积分")

    card = world.last_to(member)
    assert "成长值 590（不会用掉）\n积分 590（可以用，会到期）" in card  # 10 + 50 + 30 + 100 + 2 × 200
    assert "· 注册见面礼：+10（每人一次，已得）" in card
    assert "· 首单：+50（每人一次，已得）" in card
    assert "· 分享给邻居：+30（每天 1 次，每周 3 次；本周已得 1 次）" in card
    assert "· 再次下单：+100（每个取货日 1 次，每月 8 次；本月已得 1 次）" in card
    assert "· 菜谱或晒单：+200（每月 2 次；本月已得 2 次）" in card
    assert "等级 🌱 嫩芽\n一年内再得 410 成长值，升到🌿 青苗" in card
    await world.says(member, "明细")
    assert world.last_to(member).count("菜谱或晒单") == 2


async def test_a_level_is_gained_and_lost_over_a_year(world: World) -> None:
    member = await world.member()
    await _earn(world, member, Event.UGC, "recipe:1")
    assert world.last_to(member).startswith("升级了：🌱 嫩芽\n从今天起你有：\n· 会员日价")

    await world.until(datetime(2027, 11, 23, 2, 0, tzinfo=UTC))
    assert "2027年12月23日会从🌱 嫩芽降一级。在那之前再得 160 成长值" in world.last_to(member)
    await world.says(member, "积分")
    assert "2027年12月23日会降一级。在那之前再得 160 成长值，就能留住" in world.last_to(member)

    await world.until(datetime(2027, 12, 23, 2, 0, tzinfo=UTC))
    assert world.last_to(member).startswith("现在的等级：🌰 种子")
    await world.says(member, "成长值")
    assert "等级 🌰 种子" in world.last_to(member)
    assert "成长值 210（不会用掉）" in world.last_to(member)


async def test_growth_within_the_grace_keeps_the_level(world: World) -> None:
    member = await world.member()
    await _earn(world, member, Event.UGC, "recipe:1")
    await world.until(datetime(2027, 12, 1, 2, 0, tzinfo=UTC))
    await _earn(world, member, Event.UGC, "recipe:2")

    await world.until(datetime(2028, 1, 1, 2, 0, tzinfo=UTC))

    assert not [told for told in world.said_to(member) if "现在的等级" in told]
    await world.says(member, "积分")
    assert "等级 🌱 嫩芽" in world.last_to(member)


async def test_a_refund_of_what_was_spent_shows_as_a_debt(world: World) -> None:
    member = await world.member()
    await _earn(world, member, Event.REPURCHASE, "order:1")
    number = await _id(world, member)
    growth = world.runtime.app.growth
    await world.runtime.db.run(lambda uow: growth.spend(uow, member=number, points=90, key="coupon:1"))
    await _reverse(world, Event.REPURCHASE, "order:1")

    await world.says(member, "积分")
    assert "积分 -80（可以用，会到期）\n欠 80 积分" in world.last_to(member)
    await world.says(member, "明细")
    assert "收回：再次下单\n成长值 -100 · 积分 -100" in world.last_to(member)
    assert "用掉积分\n积分 -90" in world.last_to(member)

    await _earn(world, member, Event.UGC, "recipe:1")
    await world.says(member, "积分")
    assert "积分 120（可以用，会到期）\n120 积分可以用到 2027年11月23日" in world.last_to(member)


async def test_the_board_masks_names_and_lets_people_off(world: World) -> None:
    chen, anna = await world.member("陈阿姨"), await world.member("Anna", language="en")
    await _earn(world, chen, Event.UGC, "recipe:1")
    await _earn(world, anna, Event.SHARE, "share:1")

    await world.says(chen, "排行榜")
    shown = world.last_to(chen)
    assert shown.startswith("本周排行榜\n阳光花园，从2026年11月23日起\n\n1. 陈**　210（你）\n2. A***　40\n\n")
    assert "Anna" not in shown
    await world.taps(chen, "看本月")
    assert world.last_to(chen).startswith("本月排行榜\n阳光花园，从2026年11月1日起")

    await world.taps(chen, "不上榜", times=2)
    assert "你选了不上榜，别人看不到你" in world.last_to(chen)
    await world.says(anna, "leaderboard")
    assert world.last_to(anna).startswith(
        "This week's leaderboard\n阳光花园, since Nov 23, 2026\n\n1. A***  40 (you)\n\n"
    )
    await world.taps(chen, "上榜")
    assert "1. 陈**　210（你）" in world.last_to(chen)
    assert world.rows("SELECT params FROM journal WHERE action = 'growth.board' ORDER BY id") == [
        ('{"shown":0}',),
        ('{"shown":1}',),
    ]


async def test_the_board_begins_anew_on_monday_and_follows_reversals(world: World) -> None:
    member = await world.member()
    await _earn(world, member, Event.UGC, "recipe:1")
    await _reverse(world, Event.UGC, "recipe:1")
    await world.says(member, "榜")
    assert "1. 陈**　10（你）" in world.last_to(member)

    await world.until(datetime(2026, 11, 29, 16, 0, tzinfo=UTC))  # Monday in Shanghai
    await world.says(member, "榜")

    assert "还没有人上榜" in world.last_to(member)
    assert "从2026年11月30日起" in world.last_to(member)


async def test_who_left_is_on_no_board(world: World) -> None:
    leaver, member = await world.member("王叔"), await world.member()
    await _earn(world, leaver, Event.UGC, "recipe:1")
    await world.does(leaver, "leave", chat=world.group)

    await world.says(member, "排行榜")

    assert "王" not in world.last_to(member)
    assert "1. 陈**　10（你）" in world.last_to(member)


async def test_the_board_asked_for_in_the_group_is_shown_in_private(world: World) -> None:
    member = await world.member()

    await world.says(member, "排行榜", chat=world.group)

    assert world.buttons(member, world.group) == ["私聊里看"]
    assert "排行榜" not in world.last_to(member, world.group)


async def test_a_forged_button_is_answered_as_a_stale_one(world: World, subtests: pytest.Subtests) -> None:
    member = await world.member()
    said = world.said_to(member)
    for forged in (
        "v1:growth.board",
        "v1:growth.board:year",
        "v1:growth.board:week:1",
        "v1:growth.board:Week",
        "v1:growth.on_board:2:week",
        "v1:growth.on_board:1",
        "v1:growth.on_board:1:year",
        "v1:growth.history:-1",
        "v1:growth.history:99999",
        "v1:growth.history:1:2",
        "v1:growth.card:1",
    ):
        with subtests.test(forged=forged):
            popped = world.toasts(member)
            await world.forges(member, forged)

            assert world.said_to(member) == said
            assert world.toasts(member) == [*popped, "这个按钮不能用了。请打「菜单」重新打开。"]


async def test_who_has_not_agreed_sees_and_changes_nothing(world: World, subtests: pytest.Subtests) -> None:
    neighbour = await world.neighbour()
    await world.does(neighbour, "start")
    for forged in ("v1:growth.board:week", "v1:growth.on_board:0:month", "v1:growth.card"):
        with subtests.test(forged=forged):
            await world.forges(neighbour, forged)

            assert not [told for told in world.said_to(neighbour) if "排行榜" in told or "成长值 0" in told]
            assert world.rows("SELECT count(*) FROM growth_account") == [(0,)]


async def test_a_stranger_is_shown_the_way_in(world: World, subtests: pytest.Subtests) -> None:
    stranger = await world.person("路人")
    await world.does(stranger, "start")
    for said in ("排行榜", "/board", "/growth", "明细"):
        with subtests.test(said=said):
            before = world.said_to(stranger)
            await world.says(stranger, said)

            assert len(world.said_to(stranger)) == len(before) + 1
            assert not [told for told in world.said_to(stranger) if "排行榜" in told or "我的成长值" in told]
            assert world.rows("SELECT count(*) FROM growth_account") == [(0,)]


async def test_a_forged_button_in_the_group_opens_nothing_there(world: World) -> None:
    member = await world.member()
    said = world.said_to(member, world.group)

    await world.forges(member, "v1:growth.board:week", chat=world.group)

    assert world.said_to(member, world.group) == said


async def test_what_later_parts_say_twice_earns_once_and_is_noted(world: World) -> None:
    member = await world.member()
    for _ in range(2):
        await _earn(world, member, Event.REPURCHASE, "order:17", TODAY)

    assert world.rows("SELECT points FROM growth_account") == [(110,)]
    assert world.rows("SELECT params FROM journal WHERE action = 'growth.not_credited'") == [
        ('{"event":"repurchase","reason":"already"}',)
    ]


async def test_points_last_to_the_end_of_their_day_where_the_group_has_moved_to(world: World) -> None:
    member, leader = await world.member(), Person(UserId(world.leader), "林姐", None)
    setup = world.runtime.app.setup
    await world.runtime.db.run(
        lambda uow: setup.set_zone(
            uow, person=leader, group=GroupId(1), zone="America/New_York", message=None
        )
    )

    await world.until(datetime(2027, 11, 24, 4, 59, 59, tzinfo=UTC))  # midnight in Shanghai was 13 hours ago
    kept = world.rows("SELECT points FROM growth_account")
    await world.until(datetime(2027, 11, 24, 5, 0, tzinfo=UTC))  # midnight in New York

    assert (kept, world.rows("SELECT points FROM growth_account")) == ([(10,)], [(0,)])
    await world.says(member, "明细")
    assert "积分到期" in world.last_to(member)
