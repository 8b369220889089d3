"""Reads what people write about goods that were not right: which, what, how much."""

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, cached_property
from pathlib import Path

from features.aftersales.model import Kind, Owned, Read
from features.aftersales.rules import part_of
from kernel.money import Milli

_FILE = Path(__file__).parent / "data" / "complaints.toml"
_LONGEST = 200  # characters; who writes more tells a person


@dataclass(frozen=True)
class Reader:
    """Words for what can be wrong, and for how much."""

    kinds: Mapping[Kind, tuple[str, ...]]
    ill: tuple[str, ...]
    fine: tuple[str, ...]
    parts: Mapping[str, int]  # percent
    numbers: Mapping[str, int]  # thousandths
    half: str  # behind a unit: half of one more

    def complains(self, typed: str) -> bool:
        """Tell whether words may be a complaint at all: quick, and asked of every message."""
        return self._any.search(typed.casefold()) is not None

    def read(self, typed: str, owned: Sequence[Owned]) -> Read | None:
        """Return what words say about somebody's own goods; None where they complain of nothing."""
        text = self._fine.sub(" ", unicodedata.normalize("NFKC", typed).casefold())[:_LONGEST]
        is_ill = any(word in text for word in self.ill)
        kind = self._kind(text)
        if kind is None and not is_ill:
            return None
        line = _named(text, owned)
        return Read(line, kind, self._much(text, line) if line else None, is_ill)

    def _kind(self, text: str) -> Kind | None:
        found = [
            (text.index(word), -len(word), kind)
            for kind, words in self.kinds.items()
            for word in words
            if word in text
        ]
        return min(found)[2] if found else None

    def _much(self, text: str, line: Owned) -> Milli | None:
        """Return how much of a line is meant; None: it is not said, or in a unit nobody knows."""
        worth = _worth(line)
        units = "|".join(sorted(map(re.escape, worth), key=len, reverse=True))
        digits = rf"(\d{{1,3}}(?:\.\d{{1,2}})?|[{''.join(self.numbers)}])"
        for found in re.finditer(rf"{digits}\s*({units})({self.half}?)", text):
            number = self.numbers.get(found[1]) or round(float(found[1]) * 1000)
            much = round((number + (500 if found[3] else 0)) * worth[found[2]])
            return Milli(min(line.there, max(1, much)))
        for word in sorted(self.parts, key=len, reverse=True):
            if word in text:
                return part_of(line.there, self.parts[word])
        return None

    @cached_property
    def _any(self) -> re.Pattern[str]:
        words = [word for words in (*self.kinds.values(), self.ill) for word in words]
        return re.compile("|".join(map(re.escape, words)))

    @cached_property
    def _fine(self) -> re.Pattern[str]:
        return re.compile("|".join(map(re.escape, sorted(self.fine, key=len, reverse=True))))


def _named(text: str, owned: Sequence[Owned]) -> Owned | None:
    """Return whose name stands in the text, the longest first; the only one where none does."""
    names = [(name.casefold(), each) for each in owned for name in (each.name, *each.aliases)]
    hits = [(len(name), -at, each) for at, (name, each) in enumerate(names) if name in text]
    if hits:
        return max(hits, key=lambda hit: hit[:2])[2]
    return owned[0] if len({each.item for each in owned}) == 1 else None


def _worth(line: Owned) -> Mapping[str, Fraction]:
    """Return unit -> how much of the line's own unit it is worth."""
    worth = {word: Fraction(1, holds) for word, holds in line.bulk if holds}
    return worth | {word: Fraction(means, 1000) for word, means in line.units} | {line.unit: Fraction(1)}


@cache
def load() -> Reader:
    """Read the words, once while the process lives."""
    plain = tomllib.loads(_FILE.read_text("utf-8"))
    kinds = {Kind(name): tuple(words) for name, words in plain["kinds"].items()}
    ill, fine = tuple(plain["ill"]), tuple(plain["fine"])
    return Reader(kinds, ill, fine, plain["parts"], plain["numbers"], plain["half"])
