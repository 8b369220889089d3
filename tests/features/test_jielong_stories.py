"""What is told of goods with numbers in it is no order, and what asks for them is, whatever the goods are."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.jielong.lexicon import compile_lexicon
from features.jielong.model import MILLI, Kind, Op
from features.jielong.reading import read
from features.jielong.scoring import lines
from tests.features.jielong_offers import BUTCHER, GREENS, HOUSEHOLD, PANTRY

_LEXICONS = tuple(compile_lexicon(offer) for offer in (BUTCHER, PANTRY, HOUSEHOLD, GREENS))
_GOODS = (
    (0, "A", "基围虾", "斤"),
    (0, "E", "土鸡", "只"),
    (0, "J", "豆腐", "块"),
    (0, "L", "鸡蛋", "盒"),
    (1, "A", "大米", "袋"),
    (1, "H", "牛奶", "箱"),
    (1, "M", "话梅", "包"),
    (2, "F", "草莓", "盒"),
    (2, "A", "抽纸", "提"),
    (2, "J", "橙子", "箱"),
    (3, "A", "番茄", "斤"),
    (3, "J", "鲈鱼", "条"),
)
_NUMBERS = (("2", 2), ("两", 2), ("12", 12), ("五", 5))
_STORIES = (
    "我上午接的那{n}{u}{g}你看到没",
    "我的{n}{u}{g}记上了吗",
    "{g}被人踩坏{n}{u}",
    "{g}飞走了{n}{u}",
    "楼道里堆着{n}{u}{g}",
    "谁丢了{n}{u}{g}在电梯口",
    "有人多领了{n}{u}{g}，麻烦还回来",
    "{n}{u}{g}放在保安室没人领",
    "我这{n}{u}{g}是谁的",
    "我数了数，{g}只有{n}{u}",
    "{g}还了{n}{u}给团长",
    "{g}昨儿剩下{n}{u}",
    "{g}冻了{n}{u}在冰柜",
    "我老公一顿吃{n}{u}{g}",
    "{n}{u}{g}下肚，撑死我了",
    "{g}分给同事{n}{u}",
    "{g}重{n}{u}左右",
    "箱子里{n}{u}{g}摔了",
    "{g}送人{n}{u}",
    "我家冰柜塞满了，{g}有{n}{u}",
    "{g}不要买，里面都是水",
    "朋友送来{n}{u}{g}",
    "想要{n}{u}{g}的人真不少",
    "没人要的{g}剩{n}{u}",
    "我跟{n}个邻居分了一箱{g}",
    "{g}第{n}批到了",
    "{g}已经卖了{n}{u}",
    "仓库里{g}有{n}{u}",
    "今天发{g}{n}{u}，辛苦司机",
    "{g}满{n}{u}送1{u}",
    "{g}每户限{n}{u}",
    "{n}{u}{g}不够分",
    "上周{g}{n}{u}今天才到",
    "{g}我取走了{n}{u}",
    "{g}我拿走{n}{u}，跟团长说一声",
    "{g}多发了{n}{u}，我退回来",
    "团长，{g}多给了我{n}{u}",
    "{g}的盒子破了{n}个",
    "{g}尝了{n}口",
    "{n}天没吃{g}了",
    "{g}{n}分钟就熟",
    "{g}评分{n}",
    "给{g}打{n}分",
    "{g}第{n}次买了",
    "{g}又涨了{n}块",
    "{n}楼的{g}到了",
    "{g}在{n}号柜",
    "{g}在3楼{n}号",
    "{g}{n}点到",
    "{g}{n}月才上市",
    "{g}保质期{n}天",
    "{g}重量差{n}两",
    "{g}烂{n}{u}我认了",
    "{g}化成水了，{n}{u}",
    "{g}撒了{n}{u}一地",
    "{g}掉地上{n}{u}",
    "我种的{g}收了{n}{u}",
    "娃偷吃{n}{u}{g}",
    "老板说{g}要{n}{u}起批",
    "他家订了{n}{u}{g}",
    "她说{g}买{n}{u}",
    "{g}要不是太贵我就买{n}{u}",
    "本想要{n}{u}{g}的，算了",
    "{g}抢到{n}{u}，开心",
    "终于抢到{n}{u}{g}",
    "{g}吃了{n}{u}还想吃",
    "梦到中了{n}{u}{g}",
    "{g}一个人{n}{u}吃到撑",
    "群里{n}个人都在说{g}",
    "{g}{n}连冠",
    "{g}是{n}级的",
    "那天我看到{g}{n}{u}才卖10块",
    "{g}拆了{n}{u}试吃",
    "谢谢团长送的{n}{u}{g}",
    "{g}{n}{u}已取",
    "{g}{n}{u}收到",
    "收到{g}{n}{u}",
    "取了{g}{n}{u}",
    "已取{g}{n}{u}",
    "{g}{n}{u}拿到啦",
    "{g}{n}{u}好重",
    "{g}{n}{u}怎么这么小",
    "{g}{n}{u}都坏了",
    "{g}{n}{u}没给我",
    "{g}{n}{u}呢？",
    "{g}{n}{u}全是烂的",
    "')[0])",
    "from features.jielong.model import Context",
    "",
)
_WISHES = (
    ("我要{g}{n}{u}", Op.ORDER),
    ("{g}我要{n}{u}", Op.ORDER),
    ("{g}要{n}{u}", Op.ORDER),
    ("上{n}{u}{g}", Op.ORDER),
    ("给写上{g}{n}{u}", Op.ORDER),
    ("记{n}{u}{g}", Op.ORDER),
    ("帮我记上{g}{n}{u}", Op.ORDER),
    ("{g}下{n}{u}", Op.ORDER),
    ("我选{g}{n}{u}", Op.ORDER),
    ("{g}{n}{u}、谢谢团长辛苦", Op.ORDER),
    ("我家也来{n}{u}{g}吧", Op.ORDER),
    ("{g}给我留{n}{u}哈", Op.ORDER),
    ("今天就{g}{n}{u}", Op.ORDER),
    ("{g} {n} {u}", Op.ORDER),
    ("{g}（{n}{u}）", Op.ORDER),
    ("{n}{u}{g}，麻烦了", Op.ORDER),
    ("晚上来拿，{g}{n}{u}", Op.ORDER),
    ("{g}{n}{u}，晚上下班来拿", Op.ORDER),
    ("{g}{n}{u}我下楼拿", Op.ORDER),
    ("{g}{n}{u}送人的", Op.ORDER),
    ("{g}，{n}{u}", Op.ORDER),
    ("{g}来上{n}{u}", Op.ORDER),
    ("{g}看着不错，来{n}{u}", Op.ORDER),
    ("上次{g}很好，再来{n}{u}", Op.ADD),
    ("{g}好吃，我再要{n}{u}", Op.ADD),
    ("老公爱吃{g}，{n}{u}走起", Op.ORDER),
    ("{g}给我整{n}{u}", Op.ORDER),
    ("{g}搞{n}{u}试试", Op.ORDER),
    ("想买{n}{u}{g}", Op.ORDER),
    ("{g}订{n}{u}，不要坏的", Op.ORDER),
    ("{g}{n}{u}别给我压坏了", Op.ORDER),
    ("{g}{n}{u}，怕坏，分开装", Op.ORDER),
    ("请给我{n}{u}{g}，钱已转", Op.ORDER),
    ("团长在吗 {g}{n}{u}", Op.ORDER),
    ("不好意思才看到，{g}{n}{u}", Op.ORDER),
    ("那就{g}{n}{u}好了", Op.ORDER),
    ("最后再加{n}{u}{g}", Op.ADD),
    ("{g}多加{n}{u}", Op.ADD),
    ("{g}少拿{n}{u}", Op.SUB),
    ("{g}减掉{n}{u}", Op.SUB),
    ("{g}改{n}{u}", Op.SET),
    ("{g}调成{n}{u}", Op.SET),
    ("{g}划掉", Op.REMOVE),
    ("{g}不订了", Op.REMOVE),
    ("{g}退掉吧", Op.REMOVE),
    ("{g}先不要了，谢谢", Op.REMOVE),
    ("家里还有，{g}不要了", Op.REMOVE),
    ("{g}买重了，取消", Op.REMOVE),
)
# what may go wrong with goods, in words that are not in any list of ours or in those that are
_WRONG = (
    "长虫了",
    "有虫子",
    "鼓包了",
    "胀袋了",
    "黑得没法吃",
    "不敢吃",
    "一股异味",
    "发黑",
    "发黄",
    "发芽了",
    "发软",
    "有根头发",
    "里有异物",
    "过期了",
    "漏油",
    "漏气了",
    "裂了",
    "塌了",
    "蔫了",
    "吃得拉肚子",
    "变质了",
    "酸了",
    "缺斤少两",
    "没收到",
    "送错了",
    "打开就臭",
    "化冻了",
    "碎成渣",
    "瘪了",
    "不新鲜",
    "长毛了",
    "馊了",
)
_AFTER = (
    "",
    "{n}{u}",
    "，{n}{u}",
    "，{n}{u}都这样",
    "，申请退{n}{u}的钱",
    "，要退",
    "，退我{n}{u}",
    "，给我补{n}{u}",
    "，要求赔{n}{u}",
    "，再送{n}{u}来",
    "，取消{n}{u}",
    "，不要了",
    "，改成{n}{u}",
    "，少要{n}{u}",
    "。{n}{u}里面三四个",
    "！！{n}{u}啊",
)
_ODD = "拧扭晃抖抠踹咬啃吼掰晾摞攒捆瞅捂撕扯拽揉"


@pytest.mark.parametrize("story", _STORIES)
def test_what_is_told_of_goods_has_no_lines(story: str) -> None:
    texts = [
        (offer, story.format(g=name, n=many, u=unit))
        for offer, _, name, unit in _GOODS
        for many in ("2", "两")
    ]

    found = [text for offer, text in texts if lines(read(text, _LEXICONS[offer]))]

    assert found == []


@settings(max_examples=600, deadline=None)
@given(st.sampled_from(_WISHES), st.sampled_from(_GOODS), st.sampled_from(_NUMBERS))
def test_what_asks_for_goods_has_one_line(
    wish: tuple[str, Op], goods: tuple[int, str, str, str], number: tuple[str, int]
) -> None:
    offer, sku, name, unit = goods
    text = wish[0].format(g=name, n=number[0], u=unit)

    reading = read(text, _LEXICONS[offer])

    milli = None if wish[1] is Op.REMOVE else number[1] * MILLI
    assert lines(reading) == Counter([(None, wish[1], sku, milli)]), text


@settings(max_examples=600, deadline=None)
@given(st.sampled_from(_WRONG), st.sampled_from(_AFTER), st.sampled_from(_GOODS), st.sampled_from(_NUMBERS))
def test_a_message_that_complains_orders_nothing(
    wrong: str, after: str, goods: tuple[int, str, str, str], number: tuple[str, int]
) -> None:
    offer, _, name, unit = goods
    text = f"{name}{wrong}" + after.format(n=number[0], u=unit)

    reading = read(text, _LEXICONS[offer])

    assert (reading.kind, lines(reading), reading.clarify) == (Kind.AFTERSALE, Counter(), ()), text


@settings(max_examples=400, deadline=None)
@given(
    st.text(_ODD, min_size=1, max_size=3),
    st.sampled_from(_GOODS),
    st.sampled_from(_NUMBERS),
    st.sampled_from(("{g}{odd}了{n}{u}", "{g}被{odd}了{n}{u}", "{g}{odd}着{n}{u}", "{g}{odd}了，{n}{u}")),
)
def test_goods_with_what_became_of_them_and_a_number_are_no_order(
    odd: str, goods: tuple[int, str, str, str], number: tuple[str, int], form: str
) -> None:
    offer, _, name, unit = goods
    text = form.format(g=name, odd=odd, n=number[0], u=unit)

    assert lines(read(text, _LEXICONS[offer])) == Counter(), text


@settings(max_examples=200, deadline=None)
@given(
    st.integers(1, 12),
    st.sampled_from(
        (
            "方案好",
            "线坏了",
            "门关了",
            "桌满了",
            "公交来了",
            "下雨",
            "来拿",
            "停电",
            "那天不在",
            "以后再说",
            "放假",
        )
    ),
    st.sampled_from(("", "我选", "选", "坐", "走", "支持", "去")),
)
def test_a_number_of_another_thing_is_no_item(number: int, what: str, before: str) -> None:
    text = f"{before}{number}号{what}"

    assert lines(read(text, _LEXICONS[3])) == Counter(), text
