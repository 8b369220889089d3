"""What acts across features come to."""

from dataclasses import dataclass
from enum import StrEnum

from features.growth.model import Card, Entry
from features.members.model import Group, Member, Started, Stay
from features.pickup.model import PickupPoint
from features.staff.model import AuditLine, Post, Reason, Role


class Footing(StrEnum):
    """How far somebody has come with us: what help they need follows from it."""

    STRANGER = "stranger"  # in none of our groups
    NEWCOMER = "newcomer"  # has not agreed yet
    MEMBER = "member"
    STAFF = "staff"
    OWNER = "owner"


@dataclass(frozen=True, slots=True)
class Asker:
    """Somebody who asks for help; None where we do not know them."""

    member: Member | None
    footing: Footing


@dataclass(frozen=True, slots=True)
class Home:
    """What a member's menu shows: who they are, their first group, their account."""

    known: Started
    card: Card
    choices: tuple[PickupPoint, ...] = ()  # pick-up points between which the member has not chosen yet
    is_staff: bool = False  # may set up a group
    returning: bool = False  # was erased a while ago: what is given once is not given a second time


@dataclass(frozen=True, slots=True)
class Consented:
    """A member agreed to the service; `credited` only the first time, ever, so not to who is `returning`."""

    home: Home
    credited: bool
    returning: bool  # was erased a while ago
    place: PickupPoint | None = None  # where they pick up: the only point was set by itself


@dataclass(frozen=True, slots=True)
class Chosen:
    """Where a member picks up from now on; `credited` when that completed the registration."""

    home: Home
    point: PickupPoint
    credited: bool


@dataclass(frozen=True, slots=True)
class Places:
    """The open pick-up points of a member's group, and the one chosen."""

    known: Started
    points: tuple[PickupPoint, ...]
    chosen: PickupPoint | None


@dataclass(frozen=True, slots=True)
class WhoCard:
    """What staff see of a member; `account` is None for who has not agreed to the service."""

    group: Group
    member: Member
    stay: Stay
    posts: tuple[Post, ...]
    account: Card | None
    history: tuple[Entry, ...]
    givable: tuple[Role, ...]
    may_correct: bool
    may_give_coupons: bool


@dataclass(frozen=True, slots=True)
class AuditShown:
    """An audit line with names, which may be empty; a role stands for who has left none.

    `actor` is None where nobody of ours did it; `undid` is the line that this one took back.
    """

    line: AuditLine
    actor: str | None
    role: Role | None
    subject: str
    undid: "AuditShown | None"
    may_undo: bool


@dataclass(frozen=True, slots=True)
class AuditPage:
    """One page of what staff did in a group, newest first; `page` counts from 0."""

    group: Group
    lines: tuple[AuditShown, ...]
    page: int
    has_more: bool


class Telling(StrEnum):
    """Whether a member is told what became of their account."""

    NOW = "now"
    LATER = "later"  # once they may be written to: after a mute, quiet hours or a silence of the group
    NEVER = "never"  # they cannot be written to, or do not want to


@dataclass(frozen=True, slots=True)
class Adjustment:
    """Points that staff changed: the balance, and whether its owner is told."""

    balance: int
    told: Telling


class Correcting(StrEnum):
    """What came of a correction of points."""

    DONE = "done"
    ASKED = "asked"  # a second person decides
    APPROVED = "approved"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Corrected:
    """A correction of points, and who is told of it."""

    outcome: Correcting
    group: Group
    subject: Member
    points: int
    reason: Reason
    line: int = 0  # the audit line that can be undone, where it is done
    became: Adjustment | None = None  # where it is done
    approval: int = 0  # where it waits
    others: tuple[Member, ...] = ()  # who may decide
    author: Member | None = None
