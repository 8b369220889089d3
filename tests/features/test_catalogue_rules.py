"""Products: what people type, prices that may be shown, codes, and what is missing before a sale."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.catalogue import demo, rules
from features.catalogue.columns import COLUMNS, STOCK, called, read_sheet
from features.catalogue.model import (
    BelowCost,
    Field,
    FloorReason,
    NoColumns,
    NotSellable,
    Priced,
    Product,
    Tier,
    Unclear,
)
from features.catalogue.reading import OPTIONAL, quantity, read, with_fields, words
from features.catalogue.writing import written
from kernel.errors import Refusal
from kernel.ids import ProductId, SupplierId
from kernel.message import Language, Text
from kernel.money import Fen, Milli
from tests.conftest import NOW
from texts import catalog

CATALOG = catalog.load()
DAY = timedelta(days=1)
ANY = st.one_of(st.text(max_size=60), st.text(alphabet="0123456789.,=:%块斤半箱个无是 -+", max_size=20))
FENS = st.integers(1, 1_000_000).map(Fen)
WORD = st.text(st.characters(categories=["L"]), min_size=1, max_size=8)


def a_product(**said: object) -> Product:
    plain = Product(
        ProductId(1), "P001", "番茄", "斤", Fen(590), supplier=SupplierId(1), supplier_name="示例农场"
    )
    return replace(plain, batch="A1", origin="示例县", **said)  # type: ignore[arg-type]


@st.composite
def products(draw: st.DrawFn) -> Product:
    """Products as they can come about."""
    price = draw(st.integers(100, 10_000))
    tiers, quantity_, falls = [], 0, price
    for _ in range(draw(st.integers(0, 3))):
        quantity_ += draw(st.integers(1, 10_000))
        falls -= draw(st.integers(1, 30))
        tiers.append(Tier(Milli(quantity_), Fen(falls)))
    milli = st.one_of(st.none(), st.integers(1, 99_999).map(Milli))
    return a_product(
        price=Fen(price),
        tiers=tuple(tiers),
        step=Milli(draw(st.integers(1, 5000))),
        limit=draw(milli),
        case_milli=draw(milli),
        units=draw(st.dictionaries(st.sampled_from(["箱", "份", "件"]), st.integers(1, 99), max_size=3)),
        bulk=draw(st.dictionaries(st.sampled_from(["个", "两"]), st.integers(2, 99), max_size=2)),
        tolerance_percent=draw(st.one_of(st.none(), st.integers(1, 50))),
        partner=draw(st.booleans()),
        active=draw(st.booleans()),
        proof=draw(st.sampled_from(["", "绿色食品 LB-0000"])),
        cost_fen=draw(st.one_of(st.none(), FENS)),
        reason=draw(st.one_of(st.none(), st.sampled_from(FloorReason))),
        aliases=tuple(draw(st.lists(st.sampled_from(["西红柿", "🍅", "洋柿子"]), unique=True))),
    )


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        (Field.PRICE, "5.9", {"price": 590}),
        (Field.PRICE, "¥5.90 / 斤", {"price": 590}),
        (Field.PRICE, "５.９元", {"price": 590}),
        (Field.PRICE, "5块9", {"price": 590}),
        (Field.PRICE, "1,200", {"price": 120_000}),
        (Field.STEP, "半斤", {"step": 500}),
        (Field.STEP, "0.5", {"step": 500}),
        (Field.LIMIT, "10 斤", {"limit": 10_000}),
        (Field.LIMIT, "无", {"limit": None}),
        (Field.TIERS, "满20斤5.5元，满50斤5元", {"tiers": ((20_000, 550), (50_000, 500))}),
        (Field.ALIASES, "西红柿、🍅,洋柿子", {"aliases": ("西红柿", "🍅", "洋柿子")}),
        (Field.UNITS, "份=1、箱 = 6", {"units": {"份": 1, "箱": 6}}),
        (Field.BULK, "个＝30", {"bulk": {"个": 30}}),
        (Field.WEIGHED, "误差 10%", {"tolerance_percent": 10}),
        (Field.WEIGHED, "不称重", {"tolerance_percent": None}),
        (Field.GREEN, "绿色食品 LB-0000", {"proof": "绿色食品 LB-0000"}),
        (Field.PARTNER, "是", {"partner": True}),
        (Field.REASON, "临期", {"reason": FloorReason.NEAR_EXPIRY}),
        (Field.SKU, " fq-01 ", {"sku": "FQ-01"}),
    ],
)
def test_people_write_it_in_many_ways(field: Field, typed: str, said: dict[str, object]) -> None:
    assert read(field, typed) == said


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        (Field.PRICE, "0"),
        (Field.PRICE, "-5"),
        (Field.PRICE, "5.999"),
        (Field.PRICE, "19.9-25"),
        (Field.PRICE, "5 或 6"),
        (Field.PRICE, "1000000"),
        (Field.TIERS, "20 斤"),
        (Field.TIERS, "50 斤 5，20 斤 5.5"),
        (Field.TIERS, "20 斤 5，50 斤 5.5"),
        (Field.BULK, "个=1"),
        (Field.UNITS, "箱"),
        (Field.UNITS, "箱=6 共两层"),
        (Field.WEIGHED, "90%"),
        (Field.GREEN, "是"),
        (Field.SKU, "货号 1"),
        (Field.SKU, "x" * 21),
        (Field.UNIT, "500g"),
        (Field.NAME, "\u200b\u202e"),
        (Field.PARTNER, "也许"),
    ],
)
def test_what_is_no_answer_names_what_was_expected(field: Field, typed: str) -> None:
    with pytest.raises(Unclear) as no:
        read(field, typed)
    assert CATALOG.plain(no.value.want, Language.ZH_CN)
    assert CATALOG.plain(no.value.want, Language.EN)


@given(field=st.sampled_from(Field), typed=ANY)
def test_whatever_is_typed_is_an_answer_or_unclear(field: Field, typed: str) -> None:
    try:
        changed = with_fields(a_product(), {field: typed})
    except Unclear:
        return
    assert changed.price > 0
    assert changed.step > 0
    assert changed.name
    assert changed.unit
    assert not changed.green or changed.proof


@given(product=products())
def test_what_a_product_says_reads_back_the_same(product: Product) -> None:
    said = {field: written(product, field) for field in Field}
    assert with_fields(replace(product, id=ProductId(1)), said) == product
    assert with_fields(rules.blank(), said | {Field.SUPPLIER: product.supplier_name}) == replace(
        product, id=ProductId(0), supplier=None
    )


def test_what_may_be_left_out_can_be_taken_away() -> None:
    full = a_product(limit=Milli(1), tiers=(Tier(Milli(1), Fen(1)),), proof="x", partner=True)
    bare = with_fields(full, dict.fromkeys(OPTIONAL, "无"))
    assert (bare.limit, bare.tiers, bare.green, bare.partner, bare.supplier, bare.batch) == (
        *(None, (), False, False, None, ""),
    )


@given(typed=st.integers(1, 99_999_999))
def test_a_quantity_keeps_its_thousandths(typed: int) -> None:
    said = f"{typed // 1000}.{typed % 1000:03}"
    assert quantity(said, "limit") == typed


@pytest.mark.parametrize("lacks", [("supplier",), ("batch",), ("origin",), ("supplier", "batch", "origin")])
def test_nothing_is_sold_without_supplier_batch_and_origin(lacks: Sequence[str]) -> None:
    none = {"supplier": None, "batch": "", "origin": ""}
    product = a_product()
    rules.check_sellable(product)
    with pytest.raises(NotSellable) as no:
        rules.check_sellable(replace(product, **{field: none[field] for field in lacks}))  # type: ignore[arg-type]
    wording = no.value.wording()
    assert wording is not None
    assert CATALOG.plain(wording, Language.ZH_CN).count("·") == len(lacks)


def test_below_the_cost_a_reason_is_needed_for_every_price_that_can_come() -> None:
    rules.check_whole(a_product(cost_fen=Fen(590)))
    with pytest.raises(BelowCost):
        rules.check_whole(a_product(cost_fen=Fen(600)))
    with pytest.raises(BelowCost):
        rules.check_whole(a_product(cost_fen=Fen(500), tiers=(Tier(Milli(9000), Fen(499)),)))
    rules.check_whole(a_product(cost_fen=Fen(600), reason=FloorReason.SEASON))


def history(*prices: tuple[int, float]) -> tuple[Priced, ...]:
    """Return prices with the days ago since which they held."""
    return tuple(Priced(Fen(price), NOW - days * DAY) for price, days in prices)


@pytest.mark.parametrize(
    ("prices", "struck"),
    [
        ((), None),
        (((500, 3),), None),
        (((590, 30), (490, 3)), 590),
        (((590, 30), (490, 7.1)), None),  # asked for the last time over seven days ago
        (((590, 30), (490, 6.9)), 590),
        (((490, 30), (590, 3)), None),  # dearer now
        (((990, 30), (590, 3), (490, 1)), 590),  # the least of the last days, not the dearest
        (((990, 2), (590, 1), (490, 0)), 590),
        (((590, 3), (490, 2), (550, 1)), None),  # it was cheaper two days ago
    ],
)
def test_only_a_price_really_asked_within_seven_days_is_struck(
    prices: tuple[tuple[int, float], ...], struck: int | None
) -> None:
    assert rules.struck_price(history(*prices), NOW) == struck


@given(prices=st.lists(st.tuples(st.integers(1, 999), st.integers(0, 400)), max_size=6))
def test_a_struck_price_is_never_invented(prices: list[tuple[int, int]]) -> None:
    told = history(*((price, hours / 24) for price, hours in sorted(prices, key=lambda each: -each[1])))
    struck = rules.struck_price(told, NOW)
    if struck is None:
        return
    *earlier, current = told
    ends = [each.since for each in told[1:]]
    assert struck > current.price
    assert any(old.price == struck and end > NOW - 7 * DAY for old, end in zip(earlier, ends, strict=True))


def test_a_rise_of_over_thirty_percent_in_a_day_is_a_surge() -> None:
    assert rules.is_surge(history((100, 9), (131, 0.5)), NOW)
    assert not rules.is_surge(history((100, 9), (130, 0.5)), NOW)
    assert not rules.is_surge(history((100, 9), (200, 2)), NOW)
    assert not rules.is_surge((), NOW)


@pytest.mark.parametrize(
    ("taken", "code"),
    [((), "P001"), (("P001", "P007", "PX", "A99", "P"), "P008"), (("P999",), "P1000"), (("P²",), "P001")],
)
def test_codes_follow_the_highest_of_our_own(taken: tuple[str, ...], code: str) -> None:
    assert next(rules.codes(taken)) == code


def test_a_name_of_two_products_is_found_whatever_its_case() -> None:
    one, other = a_product(aliases=("Roma",)), replace(a_product(), id=ProductId(2), sku="P002", name="roma")
    assert rules.ambiguous((one, other), of=one) == (("Roma", other),)
    assert rules.ambiguous((one,), of=one) == ()


@pytest.mark.parametrize("language", list(Language))
def test_every_column_is_known_by_the_name_we_give_it(language: Language) -> None:
    header = [CATALOG.plain(Text(f"catalogue.field_{column}"), language) for column in (*COLUMNS, STOCK)]
    offered = read_sheet(first=1, header=header, rows=[], faults={})
    assert offered.ignored == ()


@pytest.mark.parametrize("language", list(Language))
def test_every_offered_answer_and_example_can_be_taken(language: Language) -> None:
    for field in (Field.UNIT, Field.STORAGE):
        for word in words().units if field is Field.UNIT else words().storage:
            assert read(field, word)
    for example in called().examples:
        for column, typed in example.items():
            assert column == STOCK or read(Field(column), typed)
    assert language


def test_a_header_below_a_title_is_found_and_one_that_is_none_is_not() -> None:
    rows = [["", ""], ["品名（必填）", "单价(元)"], ["番茄", "5.9"]]
    offered = read_sheet(first=3, header=["阳光花园"], rows=rows, faults={})
    assert [(line.row, dict(line.values)) for line in offered.lines] == [
        (6, {"name": "番茄", "price": "5.9"})
    ]
    for header in (["姓名", "电话"], ["商品"], ["单价", "单位"], []):
        with pytest.raises(NoColumns):
            read_sheet(first=1, header=header, rows=[["x"]] * 9, faults={})


CELLS = st.one_of(st.sampled_from(["商品", "价格", "单位", "库存", "货号", "=1", "5.9", "番茄", ""]), ANY)


@given(rows=st.lists(st.lists(CELLS, max_size=5), max_size=8))
def test_any_sheet_is_lines_and_troubles_or_refused(rows: list[list[str]]) -> None:
    try:
        offered = read_sheet(first=1, header=["商品", "价格"], rows=rows, faults={(2, 0): "error"})
    except Refusal:
        return
    named = [line.row for line in offered.lines]
    assert named == sorted(set(named))
    assert not set(named) & {trouble.row for trouble in offered.troubles}


def test_the_goods_of_the_demo_can_be_sold() -> None:
    for said in demo.goods():
        product = with_fields(rules.blank(), said)
        rules.check_whole(product)
        rules.check_sellable(replace(product, supplier=SupplierId(1)))
    assert len(demo.goods()) == 15
