"""Quiet hours as a value."""

from dataclasses import dataclass
from datetime import time


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Local hours in which nobody is written to unasked: `start` ≤ t < `end`.

    They run over midnight where start > end; equal ends mean there are none.
    """

    start: time
    end: time
