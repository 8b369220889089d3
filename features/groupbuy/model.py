"""Values and refusals about group buys. Quantities are thousandths of the unit, money is fen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from features.members.model import Group, Member
from features.pickup.model import PickupPoint
from kernel.errors import Refusal
from kernel.ids import ChatId, DealId, GroupId, ItemId, MemberId, MessageId, PickupPointId
from kernel.money import NO_MONEY, NOTHING, WHOLE, Fen, Milli
from kernel.policy import Range


class DealState(StrEnum):
    """Where a deal stands (domain.md §7.1)."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    OPEN = "open"
    LOCKED = "locked"  # past its cut-off, not yet counted
    FORMED = "formed"
    FAILED = "failed"
    PURCHASING = "purchasing"
    ARRIVED = "arrived"
    PICKING = "picking"
    CLOSED = "closed"
    SETTLED = "settled"
    CANCELLED = "cancelled"


class GoalKind(StrEnum):
    """What has to come together by the cut-off."""

    NONE = "none"
    HOMES = "homes"
    MONEY = "money"  # fen
    CASES = "cases"  # whole cases of the goods that come in cases


class Lack(StrEnum):
    """What can be missing before a draft is published."""

    GOODS = "goods"
    CUTOFF = "cutoff"
    PICKUP = "pickup"
    GOAL = "goal"


class Ask(StrEnum):
    """What the next text of a leader in private may answer."""

    CUTOFF = "cutoff"
    PICKUP = "pickup"
    GOAL = "goal"
    TITLE = "title"
    NOTE = "note"
    STOCK = "stock"  # of one of a draft's goods
    LIMIT = "limit"
    EXTEND = "extend"
    PRICE = "price"  # of one of a running deal's goods
    RESTOCK = "restock"
    REASON = "reason"  # why a deal is cancelled
    SURE = "sure"  # the reason was given; it waits for a tap


class Why(StrEnum):
    """Why a deal is cancelled, where nobody writes a reason of their own."""

    SUPPLY = "supply"
    QUALITY = "quality"
    FEW = "few"
    WEATHER = "weather"


class PayMode(StrEnum):
    """When a home pays."""

    PICKUP = "pickup"
    PREPAID = "prepaid"  # to the merchant's own code; an unpaid reservation lapses


@dataclass(frozen=True, slots=True)
class GroupbuyPolicy:
    """Numbers of deals."""

    grace_seconds: Annotated[int, Range(0, 600, "seconds")]  # after the cut-off, for messages under way
    hold_minutes: Annotated[int, Range(5, 1440, "minutes")]  # an unpaid reservation, where prepaid
    card_seconds: Annotated[int, Range(3, 60, "seconds")]  # at least between two edits of a standing message
    card_buried: Annotated[int, Range(5, 500, "messages")]  # so many below it, and it moves
    card_move_minutes: Annotated[int, Range(1, 240, "minutes")]  # at least between two moves
    fill_minutes: Annotated[
        int, Range(0, 720, "minutes")
    ]  # a deal with open cases waits so long to be filled
    longest_days: Annotated[int, Range(1, 60, "days")]  # from opening to cut-off
    shown_items: Annotated[int, Range(1, 20, "items")]  # with buttons under the standing message


@dataclass(frozen=True, slots=True)
class Tier:
    """From `quantity` of the whole group on, a unit costs `price`."""

    quantity: Milli
    price: Fen


@dataclass(frozen=True, slots=True)
class Goods:
    """What a deal copies of a product when it opens."""

    sku: str
    name: str
    unit: str
    price: Fen
    aliases: tuple[str, ...] = ()
    units: tuple[tuple[str, int], ...] = ()  # (word, how many thousandths of the unit it means)
    bulk: tuple[tuple[str, int], ...] = ()  # (word, how many of it one unit holds)
    step: Milli = WHOLE
    tiers: tuple[Tier, ...] = ()
    was: Fen | None = None  # struck through: the real price of the last seven days
    stock: Milli | None = None  # None: as much as is ordered
    case: Milli | None = None  # how much a supplier's case holds
    home_limit: Milli | None = None
    weighed: bool = False
    category: str = ""
    storage: str = ""
    origin: str = ""
    batch: str = ""
    supplier: str = ""
    is_green: bool = False
    is_partner: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One of the goods of a deal: `taken` is ordered and reserved."""

    id: ItemId
    deal: DealId
    no: int
    goods: Goods
    taken: Milli = NOTHING


@dataclass(frozen=True, slots=True)
class Terms:
    """What a deal promises."""

    title: str
    closes_at: datetime
    point: PickupPointId | None
    pickup_at: datetime
    pickup_until: datetime
    goal_kind: GoalKind = GoalKind.NONE
    goal: int = 0
    pay: PayMode = PayMode.PICKUP
    note: str = ""


@dataclass(frozen=True, slots=True)
class Deal:
    """A group buy; `stamp` changes with everything that changes how messages are read."""

    id: DealId
    group: GroupId
    state: DealState
    terms: Terms
    opened_by: MemberId
    stamp: int
    opened_at: datetime | None = None
    fill_until: datetime | None = None  # open cases are being filled
    reason: str = ""  # why it was cancelled, as staff wrote it
    due_at: datetime | None = None
    arrived_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """What has come together so far: homes that order, and the worth of it at today's prices."""

    homes: int = 0
    money: Fen = NO_MONEY
    lines: int = 0


@dataclass(frozen=True, slots=True)
class Card:
    """The standing message of a deal, as we know it."""

    deal: DealId
    chat: ChatId
    message: MessageId | None
    posting: str  # under which key the newest post waits in the outbox; empty: none does
    posts: int
    changed_at: datetime | None  # since when it says something old; None: it is as it should be
    shown_at: datetime | None
    moved_at: datetime | None
    newest: MessageId | None  # the last message heard that made it look buried


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything a standing message tells."""

    deal: Deal
    items: tuple[Item, ...]
    counts: Counts
    group: Group
    point: PickupPoint | None
    now: datetime
    names: tuple[str, ...] = ()  # who ordered what, newest last; only names people let be kept
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class Offered:
    """The open deals of a group with their goods, and the stamp under which they are known."""

    deals: tuple[Deal, ...]
    items: tuple[Item, ...]
    stamp: str

    def deal_of(self, item: Item) -> Deal:
        """Return the deal of an item of this offer."""
        return next(deal for deal in self.deals if deal.id == item.deal)


@dataclass(frozen=True, slots=True)
class Draft:
    """A deal that is being put together."""

    group: GroupId
    terms: Terms
    goods: tuple[Goods, ...] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a leader is asked about a deal; `given` is what else the answer needs."""

    member: Member
    group: GroupId
    deal: DealId
    ask: Ask
    given: Mapping[str, str]
    message: MessageId | None  # the card to go on with


class NoDeal(Refusal):
    """There is no such deal, or it is none of this group's."""

    text_key = "groupbuy.none"


class NotOpen(Refusal):
    """The deal takes no orders: it is over, or not begun."""

    text_key = "groupbuy.not_open"


class TooLate(Refusal):
    """A message was written after the cut-off."""

    text_key = "groupbuy.too_late"


class CannotMove(Refusal):
    """A deal is in a state from which it cannot go where it is wanted."""

    text_key = "groupbuy.cannot_move"


class TooManyGoods(Refusal):
    """More goods in a deal than one message can show."""

    text_key = "groupbuy.too_many_goods"


class NothingToSell(Refusal):
    """A deal without goods."""

    text_key = "groupbuy.nothing_to_sell"


class BadTimes(Refusal):
    """The cut-off lies in the past or too far away, or goods are picked up before it."""

    text_key = "groupbuy.bad_times"


class Incomplete(Refusal):
    """Goods without supplier, batch or origin cannot be sold."""

    text_key = "groupbuy.incomplete"


class BadGoal(Refusal):
    """A goal that nobody can reach, or none at all where one is named."""

    text_key = "groupbuy.bad_goal"


class NoPlace(Refusal):
    """A deal needs an open pick-up point of its group."""

    text_key = "groupbuy.no_place"
