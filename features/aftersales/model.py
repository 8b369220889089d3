"""Values and refusals about cases. Quantities are thousandths of the unit, money is fen."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from features.members.model import Group, Member
from kernel.errors import Refusal
from kernel.ids import DealId, GroupId, ItemId, MemberId, OrderId
from kernel.money import NO_MONEY, Fen, Milli
from kernel.policy import Range


@dataclass(frozen=True, slots=True)
class AftersalesPolicy:
    """Numbers of the published rule (domain.md §7.1). The windows only limit what goes by itself."""

    fresh_hours: Annotated[int, Range(1, 240, "hours")]  # after the pick-up of fresh goods
    packed_days: Annotated[int, Range(1, 90, "days")]  # after the pick-up of what keeps
    little_percent: Annotated[int, Range(1, 99, "percent")]  # up to here in proportion
    much_percent: Annotated[int, Range(1, 99, "percent")]  # above it everything; between them as one likes
    automatic_fen: Annotated[int, Range(0, 1_000_000, "fen")]  # up to here without a person
    often_percent: Annotated[int, Range(1, 100, "percent")]  # of the last orders with a case: to a person
    often_orders: Annotated[int, Range(1, 50, "orders")]
    answer_minutes: Annotated[int, Range(10, 1440, "minutes")]  # by day, for staff
    hold_minutes: Annotated[int, Range(0, 60, "minutes")]  # in which staff can take an answer back
    batch_cases: Annotated[int, Range(2, 100, "cases")]  # alike in a batch within a day: staff are warned
    batch_percent: Annotated[int, Range(1, 100, "percent")]  # or so many of its lines, of two homes at least


class Kind(StrEnum):
    """What was not right."""

    BROKEN = "broken"
    SPOILED = "spoiled"
    SHORT = "short"
    WRONG = "wrong"
    LATE = "late"
    OTHER = "other"


MEASURED = frozenset({Kind.BROKEN, Kind.SPOILED, Kind.SHORT})
"""Kinds of which it matters how much."""


class State(StrEnum):
    """Where a case stands."""

    DRAFT = "draft"  # still being told
    OPEN = "open"  # waits for a person
    ACCEPTED = "accepted"  # by a person, who can still take it back
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    DONE = "done"


class Remedy(StrEnum):
    """What is done about it."""

    REFUND = "refund"
    RESEND = "resend"  # the same goods once more


class Rule(StrEnum):
    """By which rule a case goes."""

    PRO_RATA = "pro_rata"
    CHOICE = "choice"  # in proportion, or the goods once more
    FULL = "full"
    # To a person, because…
    ABOVE = "above"  # …it is more than goes by itself
    OFTEN = "often"
    SAME_PHOTO = "same_photo"
    NO_PHOTO = "no_photo"
    AFTER_WINDOW = "after_window"
    PERSON = "person"  # …a rule cannot say
    ILL = "ill"


class Why(StrEnum):
    """Why staff do not accept a case; each is told kindly."""

    UNCLEAR = "unclear"
    NORMAL = "normal"
    SETTLED = "settled"
    CALL = "call"


@dataclass(frozen=True, slots=True)
class Owned:
    """One of the goods that somebody collected."""

    line: int
    order: OrderId
    item: ItemId
    deal: DealId
    group: GroupId
    title: str
    name: str
    aliases: tuple[str, ...]
    unit: str
    units: tuple[tuple[str, int], ...]
    bulk: tuple[tuple[str, int], ...]
    batch: str
    there: Milli
    amount: Fen
    is_fresh: bool
    collected_at: datetime


@dataclass(frozen=True, slots=True)
class Read:
    """What somebody's words say: of which goods, what was not right, how much of it; None: not said."""

    owned: Owned | None
    kind: Kind | None
    quantity: Milli | None
    is_ill: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """A complaint about one line. `quantity` of `there` was not right."""

    id: int
    member: MemberId
    order: OrderId
    line: int
    state: State
    kind: Kind
    quantity: Milli
    photo: str  # Telegram's file_id; empty: none
    photo_unique: str
    remedy: Remedy
    amount: Fen
    rule: Rule
    opened_at: datetime
    due_at: datetime | None = None  # by when staff answer
    look_at: datetime | None = None  # when something happens by itself
    stage: int = 0  # of the clock's reminders
    decided_by: MemberId | None = None
    decided_at: datetime | None = None
    note: str = ""  # why it was not accepted


@dataclass(frozen=True, slots=True)
class Facts:
    """What a verdict rests on. `claims` of the last orders had a case."""

    kind: Kind
    quantity: Milli
    there: Milli
    amount: Fen  # of the whole line, less what was given back before
    has_photo: bool
    is_photo_used: bool
    claims: int
    is_in_window: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rule says: so much back, and whether without a person; `rule` says why."""

    rule: Rule
    amount: Fen
    is_automatic: bool
    may_choose: bool = False  # the goods once more instead


@dataclass(frozen=True, slots=True)
class Told:
    """A case as its member sees it."""

    case: Case
    owned: Owned
    member: Member
    group: Group
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """A case as staff see it; `name` of who told it."""

    case: Case
    owned: Owned
    group: Group
    name: str
    now: datetime
    full: Fen = NO_MONEY  # at most so much


@dataclass(frozen=True, slots=True)
class Batch:
    """Cases of one batch within a day."""

    name: str  # of the goods
    batch: str
    cases: int
    homes: int
    lines: int


class NothingBought(Refusal):
    """A case about goods that somebody did not collect, or not they."""

    text_key = "aftersales.nothing"


class InHand(Refusal):
    """There is an open case about these goods."""

    text_key = "aftersales.in_hand"


class AllBack(Refusal):
    """Everything that the goods cost was given back."""

    text_key = "aftersales.all_back"


class CaseGone(Refusal):
    """A case that is not there, is another's, or is decided."""

    text_key = "aftersales.gone"


class TooMuch(Refusal):
    """More was to be given back than the goods cost."""

    text_key = "aftersales.too_much"
