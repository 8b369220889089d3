"""Money in whole fen, and quantities in thousandths of a unit: no number here is ever a fraction."""

from typing import NewType

Fen = NewType("Fen", int)  # a hundredth of a yuan
Milli = NewType("Milli", int)  # a thousandth of the unit that something is sold by, such as 斤 or box

WHOLE = Milli(1000)  # one unit
NO_MONEY = Fen(0)
NOTHING = Milli(0)


def amount_of(price: Fen, quantity: Milli) -> Fen:
    """Return what `quantity` costs at `price` a unit, half a fen rounded up."""
    return Fen((price * quantity * 2 + WHOLE) // (2 * WHOLE))


def share_of(amount: Fen, part: int, whole: int) -> Fen:
    """Return `part` of `whole` of an amount, half a fen rounded up; `whole` is positive."""
    return Fen((amount * part * 2 + whole) // (2 * whole))
