"""The emergency brake: everything the bot says by itself in a group stops, and goes on."""

from functools import partial

from telegram import Update
from telegram.ext import ApplicationHandlerStop, CommandHandler

from features.staff.model import Choice, Silenced
from handlers.answers import say, show, toast
from handlers.context import Context, Place
from handlers.menu import PANIC
from handlers.routes import IN_GROUP, IN_PRIVATE, ByGroup, Routes, on_command, on_tap, on_words
from handlers.staff import NUMBER, choice, chosen
from kernel.ids import UserId
from kernel.message import Answer, Keyboard, Outgoing, Tap, Text, Toast
from texts.catalog import Catalog

_RESUME = "staff.resume"


async def on_panic(update: Update, context: Context) -> None:
    """Stop, by command or word: in the group at once, in private where one group is meant."""
    user = update.effective_user
    if user is None:
        return
    silence, place, who = context.app.silence, context.place, UserId(user.id)
    if place.private:
        answer, group = partial(stopped, place), chosen(update, context)
        context.plan(silence.stop, answer, user=who, group=group)
    else:
        context.plan(silence.here, partial(stopped, place), user=who, chat=place.chat)


async def on_panic_as_group(_update: Update, context: Context) -> None:
    """An administrator who hides stops it: only administrators write in the name of the group."""
    place = context.place
    context.plan(context.app.silence.by_group, partial(stopped, place), chat=place.chat)
    raise ApplicationHandlerStop


def stopped(place: Place, done: Silenced | Choice) -> Outgoing:
    """Say what has stopped, and how it goes on."""
    if isinstance(done, Choice):
        return choice(place, PANIC, done.groups)
    keyboard: Keyboard = ((Tap(Text("staff.resume"), _RESUME, (done.group.id,)),),)
    if not place.private:
        place = place.speaking(done.group.language)
    group = done.group.title
    if not done.fresh:
        return show(place, Text("staff.stopped_before", {"group": group}), keyboard)
    held = Text("staff.held", {"count": done.count}) if done.count else Text("staff.held_none")
    return show(place, Text("staff.stopped", {"group": group, "held": held}), keyboard)


async def on_resume(update: Update, context: Context) -> None:
    """The bot may speak again, by button or word."""
    if update.effective_user:
        context.plan(
            context.app.silence.resume,
            partial(resumed, context.place),
            user=UserId(update.effective_user.id),
            group=chosen(update, context),
        )


def resumed(place: Place, done: Silenced | Choice) -> Answer:
    """Say that the bot speaks again."""
    if isinstance(done, Choice):
        return choice(place, _RESUME, done.groups)
    if not place.private:
        place = place.speaking(done.group.language)
    if not done.fresh:
        no = Text("staff.speaks_already")
        return say(place, no) if place.tap_id is None else Toast(no, place.language, alert=True)
    held = Text("staff.let_go", {"count": done.count}) if done.count else Text("staff.let_go_none")
    text = Text("staff.resumed", {"group": done.group.title, "held": held})
    return say(place, text) if place.private else show(place, text), toast(place, "staff.resumed_toast")


def guards() -> Routes:
    """Return what sees what the group itself says, before that is passed over."""
    return (CommandHandler("panic", on_panic_as_group, IN_GROUP & ByGroup()),)


def routes(catalog: Catalog) -> Routes:
    """Return what silence is routed by, in order."""
    return (
        on_command("panic", on_panic),
        on_words(catalog.words["staff.panic"], on_panic),
        on_words(catalog.words["staff.resume"], on_resume, IN_PRIVATE),
        on_tap(PANIC, on_panic, NUMBER),
        on_tap(_RESUME, on_resume, NUMBER),
        on_tap(_RESUME, on_resume, NUMBER, in_group=True),
    )
