"""Slips of the ear: other characters of the same sound in the name of an item."""

import tomllib
from collections.abc import Mapping
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

    names: Mapping[tuple[str, ...], tuple[str, ...]]
    firsts: frozenset[str]  # sounds that a name begins with
    lengths: tuple[int, ...]

    def heard(self, typed: str) -> tuple[str, bool] | None:
        """Return a name that sounds like `typed`, and whether they share a character; None if unclear."""
        sounds = spoken(typed) if len(typed) in self.lengths else None
        names = self.names.get(sounds, ()) if sounds else ()
        if not names or typed in names:
            return None
        return names[0], any(
            mine == theirs for name in names for mine, theirs in zip(typed, name, strict=True)
        )

    def may_begin(self, character: str) -> bool:
        """Tell whether a name may begin with a character of this sound."""
        return _sounds().get(character) in self.firsts


def ear(names: Mapping[str, tuple[str, ...]]) -> Ear:
    """Return an ear for `names`, each with its skus, but for those too short or too long to be sure of."""
    by_sound: dict[tuple[str, ...], list[str]] = {}
    for name in names:
        sounds = spoken(name) if _SHORTEST <= len(name) <= _LONGEST else None
        if sounds:
            by_sound.setdefault(sounds, []).append(name)
    sure = {
        sounds: tuple(found)
        for sounds, found in by_sound.items()
        if len({names[name] for name in found}) == 1 and len(names[found[0]]) == 1
    }
    lengths = tuple(sorted({len(sounds) for sounds in sure}, reverse=True))
    return Ear(sure, frozenset(sounds[0] for sounds in sure), lengths)
