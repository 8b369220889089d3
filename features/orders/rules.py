"""Decisions about orders: what a wish means for a line, and what things cost."""

from collections.abc import Sequence

from features.groupbuy.model import Item
from features.groupbuy.rules import price_at
from features.orders.model import Line, Op, OrderState, OrderView, Wish
from kernel.money import Fen, Milli, amount_of

MOST = Milli(9_999_000)  # of one of the goods in one order: more is a typing error


def price_of(item: Item, line: Line) -> Fen:
    """Return what a unit of a line costs: as accepted, or less where the group's quantity reaches that."""
    return min(line.price, price_at(item.goods, item.taken))


def cost(lines: Sequence[tuple[Item, Line]]) -> Fen:
    """Return what lines cost as things stand; a line whose amount is fixed costs that."""
    return Fen(
        sum(
            amount_of(price_of(item, line), line.quantity) if line.amount is None else line.amount
            for item, line in lines
        )
    )


def goods_of(view: OrderView) -> Fen:
    """Return what an order's goods cost: fixed once its deal came together, else as things stand."""
    return view.order.goods if view.order.state is OrderState.LOCKED else cost(view.lines)


def wanted(wish: Wish, before: Milli) -> Milli:
    """Return the quantity a line shall have after a wish that is no plain declaration."""
    match wish.op:
        case Op.ADD:
            return Milli(before + wish.quantity)
        case Op.SUB:
            return Milli(max(0, before - wish.quantity))
        case Op.REMOVE:
            return Milli(0)
        case _:
            return wish.quantity


def in_steps(quantity: Milli, step: Milli) -> Milli:
    """Return the largest whole number of steps within `quantity`; never below nothing."""
    return Milli(max(0, quantity) // step * step)
