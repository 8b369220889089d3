"""Coupons through the chat: made, claimed, given, changed from points, told in time, expired; bad input."""

from datetime import UTC, datetime

import pytest

from features.coupons.model import Design, Line, TemplateId
from kernel.ids import CouponId, GroupId, MemberId, OrderId
from kernel.money import Fen
from storage.uow import SqlUow
from tests.features.purse import a_design, amount_off, an_open, percent_off
from tests.scenarios.test_desk import points_at
from tests.world import World

COUNTED = "SELECT taken, committed FROM coupon_template"
STATES = "SELECT state, origin FROM coupon ORDER BY id"
SQLITE = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)  # for what is not the database's
STALE = "这个按钮不能用了。请打「菜单」重新打开。"


async def kind(world: World, design: Design | None = None) -> TemplateId:
    """Let there be a kind that neighbours can claim."""
    return await world.runtime.db.run(lambda uow: an_open(uow, design or a_design(total=10, budget=10_000)))


async def number(world: World, person: int) -> MemberId:
    return MemberId(world.rows("SELECT id FROM member WHERE user_id = ?", person)[0][0])


async def rich(world: World, person: int, points: int) -> None:
    """Give a member points."""
    member = await number(world, person)
    for at in range(points // 200):
        await world.runtime.db.run(
            lambda uow, at=at: world.runtime.app.growth.adjust(  # type: ignore[misc]
                uow,
                member=member,
                group=GroupId(1),
                zone=world.runtime.app.members.policy.zone,
                points=200,
                key=f"test:{at}",
            )
        )


async def test_a_member_claims_by_one_tap_and_finds_it_in_the_wallet(world: World) -> None:
    member = await world.member()
    await kind(world)

    await world.says(member, "领券")
    assert world.last_to(member) == (
        "领券\n· 满 ¥39.00 减 ¥5.00，什么货都能用，到手后能用 30 天（还有 10 张）"
    )
    await world.taps(member, "领：满 ¥39.00 减 ¥5.00", times=2)

    assert world.last_to(member).startswith("领到了\n· 满 ¥39.00 减 ¥5.00，什么货都能用，用到 2026年12月23日")
    assert world.rows(COUNTED) == [(1, 500)]
    await world.says(member, "我的券")
    assert world.last_to(member) == "我的券\n· 满 ¥39.00 减 ¥5.00，什么货都能用，用到 2026年12月23日"
    await world.says(member, "/coupons")
    assert world.buttons(member) == ["领券", "积分换券", "用过和过期的", "‹ 返回菜单"]
    await world.taps(member, "领券")
    assert world.last_to(member).endswith("（你领过了）")


@SQLITE
async def test_who_comes_too_late_is_told_so(world: World) -> None:
    chen, wang = await world.member("陈阿姨"), await world.member("王叔")
    await kind(world, a_design(total=1))
    for each in (chen, wang):
        await world.says(each, "领券")

    await world.taps(chen, "领：满 ¥39.00 减 ¥5.00")
    await world.taps(wang, "领：满 ¥39.00 减 ¥5.00")

    assert world.toasts(wang)[-1] == "这种券刚刚领完了。打「领券」看看还有哪些。"
    assert world.rows(COUNTED) == [(1, 500)]


@SQLITE
async def test_the_wallet_has_pages_and_the_past_says_why(world: World) -> None:
    member = await world.member()
    who = await number(world, member)

    def fill(uow: SqlUow) -> None:
        for at in range(7):
            design = a_design(percent_off(10, 100 * (at + 1)), days=at + 1)
            template = an_open(uow, design)
            world.runtime.app.coupons.claim(uow, member=who, template=template)
        basket = (Line("A1", "veg", Fen(900)),)
        for coupon in (1, 2):
            order = OrderId(coupon)
            world.runtime.app.coupons.reserve(
                uow, coupon=CouponId(coupon), member=who, order=order, basket=basket
            )
        world.runtime.app.coupons.use(uow, order=OrderId(1))

    await world.runtime.db.run(fill)
    await world.says(member, "券包")
    assert world.last_to(member).count("·") == 5
    assert "打 9 折，减到 ¥2.00 为止，什么货都能用，用到 2026年11月25日（正用在一单上）" in world.last_to(
        member
    )
    await world.taps(member, "后一页 ›")
    assert world.last_to(member).count("·") == 1

    await world.advance(days=3, hours=16)
    await world.says(member, "我的券")
    await world.taps(member, "用过和过期的")

    assert world.last_to(member) == (
        "用过和过期的券\n"
        "· 打 9 折，减到 ¥3.00 为止：2026年11月26日到期，没用上\n"
        "· 打 9 折，减到 ¥1.00 为止：用掉了"
    )


async def test_the_owner_hears_three_days_ahead_once_and_then_it_is_over(world: World) -> None:
    member = await world.member()
    template = await kind(world, a_design(total=10, per_member=2))
    who = await number(world, member)
    for nth in (1, 2):
        await world.runtime.db.run(
            lambda uow, nth=nth: world.runtime.app.coupons.claim(  # type: ignore[misc]
                uow, member=who, template=template, nth=nth
            )
        )
    said = len(world.said_to(member))

    await world.until(datetime(2026, 12, 20, 2, 1, tzinfo=UTC))

    assert world.said_to(member)[said:] == [
        "券快到期了\n· 满 ¥39.00 减 ¥5.00，什么货都能用\n· 满 ¥39.00 减 ¥5.00，什么货都能用\n"
        "可以用到 2026年12月23日，过了这天就用不上了。\n打「我的券」看看。"
    ]
    await world.until(datetime(2026, 12, 23, 16, 0, tzinfo=UTC))
    assert world.rows(COUNTED) == [(2, 0)]
    assert world.rows("SELECT DISTINCT state, due_at FROM coupon") == [("expired", None)]
    await world.says(member, "我的券")
    assert world.last_to(member).endswith("现在没有能用的券。点「领券」看看有什么，也可以用积分换。")
    assert len(world.said_to(member)) == said + 2


@SQLITE
async def test_who_switched_the_topic_off_hears_nothing_of_expiry(world: World) -> None:
    member = await world.member()
    template, who = await kind(world), await number(world, member)
    await world.runtime.db.run(
        lambda uow: world.runtime.app.coupons.claim(uow, member=who, template=template)
    )
    await world.says(member, "设置")
    await world.taps(member, "收哪几类")
    await world.taps(member, "✓ 优惠券到期和到账")
    said = len(world.said_to(member))

    await world.until(datetime(2026, 12, 24, 1, 0, tzinfo=UTC))

    assert [told for told in world.said_to(member)[said:] if "券" in told] == []
    assert ("coupon.notice_skipped",) in world.rows("SELECT action FROM journal")


async def test_points_become_a_coupon_at_most_twice_a_month(world: World) -> None:
    member = await world.member()
    await rich(world, member, 4000)

    await world.says(member, "积分换券")
    assert world.last_to(member) == (
        "积分换券\n你有 4010 积分。\n\n"
        "· 满 ¥39.00 减 ¥5.00：1000 积分（本月换了 0 次，一个月 2 次）\n"
        "· 优先选品一次：600 积分（本月换了 0 次，一个月 2 次）\n"
        "· 免一次送货费：800 积分（取货点还不送货上门，先不换）\n\n"
        "换来的券能用 30 天，换了就不能换回积分。"
    )
    await world.taps(member, "换：满 ¥39.00 减 ¥5.00（1000 积分）", times=3)
    assert "用掉 1000 积分，还有 3010 积分。" in world.last_to(member)
    await world.taps(member, "积分换券")
    await world.taps(member, "换：满 ¥39.00 减 ¥5.00（1000 积分）")
    await world.taps(member, "积分换券")
    assert "· 满 ¥39.00 减 ¥5.00：1000 积分（这个月换满 2 次了，下个月再来）" in world.last_to(member)
    assert "换：满 ¥39.00 减 ¥5.00（1000 积分）" not in world.buttons(member)
    await world.taps(member, "换：优先选品一次（600 积分）")

    assert world.rows(STATES) == [("available", "points")] * 3
    assert world.rows("SELECT points FROM growth_account") == [(1410,)]
    await world.advance(days=10)
    await world.says(member, "换券")
    assert "1000 积分（本月换了 0 次，一个月 2 次）" in world.last_to(member)


@SQLITE
async def test_who_lacks_points_is_told_how_many(world: World) -> None:
    member = await world.member()

    await world.says(member, "积分换券")
    await world.forges(member, "v1:coupons.swap:amount:2026-11:1")

    assert "· 优先选品一次：600 积分（还差 590 积分）" in world.last_to(member)
    assert world.toasts(member)[-1].startswith("积分不够，还差 990。")
    assert world.rows("SELECT count(*) FROM coupon") == [(0,)]
    for forged, told in (
        ("delivery:2026-11:1", "取货点还不送货上门"),
        ("amount:2026-10:1", "这一页旧了"),
        ("amount:2026-11:2", "这一页旧了"),
    ):
        await world.forges(member, f"v1:coupons.swap:{forged}")
        assert world.toasts(member)[-1].startswith(told)
    assert world.rows("SELECT points FROM growth_account") == [(10,)]


async def test_a_leader_makes_a_kind_by_buttons_and_stops_it(world: World) -> None:
    leader, member = world.leader, await world.member()
    await world.does(leader, "start")

    await world.says(leader, "优惠券管理")
    for tap in ("＋ 新的券", "打折", "8 折", "¥10.00", "满 ¥29.00", "什么货都能用", "50 张", "2 张", "15 天"):
        await world.taps(leader, tap)
    assert world.last_to(leader).startswith(
        "新的券\n现在是：满 ¥29.00 打 8 折，减到 ¥10.00 为止\n\n预算多少？"
    )
    await world.taps(leader, "¥100.00")
    assert world.last_to(leader) == (
        "看一眼，对不对\n· 满 ¥29.00 打 8 折，减到 ¥10.00 为止\n· 什么货都能用\n· 一共 50 张，每人 2 张\n"
        "· 到手后能用 15 天\n· 全部用上，让利一共不超过 ¥100.00\n\n"
        "点下面的按钮就开始发；发了以后条件不能改，只能停发。"
    )
    await world.says(member, "领券")
    assert "没有可以领的券" in world.last_to(member)
    await world.taps(leader, "开始发：邻居自己领", times=2)
    await world.says(member, "领券")
    await world.taps(member, "领：满 ¥29.00 打 8 折，减到 ¥10.00 为止")

    await world.says(leader, "/quan")
    assert "1. 满 ¥29.00 打 8 折，减到 ¥10.00 为止（在发）：发出 1 张，用掉 0 张" in world.last_to(leader)
    await world.taps(leader, "看 1")
    shown = world.last_to(leader)
    assert "· 预算 ¥100.00，占了 ¥10.00（10%）" in shown
    assert "· 还能用 1 张，用掉 0 张，过期 0 张，收回 0 张" in shown
    await world.taps(leader, "停发")
    await world.says(member, "领券")
    assert "没有可以领的券" in world.last_to(member)
    await world.says(leader, "操作记录")
    assert "停发优惠券「满 ¥29.00 打 8 折，减到 ¥10.00 为止」" in world.last_to(leader)
    await world.taps(leader, "撤销 1")
    await world.says(member, "领券")
    assert "还有 9 张" in world.last_to(member)


async def test_a_coupon_given_by_staff_is_told_and_can_be_taken_back(world: World) -> None:
    leader, member = world.leader, await world.member()
    await world.does(leader, "start")
    await kind(world)
    await points_at(world, leader, member)

    await world.taps(leader, "送券")
    await world.taps(leader, "满 ¥39.00 减 ¥5.00", times=2)

    assert world.last_to(leader).startswith("送给 陈阿姨 了：\n· 满 ¥39.00 减 ¥5.00")
    assert world.toasts(leader)[-1] == "这张刚才已经送过了。"
    assert world.rows(STATES) == [("available", "staff")]
    assert world.last_to(member) == (
        "送你一张券\n阳光花园的工作人员送给你：\n· 满 ¥39.00 减 ¥5.00，什么货都能用\n"
        "可以用到 2026年12月23日。打「我的券」就能看到。"
    )
    await world.says(leader, "操作记录")
    assert "送给 陈阿姨 一张券「满 ¥39.00 减 ¥5.00」" in world.last_to(leader)
    await world.taps(leader, "撤销 1")
    assert world.rows(STATES) == [("void", "staff")]
    assert world.rows(COUNTED) == [(1, 0)]


@SQLITE
async def test_staff_hear_once_that_a_budget_nears_its_end(world: World) -> None:
    await world.does(world.leader, "start")
    await kind(world, a_design(amount_off(500), budget=1200, per_member=3, group=GroupId(1)))
    member = await world.member()
    await world.says(member, "领券")
    await world.taps(member, "领：满 ¥39.00 减 ¥5.00")
    assert "预算用到" not in world.last_to(world.leader)

    await world.taps(member, "领券")
    await world.taps(member, "领：满 ¥39.00 减 ¥5.00")

    assert world.last_to(world.leader).startswith("「满 ¥39.00 减 ¥5.00」的预算用到 80% 了。")
    await world.taps(member, "领券")
    assert world.last_to(member).endswith("（领完了）")
    assert len([told for told in world.said_to(world.leader) if "预算用到" in told]) == 1


@SQLITE
async def test_members_open_nothing_of_staff(world: World, subtests: pytest.Subtests) -> None:
    member = await world.member()
    template = await kind(world, a_design(group=GroupId(1)))
    for forged in (
        "v1:coupons.desk:1",
        "v1:coupons.new:1",
        f"v1:coupons.kind:1:{template}",
        f"v1:coupons.close:1:{template}",
        f"v1:coupons.set:1:{template}:amount:300",
        f"v1:coupons.open:1:{template}:claim",
        "v1:coupons.give:1:1",
        f"v1:coupons.gift:1:1:{template}:1",
    ):
        with subtests.test(forged=forged):
            said = world.said_to(member)
            await world.forges(member, forged)

            assert world.said_to(member) == said
            assert world.toasts(member)[-1].startswith("这件事要有相应角色的人来做")
    assert world.rows("SELECT state FROM coupon_template") == [("open",)]


@SQLITE
async def test_forged_buttons_are_answered_as_stale_ones(world: World, subtests: pytest.Subtests) -> None:
    leader = world.leader
    await world.does(leader, "start")
    await world.says(leader, "/quan")
    await world.taps(leader, "＋ 新的券")
    for forged in (
        "v1:coupons.wallet",
        "v1:coupons.wallet:-1",
        "v1:coupons.claim:1",
        "v1:coupons.claim:1:1:1",
        "v1:coupons.swap:percent:2026-11:1",
        "v1:coupons.swap:amount:2026:1",
        "v1:coupons.set:1:1:amount:301",
        "v1:coupons.set:1:1:each:0",
        "v1:coupons.set:1:1:budget:1",
        "v1:coupons.set:1:1:nothing:1",
        "v1:coupons.set:1:1:scope:veg",
        "v1:coupons.set:1:1:kind:delivery",
        "v1:coupons.open:1:1:system",
    ):
        with subtests.test(forged=forged):
            said = world.said_to(leader)
            await world.forges(leader, forged)

            assert (world.said_to(leader), world.toasts(leader)[-1]) == (said, STALE)


@SQLITE
async def test_coupons_asked_for_in_the_group_are_shown_in_private(
    world: World, subtests: pytest.Subtests
) -> None:
    member = await world.member()
    for said in ("我的券", "领券", "积分换券", "/coupons", "优惠券管理", "/quan"):
        with subtests.test(said=said):
            await world.says(member, said, chat=world.group)

            assert world.buttons(member, world.group) == ["私聊里看"]
    await world.does(member, "start", payload="coupons")
    assert world.last_to(member).startswith("我的券")


@SQLITE
async def test_who_has_not_agreed_gets_nothing(world: World) -> None:
    neighbour = await world.neighbour()
    await world.does(neighbour, "start")
    template = await kind(world)

    for said in ("我的券", "领券", "积分换券"):
        await world.says(neighbour, said)
    await world.forges(neighbour, f"v1:coupons.claim:{template}:1")

    assert world.rows("SELECT count(*) FROM coupon") == [(0,)]
    assert not [told for told in world.said_to(neighbour) if "我的券\n" in told]


async def test_erasing_shows_and_voids_the_coupons_and_the_export_has_them(world: World) -> None:
    member = await world.member()
    template, who = await kind(world), await number(world, member)
    await world.runtime.db.run(
        lambda uow: world.runtime.app.coupons.claim(uow, member=who, template=template)
    )
    exported = await world.runtime.db.run(lambda uow: world.runtime.app.coupons.export(uow, member=who))
    assert [(row["kind"], row["amount"], row["state"]) for row in exported] == [("amount", 500, "available")]

    await world.says(member, "注销")
    assert "没用的优惠券 1 张作废" in world.last_to(member)
    await world.taps(member, "注销，删掉我的信息")

    assert world.rows("SELECT state FROM coupon") == [("void",)]
    assert world.rows(COUNTED) == [(1, 0)]


@SQLITE
async def test_english_speakers_read_english(world: World) -> None:
    member = await world.member("Anna", language="en")
    await kind(world, a_design(percent_off(15, 2000, 3900)))

    await world.says(member, "get coupons")
    await world.taps(member, "Get: 15% off from ¥39.00, up to ¥20.00")
    await world.says(member, "coupons")

    assert world.last_to(member) == (
        "My coupons\n· 15% off from ¥39.00, up to ¥20.00, for all goods, until Dec 23, 2026"
    )
