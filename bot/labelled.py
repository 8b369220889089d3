"""Labelled order messages as files hold them: a catalogue, and one message a line."""

import json
from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from features.jielong.model import (
    MILLI,
    Clarify,
    Context,
    Goods,
    Kind,
    Line,
    Offer,
    Op,
    Order,
    Person,
    Reading,
    Reason,
)
from features.jielong.scoring import Case

_MESSAGES = ("dev.jsonl", "test.jsonl")
_CATALOGUE = "catalogue.json"
_KINDS = {
    dict: "an object",
    list: "a list",
    str: "a text",
    int: "a number",
    float: "a number",
    bool: "true or false",
    type(None): "null",
}


class DataError(Exception):
    """Labelled data that cannot be read; says what was expected, what came and what to do."""


def _described(value: object) -> str:
    """Return what a value is, in few words."""
    kind = _KINDS.get(type(value), type(value).__name__)
    return kind if isinstance(value, dict | list | None) else f"{kind}, {value!r}"


class _Place:
    """Where we read, for what is said when something is wrong there."""

    def __init__(self, path: Path, line: int | None = None) -> None:
        self._at = f"{path}, line {line}" if line else str(path)

    def wrong(self, expected: str, came: str) -> DataError:
        """Return the error of finding `came` where `expected` should be."""
        return DataError(f"{self._at}: expected {expected}, found {came}; mend it and run again")

    def field(self, row: object, name: str, kind: type | tuple[type, ...], default: Any = ...) -> Any:
        """Return the field `name` of `row`, which must be of `kind`; `default` where it is missing."""
        if not isinstance(row, dict):
            raise self.wrong(f"an object with the field {name}", _described(row))
        if name not in row and default is not ...:
            return default
        if name not in row:
            raise self.wrong(f"the field {name}", f"only {', '.join(sorted(row)) or 'an empty object'}")
        value = row[name]
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            expected = kind if isinstance(kind, type) else kind[0]
            raise self.wrong(f"{_KINDS[expected]} as {name}", _described(value))
        return value

    def one_of(self, names: type[Kind] | type[Op] | type[Reason], value: str, field: str) -> Any:
        """Return the member of an enumeration called `value`."""
        try:
            return names(value)
        except ValueError:
            raise self.wrong(f"{field} to be one of {', '.join(names)}", repr(value)) from None

    def sku(self, value: str, known: Mapping[str, Any], field: str = "sku") -> str:
        """Return a sku that the catalogue has."""
        if value not in known:
            raise self.wrong(f"a {field} of the catalogue ({', '.join(known)})", repr(value))
        return value


def jielong_data(path: Path) -> tuple[Offer, list[Case]]:
    """Return the offer and the labelled messages of a folder, or of one file beside its catalogue.

    Raises DataError.
    """
    files = [path] if path.is_file() else [path / name for name in _MESSAGES if (path / name).is_file()]
    folder = path.parent if path.is_file() else path
    if not folder.is_dir():
        raise DataError(
            f"{path}: expected a folder, found nothing there; give --data the folder of {_MESSAGES[0]}"
        )
    if not files:
        raise DataError(f"{path}: expected {' or '.join(_MESSAGES)}, found neither; put one there")
    offer = _offer(folder / _CATALOGUE)
    known = {each.sku: each for each in offer.goods}
    return offer, [case for file in files for case in _cases(file, known)]


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except FileNotFoundError:
        raise DataError(f"{path}: expected this file, found none; put it beside the messages") from None
    except (OSError, UnicodeDecodeError) as fault:
        raise DataError(f"{path}: expected a readable text in UTF-8, found {fault}; mend the file") from None


def _offer(path: Path) -> Offer:
    place = _Place(path)
    try:
        catalogue = json.loads(_text(path))
    except json.JSONDecodeError as fault:
        raise _Place(path, fault.lineno).wrong("JSON", fault.msg) from None
    goods = tuple(_goods(each, place) for each in place.field(catalogue, "items", list))
    known = {each.sku: each for each in goods}
    shared = place.field(catalogue, "ambiguous_aliases", dict, {})
    ambiguous = {
        alias: tuple(
            place.sku(sku, known, "sku of ambiguous_aliases") for sku in place.field(shared, alias, list)
        )
        for alias in shared
    }
    return Offer(goods, ambiguous)


def _goods(row: Any, place: _Place) -> Goods:
    return Goods(
        sku=place.field(row, "sku", str),
        no=place.field(row, "no", int),
        name=place.field(row, "name", str),
        base_unit=place.field(row, "base_unit", str),
        aliases=tuple(place.field(row, "aliases", list, [])),
        step_milli=int(_exact(place.field(row, "step", (int, float), 1)) * MILLI),
        units=_units(place.field(row, "units", dict, {}), place),
        bulk=_units(place.field(row, "bulk", dict, {}), place),
    )


def _units(row: Mapping[str, Any], place: _Place) -> dict[str, Fraction]:
    return {unit: _exact(place.field(row, unit, (int, float))) for unit in row}


def _exact(number: float) -> Fraction:
    return Fraction(str(number))


def _cases(path: Path, known: Mapping[str, Goods]) -> Iterator[Case]:
    for number, line in enumerate(_text(path).splitlines(), 1):
        if not line.strip():
            continue
        place = _Place(path, number)
        try:
            row = json.loads(line)
        except json.JSONDecodeError as fault:
            raise place.wrong(
                "one JSON object", f"a broken line ({fault.msg} at character {fault.colno})"
            ) from None
        yield _case(row, place, known)


def _case(row: Any, place: _Place, known: Mapping[str, Goods]) -> Case:
    return Case(
        id=place.field(row, "id", str),
        text=place.field(row, "text", str),
        context=_context(place.field(row, "context", dict, {}), place, known),
        expected=_expected(place.field(row, "expected", dict), place, known),
        tags=tuple(place.field(row, "tags", list, [])),
    )


def _context(row: Mapping[str, Any], place: _Place, known: Mapping[str, Goods]) -> Context:
    if "reply_to_sku" in row:
        return Context(sku=place.sku(place.field(row, "reply_to_sku", str), known, "reply_to_sku"))
    if "reply_to" in row:
        pointed = place.field(row, "reply_to", dict)
        return Context(
            sender=place.field(pointed, "sender", str, None), text=place.field(pointed, "text", str)
        )
    return Context()


def _expected(row: Any, place: _Place, known: Mapping[str, Goods]) -> Reading:
    return Reading(
        kind=place.one_of(Kind, place.field(row, "kind", str), "kind"),
        orders=tuple(_order(each, place, known) for each in place.field(row, "orders", list)),
        clarify=tuple(_clarify(each, place) for each in place.field(row, "clarify", list, [])),
        paid_claim=place.field(row, "paid_claim", bool, False),
    )


def _order(row: Any, place: _Place, known: Mapping[str, Goods]) -> Order:
    who = place.field(row, "for", (dict, type(None)), None)
    person = Person(who.get("name"), who.get("addr"), who.get("tel")) if who else None
    lines = tuple(_line(each, place, known) for each in place.field(row, "lines", list))
    return Order(person, lines, place.field(row, "note", (str, type(None)), None))


def _line(row: Any, place: _Place, known: Mapping[str, Goods]) -> Line:
    op = place.one_of(Op, place.field(row, "op", str), "op")
    sku = None if op is Op.CLEAR else place.sku(place.field(row, "sku", str), known)
    has_quantity = op not in (Op.CLEAR, Op.REMOVE)
    milli = int(_exact(place.field(row, "qty", (int, float))) * MILLI) if has_quantity else None
    return Line(op, sku, milli, place.field(row, "note", (str, type(None)), None))


def _clarify(row: Any, place: _Place) -> Clarify:
    reason = place.one_of(Reason, place.field(row, "reason", str), "reason")
    return Clarify(reason, place.field(row, "text", str, ""), tuple(place.field(row, "candidates", list, [])))
