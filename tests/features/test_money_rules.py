"""Rules of money as sentences: what goes back, which receipt answers which claim, a leader's share."""

from datetime import UTC, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.payments import rules
from features.payments.model import BadSheet, OpenClaim, PaymentId, Receipt
from features.payments.receipts import Columns, read
from features.settlement import rules as settling
from features.settlement.model import Figures, LineShare
from kernel.money import Fen, Milli

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
ZONE = ZoneInfo("Asia/Shanghai")
WORDS = {
    "reference": frozenset({"交易单号"}),
    "amount": frozenset({"金额"}),
    "at": frozenset({"时间"}),
    "note": frozenset({"备注"}),
}
_NUMBERS = count(1)


def a_receipt(amount: int, note: str = "", *, reference: str | None = None, at: datetime = NOW) -> Receipt:
    no = next(_NUMBERS)
    return Receipt(no, f"r{no}" if reference is None else reference, Fen(amount), at, note)


def a_claim(number: int, amount: int, *, at: datetime = NOW) -> OpenClaim:
    return OpenClaim(PaymentId(number), f"T1-{number}", Fen(amount), at)


def pairs(receipts: list[Receipt], claims: list[OpenClaim]) -> list[tuple[int, int]]:
    found = rules.match(receipts, claims, hours=24)
    return [(receipt.no - receipts[0].no, claim.payment) for receipt, claim in found.pairs]


@given(st.integers(0, 10**7), st.integers(-(10**7), 10**7))
def test_what_is_owed_is_lowered_before_money_goes_back(amount: int, owed: int) -> None:
    back = rules.split(Fen(amount), owed=Fen(owed))

    assert 0 <= back <= amount
    assert back == amount or owed > 0
    assert amount - back <= max(0, owed)


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=30), st.data())
def test_a_reduction_is_spread_to_the_fen(lines: list[int], data: st.DataObject) -> None:
    amount = data.draw(st.integers(0, sum(lines)))

    parts = rules.taken_from(Fen(amount), [Fen(each) for each in lines])

    assert sum(parts) == amount
    assert all(0 <= part <= line for part, line in zip(parts, lines, strict=True))


def test_no_more_is_taken_than_there_is() -> None:
    with pytest.raises(ValueError, match="at most 3 fen"):
        rules.taken_from(Fen(4), [Fen(3)])


@pytest.mark.parametrize("typed", ["T12-7", "t12-7", "备注T12－7谢谢", "付 T12 - 7", "（T12–7）"])
def test_a_reference_is_read_however_it_is_typed(typed: str) -> None:
    assert rules.references(typed) == {"T12-7"}


@pytest.mark.parametrize("typed", ["", "T12", "AT12-7", "12-7", "T-7", "T1234567-1"])
def test_what_is_no_reference_is_none(typed: str) -> None:
    assert rules.references(typed) == frozenset()


@pytest.mark.parametrize(
    ("typed", "fen"),
    [("12.5", 1250), ("¥1,234.00", 123400), ("3元", 300), ("0.05", 5), ("+8", 800), ("1.500", 150)],
)
def test_an_amount_is_read(typed: str, fen: int) -> None:
    assert rules.money(typed) == fen


@pytest.mark.parametrize("typed", ["", "-3", "0", "abc", "1.234", "1e5", "12.5.1", "99999999"])
def test_what_is_no_amount_is_none(typed: str) -> None:
    assert rules.money(typed) is None


def test_a_reference_wins_over_an_amount() -> None:
    claims = [a_claim(1, 500), a_claim(2, 700)]

    assert pairs([a_receipt(500, "T1-2")], claims) == [(0, 2)]


def test_an_amount_decides_only_where_nobody_else_fits() -> None:
    assert pairs([a_receipt(500)], [a_claim(1, 500)]) == [(0, 1)]
    assert pairs([a_receipt(500)], [a_claim(1, 500), a_claim(2, 500)]) == []
    assert pairs([a_receipt(500), a_receipt(500)], [a_claim(1, 500)]) == []
    assert pairs([a_receipt(500, at=NOW + 25 * HOUR)], [a_claim(1, 500)]) == []
    assert pairs([a_receipt(500, "T9-9")], [a_claim(1, 500)]) == []


def test_a_line_that_is_twice_in_a_file_counts_once() -> None:
    receipts = [a_receipt(500, "T1-1", reference="x"), a_receipt(500, "T1-1", reference="x")]

    found = rules.match(receipts, [a_claim(1, 500), a_claim(2, 500)], hours=24)

    assert [claim.payment for _, claim in found.pairs] == [1]
    assert [each.no for each in found.unmatched] == [receipts[1].no]


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(0, 6)), max_size=12), st.integers(1, 5))
def test_no_claim_and_no_receipt_is_used_twice(drawn: list[tuple[int, int]], claims: int) -> None:
    receipts = [a_receipt(amount, f"T1-{n}" if n else "") for amount, n in drawn]

    found = rules.match(receipts, [a_claim(n, n) for n in range(1, claims + 1)], hours=24)

    used = [claim.payment for _, claim in found.pairs]
    assert len(used) == len(set(used))
    assert len(found.pairs) + len(found.unmatched) == len(receipts)


def test_a_sheet_is_read_by_its_titles() -> None:
    columns = Columns.of(["时间", "备注", "金 额", "交易单号"], WORDS)

    receipts, unread = read(
        columns,
        [
            ["2026-11-23 09:00:00", "T1-1", "12.50", "42001"],
            ["合计", "", "", ""],
            ["2026-11-23 09:05", "", "=1+1", "42002"],
            ["2026/11/23 09:05", "", "3"],
        ],
        ZONE,
    )

    assert receipts == (
        Receipt(2, "42001", Fen(1250), NOW, "T1-1"),
        Receipt(5, "", Fen(300), NOW + timedelta(minutes=5), ""),
    )
    assert unread == (3, 4)


def test_a_sheet_of_another_shape_is_refused() -> None:
    with pytest.raises(BadSheet):
        Columns.of(["姓名", "金额"], WORDS)


@pytest.mark.parametrize(("weighed", "inside"), [(1000, True), (1100, True), (1101, False), (899, False)])
def test_a_weight_within_the_tolerance_settles_by_itself(weighed: int, inside: bool) -> None:
    assert rules.within(Milli(1000), Milli(weighed), percent=10) is inside


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=20), st.integers(0, 10**7))
def test_what_counts_of_an_order_is_spread_to_the_fen(amounts: list[int], total: int) -> None:
    lines = [LineShare(at, "", Fen(amount), Fen(0), Fen(0)) for at, amount in enumerate(amounts)]
    total = min(total, sum(amounts))

    shares = settling.bases(Fen(total), lines)

    assert sum(shares) == (total if sum(amounts) else 0)
    assert all(share >= 0 for share in shares)


@pytest.mark.parametrize(
    ("base", "rate", "fen"), [(1000, 800, 80), (1000, 1000, 100), (7, 800, 1), (6, 800, 0)]
)
def test_a_leaders_share_is_rounded_to_the_fen(base: int, rate: int, fen: int) -> None:
    assert settling.share(Fen(base), rate) == fen


def test_an_order_of_which_half_went_back_earns_nothing() -> None:
    assert settling.is_mostly_back(Fen(50), Fen(100))
    assert not settling.is_mostly_back(Fen(49), Fen(100))


def test_money_balances_or_is_said_not_to() -> None:
    well = Figures(lines=Fen(100), goods=Fen(100), payments=Fen(60), paid=Fen(60), unpaid=Fen(40))

    assert settling.is_sound(well)
    assert not settling.is_sound(Figures(lines=Fen(99), goods=Fen(100), unpaid=Fen(100)))
    assert not settling.is_sound(Figures(lines=Fen(100), goods=Fen(100), unpaid=Fen(99)))
