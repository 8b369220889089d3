"""Ordering by button under a deal's standing message, and what a message's answer offers."""

from functools import partial

from telegram import Update

from features.app.baskets import Tapped
from features.app.standing import LESS, MINE, MORE
from features.groupbuy.model import Item
from features.orders import rules
from features.orders.model import Did, OrderView
from features.orders.wording import became
from handlers.answers import show, toast
from handlers.context import Context, Place
from handlers.keyboards import tapped_args
from handlers.routes import Routes, on_tap
from kernel.ids import DealId, ItemId, OrderId
from kernel.message import Answer, Money, Quantity, Tap, Text, Toast
from kernel.money import Milli

SET, WAIT = "orders.set", "orders.wait"
_ONE = r":\d{1,18}:\d{1,9}"
_LINE = r":\d{1,18}:\d{1,18}:\d{1,9}:\d{1,9}"
_BRIEF = 8  # lines in a box


async def on_more(update: Update, context: Context) -> None:
    """One more, by a button in the group."""
    _plan_one(update, context, sign=1)


async def on_less(update: Update, context: Context) -> None:
    """One less, by a button in the group."""
    _plan_one(update, context, sign=-1)


def _plan_one(update: Update, context: Context, *, sign: int) -> None:
    item, step = map(int, tapped_args(update))
    if update.effective_user:
        context.plan(
            context.app.baskets.one,
            partial(counted, context.place),
            person=context.person(update.effective_user),
            chat=context.place.chat,
            item=ItemId(item),
            more=Milli(sign * step),
        )


def counted(place: Place, done: Tapped) -> Answer:
    """Tell who tapped what they have now; nobody else sees it."""
    return told(place.to(done.member), done.did, done.view)


def told(place: Place, did: Did | None, view: OrderView | None) -> Toast:
    """Return what became of a tap as a toast; what went wrong is a box to close."""
    if did is None:
        return toast(place, "orders.changed_meanwhile", alert=True)
    is_done = did.now != did.before
    return Toast(became(did, view), place.language, alert=not is_done)


async def on_mine(update: Update, context: Context) -> None:
    """What I have ordered, asked in the group: only who asks sees it."""
    (deal,) = map(int, tapped_args(update))
    if update.effective_user:
        context.plan(
            context.app.baskets.mine,
            partial(mine, context.place),
            person=context.person(update.effective_user),
            chat=context.place.chat,
            deal=DealId(deal),
        )


def mine(place: Place, found: Tapped) -> Answer:
    """Show an order in a box."""
    place = place.to(found.member)
    if found.view is None or not (found.view.lines or found.view.waiting):
        return toast(place, "orders.mine_nothing", alert=True)
    lines = [_brief(item, line.quantity) for item, line in found.view.lines]
    rest = len(lines) - _BRIEF
    more = (Text("orders.and_more", {"count": rest}),) if rest > 0 else ()
    total = Money(rules.goods_of(found.view))
    return toast(place, "orders.mine_is", alert=True, lines=(*lines[:_BRIEF], *more), total=total)


def _brief(item: Item, quantity: Milli) -> Text:
    return Text("orders.brief", {"name": item.goods.name, "quantity": Quantity(quantity, item.goods.unit)})


async def on_set(update: Update, context: Context) -> None:
    """A button that an answer offered: this much, instead of what there is."""
    order, item, quantity, before = map(int, tapped_args(update))
    if update.effective_user:
        context.plan(
            context.app.baskets.set_to,
            partial(settled, context.place),
            person=context.person(update.effective_user),
            order=OrderId(order),
            item=ItemId(item),
            quantity=Milli(quantity),
            before=Milli(before),
        )


def settled(place: Place, done: Tapped) -> Answer:
    """Say it where the offer stood, and take its buttons away; who it is for reads the toast."""
    spoken = place.speaking(done.group.language)
    toasted = told(place.to(done.member), done.did, done.view)
    if done.did is None or done.did.now == done.did.before:
        return toasted
    return show(spoken, became(done.did, done.view)), toasted


async def on_wait(update: Update, context: Context) -> None:
    """A button that lets a home wait for what is sold out."""
    order, item, quantity, _ = map(int, tapped_args(update))
    if update.effective_user:
        context.plan(
            context.app.baskets.wait,
            partial(waits, context.place),
            person=context.person(update.effective_user),
            order=OrderId(order),
            item=ItemId(item),
            quantity=Milli(quantity),
        )


def waits(place: Place, done: tuple[Tapped, bool]) -> Answer:
    """Say that somebody waits now, or did before."""
    found, fresh = done
    place = place.to(found.member)
    return toast(place, "orders.waits_now" if fresh else "orders.waits_already", alert=True)


def offers(did: Did) -> tuple[tuple[Tap, ...], ...]:
    """Return the buttons that lead on from a wish that was not simply done."""
    goods, order = did.wish.item.goods, did.order or OrderId(0)
    rows: list[tuple[Tap, ...]] = []

    def set_to(key: Text, quantity: Milli) -> Tap:
        return Tap(key, SET, (order, did.wish.item.id, quantity, did.before))

    match did.became:
        case "asked":
            wants = did.wish.quantity
            both = Milli(did.before + wants)
            rows.append(
                (
                    set_to(Text("orders.make_it", {"now": Quantity(wants, goods.unit)}), wants),
                    set_to(Text("orders.make_both", {"now": Quantity(both, goods.unit)}), both),
                )
            )
        case "less":
            now = Milli(did.before + did.possible)
            rows.append((set_to(Text("orders.take_that", {"now": Quantity(now, goods.unit)}), now),))
    if did.became in ("less", "sold_out") and goods.stock is not None:
        lacks = Milli(rules.wanted(did.wish, did.before) - did.before - did.possible)
        if lacks > 0:
            label = Text("orders.wait_for", {"quantity": Quantity(lacks, goods.unit)})
            rows.append((Tap(label, WAIT, (order, did.wish.item.id, lacks, did.before)),))
    return tuple(rows)


def routes() -> Routes:
    """Return what taps on orders in a group are routed to."""
    return (
        on_tap(MORE, on_more, _ONE, in_group=True),
        on_tap(LESS, on_less, _ONE, in_group=True),
        on_tap(MINE, on_mine, r":\d{1,18}", in_group=True),
        on_tap(SET, on_set, _LINE, in_group=True),
        on_tap(SET, on_set, _LINE),
        on_tap(WAIT, on_wait, _LINE, in_group=True),
        on_tap(WAIT, on_wait, _LINE),
    )
