"""Where a member picks up: asked after consent, changed later."""

from functools import partial

from telegram import Update

from features.app import Home
from features.app.model import Chosen, Places
from features.pickup.model import PickupPoint
from handlers.answers import show, toast
from handlers.context import Context, Place
from handlers.keyboards import tapped_args
from handlers.menu import TO_HOME, TO_MENU, lead_to_private, menu_keyboard, show_menu
from handlers.routes import Routes, on_tap, on_words
from kernel.ids import PickupPointId
from kernel.message import Answer, Button, Outgoing, Param, Tap, Text
from texts.catalog import Catalog

CHOOSE = "pickup.choose"
_TAKE, _LATER = "pickup.take", "pickup.later"

TO_CHOOSE: Button = Tap(Text("pickup.to_choose"), CHOOSE)  # for the settings


def choice_card(place: Place, home: Home) -> Outgoing:
    """Ask a member where they pick up."""
    first = not home.card.account.growth
    text = Text(
        "pickup.choose_first" if first else "pickup.choose_anew",
        {"name": home.known.name, "group": home.known.group.title},
    )
    rows = tuple((_take(point),) for point in home.choices)
    later = Tap(Text("pickup.later"), _LATER)
    return show(place.to(home.known.member), text, (*rows, (later,)))


async def on_choose(update: Update, context: Context) -> None:
    """The list of points, by word or from the settings."""
    user = update.effective_user
    if user is None:
        return
    if not context.place.private:
        lead_to_private(user, context, TO_HOME)
        return
    person = context.person(user)
    context.plan(context.app.arrival.places, partial(places, context.place), person=person)


def places(place: Place, found: Places) -> Answer:
    """Show where the member picks up, and where else they could."""
    place = place.to(found.known.member)
    if not found.points:
        return show(place, Text("pickup.none", {"group": found.known.group.title}), ((TO_MENU,),))
    text = Text("pickup.places_none")
    if found.chosen is not None:
        only = len(found.points) == 1
        text = Text("pickup.places_only" if only else "pickup.places", {"chosen": named(found.chosen)})
    others = [point for point in found.points if point != found.chosen]
    return show(place, text, (*((_take(point),) for point in others), (TO_MENU,)))


async def on_take(update: Update, context: Context) -> None:
    """A tap on a point."""
    if update.effective_user:
        context.plan(
            context.app.arrival.choose,
            partial(chosen, context.place),
            person=context.person(update.effective_user),
            point=PickupPointId(int(tapped_args(update)[0])),
        )


def chosen(place: Place, done: Chosen) -> Answer:
    """Confirm the place, and the reward when it completed the registration."""
    place, account = place.to(done.home.known.member), done.home.card.account
    stands: dict[str, Param] = {
        "point": named(done.point),
        "growth": account.growth,
        "points": account.points,
    }
    if not done.credited:
        return show(place, Text("pickup.chosen", stands), menu_keyboard(is_staff=done.home.is_staff)), toast(
            place, "pickup.chosen_toast"
        )
    earned = done.home.card.register_points
    text = Text("pickup.chosen_first", stands | {"earned": earned, "name": done.home.known.name})
    return show(place, text, menu_keyboard(is_staff=done.home.is_staff)), toast(
        place, "members.consented_toast", earned=earned
    )


async def on_later(update: Update, context: Context) -> None:
    """The button beside the points."""
    if update.effective_user:
        person = context.person(update.effective_user)
        context.plan(context.app.arrival.menu, partial(show_menu, context.place), person=person)


def routes(catalog: Catalog) -> Routes:
    """Return what choosing a place is routed to, in order."""
    return (
        on_words(catalog.words["pickup.places"], on_choose),
        on_tap(CHOOSE, on_choose),
        on_tap(_TAKE, on_take, r":\d{1,18}"),
        on_tap(_LATER, on_later),
    )


def _take(point: PickupPoint) -> Tap:
    return Tap(Text("pickup.choice", {"name": point.name, "hours": point.hours}), _TAKE, (point.id,))


def named(point: PickupPoint) -> Text:
    """Return what a pick-up point is called, with its hours."""
    return Text("pickup.point", {"name": point.name, "hours": point.hours})
