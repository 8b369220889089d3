"""What acts across features come to."""

from dataclasses import dataclass

from features.growth.model import Card
from features.members.model import Started


@dataclass(frozen=True, slots=True)
class Home:
    """What a member's menu shows: who they are, their first group, their account."""

    known: Started
    card: Card
    returning: bool = False  # was erased and has not agreed anew: nothing is given a second time


@dataclass(frozen=True, slots=True)
class Consented:
    """A member agreed to the service; `credited` only the first time, ever."""

    home: Home
    credited: bool
