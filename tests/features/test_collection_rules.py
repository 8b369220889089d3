"""Sharing out what came, reminders, what is not charged."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.collection.lists import check_off, packing, supplier
from features.collection.model import CollectionPolicy, Ordered, Packed, Parcel, Share
from features.collection.rules import back_for, kept_until, may_weigh, reminders, share_out
from features.groupbuy.freshness import is_fresh
from features.groupbuy.model import Goods, Item
from features.outreach.model import QuietHours
from kernel.ids import DealId, ItemId, MemberId, OrderId, PickupPointId
from kernel.money import NO_MONEY, Fen, Milli

SHANGHAI = ZoneInfo("Asia/Shanghai")
NIGHT = QuietHours(time(22), time(8))
POLICY = CollectionPolicy(4, time(10), time(12), 50, 5, 10, 10, 300, 10)
START = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
WHOLE = Milli(1000)


def lines_of(*quantities: int) -> tuple[Ordered, ...]:
    """Lines in the order of their placing."""
    return tuple(
        Ordered(at, OrderId(at), Milli(much), START + timedelta(seconds=at))
        for at, much in enumerate(quantities)
    )


def given_to(lines: tuple[Ordered, ...], available: int, step: int = 1000) -> list[int]:
    return [share.given for share in share_out(lines, Milli(available), Milli(step))]


some_lines = st.lists(st.tuples(st.integers(1, 12), st.integers(0, 50)), min_size=1, max_size=12).map(
    lambda drawn: tuple(
        Ordered(at, OrderId(at), Milli(500 * steps), START + timedelta(seconds=later))
        for at, (steps, later) in enumerate(drawn)
    )
)
STEP = Milli(500)


def test_with_one_of_24_missing_who_ordered_much_gives_it_up_and_not_who_ordered_one() -> None:
    assert given_to(lines_of(*[1000] * 8, 8000, 8000), 23_000) == [1000] * 8 + [8000, 7000]


def test_of_24_homes_with_one_each_the_last_one_gets_none() -> None:
    assert given_to(lines_of(*[1000] * 24), 23_000) == [1000] * 23 + [0]


def test_nothing_came() -> None:
    assert given_to(lines_of(2000, 1000), 0) == [0, 0]


def test_everything_came() -> None:
    assert given_to(lines_of(2000, 1500), 3500) == [2000, 1500]


@given(lines=some_lines, available=st.integers(0, 80_000))
def test_shares_sum_to_what_is_there_in_steps_and_are_never_more_than_ordered(
    lines: tuple[Ordered, ...], available: int
) -> None:
    shares = share_out(lines, Milli(available), STEP)
    wanted = sum(line.quantity for line in lines)

    assert sum(share.given for share in shares) == min(wanted, available // STEP * STEP)
    assert all(0 <= share.given <= share.ordered for share in shares)


@given(lines=some_lines, available=st.integers(0, 40_000), more=st.integers(0, 5000))
def test_with_more_goods_nobody_gets_less(lines: tuple[Ordered, ...], available: int, more: int) -> None:
    before = share_out(lines, Milli(available), STEP)
    after = share_out(lines, Milli(available + more), STEP)

    assert all(was.given <= now.given for was, now in zip(before, after, strict=True))


@given(lines=some_lines, available=st.integers(0, 40_000), chance=st.randoms(use_true_random=False))
def test_shares_depend_on_nothing_but_the_orders(
    lines: tuple[Ordered, ...], available: int, chance: object
) -> None:
    mixed = list(lines)
    chance.shuffle(mixed)  # type: ignore[attr-defined]

    def told(shares: tuple[Share, ...]) -> dict[int, int]:
        return {share.line: share.given for share in shares}

    assert told(share_out(mixed, Milli(available), STEP)) == told(share_out(lines, Milli(available), STEP))


@given(lines=some_lines, available=st.integers(0, 40_000))
def test_first_come_keeps_a_step_while_there_is_one(lines: tuple[Ordered, ...], available: int) -> None:
    shares = share_out(lines, Milli(available), STEP)
    units = available // STEP

    assert all(share.given >= STEP for share in shares[:units])


@given(lines=some_lines, available=st.integers(0, 40_000))
def test_who_ordered_more_and_earlier_gets_no_less(lines: tuple[Ordered, ...], available: int) -> None:
    shares = share_out(lines, Milli(available), STEP)
    turns = [(share.ordered, -at, share.given) for at, share in enumerate(shares)]

    for ordered, turn, much in turns:
        for other, later, less in turns:
            if ordered >= other and turn > later:
                assert much >= less


def test_what_is_not_charged_is_the_amount_less_what_stays() -> None:
    assert back_for(Fen(333), Fen(999), Milli(3000), Milli(2000)) == 333
    assert back_for(Fen(333), None, Milli(1500), Milli(0)) == 500
    assert back_for(Fen(333), Fen(600), Milli(3000), Milli(3000)) == 0


@pytest.mark.parametrize(("hour", "soon"), [(9, 13), (17, 21), (18, None), (22, None), (5, 9)])
def test_the_first_reminder_comes_the_same_day_or_not_at_all(hour: int, soon: int | None) -> None:
    arrived_at = datetime(2026, 11, 24, hour, 30, tzinfo=SHANGHAI)
    first, second = reminders(arrived_at, SHANGHAI, NIGHT, POLICY)

    assert (first.astimezone(SHANGHAI).hour if first else None) == soon
    assert second == datetime(2026, 11, 25, 10, tzinfo=SHANGHAI)


def test_fresh_goods_are_kept_until_noon_of_the_next_day() -> None:
    arrived_at = datetime(2026, 11, 24, 23, 59, tzinfo=SHANGHAI)
    assert kept_until(arrived_at, SHANGHAI, POLICY) == datetime(2026, 11, 25, 12, tzinfo=SHANGHAI)


@pytest.mark.parametrize(("weighed", "may"), [(0, False), (1, True), (6000, True), (6001, False)])
def test_a_weight_is_neither_nothing_nor_many_times_the_order(weighed: int, may: bool) -> None:
    assert may_weigh(Milli(2000), Milli(weighed)) is may


@pytest.mark.parametrize(
    ("category", "fresh"),
    [("蔬菜", True), ("蛋奶", True), ("", True), ("米面粮油", False), ("日用", False)],
)
def test_what_keeps_is_told_by_its_category(category: str, fresh: bool) -> None:
    assert is_fresh(category, "") is fresh


def packed(name: str = "番茄", quantity: int = 2000, **more: object) -> Packed:
    known: dict[str, object] = {
        **{"line": 1, "item": ItemId(1), "no": 1, "unit": "斤", "price": Fen(380), "amount": None},
        **{"given": None, "is_weighed": False, "weighed": None, "collected_at": None},
    }
    return Packed(name=name, quantity=Milli(quantity), **(known | more))  # type: ignore[arg-type]


def parcel(name: str, *, order: int = 1, point: int = 1, address: str = "") -> Parcel:
    place = PickupPointId(point)
    ids = (OrderId(order), DealId(1), MemberId(1))
    return Parcel(*ids, name, address, "13800001234", False, START, place, NO_MONEY, NO_MONEY, (packed(),))


def test_lists_are_by_place_and_address_and_tell_suppliers_no_name() -> None:
    parcels = (parcel("=cmd()", order=2, point=2), parcel("李四", order=1, address="3 号楼"))
    places = {PickupPointId(1): "大厅", PickupPointId(2): "东门"}
    goods = Goods("A", "番茄", "斤", Fen(380), case=Milli(10_000), supplier="青禾", batch="B1")

    assert packing(parcels, places) == (
        ("东门", "", "=cmd()", "番茄", "2", "斤", ""),
        ("大厅", "3 号楼", "李四", "番茄", "2", "斤", ""),
    )
    assert check_off(parcels, places, "已取")[1] == ("大厅", "李四", "1234", "番茄2斤", "")
    assert supplier((Item(ItemId(1), DealId(1), 1, goods, Milli(24_500)),)) == (
        ("青禾", "A", "番茄", "24.5", "斤", "3", "B1"),
    )
