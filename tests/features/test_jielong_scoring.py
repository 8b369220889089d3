"""What counts as right, and what the figures are."""

import pytest

from features.jielong.model import Context, Kind, Line, Op, Order, Person, Reading
from features.jielong.scoring import Case, is_false_order, is_fully_right, score
from tests.features.jielong_meaning import meaning


def _case(number: int, means: str, *tags: str) -> Case:
    return Case(f"m{number}", "", Context(), meaning(means), tags)


@pytest.mark.parametrize(
    ("read", "label", "is_right"),
    [
        ("A2 C1", "C1 A2", True),
        ("A2", "A2 A2", False),
        ("A2", "A2.5", False),
        ("A2", "=A2", False),
        ("张三: A2", "李四: A2", False),
        ("张三: A2", "A2", False),
        ("A2 ?bad_qty", "A2 ?bad_qty ?bad_qty", True),
        ("A2 ?bad_qty", "A2", False),
        ("A2 paid", "A2", False),
        ("A2(熟一点)", "A2(要熟一点的)", True),
        ("A2(要熟一点的)", "A2(熟一点)", True),
        ("A2(熟)", "A2(切片)", False),
        ("A2", "A2(熟)", False),
        ("A2(熟)", "A2", False),
        ("A2 [熟]", "A2(熟)", False),
        ("A2 [晚上拿]", "A2 [晚上拿]", True),
        ("chat", "query", False),
        ("aftersale", "aftersale", True),
    ],
)
def test_a_message_is_right_in_everything_or_not_at_all(read: str, label: str, is_right: bool) -> None:
    assert is_fully_right(meaning(read), meaning(label)) is is_right


def test_a_door_does_not_decide_whose_line_it_is() -> None:
    line = Line(Op.ORDER, "A", 2000)
    read = Reading(Kind.ORDER, (Order(Person("李姐", "3号楼"), (line,)),))
    label = Reading(Kind.ORDER, (Order(Person("李姐", tel="5678"), (line,)),))

    assert is_fully_right(read, label)


@pytest.mark.parametrize(
    ("read", "label", "is_false"),
    [("A1", "chat", True), ("?bad_qty", "chat", False), ("A1", "C1", False), ("clear", "query", True)],
)
def test_lines_out_of_what_is_no_order_are_false(read: str, label: str, is_false: bool) -> None:
    assert is_false_order(meaning(read), meaning(label)) is is_false


def test_the_figures_are_over_all_messages_together() -> None:
    cases = [_case(1, "A2 C1", "list"), _case(2, "chat", "chat"), _case(3, "B1", "list"), _case(4, "query")]

    found = score(cases, [meaning(each) for each in ("A2 C1", "D1", "B2", "query")])

    assert (found.n, found.fully_right, found.false_orders, found.wrong) == (4, 0.5, 1, ("m2", "m3"))
    assert (found.precision, found.recall) == (2 / 4, 2 / 3)
    assert found.line_f1 == pytest.approx(2 * 0.5 * (2 / 3) / (0.5 + 2 / 3))
    assert (dict(found.failed), found.known["list"]) == ({"chat": 1, "list": 1}, 2)


def test_nothing_to_read_and_nothing_read_is_right() -> None:
    found = score([_case(1, "chat")], [meaning("chat")])

    assert (found.fully_right, found.line_f1) == (1.0, 1.0)


def test_nothing_read_where_something_stood_is_worth_nothing() -> None:
    assert score([_case(1, "A1")], [meaning("chat")]).line_f1 == 0
