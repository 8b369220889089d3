"""Deals whose goods are on their way, for tests: neighbours ordered, and the deal came together."""

from datetime import timedelta

from features.groupbuy.model import Deal, Goods
from tests.shop import EGGS, TOMATO, at, goods, opens
from tests.world import World

BEEF = goods("B", "牛腩", 4500, "斤", weighed=True)
RICE = goods("R", "大米", 5900, "袋", category="粮油")
SECOND = timedelta(seconds=1)


async def orders(world: World, deal: Deal, person: int, name: str, milli: int) -> None:
    """Somebody orders by a button of the standing message; a second passes."""
    ((item,),) = world.rows("SELECT id FROM deal_item WHERE deal_id = ? AND name = ?", deal.id, name)
    await world.forges(person, f"v1:orders.more:{item}:{milli}", chat=world.group)
    await world.until(world.timeline.clock.now() + SECOND)


async def formed(
    world: World,
    *wanted: tuple[int, str, int],
    what: tuple[Goods, ...] = (TOMATO, EGGS),
    title: str = "周三蔬果团",
) -> Deal:
    """A deal that came together of what each person wants of the goods, in thousandths; its buyers know."""
    deal = await opens(world, what=what, title=title)
    for person, name, milli in wanted:
        await orders(world, deal, person, name, milli)
    await world.until(at(world.timeline.clock.now(), 20) + timedelta(minutes=5))
    return deal


async def arrives(world: World, *, hour: int = 17) -> None:
    """The next day at that hour the leader lets the only deal arrive; everybody is told."""
    await world.until(at(world.timeline.clock.now() + timedelta(hours=12), hour))
    await world.says(world.leader, "到货")
    if "✅ 到货了" not in world.buttons(world.leader):
        await world.taps(world.leader, "🚚 周三蔬果团")
    await world.taps(world.leader, "✅ 到货了")
    await world.advance(seconds=2)


def captions(world: World, person: int) -> list[str]:
    """Return what the bot's pictures in a private chat say, oldest first."""
    return [
        m["caption"] for m in world.sandbox.messages(person) if "photo" in m and m["from"]["id"] == world.bot
    ]


def code_of(world: World, person: int) -> str:
    """Return the six digits somebody was told last."""
    said = captions(world, person)[-1]
    line = next(line for line in said.splitlines() if line.startswith("取货码："))
    return line.partition("：")[2].replace(" ", "")
