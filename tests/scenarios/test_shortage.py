"""Fewer goods came than were ordered: shown, changed, confirmed, all or nothing; lists that attack nobody."""

import pytest

from features.collection.arriving import stamp_of
from kernel.ids import DealId, UserId
from tests.goods import BEEF, captions, code_of, formed
from tests.shop import EGGS, state
from tests.world import World

GIVEN = "SELECT given_milli FROM order_line ORDER BY id"
REFUNDS = "SELECT key, amount_fen FROM refund ORDER BY id"


async def short_of_two(world: World) -> tuple[int, int, int]:
    """Three neighbours ordered six trays of eggs; the leader sees that two did not come."""
    people = [await world.member(name) for name in ("陈阿姨", "赵大爷", "孙姐")]
    await formed(world, *zip(people, ("土鸡蛋",) * 3, (3000, 2000, 1000), strict=True), what=(EGGS,))
    await world.says(world.leader, "到货")
    await world.taps(world.leader, "🚚 周三蔬果团")
    await world.taps(world.leader, "有少的")
    await world.taps(world.leader, "少 2板")
    first, second, third = people
    return first, second, third


async def test_what_came_is_shared_out_explained_and_confirmed(world: World) -> None:
    auntie, uncle, sister = await short_of_two(world)
    await world.taps(world.leader, "看看怎么分")
    assert world.last_to(world.leader).startswith(
        "周三蔬果团：这样分，行吗？\n先来后到，每家先保一份，剩下的按各家订的多少分：\n"
        "· 陈阿姨：土鸡蛋 订 3板 → 2板，少的 ¥26.80 不收\n· 赵大爷：土鸡蛋 订 2板 → 1板，少的 ¥26.80 不收"
    )
    assert world.rows(GIVEN) == [(None,), (None,), (None,)]

    await world.taps(world.leader, "✅ 就这样，到货了")
    await world.advance(seconds=2)

    assert world.rows(GIVEN) == [(2000,), (1000,), (None,)]
    assert world.rows(REFUNDS) == [("short:1:1", 2680), ("short:1:2", 2680)]
    assert "· 土鸡蛋 订 3板，这次分到 2板，少的 ¥26.80 不收（付过的退）" in captions(world, auntie)[-1]
    assert "· 土鸡蛋 1板\n" in captions(world, sister)[-1]
    assert len(captions(world, uncle)) == 1


async def test_what_was_said_to_be_missing_is_taken_back_before_it_is_confirmed(world: World) -> None:
    await short_of_two(world)

    await world.taps(world.leader, "土鸡蛋：都到了")
    await world.taps(world.leader, "‹ 回到这个团")
    await world.taps(world.leader, "✅ 到货了")
    await world.advance(seconds=2)

    assert world.rows(GIVEN) == [(None,), (None,), (None,)]
    assert world.rows(REFUNDS) == []
    assert await state(world, DealId(1)) == "arrived"


async def test_what_is_confirmed_is_what_was_seen(world: World) -> None:
    await short_of_two(world)
    await world.taps(world.leader, "看看怎么分")
    message = world.message_with(world.leader, "✅ 就这样，到货了", world.leader)
    data = next(
        button["callback_data"]
        for m in world.sandbox.messages(world.leader)
        if m["message_id"] == message
        for row in m["reply_markup"]["inline_keyboard"]
        for button in row
        if button["text"] == "✅ 就这样，到货了"
    )
    await world.taps(world.leader, "‹ 再改改")
    await world.taps(world.leader, "少 1板")

    await world.forges(world.leader, data)

    assert world.toasts(world.leader)[-1] == "刚才又有变化，先不算数。请重新看一下再确认。"
    assert world.rows(GIVEN) == [(None,), (None,), (None,)]
    assert await state(world, DealId(1)) == "formed"


async def test_a_death_in_the_middle_leaves_nothing_half(world: World) -> None:
    await short_of_two(world)
    app, deal = world.runtime.app, DealId(1)

    def dies(uow: object) -> None:
        done = app.fulfilment.arriving.preview(uow, deal=deal)  # type: ignore[arg-type]
        app.fulfilment.handing.arrive(uow, user=UserId(world.leader), deal=deal, stamp=stamp_of(done))  # type: ignore[arg-type]
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        await world.runtime.db.run(dies)

    assert world.rows(GIVEN) == [(None,), (None,), (None,)]
    assert world.rows(REFUNDS) == []
    assert await state(world, deal) == "formed"
    await world.taps(world.leader, "看看怎么分")
    await world.taps(world.leader, "✅ 就这样，到货了", times=2)
    await world.advance(seconds=2)
    assert world.rows(GIVEN) == [(2000,), (1000,), (None,)]
    assert len(world.rows(REFUNDS)) == 2


async def test_what_is_missing_is_shared_out_before_it_is_handed_over(world: World) -> None:
    people = [await world.member(name) for name in ("陈阿姨", "赵大爷")]
    await formed(world, (people[0], "土鸡蛋", 2000), (people[1], "土鸡蛋", 2000), what=(EGGS,))
    await world.says(world.leader, "到货")
    await world.taps(world.leader, "🚚 周三蔬果团")
    await world.taps(world.leader, "✅ 到货了")
    await world.advance(seconds=2)
    await world.taps(world.leader, "有少的")
    await world.taps(world.leader, "少 1板")

    await world.says(world.leader, code_of(world, people[0]))
    await world.taps(world.leader, "✅ 全部取走")
    assert world.toasts(world.leader)[-1].startswith("这里面有没到齐的货")
    await world.taps(world.leader, "‹ 回到这个团")
    await world.taps(world.leader, "有少的")
    await world.taps(world.leader, "土鸡蛋：都到了")
    await world.taps(world.leader, "少 1板")
    await world.taps(world.leader, "看看怎么分")
    await world.taps(world.leader, "✅ 就这样分")
    await world.advance(seconds=2)

    assert world.rows(GIVEN) == [(None,), (1000,)]
    assert "有的货没到齐" in world.last_to(people[1])
    await world.says(world.leader, code_of(world, people[0]))
    await world.taps(world.leader, "✅ 全部取走")
    assert "记好了，取走了。" in world.toasts(world.leader)


async def test_weighed_goods_take_their_real_weight(world: World) -> None:
    auntie = await world.member("陈阿姨")
    await formed(world, (auntie, "牛腩", 2000), what=(BEEF,))
    await world.says(world.leader, "到货")
    await world.taps(world.leader, "🚚 周三蔬果团")
    await world.taps(world.leader, "✅ 到货了")
    await world.advance(seconds=2)
    await world.says(world.leader, code_of(world, auntie))
    await world.taps(world.leader, "称：牛腩")

    await world.says(world.leader, "99")
    assert world.last_to(world.leader) == "这个重量不太对，请再打一次，比如 2.35。"
    await world.says(world.leader, "１.85")

    assert "▫️ 牛腩 2斤，实重 1.85斤" in world.last_to(world.leader)
    assert world.rows("SELECT weighed_milli FROM order_line") == [(1850,)]


async def test_lists_come_as_workbooks(world: World) -> None:
    auntie = await world.member("=cmd()")
    await formed(world, (auntie, "土鸡蛋", 2000), what=(EGGS,))
    await world.says(world.leader, "到货")
    await world.taps(world.leader, "🚚 周三蔬果团")
    await world.taps(world.leader, "配货单")
    await world.taps(world.leader, "配货单")
    await world.taps(world.leader, "供货单")

    files = [m for m in world.sandbox.messages(world.leader) if "document" in m]
    assert [m["document"]["file_name"] for m in files] == ["packing-1.xlsx", "supplier-1.xlsx"]
    assert files[0]["caption"] == "配货单 · 周三蔬果团，共 1 行。"
