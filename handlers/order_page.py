"""A deal's page in private: the whole list with + and −, one's own order, and giving it back."""

from functools import partial

from telegram import Update

from features.app.baskets import DealPage, Tapped
from features.app.standing import TO_DEAL, single
from features.coupons.wording import coupon_name
from features.groupbuy.model import DealState, Item
from features.groupbuy.wording import basket, item_line, pay_text, pickup, standing_state
from features.members.model import Member
from features.orders import rules
from features.orders.model import Did, OrderView
from features.payments.rules import owed as owed_of
from features.payments.service import is_payable
from handlers.answers import show, toast
from handlers.context import Context, Place
from handlers.keyboards import tapped_args
from handlers.menu import ORDERS, TO_MENU, lead_to_private
from handlers.orders import told
from handlers.payments import ORDER
from handlers.routes import Routes, on_command, on_payload, on_tap, on_words
from kernel.ids import CouponId, DealId, ItemId, OrderId
from kernel.message import Answer, Keyboard, Money, Outgoing, Param, Quantity, Tap, Text
from kernel.money import NO_MONEY, NOTHING, Fen, Milli
from texts.catalog import Catalog

PAGE, PUT, CLEAR, CLEAR_SURE = "orders.page", "orders.put", "orders.clear", "orders.clear_sure"
COUPON = "orders.coupon"
_ON_PAGE = 6  # goods with buttons
_PAGE_ARGS = r":\d{1,18}:\d{1,3}"


async def on_page(update: Update, context: Context) -> None:
    """A deal's page, by a button."""
    deal, page = map(int, tapped_args(update))
    _plan_page(update, context, DealId(deal), page)


async def on_start_deal(update: Update, context: Context) -> None:
    """Start, pressed by the button of a standing message."""
    payload = context.args[0] if context.args else ""
    _plan_page(update, context, DealId(int(payload.rpartition("-")[2])), 0)


def _plan_page(update: Update, context: Context, deal: DealId, page: int) -> None:
    if update.effective_user:
        context.plan(
            context.app.baskets.start,
            partial(started, context.place, page),
            person=context.person(update.effective_user),
            deal=deal,
        )


async def on_list(update: Update, context: Context) -> None:
    """My orders and what can be ordered, by word, command or button."""
    user = update.effective_user
    if user is None:
        return
    if not context.place.private:
        lead_to_private(user, context, ORDERS)
        return
    context.plan(context.app.baskets.listed, partial(listed, context.place), person=context.person(user))


def listed(place: Place, found: tuple[Member, tuple[DealPage, ...]]) -> Answer:
    """Show the only deal, or let somebody choose one."""
    member, pages = found
    if len(pages) == 1:
        return deal_page(place, 0, pages[0])
    place = place.to(member)
    if not pages:
        return show(place, Text("orders.no_deals"), ((TO_MENU,),))
    rows = tuple(
        (Tap(Text("orders.deal", {"title": each.shown.deal.terms.title}), PAGE, (each.shown.deal.id, 0)),)
        for each in pages
    )
    return show(place, Text("orders.deals"), (*rows, (TO_MENU,)))


async def on_put(update: Update, context: Context) -> None:
    """One more or one less, on the page."""
    item, step, less, page = map(int, tapped_args(update))
    if update.effective_user:
        context.plan(
            context.app.baskets.put,
            partial(put, context.place, page),
            person=context.person(update.effective_user),
            item=ItemId(item),
            more=Milli(-step if less else step),
        )


def put(place: Place, page: int, done: tuple[DealPage, Did | None]) -> Answer:
    """Show the page anew and say what the home has now."""
    shown, did = done
    return deal_page(place, page, shown), told(place.to(shown.member), did, shown.view)


def started(place: Place, page: int, found: DealPage | None) -> Answer:
    """Show the page, or nothing while Telegram is asked who presses Start."""
    return deal_page(place, page, found) if found else None


def deal_page(place: Place, page: int, found: DealPage) -> Outgoing:
    """Show a deal with its goods and what the home has of them."""
    shown, place = found.shown, place.to(found.member)
    deal, items = shown.deal, shown.items
    is_open = deal.state is DealState.OPEN
    pages = max(1, -(-len(items) // _ON_PAGE)) if is_open else 1
    at = min(page, pages - 1)
    here = items[at * _ON_PAGE : (at + 1) * _ON_PAGE] if is_open else ()
    lines = [
        Text("groupbuy.heading", {"title": deal.terms.title}),
        standing_state(shown),
        Text("groupbuy.pickup_line", pickup(shown)),
        pay_text(deal.terms),
    ]
    if is_open:
        lines += [Text("groupbuy.blank"), *(item_line(item, is_open=True) for item in here)]
    lines += [Text("groupbuy.blank"), *_own(found)]
    keyboard: Keyboard = tuple(_row(found, item, at) for item in here)
    return show(
        place, Text("groupbuy.page", {"lines": tuple(lines)}), (*keyboard, *_ways_on(found, at, pages))
    )


def _own(found: DealPage) -> list[Text]:
    view = found.view
    if view is None or not (view.lines or view.waiting):
        return [Text("orders.page_nothing")]
    held = [(item, line.quantity, rules.price_of(item, line)) for item, line in view.lines]
    lines = [Text("orders.page_mine"), *basket(held)]
    lines += _totals(found, view)
    for item, much in view.waiting:
        words: dict[str, Param] = {"name": item.goods.name, "quantity": Quantity(much, item.goods.unit)}
        lines.append(Text("orders.page_waits", words))
    return lines


def _totals(found: DealPage, view: OrderView) -> list[Text]:
    """Return what the order comes to, and what a coupon does to that."""
    goods, discount = rules.goods_of(view), found.discount
    coupon = view.order.off or discount.off
    if coupon:
        words: dict[str, Param] = {"goods": Money(goods), "off": Money(coupon)}
        return [Text("orders.page_with_coupon", words | {"total": Money(Fen(goods - coupon))})]
    lines = [Text("orders.page_total", {"total": Money(goods)})]
    if discount.refused is not None and (why := discount.refused.wording()):
        lines.append(Text("orders.coupon_back", {"why": why}))
    if discount.offer is not None:
        offer = discount.offer
        named: dict[str, Param] = {
            "coupon": coupon_name(offer.coupon.terms, offer.coupon.title),
            "off": Money(offer.off),
        }
        lines.append(Text(f"orders.coupon_{offer.gain}", named))
    return lines


def _row(found: DealPage, item: Item, page: int) -> tuple[Tap, ...]:
    one = single(item)
    held = {each.id: line.quantity for each, line in found.view.lines} if found.view else {}
    words: dict[str, Param] = {
        "name": item.goods.name,
        "now": Quantity(held.get(item.id, NOTHING), item.goods.unit),
    }
    return (
        Tap(Text("orders.one_less", {"name": item.goods.name}), PUT, (item.id, one, 1, page)),
        Tap(Text("orders.has", words), PUT, (item.id, one, 0, page)),
    )


def _ways_on(found: DealPage, page: int, pages: int) -> Keyboard:
    deal, view = found.shown.deal, found.view
    around = []
    if page > 0:
        around.append(Tap(Text("orders.page_back"), PAGE, (deal.id, page - 1)))
    if page + 1 < pages:
        around.append(Tap(Text("orders.page_on"), PAGE, (deal.id, page + 1)))
    rows: list[tuple[Tap, ...]] = [tuple(around)] if around else []
    if view is not None and view.lines and deal.state is DealState.OPEN:
        rows += _coupon_row(found, view)
        rows.append((Tap(Text("orders.to_clear"), CLEAR, (deal.id, view.order.id)),))
    if view is not None and (owed := _to_pay(found, view)) > 0:
        rows.insert(0, (Tap(Text("payments.to_pay", {"amount": Money(owed)}), ORDER, (view.order.id,)),))
    return (*rows, (TO_MENU,))


def _coupon_row(found: DealPage, view: OrderView) -> list[tuple[Tap, ...]]:
    offer = found.discount.offer
    if offer is not None:
        label = Text("orders.use_coupon", {"off": Money(offer.off)})
        return [(Tap(label, COUPON, (view.order.id, offer.coupon.id)),)]
    if found.discount.coupon is not None:
        return [(Tap(Text("orders.no_coupon"), COUPON, (view.order.id, 0)),)]
    return []


async def on_coupon(update: Update, context: Context) -> None:
    """The coupon that was offered is to be used, or none."""
    order, coupon = map(int, tapped_args(update))
    if update.effective_user:
        context.plan(
            context.app.baskets.coupon,
            partial(deal_page, context.place, 0),
            person=context.person(update.effective_user),
            order=OrderId(order),
            coupon=CouponId(coupon) if coupon else None,
        )


def _to_pay(found: DealPage, view: OrderView) -> Fen:
    """Return what the home can pay now: at pick-up the amount is fixed first."""
    return Fen(owed_of(view) - found.discount.off) if is_payable(view) else NO_MONEY


async def on_clear(update: Update, context: Context) -> None:
    """Everything is to be given back: asks once more."""
    deal, order = map(int, tapped_args(update))
    sure = Tap(Text("orders.clear_sure"), CLEAR_SURE, (order,))
    stay = Tap(Text("orders.clear_not"), PAGE, (deal, 0))

    def ask(found: DealPage) -> Answer:
        title = {"title": found.shown.deal.terms.title}
        return show(context.place.to(found.member), Text("orders.clear_ask", title), ((sure,), (stay,)))

    if update.effective_user:
        person = context.person(update.effective_user)
        context.plan(context.app.baskets.page, ask, person=person, deal=DealId(deal))


async def on_clear_sure(update: Update, context: Context) -> None:
    """Everything is given back."""
    (order,) = map(int, tapped_args(update))
    if update.effective_user:
        context.plan(
            context.app.baskets.clear,
            partial(cleared, context.place),
            person=context.person(update.effective_user),
            order=OrderId(order),
        )


def cleared(place: Place, done: Tapped) -> Answer:
    """Say that nothing is ordered any more, with the way back."""
    place, title = place.to(done.member), {"title": done.deal.terms.title}
    again = Tap(Text("orders.order_again"), PAGE, (done.deal.id, 0))
    return show(place, Text("orders.cleared", title), ((again,), (TO_MENU,))), toast(
        place, "orders.cleared_toast"
    )


def routes(catalog: Catalog) -> Routes:
    """Return what a deal's page is routed to."""
    return (
        on_payload(rf"{TO_DEAL}-\d{{1,18}}", on_start_deal),
        on_payload(ORDERS, on_list),
        on_command("orders", on_list),
        on_words(catalog.words["orders.list"], on_list),
        on_tap(ORDERS, on_list),
        on_tap(PAGE, on_page, _PAGE_ARGS),
        on_tap(PUT, on_put, r":\d{1,18}:\d{1,9}:[01]:\d{1,3}"),
        on_tap(COUPON, on_coupon, r":\d{1,18}:\d{1,18}"),
        on_tap(CLEAR, on_clear, r":\d{1,18}:\d{1,18}"),
        on_tap(CLEAR_SURE, on_clear_sure, r":\d{1,18}"),
    )
