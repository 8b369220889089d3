"""What is typed or shown in private while something is asked: whose question it is, the use case says."""

from collections.abc import Callable
from functools import partial

from telegram import Update

from features.app.claims import Picture, Said
from features.app.deal_desk_model import DealList, DealPage, DraftPage, Earlier
from features.app.wizards import Answered, Asking
from features.collection.model import Checked, OwnCode
from features.members.model import Member
from features.setup.model import Page
from handlers import aftersales, catalogue_pages, checkoff, codes, deal_pages, setup, setup_pages
from handlers.context import Context, Place
from handlers.routes import IN_PRIVATE, Routes, on_words
from kernel.ids import MessageId
from kernel.message import Answer
from texts.catalog import Catalog

Otherwise = Callable[[Member | None], Answer]
"""Words what nobody asked for, for somebody we may know."""


def plan_typed(update: Update, context: Context, otherwise: Otherwise) -> None:
    """Let a text that is no word answer what was asked."""
    user, message = update.effective_user, update.effective_message
    if user is None or message is None:
        return
    context.plan(
        context.app.wizards.told,
        partial(_answered, context.place, otherwise),
        person=context.person(user),
        typed=message.text or "",
        at=MessageId(message.message_id),
    )


def plan_pictured(update: Update, context: Context, otherwise: Otherwise) -> None:
    """Let a picture answer what was asked."""
    user, message = update.effective_user, update.effective_message
    if user is None or message is None or not message.photo:
        return
    biggest = message.photo[-1]
    context.plan(
        context.app.wizards.pictured,
        partial(_shown, context.place, otherwise),
        person=context.person(user),
        picture=Picture(biggest.file_id, biggest.file_unique_id, message.caption or ""),
        at=MessageId(message.message_id),
    )


async def on_cancel(update: Update, context: Context) -> None:
    """The word that leaves what was asked."""
    if update.effective_user:
        person = context.person(update.effective_user)
        context.plan(context.app.wizards.leave, partial(_left, context.place), person=person)


def _answered(place: Place, otherwise: Otherwise, found: Answered) -> Answer:
    match found:
        case Page():
            return setup.changed(place, found)
        case Checked():
            return checkoff.card(place, found)
        case OwnCode():
            return codes.brought(place, found)
        case Said():
            return aftersales.understood(place, found)
        case None | Member():
            return otherwise(found)
    return _left(place, found)


def _shown(place: Place, otherwise: Otherwise, found: Answered) -> Answer:
    if isinstance(found, Said):
        return aftersales.pictured(place, found)
    return _answered(place, otherwise, found)


def _left(place: Place, found: Asking) -> Answer:
    match found:
        case Page():
            return setup_pages.page(place, found)
        case DealList() | Earlier() | DraftPage() | DealPage():
            return deal_pages.page(place, found)
    return catalogue_pages.page(place, found)


def routes(catalog: Catalog) -> Routes:
    """Return what leaving a question is routed to."""
    return (on_words(catalog.words["setup.cancel"], on_cancel, IN_PRIVATE),)
