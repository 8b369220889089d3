"""Decisions about products."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import count

from features.catalogue.model import BelowCost, Field, NotSellable, Priced, Product, Unclear
from kernel.ids import ProductId
from kernel.message import Money, Text
from kernel.money import Fen

GUIDED = (
    Field.NAME,
    Field.UNIT,
    Field.PRICE,
    Field.TIERS,
    Field.LIMIT,
    Field.STORAGE,
    Field.SUPPLIER,
    Field.BATCH,
    Field.ORIGIN,
)
"""What is asked of a new product, in order."""
NEEDED = (Field.NAME, Field.UNIT, Field.PRICE)
"""What cannot be left out."""
COPIED = (
    *(
        Field.UNIT,
        Field.STEP,
        Field.LIMIT,
        Field.UNITS,
        Field.BULK,
        Field.CASE,
        Field.CATEGORY,
        Field.STORAGE,
    ),
    *(Field.SUPPLIER, Field.ORIGIN, Field.WEIGHED, Field.GREEN, Field.PARTNER),
)
"""What a product made like another takes over: nothing that hangs on its name, its price or its batch."""
_FOR_A_SALE = (Field.SUPPLIER, Field.BATCH, Field.ORIGIN)
_STRUCK = timedelta(days=7)
_DAY = timedelta(days=1)
_SURGE_PERCENT = 130


def next_question(given: Mapping[str, str]) -> Field | None:
    """Return what is still to be asked of a new product, or None."""
    return next((field for field in GUIDED if field not in given), None)


def missing(product: Product) -> tuple[Field, ...]:
    """Return what is missing before the product may be sold."""
    said = {Field.SUPPLIER: product.supplier, Field.BATCH: product.batch, Field.ORIGIN: product.origin}
    return tuple(field for field in _FOR_A_SALE if not said[field])


def check_sellable(product: Product) -> None:
    """Raise NotSellable, which lists what is missing, unless a sale may be opened with the product."""
    lacks = tuple(
        Text("catalogue.missing_line", {"field": Text(f"catalogue.field_{field}")})
        for field in missing(product)
    )
    if lacks:
        raise NotSellable(name=product.name, missing=lacks)


def check_whole(product: Product) -> None:
    """Raise Unclear or BelowCost for what contradicts itself.

    A tier's price lies below the usual one, and no price below the cost without a reason.
    """
    if product.tiers and product.tiers[0].price >= product.price:
        raise Unclear("tiers_falling")
    if product.cost_fen is not None and lowest(product) < product.cost_fen and product.reason is None:
        raise BelowCost(cost=Money(product.cost_fen))


def lowest(product: Product) -> Fen:
    """Return the least that a unit can cost."""
    return min(product.price, *(tier.price for tier in product.tiers)) if product.tiers else product.price


def struck_price(history: Sequence[Priced], now: datetime) -> Fen | None:
    """Return the price that may be shown struck through beside the newest one, or None.

    The least that was really asked within the last seven days, where it is more than what is asked now: a
    price nobody could have paid lately is no bargain. `history` is in order of time.
    """
    if not history:
        return None
    *earlier, current = history
    ends = [later.since for later in history[1:]]
    lately = [price.price for price, end in zip(earlier, ends, strict=True) if end > now - _STRUCK]
    least = min(lately, default=None)
    return least if least is not None and least > current.price else None


def is_surge(history: Sequence[Priced], now: datetime) -> bool:
    """Tell whether the newest price is over 30 % above one that was asked in the last 24 hours."""
    if not history:
        return False
    *earlier, current = history
    ends = [later.since for later in history[1:]]
    lately = [price.price for price, end in zip(earlier, ends, strict=True) if end > now - _DAY]
    return current.since > now - _DAY and any(current.price * 100 > old * _SURGE_PERCENT for old in lately)


def codes(taken: Iterable[str]) -> Iterator[str]:
    """Yield codes that follow the highest of those made by ourselves: P001, P002 and so on."""
    numbers = [
        int(code[1:]) for code in taken if code[:1] == "P" and code[1:].isascii() and code[1:].isdecimal()
    ]
    return (f"P{number:03}" for number in count(max(numbers, default=0) + 1))


def ambiguous(products: Iterable[Product], *, of: Product) -> tuple[tuple[str, Product], ...]:
    """Return what people may type for a product that means another one too, with that other one."""
    own = {name.casefold(): name for name in (of.name, *of.aliases)}
    return tuple(
        (own[name.casefold()], other)
        for other in products
        if other.id != of.id
        for name in (other.name, *other.aliases)
        if name.casefold() in own
    )


def blank(name: str = "") -> Product:
    """Return a product of which nothing has been said."""
    return Product(ProductId(0), "", name, "", Fen(0))
