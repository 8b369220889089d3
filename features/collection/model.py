"""Values and refusals about collecting goods. Quantities are thousandths of the unit, money is fen."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum
from typing import Annotated

from features.groupbuy.model import Deal, Item
from features.members.model import Group
from features.pickup.model import PickupPoint
from kernel.errors import Refusal
from kernel.ids import DealId, ItemId, MemberId, OrderId, PickupPointId
from kernel.money import NO_MONEY, Fen, Milli
from kernel.policy import Range


@dataclass(frozen=True, slots=True)
class CollectionPolicy:
    """Numbers of arriving and collecting; a group's members can read them."""

    remind_hours: Annotated[int, Range(1, 24, "hours")]  # after the arrival; never at night
    remind_at: time  # local time of the next day
    keep_until: time  # local time of the next day: so long perishables are kept for everybody
    unclaimed_percent: Annotated[int, Range(0, 100, "percent")]  # given back of what had to be disposed of
    wrong_codes: Annotated[int, Range(3, 20, "tries")]  # of one member of staff, and codes rest
    wrong_minutes: Annotated[int, Range(1, 120, "minutes")]  # in which they are counted
    locked_minutes: Annotated[int, Range(1, 120, "minutes")]
    door_fee_fen: Annotated[int, Range(0, 100_000, "fen")]  # for bringing an order to a door; 0: nobody does
    undo_minutes: Annotated[int, Range(1, 120, "minutes")]  # in which a check-off can be taken back


@dataclass(frozen=True, slots=True)
class PickupCode:
    """Six digits for one order: its member's own, or one to be forwarded to a friend."""

    order: OrderId
    deal: DealId
    digits: str
    is_friends: bool
    redeemed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Packed:
    """One of the goods in a parcel. `given` is what there is for this home; None: all of it."""

    line: int
    item: ItemId
    no: int
    name: str
    unit: str
    quantity: Milli
    price: Fen
    amount: Fen | None
    given: Milli | None
    is_weighed: bool
    weighed: Milli | None
    collected_at: datetime | None
    is_fresh: bool = True

    @property
    def there(self) -> Milli:
        """How much is handed over."""
        return self.quantity if self.given is None else self.given

    @property
    def waits(self) -> bool:
        """Whether something is still to be handed over."""
        return self.collected_at is None and self.there > 0


@dataclass(frozen=True, slots=True)
class Parcel:
    """What one home collects: the goods of an order, for whom, and where."""

    order: OrderId
    deal: DealId
    member: MemberId
    name: str  # for whom, else who ordered; may be empty
    address: str
    phone: str
    by_staff: bool
    placed_at: datetime
    point: PickupPointId | None
    fee: Fen  # for being brought to the door; nothing: it is collected
    due: Fen  # still to be paid; negative: to be given back
    packed: tuple[Packed, ...]

    @property
    def waits(self) -> bool:
        """Whether something is still to be handed over."""
        return any(each.waits for each in self.packed)


@dataclass(frozen=True, slots=True)
class Ordered:
    """A line as sharing out sees it."""

    line: int
    order: OrderId
    quantity: Milli
    placed_at: datetime
    price: Fen = NO_MONEY
    amount: Fen | None = None
    name: str = ""  # of the home


@dataclass(frozen=True, slots=True)
class Share:
    """What one line gets of goods of which too little came."""

    line: int
    order: OrderId
    ordered: Milli
    given: Milli


@dataclass(frozen=True, slots=True)
class Short:
    """One home that gets less than it ordered: `back` is not charged, or paid back where it was paid."""

    order: OrderId
    line: int
    item: ItemId
    name: str  # of the home
    goods: str
    unit: str
    ordered: Milli
    given: Milli
    back: Fen


@dataclass(frozen=True, slots=True)
class Progress:
    """How far collecting has come: homes with something to collect, and those that still wait."""

    homes: int = 0
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class Came:
    """How much of one of the goods came; as ordered until staff say otherwise. `settled`: shared out."""

    item: ItemId
    no: int
    name: str
    unit: str
    step: Milli
    ordered: Milli
    came: Milli
    settled: bool


@dataclass(frozen=True, slots=True)
class Handover:
    """The page of staff for one deal: what came, and who has collected."""

    deal: Deal
    group: Group
    point: PickupPoint | None
    points: tuple[PickupPoint, ...]  # open ones of the group
    came: tuple[Came, ...]
    progress: Progress
    now: datetime

    @property
    def is_short(self) -> bool:
        """Whether less came of something than was ordered, and has not been shared out yet."""
        return any(each.came < each.ordered and not each.settled for each in self.came)


@dataclass(frozen=True, slots=True)
class Checked:
    """A parcel as staff check it off. `line`: the audit line that can be taken back; 0: none."""

    parcel: Parcel
    deal: Deal
    group: Group
    point: PickupPoint | None
    now: datetime
    line: int = 0
    fresh: bool = True  # False: it was collected before, by this tap's twin or by somebody else
    is_elsewhere: bool = False  # another place than the deal's


@dataclass(frozen=True, slots=True)
class Waiting:
    """A page of homes, of a deal or called alike."""

    deal: Deal
    group: Group
    parcels: tuple[Parcel, ...]
    page: int
    has_more: bool
    asked: str = ""  # the name looked for


@dataclass(frozen=True, slots=True)
class Listing:
    """What the lists of a deal are made of; `places`: point -> what it is called."""

    deal: Deal
    group: Group
    parcels: tuple[Parcel, ...]
    items: tuple[Item, ...]
    places: Mapping[PickupPointId, str]


class Asks(StrEnum):
    """What the next text of somebody in private answers."""

    WEIGHT = "weight"  # of a line, by staff
    ADDRESS = "address"  # to which an order is brought


class CodeProblem(StrEnum):
    """Why a code opens nothing."""

    UNKNOWN = "unknown"  # no code of any deal of theirs
    NOT_YET = "not_yet"  # goods have not arrived
    OVER = "over"  # the deal is closed
    USED = "used"
    LOCKED = "locked"  # too many wrong ones


@dataclass(frozen=True, slots=True)
class Wrong:
    """A code that opens nothing. `until`: when codes are taken again; `left`: wrong tries until they rest."""

    problem: CodeProblem
    left: int = 0
    title: str = ""  # of the deal
    at: datetime | None = None
    zone: str = ""


@dataclass(frozen=True, slots=True)
class OwnCode:
    """A member's code with everything needed to collect."""

    code: PickupCode
    parcel: Parcel
    deal: Deal
    group: Group
    point: PickupPoint | None
    has_door: bool = False  # it can still be brought to a door


@dataclass(frozen=True, slots=True)
class Round:
    """The timed work of an arrived deal: which reminder is next, and how far it has come."""

    deal: DealId
    stage: int
    due_at: datetime | None
    told: OrderId


@dataclass(frozen=True, slots=True)
class Disposed:
    """Goods that nobody collected and that could be kept no longer: `back` is given back."""

    parcel: Parcel
    deal: Deal
    group: Group
    back: Fen = NO_MONEY


class NothingWaits(Refusal):
    """A parcel that is none of these staff's, or holds nothing."""

    text_key = "collection.nothing"


class NotArrived(Refusal):
    """Goods were checked off of a deal that has not arrived, or is over."""

    text_key = "collection.not_arrived"


class Arrived(Refusal):
    """A deal that has arrived cannot be delayed or arrive again."""

    text_key = "collection.arrived_before"


class StillTelling(Refusal):
    """The buyers are being told something; what comes next has to wait a minute."""

    text_key = "collection.still_telling"


class Moved(Refusal):
    """The time or place was changed since the button was shown."""

    text_key = "collection.moved"


class ShareFirst(Refusal):
    """Fewer goods came than were ordered; sharing them out comes before handing over."""

    text_key = "collection.share_first"


class Outdated(Refusal):
    """What staff confirm is not what they were shown: something changed meanwhile."""

    text_key = "collection.outdated"


class UndoOver(Refusal):
    """A check-off is too old to be taken back, or was."""

    text_key = "collection.undo_over"


class NoDoor(Refusal):
    """Nobody brings orders to doors here, or this one is brought already."""

    text_key = "collection.no_door"


class NoAddress(Refusal):
    """Nothing readable is left of an address, or it is very long."""

    text_key = "collection.no_address"


class BadWeight(Refusal):
    """A weight that cannot be: nothing, or many times what was ordered."""

    text_key = "collection.bad_weight"


class TooEarly(Refusal):
    """Goods are still kept for who ordered them."""

    text_key = "collection.too_early"
