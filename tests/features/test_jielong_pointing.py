"""Messages that point at a post about one item, or at the order of somebody else."""

import pytest

from features.jielong.lexicon import compile_lexicon
from features.jielong.model import Context
from features.jielong.reading import read
from features.jielong.scoring import is_fully_right
from tests.features.jielong_meaning import meaning
from tests.features.jielong_offers import GREENS

_LEXICON = compile_lexicon(GREENS)
_POINTING = (
    ("+1", Context(sku="M"), "M1"),
    ("+2", Context(sku="M"), "M2"),
    ("要两份", Context(sku="A"), "A2"),
    ("我要", Context(sku="A"), "A1"),
    ("2斤", Context(sku="A"), "A2"),
    ("来一箱", Context(sku="G"), "G6"),
    ("不要了", Context(sku="A"), "~A"),
    ("改成3斤", Context(sku="A"), "=A3"),
    ("再来一份", Context(sku="A"), "+A1"),
    ("还有吗", Context(sku="A"), "query"),
    ("3斤", Context(sku="E"), "?bad_qty"),
    ("接", Context(sku="M"), "M1"),
    ("李姐2份", Context(sku="M"), "李姐: M2"),
    ("1", Context(sku="M"), "M1"),
    ("真好吃", Context(sku="M"), "chat"),
    ("鸡蛋1板", Context(sku="M"), "C1"),
    ("同上", Context(sender="王姐", text="番茄2斤 鸡蛋1板"), "A2 C1"),
    ("我也要", Context(sender="王姐", text="草莓2盒"), "M2"),
    ("跟王姐一样", Context(sender="王姐", text="番茄2斤"), "A2"),
    ("一样", Context(sender="王姐", text="番茄2斤 白菜1"), "A2 B1"),
    ("+1", Context(sender="王姐", text="草莓1盒"), "M1"),
    ("同上，再加一把香菜", Context(sender="王姐", text="番茄2斤"), "A2 +P1"),
    ("我也来一份", Context(sender="王姐", text="鸡蛋1板"), "C1"),
    ("张三 同上", Context(sender="王姐", text="番茄2斤"), "张三: A2"),
    ("好吃", Context(sender="王姐", text="番茄2斤"), "chat"),
    ("3", Context(sku="M"), "M3"),
    ("我来两盒", Context(sku="M"), "M2"),
    ("+1 谢谢", Context(sku="C"), "C1"),
    ("给我妈也来一份", Context(sku="C"), "我妈: C1"),
    ("取消", Context(sku="C"), "~C"),
    ("多少钱", Context(sku="C"), "query"),
    ("30个", Context(sku="C"), "C1"),
    ("多要一份", Context(sku="C"), "+C1"),
    ("两三份", Context(sku="A"), "?ambiguous_qty"),
    ("5栋 2份", Context(sku="A"), "A2"),
    ("收到", Context(sku="A"), "chat"),
    ("坏了", Context(sku="A"), "aftersale"),
    ("同楼上", Context(sender="李姐", text="草莓1盒 番茄2斤"), "M1 A2"),
    ("我也一样", Context(sender="李姐", text="草莓1盒"), "M1"),
    ("和她一样", Context(sender="李姐", text="草莓1盒"), "M1"),
    ("同款+1", Context(sender="李姐", text="草莓1盒"), "M1"),
    ("给我妈同上", Context(sender="李姐", text="草莓1盒"), "我妈: M1"),
    ("照这个来一份", Context(sender="李姐", text="草莓1盒 番茄2斤"), "M1 A2"),
    ("谢谢", Context(sender="李姐", text="草莓1盒"), "chat"),
    ("番茄3斤", Context(sender="李姐", text="草莓1盒"), "A3"),
    ("+3", Context(sku="C"), "C3"),
    ("我也要", Context(sku="M"), "M1"),
    ("2份，放门口", Context(sku="A"), "A2 [放门口]"),
    ("来5斤", Context(sku="E"), "E1"),
    ("给我留两盒", Context(sku="M"), "M2"),
    ("帮李姐+1", Context(sku="M"), "李姐: M1"),
    ("怎么卖", Context(sku="M"), "query"),
    ("来一份", Context(sku="N"), "N1"),
    ("要", Context(sku="N"), "N1"),
    ("同上", Context(sender="张三", text="A+2 C+1"), "A2 C1"),
    ("跟楼上一样", Context(sender="张三", text="草莓1盒 番茄2斤"), "M1 A2"),
    ("同上，帮李姐也来一份", Context(sender="张三", text="草莓1盒"), "M1 李姐: M1"),
    ("我也来一份草莓", Context(sender="张三", text="草莓2盒 番茄1"), "M1"),
    ("不错", Context(sender="张三", text="草莓2盒"), "chat"),
    ("给我也来一样的", Context(sender="张三", text="鸡蛋1板 番茄1斤"), "C1 A1"),
    ("+1", Context(sender="张三", text="鸡蛋1板 番茄1斤"), "C1 A1"),
)


@pytest.mark.parametrize(("text", "context", "means"), _POINTING)
def test_what_is_pointed_at_fills_what_is_not_said(text: str, context: Context, means: str) -> None:
    reading = read(text, _LEXICON, context)

    assert is_fully_right(reading, meaning(means)), reading
