"""Other offers: fruit and bread, frozen and dairy, paper and soap."""

import pytest

from features.jielong.lexicon import compile_lexicon
from features.jielong.reading import read
from features.jielong.scoring import is_fully_right
from tests.features.jielong_meaning import meaning
from tests.features.jielong_offers import BAKERY, FROZEN, PAPER

_BAKERY = compile_lexicon(BAKERY)
_FROZEN = compile_lexicon(FROZEN)
_PAPER = compile_lexicon(PAPER)

_BREAD = (
    ("苹果5斤 香蕉1把", "A5 B1"),
    ("🍎一箱", "A10"),
    ("面包2袋 蛋糕1块", "C2 D1"),
    ("蛋糕2块", "D2"),
    ("小贝12个", "E2"),
    ("小贝10个", "?bad_qty"),
    ("葡萄2串", "?ambiguous_sku"),
    ("阳光玫瑰2串", "G2"),
    ("巨峰的葡萄1串", "H1"),
    ("葡萄要巨峰的2串", "H2"),
    ("蓝莓1箱", "F12"),
    ("蛋挞8个", "Q2"),
    ("红富士十斤", "A10"),
    ("苹果两公斤", "A4"),
    ("苹果醋1瓶", "?unknown_item"),
    ("张三 吐司1 蓝莓2", "张三: C1 F2"),
    ("提拉米苏38一块的来一块", "D1"),
    ("香蕉多少钱一把", "query"),
    ("苹果烂了3个", "aftersale"),
    ("一天一苹果，医生远离我", "chat"),
    ("烤了个蛋糕", "chat"),
    ("蛋糕再来1块", "+D1"),
    ("蓝莓不要了，换成香蕉", "~F B1"),
    ("1号3斤 6号2盒", "A3 F2"),
    ("A3 F2", "A3 F2"),
    ("平果3斤", "A3"),
    ("番茄2斤", "?unknown_item"),
    ("土司一袋", "C1"),
    ("两种葡萄各一串", "G1 H1"),
    ("李姐 青提1串 要甜的", "李姐: G1(要甜的)"),
    ("苹果2块一斤", "chat"),
    ("面包改成3袋", "=C3"),
    ("全部取消", "clear"),
    ("香蕉2把苹果3斤 放门口", "B2 A3 [放门口]"),
)

_COLD = (
    ("手抓饼2包", "A2"),
    ("手抓饼20片", "A2"),
    ("手抓饼15片", "?bad_qty"),
    ("酸奶一排", "?ambiguous_sku"),
    ("草莓酸奶一排", "D8"),
    ("原味酸奶2排 草莓酸奶1排", "C16 D8"),
    ("酸奶要草莓的8杯", "D8"),
    ("鸡胸肉3斤", "E1.5"),
    ("鸡胸肉2公斤", "E2"),
    ("鸡胸1kg", "E1"),
    ("鸡胸肉1斤", "E0.5"),
    ("牛肉卷500克", "H2"),
    ("肥牛卷2盒", "H2"),
    ("虾仁两袋 奶酪棒1袋", "B2 F1"),
    ("汤圆两袋", "G2"),
    ("虾仁一箱", "B20"),
    ("草莓2盒", "?unknown_item"),
    ("牛肉2斤", "?unknown_item"),
    ("酸奶过期了", "aftersale"),
    ("虾仁炒蛋真鲜", "chat"),
    ("汤圆怎么煮", "query"),
    ("元宵节吃汤圆", "chat"),
    ("我昨天煮了10个汤圆", "chat"),
    ("1. 王姐 手抓饼1 虾仁2\n2. 李姐 汤圆1", "王姐: A1 B2 李姐: G1"),
    ("奶酪帮2袋", "F2"),
    ("下仁2袋", "B2"),
    ("原味2排", "C16"),
    ("手抓饼 虾仁 各两份", "A2 B2"),
    ("虾仁少一袋", "-B1"),
    ("给我妈来两袋汤圆", "我妈: G2"),
)

_PAPERS = (
    ("抽纸1提 卷纸2提", "A1 B2"),
    ("抽纸一箱", "A8"),
    ("抽纸12包", "A2"),
    ("卷纸20卷", "B2"),
    ("卷纸15卷", "?bad_qty"),
    ("垃圾袋一打", "D12"),
    ("垃圾袋5卷", "D5"),
    ("洗衣液2瓶，牙膏3支", "C2 E3"),
    ("牙膏两盒", "E2"),
    ("湿巾一箱", "F24"),
    ("纸巾2提", "?unknown_item"),
    ("洗洁精1桶 保鲜膜2卷", "G1 H2"),
    ("李姐 抽纸2 垃圾袋3", "李姐: A2 D3"),
    ("洗衣液漏了", "aftersale"),
    ("抽纸是几层的", "query"),
    ("家里垃圾袋用完了", "chat"),
    ("垃圾袋要大号的5卷", "D5(要大号的)"),
    ("+2", "?ambiguous_sku"),
    ("1号1提 3号2瓶", "A1 C2"),
    ("牙膏换成垃圾袋2卷", "~E D2"),
    ("卫生纸3提", "B3"),
    ("抽纸只要1提", "=A1"),
    ("再来两桶洗洁精", "+G2"),
    ("洗衣液买一送一吗", "query"),
    ("用了半年的牙膏", "chat"),
    ("垃圾袋 保鲜膜 各1", "D1 H1"),
)


@pytest.mark.parametrize(("text", "means"), _BREAD)
def test_fruit_and_bread_are_read(text: str, means: str) -> None:
    reading = read(text, _BAKERY)

    assert is_fully_right(reading, meaning(means)), reading


@pytest.mark.parametrize(("text", "means"), _COLD)
def test_frozen_goods_are_read(text: str, means: str) -> None:
    reading = read(text, _FROZEN)

    assert is_fully_right(reading, meaning(means)), reading


@pytest.mark.parametrize(("text", "means"), _PAPERS)
def test_household_goods_are_read(text: str, means: str) -> None:
    reading = read(text, _PAPER)

    assert is_fully_right(reading, meaning(means)), reading
