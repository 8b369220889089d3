"""Values and refusals about staff."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from features.members.model import Group
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
    POINTS = "points"  # correct a member's points
    APPROVE_POINTS = "approve_points"  # be the second person of a large correction
    ROLES = "roles"  # give roles and take them back
    STAND_IN = "stand_in"  # let somebody lead for some days
    AUDIT = "audit"  # see what staff did
    UNDO = "undo"  # take back what staff did
    APPROVE_GROUPS = "approve_groups"
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
    UNDONE = "undone"


Values = Mapping[str, int | str | None]
"""What an audit line keeps of before or after: ids, codes and numbers, never names or texts."""


@dataclass(frozen=True, slots=True)
class StaffPolicy:
    """Numbers of the staff's work."""

    invitation_hours: Annotated[int, Range(1, 168, "hours")]  # how long a link to a role can be followed
    approval_points: Annotated[int, Range(1, 100_000, "points")]  # above it a second person must agree
    approval_hours: Annotated[int, Range(1, 168, "hours")]


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


class NotAllowed(Refusal):
    """Somebody asked for what their role does not cover, or has none."""

    text_key = "staff.not_allowed"


class ListAsked(Refusal):
    """Telegram's list of a group's administrators is old; it has been asked for anew."""

    text_key = "staff.list_asked"
