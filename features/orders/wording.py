"""How what became of a wish is put into words."""

from features.orders import rules
from features.orders.model import Became, Did, OrderView
from kernel.message import Money, Param, Quantity, Text


def became(did: Did, view: OrderView | None) -> Text:
    """Return what became of a wish in one line; the total is that of the order as it is now."""
    goods = did.wish.item.goods
    words: dict[str, Param] = {"name": goods.name}
    match did.became:
        case Became.TAKEN:
            total = Money(rules.goods_of(view)) if view else ""
            return Text("orders.taken", words | {"now": Quantity(did.now, goods.unit), "total": total})
        case Became.GONE:
            return Text("orders.gone", words)
        case _:
            return _refused(did)


def _refused(did: Did) -> Text:
    """Return why nothing was done."""
    goods = did.wish.item.goods
    words: dict[str, Param] = {"name": goods.name}
    match did.became:
        case Became.LESS:
            return Text("orders.less", words | {"possible": Quantity(did.possible, goods.unit)})
        case Became.OVER_LIMIT:
            limit = Quantity(goods.home_limit, goods.unit) if goods.home_limit is not None else ""
            return Text("orders.over_limit", words | {"limit": limit})
        case Became.ASKED:
            has, wants = Quantity(did.before, goods.unit), Quantity(did.wish.quantity, goods.unit)
            return Text("orders.asked", words | {"has": has, "wants": wants})
        case Became.NOT_FILLING:
            return Text("orders.not_filling", words)
        case Became.SOLD_OUT:
            return Text("orders.sold_out", words)
        case _:
            return Text("orders.nothing", words)
