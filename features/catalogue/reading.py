"""What people type about a product, read field by field, and written back the same way."""

import re
import tomllib
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from features.catalogue.model import Field, FloorReason, Product, Tier, Unclear
from features.members.rules import clean_name
from kernel.money import Fen, Milli

_FILE = Path(__file__).parent / "data" / "reading.toml"
_NUMBER = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,3})?")
_ONLY_NUMBER = re.compile(rf"[^\w.\-]*({_NUMBER.pattern})[^0-9.]{{0,12}}")
_PRICE = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,2})?")
_PAIR = re.compile(r"([^\W\d_]{1,6})\s*[=:*x\u00d7]?\s*([0-9]{1,4})", re.IGNORECASE)
_SKU = re.compile(r"[A-Za-z0-9-]{1,20}")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_WIDEST = 10_000
_MOST_ALIASES, _MOST_TIERS, _MOST_UNITS = 12, 5, 6
_LEAST_PIECES, _MOST_PIECES = 2, 1_000
_MOST_TOLERANCE = 50  # percent
_NAME, _WORD, _UNIT, _PROOF = 40, 24, 8, 80  # columns; a Chinese character takes two
_MOST_FEN = 10_000_000
_MOST_MILLI = 100_000_000

Changes = dict[str, Any]
"""What a text says: fields of a product by their names."""


@dataclass(frozen=True, slots=True)
class Words:
    """How people write yes, no, nothing and the like, folded."""

    yes: frozenset[str]
    no: frozenset[str]
    clear: frozenset[str]
    half: tuple[str, ...]
    point: tuple[str, ...]
    separators: re.Pattern[str]
    reasons: Mapping[str, FloorReason]
    units: tuple[str, ...]  # offered
    storage: tuple[str, ...]  # offered


@cache
def words() -> Words:
    """Read the lists of words."""
    plain = tomllib.loads(_FILE.read_text("utf-8"))
    yes, no, clear = (frozenset(folded(each) for each in plain[name]) for name in ("yes", "no", "clear"))
    reasons = {folded(said): FloorReason(key) for key, called in plain["reasons"].items() for said in called}
    separators = re.compile("[" + "".join(map(re.escape, plain["separators"])) + "]")
    half, point = (tuple(plain[name]) for name in ("half", "point"))
    offered = (tuple(plain[name]) for name in ("units", "storage"))
    return Words(yes, no, clear, half, point, separators, reasons, *offered)


def folded(typed: str) -> str:
    """Return a text without spaces, case and width."""
    return "".join(unicodedata.normalize("NFKC", typed).casefold().split())


def read(field: Field, typed: str) -> Changes:
    """Return what a text says of a field. Raises Unclear."""
    if field in _OPTIONAL and folded(typed) in words().clear:
        return dict(_OPTIONAL[field])
    return _READ[field](typed)


def with_fields(product: Product, values: Mapping[Field, str]) -> Product:
    """Return a product with what the texts say; an empty one says nothing. Raises Unclear."""
    changes: Changes = {}
    for field, typed in values.items():
        if typed.strip():
            changes |= read(field, typed)
    if changes.get("supplier_name") == product.supplier_name:
        changes["supplier"] = product.supplier
    return replace(product, **changes)


def quantity(typed: str, want: str) -> Milli:
    """Return a positive quantity of at most three decimals. Raises Unclear."""
    plain = _plain(typed)
    for half in words().half:
        if plain.startswith(half) and not any(each.isdigit() for each in plain):
            return Milli(500)
    found = _ONLY_NUMBER.fullmatch(plain)
    milli = _scaled(found[1], 3) if found else 0
    if not 0 < milli <= _MOST_MILLI:
        raise Unclear(want)
    return Milli(milli)


def decimal_text(value: int, digits: int) -> str:
    """Return a whole number of thousandths (or hundredths) as somebody would type it."""
    whole, rest = divmod(value, 10**digits)
    return f"{whole}.{rest:0{digits}}".rstrip("0").rstrip(".") if rest else str(whole)


def _price(typed: str, want: str) -> Fen:
    found = _ONLY_NUMBER.fullmatch(_plain(typed))
    if not found or not _PRICE.fullmatch(found[1]):
        raise Unclear(want)
    fen = _scaled(found[1], 2)
    if not 0 < fen <= _MOST_FEN:
        raise Unclear(want)
    return Fen(fen)


def _plain(typed: str) -> str:
    """Return a text in plain digits, with a decimal point where people say one."""
    plain = _THOUSANDS.sub("", unicodedata.normalize("NFKC", typed).strip().casefold())
    for word in words().point:
        plain = re.sub(rf"(?<=\d)\s*{word}\s*(?=\d)", ".", plain)
    return plain


def _scaled(number: str, digits: int) -> int:
    whole, _, rest = number.partition(".")
    return int(whole + rest.ljust(digits, "0"))


def _line(typed: str, columns: int, want: str) -> str:
    """Return what is visible of a text on one line. Raises Unclear for nothing, or too much."""
    whole = clean_name(typed, None, columns=_WIDEST, fallback="")
    if (
        not any(each.isalnum() for each in whole)
        or clean_name(whole, None, columns=columns, fallback="") != whole
    ):
        raise Unclear(want)
    return whole


def _text(attribute: str, columns: int) -> Callable[[str], Changes]:
    return lambda typed: {attribute: _line(typed, columns, attribute)}


def _sku(typed: str) -> Changes:
    code = unicodedata.normalize("NFKC", typed).strip()
    if not _SKU.fullmatch(code):
        raise Unclear("sku")
    return {"sku": code.upper()}


def _aliases(typed: str) -> Changes:
    names = (
        clean_name(each, None, columns=_WORD + 2, fallback="") for each in words().separators.split(typed)
    )
    kept = tuple(dict.fromkeys(name for name in names if name))
    if not 0 < len(kept) <= _MOST_ALIASES or any(name.endswith("\u2026") for name in kept):
        raise Unclear("aliases")
    return {"aliases": kept}


def _unit(typed: str) -> Changes:
    unit = _line(typed, _UNIT, "unit")
    if any(each.isdigit() or each.isspace() for each in unit):
        raise Unclear("unit")
    return {"unit": unit}


def _tiers(typed: str) -> Changes:
    numbers = _NUMBER.findall(_plain(typed))
    pairs = list(zip(numbers[::2], numbers[1::2], strict=False))
    if len(numbers) % 2 or not 0 < len(pairs) <= _MOST_TIERS:
        raise Unclear("tiers")
    tiers = tuple(Tier(quantity(many, "tiers"), _price(price, "tiers")) for many, price in pairs)
    rising = all(a.quantity < b.quantity and a.price > b.price for a, b in pairwise(tiers))
    if not rising:
        raise Unclear("tiers_falling")
    return {"tiers": tiers}


def _pairs(attribute: str, least: int) -> Callable[[str], Changes]:
    def read_pairs(typed: str) -> Changes:
        plain = unicodedata.normalize("NFKC", typed)
        found = {name: int(count) for name, count in _PAIR.findall(plain)}
        rest = words().separators.sub("", _PAIR.sub("", plain)).strip()
        sound = all(least <= count <= _MOST_PIECES for count in found.values())
        if rest or not sound or not 0 < len(found) <= _MOST_UNITS:
            raise Unclear(attribute)
        return {attribute: found}

    return read_pairs


def _weighed(typed: str) -> Changes:
    if folded(typed) in words().no:
        return {"tolerance_percent": None}
    numbers = _NUMBER.findall(_plain(typed))
    if len(numbers) != 1 or not numbers[0].isdecimal() or not 0 < int(numbers[0]) <= _MOST_TOLERANCE:
        raise Unclear("weighed")
    return {"tolerance_percent": int(numbers[0])}


def _green(typed: str) -> Changes:
    if folded(typed) in words().yes:
        raise Unclear("green")
    return {"proof": "" if folded(typed) in words().no else _line(typed, _PROOF, "green")}


def _flag(attribute: str) -> Callable[[str], Changes]:
    def read_flag(typed: str) -> Changes:
        said = folded(typed)
        if said not in words().yes | words().no:
            raise Unclear(attribute)
        return {attribute: said in words().yes}

    return read_flag


def _reason(typed: str) -> Changes:
    said = folded(typed)
    reason = words().reasons.get(said)
    if reason is None and said not in set(FloorReason):
        raise Unclear("reason")
    return {"reason": reason or FloorReason(said)}


_READ: Mapping[Field, Callable[[str], Changes]] = {
    Field.SKU: _sku,
    Field.NAME: _text("name", _NAME),
    Field.ALIASES: _aliases,
    Field.UNIT: _unit,
    Field.PRICE: lambda typed: {"price": _price(typed, "price")},
    Field.TIERS: _tiers,
    Field.STEP: lambda typed: {"step": quantity(typed, "step")},
    Field.LIMIT: lambda typed: {"limit": quantity(typed, "limit")},
    Field.UNITS: _pairs("units", 1),
    Field.BULK: _pairs("bulk", _LEAST_PIECES),
    Field.CASE: lambda typed: {"case_milli": quantity(typed, "case")},
    Field.CATEGORY: _text("category", _WORD),
    Field.STORAGE: _text("storage", _WORD),
    Field.SUPPLIER: lambda typed: {"supplier_name": _line(typed, _NAME, "supplier"), "supplier": None},
    Field.BATCH: _text("batch", _WORD),
    Field.ORIGIN: _text("origin", _WORD),
    Field.WEIGHED: _weighed,
    Field.GREEN: _green,
    Field.PARTNER: _flag("partner"),
    Field.COST: lambda typed: {"cost_fen": _price(typed, "cost")},
    Field.REASON: _reason,
    Field.PHOTO: lambda typed: {"photo": typed},
    Field.ACTIVE: _flag("active"),
}
_OPTIONAL: Mapping[Field, Mapping[str, Any]] = {
    Field.ALIASES: {"aliases": ()},
    Field.TIERS: {"tiers": ()},
    Field.LIMIT: {"limit": None},
    Field.UNITS: {"units": {}},
    Field.BULK: {"bulk": {}},
    Field.CASE: {"case_milli": None},
    Field.CATEGORY: {"category": ""},
    Field.STORAGE: {"storage": ""},
    Field.SUPPLIER: {"supplier": None, "supplier_name": ""},
    Field.BATCH: {"batch": ""},
    Field.ORIGIN: {"origin": ""},
    Field.WEIGHED: {"tolerance_percent": None},
    Field.GREEN: {"proof": ""},
    Field.PARTNER: {"partner": False},
    Field.COST: {"cost_fen": None},
    Field.REASON: {"reason": None},
    Field.PHOTO: {"photo": None},
}
"""What may be left out, and what a product is like then."""
OPTIONAL = frozenset(_OPTIONAL)
