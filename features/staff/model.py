"""Values and refusals about staff."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

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


@dataclass(frozen=True, slots=True)
class StaffPolicy:
    """Numbers of the staff's work."""

    invitation_hours: Annotated[int, Range(1, 168, "hours")]  # how long a link to a role can be followed
    approval_points: Annotated[int, Range(1, 100_000, "points")]  # above it a second person must agree
    approval_hours: Annotated[int, Range(1, 168, "hours")]
