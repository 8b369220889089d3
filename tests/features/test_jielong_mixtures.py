"""Every kind of message in turn: orders, changes, questions and talk."""

import pytest

from features.jielong.lexicon import compile_lexicon
from features.jielong.reading import read
from features.jielong.scoring import is_fully_right
from tests.features.jielong_meaning import meaning
from tests.features.jielong_offers import GREENS

_LEXICON = compile_lexicon(GREENS)

_MIXED = (
    ("团长麻烦记：鸡蛋两板，五花肉一斤半，谢谢", "C2 F1.5"),
    ("4. 郭阿姨 2号楼 土豆1袋 西兰花2颗", "郭阿姨: E1 I2"),
    ("草莓给我两盒", "M2"),
    ("今晚8点前能下单吗", "query"),
    ("番茄3斤鸡蛋2板一共多少钱", "query"),
    ("番茄3斤，鸡蛋2板，一共多少钱？", "A3 C2"),
    ("昨天那箱梨真甜，再来一箱", "+H1"),
    ("我家不要了", "clear"),
    ("把我的接龙删掉", "clear"),
    ("番茄要1斤半，土豆来2袋，其他不要", "A1.5 E2"),
    ("五花肉有3斤的吗", "query"),
    ("我朋友圈看到草莓19块", "chat"),
    ("6号楼徐姐的鸡蛋加一板", "徐姐: +C1"),
    ("12号1把", "?bad_qty"),
    ("8号2箱 10号1条", "H2 J1"),
    ("鲈鱼来2条中等大小的", "J2(中等大小的)"),
    ("要五斤装的土豆一袋", "E1"),
    ("来两提牛奶", "?bad_qty"),
    ("牛奶半箱", "G3"),
    ("番茄二十斤", "A20"),
    ("番茄1斤，给我婆婆1斤", "A1 我婆婆: A1"),
    ("帮我妈和李姐各订一箱梨", "我妈: H1 李姐: H1"),
    ("米一袋，付了45", "N1 paid"),
    ("别忘了我的鸡蛋", "chat"),
    ("给我留着那2盒草莓", "M2"),
    ("小区里有人要拼梨吗 我要半箱", "query"),
    ("看到番茄2斤7块6挺划算", "chat"),
    ("孩子爱喝牛奶，订一箱", "G6"),
    ("草莓太贵了，不要了", "~M"),
    ("草莓上次酸，这次不要", "~M"),
    ("老样子 番茄换成土豆", "~A E1 ?needs_history"),
    ("我定的番茄2斤改明天拿", "chat"),
    ("土豆大的2袋", "E2"),
    ("番茄2 鸡蛋1 共计34.4 已转", "A2 C1 paid"),
    ("1. 李姐 番茄2\n2. 番茄1 王姐", "李姐: A2 王姐: A1"),
    ("给对门小张订2瓶牛奶", "小张: G2"),
    ("豆豆姥姥 大米1袋", "豆豆姥姥: N1"),
    ("好的好的 番茄2", "A2"),
    ("番茄：3斤；鸡蛋：1板；", "A3 C1"),
    ("番茄|2\n鸡蛋|1", "A2 C1"),
    ("番茄……2斤", "A2"),
    ("番茄2斤行不行", "query"),
    ("两板鸡蛋，不是一板", "C2"),
    ("鸡蛋我再想想", "chat"),
    ("草莓先来一盒试试", "M1"),
    ("每天一个鸡蛋", "chat"),
    ("牛奶换大米可以吗", "query"),
    ("卖完了吗？还有就来2盒草莓", "query"),
    ("土豆10斤装的要一袋", "E1"),
    ("请帮忙留1条鲈鱼", "J1"),
    ("香菜来一把，钱微信发你", "P1"),
    ("不是我的，我没订梨", "chat"),
    ("这群里谁订了3箱梨", "query"),
    ("他订了3箱梨", "chat"),
    ("楼下王姐订了2斤番茄", "chat"),
    ("订了2斤番茄", "chat"),
    ("要了两斤番茄一板鸡蛋", "chat"),
    ("我订2斤番茄", "A2"),
)


@pytest.mark.parametrize(("text", "means"), _MIXED)
def test_each_of_a_mixture_is_read_for_what_it_is(text: str, means: str) -> None:
    reading = read(text, _LEXICON)

    assert is_fully_right(reading, meaning(means)), reading
