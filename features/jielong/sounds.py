"""Slips of the ear: other characters of the same sound in the name of an item."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FILE = Path(__file__).parent / "data" / "sounds.toml"
_SHORTEST, _LONGEST = 2, 6  # characters of a name that may be misheard


@cache
def _sounds() -> dict[str, str]:
    rows = tomllib.loads(_FILE.read_text("utf-8"))
    return {each: sound for sound, characters in rows.items() for each in characters}


def spoken(word: str) -> tuple[str, ...] | None:
    """Return the sounds of `word` without tones, None where a character has none that we know."""
    known = _sounds()
    found = tuple(known.get(each, "") for each in word)
    return found if all(found) else None


@dataclass(frozen=True, slots=True)
class Ear:
    """The names of goods by how they sound."""

    names: Mapping[tuple[str, ...], frozenset[str]]
    lengths: tuple[int, ...]

    def heard(self, typed: str) -> tuple[str, bool] | None:
        """Return the one name that sounds like `typed`, and whether they share a character; None if unclear."""
        sounds = spoken(typed) if len(typed) in self.lengths else None
        names = self.names.get(sounds, frozenset()) if sounds else frozenset()
        if len(names) != 1 or typed in names:
            return None
        name = next(iter(names))
        return name, any(mine == theirs for mine, theirs in zip(typed, name, strict=True))


def ear(names: Iterable[str]) -> Ear:
    """Return an ear for `names`; those too short or too long to be sure of are left out."""
    by_sound: dict[tuple[str, ...], set[str]] = {}
    for name in names:
        sounds = spoken(name) if _SHORTEST <= len(name) <= _LONGEST else None
        if sounds:
            by_sound.setdefault(sounds, set()).add(name)
    lengths = tuple(sorted({len(sounds) for sounds in by_sound}, reverse=True))
    return Ear({sounds: frozenset(found) for sounds, found in by_sound.items()}, lengths)
