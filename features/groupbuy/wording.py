"""How a deal is put into words: the standing message, its parts, and what buyers are told."""

from collections.abc import Sequence
from datetime import timedelta

from features.groupbuy import rules
from features.groupbuy.model import Deal, DealState, GoalKind, Goods, Item, PayMode, Shown, Terms, Why
from kernel.ids import ItemId
from kernel.message import Moment, Money, Param, Quantity, Text
from kernel.money import Fen, Milli, amount_of

_HOUR = timedelta(hours=1)


def standing(shown: Shown) -> Text:
    """Return the standing message of a deal: what there is, what is missing, until when, and who is in."""
    deal = shown.deal
    lines = [
        Text("groupbuy.heading", {"title": deal.terms.title}),
        standing_state(shown),
        Text("groupbuy.pickup_line", pickup(shown)),
    ]
    if deal.terms.note:
        lines.append(Text("groupbuy.note_line", {"note": deal.terms.note}))
    lines.append(Text("groupbuy.blank"))
    lines += [item_line(item, is_open=deal.state is DealState.OPEN) for item in shown.items]
    lines.append(Text("groupbuy.blank"))
    lines += _people(shown)
    if deal.state is DealState.OPEN:
        lines.append(Text("groupbuy.blank"))
        lines.append(Text("groupbuy.how", {"example": _example(shown.items)}))
    return Text("groupbuy.page", {"lines": tuple(lines)})


def standing_state(shown: Shown) -> Text:
    """Return where a deal stands: until when it takes orders and what is missing, or what became of it."""
    deal = shown.deal
    if deal.state is not DealState.OPEN:
        return Text(f"groupbuy.is_{deal.state}", {"reason": reason_of(deal.reason)})
    closing: dict[str, Param] = {
        "at": Moment(deal.terms.closes_at, shown.group.zone.key),
        "left": time_left(deal, shown),
    }
    if rules.is_filling(deal, shown.now):
        closing["at"] = Moment(deal.fill_until or deal.terms.closes_at, shown.group.zone.key)
        return Text("groupbuy.filling", closing)
    return Text("groupbuy.open", closing | {"goal": goal(shown)})


def reason_of(reason: str) -> Param:
    """Return why a deal was cancelled: one of the usual reasons, or what staff wrote."""
    if not reason:
        return Text("groupbuy.no_reason")
    return Text(f"groupbuy.why_{Why(reason)}") if reason in set(Why) else reason


def time_left(deal: Deal, shown: Shown) -> Text:
    """Return how long orders are still taken, in words that stay true until the next edit."""
    left = (deal.fill_until or deal.terms.closes_at) - shown.now
    if left >= 2 * _HOUR:
        return Text("groupbuy.hours_left", {"hours": left // _HOUR})
    return Text("groupbuy.minutes_left", {"minutes": max(1, left // timedelta(minutes=1))})


def goal(shown: Shown) -> Text:
    """Return what has come together and what is missing."""
    terms, counts = shown.deal.terms, shown.counts
    missing = rules.missing(terms, shown.items, counts)
    if terms.goal_kind is GoalKind.NONE:
        return Text("groupbuy.goal_none")
    of = {GoalKind.MONEY: Money(Fen(terms.goal))}.get(terms.goal_kind, terms.goal)
    if not missing:
        return Text("groupbuy.goal_reached", {"goal": Text(f"groupbuy.goal_{terms.goal_kind}", {"goal": of})})
    lacks = Money(Fen(missing)) if terms.goal_kind is GoalKind.MONEY else missing
    return Text(
        "groupbuy.goal_missing",
        {
            "goal": Text(f"groupbuy.goal_{terms.goal_kind}", {"goal": of}),
            "missing": Text(f"groupbuy.lack_{terms.goal_kind}", {"missing": lacks}),
        },
    )


def item_line(item: Item, *, is_open: bool) -> Text:
    """Return the line of one of the goods: number, price now and next, what is left, what is taken."""
    goods, stands = item.goods, rules.price_at(item.goods, item.taken)
    parts = []
    free = rules.left(item)
    if is_open and free is not None:
        parts.append(Text("groupbuy.left", {"left": Quantity(free, goods.unit)} if free else {}))
        if not free:
            parts[-1] = Text("groupbuy.sold_out")
    if is_open and (ahead := rules.next_tier(goods, item.taken)):
        more, price = ahead
        parts.append(Text("groupbuy.next_tier", {"more": Quantity(more, goods.unit), "price": Money(price)}))
    if is_open and goods.home_limit is not None:
        parts.append(Text("groupbuy.limit", {"limit": Quantity(goods.home_limit, goods.unit)}))
    if is_open and (open_case := rules.to_fill(item)):
        parts.append(Text("groupbuy.to_fill", {"more": Quantity(open_case, goods.unit)}))
    if item.taken:
        parts.append(Text("groupbuy.taken", {"taken": Quantity(item.taken, goods.unit)}))
    is_what: dict[str, Param] = {"no": item.no, "name": name_of(goods), "price": price_text(goods, stands)}
    line = Text("groupbuy.item", is_what)
    return joined([line, *parts])


def price_text(goods: Goods, stands: Fen) -> Text:
    """Return a price with its unit, and the struck-through one where it is true."""
    per: dict[str, Param] = {"price": Money(stands), "unit": goods.unit}
    if goods.was is not None and goods.was > stands:
        return Text("groupbuy.price_struck", per | {"was": Money(goods.was)})
    return Text("groupbuy.price", per)


def name_of(goods: Goods) -> Text:
    """Return what goods are called, with what has to be said beside the name."""
    name = Text("groupbuy.name", {"name": goods.name})
    if goods.is_green:
        name = Text("groupbuy.beside", {"first": name, "second": Text("groupbuy.mark_green")})
    if goods.weighed:
        name = Text("groupbuy.beside", {"first": name, "second": Text("groupbuy.mark_weighed")})
    return name


def joined(parts: Sequence[Text]) -> Text:
    """Return parts in one line, with dots between them."""
    head, *rest = parts
    for part in rest:
        head = Text("groupbuy.and", {"first": head, "second": part})
    return head


def pickup(shown: Shown) -> dict[str, Param]:
    """Return where and when goods are picked up, as parameters of a text."""
    zone = shown.group.zone.key
    place = shown.point.name if shown.point else "–"
    until = shown.deal.terms.pickup_until.astimezone(shown.group.zone)
    return {"place": place, "at": Moment(shown.deal.terms.pickup_at, zone), "until": f"{until:%H:%M}"}


def _people(shown: Shown) -> list[Text]:
    homes = shown.counts.homes
    if not homes:
        return [Text("groupbuy.nobody_yet")] if shown.deal.state is DealState.OPEN else []
    lines = [Text("groupbuy.homes", {"homes": homes})]
    lines += [Text("groupbuy.who", {"who": who}) for who in shown.names]
    if shown.waiting:
        lines.append(Text("groupbuy.waiting", {"count": shown.waiting}))
    return lines


def _example(items: Sequence[Item]) -> str:
    return " ".join(f"{item.goods.name}{2 if at == 0 else 1}" for at, item in enumerate(items[:2]))


def holds(held: Sequence[tuple[ItemId, Milli]], items: Sequence[Item]) -> str:
    """Return what an order holds in a few words: names and quantities."""
    goods = {item.id: item.goods for item in items}
    return " ".join(f"{goods[own].name}{_short(much)}{goods[own].unit}" for own, much in held if own in goods)


def _short(milli: Milli) -> str:
    whole, rest = divmod(milli, 1000)
    return f"{whole}.{rest:03}".rstrip("0").rstrip(".") if rest else str(whole)


def basket(lines: Sequence[tuple[Item, Milli, Fen]]) -> tuple[Text, ...]:
    """Return a line for each of the goods of an order: name, quantity, amount."""
    return tuple(
        Text(
            "groupbuy.basket_line",
            {
                "name": item.goods.name,
                "quantity": Quantity(quantity, item.goods.unit),
                "amount": Money(amount_of(price, quantity)),
            },
        )
        for item, quantity, price in lines
    )


def pay_text(terms: Terms) -> Text:
    """Return when a home pays."""
    return Text("groupbuy.pay_ahead" if terms.pay is PayMode.PREPAID else "groupbuy.pay_at_pickup")
