"""How far readings agree with labels. The label of a message is the reading it should have."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from features.jielong.model import Context, Kind, Op, Order, Reading

Key = tuple[str | None, Op, str | None, int | None]


@dataclass(frozen=True, slots=True)
class Case:
    """A labelled message; `tags` name what is hard about it."""

    id: str
    text: str
    context: Context
    expected: Reading
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Score:
    """What came out. `line_f1` is over all lines of all messages together, 1 where nobody has any.

    `false_orders` counts messages that are no order and had lines read out of them; `failed` and `known`
    count the messages with a tag that are not fully right, and all with it.
    """

    n: int
    fully_right: float
    precision: float
    recall: float
    line_f1: float
    false_orders: int
    wrong: tuple[str, ...]
    failed: Mapping[str, int]
    known: Mapping[str, int]


def is_fully_right(read: Reading, expected: Reading) -> bool:
    """Tell whether a message is fully right.

    That is: its kind, the multiset of its lines (name or sender, op, sku, quantity), the set of reasons to
    ask back, the claim of payment and every remark are. A remark is right where it contains the label or is
    contained in it, and stands at the same line, or at the same person's whole order; none is right only
    where the label has none.
    """
    return (
        read.kind is expected.kind
        and lines(read) == lines(expected)
        and {each.reason for each in read.clarify} == {each.reason for each in expected.clarify}
        and read.paid_claim == expected.paid_claim
        and _notes_agree(read, expected)
    )


def is_false_order(read: Reading, expected: Reading) -> bool:
    """Tell whether lines were read out of a message that is no order."""
    return expected.kind is not Kind.ORDER and bool(lines(read))


def lines(reading: Reading) -> Counter[Key]:
    """Return the lines as they are compared: (name or sender, op, sku, quantity) -> how often."""
    return Counter(
        (_name(order), line.op, line.sku, line.qty_milli) for order in reading.orders for line in order.lines
    )


def score(cases: Sequence[Case], readings: Sequence[Reading]) -> Score:
    """Return how far `readings`, one for each of `cases` in their order, agree with the labels."""
    pairs = list(zip(cases, readings, strict=True))
    wrong = [case for case, read in pairs if not is_fully_right(read, case.expected)]
    both = sum((lines(read) & lines(case.expected)).total() for case, read in pairs)
    precision = _share(both, sum(lines(read).total() for _, read in pairs))
    recall = _share(both, sum(lines(case.expected).total() for case in cases))
    return Score(
        n=len(cases),
        fully_right=_share(len(cases) - len(wrong), len(cases)),
        precision=precision,
        recall=recall,
        line_f1=2 * precision * recall / (precision + recall) if precision + recall else 0.0,
        false_orders=sum(is_false_order(read, case.expected) for case, read in pairs),
        wrong=tuple(case.id for case in wrong),
        failed=Counter(tag for case in wrong for tag in case.tags),
        known=Counter(tag for case in cases for tag in case.tags),
    )


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def _name(order: Order) -> str | None:
    return order.who.name if order.who else None


def _notes_agree(read: Reading, expected: Reading) -> bool:
    mine, theirs = dict(_notes(read)), dict(_notes(expected))
    return mine.keys() == theirs.keys() and all(
        len(mine[place]) == len(theirs[place])
        and all(_alike(a, b) for a, b in zip(sorted(mine[place]), sorted(theirs[place]), strict=True))
        for place in mine
    )


def _alike(mine: str, theirs: str) -> bool:
    return mine in theirs or theirs in mine


def _notes(reading: Reading) -> Iterator[tuple[object, list[str]]]:
    """Yield each place that has remarks, a line or a person's whole order, with its remarks."""
    found: dict[object, list[str]] = {}
    for order in reading.orders:
        if order.note:
            found.setdefault(_name(order), []).append(order.note)
        for line in order.lines:
            if line.note:
                found.setdefault((_name(order), line.op, line.sku, line.qty_milli), []).append(line.note)
    yield from found.items()
