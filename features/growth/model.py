"""Values of the growth account (domain.md §4, rulings 42)."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum, StrEnum
from zoneinfo import ZoneInfo

from features.growth.versions import Coming
from kernel.errors import Refusal
from kernel.ids import GroupId, MemberId


class Event(StrEnum):
    """What changes an account."""

    REGISTER = "register"
    FIRST_ORDER = "first_order"
    SHARE = "share"
    REPURCHASE = "repurchase"
    UGC = "ugc"  # a recipe or photo review of one's own, approved
    SPENT = "spent"
    ADJUSTED = "adjusted"  # by staff
    REVERSED = "reversed"  # what was earned by something that was taken back
    EXPIRED = "expired"
    CLOSED = "closed"  # the account was given up


EARNED = (Event.REGISTER, Event.FIRST_ORDER, Event.SHARE, Event.REPURCHASE, Event.UGC)
"""What earns growth and points, in the order in which members are told."""


class Level(IntEnum):
    """How far somebody has grown; each needs so much growth in the trailing year."""

    SEED = 0
    SPROUT = 1
    SEEDLING = 2
    BLOOM = 3
    FRUIT = 4

    @property
    def word(self) -> str:
        """The level's word in keys of texts."""
        return self.name.lower()


class DueKind(StrEnum):
    """What falls due for the points of one expiry date."""

    FIRST_NOTICE = "first_notice"
    LAST_NOTICE = "last_notice"
    LAPSE = "lapse"


@dataclass(frozen=True, slots=True)
class Cap:
    """How often an event earns: once for ever, or so many times a local day, week and month."""

    per_day: int | None = None
    per_week: int | None = None
    per_month: int | None = None
    once: bool = False


@dataclass(frozen=True, slots=True)
class EarningRule:
    """What an event earns, in growth and in points alike, and how often."""

    event: Event
    amount: int
    cap: Cap


@dataclass(frozen=True, slots=True)
class Privileges:
    """What a level gives."""

    member_day_price: bool
    free_deliveries: int  # a month
    early_order_minutes: int
    votes: bool


@dataclass(frozen=True, slots=True)
class Earning:
    """Something a member did that may earn growth and points."""

    member: MemberId
    group: GroupId | None
    zone: ZoneInfo
    event: Event
    key: str  # the id of what happened, such as "order:17"; with the event it earns once, ever
    on: date  # the local date that caps and boards count it to

    @property
    def event_key(self) -> str:
        """What happened, told apart from everything else that ever did."""
        return key_of(self.event, self.key)


def key_of(event: Event, key: str) -> str:
    """Return the key of a line in the ledgers."""
    return f"{event}:{key}"


class NotEarnedReason(StrEnum):
    """Why something earned nothing."""

    ALREADY = "already"  # this very thing earned before
    ONCE = "once"  # the event earns once for ever
    CAPPED_DAY = "capped_day"
    CAPPED_WEEK = "capped_week"
    CAPPED_MONTH = "capped_month"


@dataclass(frozen=True, slots=True)
class Earned:
    """What was credited; `gained`: the level that came with it."""

    growth: int
    points: int
    gained: Level | None = None


@dataclass(frozen=True, slots=True)
class NotEarned:
    """Nothing was credited."""

    reason: NotEarnedReason


@dataclass(frozen=True, slots=True)
class Usage:
    """How often an event has earned, without what was reversed, and the growth of the trailing year."""

    known: bool  # whether this very thing has
    ever: int
    day: int
    week: int
    month: int
    window: int


@dataclass(frozen=True, slots=True)
class Spent:
    """Points that were spent; `again`: under this key they had been before, and nothing was done."""

    points: int
    again: bool


@dataclass(frozen=True, slots=True)
class Adjusted:
    """Points that staff added or took, with the balance; `again`: under this key they had been before."""

    points: int
    balance: int
    again: bool


@dataclass(frozen=True, slots=True)
class Reversed:
    """What a reversal took back: at most what had been earned; points that lapsed are gone already."""

    member: MemberId
    growth: int
    points: int


class NotReversedReason(StrEnum):
    """Why nothing was taken back."""

    UNKNOWN = "unknown"  # it never earned
    ALREADY = "already"
    NO_CREDIT = "no_credit"  # the line took points itself


@dataclass(frozen=True, slots=True)
class NotReversed:
    """Nothing was taken back."""

    reason: NotReversedReason


@dataclass(frozen=True, slots=True)
class Credit:
    """A line of both ledgers (of points alone where `growth` is 0) and the lot that comes with it."""

    event: Event
    event_key: str
    growth: int
    points: int
    unspent: int  # what is left of the points once they have filled a debt
    expires_on: date
    group: GroupId | None = None
    counted_on: date | None = None


@dataclass(frozen=True, slots=True)
class Lot:
    """Points of one credit that can still be spent."""

    id: int
    event_key: str
    unspent: int


@dataclass(frozen=True, slots=True)
class Booked:
    """A line as it stands in the ledgers; `growth_line` is None for points alone, `earned` without a lot."""

    member: MemberId
    event_key: str
    points_line: int
    growth_line: int | None
    growth: int
    earned: int | None
    lapsed: int
    group: GroupId | None
    counted_on: date | None
    reversed: bool


@dataclass(frozen=True, slots=True)
class LevelState:
    """A level and when it is looked at; `falls_at`: it falls then unless growth comes back."""

    level: Level
    level_at: datetime | None  # since when; None: from the beginning
    falls_at: datetime | None
    review_at: datetime | None  # None: nothing can take it


class Turn(StrEnum):
    """What a look at a level came to."""

    KEPT = "kept"
    RECOVERED = "recovered"
    GRACE = "grace"  # it falls unless growth comes back
    FELL = "fell"


@dataclass(frozen=True, slots=True)
class Review:
    """A look at a level: what it is now, and what is missing by when to keep it where it may fall."""

    turn: Turn
    level: Level
    missing: int
    falls_at: datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """An account while its unit holds it."""

    growth: int
    points: int
    state: LevelState


@dataclass(frozen=True, slots=True)
class Account:
    """What a member has: `growth` is never spent; `points` may be negative and are then a debt."""

    growth: int
    points: int
    level: Level = Level.SEED


@dataclass(frozen=True, slots=True)
class Expiry:
    """So many points can be spent until the end of `on`."""

    on: date
    points: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the history; `of` is what a reversal took back, `why` the reason of an adjustment."""

    at: datetime
    event: Event
    growth: int
    points: int
    of: Event | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """One page of an account's history, newest first; `page` counts from 0."""

    entries: tuple[Entry, ...]
    page: int
    has_more: bool


@dataclass(frozen=True, slots=True)
class Due:
    """Timed work on the points of one member that expire on one date."""

    id: int
    member: MemberId
    kind: DueKind
    expires_on: date


@dataclass(frozen=True, slots=True)
class Used:
    """How often an event has earned for ever, today, this week and this month."""

    ever: int
    day: int
    week: int
    month: int


@dataclass(frozen=True, slots=True)
class Found:
    """An account as one read found it; `staying`: the trailing year's growth at the instant it may fall."""

    account: Account
    next_expiry: Expiry | None
    window: int
    falls_at: datetime | None
    staying: int
    used: tuple[Used, ...]  # in the order of `EARNED`


@dataclass(frozen=True, slots=True)
class Card:
    """An account at a glance: what is there, what the level gives, what is next, what earns what."""

    account: Account
    next_expiry: Expiry | None
    privileges: Privileges
    next_level: Level | None
    missing: int  # growth to the next level; 0 at the top
    falls_at: datetime | None
    missing_to_stay: int  # by then
    rules: tuple[tuple[EarningRule, Used], ...]
    register_points: int
    coming: Coming | None = None

    @property
    def is_registered(self) -> bool:
        """Whether this account had the registration reward."""
        return any(used.ever for rule, used in self.rules if rule.event is Event.REGISTER)


class Period(StrEnum):
    """What a board counts."""

    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Placed:
    """A place on a board; the name is masked."""

    member: MemberId
    name: str
    growth: int


@dataclass(frozen=True, slots=True)
class Board:
    """The board of a group's local week or month, and how the viewer stands to it."""

    period: Period
    starts_on: date
    places: tuple[Placed, ...]
    own: int  # the viewer's growth in the period
    missing: int  # to be on it; 0 for who is, and for who does not want to be
    shown: bool  # whether the viewer wants to be on boards


class NotEnoughPoints(Refusal):
    """More points were to be spent than there are."""

    text_key = "growth.not_enough_points"
