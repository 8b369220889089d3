"""What the columns of a sheet mean, and what its rows say."""

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from features.catalogue.model import Field, Line, NoColumns, Offered, Trouble, Unclear
from features.catalogue.reading import quantity, read
from kernel.message import Text
from kernel.money import Milli

_FILE = Path(__file__).parent / "data" / "columns.toml"
STOCK = "stock"
COLUMNS = tuple(field for field in Field if field is not Field.PHOTO)
"""What a sheet can say of a product."""
_HEADERS_LOOKED_AT = 5  # rows; above the header there may be a title
_BRACKETED = re.compile(r"\(.*?\)|\[.*?\]")
_SHOWN = 30  # characters of what came


@dataclass(frozen=True, slots=True)
class Called:
    """What columns may be called, folded, and the rows of the template by column."""

    meaning: Mapping[str, str]
    examples: tuple[Mapping[str, str], ...]


@cache
def called() -> Called:
    """Read the lists of names."""
    plain = tomllib.loads(_FILE.read_text("utf-8"))
    listed = plain["called"] | plain["beside"]
    return Called(
        {_folded(name): key for key, names in listed.items() for name in names}, tuple(plain["example"])
    )


def read_sheet(
    *, first: int, header: Sequence[str], rows: Sequence[Sequence[str]], faults: Mapping[tuple[int, int], str]
) -> Offered:
    """Return what a sheet says of products; `first` is the number of its header. Raises NoColumns."""
    at, columns = _header([header, *rows])
    ignored = tuple(
        name.strip()[:_SHOWN]
        for place, name in enumerate([header, *rows][at])
        if name.strip() and place not in columns
    )
    lines: list[Line] = []
    troubles: list[Trouble] = []
    seen: dict[str, int] = {}
    for number, row in enumerate([header, *rows][at + 1 :], start=first + at + 1):
        said = {
            columns[place]: cell.strip()
            for place, cell in enumerate(row)
            if place in columns and cell.strip()
        }
        wrong = [
            Trouble(number, Text(f"catalogue.fault_{fault}"), _field(columns[place]))
            for (line, place), fault in sorted(faults.items())
            if line == number and place in columns
        ]
        if not said and not wrong:
            continue
        line, found = _line(number, said)
        wrong += [*found, *_twice(said, number, seen)]
        troubles += wrong
        if not wrong:
            lines.append(line)
    return Offered(tuple(lines), tuple(troubles), ignored)


def _header(rows: Sequence[Sequence[str]]) -> tuple[int, dict[int, str]]:
    """Return which row names the columns, and what each of them means. Raises NoColumns."""
    for at, row in enumerate(rows[:_HEADERS_LOOKED_AT]):
        columns: dict[int, str] = {}
        for place, name in enumerate(row):
            key = called().meaning.get(_folded(name))
            if key and key not in columns.values():
                columns[place] = key
        if len(columns) > 1 and {Field.NAME, Field.SKU} & set(columns.values()):
            return at, columns
    raise NoColumns


def _line(number: int, said: Mapping[str, str]) -> tuple[Line, list[Trouble]]:
    values: dict[Field, str] = {}
    stock: Milli | None = None
    troubles: list[Trouble] = []
    for key, typed in said.items():
        try:
            if key == STOCK:
                stock = quantity(typed, STOCK) if typed.strip("0.") else Milli(0)
            else:
                read(Field(key), typed)
                values[Field(key)] = typed
        except Unclear as unclear:
            troubles.append(Trouble(number, unclear.want, _field(key), typed[:_SHOWN]))
    return Line(number, values, stock), troubles


def _twice(said: Mapping[str, str], number: int, seen: dict[str, int]) -> list[Trouble]:
    """Return the trouble of a row that is about the same product as one above it."""
    for field in (Field.SKU, Field.NAME):
        if typed := said.get(field):
            earlier = seen.setdefault(f"{field}:{_folded(typed)}", number)
            if earlier != number:
                return [Trouble(number, Text("catalogue.want_once", {"row": earlier}), field, typed[:_SHOWN])]
            return []
    return []


def _field(key: str) -> Field | None:
    return None if key == STOCK else Field(key)


def _folded(name: str) -> str:
    plain = _BRACKETED.sub("", unicodedata.normalize("NFKC", name).casefold())
    return "".join(each for each in plain if unicodedata.category(each)[0] in "LN")
