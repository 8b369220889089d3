"""What a configured number may be, said beside the number."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Range:
    """Smallest and largest allowed value, both included, and the unit."""

    least: float
    most: float
    unit: str
