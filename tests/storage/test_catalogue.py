"""The catalogue on both databases: codes once, prices in order, changes guarded, files imported once."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from features.catalogue import demo
from features.catalogue.importing import Importing
from features.catalogue.model import BatchOver, Field, Line, Offered, ProductChanged, SkuTaken
from features.catalogue.service import Catalogue
from kernel.clock import ManualClock
from kernel.errors import Refusal
from kernel.ids import GroupId, MemberId, ProductId
from kernel.money import Fen, Milli
from storage.db import Db
from storage.uow import SqlUow
from tests.conftest import Disk
from tests.storage.builders import CALLERS, MINUTE, a_group, a_member, a_product

CATALOGUE = Catalogue()
IMPORTING = Importing(CATALOGUE)
TOMATO: Mapping[Field, str] = {
    Field.NAME: "番茄",
    Field.UNIT: "斤",
    Field.PRICE: "5.9",
    Field.SUPPLIER: "农场",
}


def a_line(row: int = 2, **said: str) -> Line:
    values = {Field(name): typed for name, typed in said.items()}
    return Line(row, {**TOMATO, **values}, Milli(7000))


def weighed(uow: SqlUow, *lines: Line) -> int | None:
    member, group = a_member(uow), a_group(uow)
    return IMPORTING.weigh(uow, member=member.id, group=group.id, offered=Offered(lines, ())).batch


def ended(uow: SqlUow, member: int = 1) -> str:
    try:
        IMPORTING.run(uow, member=MemberId(member), batch=1)
    except Refusal as no:
        return type(no).__name__
    return "imported"


async def test_a_product_comes_back_as_it_was_kept(db: Db) -> None:
    kept = await db.run(lambda uow: demo.seed(uow, catalogue=CATALOGUE))

    assert await db.run(lambda uow: uow.catalogue.every()) == kept
    assert await db.run(lambda uow: uow.catalogue.get(kept[0].id)) == kept[0]
    assert await db.run(lambda uow: demo.seed(uow, catalogue=CATALOGUE)) == ()


async def test_many_at_once_get_a_code_each(db: Db, check: Disk) -> None:
    await asyncio.gather(*(db.run(lambda uow: CATALOGUE.add(uow, values=TOMATO)) for _ in range(CALLERS)))

    assert await check("SELECT count(DISTINCT sku) FROM product") == [(CALLERS,)]
    assert await check("SELECT count(*) FROM supplier") == [(1,)]
    assert await check("SELECT count(*) FROM product_price") == [(CALLERS,)]


async def test_a_code_is_taken_once_whatever_its_case(db: Db, check: Disk) -> None:
    first = await db.run(lambda uow: CATALOGUE.add(uow, values={**TOMATO, Field.SKU: "fq-1"}))

    for act in (
        lambda uow: CATALOGUE.add(uow, values={**TOMATO, Field.SKU: "Fq-1"}),
        lambda uow: CATALOGUE.change(uow, product=a_product(uow, sku="X"), values={Field.SKU: "FQ-1"}),
    ):
        with pytest.raises(SkuTaken):
            await db.run(act)

    assert await db.run(lambda uow: uow.catalogue.by_sku("fQ-1")) == first
    assert await check("SELECT sku FROM product") == [("FQ-1",)]


async def test_of_two_changes_of_one_version_the_second_is_refused(db: Db, check: Disk) -> None:
    product = await db.run(a_product)
    await db.run(lambda uow: CATALOGUE.change(uow, product=product, values={Field.PRICE: "4.9"}))

    with pytest.raises(ProductChanged):
        await db.run(lambda uow: CATALOGUE.change(uow, product=product, values={Field.PRICE: "3.9"}))

    assert await check("SELECT price_fen, version, was_fen FROM product") == [(490, 2, 590)]


async def test_prices_are_kept_in_order_and_only_when_they_change(db: Db, clock: ManualClock) -> None:
    product = await db.run(a_product)

    def change(uow: SqlUow, typed: str) -> None:
        now = CATALOGUE.find(uow, product=product.id)
        CATALOGUE.change(uow, product=now, values={Field.PRICE: typed, Field.ORIGIN: f"o{typed}"})

    for typed in ("4.9", "4.90", "5.5", "5.9"):
        clock.set(clock.now() + MINUTE)
        await db.run(partial(change, typed=typed))

    prices = await db.run(lambda uow: uow.catalogue.prices(product.id))

    assert [price for price, _ in prices] == [590, 490, 550, 590]
    assert [since for _, since in prices] == sorted(since for _, since in prices)


async def test_goods_off_sale_are_not_among_those_on_sale(db: Db) -> None:
    def unit(uow: SqlUow) -> tuple[list[str], set[int]]:
        a_product(uow, sku="B")
        a_product(uow, sku="A")
        a_product(uow, sku="C", active=False)
        many = uow.catalogue.get_many([ProductId(1), ProductId(3), ProductId(9)])
        return [product.sku for product in uow.catalogue.active()], set(many)

    assert await db.run(unit) == (["A", "B"], {1, 3})


async def test_of_many_taps_one_imports(db: Db, check: Disk) -> None:
    await db.run(lambda uow: weighed(uow, a_line(), a_line(3, name="白菜")))

    ends = await asyncio.gather(*(db.run(ended) for _ in range(CALLERS)))

    assert sorted(ends) == ["BatchOver"] * (CALLERS - 1) + ["imported"]
    assert await check("SELECT sku, name FROM product ORDER BY id") == [("P001", "番茄"), ("P002", "白菜")]


async def test_what_came_with_a_file_is_told_with_its_stock(db: Db) -> None:
    await db.run(lambda uow: weighed(uow, a_line(), replace(a_line(3, name="白菜"), stock=None)))
    assert await db.run(lambda uow: uow.catalogue.batch(1)) == ()

    await db.run(ended)

    came = await db.run(lambda uow: uow.catalogue.batch(1))
    assert [(product.name, stock) for product, stock in came] == [("番茄", 7000), ("白菜", None)]
    assert await db.run(lambda uow: uow.catalogue.batch(9)) == ()


async def test_a_file_is_its_senders_and_waits_an_hour(db: Db, clock: ManualClock) -> None:
    await db.run(lambda uow: weighed(uow, a_line()))
    assert await db.run(lambda uow: ended(uow, member=2)) == "BatchOver"

    clock.set(clock.now() + timedelta(hours=1))

    assert await db.run(ended) == "BatchOver"
    with pytest.raises(BatchOver):
        await db.run(lambda uow: IMPORTING.drop(uow, member=MemberId(1), batch=1))


async def test_what_changed_meanwhile_is_left_out_and_told(db: Db, check: Disk) -> None:
    await db.run(lambda uow: weighed(uow, a_line(), a_line(3, name="白菜", price="4", sku="B1")))
    await db.run(lambda uow: a_product(uow, "白菜", sku="B1", cost_fen=Fen(500)))

    done = await db.run(lambda uow: IMPORTING.run(uow, member=MemberId(1), batch=1))

    assert (done.added, done.changed, done.skipped) == (1, 0, 1)
    assert await check("SELECT sku, price_fen FROM product ORDER BY sku") == [("B1", 590), ("P001", 590)]


async def test_a_question_is_kept_in_the_place_of_another_and_ends_with_its_time(
    db: Db, clock: ManualClock
) -> None:
    def asks(uow: SqlUow, field: Field, product: int | None) -> None:
        member, group = a_member(uow), a_group(uow)
        uow.catalogue.wait(
            member.id,
            group=GroupId(group.id),
            field=field,
            product=None if product is None else ProductId(product),
            given={"name": "番茄"},
            message=None,
            until=uow.now + MINUTE,
        )

    await db.run(lambda uow: asks(uow, Field.UNIT, None))
    await db.run(lambda uow: asks(uow, Field.PRICE, 3))

    found = await db.run(lambda uow: uow.catalogue.waiting(a_member(uow).user, now=uow.now))
    assert found is not None
    assert (found.field, found.product, dict(found.given)) == (Field.PRICE, 3, {"name": "番茄"})
    clock.set(clock.now() + MINUTE)
    assert await db.run(lambda uow: uow.catalogue.waiting(a_member(uow).user, now=uow.now)) is None
    assert await db.run(lambda uow: uow.setup.waiting(a_member(uow).user, now=uow.now)) is None
    assert await db.run(lambda uow: uow.catalogue.forget(a_member(uow).id))
    assert not await db.run(lambda uow: uow.catalogue.forget(a_member(uow).id))
