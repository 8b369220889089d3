"""Values and refusals about setting up a group."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from features.members.model import Group, Member
from features.pickup.model import PickupPoint
from kernel.errors import Refusal
from kernel.ids import ChatId, GroupId, MessageId, PickupPointId
from kernel.message import Text


class Step(StrEnum):
    """Pages of the wizard's card, in order; the list comes first and last."""

    LIST = "list"
    ZONE = "zone"
    QUIET = "quiet"
    LANGUAGE = "language"
    POINTS = "points"
    NAME = "name"  # of a new pick-up point
    HOURS = "hours"  # of the point whose name was just given
    CLOSE = "close"  # a point, once more asked
    ROLES = "roles"


class Item(StrEnum):
    """What a group needs before everything works; each line ticks itself off."""

    ADMINISTRATOR = "administrator"
    ENABLED = "enabled"
    ZONE = "zone"
    QUIET = "quiet"
    POINT = "point"
    STAFF = "staff"
    MEMBER = "member"


@dataclass(frozen=True, slots=True)
class Facts:
    """What rows say about a group."""

    is_administrator: bool  # the bot, as Telegram last said
    is_zone_checked: bool
    is_quiet_checked: bool
    points: int
    staff: int
    has_consented_member: bool


@dataclass(frozen=True, slots=True)
class Prompt:
    """An open wizard: the next text its person writes in private answers `step`."""

    member: Member
    group: GroupId
    step: Step
    given: Mapping[str, str]  # what was answered so far
    message: MessageId | None  # the card, once it was tapped


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, about which group, in which card."""

    member: Member
    group: Group
    message: MessageId | None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the wizard's card, as `reader` is shown it."""

    reader: Member
    group: Group
    step: Step
    now: datetime
    message: MessageId | None  # the card that shows it; None: a new one
    items: tuple[tuple[Item, bool], ...] = ()
    points: tuple[PickupPoint, ...] = ()
    leads: bool = False  # the reader has a role that gives others theirs
    point: PickupPointId | None = None  # the one to be closed
    zones: tuple[str, ...] = ()  # offered instead of the common ones
    news: Text | None = None  # what has just changed
    problem: Text | None = None  # why what was typed could not be taken
    others: tuple["Page", ...] = ()  # the cards of others who are at it now


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups between which somebody has to choose first."""

    reader: Member
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """What Telegram says of the bot in a group."""

    chat: ChatId
    is_administrator: bool
    rights: frozenset[str]  # by their Bot API names
    count: int  # of people and bots in the group
    hears_all: bool  # privacy mode is off


@dataclass(frozen=True, slots=True)
class Audience:
    """The members of a group that the bot has seen there and that have not left."""

    seen: int
    reachable: int
    consented: int
    heard_at: datetime | None  # when the last update of the group came, if not long ago


@dataclass(frozen=True, slots=True)
class Health:
    """How a group fares."""

    reader: Member
    group: Group
    told: Told | None  # None: Telegram did not answer
    audience: Audience


class NoSuchZone(Refusal):
    """A zone that does not exist; a forged or very old button."""

    text_key = "setup.no_such_zone"


class NotSetUp(Refusal):
    """Somebody asks to leave a wizard that is not open."""

    text_key = "setup.nothing_open"
