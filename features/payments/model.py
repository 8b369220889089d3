"""Values and refusals about the money of orders. Amounts are fen."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, NewType

from features.members.model import Group, Member
from features.orders.model import Order, OrderView
from kernel.errors import Refusal
from kernel.ids import GroupId, ItemId, MemberId, OrderId
from kernel.money import Fen, Milli
from kernel.policy import Range

PaymentId = NewType("PaymentId", int)  # money that came, or is said to have
RefundId = NewType("RefundId", int)  # money that goes back


class PayKind(StrEnum):
    """By which way money comes."""

    QR = "qr"  # to the merchant's own code, as the member says
    CASH = "cash"
    TELEGRAM = "telegram"
    RECEIPT = "receipt"  # as a file of receipts says


class PayState(StrEnum):
    """Where a payment stands."""

    CLAIMED = "claimed"  # the member says so
    CONFIRMED = "confirmed"
    REJECTED = "rejected"


class RefundState(StrEnum):
    """Where a refund stands."""

    DUE = "due"
    DONE = "done"
    VOID = "void"  # taken back before the money went


class RefundReason(StrEnum):
    """Why money goes back, or less is to be paid."""

    FAILED = "failed"  # the deal did not come together
    CANCELLED = "cancelled"  # the deal was called off
    LEFT = "left"  # the member cancelled what was paid
    OVERPAID = "overpaid"
    WEIGHT = "weight"
    SHORT = "short"  # fewer arrived
    SPOILED = "spoiled"
    LATE = "late"
    GOODWILL = "goodwill"

    @property
    def ours(self) -> bool:
        """Whether the failure is ours, not the member's wish: then a coupon comes back too."""
        return self not in (RefundReason.LEFT, RefundReason.OVERPAID)


@dataclass(frozen=True, slots=True)
class PaymentsPolicy:
    """Numbers of payments; `telegram_currency` XTR needs no provider token."""

    telegram_provider_token: str
    telegram_currency: str
    remind_hours: Annotated[int, Range(1, 168, "hours")]  # at least between two reminders of a home
    refund_hours: Annotated[int, Range(1, 168, "hours")]  # within which money goes back
    match_hours: Annotated[
        int, Range(1, 168, "hours")
    ]  # between a claim and its receipt, without a reference
    weight_percent: Annotated[int, Range(0, 100, "percent")]  # tolerance of weighed goods
    checkout_minutes: Annotated[int, Range(1, 60, "minutes")]  # a reservation is kept while Telegram pays

    @property
    def takes_telegram(self) -> bool:
        """Whether Telegram's own payments are on."""
        return bool(self.telegram_provider_token) or self.telegram_currency == "XTR"


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that came for an order, or is said to have. `by` says so; `reference` is the channel's own."""

    id: PaymentId
    order: OrderId
    kind: PayKind
    amount: Fen
    state: PayState
    claimed_at: datetime
    by: MemberId | None
    reference: str | None = None
    decided_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Refund:
    """What a buyer gets: `amount` less to pay, `back` of it money that goes back."""

    id: RefundId
    order: OrderId
    line: int | None
    amount: Fen
    back: Fen
    reason: RefundReason
    rule: str
    key: str
    state: RefundState
    at: datetime
    done_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Weighing:
    """A line settled by real weight: both weights, and what it cost before and costs now."""

    line: int
    item: ItemId
    ordered: Milli
    weighed: Milli
    before: Fen
    after: Fen


class WeighOutcome(StrEnum):
    """What came of a weight."""

    DONE = "done"
    ASKED = "asked"  # beyond the tolerance: somebody of the staff has to say so once more
    BEFORE = "before"  # was settled by that weight already


@dataclass(frozen=True, slots=True)
class Weighed:
    """A weight and what came of it."""

    outcome: WeighOutcome
    weighing: Weighing
    refund: Refund | None = None


@dataclass(frozen=True, slots=True)
class PaySetting:
    """A group's own code to pay to: the photo as Telegram knows it, and whose it is."""

    group: GroupId
    photo: str
    payee: str


@dataclass(frozen=True, slots=True)
class PayPage:
    """Everything somebody needs to pay an order."""

    view: OrderView
    group: Group
    member: Member
    reference: str
    owed: Fen
    claim: Payment | None
    setting: PaySetting | None
    telegram: bool


@dataclass(frozen=True, slots=True)
class Claimed:
    """Somebody says that they paid; not `fresh`: they had said so."""

    payment: Payment
    order: Order
    reference: str
    fresh: bool


@dataclass(frozen=True, slots=True)
class Money:
    """A payment or refund among others of a group, as staff see it."""

    number: int  # of the payment or refund
    order: OrderId
    member: MemberId
    called: str  # of whom the order is
    reference: str
    title: str
    amount: Fen
    at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Unpaid:
    """An order of which something is still to be paid."""

    order: OrderId
    member: MemberId
    called: str
    reference: str
    title: str
    owed: Fen
    claimed: bool
    reminded_at: datetime | None


@dataclass(frozen=True, slots=True)
class Receipt:
    """One line of what the merchant's channel received."""

    no: int  # of the row, as the sheet counts
    reference: str  # of the channel
    amount: Fen
    at: datetime
    note: str


@dataclass(frozen=True, slots=True)
class OpenClaim:
    """A claim that a receipt can answer, with the reference of its order."""

    payment: PaymentId
    reference: str
    amount: Fen
    at: datetime


@dataclass(frozen=True, slots=True)
class Matched:
    """Receipts and the claims they answer, those that answer none, and rows that are no receipts."""

    pairs: tuple[tuple[Receipt, OpenClaim], ...]
    unmatched: tuple[Receipt, ...]
    unread: tuple[int, ...] = ()  # numbers of rows


class NothingDue(Refusal):
    """Nothing is to be paid (any more)."""

    text_key = "payments.nothing_due"


class Lapsed(Refusal):
    """The order is void: there is nothing to pay for."""

    text_key = "payments.lapsed"


class NoPayment(Refusal):
    """There is no such payment in a group of theirs, or it was decided before."""

    text_key = "payments.decided_before"


class Followed(Refusal):
    """A confirmation cannot be taken back: something followed from it."""

    text_key = "payments.followed"


class TooMuch(Refusal):
    """More should go back than was paid."""

    text_key = "payments.too_much"


class NotFixed(Refusal):
    """Amounts of an order are fixed only when its deal has come together."""

    text_key = "payments.not_fixed"


class NotWeighed(Refusal):
    """A weight was given for what is not sold by weight, or was handed over, or is no weight."""

    text_key = "payments.not_weighed"


class WrongAmount(Refusal):
    """Telegram would take another amount than is due."""

    text_key = "payments.wrong_amount"


class BadSheet(Refusal):
    """A sheet of receipts lacks the columns for the amount and the time."""

    text_key = "payments.bad_sheet"
