"""Messages made together with their meaning, and talk made without any: the reader must agree."""

from collections import Counter
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from features.jielong.lexicon import compile_lexicon
from features.jielong.model import MILLI, Context, Kind, Op
from features.jielong.reading import read
from features.jielong.scoring import lines
from tests.features.jielong_offers import GREENS

_LEXICON = compile_lexicon(GREENS)
_NAMES = (
    "番茄",
    "西红柿",
    "大白菜",
    "白菜",
    "鸡蛋",
    "小番茄",
    "土豆",
    "五花肉",
    "牛奶",
    "西兰花",
    "鲈鱼",
    "草莓",
    "大米",
    "香菜",
)
_PEOPLE = (
    "张三",
    "李四",
    "王阿姨",
    "李姐",
    "老赵",
    "小陈妈妈",
    "赵六",
    "孙大妈",
    "周叔叔",
    "豆豆妈",
    "吴老师",
)
_DOORS = ("", "", "3号楼 ", "5栋1203 ", "8-2-603 ", "302 ", "七号楼 ", "6栋2单元301 ")
_HEADERS = ("", "#接龙\n", "接龙\n\n", "#接龙\n周三蔬菜团\n\n", "【周末团】\n")
_NOISE = ("", "", "", "，谢谢", " 谢谢团长", "，辛苦了", "😊", " 🙏🙏", "。", "！")
_TALK_BEFORE = ("昨天", "上次", "我家", "超市", "孩子", "朋友", "隔壁")
_TALK_AFTER = (
    "真好吃",
    "吃完了",
    "涨价了",
    "做汤了",
    "太甜了",
    "是我种的",
    "买多了",
    "怎么做",
    "坏了",
    "都送人了",
    "不错",
)
_DIGITS = "零一二三四五六七八九十"


@st.composite
def _goods(draw: st.DrawFn) -> tuple[str, str, Fraction]:
    """An item as `name|unit`, its sku, and how many base units one of that unit is."""
    item = draw(st.sampled_from([each for each in GREENS.goods if {each.name, *each.aliases} & set(_NAMES)]))
    name = draw(st.sampled_from([each for each in (item.name, *item.aliases) if each in _NAMES]))
    unit = draw(st.sampled_from(["", *item.units]))
    return f"{name}|{unit}", item.sku, Fraction(item.units.get(unit, 1))


@st.composite
def _line(draw: st.DrawFn) -> tuple[str, tuple[str, int]]:
    """One line as typed, with its sku and thousandths."""
    named, sku, factor = draw(_goods())
    name, unit = named.split("|")
    many = draw(st.integers(1, 10))
    form = draw(st.sampled_from(("behind", "spaced", "before", "chinese", "plus", "times", "colon")))
    milli = int(many * factor * MILLI)
    written = {
        "behind": f"{name}{many}{unit}",
        "spaced": f"{name} {many}{unit}",
        "before": f"{many}{unit or '份'}{name}",
        "chinese": f"{name}{_chinese(many)}{unit or '份'}",
        "plus": f"{name}+{many}",
        "times": f"{name}x{many}",
        "colon": f"{name}：{many}{unit}",
    }[form]
    if form in ("plus", "times") or (form in ("before", "chinese") and not unit):
        milli = many * MILLI
    return written, (sku, milli)


def _chinese(many: int) -> str:
    return "两" if many == 2 else _DIGITS[many]


_BASKET = st.lists(_line(), min_size=1, max_size=4)
_BETWEEN = st.sampled_from(("，", " ", "、", "\n", "； ", ","))


@settings(max_examples=300, deadline=None)
@given(_BASKET, _BETWEEN, st.sampled_from(_NOISE), st.sampled_from(("", "我要", "团长 ", "来", "给我来")))
def test_a_basket_is_read_as_it_was_made(
    basket: list[tuple[str, tuple[str, int]]], between: str, noise: str, wish: str
) -> None:
    text = wish + between.join(written for written, _ in basket) + noise

    reading = read(text, _LEXICON)

    made = Counter((None, Op.ORDER, sku, milli) for _, (sku, milli) in basket)
    assert (reading.kind, lines(reading), reading.clarify) == (Kind.ORDER, made, ()), text


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(_PEOPLE), st.sampled_from(_DOORS), _BASKET), min_size=1, max_size=4),
    st.sampled_from((". ", "、", ".", ") ", "．")),
    st.sampled_from(_HEADERS),
    st.sampled_from(("", "\n", "。")),
)
def test_a_numbered_list_is_read_person_by_person(
    entries: list[tuple[str, str, list[tuple[str, tuple[str, int]]]]], mark: str, header: str, end: str
) -> None:
    rows = [
        f"{number}{mark}{door}{name} {' '.join(written for written, _ in basket)}"
        for number, (name, door, basket) in enumerate(entries, 1)
    ]
    text = header + "\n".join(rows) + end

    reading = read(text, _LEXICON)

    made = Counter((name, Op.ORDER, sku, milli) for name, _, basket in entries for _, (sku, milli) in basket)
    assert lines(reading) == made, text


@settings(max_examples=150, deadline=None)
@given(
    _goods(),
    st.integers(1, 9),
    st.sampled_from(
        (
            ("{name}再加{many}{unit}", Op.ADD),
            ("再来{many}{unit}{name}", Op.ADD),
            ("追加{name}{many}{unit}", Op.ADD),
            ("{name}少要{many}{unit}", Op.SUB),
            ("{name}减{many}{unit}", Op.SUB),
            ("{name}改成{many}{unit}", Op.SET),
            ("把{name}改为{many}{unit}", Op.SET),
            ("{name}不要了", Op.REMOVE),
            ("取消{name}", Op.REMOVE),
        )
    ),
    st.sampled_from(_NOISE),
)
def test_a_change_is_read_as_it_was_made(
    goods: tuple[str, str, Fraction], many: int, form: tuple[str, Op], noise: str
) -> None:
    named, sku, factor = goods
    name, unit = named.split("|")
    text = form[0].format(name=name, many=many, unit=unit or "份") + noise

    reading = read(text, _LEXICON)

    milli = None if form[1] is Op.REMOVE else int(many * (factor if unit else 1) * MILLI)
    assert lines(reading) == Counter([(None, form[1], sku, milli)]), text


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(_TALK_BEFORE),
    st.sampled_from(("买了", "吃了", "的", "做了", "炒了", "送了")),
    _line(),
    st.sampled_from(_TALK_AFTER),
)
def test_talk_about_goods_is_never_an_order(
    before: str, verb: str, line: tuple[str, tuple[str, int]], after: str
) -> None:
    text = f"{before}{verb}{line[0]}{after}"

    assert not lines(read(text, _LEXICON)), text


@settings(max_examples=150, deadline=None)
@given(
    _line(),
    st.sampled_from(
        ("多少钱", "还有吗", "什么时候到", "怎么卖", "够吗", "新鲜吗", "能便宜吗", "？", "几点能取")
    ),
)
def test_a_question_with_a_number_is_never_an_order(line: tuple[str, tuple[str, int]], asked: str) -> None:
    reading = read(line[0] + asked, _LEXICON)

    assert reading.kind is Kind.QUERY, line[0] + asked


@settings(max_examples=60, deadline=None)
@given(_BASKET)
def test_pointing_at_an_order_copies_it(basket: list[tuple[str, tuple[str, int]]]) -> None:
    pointed = Context(sender="李姐", text="，".join(written for written, _ in basket))

    assert lines(read("同上", _LEXICON, pointed)) == lines(read(pointed.text or "", _LEXICON))
