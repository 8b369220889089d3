"""Staff's page of a deal: goods arrive, some are missing, come later or elsewhere; lists to pack by."""

from functools import partial

from telegram import Update

from features.app.handing import LEFT
from features.collection import rules
from features.collection.arriving import minutes_of, stamp_of
from features.collection.model import Came, Handover, Short
from features.groupbuy.model import Deal
from features.members.model import Group
from handlers.answers import show, toast
from handlers.checkoff import DEAL
from handlers.context import Context, Place
from handlers.keyboards import tapped_args
from handlers.menu import ARRIVALS, TO_MENU
from handlers.packing import LISTS
from handlers.routes import IN_PRIVATE, Routes, on_command, on_tap, on_words
from handlers.staff import lead_staff, on_link
from kernel.ids import DealId, ItemId, PickupPointId, UserId
from kernel.message import Answer, Keyboard, Moment, Money, Outgoing, Param, Quantity, Tap, Text
from kernel.money import Milli
from texts.catalog import Catalog

_ARRIVE, _CAME, _SHORT, _SHARES = (
    "collection.arrive",
    "collection.came",
    "collection.short",
    "collection.shares",
)
_LATER, _DELAY, _PLACES, _MOVE = (
    "collection.later",
    "collection.delay",
    "collection.places",
    "collection.move",
)
_CLOSE = "collection.close"
_PAYLOAD = "arrivals"  # of Start, before the group
_NUMBER = r":\d{1,18}"
_STAMP = r":[0-9a-f]{12}"
_HOURS = (1, 2, 4, 0)  # later; 0: the next day at the same hour
_LESS = (1, 2, 5)  # steps that did not come
_SHOWN = 20  # shares in a message
_NEW_STAMP = stamp_of(())


async def on_arrivals(update: Update, context: Context) -> None:
    """The deals whose goods are under way or handed out."""
    user = update.effective_user
    if user is None:
        return
    if not context.place.private:
        lead_staff(user, context, _PAYLOAD)
        return
    context.plan(context.app.fulfilment.arriving.deals, partial(deals, context.place), user=UserId(user.id))


def deals(place: Place, found: tuple[tuple[Deal, Group], ...]) -> Answer:
    """Let staff choose a deal."""
    if not found:
        return show(place, Text("collection.no_deals"), ((TO_MENU,),))
    rows = tuple(
        (Tap(Text(f"collection.deal_{deal.state}", {"title": deal.terms.title}), DEAL, (deal.id,)),)
        for deal, _ in found
    )
    return show(place, Text("collection.deals"), (*rows, (TO_MENU,)))


async def on_deal(update: Update, context: Context) -> None:
    """The page of a deal."""
    _plan_page(update, context, page)


def _plan_page(update: Update, context: Context, shown: object) -> None:
    if update.effective_user and callable(shown):
        context.plan(
            context.app.fulfilment.arriving.page,
            partial(shown, context.place),
            user=UserId(update.effective_user.id),
            deal=DealId(int(tapped_args(update)[0])),
        )


def page(place: Place, found: Handover) -> Outgoing:
    """Show how far a deal's goods have come, and what can be done."""
    zone, deal = found.group.zone, found.deal
    until = deal.terms.pickup_until.astimezone(zone)
    words: dict[str, Param] = {
        "title": deal.terms.title,
        "place": found.point.name if found.point else "–",
        "at": Moment(deal.terms.pickup_at, zone.key),
        "until": f"{until:%H:%M}",
        "homes": found.progress.homes,
        "done": found.progress.homes - found.progress.waiting,
        "lines": tuple(_came(each) for each in found.came if each.ordered),
    }
    is_coming = deal.state in rules.BEFORE
    text = Text("collection.page_before" if is_coming else "collection.page_here", words)
    return show(place, text, _keyboard(found))


def _came(came: Came) -> Text:
    words: dict[str, Param] = {
        "name": came.name,
        "ordered": Quantity(came.ordered, came.unit),
        "came": Quantity(came.came, came.unit),
    }
    return Text("collection.came_all" if came.came == came.ordered else "collection.came_less", words)


def _keyboard(found: Handover) -> Keyboard:
    own = (found.deal.id,)
    missing = Tap(Text("collection.to_short"), _SHORT, own)
    around = (
        (Tap(Text("collection.to_lists"), LISTS, own), Tap(Text("collection.to_move"), _PLACES, own)),
        (Tap(Text("collection.to_deals"), ARRIVALS),),
    )
    if found.deal.state in rules.BEFORE:
        arrive = Tap(Text("collection.to_arrive"), _ARRIVE, (*own, _NEW_STAMP))
        if found.is_short:
            arrive = Tap(Text("collection.to_shares"), _SHARES, own)
        return (arrive,), (missing, Tap(Text("collection.to_later"), _LATER, own)), *around
    if found.deal.state not in rules.HERE:
        return around
    shares = ((Tap(Text("collection.to_shares"), _SHARES, own),),) if found.is_short else ()
    left = (Tap(Text("collection.to_left"), LEFT, (*own, 0)), missing)
    return (*shares, left, *around[:1], (Tap(Text("collection.to_close"), _CLOSE, own),), *around[1:])


# -- what came


async def on_short(update: Update, context: Context) -> None:
    """Something is missing: of what?"""
    _plan_page(update, context, short)


def short(place: Place, found: Handover) -> Answer:
    """Show each of the goods with buttons for how much of it is missing."""
    rows = [row for came in found.came if came.ordered and not came.settled for row in _less(came)]
    on = Tap(Text("collection.to_shares"), _SHARES, (found.deal.id,))
    back = Tap(Text("collection.to_deal"), DEAL, (found.deal.id,))
    lines = tuple(_came(each) for each in found.came if each.ordered)
    words: dict[str, Param] = {"title": found.deal.terms.title, "lines": lines}
    keyboard = (*rows, *(((on,),) if found.is_short else ()), (back,))
    return show(place, Text("collection.short", words), keyboard)


def _less(came: Came) -> Keyboard:
    """Return the buttons of one of the goods: so much less came, or all of it did."""
    fewer = [Milli(came.step * steps) for steps in _LESS if came.came >= came.step * steps]
    head = Tap(Text("collection.came_reset", {"name": came.name}), _CAME, (came.item, came.ordered))
    less = tuple(
        Tap(Text("collection.less", {"less": Quantity(gone, came.unit)}), _CAME, (came.item, left))
        for gone, left in ((gone, came.came - gone) for gone in fewer)
    )
    return ((head,), less) if less else ((head,),)


async def on_came(update: Update, context: Context) -> None:
    """So much of it came."""
    item, quantity = map(int, tapped_args(update))
    if update.effective_user:
        context.plan(
            context.app.fulfilment.arriving.set_came,
            partial(short, context.place),
            user=UserId(update.effective_user.id),
            item=ItemId(item),
            quantity=Milli(quantity),
        )


async def on_shares(update: Update, context: Context) -> None:
    """Who would get how much: nothing is given yet."""
    if update.effective_user:
        context.plan(
            context.app.fulfilment.handing.shares,
            partial(shares, context.place),
            user=UserId(update.effective_user.id),
            deal=DealId(int(tapped_args(update)[0])),
        )


def shares(place: Place, found: tuple[Handover, tuple[Short, ...]]) -> Answer:
    """Show who gets less, and ask whether that shall be so."""
    handover, less = found
    own = (handover.deal.id,)
    lines = [_share(each) for each in less[:_SHOWN]]
    if len(less) > _SHOWN:
        lines.append(Text("collection.and_homes", {"count": len(less) - _SHOWN}))
    is_here = handover.deal.state in rules.HERE
    label = Text("collection.share_sure" if is_here else "collection.arrive_sure")
    sure = Tap(label, _ARRIVE, (*own, stamp_of(less)))
    back = Tap(Text("collection.share_not"), _SHORT, own)
    words: dict[str, Param] = {"title": handover.deal.terms.title, "lines": tuple(lines)}
    return show(place, Text("collection.shares", words), ((sure,), (back,)))


def _share(short: Short) -> Text:
    words: dict[str, Param] = {
        "name": short.name or Text("members.nameless"),
        "goods": short.goods,
        "ordered": Quantity(short.ordered, short.unit),
        "given": Quantity(short.given, short.unit),
        "back": Money(short.back),
    }
    return Text("collection.share", words)


async def on_arrive(update: Update, context: Context) -> None:
    """It is there, shared out as it was shown."""
    deal, stamp = tapped_args(update)
    if update.effective_user:
        context.plan(
            context.app.fulfilment.handing.arrive,
            partial(arrived, context.place),
            user=UserId(update.effective_user.id),
            deal=DealId(int(deal)),
            stamp=stamp,
        )


def arrived(place: Place, done: tuple[Handover, tuple[Short, ...]]) -> Answer:
    """Show the page as it is now; everybody is being told."""
    return page(place, done[0]), toast(place, "collection.arrived_toast")


# -- later, elsewhere, over


async def on_later(update: Update, context: Context) -> None:
    """It comes later: how much?"""
    _plan_page(update, context, later)


def later(place: Place, found: Handover) -> Answer:
    """Offer some delays; a button only works while the time is the one shown."""
    deal, zone = found.deal, found.group.zone.key
    shown = minutes_of(deal.terms.pickup_at)
    taps = tuple(
        Tap(
            Text("collection.hours_later", {"hours": hours}) if hours else Text("collection.day_later"),
            _DELAY,
            (deal.id, hours, shown),
        )
        for hours in _HOURS
    )
    words: dict[str, Param] = {"title": deal.terms.title, "at": Moment(deal.terms.pickup_at, zone)}
    back = Tap(Text("collection.to_deal"), DEAL, (deal.id,))
    return show(place, Text("collection.later", words), (taps[:2], taps[2:], (back,)))


async def on_delay(update: Update, context: Context) -> None:
    """It comes so much later."""
    deal, hours, shown = map(int, tapped_args(update))
    if update.effective_user:
        context.plan(
            context.app.fulfilment.arriving.delay,
            partial(told_page, context.place),
            user=UserId(update.effective_user.id),
            deal=DealId(deal),
            hours=hours,
            shown=shown,
        )


def told_page(place: Place, found: Handover) -> Answer:
    """Show the page; everybody is told once."""
    return page(place, found), toast(place, "collection.telling_toast")


async def on_places(update: Update, context: Context) -> None:
    """It is collected elsewhere: where?"""
    _plan_page(update, context, other_places)


def other_places(place: Place, found: Handover) -> Answer:
    """Offer the other open places of the group."""
    deal = found.deal
    rows = tuple(
        (Tap(Text("pickup.choice", {"name": p.name, "hours": p.hours}), _MOVE, (deal.id, p.id)),)
        for p in found.points
        if p.id != deal.terms.point
    )
    key = "collection.move" if rows else "collection.one_place"
    back = Tap(Text("collection.to_deal"), DEAL, (deal.id,))
    return show(place, Text(key), (*rows, (back,)))


async def on_move(update: Update, context: Context) -> None:
    """The other place was chosen."""
    deal, point = map(int, tapped_args(update))
    if update.effective_user:
        context.plan(
            context.app.fulfilment.arriving.move_place,
            partial(told_page, context.place),
            user=UserId(update.effective_user.id),
            deal=DealId(deal),
            point=PickupPointId(point),
        )


async def on_close(update: Update, context: Context) -> None:
    """Collecting is over."""
    if update.effective_user:
        context.plan(
            context.app.fulfilment.collection.close,
            partial(closed, context.place),
            user=UserId(update.effective_user.id),
            deal=DealId(int(tapped_args(update)[0])),
        )


def closed(place: Place, deal: Deal) -> Answer:
    """Say that it is over."""
    back = Tap(Text("collection.to_deals"), ARRIVALS)
    return show(place, Text("collection.closed", {"title": deal.terms.title}), ((back,),))


def routes(catalog: Catalog) -> Routes:
    """Return what arrivals are routed to, in order."""
    return (
        on_link(rf"{_PAYLOAD}-\d", on_arrivals),
        on_command("arrived", on_arrivals),
        on_words(catalog.words["collection.arrivals"], on_arrivals, IN_PRIVATE),
        on_tap(ARRIVALS, on_arrivals),
        on_tap(DEAL, on_deal, _NUMBER),
        on_tap(_SHORT, on_short, _NUMBER),
        on_tap(_CAME, on_came, rf"{_NUMBER}:\d{{1,12}}"),
        on_tap(_SHARES, on_shares, _NUMBER),
        on_tap(_ARRIVE, on_arrive, _NUMBER + _STAMP),
        on_tap(_LATER, on_later, _NUMBER),
        on_tap(_DELAY, on_delay, rf"{_NUMBER}:\d{{1,2}}:\d{{1,10}}"),
        on_tap(_PLACES, on_places, _NUMBER),
        on_tap(_MOVE, on_move, _NUMBER + _NUMBER),
        on_tap(_CLOSE, on_close, _NUMBER),
    )
