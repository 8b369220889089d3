"""A leader's desk for tests: products to sell, the card, and a draft that is all there."""

from typing import Any

from features.catalogue.model import Field
from storage.uow import SqlUow
from tests.shop import a_point
from tests.world import World

READY = {Field.SUPPLIER: "青禾合作社", Field.BATCH: "B1", Field.ORIGIN: "山东寿光"}
TOMATO = {Field.NAME: "番茄", Field.UNIT: "斤", Field.PRICE: "5.9", **READY}
EGGS = {Field.NAME: "鸡蛋", Field.UNIT: "板", Field.PRICE: "25", Field.LIMIT: "2", **READY}
BARE = {Field.NAME: "草莓", Field.UNIT: "盒", Field.PRICE: "29.9"}
STATES = "SELECT state, title FROM deal ORDER BY id"
ITEMS = "SELECT no, name, price_fen, stock_milli, home_limit_milli FROM deal_item ORDER BY deal_id, no"


async def sells(world: World, *products: dict[Field, str]) -> None:
    """The catalogue has these products."""

    def unit(uow: SqlUow) -> None:
        for values in products:
            world.runtime.app.catalogue.add(uow, values=values)

    await world.runtime.db.run(unit)


async def drafts(world: World, *names: str, person: int | None = None) -> int:
    """A leader begins a deal of tomatoes and eggs at the group's only point, and chooses some."""
    leader = person or world.leader
    await a_point(world)
    await sells(world, TOMATO, EGGS, BARE)
    await world.says(leader, "开团")
    await world.taps(leader, "＋ 新开一团")
    if names:
        await world.taps(leader, "❗ 商品")
        for name in names:
            await world.taps(leader, button(world, leader, f"☐ {name}"))
        await world.taps(leader, "‹ 回到草稿")
    return leader


async def publishes(world: World, *names: str) -> int:
    """A leader publishes such a deal."""
    leader = await drafts(world, *(names or ("番茄",)))
    await world.taps(leader, "看一眼再发布")
    await world.taps(leader, "发布到群里")
    await world.advance(seconds=3)
    return leader


def card(world: World, person: int) -> dict[str, Any]:
    """Return the newest message of the bot: the card, wherever it stands."""
    mine = [m for m in world.sandbox.messages(person) if m["from"]["id"] == world.bot]
    return mine[-1]


def buttons(world: World, person: int) -> list[str]:
    """Return the labels under the card."""
    rows = card(world, person).get("reply_markup", {}).get("inline_keyboard", [])
    return [each["text"] for row in rows for each in row]


def button(world: World, person: int, begins: str) -> str:
    """Return the label under the card that begins so."""
    return next(label for label in buttons(world, person) if label.startswith(begins))


def data_of(world: World, person: int, label: str) -> str:
    """Return what a button under the card would send."""
    rows = card(world, person)["reply_markup"]["inline_keyboard"]
    return next(str(each["callback_data"]) for row in rows for each in row if each["text"] == label)


async def reprices(world: World, name: str, price: str, field: Field = Field.PRICE) -> None:
    def unit(uow: SqlUow) -> None:
        product = next(each for each in uow.catalogue.every() if each.name == name)
        world.runtime.app.catalogue.change(uow, product=product, values={field: price})

    await world.runtime.db.run(unit)


async def a_leader(world: World, name: str = "赵姐", *, language: str = "zh") -> int:
    """Another leader of the group."""
    person = await world.member(name, language=language)
    await world.says(world.leader, "分工")
    await world.taps(world.leader, "＋ 团长")
    link = world.last_to(world.leader).split("start=")[1].split()[0]
    await world.does(person, "start", payload=link)
    return person
