"""Orders with slips: same sounds, traditional characters, full width, pictures."""

import pytest

from features.jielong.lexicon import compile_lexicon
from features.jielong.reading import read
from features.jielong.scoring import is_fully_right
from tests.features.jielong_meaning import meaning
from tests.features.jielong_offers import GREENS

_LEXICON = compile_lexicon(GREENS)

_SLIPS = (
    ("翻茄2斤", "A2"),
    ("鸡旦1板", "C1"),
    ("西兰化2颗", "I2"),
    ("草每2盒", "M2"),
    ("土逗1袋", "E1"),
    ("牛乃2瓶", "G2"),
    ("香才1把", "P1"),
    ("炉鱼1条", "J1"),
    ("百菜2颗", "B2"),
    ("五花内1斤", "?unknown_item"),
    ("番 茄 2斤", "A2"),
    ("蕃茄2斤", "A2"),
    ("西紅柿三斤", "A3"),
    ("馬鈴薯2袋", "E2"),
    ("蘭花", "chat"),
    ("番茄2斤斤", "A2"),
    ("番茄，，2斤", "A2"),
    ("番茄。2斤", "A2"),
    ("🍅2🥚1", "A2 C1"),
    ("🍓+2🙏", "M2"),
    ("番茄2斤😊", "A2"),
    ("🥛一箱", "G6"),
    ("🍅🥚各1", "A1 C1"),
    ("👍番茄2斤👍", "A2"),
    ("1️⃣张三 番茄2", "张三: A2"),
    ("①李姐 草莓1盒", "李姐: M1"),
    ("草莓2盒❤️❤️", "M2"),
    ("🍎2", "?unknown_item"),
    ("😀😀", "chat"),
    ("🐟一条 谢谢🙏", "J1"),
    ("番茄2️⃣斤", "A2"),
    ("🍅*3", "A3"),
    ("我要🍓", "M1"),
    ("🍅2斤（要熟的）", "A2(要熟的)"),
    ("番切2斤", "A2"),
    ("西红市三斤", "A3"),
    ("吐豆一袋", "E1"),
    ("鸡但2板", "C2"),
    ("基蛋一板", "C1"),
    ("草梅2盒", "M2"),
    ("曹莓1盒", "M1"),
    ("大迷1袋", "N1"),
    ("牛耐2瓶", "G2"),
    ("卢鱼一条", "J1"),
    ("百菜一颗", "B1"),
    ("圣女裹2盒", "D2"),
    ("皇冠离1箱", "H1"),
    ("蓄茄2斤", "?unknown_item"),
    ("马龄薯1袋", "E1"),
    ("西南花2颗", "?unknown_item"),
    ("韭菜鸡旦水饺1袋", "L1"),
    ("先牛奶2瓶", "G2"),
    ("番茄2近", "A2"),
    ("番茄 2 斤 ，鸡蛋 1 板", "A2 C1"),
    ("番茄2斤鸡 蛋1板", "A2 C1"),
    ("🍓2盒🥰🥰🥰", "M2"),
    ("🙋‍♀️草莓1盒", "M1"),
    ("✅番茄2斤\n✅鸡蛋1板", "A2 C1"),
    ("👉🍅2斤", "A2"),
    ("💰已付 草莓1盒", "M1 paid"),
    ("🍅2斤🥚1板🥬1颗", "A2 C1 B1"),
    ("3️⃣ 小美 🍓2", "小美: M2"),
    ("🌹谢谢团长🌹 大米1袋", "N1"),
    ("🍅x3，🥔x1～", "A3 E1"),
    ("🍐一箱，已转🧧39.9", "H1 paid"),
    ("🥦多少钱呀", "query"),
    ("今天🍓好甜", "chat"),
)


@pytest.mark.parametrize(("text", "means"), _SLIPS)
def test_an_order_is_read_through_slips_and_pictures(text: str, means: str) -> None:
    reading = read(text, _LEXICON)

    assert is_fully_right(reading, meaning(means)), reading
