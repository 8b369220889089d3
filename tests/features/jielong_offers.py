"""Made-up offers to read order messages against: greens, fruit and bread, frozen, paper."""

from collections.abc import Mapping
from fractions import Fraction

from features.jielong.model import MILLI, Goods, Offer


def _goods(
    sku: str,
    no: int,
    names: str,
    base: str,
    *,
    step: str = "1",
    units: Mapping[str, str] | None = None,
    bulk: Mapping[str, str] | None = None,
) -> Goods:
    """Build an item; `names` is its name and its aliases, apart by spaces."""
    name, *aliases = names.split()
    return Goods(
        sku=sku,
        no=no,
        name=name,
        base_unit=base,
        aliases=tuple(aliases),
        step_milli=int(Fraction(step) * MILLI),
        units={unit: Fraction(many) for unit, many in {base: "1", "份": "1", **(units or {})}.items()},
        bulk={unit: Fraction(many) for unit, many in (bulk or {}).items()},
    )


_WEIGHED = {"公斤": "2", "kg": "2"}

GREENS = Offer(
    (
        _goods("A", 1, "番茄 西红柿 🍅", "斤", step="0.5", units=_WEIGHED),
        _goods("B", 2, "大白菜 白菜 🥬", "颗", units={"棵": "1", "个": "1"}),
        _goods("C", 3, "土鸡蛋 鸡蛋 🥚", "板", units={"盘": "1"}, bulk={"个": "30", "枚": "30"}),
        _goods("D", 4, "小番茄 圣女果 小西红柿", "盒"),
        _goods("E", 5, "土豆 马铃薯 🥔", "袋", bulk={"斤": "5"}),
        _goods("F", 6, "五花肉 猪五花", "斤", step="0.5", units=_WEIGHED),
        _goods("G", 7, "鲜牛奶 牛奶 🥛", "瓶", units={"箱": "6"}),
        _goods("H", 8, "皇冠梨 梨 🍐", "箱", units={"件": "1"}, bulk={"斤": "10"}),
        _goods("I", 9, "西兰花 西蓝花", "颗", units={"棵": "1", "个": "1"}),
        _goods("J", 10, "鲈鱼 🐟", "条"),
        _goods("K", 11, "猪肉白菜水饺 猪肉白菜饺子 白菜水饺 猪肉水饺", "袋", units={"包": "1"}),
        _goods("L", 12, "韭菜鸡蛋水饺 韭菜鸡蛋饺子 韭菜水饺 韭菜饺子", "袋", units={"包": "1"}),
        _goods("M", 13, "草莓 🍓", "盒"),
        _goods("N", 14, "大米 东北大米 米", "袋", bulk={"斤": "10"}),
        _goods("P", 15, "香菜 芫荽", "把"),
    ),
    {"水饺": ("K", "L"), "饺子": ("K", "L")},
)

BAKERY = Offer(
    (
        _goods("A", 1, "红富士苹果 苹果 红富士 🍎", "斤", units={"箱": "10", **_WEIGHED}),
        _goods("B", 2, "香蕉 🍌", "把"),
        _goods("C", 3, "全麦吐司 吐司 面包", "袋"),
        _goods("D", 4, "提拉米苏 蛋糕 🍰", "块"),
        _goods("E", 5, "肉松小贝 小贝", "盒", bulk={"个": "6"}),
        _goods("F", 6, "蓝莓 🫐", "盒", units={"箱": "12"}),
        _goods("G", 7, "阳光玫瑰 青提 葡萄", "串"),
        _goods("H", 8, "巨峰葡萄 葡萄", "串"),
        _goods("Q", 9, "蛋挞", "盒", bulk={"个": "4"}),
    )
)

FROZEN = Offer(
    (
        _goods("A", 1, "手抓饼 葱油饼", "包", bulk={"片": "10"}),
        _goods("B", 2, "虾仁 🦐", "袋", units={"箱": "20"}),
        _goods("C", 3, "原味酸奶 原味", "杯", units={"排": "8", "板": "8"}),
        _goods("D", 4, "草莓酸奶", "杯", units={"排": "8", "板": "8"}),
        _goods("E", 5, "鸡胸肉 鸡胸", "公斤", step="0.5", units={"kg": "1", "斤": "0.5"}),
        _goods("F", 6, "奶酪棒", "袋"),
        _goods("G", 7, "黑芝麻汤圆 汤圆", "袋"),
        _goods("H", 8, "肥牛卷 牛肉卷", "盒", bulk={"克": "250"}),
    ),
    {"酸奶": ("C", "D")},
)

PAPER = Offer(
    (
        _goods("A", 1, "抽纸 面巾纸", "提", units={"箱": "8"}, bulk={"包": "6"}),
        _goods("B", 2, "卷纸 卫生纸", "提", bulk={"卷": "10"}),
        _goods("C", 3, "薰衣草洗衣液 洗衣液", "瓶"),
        _goods("D", 4, "垃圾袋", "卷", units={"打": "12"}),
        _goods("E", 5, "牙膏", "支", units={"盒": "1"}),
        _goods("F", 6, "婴儿湿巾 湿巾", "包", units={"箱": "24"}),
        _goods("G", 7, "洗洁精", "桶", units={"瓶": "1"}),
        _goods("H", 8, "保鲜膜", "卷"),
    )
)
