"""The reader answers to anything: no fault, no order of nothing, none out of all proportion."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.jielong.lexicon import compile_lexicon
from features.jielong.model import MILLI, MOST_UNITS, Context, Kind, Offer, Op, Reading
from features.jielong.reading import read
from tests.features.jielong_offers import GREENS

_LEXICON = compile_lexicon(GREENS)
_PIECES = (
    *"番茄鸡蛋草莓米梨水饺一二两三半十百千万斤盒板袋份个各都再少加改成不要取消换还是错了",
    *"张三李姐号楼栋吗呢了的，。、：；（）\n ",
    *("+", "-", "*", "x", "1", "0", "99", "1.5", "1/2", "A", "C", "1.", "①", "️⃣", "🍅", "¥"),
    *("同上", "老样子", "已付", "尾号", "元"),
)
_COUNTED = (Op.ORDER, Op.ADD, Op.SUB, Op.SET)


def _check(reading: Reading) -> None:
    for order in reading.orders:
        assert reading.kind is Kind.ORDER
        assert order.lines
        for line in order.lines:
            assert (line.qty_milli is not None) == (line.op in _COUNTED)
            assert line.qty_milli is None or 0 < line.qty_milli <= MOST_UNITS * MILLI
            assert (line.sku is None) == (line.op is Op.CLEAR)


@settings(max_examples=400, deadline=None)
@given(st.text(max_size=60), st.sampled_from((Context(), Context(sku="M"), Context(text="番茄2斤"))))
def test_any_text_has_a_reading(text: str, context: Context) -> None:
    _check(read(text, _LEXICON, context))


@settings(max_examples=600, deadline=None)
@given(st.lists(st.sampled_from(_PIECES), max_size=25).map("".join))
def test_any_mixture_of_its_own_words_has_a_reading(text: str) -> None:
    _check(read(text, _LEXICON, Context(sku="A")))
    _check(read(text, _LEXICON, Context(sender="李姐", text=text)))


@pytest.mark.parametrize(
    "piece", ["番茄2", "番", "1", "一", "要", "再来", "张三 ", "\n", "1.", "番茄 ", "不对 ", "️⃣"]
)
def test_the_longest_message_is_read(piece: str) -> None:
    _check(read((piece * 4096)[:4096], _LEXICON))


@settings(max_examples=200, deadline=None)
@given(
    st.one_of(st.integers(), st.floats(allow_nan=False), st.fractions()),
    st.sampled_from(("", "斤", "份", "kg")),
)
def test_a_number_is_counted_in_steps_or_asked_about(number: object, unit: str) -> None:
    reading = read(f"番茄{number}{unit}", _LEXICON)

    _check(reading)
    assert all(
        line.qty_milli is None or line.qty_milli % 500 == 0 for each in reading.orders for line in each.lines
    )


@pytest.mark.parametrize(
    "quantity", ["0斤", "-2", "-2斤", "0.3斤", "99999斤", "123456789012斤", "1/3斤", "一万斤", "零斤"]
)
def test_a_quantity_that_cannot_be_is_asked_about(quantity: str) -> None:
    reading = read(f"番茄{quantity}", _LEXICON)

    assert [each.reason.value for each in reading.clarify] == ["bad_qty"]
    assert reading.orders == ()


def test_an_offer_without_goods_reads_everything_as_something() -> None:
    empty = compile_lexicon(Offer(()))

    assert read("番茄2斤", empty).orders == ()
    assert read("+1", empty).orders == ()


def test_an_alias_of_two_deals_is_asked_about() -> None:
    first, second = GREENS.goods[0], GREENS.goods[12]
    both = compile_lexicon(Offer((first, type(second)("Z", 99, "番茄苗", "棵", aliases=("番茄",)))))

    reading = read("番茄2", both)

    assert [(each.reason.value, each.candidates) for each in reading.clarify] == [
        ("ambiguous_sku", ("A", "Z"))
    ]


def test_the_same_words_are_always_read_the_same_way() -> None:
    text = "1. 张三 番茄2斤 要熟的\n2. 李姐 鸡蛋1板 排骨1份 已付"

    assert len({repr(read(text, compile_lexicon(GREENS))) for _ in range(5)}) == 1
