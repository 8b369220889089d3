"""The card of a running deal for its leaders, in words and buttons."""

from collections.abc import Callable, Mapping

from features.app.deal_desk_model import DealPage, DealStep
from features.app.deal_running import DEAL, EXTEND, HOUR
from features.groupbuy import rules
from features.groupbuy.answers import packed
from features.groupbuy.drafting import cutoffs
from features.groupbuy.model import DealState, Item, Why
from features.groupbuy.wording import goal, item_line, price_text, reason_of, standing_state
from handlers.deal_words import (
    CANCEL,
    CLOSE,
    COPY,
    ENDLESS,
    OF_ITEM,
    SURE,
    TYPED,
    limit_of,
    lines,
    pairs,
    short,
    stock_of,
    there,
    when,
)
from handlers.menu import DEALS
from kernel.message import Button, Keyboard, Money, Param, Quantity, Tap, Text

_Page = tuple[Text, Keyboard]
_CANCELLABLE = tuple(state for state in DealState if DealState.CANCELLED in rules.MOVES[state])


def worded(shown: DealPage) -> _Page:
    """Return a page of a running deal."""
    return _PAGES[shown.step](shown)


def _under(shown: DealPage, *told: Text) -> Text:
    heading = Text("groupbuy.heading", {"title": shown.shown.deal.terms.title})
    return lines(shown.news, shown.problem, heading, *told)


def _to(shown: DealPage, step: DealStep, label: Text) -> Tap:
    return Tap(label, DEAL, (shown.shown.deal.id, step))


def _back(shown: DealPage) -> tuple[Button, ...]:
    return (_to(shown, DealStep.MAIN, Text("deals.back")),)


def _main(shown: DealPage) -> _Page:
    found = shown.shown
    counts: dict[str, Param] = {"homes": found.counts.homes, "money": Money(found.counts.money)}
    told = [
        standing_state(found),
        Text("deals.pickup", there(found)),
        Text("deals.homes", counts),
        Text("deals.blank"),
        *(item_line(item, is_open=found.deal.state is DealState.OPEN) for item in found.items),
    ]
    return _under(shown, *told), _ways(shown)


def _ways(shown: DealPage) -> Keyboard:
    """Return what can be done to a deal where it stands."""
    deal = shown.shown.deal
    rows: list[tuple[Button, ...]] = []
    if deal.state is DealState.OPEN:
        later = packed(deal.terms.closes_at + HOUR)
        rows.append(
            (
                Tap(Text("deals.to_hour"), EXTEND, (deal.id, later)),
                _to(shown, DealStep.EXTEND, Text("deals.to_extend")),
            )
        )
        rows.append(
            (
                _to(shown, DealStep.GOODS, Text("deals.to_change")),
                _to(shown, DealStep.CLOSE, Text("deals.to_close")),
            )
        )
    if deal.state in _CANCELLABLE:
        rows.append((_to(shown, DealStep.REASON, Text("deals.to_cancel")),))
    else:
        rows.append((Tap(Text("deals.to_like_this"), COPY, (deal.id,)),))
    return (*rows, (Tap(Text("deals.to_list"), DEALS, (shown.desk.group.id,)),))


def _extend(shown: DealPage) -> _Page:
    found, terms = shown.shown, shown.shown.deal.terms
    later = [terms.closes_at + HOUR, terms.closes_at + 2 * HOUR, *cutoffs(found.now, found.group.zone)]
    offered = sorted({at for at in later if terms.closes_at < at <= terms.pickup_at})[:4]
    taps = [
        Tap(Text("deals.until", {"when": short(at, found)}), EXTEND, (found.deal.id, packed(at)))
        for at in offered
    ]
    stands = Text("deals.stands", {"stands": when(terms.closes_at, found)})
    return _under(shown, stands, Text("deals.ask_extend")), (*pairs(taps), _back(shown))


def _close(shown: DealPage) -> _Page:
    found = shown.shown
    is_short = rules.missing(found.deal.terms, found.items, found.counts) or not found.counts.homes
    ask = Text("deals.close_short" if is_short else "deals.close", {"homes": found.counts.homes})
    sure = Tap(Text("deals.close_sure"), CLOSE, (found.deal.id,))
    return _under(shown, goal(found), ask), ((sure,), (_to(shown, DealStep.MAIN, Text("deals.close_not")),))


def _goods(shown: DealPage) -> _Page:
    found = shown.shown
    rows = tuple(
        (Tap(_named(item), OF_ITEM, (found.deal.id, DealStep.ITEM, item.id)),) for item in found.items
    )
    return _under(shown, Text("deals.which_item")), (*rows, _back(shown))


def _named(item: Item) -> Text:
    goods = item.goods
    named: dict[str, Param] = {"name": goods.name, "price": Money(goods.price), "unit": goods.unit}
    return Text("deals.item", named)


def _item(shown: DealPage) -> _Page:
    item, deal = shown.item, shown.shown.deal
    if item is None:
        return _goods(shown)
    counted: dict[str, Param] = {"taken": Quantity(item.taken, item.goods.unit)}
    told = (item_line(item, is_open=True), stock_of(item), limit_of(item), Text("deals.taken", counted))
    price = Tap(Text("deals.to_price"), OF_ITEM, (deal.id, DealStep.PRICE, item.id))
    stock = Tap(Text("deals.to_stock"), OF_ITEM, (deal.id, DealStep.RESTOCK, item.id))
    back = _to(shown, DealStep.GOODS, Text("deals.to_goods"))
    return _under(shown, *told, Text("deals.never_dearer")), ((price, stock), (back,))


def _price(shown: DealPage) -> _Page:
    item = shown.item
    if item is None:
        return _goods(shown)
    stands = Text("deals.stands", {"stands": price_text(item.goods, item.goods.price)})
    ask = Text("deals.ask_price", {"name": item.goods.name, "unit": item.goods.unit})
    return _under(shown, stands, ask, Text("deals.never_dearer")), (_to_item(shown, item),)


def _restock(shown: DealPage) -> _Page:
    item = shown.item
    if item is None:
        return _goods(shown)
    counted: dict[str, Param] = {"taken": Quantity(item.taken, item.goods.unit)}
    told = (Text("deals.stands", {"stands": stock_of(item)}), Text("deals.taken", counted))
    ask = Text("deals.ask_restock", {"name": item.goods.name, "unit": item.goods.unit})
    return _under(shown, *told, ask), (
        (Tap(Text("deals.unlimited"), ENDLESS, (item.id,)),),
        _to_item(shown, item),
    )


def _to_item(shown: DealPage, item: Item) -> tuple[Button, ...]:
    return (Tap(Text("deals.back"), OF_ITEM, (shown.shown.deal.id, DealStep.ITEM, item.id)),)


def _reason(shown: DealPage) -> _Page:
    taps = [Tap(Text(f"groupbuy.why_{why}"), SURE, (shown.shown.deal.id, why)) for why in Why]
    return _under(shown, Text("deals.ask_reason")), (*pairs(taps), _back(shown))


def _sure(shown: DealPage) -> _Page:
    found, reason = shown.shown, shown.reason
    asked: dict[str, Param] = {"reason": reason_of(reason), "homes": found.counts.homes}
    sure = Tap(Text("deals.cancel_sure"), CANCEL, (found.deal.id, reason if reason in set(Why) else TYPED))
    stay = _to(shown, DealStep.MAIN, Text("deals.cancel_not"))
    return _under(shown, Text("deals.cancel", asked)), ((sure,), (stay,))


_PAGES: Mapping[DealStep, Callable[[DealPage], _Page]] = {
    DealStep.MAIN: _main,
    DealStep.EXTEND: _extend,
    DealStep.CLOSE: _close,
    DealStep.GOODS: _goods,
    DealStep.ITEM: _item,
    DealStep.PRICE: _price,
    DealStep.RESTOCK: _restock,
    DealStep.REASON: _reason,
    DealStep.SURE: _sure,
}
