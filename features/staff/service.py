"""Use cases of staff."""

from dataclasses import dataclass

from features.staff.model import StaffPolicy


@dataclass(frozen=True, slots=True)
class Staff:
    """Roles and what comes with them."""

    policy: StaffPolicy
