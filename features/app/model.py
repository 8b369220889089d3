"""What acts across features come to."""

from dataclasses import dataclass

from features.growth.model import Card
from features.members.model import Started
from features.pickup.model import PickupPoint


@dataclass(frozen=True, slots=True)
class Home:
    """What a member's menu shows: who they are, their first group, their account."""

    known: Started
    card: Card
    choices: tuple[PickupPoint, ...] = ()  # pick-up points between which the member has not chosen yet


@dataclass(frozen=True, slots=True)
class Consented:
    """A member agreed to the service; `credited` only the first time, ever."""

    home: Home
    credited: bool


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
