"""The published rule, to the fen and to the second; what people write about goods that were not right."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.aftersales.model import AftersalesPolicy, Batch, Facts, Kind, Owned, Rule, Verdict
from features.aftersales.reading import load
from features.aftersales.rules import answer_by, is_alarming, is_in_window, judge, part_of, reminder_at
from features.outreach.model import QuietHours
from kernel.ids import DealId, GroupId, ItemId, OrderId
from kernel.money import Fen, Milli

POLICY = AftersalesPolicy(24, 7, 20, 50, 2000, 30, 5, 120, 2, 3, 3)
SHANGHAI = ZoneInfo("Asia/Shanghai")
NIGHT = QuietHours(time(22), time(8))
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def facts(**more: object) -> Facts:
    known: dict[str, object] = {
        **{"kind": Kind.SPOILED, "quantity": Milli(100), "there": Milli(1000), "amount": Fen(1000)},
        **{"has_photo": True, "is_photo_used": False, "claims": 0, "is_in_window": True},
    }
    return Facts(**(known | more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("quantity", "rule", "amount", "chooses"),
    [
        (1, Rule.PRO_RATA, 1, False),
        (200, Rule.PRO_RATA, 200, False),
        (201, Rule.CHOICE, 201, True),
        (500, Rule.CHOICE, 500, True),
        (501, Rule.FULL, 1000, False),
        (1000, Rule.FULL, 1000, False),
    ],
)
def test_little_in_proportion_much_everything_between_as_one_likes(
    quantity: int, rule: Rule, amount: int, chooses: bool
) -> None:
    assert judge(facts(quantity=Milli(quantity)), POLICY) == Verdict(
        rule, Fen(amount), is_automatic=True, may_choose=chooses
    )


def test_what_was_missing_comes_back_in_proportion_however_much() -> None:
    assert judge(facts(kind=Kind.SHORT, quantity=Milli(800)), POLICY).amount == 800


@pytest.mark.parametrize(
    ("more", "rule"),
    [
        ({"amount": Fen(2001), "quantity": Milli(1000)}, Rule.ABOVE),
        ({"claims": 2}, Rule.OFTEN),
        ({"is_photo_used": True}, Rule.SAME_PHOTO),
        ({"has_photo": False}, Rule.NO_PHOTO),
        ({"is_in_window": False}, Rule.AFTER_WINDOW),
        ({"kind": Kind.WRONG}, Rule.PERSON),
    ],
)
def test_what_a_rule_cannot_settle_goes_to_a_person(more: dict[str, object], rule: Rule) -> None:
    found = judge(facts(**more), POLICY)
    assert (found.rule, found.is_automatic) == (rule, False)


def test_twenty_yuan_and_one_earlier_case_still_go_by_themselves() -> None:
    assert judge(facts(amount=Fen(2000), quantity=Milli(1000), claims=1), POLICY).is_automatic


@given(
    quantity=st.integers(0, 5000),
    there=st.integers(1, 5000),
    amount=st.integers(0, 100_000),
    kind=st.sampled_from(Kind),
)
def test_never_more_than_the_goods_cost_comes_back(
    quantity: int, there: int, amount: int, kind: Kind
) -> None:
    part = min(quantity, there)
    found = judge(facts(quantity=Milli(part), there=Milli(there), amount=Fen(amount), kind=kind), POLICY)
    assert 0 <= found.amount <= amount


@pytest.mark.parametrize(("fresh", "lasts"), [(True, timedelta(hours=24)), (False, timedelta(days=7))])
def test_the_window_ends_with_its_last_second(fresh: bool, lasts: timedelta) -> None:
    assert is_in_window(NOW, NOW + lasts, is_fresh=fresh, policy=POLICY)
    assert not is_in_window(NOW, NOW + lasts + SECOND, is_fresh=fresh, policy=POLICY)


@pytest.mark.parametrize(
    ("told", "answered"),
    [
        ((9, 0), (24, 11, 0)),
        ((20, 0), (24, 22, 0)),
        ((21, 0), (25, 9, 0)),
        ((23, 30), (25, 10, 0)),
        ((7, 0), (24, 10, 0)),
    ],
)
def test_the_clock_stands_still_at_night(told: tuple[int, int], answered: tuple[int, int, int]) -> None:
    at = datetime(2026, 11, 24, *told, tzinfo=SHANGHAI)
    day, hour, minute = answered
    assert answer_by(at, 120, SHANGHAI, NIGHT) == datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


def test_staff_are_reminded_at_half_four_fifths_and_all_of_the_time() -> None:
    due_at = NOW + timedelta(minutes=120)
    told = [reminder_at(NOW, due_at, stage) for stage in range(4)]
    assert told == [NOW + timedelta(minutes=each) for each in (60, 96, 120)] + [None]


@pytest.mark.parametrize(
    ("homes", "lines", "alarms"), [(3, 1000, True), (2, 66, True), (2, 67, False), (1, 1, False)]
)
def test_a_batch_alarms_with_three_homes_or_three_percent(homes: int, lines: int, alarms: bool) -> None:
    assert is_alarming(Batch("番茄", "B1", homes, homes, lines), POLICY) is alarms


def owned(
    name: str = "土鸡蛋", unit: str = "板", *, line: int = 1, there: int = 1000, **more: object
) -> Owned:
    known: dict[str, object] = {
        **{"order": OrderId(1), "item": ItemId(line), "deal": DealId(1), "group": GroupId(1), "title": "t"},
        **{"aliases": (), "units": (("份", 1000),), "bulk": (), "batch": "B1", "amount": Fen(2680)},
        **{"is_fresh": True, "collected_at": NOW},
    }
    return Owned(line=line, name=name, unit=unit, there=Milli(there), **(known | more))  # type: ignore[arg-type]


EGGS = owned(aliases=("鸡蛋", "🥚"), bulk=(("个", 30), ("枚", 30)))
TOMATO = owned("番茄", "斤", line=2, there=2000, aliases=("西红柿",), units=(("公斤", 2000),))
MEAT = owned("五花肉", "斤", line=3, there=1500)
ALL = (EGGS, TOMATO, MEAT)


@pytest.mark.parametrize(
    ("typed", "name", "kind", "quantity"),
    [
        ("鸡蛋碎了3个", "土鸡蛋", Kind.BROKEN, 100),
        ("鸡蛋碎了三个", "土鸡蛋", Kind.BROKEN, 100),
        ("碎了两枚鸡蛋", "土鸡蛋", Kind.BROKEN, 67),
        ("番茄坏了半斤", "番茄", Kind.SPOILED, 500),
        ("西红柿烂了1.5斤", "番茄", Kind.SPOILED, 1500),
        ("西红柿烂了一斤半", "番茄", Kind.SPOILED, 1500),
        ("番茄有一公斤坏的", "番茄", Kind.SPOILED, 2000),
        ("番茄坏了5斤", "番茄", Kind.SPOILED, 2000),
        ("五花肉全部发霉", "五花肉", Kind.SPOILED, 1500),
        ("番茄一半都烂了", "番茄", Kind.SPOILED, 1000),
        ("番茄烂了", "番茄", Kind.SPOILED, None),
        ("番茄少了半斤", "番茄", Kind.SHORT, 500),
        ("五花肉给错了", "五花肉", Kind.WRONG, None),
        ("坏了！！", None, Kind.SPOILED, None),
        ("鸡蛋碎了３个", "土鸡蛋", Kind.BROKEN, 100),
        ("the 🥚 are broken", "土鸡蛋", Kind.BROKEN, None),
    ],
)
def test_words_tell_which_what_and_how_much(
    typed: str, name: str | None, kind: Kind, quantity: int | None
) -> None:
    read = load().read(typed, ALL)
    assert read is not None
    assert (read.owned.name if read.owned else None, read.kind, read.quantity) == (name, kind, quantity)


@pytest.mark.parametrize(
    "typed",
    [
        "番茄没坏",
        "番茄2斤",
        "臭豆腐好吃吗",
        "一个都没碎",
        "谢谢",
        "五花肉要炖烂才好",
        "麻烦别碎了",
        "孩子坏笑",
        "",
    ],
)
def test_what_is_no_complaint_is_none(typed: str) -> None:
    assert load().read(typed, ALL) is None


@pytest.mark.parametrize("typed", ["吃了番茄拉肚子", "孩子吃完就吐了", "我妈住院了", "过敏了，身上痒"])
def test_an_illness_is_never_read_as_anything_else(typed: str) -> None:
    read = load().read(typed, ALL)
    assert read is not None
    assert read.is_ill


@given(typed=st.text(max_size=300))
def test_whatever_is_typed_is_read_within_what_is_there(typed: str) -> None:
    read = load().read(typed, ALL)
    if read is not None and read.owned is not None and read.quantity is not None:
        assert 0 < read.quantity <= read.owned.there


def test_the_only_goods_need_no_name() -> None:
    read = load().read("碎了3个", (EGGS,))
    assert read is not None
    assert (read.owned, read.quantity) == (EGGS, 100)


def test_a_part_is_never_nothing() -> None:
    assert part_of(Milli(3), 10) == 1
