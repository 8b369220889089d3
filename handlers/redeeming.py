"""Points changed into coupons: what each costs, how often this month, one tap."""

from functools import partial

from telegram import Update

from features.app.redeeming import KINDS, Swap, SwapPage, Swapped, month_word
from features.coupons.model import Kind
from features.coupons.wording import coupon_name
from handlers.answers import show, toast
from handlers.context import Context, Place
from handlers.coupons import TO_WALLET, line
from handlers.keyboards import tapped_args
from handlers.menu import REDEEM, TO_COUPONS, TO_MENU, lead_to_private
from handlers.routes import Routes, on_tap, on_words
from kernel.message import Answer, Outgoing, Tap, Text
from texts.catalog import Catalog

_SWAP = "coupons.swap"


async def on_redeem(update: Update, context: Context) -> None:
    """What points can be changed into, by word or button."""
    user = update.effective_user
    if user is None:
        return
    if not context.place.private:
        lead_to_private(user, context, TO_COUPONS)
        return
    person = context.person(user)
    context.plan(context.app.redeeming.page, partial(swaps, context.place), person=person)


def swaps(place: Place, found: SwapPage) -> Outgoing:
    """Show the points, what each thing costs, and a button for what can be had now."""
    lines = tuple(_line(each, found) for each in found.swaps)
    text = Text("coupons.redeem", {"points": found.points, "lines": lines, "days": found.days})
    month = month_word(found.month)
    rows = tuple(
        (
            Tap(
                Text("coupons.swap", {"name": coupon_name(each.terms), "cost": each.cost}),
                _SWAP,
                (each.terms.kind, month, each.used + 1),
            ),
        )
        for each in found.swaps
        if _can(each, found)
    )
    return show(place.to(found.known.member), text, (*rows, (TO_WALLET, TO_MENU)))


def _can(swap: Swap, found: SwapPage) -> bool:
    return swap.is_offered and swap.used < found.limit and found.points >= swap.cost


def _line(swap: Swap, found: SwapPage) -> Text:
    why = Text("coupons.swap_used", {"used": swap.used, "limit": found.limit})
    if not swap.is_offered:
        why = Text("coupons.swap_not_offered")
    elif swap.used >= found.limit:
        why = Text("coupons.swap_often", {"limit": found.limit})
    elif found.points < swap.cost:
        why = Text("coupons.swap_missing", {"missing": swap.cost - found.points})
    return Text("coupons.swap_line", {"name": coupon_name(swap.terms), "cost": swap.cost, "why": why})


async def on_swap(update: Update, context: Context) -> None:
    """A tap that changes points."""
    if update.effective_user:
        kind, month, nth = tapped_args(update)
        context.plan(
            context.app.redeeming.redeem,
            partial(swapped, context.place),
            person=context.person(update.effective_user),
            kind=Kind(kind),
            month=month,
            nth=int(nth),
        )


def swapped(place: Place, done: Swapped) -> Answer:
    """Show what the points became, and how many are left."""
    place, piece = place.to(done.known.member), line(done.coupon, done.known.group.zone, done.now)
    text = Text("coupons.swapped", {"line": piece, "cost": done.cost, "points": done.points})
    keyboard = ((Tap(Text("coupons.to_redeem"), REDEEM), TO_WALLET), (TO_MENU,))
    return show(place, text, keyboard), toast(place, "coupons.swapped_toast")


def routes(catalog: Catalog) -> Routes:
    """Return what changing points is routed to, in order."""
    kinds = "|".join(KINDS)
    return (
        on_words(catalog.words["coupons.redeem"], on_redeem),
        on_tap(REDEEM, on_redeem),
        on_tap(_SWAP, on_swap, rf":({kinds}):\d{{4}}-\d{{2}}:\d{{1,2}}"),
    )
