"""Who is corrected hears of it once they may be disturbed, and nobody agrees to what they gain by."""

from tests.scenarios.test_desk import POINTS, points_at, shop
from tests.scenarios.test_roles import code_in
from tests.world import World

GIVEN = "积分有调整\n阳光花园的工作人员给你加了 30 积分，因为：赔礼。\n现在积分 40。"
NOTICE = "SELECT count(*) FROM outbox WHERE text LIKE '%growth.points_given%' AND state = ?"


async def thirty_more(town: World, leader: int, member: int) -> str:
    """Let the leader add 30 points; return what the leader is told."""
    await points_at(town, leader, member, "/points +30")
    await town.taps(leader, "赔礼")
    return town.last_to(leader)


async def test_by_day_it_is_told_at_once_and_says_so(town: World) -> None:
    leader, chen = await shop(town)

    told = await thirty_more(town, leader, chen)

    assert told == "好了：陈阿姨 +30 积分（赔礼，阳光花园），现在有 40 积分。已经告诉本人。点错了可以撤销。"
    assert town.last_to(chen).startswith(GIVEN)


async def test_at_night_it_is_told_in_the_morning_and_can_be_switched_off(town: World) -> None:
    leader, chen = await shop(town)
    await town.advance(hours=14)  # 23:00

    assert "过后再告诉本人。" in await thirty_more(town, leader, chen)
    assert not town.last_to(chen).startswith("积分有调整")
    await town.advance(hours=10)

    assert town.last_to(chen).startswith(GIVEN)
    await town.says(chen, "为什么")
    assert "工作人员改了你的积分" in town.last_to(chen)
    await town.taps(chen, "不再收：积分到期和调整")
    assert "本人收不到通知" in await thirty_more(town, leader, chen)
    assert town.rows(POINTS) == [(70,)]
    await town.says(chen, "设置")
    assert "积分、等级和优惠券的提醒，你关掉了一些" in town.last_to(chen)


async def test_what_is_put_while_the_group_is_stopped_is_told_once_it_goes_on(town: World) -> None:
    leader, chen = await shop(town)
    await town.says(leader, "急停")

    assert "过后再告诉本人。" in await thirty_more(town, leader, chen)
    await town.advance(minutes=30)
    assert town.rows(NOTICE, "sent") == [(0,)]
    await town.says(leader, "恢复")

    assert "压住的 1 条" in town.last_to(leader)
    assert town.last_to(chen).startswith(GIVEN)


async def test_a_mute_that_ends_early_lets_go_what_waited_for_its_end(town: World) -> None:
    leader, chen = await shop(town)
    await town.says(chen, "静音")
    assert "静音时我不主动找你" in town.last_to(chen)
    assert "过后再告诉本人。" in await thirty_more(town, leader, chen)
    await town.advance(hours=3)
    assert town.rows(NOTICE, "sent") == [(0,)]

    await town.says(chen, "设置")
    await town.taps(chen, "结束静音")

    assert town.last_to(chen).startswith(GIVEN)


async def test_a_mute_that_ends_at_night_keeps_the_night_and_the_brake(town: World) -> None:
    leader, chen = await shop(town)
    await town.says(chen, "静音")
    await thirty_more(town, leader, chen)
    await town.says(leader, "急停")
    await town.advance(hours=14)  # 23:00

    await town.says(chen, "设置")
    await town.taps(chen, "结束静音")
    await town.says(leader, "恢复")

    assert town.rows(NOTICE, "sent") == [(0,)]


async def test_a_stand_in_does_not_agree_to_what_their_leader_asks(town: World) -> None:
    leader, chen = await shop(town)
    helper = await town.member("小周")
    await town.says(leader, "替班")
    await town.taps(leader, "3 天")
    await town.does(helper, "start", payload=f"job-{code_in(town.last_to(leader))}")

    await points_at(town, leader, chen, "/points +5000")
    await town.taps(leader, "奖品")

    assert not town.last_to(helper).startswith("请你看一下")
    await town.forges(helper, "v1:staff.decide:1:yes")
    assert town.toasts(helper)[-1].startswith("是对方请你来帮忙的")
    assert town.last_to(town.owner).startswith("请你看一下")
    await town.taps(town.owner, "同意")
    assert 5010 in {points for (points,) in town.rows(POINTS)}


async def test_a_manager_agrees_to_what_the_owner_asks(town: World) -> None:
    _, chen = await shop(town)
    manager = await town.member("小周")
    await town.says(town.owner, "分工")
    await town.taps(town.owner, "＋ 店长")
    await town.does(manager, "start", payload=f"job-{code_in(town.last_to(town.owner))}")
    await town.does(town.owner, "join", chat=town.group)

    await points_at(town, town.owner, chen, "/points +5000")
    await town.taps(town.owner, "奖品")
    await town.taps(manager, "同意")

    assert "陈阿姨 +5000 积分（奖品，阳光花园）已经记上" in town.last_to(town.owner)


async def test_nobody_agrees_to_points_of_their_own(town: World) -> None:
    leader, chen = await shop(town)
    await town.says(town.owner, "分工")
    await town.taps(town.owner, "＋ 店长")
    await town.does(chen, "start", payload=f"job-{code_in(town.last_to(town.owner))}")

    await points_at(town, leader, chen, "/points +5000")
    await town.taps(leader, "奖品")
    await town.forges(chen, "v1:staff.decide:1:yes")

    assert town.toasts(chen)[-1] == "这件事要另一个人来做，不能给自己。"
    assert town.rows(POINTS) == [(10,)]


async def test_what_cannot_be_taken_back_by_who_looks_is_not_offered(town: World) -> None:
    leader, _ = await shop(town)
    for typed in ("22:30 到 8:00", "23:00 到 7:00"):
        await town.says(leader, "管理")
        await town.taps(leader, "免打扰")
        await town.says(leader, typed)

    await town.says(leader, "操作记录")

    assert "3. " in town.last_to(leader)
    assert "自动：请 团长（没留名字） 做团长" not in town.last_to(leader)
    assert "撤销 1" in town.buttons(leader)
    assert {"撤销 2", "撤销 3"}.isdisjoint(town.buttons(leader))  # covered since; one's own, by Telegram
