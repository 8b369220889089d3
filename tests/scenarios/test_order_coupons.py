"""Coupons on orders: offered with a reason, used at the cut-off, given back when they do not fit."""

from kernel.ids import DealId
from tests.scenarios.test_coupons import kind, number
from tests.shop import opens
from tests.world import World

COUPON = "SELECT state, off FROM coupon ORDER BY id"
ORDER = "SELECT state, goods_fen, off_fen, coupon_id FROM purchase_order"


async def with_coupon(world: World) -> int:
    """A member who has a coupon of 5 yuan off 39."""
    await opens(world)
    member = await world.member("陈阿姨")
    await kind(world)
    await world.says(member, "领券")
    await world.taps(member, "领：满 ¥39.00 减 ¥5.00")
    return member


async def test_the_best_coupon_is_offered_and_used_when_the_deal_forms(world: World) -> None:
    member = await with_coupon(world)
    await world.does(member, "start", payload="deal-1")
    await world.taps(member, "＋ 土鸡蛋（现在 0板）", times=1)
    await world.taps(member, "＋ 土鸡蛋（现在 1板）", times=1)
    assert "🎫 可以用：满 ¥39.00 减 ¥5.00，这单减得多，能减 ¥5.00。" in world.last_to(member)

    await world.taps(member, "🎫 用券，减 ¥5.00", times=2)

    assert "商品 ¥53.60，券减 ¥5.00，合计 ¥48.60" in world.last_to(member)
    assert world.rows(COUPON) == [("reserved", 500)]
    await world.advance(hours=12)
    assert world.rows(COUPON) == [("used", 500)]
    assert world.rows(ORDER) == [("locked", 5360, 500, 1)]
    assert "合计 ¥48.60" in world.last_to(member)


async def test_a_coupon_comes_back_when_the_order_becomes_too_small(world: World) -> None:
    member = await with_coupon(world)
    await world.does(member, "start", payload="deal-1")
    await world.taps(member, "＋ 土鸡蛋（现在 0板）")
    await world.taps(member, "＋ 土鸡蛋（现在 1板）")
    await world.taps(member, "🎫 用券，减 ¥5.00")

    await world.says(member, "鸡蛋改成1板", chat=world.group)
    await world.advance(hours=12)

    assert world.rows(COUPON) == [("available", None)]
    assert world.rows(ORDER) == [("locked", 2680, 0, None)]


async def test_a_deal_that_fails_gives_the_coupon_back_with_time_to_use_it(world: World) -> None:
    member = await with_coupon(world)
    await world.says(member, "鸡蛋2板", chat=world.group)
    await world.does(member, "start", payload="deal-1")
    await world.taps(member, "🎫 用券，减 ¥5.00")
    other = await number(world, member)

    await world.runtime.db.run(
        lambda uow: world.runtime.app.closing.cancel(uow, deal=DealId(1), reason="天气", by=other)
    )
    await world.advance(seconds=10)

    assert world.rows(COUPON) == [("available", None)]
    assert world.rows("SELECT state, goods_fen, off_fen, coupon_id FROM purchase_order") == [
        ("void", 0, 0, None)
    ]


async def test_no_coupon_and_a_strangers_coupon(world: World) -> None:
    member = await with_coupon(world)
    await world.says(member, "鸡蛋2板", chat=world.group)
    await world.does(member, "start", payload="deal-1")
    await world.taps(member, "🎫 用券，减 ¥5.00")
    await world.taps(member, "🎫 这单不用券")
    assert world.rows(COUPON) == [("available", None)]

    rival = await world.member("赵大爷")
    await world.says(rival, "鸡蛋2板", chat=world.group)
    await world.does(rival, "start", payload="deal-1")
    await world.forges(rival, "v1:orders.coupon:2:1")
    await world.forges(rival, "v1:orders.coupon:1:1")

    assert world.toasts(rival)[-1] == "这是别人的按钮。要订的话，打字或点公告上的 ＋。"
    assert world.rows(COUPON) == [("available", None)]
