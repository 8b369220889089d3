"""Made-up offers to read order messages against."""

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

BUTCHER = Offer(
    (
        _goods("A", 1, "基围虾 活虾 🦐", "斤", step="0.5", units=_WEIGHED),
        _goods("B", 2, "带鱼段 带鱼", "盒"),
        _goods("C", 3, "猪小排 小排 排骨", "斤", step="0.5", units=_WEIGHED),
        _goods("D", 4, "猪大骨 大骨 筒骨", "斤", units=_WEIGHED),
        _goods("E", 5, "土鸡 老母鸡", "只"),
        _goods("F", 6, "咸鸭蛋 鸭蛋", "盒", bulk={"个": "10", "枚": "10"}),
        _goods("G", 7, "牛腱子 牛腱", "斤", step="0.5", units=_WEIGHED),
        _goods("H", 8, "鱼豆腐", "包"),
        _goods("J", 9, "豆腐 老豆腐", "块"),
        _goods("K", 10, "花蛤 蛤蜊", "斤", units=_WEIGHED),
        _goods("L", 11, "鸡蛋 土鸡蛋", "盒", bulk={"个": "15", "枚": "15"}),
        _goods("M", 12, "牛肉丸 丸子", "袋", units={"包": "1"}),
    )
)
PANTRY = Offer(
    (
        _goods("A", 1, "五常大米 大米", "袋", bulk={"斤": "10"}),
        _goods("B", 2, "小米 黄小米", "斤", units=_WEIGHED),
        _goods("C", 3, "红枣 若羌红枣", "袋", units={"包": "1"}),
        _goods("D", 4, "每日坚果 坚果", "盒", units={"箱": "4"}),
        _goods("E", 5, "龙须挂面 挂面 面条", "把", units={"捆": "1", "箱": "12"}),
        _goods("F", 6, "菜籽油 菜油", "桶", units={"壶": "1"}, bulk={"升": "5"}),
        _goods("G", 7, "蜂蜜 洋槐蜜", "瓶"),
        _goods("H", 8, "纯牛奶 牛奶 🥛", "箱", units={"提": "1"}, bulk={"盒": "12"}),
        _goods("J", 9, "绿豆", "斤", units=_WEIGHED),
        _goods("K", 10, "黄豆", "斤", units=_WEIGHED),
        _goods("L", 11, "八宝粥", "罐", units={"箱": "12"}),
        _goods("M", 12, "话梅", "包", units={"袋": "1"}),
    )
)
HOUSEHOLD = Offer(
    (
        _goods("A", 1, "抽纸 纸巾 🧻", "提", bulk={"包": "6"}),
        _goods("B", 2, "洗洁精", "瓶"),
        _goods("C", 3, "垃圾袋", "卷"),
        _goods("D", 4, "牙膏", "支", units={"盒": "1"}),
        _goods("E", 5, "蒸汽眼罩 眼罩", "盒", bulk={"片": "10"}),
        _goods("F", 6, "草莓 🍓", "盒", units={"箱": "4"}),
        _goods("G", 7, "车厘子 樱桃 🍒", "斤", step="0.5", units={"箱": "5", **_WEIGHED}),
        _goods("H", 8, "蓝莓 🫐", "盒"),
        _goods("J", 9, "赣南脐橙 脐橙 橙子 🍊", "箱", bulk={"斤": "10"}),
        _goods("K", 10, "吐司面包 吐司 🍞", "袋"),
        _goods("L", 11, "蛋挞 葡式蛋挞", "盒", bulk={"个": "6"}),
        _goods("M", 12, "凤梨 菠萝 🍍", "个", units={"只": "1"}),
    )
)
