"""Numbers as people write them: digits, Chinese, formal, halves, fractions."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

_MOST_DIGITS = 7
_ABSURD = Fraction(10**9)
_WHOLE_TEN = 10


@dataclass(frozen=True, slots=True)
class Numerals:
    """What each Chinese numeral is worth. `scores` are whole tens in one character."""

    values: Mapping[str, int]
    tens: Mapping[str, int]
    scores: Mapping[str, int]
    together: Mapping[str, int]
    half: str

    def read(self, written: str) -> Fraction | None:
        """Return the number `written`, None if it is none. A number out of all proportion counts as 10^9."""
        if not written:
            return None
        if written[0].isdigit():
            return self._digits(written)
        if written in self.together:
            return Fraction(self.together[written])
        return self._chinese(written)

    def _digits(self, written: str) -> Fraction | None:
        if len(written) > _MOST_DIGITS + 3:
            return _ABSURD
        times = self.tens.get(written[-1], 1)
        bare = written[:-1] if times > 1 else written
        if not re.fullmatch(r"\d+(?:[./]\d+)?", bare, re.ASCII):
            return None
        above, _, below = bare.partition("/")
        if below:
            return Fraction(int(above), int(below)) if int(below) else None
        return Fraction(above) * times

    def _chinese(self, written: str) -> Fraction | None:
        if written == self.half:
            return Fraction(1, 2)
        if len(written) > _MOST_DIGITS:
            return _ABSURD
        if all(each in self.values for each in written) and len(written) > 1:
            return self._spelt(written)
        total, digit = 0, 0
        for each in written:
            if each in self.values:
                digit = self.values[each]
            elif each in self.scores:
                total, digit = total + self.scores[each], 0
            elif each in self.tens:
                total, digit = self._unit(total, digit, self.tens[each])
            else:
                return None
        last_ten = self.tens.get(written[-2], 1) if len(written) > 1 else 1
        short = digit * last_ten // _WHOLE_TEN if last_ten > _WHOLE_TEN else digit
        return Fraction(total + short)

    def _unit(self, total: int, digit: int, ten: int) -> tuple[int, int]:
        if ten == max(self.tens.values()):
            return (total + digit or 1) * ten, 0
        return total + (digit or 1) * ten, 0

    def _spelt(self, written: str) -> Fraction | None:
        """Digits one after another, as in a number read out."""
        return Fraction(int("".join(str(self.values[each]) for each in written)))
