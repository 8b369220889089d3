"""What comes off, which coupon serves well, why one does not, how it is divided over lines."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.coupons import rules
from features.coupons.model import (
    AlreadyUsed,
    BelowMinimum,
    CannotUse,
    Coupon,
    Expired,
    Gain,
    Kind,
    Line,
    Move,
    NotForThese,
    NotYet,
    NotYours,
    Reach,
    Scope,
    State,
    Taken,
    Term,
    Terms,
    Void,
)
from kernel.ids import CouponId, OrderId
from kernel.message import Money
from kernel.money import Fen
from tests.features.purse import (
    APP,
    ME,
    NOW,
    ORDER,
    OTHER,
    a_basket,
    a_coupon,
    a_design,
    amount_off,
    percent_off,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = timedelta(days=1)
VEG = Scope(Reach.CATEGORIES, ("veg",))
AMOUNTS = st.lists(st.integers(0, 100_000).map(Fen), max_size=12)
TERMS = st.one_of(
    st.builds(amount_off, st.integers(1, 20_000), st.integers(0, 20_000), st.sampled_from([Scope(), VEG])),
    st.builds(percent_off, st.sampled_from(rules.PERCENTS), st.integers(1, 20_000), st.integers(0, 20_000)),
    st.just(Terms(Kind.PICK, Fen(0), 0, Fen(0))),
)


def basket_of(amounts: list[Fen]) -> tuple[Line, ...]:
    return tuple(Line(f"A{at}", ("veg", "egg")[at % 2], each) for at, each in enumerate(amounts))


def test_an_amount_comes_off_from_the_minimum_on() -> None:
    terms = amount_off(500, 3900)

    assert [rules.taken_off(terms, a_basket(each)) for each in (3899, 3900, 9900)] == [0, 500, 500]


def test_a_coupon_takes_off_what_its_terms_say() -> None:
    assert rules.discount(a_coupon(amount_off(500, 3900)), a_basket(3900)) == 500


def test_no_more_comes_off_than_the_goods_come_to() -> None:
    assert rules.taken_off(amount_off(800, 0), a_basket(200, 300)) == 500


def test_a_percentage_is_rounded_half_up_and_capped() -> None:
    terms = percent_off(15, 1000)

    # 15 % of 3 fen are 0.45, of 10 are 1.5, of 1,001 are 150.15; of 10,000 they would be 1,500.
    assert [rules.taken_off(terms, a_basket(each)) for each in (3, 10, 1001, 10_000)] == [0, 2, 150, 1000]


def test_only_goods_in_scope_count_for_the_minimum_and_for_the_amount() -> None:
    eggs = Line("B9", "egg", Fen(5000))
    terms = amount_off(500, 3900, VEG)

    assert rules.taken_off(terms, (*a_basket(3000), eggs)) == 0
    assert rules.taken_off(terms, (*a_basket(3900), eggs)) == 500
    assert rules.taken_off(amount_off(900, 0, VEG), (*a_basket(400), eggs)) == 400
    assert rules.taken_off(amount_off(900, 0, Scope(Reach.SKUS, ("B9",))), (*a_basket(400), eggs)) == 900


def test_a_voucher_takes_nothing_off() -> None:
    assert rules.taken_off(Terms(Kind.DELIVERY, Fen(0), 0, Fen(0)), a_basket(9900)) == 0


@given(terms=TERMS, amounts=AMOUNTS)
def test_what_comes_off_is_never_more_than_goods_in_scope_nor_than_promised(
    terms: Terms, amounts: list[Fen]
) -> None:
    basket = basket_of(amounts)

    off = rules.taken_off(terms, basket)

    assert 0 <= off <= min(sum(rules.in_scope(terms, basket)), terms.worth)


@given(amounts=AMOUNTS, part=st.floats(0, 1))
def test_the_parts_of_a_discount_add_up_and_no_line_goes_below_zero(amounts: list[Fen], part: float) -> None:
    off = Fen(int(sum(amounts) * part))

    parts = rules.split(off, amounts)

    assert sum(parts) == off
    assert all(0 <= each <= amount for each, amount in zip(parts, amounts, strict=True))
    exact = [off * amount / max(sum(amounts), 1) for amount in amounts]
    assert all(abs(each - wanted) < 1 for each, wanted in zip(parts, exact, strict=True))


def test_alike_remainders_go_to_the_earlier_line() -> None:
    assert rules.split(Fen(5), [Fen(100), Fen(100), Fen(100)]) == (2, 2, 1)


@pytest.mark.parametrize("off", [-1, 301])
def test_more_than_the_lines_come_to_cannot_be_divided(off: int) -> None:
    with pytest.raises(ValueError, match="0 to 300 fen"):
        rules.split(Fen(off), [Fen(100), Fen(200)])


def test_the_coupon_that_takes_most_off_is_offered_with_its_reason() -> None:
    small, large = a_coupon(amount_off(300, 0)), a_coupon(percent_off(20, 5000), id=CouponId(2))

    offer = rules.best([small, large], a_basket(4000), member=ME, now=NOW)

    assert offer is not None
    assert (offer.coupon, offer.off, offer.gain) == (large, 800, Gain.MOST_OFF)


def test_of_equals_the_one_that_expires_first_is_offered_then_the_older() -> None:
    later, third, second = (
        a_coupon(expires_at=NOW + 9 * DAY),
        a_coupon(id=CouponId(3), expires_at=NOW + 2 * DAY),
        a_coupon(id=CouponId(2), expires_at=NOW + 2 * DAY),
    )

    offer = rules.best([later, third, second], a_basket(4000), member=ME, now=NOW)

    assert offer is not None
    assert (offer.coupon.id, offer.gain) == (2, Gain.EXPIRES_FIRST)


def test_nothing_is_offered_that_takes_nothing_off() -> None:
    voucher = a_coupon(Terms(Kind.PICK, Fen(0), 0, Fen(0)))

    assert rules.best([voucher, a_coupon()], a_basket(3000), member=ME, now=NOW) is None


@pytest.mark.parametrize(
    ("coupon", "no"),
    [
        (None, NotYours),
        (a_coupon(owner=OTHER), NotYours),
        (a_coupon(expires_at=NOW), Expired),
        (a_coupon(state=State.EXPIRED), Expired),
        (a_coupon(starts_at=NOW + DAY), NotYet),
        (a_coupon(state=State.VOID), Void),
        (a_coupon(state=State.USED, order=ORDER), AlreadyUsed),
        (a_coupon(state=State.RESERVED, order=OrderId(18)), Taken),
        (a_coupon(amount_off(500, 4001)), BelowMinimum),
        (a_coupon(amount_off(500, 0, Scope(Reach.CATEGORIES, ("egg",)))), NotForThese),
        (a_coupon(), None),
        (a_coupon(state=State.RESERVED, order=ORDER), None),
        (a_coupon(Terms(Kind.DELIVERY, Fen(0), 0, Fen(0))), None),
    ],
)
def test_each_reason_has_its_refusal(coupon: Coupon | None, no: type[CannotUse] | None) -> None:
    found = rules.why_not(coupon, a_basket(4000), member=ME, now=NOW, order=ORDER)

    assert (found and type(found)) == no


def test_what_is_missing_to_the_minimum_is_told() -> None:
    found = rules.why_not(a_coupon(), a_basket(3000), member=ME, now=NOW)

    assert isinstance(found, BelowMinimum)
    assert found.params == {"missing": Money(Fen(900))}


def test_what_ends_a_coupon_is_final() -> None:
    ends = {State.EXPIRED, State.VOID}
    assert all(not ends & set(before) for before, _ in rules.MOVES.values())
    assert [move for move, (before, _) in rules.MOVES.items() if State.USED in before] == [Move.RESTORE]


def test_days_are_whole_local_days() -> None:
    starts_at, expires_at = rules.span(Term(days=30), NOW, SHANGHAI)

    assert (starts_at, expires_at) == (NOW, datetime(2026, 12, 23, 16, tzinfo=UTC))
    assert rules.last_day(expires_at, SHANGHAI) == date(2026, 12, 23)


def test_fixed_dates_begin_and_end_at_local_midnight() -> None:
    term = Term(starts_on=date(2026, 12, 1), ends_on=date(2026, 12, 12))

    assert rules.span(term, NOW, SHANGHAI) == (
        datetime(2026, 11, 30, 16, tzinfo=UTC),
        datetime(2026, 12, 12, 16, tzinfo=UTC),
    )


def test_the_notice_comes_three_days_ahead_unless_that_is_over() -> None:
    expires_at = datetime(2026, 12, 23, 16, tzinfo=UTC)
    policy = APP.coupons.policy

    assert rules.due_at(expires_at, NOW, SHANGHAI, policy) == datetime(2026, 12, 20, 2, tzinfo=UTC)
    assert rules.due_at(expires_at, expires_at - 2 * DAY, SHANGHAI, policy) == expires_at


@pytest.mark.parametrize(
    "terms",
    [
        amount_off(0),
        amount_off(500, -1),
        percent_off(7, 500),
        Terms(Kind.AMOUNT, Fen(500), 5, Fen(0)),
        Terms(Kind.PICK, Fen(500), 0, Fen(0)),
        amount_off(500, 0, Scope(Reach.SKUS)),
        amount_off(500, 0, Scope(Reach.ALL, ("1",))),
    ],
)
def test_terms_that_mean_nothing_are_no_design(terms: Terms) -> None:
    with pytest.raises(ValueError, match="expected"):
        rules.check_design(a_design(terms))


def test_a_budget_is_enough_for_one_at_least() -> None:
    rules.check_design(a_design(budget=500))
    with pytest.raises(ValueError, match="a budget"):
        rules.check_design(a_design(budget=499))
