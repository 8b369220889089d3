"""What a product says, written as somebody would type it: for sheets, and to begin a product like another."""

from collections.abc import Callable, Mapping

from features.catalogue.model import Field, Product
from features.catalogue.reading import decimal_text
from kernel.money import Fen, Milli

NUMBERS = frozenset({Field.PRICE, Field.STEP, Field.LIMIT, Field.CASE, Field.COST})
"""What a sheet holds as a number."""


def written(product: Product, field: Field) -> str:
    """Return what `reading.read` reads back; empty where the product says nothing."""
    return _WRITTEN[field](product)


def _quantity(milli: Milli | None) -> str:
    return "" if milli is None else decimal_text(milli, 3)


def _yuan(fen: Fen | None) -> str:
    return "" if fen is None else decimal_text(fen, 2)


def _pairs(pairs: Mapping[str, int]) -> str:
    return ", ".join(f"{name}={count}" for name, count in pairs.items())


_WRITTEN: Mapping[Field, Callable[[Product], str]] = {
    Field.SKU: lambda product: product.sku,
    Field.NAME: lambda product: product.name,
    Field.ALIASES: lambda product: ", ".join(product.aliases),
    Field.UNIT: lambda product: product.unit,
    Field.PRICE: lambda product: _yuan(product.price),
    Field.TIERS: lambda product: ", ".join(
        f"{_quantity(tier.quantity)}: {_yuan(tier.price)}" for tier in product.tiers
    ),
    Field.STEP: lambda product: _quantity(product.step),
    Field.LIMIT: lambda product: _quantity(product.limit),
    Field.UNITS: lambda product: _pairs(product.units),
    Field.BULK: lambda product: _pairs(product.bulk),
    Field.CASE: lambda product: _quantity(product.case_milli),
    Field.CATEGORY: lambda product: product.category,
    Field.STORAGE: lambda product: product.storage,
    Field.SUPPLIER: lambda product: product.supplier_name,
    Field.BATCH: lambda product: product.batch,
    Field.ORIGIN: lambda product: product.origin,
    Field.WEIGHED: lambda product: f"{product.tolerance_percent}%" if product.weighed else "",
    Field.GREEN: lambda product: product.proof,
    Field.PARTNER: lambda product: str(int(product.partner)),
    Field.COST: lambda product: _yuan(product.cost_fen),
    Field.REASON: lambda product: product.reason or "",
    Field.PHOTO: lambda product: product.photo or "",
    Field.ACTIVE: lambda product: str(int(product.active)),
}
