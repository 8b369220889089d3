"""Quiet hours as people write them."""

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from features.outreach.model import QuietHours
from features.setup import rules

_FILE = Path(__file__).parent / "data" / "times.toml"
_LONGEST = 40  # characters that two times take, with words around them
_NOON, _DAWN = 12, 6  # o'clock


@dataclass(frozen=True, slots=True)
class Times:
    """What people call the parts of a day, and the pattern of a time of day."""

    pattern: re.Pattern[str]  # part of the day, hour, minutes
    half: str
    afternoon: frozenset[str]
    deep_night: frozenset[str]

    def read_quiet(self, typed: str) -> QuietHours | None:
        """Return the quiet hours typed as two times of day, whatever stands between; None if unclear.

        Two equal times are unclear: none at all is chosen by its button, not by a slip.
        """
        plain = unicodedata.normalize("NFKC", typed)
        found = self.pattern.findall(plain)
        if len(plain) > _LONGEST or len(found) != 2:
            return None
        start, end = (self._read(*each) for each in found)
        quiet = rules.quiet_hours(*start, *end)
        return quiet if quiet and quiet.start != quiet.end else None

    def _read(self, part_of_day: str, hour: str, minute: str) -> tuple[int, int]:
        hours, minutes = int(hour), 30 if minute == self.half else int(minute or 0)
        is_later = part_of_day in self.afternoon and hours < _NOON
        if part_of_day in self.deep_night and hours < _DAWN:
            is_later = False
        return hours + _NOON * is_later, minutes


@cache
def load() -> Times:
    """Read how people write a time of day."""
    words = tomllib.loads(_FILE.read_text("utf-8"))
    parts = "|".join(sorted(words["morning"] + words["afternoon"], key=len, reverse=True))
    marks = "".join(words["hour"])
    pattern = re.compile(rf"({parts})?\s*([0-9]{{1,2}})\s*(?:[:.{marks}]\s*([0-9]{{2}}|{words['half']})?)?")
    return Times(pattern, words["half"], frozenset(words["afternoon"]), frozenset(words["deep_night"]))
