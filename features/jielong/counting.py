"""From what was typed to whole thousandths of a base unit."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from features.jielong.model import MILLI, MOST_UNITS, Goods, Reason
from features.jielong.tokens import Qty

_HALF = Fraction(1, 2)


def counted(
    goods: Goods, quantities: Sequence[Qty], weights: Mapping[str, Fraction], generic: frozenset[str]
) -> int | Reason:
    """Return thousandths of a base unit, one unit where `quantities` is empty, or why they are unclear."""
    if any(each.number is None for each in quantities):
        return Reason.AMBIGUOUS_QTY
    total = Fraction(0) if quantities else Fraction(1)
    for each in quantities:
        factor = _factor(goods, each.unit, weights, generic)
        if factor is None or each.number is None:
            return Reason.BAD_QTY
        total += (each.number + _HALF * each.half) * factor
    milli = total * MILLI
    if milli <= 0 or total > MOST_UNITS or milli.denominator != 1 or milli.numerator % goods.step_milli:
        return Reason.BAD_QTY
    return milli.numerator


def _factor(
    goods: Goods, unit: str | None, weights: Mapping[str, Fraction], generic: frozenset[str]
) -> Fraction | None:
    """Return how many base units one `unit` is, None if the goods do not know it."""
    if unit is None or unit == goods.base_unit:
        return Fraction(1)
    if unit in goods.units:
        return Fraction(goods.units[unit])
    if unit in goods.bulk:
        return 1 / Fraction(goods.bulk[unit])
    if unit in weights and (known := _weight(goods, weights)):
        return weights[unit] * known
    return Fraction(1) if unit in generic else None


def _weight(goods: Goods, weights: Mapping[str, Fraction]) -> Fraction | None:
    """Return how many base units one unit of weight is, from any weight the goods know."""
    if goods.base_unit in weights:
        return 1 / weights[goods.base_unit]
    for unit, many in goods.units.items():
        if unit in weights:
            return Fraction(many) / weights[unit]
    for unit, many in goods.bulk.items():
        if unit in weights:
            return 1 / Fraction(many) / weights[unit]
    return None
