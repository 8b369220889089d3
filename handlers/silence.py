"""The emergency brake: everything the bot says by itself in a group stops, and goes on."""

from functools import partial

from telegram import Update
from telegram.ext import ApplicationHandlerStop, CommandHandler

from features.staff.model import Choice, Silenced
from handlers.answers import say, show, toast
from handlers.context import Context, Place
from handlers.keyboards import tapped_args
from handlers.routes import IN_GROUP, ByGroup, Routes, on_command, on_tap, on_words
from handlers.staff import NUMBER, choice, chosen
from kernel.ids import GroupId, UserId
from kernel.message import Answer, Keyboard, Outgoing, Tap, Text
from texts.catalog import Catalog

_STOP, _RESUME = "staff.panic", "staff.resume"


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
        return choice(place, _STOP, done.groups)
    keyboard: Keyboard = ((Tap(Text("staff.resume"), _RESUME, (done.group.id,)),),)
    if not place.private:
        place = place.speaking(done.group.language)
    names = {"group": done.group.title}
    if not done.fresh:
        return show(place, Text("staff.stopped_before", names), keyboard)
    return show(place, Text("staff.stopped", {"group": done.group.title, "count": done.count}), keyboard)


async def on_resume(update: Update, context: Context) -> None:
    """The bot may speak again."""
    if update.effective_user:
        context.plan(
            context.app.silence.resume,
            partial(resumed, context.place),
            user=UserId(update.effective_user.id),
            group=GroupId(int(tapped_args(update)[0])),
        )


def resumed(place: Place, done: Silenced) -> Answer:
    """Say that the bot speaks again."""
    if not done.fresh:
        return toast(place, "staff.speaks_already", alert=True)
    if not place.private:
        place = place.speaking(done.group.language)
    text = Text("staff.resumed", {"group": done.group.title, "count": done.count})
    return say(place, text) if place.private else show(place, text), toast(place, "staff.resumed_toast")


def guards() -> Routes:
    """Return what sees what the group itself says, before that is passed over."""
    return (CommandHandler("panic", on_panic_as_group, IN_GROUP & ByGroup()),)


def routes(catalog: Catalog) -> Routes:
    """Return what silence is routed by, in order."""
    return (
        on_command("panic", on_panic),
        on_words(catalog.words["staff.panic"], on_panic),
        on_tap(_STOP, on_panic, NUMBER),
        on_tap(_RESUME, on_resume, NUMBER),
        on_tap(_RESUME, on_resume, NUMBER, in_group=True),
    )
