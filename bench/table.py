"""Bars, what was measured against them, and the table that says it; nothing is rounded in our favour."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bar:
    """A ratio that a row must stay below (`at_most`) or reach."""

    row: str
    what: str
    limit: float
    at_most: bool = True

    def met_by(self, ratio: float) -> bool:
        """Tell whether a ratio meets the bar."""
        return ratio <= self.limit if self.at_most else ratio >= self.limit


@dataclass(frozen=True, slots=True)
class Result:
    """The ratios of a row's rounds; `beside` says the absolute figures and what they count."""

    bar: Bar
    ratios: Sequence[float]
    beside: str

    @property
    def median(self) -> float:
        """The median of the rounds."""
        return statistics.median(self.ratios)

    def line(self, loop_milliseconds: float) -> str:
        """Return the row of the table; the calibration loop's time stands in it."""
        bar = self.bar
        low, high = _against_us(min(self.ratios), bar), _against_us(max(self.ratios), bar)
        sign = "≤" if bar.at_most else "≥"
        met = "yes" if bar.met_by(self.median) else "**no**"
        cells = (
            bar.row,
            bar.what,
            f"{sign} {bar.limit:.2f}",
            f"**{_against_us(self.median, bar)}**",
            f"{low}–{high}",
            str(len(self.ratios)),
            met,
            self.beside,
            f"{loop_milliseconds:.0f} ms",
        )
        return f"| {' | '.join(cells)} |"


HEAD = (
    "| row | what against what | bar | median ratio | range | rounds | met | absolute, median | loop |",
    "|---|---|---|---|---|---|---|---|---|",
)


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> list[float]:
    """Return ours over theirs, round by round."""
    return [mine / other for mine, other in zip(ours, theirs, strict=True)]


def micro(seconds: Sequence[float], count: int) -> str:
    """Return the median cost of one of `count` pieces, in µs."""
    return f"{statistics.median(seconds) / count * 1e6:.0f} µs"


def milli(seconds: Sequence[float]) -> str:
    """Return the median in ms."""
    return f"{statistics.median(seconds) * 1e3:.2f} ms"


def _against_us(ratio: float, bar: Bar) -> str:
    """Round to two decimals, away from what would please us."""
    hundredths = ratio * 100
    return f"{(math.ceil(hundredths) if bar.at_most else math.floor(hundredths)) / 100:.2f}"
