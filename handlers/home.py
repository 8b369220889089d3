"""Help, and whatever nobody else understood."""

import difflib
from functools import partial

from telegram import Update
from telegram.ext import CallbackQueryHandler, MessageHandler, TypeHandler, filters

from features.members.model import Joined, Member
from handlers.answers import say, show, toast
from handlers.context import Context, Place, nothing
from handlers.menu import HELP, TO_MENU
from handlers.routes import IN_PRIVATE, Routes, on_command, on_tap, on_words
from kernel.ids import ChatId
from kernel.message import Answer, Tap, Text
from texts.catalog import Catalog

COMMANDS = ("start", "menu", "growth", "settings", "help")
_LONGEST_SHOWN = 32


async def on_help(update: Update, context: Context) -> None:
    """Three things that work now, in this place and for this person."""
    place = context.place
    if not place.private and update.effective_user:
        person = context.person(update.effective_user)
        context.plan(context.app.members.in_group, partial(group_help, place), chat=place.chat, person=person)
    elif update.effective_user:
        person = context.person(update.effective_user)
        context.plan(context.app.members.find, partial(help_card, place), person=person)


def group_help(place: Place, asked: Joined) -> Answer:
    """Tell in a group what works there."""
    return say(place.speaking(asked.group.language), Text("home.help_group"))


def help_card(place: Place, member: Member | None) -> Answer:
    """Show the help that fits who asks."""
    if member is None:
        return show(place, Text("home.help_stranger"))
    return show(place.speaking(member.language), Text("home.help"), ((TO_MENU,),))


async def on_unknown_command(update: Update, context: Context) -> None:
    """Answer a command that does not exist with the nearest one that does."""
    message = update.effective_message
    typed = (message.text or message.caption or "/").split()[0][:_LONGEST_SHOWN] if message else "/"
    close = difflib.get_close_matches(typed.strip("/").partition("@")[0].casefold(), COMMANDS, n=1)
    if close:
        text = Text("home.unknown_command", {"command": typed, "nearest": f"/{close[0]}"})
    else:
        text = Text("home.unknown_command_plain", {"command": typed})
    context.say(partial(say, context.place, text, ((TO_MENU,),)))


async def on_anything(_update: Update, context: Context) -> None:
    """Answer a private message that nothing else understood."""
    keyboard = ((TO_MENU, Tap(Text("home.to_help"), HELP)),)
    context.say(partial(say, context.place, Text("home.not_understood"), keyboard))


async def on_stale_tap(_update: Update, context: Context) -> None:
    """Answer a button we do not know: an old version's, or a forged one."""
    context.say(partial(toast, context.place, "home.stale_button", alert=True))


async def on_group_message(update: Update, context: Context) -> None:
    """Note who speaks in a group, so that a neighbour from before our time is known too."""
    chat, user, message = update.effective_chat, update.effective_user, update.message
    if chat is None or user is None or user.is_bot or message is None:
        return
    if chat.type not in (chat.GROUP, chat.SUPERGROUP) or message.is_automatic_forward:
        return
    if message.sender_chat or message.new_chat_members or message.left_chat_member:
        return
    context.plan(context.app.members.in_group, nothing, chat=ChatId(chat.id), person=context.person(user))


def guards() -> Routes:
    """Return what sees every update before the features do."""
    return (TypeHandler(Update, on_group_message),)


def routes(catalog: Catalog) -> Routes:
    """Return what comes after all features, in order."""
    return (
        on_command("help", on_help),
        on_words(catalog.words["home.help"], on_help),
        on_tap(HELP, on_help),
        MessageHandler(IN_PRIVATE & filters.COMMAND, on_unknown_command),
        MessageHandler(IN_PRIVATE & ~filters.StatusUpdate.ALL, on_anything),
        CallbackQueryHandler(on_stale_tap),
    )
