"""A member's pick-up code: shown with its picture, passed on to a friend, collected elsewhere."""

from dataclasses import replace
from functools import partial

from telegram import Update

from features.app.handing_news import CODE, DOOR, FRIEND, PLACE, buttons, own_code, picture
from features.app.model import Places
from features.collection.model import OwnCode
from features.pickup.model import PickupPoint
from handlers.answers import say
from handlers.context import Context, Place
from handlers.keyboards import tapped_args
from handlers.menu import TO_MENU, lead_to_private
from handlers.pickup import TO_CHOOSE, named, places
from handlers.routes import Routes, on_payload, on_tap, on_words
from kernel.ids import OrderId, PickupPointId, UserId
from kernel.message import Answer, MessageClass, Money, Outgoing, Param, Tap, Text
from kernel.money import Fen
from texts.catalog import Catalog

TO_CODES = "codes"  # a Start payload
_TAKE = "collection.take_place"
_NUMBER = r":\d{1,18}"


async def on_codes(update: Update, context: Context) -> None:
    """My code, by word or button; where nothing waits, the places."""
    user = update.effective_user
    if user is None:
        return
    if not context.place.private:
        lead_to_private(user, context, TO_CODES)
        return
    own, person = context.app.fulfilment.handing, context.person(user)
    context.plan(own.waiting_for, partial(codes, context.place.apart()), person=person)


def codes(place: Place, found: tuple[OwnCode, ...] | Places) -> Answer:
    """Show each code as a picture that staff can scan, or where goods are picked up."""
    if isinstance(found, Places):
        return places(place, found)
    return tuple(_code(place, own, is_last=own is found[-1]) for own in found)


def _code(place: Place, own: OwnCode, *, is_last: bool) -> Outgoing:
    rows = buttons(own.parcel.order, has_door=own.has_door)
    said = say(place, own_code(own), (*rows, (TO_CHOOSE,)) if is_last else rows)
    return replace(said, file=picture(own.code.digits), message_class=MessageClass.RECEIPT)


async def on_friend(update: Update, context: Context) -> None:
    """A neighbour is to collect: a code of its own, to be forwarded."""
    if update.effective_user:
        context.plan(
            context.app.fulfilment.collection.friends_code,
            partial(friends, context.place.apart()),
            user=UserId(update.effective_user.id),
            order=OrderId(int(tapped_args(update)[0])),
        )


def friends(place: Place, own: OwnCode) -> Answer:
    """Show a message that can be forwarded as it is; it names nobody."""
    said = say(place, own_code(own))
    forward = replace(said, file=picture(own.code.digits), message_class=MessageClass.RECEIPT)
    return forward, say(place, Text("collection.friends_how"))


async def on_door(update: Update, context: Context) -> None:
    """An order is to be brought to the door: where is that?"""
    if update.effective_user:
        context.plan(
            context.app.fulfilment.door.ask,
            partial(ask_address, context.place.apart()),
            user=UserId(update.effective_user.id),
            order=OrderId(int(tapped_args(update)[0])),
        )


def ask_address(place: Place, fee: Fen) -> Answer:
    """Ask for the address, and say what it costs."""
    return say(place, Text("collection.door_ask", {"fee": Money(fee)}), ((TO_MENU,),))


def brought(place: Place, own: OwnCode) -> Answer:
    """Confirm where an order is brought."""
    words: dict[str, Param] = {"address": own.parcel.address, "fee": Money(own.parcel.fee)}
    return say(place, Text("collection.door_is", words), ((TO_MENU,),))


async def on_place(update: Update, context: Context) -> None:
    """An order is to be collected elsewhere: where?"""
    order = OrderId(int(tapped_args(update)[0]))
    if update.effective_user:
        context.plan(
            context.app.fulfilment.handing.other_places,
            partial(other_places, context.place.apart(), order),
            user=UserId(update.effective_user.id),
            order=order,
        )


def other_places(place: Place, order: OrderId, found: tuple[PickupPoint, ...]) -> Answer:
    """Offer the other places of the group."""
    if not found:
        return say(place, Text("collection.one_place"), ((TO_MENU,),))
    rows = tuple(
        (Tap(Text("pickup.choice", {"name": p.name, "hours": p.hours}), _TAKE, (order, p.id)),) for p in found
    )
    return say(place, Text("collection.which_place"), rows)


async def on_take(update: Update, context: Context) -> None:
    """The other place was chosen."""
    order, point = map(int, tapped_args(update))
    if update.effective_user:
        context.plan(
            context.app.fulfilment.arriving.move_own,
            partial(moved, context.place.apart()),
            user=UserId(update.effective_user.id),
            order=OrderId(order),
            point=PickupPointId(point),
        )


def moved(place: Place, point: PickupPoint) -> Answer:
    """Confirm where an order is collected."""
    return say(place, Text("collection.place_is", {"point": named(point)}), ((TO_MENU,),))


def routes(catalog: Catalog) -> Routes:
    """Return what members' codes are routed to."""
    return (
        on_payload(TO_CODES, on_codes),
        on_words(catalog.words["collection.codes"], on_codes),
        on_tap(CODE, on_codes),
        on_tap(FRIEND, on_friend, _NUMBER),
        on_tap(PLACE, on_place, _NUMBER),
        on_tap(DOOR, on_door, _NUMBER),
        on_tap(_TAKE, on_take, _NUMBER + _NUMBER),
    )
