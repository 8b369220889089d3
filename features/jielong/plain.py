"""One plain form for what people type: half-width, simplified, lower case, without what cannot be seen."""

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent / "data"
_INVISIBLE = frozenset("\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f\ufe0e\ufe0f")
_CIRCLED = re.compile(r"(?m)^\s*[\u2460-\u249b]")
_KEYCAP = "\u20e3"
_FOOD_FACES = (
    *((0x1F32D, 0x1F330), (0x1F336, 0x1F336), (0x1F33D, 0x1F33D), (0x1F344, 0x1F37F), (0x1F404, 0x1F404)),
    *((0x1F410, 0x1F411), (0x1F413, 0x1F414), (0x1F416, 0x1F416), (0x1F41F, 0x1F421), (0x1F950, 0x1F96F)),
    *((0x1F980, 0x1F980), (0x1F986, 0x1F986), (0x1F990, 0x1F991), (0x1F99E, 0x1F99E), (0x1F9AA, 0x1F9AA)),
    *((0x1F9C0, 0x1F9CB), (0x1FAD0, 0x1FADF), (0x1F9F4, 0x1F9F4), (0x1F9F9, 0x1F9FD), (0x1FAA5, 0x1FAA5)),
)
_MOST_KEPT = 20_000  # plain forms kept in memory; nobody types more different characters


@dataclass(frozen=True, slots=True)
class Plain:
    """A plain text, and for each of its characters the place in the original; one more for the end."""

    text: str
    original: str
    places: tuple[int, ...] | None  # None where the two are equally long

    def as_written(self, start: int, end: int) -> str:
        """Return what stands in the original at `start` to `end`, without what cannot be seen."""
        if self.places is not None:
            start, end = self.places[start], self.places[end - 1] + 1 if end > start else self.places[start]
        return "".join(each for each in self.original[start:end] if each not in _INVISIBLE).strip()


class _Table(dict[int, str]):
    """Plain forms by code point, made when first needed."""

    def __missing__(self, point: int) -> str:
        made = _plain(chr(point))
        if len(self) < _MOST_KEPT:
            self[point] = made
        return made


@cache
def _marks() -> dict[str, str]:
    rows = tomllib.loads((_FOLDER / "marks.toml").read_text("utf-8"))
    return {mark: meant for meant, marks in rows.items() for mark in marks}


@cache
def _script() -> dict[str, str]:
    rows = tomllib.loads((_FOLDER / "script.toml").read_text("utf-8"))
    return dict(zip(rows["traditional"], rows["simplified"], strict=True))


@cache
def _table() -> _Table:
    return _Table()


def plain(text: str) -> Plain:
    """Return the plain form of `text`."""
    table = _table()
    pieces = [table[ord(each)] for each in text]
    joined = "".join(pieces)
    if len(joined) == len(text) and all(pieces) and not _CIRCLED.search(text):
        return Plain(joined, text, None)
    return _mapped(text, pieces)


def _mapped(text: str, pieces: list[str]) -> Plain:
    made: list[str] = []
    places: list[int] = []
    for place, piece in enumerate(pieces):
        for each in _circled(text[place], piece, made) if piece else _keycap(text, place, made):
            made.append(each)
            places.append(place)
    return Plain("".join(made), text, (*places, len(text)))


def _circled(raw: str, piece: str, made: list[str]) -> str:
    """A number in a circle that begins a line numbers it."""
    begins = not made or made[-1] == "\n"
    return (
        f"{piece}." if begins and raw != piece and "\u2460" <= raw <= "\u249b" and piece.isdigit() else piece
    )


def _keycap(text: str, place: int, made: list[str]) -> str:
    """A digit on a key that begins a line numbers it; elsewhere it is the digit alone."""
    if text[place] != _KEYCAP:
        return ""
    line = "".join(made).rpartition("\n")[2]
    return "." if line.strip().isdigit() else ""


def _plain(raw: str) -> str:
    if raw in _marks():
        return _marks()[raw]
    if (
        raw in _INVISIBLE
        or raw == _KEYCAP
        or 0x1F3FB <= ord(raw) <= 0x1F3FF
        or 0xE0000 <= ord(raw) <= 0xE007F
    ):
        return ""
    folded = unicodedata.normalize("NFKC", raw).casefold()
    return "".join(_one(each) for each in folded)


def _one(each: str) -> str:
    if each in _marks():
        return _marks()[each]
    category = unicodedata.category(each)
    if each == "\n" or category in ("Ll", "Lo", "Lm", "Nd", "No", "Nl"):
        return _script().get(each, each)
    if each.isspace() or category in ("Cc", "Cf", "Cn", "Co", "Cs", "Mn", "Me"):
        return " "
    return each if not _is_picture(each, category) else " "


def _is_picture(each: str, category: str) -> bool:
    """Tell whether it is a picture of nothing that is sold; those of food stay."""
    point = ord(each)
    if category not in ("So", "Sk") and point < 0x1F000:
        return False
    return not any(low <= point <= high for low, high in _FOOD_FACES) and point != 0x2615
