"""Slips of the ear: other characters of the same sound in the name of an item."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path

_FILE = Path(__file__).parent / "data" / "sounds.toml"
_SHAPES = _FILE.with_name("shapes.toml")
_SHORTEST, _LONGEST = 2, 6  # characters of a name that may be misheard


@cache
def _sounds() -> dict[str, str]:
    rows = tomllib.loads(_FILE.read_text("utf-8"))
    return {each: sound for sound, characters in rows.items() for each in characters}


@cache
def _shapes() -> dict[str, str]:
    rows = tomllib.loads(_SHAPES.read_text("utf-8"))["alike"]
    return {each: characters for characters in rows for each in characters}


def _looks_like(typed: str, name: str) -> bool:
    """Tell whether one character of `typed` is another that looks like it in `name`."""
    different = [pair for pair in zip(typed, name, strict=True) if pair[0] != pair[1]]
    return len(different) == 1 and different[0][1] in _shapes().get(different[0][0], "")


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
    shapes: Mapping[str, tuple[str, ...]]  # a character that a name begins or ends with -> such names

    def heard(self, typed: str) -> tuple[str, bool] | None:
        """Return a name that sounds like `typed`, and whether they share a character; None if unclear."""
        sounds = spoken(typed) if len(typed) in self.lengths else None
        names = self.names.get(sounds, ()) if sounds else ()
        if typed in names:
            return None
        if not names:
            return self._seen(typed)
        return names[0], any(
            mine == theirs for name in names for mine, theirs in zip(typed, name, strict=True)
        )

    def _seen(self, typed: str) -> tuple[str, bool] | None:
        """Return the name that looks like `typed`, but for one character."""
        names = self.shapes.get(typed[:1], ()) + self.shapes.get(typed[-1:], ())
        found = [name for name in names if len(name) == len(typed) and _looks_like(typed, name)]
        return (found[0], True) if found else None

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
    shapes: dict[str, tuple[str, ...]] = {}
    for name in chain.from_iterable(sure.values()):
        for edge in {name[0], name[-1]}:
            shapes[edge] = (*shapes.get(edge, ()), name)
    return Ear(sure, frozenset(sounds[0] for sounds in sure), lengths, shapes)
