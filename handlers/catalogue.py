"""The catalogue in the private chat of staff: one card, changed in place."""

from functools import partial

from telegram import Update

from features.app.goods_model import View
from features.catalogue.model import Field
from features.members.model import Person
from handlers.answers import toast
from handlers.catalogue_pages import ADD, ASK, CARD, COPY, FIELDS, PICK, SKIPPED, SWITCH, page
from handlers.context import Context, Place
from handlers.keyboards import decode, tapped_args
from handlers.menu import GOODS
from handlers.routes import IN_PRIVATE, Routes, on_command, on_tap, on_words
from handlers.staff import lead_staff, on_link
from kernel.ids import MessageId, ProductId
from kernel.message import Answer
from texts.catalog import Catalog

_NUMBER = r":\d{1,18}"


async def on_goods(update: Update, context: Context) -> None:
    """The list, by command, word, link or button."""
    user = update.effective_user
    if user is None:
        return
    if not context.place.private:
        lead_staff(user, context, "goods")
        return
    args = tapped_args(update)
    context.plan(
        context.app.goods.list,
        partial(page, context.place),
        person=context.person(user),
        page=int(args[0]) if args else 0,
        message=_card(context),
    )


async def on_card(update: Update, context: Context) -> None:
    """One product, or the list of what can be changed of it."""
    if asked := _asked(update, context):
        person, message = asked
        context.plan(
            context.app.goods.card,
            partial(page, context.place),
            person=person,
            product=ProductId(int(tapped_args(update)[0])),
            fields=_act(update) == FIELDS,
            message=message,
        )


async def on_add(update: Update, context: Context) -> None:
    """A new product, like another or not."""
    if asked := _asked(update, context):
        person, message = asked
        args = tapped_args(update)
        context.plan(
            context.app.goods.begin,
            partial(page, context.place),
            person=person,
            like=ProductId(int(args[0])) if args else None,
            message=message,
        )


async def on_ask(update: Update, context: Context) -> None:
    """A field that is to be changed."""
    number, field = tapped_args(update)
    if asked := _asked(update, context):
        person, message = asked
        context.plan(
            context.app.goods.ask,
            partial(page, context.place),
            person=person,
            product=ProductId(int(number)),
            field=Field(field),
            message=message,
        )


async def on_pick(update: Update, context: Context) -> None:
    """An offered answer, or none."""
    field, choice = tapped_args(update)
    if asked := _asked(update, context):
        person, message = asked
        context.plan(
            context.app.goods.pick,
            partial(picked, context.place),
            person=person,
            field=Field(field),
            choice="" if choice == SKIPPED else choice,
            message=message,
        )


async def on_switch(update: Update, context: Context) -> None:
    """Into the sale, or out of it."""
    number, active = tapped_args(update)
    if asked := _asked(update, context):
        person, message = asked
        context.plan(
            context.app.goods.switch,
            partial(page, context.place),
            person=person,
            product=ProductId(int(number)),
            active=active == "1",
            message=message,
        )


def picked(place: Place, shown: View | None) -> Answer:
    """Show what comes next; a button of an old question only says so."""
    return toast(place, "home.stale_button", alert=True) if shown is None else page(place, shown)


def _asked(update: Update, context: Context) -> tuple[Person, MessageId | None] | None:
    """Return who tapped which card."""
    user = update.effective_user
    return None if user is None else (context.person(user), _card(context))


def _card(context: Context) -> MessageId | None:
    return context.place.message if context.place.tap_id else None


def _act(update: Update) -> str:
    query = update.callback_query
    decoded = decode(query.data) if query and query.data else None
    return decoded[0] if decoded else ""


def routes(catalog: Catalog) -> Routes:
    """Return what the catalogue is routed to, in order; links before everybody's Start."""
    fields = "|".join(Field)
    return (
        on_link(r"goods-\d", on_goods),
        on_command("goods", on_goods),
        on_words(catalog.words["catalogue.goods"], on_goods, IN_PRIVATE),
        on_tap(GOODS, on_goods, r":\d{1,6}"),
        on_tap(CARD, on_card, _NUMBER),
        on_tap(FIELDS, on_card, _NUMBER),
        on_tap(ADD, on_add),
        on_tap(COPY, on_add, _NUMBER),
        on_tap(ASK, on_ask, rf"{_NUMBER}:({fields})"),
        on_tap(PICK, on_pick, rf":({fields}):[a-z0-9_\-]{{1,20}}"),
        on_tap(SWITCH, on_switch, rf"{_NUMBER}:[01]"),
    )
