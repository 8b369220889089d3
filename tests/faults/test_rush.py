"""A group in which everybody orders within a minute: nothing is lost, one message is edited in time."""

import os
from datetime import timedelta

import pytest

from tests.shop import opens, standing
from tests.world import open_world

pytestmark = pytest.mark.faults
HOMES = 1000 if os.environ.get("CAIBOSHI_TEST_FAULTS") == "full" else 60
TAKEN = "SELECT taken_milli FROM deal_item ORDER BY no"
LINES = "SELECT count(*), sum(qty_milli) FROM order_line"
DOUBTFUL = "SELECT count(*) FROM outbox WHERE state IN ('failed','unknown') AND chat < 0"


async def test_everybody_orders_within_a_minute(db_url: str) -> None:
    async with open_world(db_url) as world:
        await world.opens_group()
        await opens(world)
        people = [await world.person(f"邻居{number}") for number in range(HOMES)]
        for person in people:
            world.sandbox.act(person, "join", chat=world.group)
        await world.settle()
        begun = world.timeline.clock.now()
        for number, person in enumerate(people):
            world.sandbox.act(person, "send", chat=world.group, text="番茄1斤 鸡蛋1板")
            if number % max(1, HOMES // 12) == 0:  # twelve times in the minute
                await world.settle()
                await world.advance(seconds=5)

        await world.settle()
        assert world.timeline.clock.now() - begun <= timedelta(minutes=2)
        await world.advance(minutes=2)

        assert world.rows(LINES) == [(2 * HOMES, 2000 * HOMES)]
        assert world.rows(TAKEN) == [(1000 * HOMES,), (1000 * HOMES,), (0,)]
        assert f"已有 {HOMES} 户" in standing(world)
        assert sum("🧺" in text for text in world.said_to(world.leader, world.group)) == 1
        assert world.rows(DOUBTFUL) == [(0,)]
