"""The growth account: value, points, expiry, history."""

from functools import partial

from telegram import Update

from features.app import Home
from features.growth.model import Card, Entry, Event, History
from features.members.model import Started
from handlers.answers import show
from handlers.context import Context, Place
from handlers.keyboards import tapped_args
from handlers.menu import GROWTH, HISTORY, TO_GROWTH, TO_MENU, lead_to_private
from handlers.routes import Routes, on_command, on_tap, on_words
from kernel.message import Button, Keyboard, Moment, Outgoing, Tap, Text
from texts.catalog import Catalog

_REASONS = {
    Event.REGISTER: Text("growth.reason_register"),
    Event.EXPIRED: Text("growth.reason_expired"),
}


async def on_growth(update: Update, context: Context) -> None:
    """The account at a glance, by word, command or button."""
    user = update.effective_user
    if user is None:
        return
    if not context.place.private:
        lead_to_private(user, context, TO_GROWTH)
        return
    context.plan(context.app.accounts.card, partial(card, context.place), person=context.person(user))


def card(place: Place, home: Home) -> Outgoing:
    """Show value, points, next expiry and what earns them."""
    account = home.card.account
    text = Text(
        "growth.card",
        {
            "growth": account.growth,
            "points": account.points,
            "expiry": _expiry(home.card),
            "register": home.card.register_points,
        },
    )
    keyboard: Keyboard = ((Tap(Text("home.to_history"), HISTORY, (0,)),), (TO_MENU,))
    return show(place.to(home.known.member), text, keyboard)


async def on_history(update: Update, context: Context) -> None:
    """A page of the history, by word or button."""
    user = update.effective_user
    if user is None:
        return
    if not context.place.private:
        lead_to_private(user, context, TO_GROWTH)
        return
    page = int(tapped_args(update)[0]) if tapped_args(update) else 0
    answer, person = partial(history, context.place), context.person(user)
    context.plan(context.app.accounts.history, answer, person=person, page=page)


def history(place: Place, found: tuple[Started, History]) -> Outgoing:
    """Show one page of the history with the way to its neighbours."""
    known, page = found
    lines = tuple(_line(entry, known.group.zone.key) for entry in page.entries)
    shown = lines or Text("growth.nothing_yet")
    text = Text("growth.history", {"lines": shown})
    if page.page > 0 or page.has_more:
        text = Text("growth.history_page", {"page": page.page + 1, "lines": shown})
    turns: list[Button] = []
    if page.page > 0:
        turns.append(Tap(Text("growth.newer"), HISTORY, (page.page - 1,)))
    if page.has_more:
        turns.append(Tap(Text("growth.older"), HISTORY, (page.page + 1,)))
    keyboard: Keyboard = ((*turns,), (TO_MENU,)) if turns else ((TO_MENU,),)
    return show(place.to(known.member), text, keyboard)


def routes(catalog: Catalog) -> Routes:
    """Return what the growth account's updates are routed to, in order."""
    return (
        on_command("growth", on_growth),
        on_command("points", on_growth),
        on_command("history", on_history),
        on_words(catalog.words["growth.card"], on_growth),
        on_words(catalog.words["growth.history"], on_history),
        on_tap(GROWTH, on_growth),
        on_tap(HISTORY, on_history, r":\d{1,4}"),
    )


def _expiry(card: Card) -> Text:
    if card.account.points < 0:
        return Text("growth.debt")
    if card.next_expiry is None:
        return Text("growth.no_expiry")
    return Text("growth.next_expiry", {"points": card.next_expiry.points, "on": card.next_expiry.on})


def _line(entry: Entry, zone: str) -> Text:
    reason = _REASONS[entry.event]
    return Text("growth.line", {"at": Moment(entry.at, zone), "reason": reason, "change": _change(entry)})


def _change(entry: Entry) -> Text:
    growth, points = f"{entry.growth:+d}", f"{entry.points:+d}"
    if entry.growth == 0:
        return Text("growth.change_points", {"points": points})
    if entry.points == 0:
        return Text("growth.change_growth", {"growth": growth})
    return Text("growth.change_both", {"growth": growth, "points": points})
