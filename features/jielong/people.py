"""Names of people: where one begins and ends in a plain text."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

_CHUNK = re.compile(r"[^\s,:;+*()!?.\d/@#~=&]{1,12}", re.ASCII)
_LATIN = re.compile(r"[a-z][a-z0-9.&-]{1,15}", re.ASCII)
_HAN = r"[\u4e00-\u9fff]"


@dataclass(frozen=True, slots=True)
class Names:
    """Patterns of names, from the surest to the loosest."""

    sure: re.Pattern[str]
    full: re.Pattern[str]
    never: re.Pattern[str]
    kin: re.Pattern[str]  # what a person is called only by who gives or asks for them
    near: re.Pattern[str]
    greeted: re.Pattern[str]  # what follows the name of who is spoken to

    @classmethod
    def of(cls, words: Mapping[str, Any]) -> "Names":
        """Build the patterns from the lists of surnames, titles and kin."""
        titles, kin, family = (_any(words[key]) for key in ("titles", "kin", "family"))
        surname = f"(?:{_any(words['compound'])}|[{words['surnames']}])"
        mine, near, before = _any(words["mine"]), _any(words["near"]), _any(words["before"])
        home, of = words["home"], words["of"]
        beside = f"(?:{mine}{home}?)?(?:{near}|{_any(words['relation'])}){of}?"
        sure = "|".join(
            (
                f"{beside}(?:{before}?{surname}{_HAN}?{titles}|{before}{surname}|{surname}[{words['numbered']}])",
                f"{mine}(?:{near})?{kin}",
                f"{before}?{surname}{_HAN}?{titles}",
                f"{surname}[{words['numbered']}]",
                f"{before}{surname}(?:{family})?",
                f"{before}?(?![{words['not_first']}]){_HAN}{{1,2}}{family}",
                f"{kin}",
                f"{mine}?{near}",
            )
        )
        return cls(
            re.compile(sure),
            re.compile(f"{surname}(?:(?![{words['never']}]){_HAN}){{1,2}}"),
            re.compile(f"[{words['never']}]"),
            re.compile(f"{kin}|{near}"),
            re.compile(beside),
            re.compile(_any(words["greeted"])),
        )

    def at(self, text: str, start: int, ends_well: Callable[[int], bool]) -> int | None:
        """Return where a name that begins at `start` ends, None if none does; `ends_well` judges an end."""
        found = self.sure.match(text, start)
        if found:
            for end in range(found.end(), start, -1):
                if self.sure.fullmatch(text, start, end) and ends_well(end):
                    return end
        return self._full(text, start, ends_well)

    def _full(self, text: str, start: int, ends_well: Callable[[int], bool]) -> int | None:
        found = self.full.match(text, start)
        if not found:
            return None
        return next(
            (end for end in (found.end(), found.end() - 1) if end > start + 1 and ends_well(end)), None
        )


def chunk(text: str, start: int) -> int:
    """Return where the unbroken stretch that begins at `start` ends: a nickname may be anything."""
    found = _CHUNK.match(text, start)
    return found.end() if found else start


def latin(text: str, start: int) -> int:
    """Return where a name in Latin letters ends that begins at `start`, `start` if none does."""
    found = _LATIN.match(text, start)
    return found.end() if found else start


def _any(words: list[str]) -> str:
    return "(?:" + "|".join(sorted(words, key=len, reverse=True)) + ")"
