"""Values about settlement. Amounts are fen, rates hundredths of a percent."""

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Annotated

from features.groupbuy.model import Deal
from features.members.model import Group
from kernel.errors import Refusal
from kernel.ids import DealId, GroupId, ItemId, MemberId, OrderId
from kernel.money import NO_MONEY, Fen, Milli
from kernel.policy import Range


class RunKind(StrEnum):
    """When a settlement is drawn up."""

    CUTOFF = "cutoff"  # soon after a deal's cut-off
    DAILY = "daily"


class Earning(StrEnum):
    """What a line of a leader's statement says."""

    EARNED = "earned"
    CORRECTED = "corrected"  # refunded or paid since
    PAID = "paid"  # handed out


@dataclass(frozen=True, slots=True)
class SettlementPolicy:
    """Numbers of settlement (domain.md §7)."""

    cutoff_minutes: Annotated[int, Range(1, 240, "minutes")]  # from a cut-off to its settlement
    daily_at: time  # local time of the day's settlement
    digest_at: time  # local time at which the leader reads it
    fresh_hours: Annotated[int, Range(1, 168, "hours")]  # of after-sales for fresh goods, from pick-up
    packed_days: Annotated[int, Range(1, 90, "days")]  # of after-sales for the rest
    fresh_categories: str  # with commas
    standard_rate: Annotated[int, Range(0, 5000, "hundredths of a percent")]
    fresh_rate: Annotated[int, Range(0, 5000, "hundredths of a percent")]
    repurchase_fen: Annotated[int, Range(0, 1_000_000, "fen")]  # an order of less earns no points

    @property
    def fresh(self) -> frozenset[str]:
        """The categories of fresh goods."""
        return frozenset(each.strip() for each in self.fresh_categories.split(",") if each.strip())


@dataclass(frozen=True, slots=True)
class Window:
    """The time for complaints about an order that was picked up; `event`: what it earned its member."""

    order: OrderId
    collected_on: date
    until: datetime
    closed_at: datetime | None = None
    event: str | None = None
    reversed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SkuTotal:
    """How much of one of the goods is to be bought."""

    item: ItemId
    no: int
    name: str
    unit: str
    quantity: Milli
    case: Milli | None = None

    @property
    def cases(self) -> int | None:
        """How many cases that takes, the last one perhaps not full."""
        return None if not self.case else -(-self.quantity // self.case)


@dataclass(frozen=True, slots=True)
class Figures:
    """What a deal comes to, summed up from its rows.

    `lines`, `payments` and `backs` are sums of the rows themselves, the others of what orders know of them.
    """

    orders: int = 0
    homes: int = 0
    line_count: int = 0
    lines: Fen = NO_MONEY
    goods: Fen = NO_MONEY
    off: Fen = NO_MONEY
    fee: Fen = NO_MONEY
    payments: Fen = NO_MONEY
    paid: Fen = NO_MONEY
    backs: Fen = NO_MONEY
    refunded: Fen = NO_MONEY
    unpaid: Fen = NO_MONEY
    unpaid_orders: int = 0
    overpaid: Fen = NO_MONEY
    waiting: int = 0
    claims: int = 0


@dataclass(frozen=True, slots=True)
class DealSheet:
    """A deal with what it comes to."""

    deal: Deal
    figures: Figures
    skus: tuple[SkuTotal, ...]
    sound: bool


@dataclass(frozen=True, slots=True)
class Run:
    """A settlement that was drawn up."""

    kind: RunKind
    group: Group
    sheets: tuple[DealSheet, ...]
    commission: Fen = NO_MONEY
    is_news: bool = True  # something is not as the day before

    @property
    def sound(self) -> bool:
        """Whether every deal's money balances."""
        return all(sheet.sound for sheet in self.sheets)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a leader's statement."""

    at: datetime
    kind: Earning
    title: str
    item: str
    called: str
    base: Fen
    rate: int
    amount: Fen


@dataclass(frozen=True, slots=True)
class Takings:
    """What a group has ordered since some instant, and what its leader has earned since."""

    orders: int = 0  # with something in them
    homes: int = 0
    worth: Fen = NO_MONEY  # at the prices of ordering, or those reached where they are fixed
    earned: Fen = NO_MONEY  # corrections taken off


@dataclass(frozen=True, slots=True)
class Statement:
    """What a leader has earned in a group: newest lines first; a negative balance is carried."""

    group: Group
    leader: MemberId
    balance: Fen
    entries: tuple[Entry, ...]
    page: int
    has_more: bool
    may_pay: bool


@dataclass(frozen=True, slots=True)
class LineShare:
    """What of a line counts for the commission, and what has been counted so far."""

    line: int
    category: str
    amount: Fen
    counted_base: Fen
    counted: Fen


@dataclass(frozen=True, slots=True)
class DueRun:
    """A settlement that is to be drawn up."""

    id: int
    kind: RunKind
    group: GroupId
    deal: DealId | None


class OldStatement(Refusal):
    """A statement is to be paid out that has changed since it was shown."""

    text_key = "settlement.old_statement"
