"""How a coupon is put into words: what it is called, and for which goods."""

from collections.abc import Mapping

from features.coupons.model import Kind, Reach, Terms
from kernel.message import Money, Param, Text
from kernel.money import Fen


def coupon_name(terms: Terms, title: str = "") -> Text:
    """Return what a coupon is called: what it gives, behind its title where it has one."""
    if title:
        return Text("coupons.titled", {"title": title, "terms": coupon_name(terms)})
    if not terms.kind.is_money:
        return Text(f"coupons.name_{terms.kind}")
    what: dict[str, Param] = {"off": Money(terms.amount)}
    if terms.kind is Kind.PERCENT:
        what = {"off": Text(f"coupons.percent_{terms.percent}"), "cap": Money(terms.amount)}
    if terms.minimum == 0:
        return Text(f"coupons.name_{terms.kind}", what)
    return Text(f"coupons.name_{terms.kind}_from", {**what, "minimum": Money(terms.minimum)})


def name_of_values(values: Mapping[str, int | str | None]) -> Text:
    """Return what a coupon is called of which an audit line keeps the numbers."""
    kind, numbers = Kind(str(values["kind"])), (values["amount"], values["percent"], values["minimum"])
    amount, percent, minimum = (int(each or 0) for each in numbers)
    return coupon_name(Terms(kind, Fen(amount), percent, Fen(minimum)))


def goods(terms: Terms) -> Text:
    """Return for which goods a coupon is."""
    if terms.scope.reach is Reach.ALL:
        return Text("coupons.goods_all")
    return Text(f"coupons.goods_{terms.scope.reach}", {"items": " ".join(terms.scope.items)})
