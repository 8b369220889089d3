"""A small shop for tests: goods, deals, and how neighbours order."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from features.groupbuy.model import Deal, DealState, Goods, Terms
from kernel.ids import DealId, GroupId, MemberId, PickupPointId
from kernel.money import Fen, Milli
from storage.uow import SqlUow
from tests.world import World

HALL = "3 号楼大厅"
HOURS = timedelta(hours=1)


def goods(sku: str = "A", name: str = "番茄", price: int = 380, unit: str = "斤", **more: Any) -> Goods:
    """Goods that can be sold."""
    known: dict[str, Any] = {
        "origin": "本地大棚",
        "batch": "B1",
        "supplier": "青禾合作社",
        "units": (("份", 1000),),
    }
    return Goods(sku, name, unit, Fen(price), **(known | more))


TOMATO = goods("A", "番茄", 380, aliases=("西红柿", "🍅"), step=Milli(500))
EGGS = goods("C", "土鸡蛋", 2680, "板", aliases=("鸡蛋",), bulk=(("个", 30),))
BERRIES = goods("M", "草莓", 2990, "盒", stock=Milli(5000), home_limit=Milli(2000))


def but(kept: Goods, **more: Any) -> Goods:
    """The same goods, with something else about them."""
    known = {name: getattr(kept, name) for name in Goods.__slots__}
    return Goods(**(known | more))


async def a_point(world: World, name: str = HALL) -> PickupPointId:
    """The group has a pick-up point."""

    def unit(uow: SqlUow) -> PickupPointId:
        made = world.runtime.app.pickup.add(uow, group=GroupId(1), name=name, hours="每天 17:00–20:00")
        return made.id

    return await world.runtime.db.run(unit)


async def opens(
    world: World,
    *,
    what: Sequence[Goods] = (TOMATO, EGGS, BERRIES),
    title: str = "周三蔬果团",
    **more: Any,
) -> Deal:
    """A leader opens a deal: until 20:00 today, picked up tomorrow from 17:00 to 20:00, unless told else."""
    point = more.pop("point", None) or await a_point(world)
    now = world.timeline.clock.now()
    terms = Terms(
        title=title,
        closes_at=at(now, 20),
        point=point,
        pickup_at=at(now + timedelta(days=1), 17),
        pickup_until=at(now + timedelta(days=1), 20),
    )
    terms = Terms(**({name: getattr(terms, name) for name in Terms.__slots__} | more))

    def unit(uow: SqlUow) -> Deal:
        app, leader = world.runtime.app, MemberId(1)
        made = app.groupbuy.draft(uow, group=GroupId(1), terms=terms, goods=what, by=leader)
        return app.groupbuy.publish(uow, deal=made.id, by=leader)

    deal = await world.runtime.db.run(unit)
    await world.advance(seconds=3)  # the standing message is posted, its number learnt, and pinned
    return deal


def at(now: datetime, hour: int) -> datetime:
    """Return the instant of an hour of that day in Shanghai."""
    local = now + timedelta(hours=8)
    return (
        now + timedelta(hours=hour) - timedelta(hours=local.hour, minutes=local.minute, seconds=local.second)
    )


def standing(world: World) -> str:
    """Return the group's standing message as it reads now."""
    return next(text for text in reversed(world.said_to(world.leader, world.group)) if "🧺" in text)


async def state(world: World, deal: DealId) -> DealState:
    """Return where a deal stands."""
    found = await world.runtime.db.run(lambda uow: uow.deals.get(deal))
    assert found is not None
    return found.state
