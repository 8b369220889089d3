"""Values of the order reader: goods on offer, what a message points at, and what was read out of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

MILLI = 1000  # quantities are whole thousandths of a base unit
MOST_UNITS = 9999  # base units in one line; more is a slip of the finger and is asked about


class Kind(StrEnum):
    """What a message is for. An order is whatever touches one: new, changed, cancelled, asked back."""

    ORDER = "order"
    QUERY = "query"
    AFTERSALE = "aftersale"
    CHAT = "chat"


class Op(StrEnum):
    """What a line does to an order."""

    ORDER = "order"
    ADD = "add"
    SUB = "sub"
    SET = "set"
    REMOVE = "remove"
    CLEAR = "clear"


class Reason(StrEnum):
    """Why something must be asked back instead of guessed."""

    AMBIGUOUS_SKU = "ambiguous_sku"
    AMBIGUOUS_QTY = "ambiguous_qty"
    BAD_QTY = "bad_qty"
    UNKNOWN_ITEM = "unknown_item"
    NEEDS_HISTORY = "needs_history"
    ALL_ITEMS = "all_items"


@dataclass(frozen=True, slots=True)
class Goods:
    """One item of a deal. `units` says how many base units one is, `bulk` how many make one base unit."""

    sku: str
    no: int
    name: str
    base_unit: str
    aliases: tuple[str, ...] = ()
    step_milli: int = MILLI
    units: Mapping[str, Fraction] = field(default_factory=dict)
    bulk: Mapping[str, Fraction] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Offer:
    """The goods of one or several open deals. `ambiguous`: alias -> the skus it may mean.

    An alias or number that several goods share is ambiguous by itself and need not be listed.
    """

    goods: tuple[Goods, ...]
    ambiguous: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Context:
    """What a message answers: a post about one item, or somebody's order that it points at."""

    sku: str | None = None
    sender: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """For whom a line is, as written; at least one of the three is known."""

    name: str | None = None
    addr: str | None = None
    tel: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an order. `sku` is None for `clear` alone, `qty_milli` for `clear` and `remove`."""

    op: Op
    sku: str | None = None
    qty_milli: int | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """What one person orders; `who` is None for the sender, `note` a remark on the whole."""

    who: Person | None
    lines: tuple[Line, ...]
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Clarify:
    """What must be asked back: the words it is about and the skus that come into question."""

    reason: Reason
    text: str
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What a message says. `paid_claim`: somebody says they paid, which proves nothing."""

    kind: Kind
    orders: tuple[Order, ...] = ()
    clarify: tuple[Clarify, ...] = ()
    paid_claim: bool = False
