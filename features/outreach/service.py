"""Use cases of outreach."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Outreach:
    """When and about what somebody may be written to."""
