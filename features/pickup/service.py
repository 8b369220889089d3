"""Use cases of pick-up."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pickup:
    """Pick-up points of a group."""
