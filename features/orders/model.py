"""Values and refusals about orders. Quantities are thousandths of the unit, money is fen."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from features.groupbuy.model import Deal, Item
from kernel.errors import Refusal
from kernel.ids import CouponId, DealId, GroupId, ItemId, MemberId, MessageId, OrderId
from kernel.money import NO_MONEY, NOTHING, Fen, Milli


class OrderState(StrEnum):
    """Where an order stands."""

    OPEN = "open"  # can still be changed
    LOCKED = "locked"  # its deal came together: amounts are fixed
    VOID = "void"  # cancelled, lapsed, or its deal failed


class Op(StrEnum):
    """What somebody wants of one of the goods."""

    ORDER = "order"  # a plain declaration
    ADD = "add"
    SUB = "sub"
    SET = "set"
    REMOVE = "remove"


class Via(StrEnum):
    """How a change came."""

    TEXT = "text"
    TAP = "tap"
    STAFF = "staff"
    WAIT = "wait"  # what somebody waited for became free
    LAPSE = "lapse"  # unpaid for too long
    END = "end"  # the deal failed or was cancelled
    EDIT = "edit"  # the message it came from says something else now
    SHARE = "share"  # fewer arrived than were ordered


@dataclass(frozen=True, slots=True)
class Recipient:
    """For whom somebody orders; all empty: for themself."""

    name: str = ""
    address: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants of one of the goods; `quantity` is nothing for a removal."""

    item: Item
    op: Op
    quantity: Milli = NOTHING
    note: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a wish comes from. `said_at` is Telegram's time of the message or of its edit."""

    member: MemberId
    said_at: datetime
    via: Via = Via.TEXT
    message: MessageId | None = None
    by_staff: bool = False  # orders for neighbours, each a home of its own
    called: str = ""  # what to call who orders: part of the order, whatever else they agreed to


@dataclass(frozen=True, slots=True)
class Order:
    """What one home orders in a deal. `goods`, `off` and `fee` are fixed when the deal comes together."""

    id: OrderId
    deal: DealId
    member: MemberId
    recipient: Recipient
    state: OrderState
    by_staff: bool
    placed_at: datetime
    called: str = ""
    note: str = ""
    goods: Fen = NO_MONEY
    off: Fen = NO_MONEY  # by a coupon
    fee: Fen = NO_MONEY  # for delivery to the door
    paid: Fen = NO_MONEY
    refunded: Fen = NO_MONEY
    coupon: CouponId | None = None
    hold_until: datetime | None = None  # an unpaid reservation lapses then
    claimed_at: datetime | None = None
    paid_at: datetime | None = None

    @property
    def due(self) -> Fen:
        """What is still to be paid once the amounts are fixed; negative: to be given back."""
        return Fen(self.goods - self.off + self.fee - self.paid + self.refunded)


@dataclass(frozen=True, slots=True)
class Line:
    """One of the goods in an order. `amount` is fixed when the deal comes together."""

    id: int
    order: OrderId
    item: ItemId
    quantity: Milli
    price: Fen  # accepted at; what the group's quantity reaches may be lower
    note: str = ""
    extra: Milli = NOTHING  # would take so much more to fill a case
    amount: Fen | None = None
    given: Milli | None = None  # what there is for this home, where fewer arrived; None: all of it
    weighed: Milli | None = None  # the real weight of weighed goods
    collected_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order with its lines and their goods, in the order of the deal's list."""

    order: Order
    deal: Deal
    lines: tuple[tuple[Item, Line], ...]
    waiting: tuple[tuple[Item, Milli], ...] = ()


@dataclass(frozen=True, slots=True)
class PastedList:
    """A list that a member pasted for several homes."""

    group: GroupId
    member: MemberId
    message: MessageId
    text: str
    said_at: datetime


class Became(StrEnum):
    """What became of a wish."""

    TAKEN = "taken"  # the line is `now` afterwards
    LESS = "less"  # more than there is, or than a home may: `possible` is offered, nothing is taken yet
    SOLD_OUT = "sold_out"
    OVER_LIMIT = "over_limit"
    ASKED = "asked"  # the home has some already: instead of that, or on top?
    GONE = "gone"  # the line was removed
    NOTHING = "nothing"  # there was no such line to change
    NOT_FILLING = "not_filling"  # only what fills an open case is taken now


@dataclass(frozen=True, slots=True)
class Did:
    """What became of one wish: `before` and `now` are the line's quantity."""

    wish: Wish
    became: Became
    order: OrderId | None
    before: Milli = NOTHING
    now: Milli = NOTHING
    possible: Milli = NOTHING


class NoOrder(Refusal):
    """Somebody asks for an order they do not have, or another's."""

    text_key = "orders.none"


class NotYours(Refusal):
    """A button of somebody else's order."""

    text_key = "orders.not_yours"


class ListOver(Refusal):
    """A pasted list was counted already, or is forgotten."""

    text_key = "orders.list_over"


class Fixed(Refusal):
    """The order cannot be changed any more: its deal is past the cut-off."""

    text_key = "orders.fixed"
