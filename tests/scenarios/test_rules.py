"""Rules that change: every group is told seven days ahead, and until then they stay as they were."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from features.growth.model import Earned, Event, NotEarned
from kernel.ids import GroupId, MemberId
from tests.world import MONDAY, World, open_world

CHANGED = """规则要变了
从2026年12月2日起：
· 分享给邻居：30 → 20
· 投票选菜从哪一级起：🍎 硕果 → 🌸 繁花

在那之前照旧。已经得到的成长值和积分不变。打「积分」看现在的规则。"""


async def starts_with(world: World, **rules: Any) -> None:
    """The product starts with other rules in its configuration."""
    book = world.runtime.app.growth.rulebook
    book.configured = replace(book.configured, **rules)
    await world.runtime.db.run(world.runtime.app.announcing.publish_rules)
    world.runtime.sender.wake()
    await world.settle()


async def shares(world: World, key: str) -> Earned | NotEarned:
    """Let the newest member share."""
    earn = world.runtime.app.accounts.earn
    member = MemberId(world.rows("SELECT max(id) FROM member")[0][0])
    return await world.runtime.db.run(
        lambda uow: earn(uow, member=member, group=GroupId(1), event=Event.SHARE, key=key)
    )


async def test_a_change_is_told_and_holds_after_seven_whole_days(world: World) -> None:
    member = await world.member()

    await starts_with(world, share_points=20, votes_from=3)

    assert world.last_to(member, world.group) == CHANGED
    await world.says(member, "积分")
    assert "分享给邻居：+30" in world.last_to(member)
    assert "2026年12月2日起有变化\n· 分享给邻居：30 → 20" in world.last_to(member)
    await world.until(MONDAY + timedelta(days=8, hours=14, minutes=59))  # 23:59 on 1 December in Shanghai
    assert await shares(world, "before") == Earned(30, 30, None)
    await world.until(MONDAY + timedelta(days=8, hours=15))
    assert await shares(world, "after") == Earned(20, 20, None)
    await world.says(member, "积分")
    assert "分享给邻居：+20" in world.last_to(member)
    assert "起有变化" not in world.last_to(member)


async def test_a_start_with_the_same_rules_tells_nothing(world: World) -> None:
    said = world.said_to(world.leader, world.group)

    await starts_with(world)
    await starts_with(world, history_rows=20, first_notice_days=20)

    assert world.said_to(world.leader, world.group) == said
    assert world.rows("SELECT count(*) FROM rule_version") == [(1,)]
    assert world.runtime.app.growth.rulebook.at(MONDAY).first_notice_days == 20


async def test_a_change_that_is_taken_back_does_not_come(world: World) -> None:
    await starts_with(world, share_points=20)
    await world.advance(days=3)

    await starts_with(world, share_points=30)

    assert world.last_to(world.leader, world.group).startswith("规则不变了")
    await world.advance(days=10)
    assert world.runtime.app.growth.rulebook.at(world.timeline.clock.now()).share_points == 30


async def test_another_change_takes_the_place_of_one_that_waits_and_waits_as_long(world: World) -> None:
    await starts_with(world, share_points=20)
    await world.advance(days=3)

    await starts_with(world, share_points=25)

    assert "从2026年12月5日起：\n· 分享给邻居：30 → 25" in world.last_to(world.leader, world.group)
    book = world.runtime.app.growth.rulebook
    assert [book.at(MONDAY + timedelta(days=day)).share_points for day in (10, 11, 12)] == [30, 30, 25]


async def test_at_night_a_group_is_told_in_the_morning(world: World) -> None:
    await world.advance(hours=14)  # 23:00
    said = world.said_to(world.leader, world.group)

    await starts_with(world, ugc_points=300)

    assert world.said_to(world.leader, world.group) == said
    await world.advance(hours=9)
    assert "· 菜谱或晒单：200 → 300" in world.last_to(world.leader, world.group)


async def test_a_silenced_group_is_told_once_it_speaks_again(world: World) -> None:
    await world.says(world.leader, "/panic", chat=world.group)
    said = world.said_to(world.leader, world.group)

    await starts_with(world, ugc_points=300)
    assert world.said_to(world.leader, world.group) == said
    await world.taps(world.leader, "恢复", chat=world.group)

    assert "· 菜谱或晒单：200 → 300" in "".join(world.said_to(world.leader, world.group))


async def test_a_restart_with_other_rules_keeps_the_old_ones_for_seven_days(db_url: str) -> None:
    async with open_world(db_url) as world:
        await world.opens_group()
    async with open_world(db_url, CAIBOSHI__GROWTH__SHARE_POINTS="20") as later:
        book = later.runtime.app.growth.rulebook
        assert [book.at(MONDAY + timedelta(days=day)).share_points for day in (0, 8, 9)] == [30, 30, 20]
        assert later.rows("SELECT count(*) FROM outbox WHERE dedupe_key LIKE 'rules:%'") == [(1,)]
    async with open_world(db_url, CAIBOSHI__GROWTH__SHARE_POINTS="20") as again:
        assert again.runtime.app.growth.rulebook.at(MONDAY + timedelta(days=9)).share_points == 20
        assert again.rows("SELECT count(*) FROM outbox WHERE dedupe_key LIKE 'rules:%'") == [(1,)]
