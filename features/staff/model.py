"""Values and refusals about staff."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from features.members.model import Group, Member
from kernel.errors import Refusal
from kernel.ids import GroupId, MemberId
from kernel.policy import Range


class Role(StrEnum):
    """What somebody does for a group. The owner has the whole bot, the others one group each."""

    OWNER = "owner"
    MANAGER = "manager"
    LEADER = "leader"
    SERVICE = "service"
    REVIEWER = "reviewer"
    LEGAL = "legal"
    PACKER = "packer"


class Act(StrEnum):
    """What staff may do; `rules.MAY` says who."""

    SETUP = "setup"  # a group's zone, pick-up points, quiet hours
    HEALTH = "health"
    PANIC = "panic"  # stop everything the bot says by itself in a group, and let it speak again
    WHO = "who"  # see what is known of a member
    PACK = "pack"  # goods arrive, are shared out and handed over
    AFTERSALES = "aftersales"  # decide what is done about goods that were not right
    POINTS = "points"  # correct a member's points
    APPROVE_POINTS = "approve_points"  # be the second person of a large correction
    ROLES = "roles"  # give roles and take them back
    STAND_IN = "stand_in"  # let somebody lead for some days
    AUDIT = "audit"  # see what staff did
    COUPONS = "coupons"  # make kinds of coupons, and give them
    MONEY = "money"  # confirm payments, give money back, settle
    UNDO = "undo"  # take back what staff did
    APPROVE_GROUPS = "approve_groups"
    CATALOGUE = "catalogue"  # what is sold: products, prices, suppliers
    DEALS = "deals"  # group buys: open, change and cancel them
    HAND_OVER = "hand_over"  # make somebody else the owner


class Deed(StrEnum):
    """What an audit line can say."""

    OWNER_CLAIMED = "owner_claimed"
    OWNER_CHANGED = "owner_changed"
    GROUP_ENABLED = "group_enabled"
    GROUP_ASKED = "group_asked"
    GROUP_REFUSED = "group_refused"
    ROLE_GIVEN = "role_given"
    ROLE_TAKEN = "role_taken"
    ROLE_OVER = "role_over"  # its days are over
    ROLE_LOST = "role_lost"  # left the group, or is no administrator of it any more
    PANIC = "panic"
    RESUMED = "resumed"
    POINTS_ASKED = "points_asked"
    POINTS_CORRECTED = "points_corrected"
    POINTS_REFUSED = "points_refused"
    ZONE_SET = "zone_set"
    QUIET_SET = "quiet_set"
    LANGUAGE_SET = "language_set"
    PICKUP_OPENED = "pickup_opened"
    PICKUP_CLOSED = "pickup_closed"
    PRODUCT_ADDED = "product_added"
    PRODUCT_CHANGED = "product_changed"
    PRODUCT_ON = "product_on"
    PRODUCT_OFF = "product_off"
    PRODUCTS_IMPORTED = "products_imported"
    COUPON_OPENED = "coupon_opened"  # a kind is given out
    COUPON_CLOSED = "coupon_closed"
    COUPON_GIVEN = "coupon_given"
    DEAL_OPENED = "deal_opened"
    DEAL_EXTENDED = "deal_extended"
    DEAL_CLOSED = "deal_closed"  # before its time
    DEAL_CANCELLED = "deal_cancelled"
    DEAL_REPRICED = "deal_repriced"
    DEAL_RESTOCKED = "deal_restocked"
    PAYMENT_CONFIRMED = "payment_confirmed"
    PAYMENT_REJECTED = "payment_rejected"
    REFUND_DONE = "refund_done"
    PAY_CODE_SET = "pay_code_set"
    REMINDED = "reminded"
    COMMISSION_PAID = "commission_paid"
    ARRIVED = "arrived"
    SHARED = "shared"  # fewer goods came, and were shared out
    DELAYED = "delayed"
    PLACE_MOVED = "place_moved"
    COLLECTED = "collected"
    DISPOSED = "disposed"
    COLLECTION_OVER = "collection_over"
    CASE_ACCEPTED = "case_accepted"
    CASE_REJECTED = "case_rejected"
    SALE_STOPPED = "sale_stopped"
    UNDONE = "undone"


Values = Mapping[str, int | str | None]
"""What an audit line keeps of before or after: ids, codes and numbers, never names or texts."""


@dataclass(frozen=True, slots=True)
class StaffPolicy:
    """Numbers of the staff's work."""

    invitation_hours: Annotated[int, Range(1, 168, "hours")]  # how long a link to a role can be followed
    approval_points: Annotated[int, Range(1, 100_000, "points")]  # above it a second person must agree
    approval_hours: Annotated[int, Range(1, 168, "hours")]
    ask_again_hours: Annotated[int, Range(1, 720, "hours")]  # after the owner refused a group


@dataclass(frozen=True, slots=True)
class Post:
    """A role that somebody holds. `group` is None for the owner, `until` for one without an end."""

    id: int
    member: MemberId
    role: Role
    group: GroupId | None
    given_by: MemberId | None  # None: by what Telegram or the console said
    given_at: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody is in a group today."""

    member: MemberId
    group: Group
    roles: frozenset[Role]
    by_telegram: bool  # an administrator of the group, as Telegram says


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link to a role, by the hash of its code. `made_by` None: by the console."""

    code_hash: str
    role: Role
    group: GroupId | None
    days: int | None  # how long the role lasts; None: until taken back
    made_by: MemberId | None
    expires_at: datetime


class Following(StrEnum):
    """What came of following a link."""

    OWNER = "owner"  # the bot is theirs
    CONFIRM = "confirm"  # it will be, once they say so
    OWN_LINK = "own_link"  # made by who follows it
    ROLE = "role"  # has a role now
    HAD = "had"  # had that role
    NOT_IN_GROUP = "not_in_group"
    WRONG = "wrong"  # no such code, or used, or over
    TOO_MANY = "too_many"  # codes tried in an hour


@dataclass(frozen=True, slots=True)
class Followed:
    """Somebody followed a link; `name` is what to call them."""

    outcome: Following
    name: str
    invitation: Invitation | None = None
    group: Group | None = None
    until: datetime | None = None
    giver: Member | None = None  # to be told that the link was followed


@dataclass(frozen=True, slots=True)
class TakenOver:
    """The bot has a new owner, called `name`; `before` was it until now."""

    before: Member | None
    name: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A group waits for the owner. Not `fresh`: it did before, or was refused lately."""

    group: Group
    asked_by: MemberId
    asker: str  # what to call them
    at: datetime
    owner: Member | None  # to be told; None: nobody owns the bot yet, or they know
    fresh: bool


@dataclass(frozen=True, slots=True)
class Decided:
    """A group as it was when the owner decided; not `fresh`: there was nothing to decide any more."""

    group: Group
    fresh: bool


@dataclass(frozen=True, slots=True)
class OwnerDesk:
    """What the owner sees: the groups that wait, and how many work."""

    waiting: tuple[Group, ...]
    working: int


@dataclass(frozen=True, slots=True)
class Choice:
    """Several groups may be meant; who asks chooses one."""

    groups: tuple[Group, ...]


class Reason(StrEnum):
    """Why points are corrected."""

    GOODWILL = "goodwill"
    MISTAKE = "mistake"
    PRIZE = "prize"


@dataclass(frozen=True, slots=True)
class AuditLine:
    """What staff did once."""

    id: int
    at: datetime
    group: GroupId | None
    actor: MemberId | None
    act: Deed
    subject: int | None
    before: Values | None
    after: Values | None
    undone_at: datetime | None


@dataclass(frozen=True, slots=True)
class Approval:
    """A correction that waits for a second person, or did."""

    id: int
    group: GroupId
    member: MemberId
    points: int
    reason: Reason
    asked_by: MemberId
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Silenced:
    """A group whose automatic sending stopped, or goes on. Not `fresh`: it did before."""

    group: Group
    count: int  # messages held, or let go
    fresh: bool


@dataclass(frozen=True, slots=True)
class RosterLine:
    """One role of a group; `name` is empty for who has not agreed to its being kept."""

    post: Post
    name: str
    may_take: bool


@dataclass(frozen=True, slots=True)
class Roster:
    """Who does what in a group, and what who looks may change."""

    group: Group
    lines: tuple[RosterLine, ...]
    givable: tuple[Role, ...]
    may_name_stand_in: bool


@dataclass(frozen=True, slots=True)
class Given:
    """Somebody has a role; not `fresh`: they had it before."""

    group: Group
    subject: Member
    role: Role
    fresh: bool


@dataclass(frozen=True, slots=True)
class Taken:
    """Somebody has a role no more; not `fresh`: they had not."""

    group: Group
    subject: Member | None
    role: Role
    fresh: bool


class OwnHelper(Refusal):
    """Who asks for a second person's word made that person a leader."""

    text_key = "staff.own_helper"


class NotYourself(Refusal):
    """Somebody wanted to give themself a role, or to approve what they asked for."""

    text_key = "staff.not_yourself"


class NotInGroup(Refusal):
    """A role, or points, were meant for somebody who is not in the group."""

    text_key = "staff.not_in_group"


class NoConsent(Refusal):
    """Points were meant for somebody who has no account."""

    text_key = "staff.no_consent"


class BadAmount(Refusal):
    """A correction of nothing, or of more than anybody may."""

    text_key = "staff.bad_amount"


class NobodyElse(Refusal):
    """A large correction needs a second person, and there is none."""

    text_key = "staff.nobody_else"


class CannotUndo(Refusal):
    """What was done cannot be taken back, or was, or things have changed since."""

    text_key = "staff.cannot_undo"


class LinkOver(Refusal):
    """A link was used by somebody else meanwhile, or is over."""

    text_key = "owner.link_over"


class NotOwner(Refusal):
    """Somebody else asked for what only the owner may."""

    text_key = "owner.not_owner"


class NotAllowed(Refusal):
    """Somebody asked for what their role does not cover, or has none."""

    text_key = "staff.not_allowed"


class ListAsked(Refusal):
    """Telegram's list of a group's administrators is old; it has been asked for anew."""

    text_key = "staff.list_asked"
