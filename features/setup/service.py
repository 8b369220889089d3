"""Use cases of setup."""

from dataclasses import dataclass

from features.pickup.service import Pickup
from features.staff.service import Staff


@dataclass(frozen=True, slots=True)
class Setup:
    """The wizard and the checklist."""

    pickup: Pickup
    staff: Staff
