"""What runs by itself: points that expire, at the right local minute, outside quiet hours, once."""

from datetime import UTC, datetime
from pathlib import Path

from tests.world import World, open_world

LAST_DAY = "2027年11月23日"


async def test_the_owner_hears_of_expiring_points_twice_and_then_they_lapse(world: World) -> None:
    member = await world.member()
    said = len(world.said_to(member))

    await world.until(datetime(2027, 10, 24, 1, 59, 59, tzinfo=UTC))
    assert len(world.said_to(member)) == said
    await world.until(datetime(2027, 10, 24, 2, 0, tzinfo=UTC))  # 10:00 in Shanghai, 30 days ahead
    assert f"你有 10 积分可以用到 {LAST_DAY}" in world.last_to(member)
    await world.until(datetime(2027, 11, 16, 2, 0, tzinfo=UTC))  # 7 days ahead
    assert len(world.said_to(member)) == said + 2
    await world.until(datetime(2027, 11, 23, 15, 59, 59, tzinfo=UTC))
    assert world.rows("SELECT points FROM growth_account") == [(10,)]
    await world.until(datetime(2027, 11, 23, 16, 0, tzinfo=UTC))  # midnight in Shanghai

    assert world.rows("SELECT growth, points FROM growth_account") == [(10, 0)]
    await world.says(member, "明细")
    assert "积分到期\n积分 -10" in world.last_to(member)
    assert len([t for t in world.said_to(member) if "积分快到期了" in t]) == 2


async def test_one_long_push_says_the_same_as_many_short_ones(tmp_path: Path) -> None:
    async def transcript(folder: Path, pushes: int) -> list[str]:
        async with open_world(f"sqlite:///{folder / 'world.db'}") as world:
            await world.opens_group()
            member = await world.member()
            for _ in range(pushes):
                await world.advance(days=400 / pushes)
            return world.said_to(member)

    assert await transcript(tmp_path / "one", 1) == await transcript(tmp_path / "many", 16)


async def test_a_notice_waits_for_the_end_of_the_quiet_hours(db_url: str) -> None:
    async with open_world(db_url, CAIBOSHI__GROWTH__NOTICE_AT="06:30") as world:
        await world.opens_group()
        member = await world.member()
        said = len(world.said_to(member))

        await world.until(datetime(2027, 10, 23, 23, 59, tzinfo=UTC))  # 07:59 in Shanghai
        assert len(world.said_to(member)) == said
        await world.until(datetime(2027, 10, 24, 0, 0, tzinfo=UTC))  # 08:00

        assert "积分快到期了" in world.last_to(member)


async def test_who_blocked_the_bot_is_not_written_to(world: World) -> None:
    member = await world.member()
    await world.does(member, "block")
    said = len(world.said_to(member))

    await world.advance(days=340)

    assert len(world.said_to(member)) == said
    assert world.rows("SELECT outcome FROM points_due WHERE kind = 'first_notice'") == [("unreachable",)]
    assert not [call for call in world.sandbox.calls() if not call["ok"]]


async def test_who_left_every_group_is_not_written_to(world: World) -> None:
    member = await world.member()
    await world.does(member, "leave", chat=world.group)
    said = len(world.said_to(member))

    await world.advance(days=340)

    assert len(world.said_to(member)) == said


async def test_after_a_long_silence_only_the_notice_that_still_helps_is_sent(world: World) -> None:
    member = await world.member()
    said = len(world.said_to(member))

    jump = datetime(2027, 11, 20, 2, 0, tzinfo=UTC)  # both notices are overdue, three days are left
    world.timeline.clock.set(jump)
    world.sandbox.set_clock(jump)
    await world.runtime.engine.run_due()
    await world.settle()

    assert len(world.said_to(member)) == said + 1
    outcomes = world.rows("SELECT kind, outcome FROM points_due WHERE outcome IS NOT NULL ORDER BY kind")
    assert outcomes == [("first_notice", "late"), ("last_notice", "done")]
