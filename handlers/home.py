"""Help, and whatever nobody else understood."""

import difflib
from dataclasses import replace
from functools import partial

from telegram import Update
from telegram.ext import ApplicationHandlerStop, CallbackQueryHandler, MessageHandler, TypeHandler, filters

from features.app.model import Asker, Footing
from features.members.model import Joined, Member
from handlers.answers import say, show, toast
from handlers.commands import KNOWN, KNOWN_TO_STAFF
from handlers.context import Context, Place
from handlers.menu import HELP, NOTE, SETUP, TO_MENU
from handlers.routes import (
    IN_PRIVATE,
    SPEECH,
    Routes,
    is_speech_of_nobody,
    on_command,
    on_tap,
    on_words,
)
from handlers.wizards import plan_pictured, plan_typed
from kernel.message import Answer, Keyboard, Tap, Text
from texts.catalog import Catalog

_LONGEST_SHOWN = 32
_TO_DESK = Tap(Text("home.to_desk"), SETUP)
_TO_HELP = Tap(Text("home.to_help"), HELP)


async def on_help(update: Update, context: Context) -> None:
    """Three things that work now, in this place and for this person."""
    place = context.place
    if update.effective_user is None:
        return
    person = context.person(update.effective_user)
    if place.private:
        context.plan(context.app.arrival.asker, partial(help_card, place), person=person)
    else:
        answer = partial(group_help, place)
        context.plan(context.app.arrival.asker_in_group, answer, chat=place.chat, person=person)


def group_help(place: Place, asked: tuple[Joined, Footing]) -> Answer:
    """Tell in a group what works there."""
    joined, footing = asked
    leads = footing in (Footing.STAFF, Footing.OWNER)
    text = Text("home.help_group_staff" if leads else "home.help_group")
    return say(place.speaking(joined.group.language), text)


def help_card(place: Place, asker: Asker) -> Answer:
    """Show the help that fits who asks."""
    member, footing = asker.member, asker.footing
    text = Text(f"home.help_{footing}")
    if member is None:
        return show(place, text, ((_TO_DESK,),) if footing is not Footing.STRANGER else ())
    note = ((Tap(Text("members.to_note"), NOTE),),) if member.consented else ()
    desk = ((_TO_DESK,),) if footing in (Footing.STAFF, Footing.OWNER) else ()
    return show(place.to(member), text, (*desk, *note, (TO_MENU,)))


async def on_greeting(update: Update, context: Context) -> None:
    """A hello or a thank-you in private."""
    _say(update, context, Text("home.greeting"), ((TO_MENU, _TO_HELP),))


async def on_unknown_command(update: Update, context: Context) -> None:
    """Answer a command that does not exist with the nearest one that works here for who typed it."""
    if update.effective_user is None:
        return
    message, place = update.effective_message, context.place
    typed = (message.text or message.caption or "/").split()[0][:_LONGEST_SHOWN] if message else "/"

    def answer(asker: Asker) -> Answer:
        spoken = place.to(asker.member) if asker.member else place
        return say(spoken, _unknown(typed, asker.footing), ((TO_MENU,),))

    context.plan(context.app.arrival.asker, answer, person=context.person(update.effective_user))


def _unknown(typed: str, footing: Footing) -> Text:
    leads = footing in (Footing.STAFF, Footing.OWNER)
    name = typed.strip("/").partition("@")[0].casefold()
    close = difflib.get_close_matches(name, KNOWN_TO_STAFF if leads else KNOWN, n=1)
    if close:
        return Text("home.unknown_command", {"command": typed, "nearest": f"/{close[0]}"})
    return Text("home.unknown_command_plain", {"command": typed})


async def on_anything(update: Update, context: Context) -> None:
    """Answer a private message that nothing else understood; an album is several messages and one matter."""
    message = update.effective_message
    album = message.media_group_id if message else None
    once = f"album:{album}" if album else None
    _say(update, context, Text("home.not_understood"), ((TO_MENU, _TO_HELP),), once=once)


async def on_typed(update: Update, context: Context) -> None:
    """A private text that is no word: the answer to what a wizard asked, else nobody understands it."""
    place = context.place

    def not_understood(member: Member | None) -> Answer:
        spoken = place.to(member) if member else place
        return say(spoken, Text("home.not_understood"), ((TO_MENU, _TO_HELP),))

    plan_typed(update, context, not_understood)


async def on_picture(update: Update, context: Context) -> None:
    """A picture in private: the answer to what a wizard asked, else nobody understands it."""
    place, message = context.place, update.effective_message
    album = message.media_group_id if message else None

    def not_understood(member: Member | None) -> Answer:
        spoken = place.to(member) if member else place
        said = say(spoken, Text("home.not_understood"), ((TO_MENU, _TO_HELP),))
        return replace(said, dedupe_key=f"album:{album}" if album else None)

    plan_pictured(update, context, not_understood)


def _say(
    update: Update, context: Context, text: Text, keyboard: Keyboard, *, once: str | None = None
) -> None:
    """Answer a private message in the language of who wrote it; `once` is a key answered once, ever."""
    place = context.place

    def worded(member: Member | None) -> Answer:
        spoken = place.to(member) if member else place
        return replace(say(spoken, text, keyboard), dedupe_key=once)

    if update.effective_user:
        context.plan(context.app.members.find, worded, person=context.person(update.effective_user))


async def on_stale_tap(_update: Update, context: Context) -> None:
    """Answer a button we do not know: an old version's, or a forged one."""
    context.say(partial(toast, context.place, "home.stale_button", alert=True))


async def on_every_update(update: Update, _context: Context) -> None:
    """Stop what no person wrote: nobody becomes a member by it, and nobody is answered."""
    if is_speech_of_nobody(update):
        raise ApplicationHandlerStop


def guards() -> Routes:
    """Return what sees every update first and may stop it."""
    return (TypeHandler(Update, on_every_update),)


def routes(catalog: Catalog) -> Routes:
    """Return what comes after all features, in order."""
    return (
        on_command("help", on_help),
        on_words(catalog.words["home.help"], on_help),
        on_words(catalog.words["home.greetings"], on_greeting, IN_PRIVATE),
        on_tap(HELP, on_help),
        MessageHandler(IN_PRIVATE & filters.COMMAND, on_unknown_command),
        MessageHandler(IN_PRIVATE & filters.TEXT, on_typed),
        MessageHandler(IN_PRIVATE & filters.PHOTO, on_picture),
        MessageHandler(IN_PRIVATE & SPEECH, on_anything),
        CallbackQueryHandler(on_stale_tap),
    )
