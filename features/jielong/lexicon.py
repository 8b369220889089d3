"""What a reader knows: the goods on offer, and the words and patterns of everybody.

Words are cut by the longest match over one table of all of them, not by jieba: its most probable cut weighs
words by frequency and may prefer two frequent short names to the long one there, which the reading
rules forbid; a dictionary of our own would have to be weighted against that, word by word. The table also
costs no import.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import chain, product
from pathlib import Path
from typing import Any

from features.jielong import sounds
from features.jielong.model import Goods, Offer
from features.jielong.numbers import Numerals
from features.jielong.people import Names
from features.jielong.plain import plain
from features.jielong.sounds import Ear

_FOLDER = Path(__file__).parent / "data"
_CODE = re.compile(r"[a-z]{1,3}-?\d{0,3}")
_NAMED = re.compile(r"\{([a-z]+)\}")
GOOD, FOOD, CODE = "good", "food", "code"


@dataclass(frozen=True, slots=True)
class Entry:
    """What a word is: its category, and the skus it may mean."""

    category: str
    skus: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Manners:
    """Words and patterns of everybody, whatever is on offer."""

    words: Mapping[str, Entry]
    endings: frozenset[str]
    numerals: Numerals
    weights: Mapping[str, Fraction]
    units: tuple[str, ...]
    generic: frozenset[str]
    common: frozenset[str]
    patterns: Mapping[str, str]
    remark: re.Pattern[str]
    remark_done: re.Pattern[str]
    remark_of_all: re.Pattern[str]
    tag: re.Pattern[str]
    asks: re.Pattern[str]
    asks_either: re.Pattern[str]
    asks_nothing: re.Pattern[str]
    wish: re.Pattern[str]  # what a remark about a thing still to come begins with
    complains: re.Pattern[str]
    complains_elsewhere: re.Pattern[str]
    occasion: re.Pattern[str]
    several: str  # the numeral of a quantity left open, and of a question after one
    of: str  # the particle between an owner and what is owned
    edges: str  # what a remark neither begins nor ends with
    names: Names


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Everything compiled for one offer; build it once and keep it."""

    goods: Mapping[str, Goods]
    numbers: Mapping[int, tuple[str, ...]]  # an item's number -> the skus it may mean
    called: Mapping[str, tuple[str, ...]]  # sku -> its plain names
    words: Mapping[str, Entry]
    lengths: Mapping[str, tuple[int, ...]]  # first character -> lengths of the words, longest first
    figures: re.Pattern[str]
    quantity: re.Pattern[str]  # that part of `figures` which is a plain quantity
    figure_starts: frozenset[str]
    units: frozenset[str]
    offered: frozenset[str]  # units of the goods, but for those that count anything
    ear: Ear
    manners: Manners


def compile_lexicon(offer: Offer) -> Lexicon:
    """Return the lexicon of `offer`. Costs some milliseconds."""
    manners = load()
    called = {each.sku: _names(each) for each in offer.goods}
    names = _by_name(offer, called)
    words = {**manners.words, **_codes(offer), **{name: Entry(GOOD, skus) for name, skus in names.items()}}
    units = sorted({*manners.units, *_units(offer)}, key=lambda unit: (-len(unit), unit))
    figures = _figures(manners, units, _units(offer))
    return Lexicon(
        goods={each.sku: each for each in offer.goods},
        numbers=_by_number(offer.goods),
        called=called,
        words=words,
        lengths=_lengths(words),
        figures=re.compile(figures[0], re.ASCII),
        quantity=re.compile(figures[1], re.ASCII),
        figure_starts=frozenset("0123456789+*-x$\u00a5/abcdefghijklmnopqrstuvwxyz") | _starts(manners),
        units=frozenset(units),
        offered=frozenset(_units(offer)) - manners.common,
        ear=sounds.ear(names),
        manners=manners,
    )


def _names(goods: Goods) -> tuple[str, ...]:
    every = (plain(name).text.strip().replace(" ", "") for name in (goods.name, *goods.aliases))
    return tuple(dict.fromkeys(name for name in every if name))


def _by_name(offer: Offer, called: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for sku, names in called.items():
        for name in names:
            found[name] = (*found.get(name, ()), sku)
    known = {each.sku for each in offer.goods}
    for alias, skus in offer.ambiguous.items():
        name = plain(alias).text.strip().replace(" ", "")
        found[name] = tuple(dict.fromkeys((*found.get(name, ()), *(sku for sku in skus if sku in known))))
    return {name: skus for name, skus in found.items() if name and skus}


def _codes(offer: Offer) -> dict[str, Entry]:
    codes: dict[str, tuple[str, ...]] = {}
    for each in offer.goods:
        code = each.sku.casefold()
        if _CODE.fullmatch(code):
            codes[code] = (*codes.get(code, ()), each.sku)
    return {code: Entry(CODE, skus) for code, skus in codes.items()}


def _by_number(goods: Iterable[Goods]) -> dict[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = {}
    for each in goods:
        found[each.no] = (*found.get(each.no, ()), each.sku)
    return found


def _units(offer: Offer) -> set[str]:
    every = (unit for each in offer.goods for unit in (each.base_unit, *each.units, *each.bulk))
    return {plain(unit).text.strip() for unit in every} - {""}


def _lengths(words: Iterable[str]) -> dict[str, tuple[int, ...]]:
    found: dict[str, set[int]] = {}
    for word in words:
        found.setdefault(word[0], set()).add(len(word))
    return {first: tuple(sorted(lengths, reverse=True)) for first, lengths in found.items()}


def _figures(manners: Manners, units: list[str], offered: set[str]) -> tuple[str, str]:
    """Everything that begins with a figure, named by what it is; and a plain quantity alone."""
    parts = manners.patterns
    known = {
        "u": "|".join(map(re.escape, units)),
        "c": parts["chinese"] + parts["two"],
        "n": parts["number"].replace("{d}", parts["chinese"]),
        "blockend": r"(?!)"
        if parts["block"] not in offered
        else r"(?![\d" + parts["chinese"] + parts["money"] + "])",
    }
    order = ("tel", "time", "addr", "cooked", "count", "price", "spec", "item_no", "range", "qty")
    filled = [_NAMED.sub(lambda found: known.get(found[1], found[0]), parts[kind]) for kind in order]
    return "|".join(f"(?P<k_{kind}>{part})" for kind, part in zip(order, filled, strict=True)), filled[-1]


def _starts(manners: Manners) -> frozenset[str]:
    return frozenset(manners.patterns["chinese"] + manners.patterns["starts"])


@cache
def load() -> Manners:
    """Read the words and patterns that everybody uses."""
    patterns = _toml("patterns.toml")
    numbers = patterns["numbers"]
    foods = _toml("foods.toml")
    remarks, questions, complaints = (patterns[key] for key in ("remarks", "questions", "complaints"))
    return Manners(
        words=_words(foods["food"]),
        endings=frozenset(foods["endings"]),
        numerals=Numerals(
            numbers["values"], numbers["tens"], numbers["scores"], numbers["together"], numbers["half"]
        ),
        weights={unit: Fraction(worth) for unit, worth in numbers["weights"].items()},
        units=tuple(numbers["units"]),
        generic=frozenset(numbers["generic"]),
        common=frozenset(numbers["common"]),
        patterns={**patterns["patterns"], "chinese": numbers["digits"]},
        remark=re.compile(remarks["start"], re.ASCII),
        remark_done=re.compile(remarks["done"], re.ASCII),
        remark_of_all=re.compile(remarks["whole"], re.ASCII),
        tag=re.compile(questions["tag"], re.ASCII),
        asks=re.compile(questions["ending"], re.ASCII),
        asks_either=re.compile(questions["either"], re.ASCII),
        asks_nothing=re.compile(questions["not_asking"], re.ASCII),
        wish=re.compile(remarks["wish"]),
        complains=re.compile(complaints["signs"], re.ASCII),
        complains_elsewhere=re.compile(complaints["elsewhere"], re.ASCII),
        occasion=re.compile(complaints["occasion"], re.ASCII),
        several=patterns["patterns"]["several"],
        of=patterns["patterns"]["of"],
        edges=remarks["edges"],
        names=Names.of(_toml("names.toml")),
    )


def _words(foods: Iterable[str]) -> dict[str, Entry]:
    words = {food: Entry(FOOD) for food in foods}
    lists = _toml("words.toml")
    when = lists.pop("history_when")
    alike = product(lists.pop("history_like"), when, lists.pop("history_alike"))
    those = product(lists.pop("history_by"), when, lists.pop("history_those"))
    again = product(when, lists.pop("history_what"), lists.pop("history_again"))
    lists["history"] += ["".join(parts) for parts in chain(alike, those, again)]
    for category, every in lists.items():
        entry = Entry(category)
        for word in every:
            words.setdefault(word, entry)
    return words


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads((_FOLDER / name).read_text("utf-8"))
