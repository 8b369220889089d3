"""Orders with remarks and with claims of payment, which are kept beside the lines."""

import pytest

from features.jielong.lexicon import compile_lexicon
from features.jielong.reading import read
from features.jielong.scoring import is_fully_right
from tests.features.jielong_meaning import meaning
from tests.features.jielong_offers import GREENS

_LEXICON = compile_lexicon(GREENS)

_REMARKS = (
    ("番茄2斤 不要太生的", "A2(不要太生的)"),
    ("番茄2斤 要硬一点的", "A2(要硬一点的)"),
    ("五花肉1斤 切片", "F1(切片)"),
    ("五花肉2斤要瘦一点的", "F2(要瘦一点的)"),
    ("鲈鱼1条（杀好）", "J1(杀好)"),
    ("鸡蛋1板 别碰坏了", "C1(别碰坏了)"),
    ("草莓2盒，挑大的", "M2(挑大的)"),
    ("白菜2颗 放门口就行", "B2 [放门口就行]"),
    ("番茄2斤 明天来拿", "A2 [明天来拿]"),
    ("鸡蛋1板 晚点去取", "C1 [晚点去取]"),
    ("番茄1斤 送到3号楼", "A1 [送到3号楼]"),
    ("番茄2斤 鸡蛋1板 分开装", "A2 C1 [分开装]"),
    ("鲈鱼1条 去鳞去内脏", "J1(去鳞去内脏)"),
    ("梨1箱 送人的 挑好点", "H1(送人的 挑好点)"),
    ("草莓1盒 不要烂的", "M1(不要烂的)"),
    ("五花肉1斤 做红烧肉用", "F1(做红烧肉用)"),
    ("牛奶2瓶 要日期新的", "G2(要日期新的)"),
    ("番茄2斤，下班来取，谢谢", "A2 [下班来取]"),
    ("备注：番茄要熟的 番茄2斤", "A2(番茄要熟的)"),
    ("土豆1袋 要大个的", "E1(要大个的)"),
    ("番茄2斤 周六上午取", "A2 [周六上午取]"),
    ("香菜2把 嫩一点", "P2(嫩一点)"),
    ("五花肉2斤 帮我切成块", "F2(帮我切成块)"),
    ("白菜1颗 要紧实的 番茄2斤 要熟的", "B1(要紧实的) A2(要熟的)"),
    ("番茄2斤 已付7.6", "A2 paid"),
    ("草莓2盒 转了", "M2 paid"),
    ("鸡蛋1板，微信转你26.8了", "C1 paid"),
    ("已付款", "paid"),
    ("钱转过去了 番茄2斤", "A2 paid"),
    ("付过了", "paid"),
    ("番茄2斤鸡蛋1板 付了34.4", "A2 C1 paid"),
    ("已转59.8", "paid"),
    ("支付宝付了，草莓2盒", "M2 paid"),
    ("怎么付款", "query"),
    ("番茄2斤 等会付", "A2"),
    ("鲈鱼2条 都要杀好的", "J2(都要杀好的)"),
    ("番茄3斤 挑红一点的", "A3(挑红一点的)"),
    ("五花肉2斤 要肥瘦相间的", "F2(要肥瘦相间的)"),
    ("草莓2盒 周六来拿", "M2 [周六来拿]"),
    ("白菜1颗 帮我放门卫", "B1 [帮我放门卫]"),
    ("鸡蛋1板 小心别磕了", "C1(小心别磕了)"),
    ("番茄2斤 鸡蛋1板 下午5点取", "A2 C1 [下午5点取]"),
    ("大米1袋 能送上楼最好", "N1 [能送上楼最好]"),
    ("牛奶1箱 不要临期的", "G6(不要临期的)"),
    ("番茄2斤（不要烂的）", "A2(不要烂的)"),
    ("西兰花1颗 要小一点", "I1(要小一点)"),
    ("梨1箱 要软的", "H1(要软的)"),
    ("鸡蛋1板 番茄2斤 已转34.4", "C1 A2 paid"),
    ("付款了", "paid"),
    ("草莓2盒 59.8已付", "M2 paid"),
    ("番茄2斤，钱已转", "A2 paid"),
    ("已支付宝转账 大米1袋", "N1 paid"),
    ("红包已发 梨1箱", "H1 paid"),
    ("我付了50，鸡蛋1板番茄2斤", "C1 A2 paid"),
    ("3号楼李姐已付款", "paid"),
    ("番茄2斤还没付", "A2"),
)


@pytest.mark.parametrize(("text", "means"), _REMARKS)
def test_a_remark_or_a_claim_of_payment_is_kept_beside_the_lines(text: str, means: str) -> None:
    reading = read(text, _LEXICON)

    assert is_fully_right(reading, meaning(means)), reading
