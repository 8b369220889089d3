"""The desk of deals and the card of a draft, in words and buttons."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from features.app.deal_desk_model import DealList, DealPage, DeskView, DraftPage, DraftStep, Earlier
from features.app.deal_running import DEAL
from features.groupbuy.answers import packed
from features.groupbuy.drafting import cutoffs, pickups
from features.groupbuy.model import Deal, DealState, GoalKind, Lack, PayMode
from features.groupbuy.wording import standing
from handlers import deal_care
from handlers.answers import say, show
from handlers.context import Place
from handlers.deal_words import (
    CHOICE,
    COPY,
    DRAFT,
    DROP,
    EARLIER,
    ITEM,
    NEW,
    PUBLISH,
    SET,
    TOGGLE,
    UNLIMIT,
    goal_of,
    goods_line,
    limit_of,
    lines,
    pairs,
    pay_of,
    short,
    span,
    stock_of,
    there,
    to_draft,
    when,
)
from handlers.menu import DEALS, GOODS, TO_MENU
from handlers.setup_pages import STEP
from kernel.message import Button, Keyboard, Kind, Money, Outgoing, Param, Tap, Text

_GOALS = ((GoalKind.HOMES, 10), (GoalKind.HOMES, 20), (GoalKind.MONEY, 30_000), (GoalKind.MONEY, 50_000))
_CASES = (GoalKind.CASES, 5)
_PARTS = (
    (DraftStep.GOODS, Lack.GOODS),
    (DraftStep.CUTOFF, Lack.CUTOFF),
    (DraftStep.PICKUP, Lack.PICKUP),
    (DraftStep.GOAL, Lack.GOAL),
    (DraftStep.PAY, None),
    (DraftStep.TITLE, None),
    (DraftStep.NOTE, None),
)
_Page = tuple[Text, Keyboard]


def page(place: Place, shown: DeskView) -> Outgoing:
    """Show one page where its card is; a preview in the language that the group will read."""
    text, keyboard = _worded(shown)
    place, message = place.to(shown.desk.reader), shown.desk.message
    if isinstance(shown, DraftPage) and shown.step is DraftStep.PREVIEW:
        place = place.speaking(shown.desk.group.language)
    if place.tap_id is not None or message is None:
        return show(place, text, keyboard)
    return replace(say(place, text, keyboard), kind=Kind.EDIT, message=message)


def _worded(shown: DeskView) -> _Page:
    match shown:
        case DealList():
            return _list(shown)
        case Earlier():
            return _earlier(shown)
        case DealPage():
            return deal_care.worded(shown)
        case DraftPage():
            return _DRAFT[shown.step](shown)


# -- the list


def _list(shown: DealList) -> _Page:
    group = shown.desk.group
    said = [Text("deals.list", {"group": group.title})]
    if shown.drafts or shown.running:
        said.append(Text("deals.list_hint"))
    elif shown.has_goods:
        said.append(Text("deals.list_empty"))
    if not shown.has_goods:
        said.append(Text("deals.no_goods"))
    begin: list[Button] = [Tap(Text("deals.to_new"), NEW, (group.id,))]
    if shown.last:
        begin.append(Tap(Text("deals.to_like_last"), COPY, (shown.last.id,)))
    rows: list[tuple[Button, ...]] = [(_running(deal),) for deal in shown.running]
    rows += [
        (Tap(Text("deals.draft", _titled(deal)), DRAFT, (deal.id, DraftStep.MAIN)),) for deal in shown.drafts
    ]
    rows += [tuple(begin)] if shown.has_goods else []
    goods = Tap(Text("catalogue.to_goods"), GOODS, (0,))
    earlier = (Tap(Text("deals.to_earlier"), EARLIER, (group.id,)),) if shown.last and shown.has_goods else ()
    return lines(shown.news, None, *said), (*rows, (*earlier, goods), (TO_MENU,))


def _running(deal: Deal) -> Tap:
    return Tap(Text(f"deals.of_{deal.state}", _titled(deal)), DEAL, (deal.id, "main"))


def _titled(deal: Deal) -> dict[str, Param]:
    return {"title": deal.terms.title}


def _earlier(shown: Earlier) -> _Page:
    zone, rows = shown.desk.group.zone, []
    for deal in shown.deals:
        on = deal.terms.closes_at.astimezone(zone).date()
        rows.append((Tap(Text("deals.like", {"title": deal.terms.title, "on": on}), COPY, (deal.id,)),))
    text = Text("deals.earlier" if rows else "deals.earlier_none")
    return lines(None, None, text), (*rows, (Tap(Text("deals.to_list"), DEALS, (shown.desk.group.id,)),))


# -- a draft as a whole


def _heading(shown: DraftPage) -> Text:
    return Text("deals.draft_heading", {"title": shown.shown.deal.terms.title})


def _under(shown: DraftPage, *told: Text) -> Text:
    return lines(shown.news, shown.problem, _heading(shown), *told)


def _main(shown: DraftPage) -> _Page:
    return _under(shown, *_terms(shown), Text("deals.blank"), *_left_to_do(shown)), (
        *(() if shown.lacks else ((to_draft(shown.shown, DraftStep.PREVIEW, Text("deals.to_preview")),),)),
        *pairs([_part(shown, step, lack) for step, lack in _PARTS]),
        (
            to_draft(shown.shown, DraftStep.DROP, Text("deals.to_drop")),
            Tap(Text("deals.to_list"), DEALS, (shown.desk.group.id,)),
        ),
    )


def _part(shown: DraftPage, step: DraftStep, lack: Lack | None) -> Tap:
    label = Text(f"deals.part_{step}")
    if lack in shown.lacks:
        label = Text("deals.lacking", {"label": label})
    return Tap(label, DRAFT, (shown.shown.deal.id, step))


def _terms(shown: DraftPage) -> list[Text]:
    found, terms = shown.shown, shown.shown.deal.terms
    told = [Text("deals.goods", {"count": len(found.items)}), *map(goods_line, found.items)]
    told.append(Text("deals.cutoff", {"when": when(terms.closes_at, found)}))
    told.append(Text("deals.pickup", there(found)))
    told.append(Text("deals.goal", {"goal": goal_of(terms.goal_kind, terms.goal)}))
    told.append(Text("deals.pay", {"pay": pay_of(terms.pay)}))
    return [*told, Text("deals.note", {"note": terms.note})] if terms.note else told


def _left_to_do(shown: DraftPage) -> list[Text]:
    if not shown.lacks:
        return [Text("deals.complete")]
    return [Text("deals.lacks"), *(Text(f"deals.lack_{lack}") for lack in shown.lacks)]


def _preview(shown: DraftPage) -> _Page:
    """Return exactly what the group will read."""
    found = shown.shown
    opened = replace(found, deal=replace(found.deal, state=DealState.OPEN))
    publish = Tap(Text("deals.to_publish"), PUBLISH, (found.deal.id, found.deal.stamp))
    return standing(opened), ((publish,), (to_draft(found),))


def _drop(shown: DraftPage) -> _Page:
    sure = Tap(Text("deals.drop_sure"), DROP, (shown.shown.deal.id,))
    return _under(shown, Text("deals.drop")), ((sure,), (to_draft(shown.shown),))


# -- its goods


def _goods(shown: DraftPage) -> _Page:
    found, choice = shown.shown, shown.choice
    back = (to_draft(found),)
    to_catalogue = (Tap(Text("catalogue.to_goods"), GOODS, (0,)),)
    if choice is None or not (choice.products or found.items):
        return _under(shown, Text("deals.no_goods")), (to_catalogue, back)
    chosen = {item.goods.sku for item in found.items}
    rows: list[tuple[Button, ...]] = [
        (
            Tap(
                Text("deals.withdrawn", {"name": item.goods.name}),
                TOGGLE,
                (found.deal.id, item.goods.sku, 0, 0),
            ),
        )
        for item in found.items
        if item.goods.sku in shown.withdrawn
    ]
    for product in choice.products:
        on = product.sku in chosen
        state = "chosen" if on else ("unready" if product.sku in choice.unready else "unchosen")
        said: dict[str, Param] = {"name": product.name, "price": Money(product.price), "unit": product.unit}
        toggle = Tap(
            Text(f"deals.pick_{state}", said), TOGGLE, (found.deal.id, product.sku, int(not on), choice.at)
        )
        amount = Tap(Text("deals.to_item"), ITEM, (found.deal.id, DraftStep.ITEM, product.sku))
        rows.append((toggle, amount) if on else (toggle,))
    turn: list[Button] = []
    if choice.at > 0:
        turn.append(Tap(Text("catalogue.earlier"), CHOICE, (found.deal.id, choice.at - 1)))
    if choice.at + 1 < choice.pages:
        turn.append(Tap(Text("catalogue.later"), CHOICE, (found.deal.id, choice.at + 1)))
    told = (Text("deals.choose_goods"), Text("deals.goods", {"count": len(found.items)}))
    text = _under(shown, *told, *map(goods_line, found.items))
    return text, (*rows, *((tuple(turn),) if turn else ()), (*back, *to_catalogue))


def _item(shown: DraftPage) -> _Page:
    item, deal = shown.item, shown.shown.deal
    if item is None:
        return _goods(shown)
    sku = item.goods.sku
    text = _under(shown, goods_line(item))
    amounts = (
        Tap(Text("deals.to_stock"), ITEM, (deal.id, DraftStep.STOCK, sku)),
        Tap(Text("deals.to_limit"), ITEM, (deal.id, DraftStep.LIMIT, sku)),
    )
    off = Tap(Text("deals.to_leave_out"), TOGGLE, (deal.id, sku, 0, 0))
    return text, (amounts, (off,), (to_draft(shown.shown, DraftStep.GOODS, Text("deals.to_goods")),))


def _amount(shown: DraftPage) -> _Page:
    item, deal = shown.item, shown.shown.deal
    if item is None:
        return _goods(shown)
    stands = stock_of(item) if shown.step is DraftStep.STOCK else limit_of(item)
    ask = Text(f"deals.ask_{shown.step}", {"name": item.goods.name, "unit": item.goods.unit})
    text = _under(shown, Text("deals.stands", {"stands": stands}), ask)
    free = Tap(Text("deals.unlimited"), UNLIMIT, (deal.id, shown.step, item.goods.sku))
    back = Tap(Text("deals.back"), ITEM, (deal.id, DraftStep.ITEM, item.goods.sku))
    return text, ((free,), (back,))


# -- its terms, one by one


def _cutoff(shown: DraftPage) -> _Page:
    found = shown.shown
    stands = Text("deals.stands", {"stands": when(found.deal.terms.closes_at, found)})
    taps = [
        Tap(short(at, found), SET, (found.deal.id, "cutoff", packed(at)))
        for at in cutoffs(found.now, found.group.zone)
    ]
    return _under(shown, stands, Text("deals.ask_cutoff")), (*pairs(taps), (to_draft(found),))


def _pickup(shown: DraftPage) -> _Page:
    found, terms = shown.shown, shown.shown.deal.terms
    if not shown.points:
        to_setup = Tap(Text("deals.to_points"), STEP, (shown.desk.group.id, "points"))
        return _under(shown, Text("deals.no_points")), ((to_setup,), (to_draft(found),))
    points = [
        (
            Tap(
                Text("deals.point_on" if point.id == terms.point else "deals.point", {"name": point.name}),
                SET,
                (found.deal.id, "point", point.id),
            ),
        )
        for point in shown.points
    ]
    times = [
        Tap(span(opens, ends, found), SET, (found.deal.id, "pickup", f"{packed(opens)}-{packed(ends)}"))
        for opens, ends in pickups(terms, found.group.zone)
    ]
    stands = Text("deals.stands", {"stands": Text("deals.there", there(found))})
    text = _under(shown, stands, Text("deals.ask_pickup"))
    return text, (*points, *pairs(times), (to_draft(found),))


def _goal(shown: DraftPage) -> _Page:
    found, terms = shown.shown, shown.shown.deal.terms
    stands = Text("deals.stands", {"stands": goal_of(terms.goal_kind, terms.goal)})
    offered = [(GoalKind.NONE, 0), *_GOALS]
    if any(item.goods.case for item in found.items):
        offered.append(_CASES)
    taps = [
        Tap(goal_of(kind, number), SET, (found.deal.id, "goal", f"{kind}-{number}"))
        for kind, number in offered
    ]
    return _under(shown, stands, Text("deals.ask_goal")), (*pairs(taps), (to_draft(found),))


def _pay(shown: DraftPage) -> _Page:
    found = shown.shown
    taps = [(Tap(pay_of(mode), SET, (found.deal.id, "pay", mode)),) for mode in PayMode]
    stands = Text("deals.stands", {"stands": pay_of(found.deal.terms.pay)})
    return _under(shown, stands, Text("deals.ask_pay")), (*taps, (to_draft(found),))


def _title(shown: DraftPage) -> _Page:
    return _under(shown, Text("deals.ask_title")), ((to_draft(shown.shown),),)


def _note(shown: DraftPage) -> _Page:
    found = shown.shown
    note = found.deal.terms.note
    stands = (Text("deals.stands", {"stands": note}),) if note else ()
    none = ((Tap(Text("deals.no_note"), SET, (found.deal.id, "note", "none")),),) if note else ()
    return _under(shown, *stands, Text("deals.ask_note")), (*none, (to_draft(found),))


_DRAFT: Mapping[DraftStep, Callable[[DraftPage], _Page]] = {
    DraftStep.MAIN: _main,
    DraftStep.GOODS: _goods,
    DraftStep.ITEM: _item,
    DraftStep.STOCK: _amount,
    DraftStep.LIMIT: _amount,
    DraftStep.CUTOFF: _cutoff,
    DraftStep.PICKUP: _pickup,
    DraftStep.GOAL: _goal,
    DraftStep.PAY: _pay,
    DraftStep.TITLE: _title,
    DraftStep.NOTE: _note,
    DraftStep.PREVIEW: _preview,
    DraftStep.DROP: _drop,
}
