"""A group begins: the enabling button, Telegram's list of administrators, and the owner's word."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from telegram import Update, User
from telegram.ext import ApplicationHandlerStop

from features.members.model import Enabled, Enabling, Group, GroupState, Person
from features.members.rules import group_payload
from features.staff.model import Waiting
from features.staff.wording import staff_notice
from handlers.answers import say, show, toast
from handlers.context import Context, Place
from handlers.outcome import Outcome
from handlers.setup import plan_first_lists
from kernel.ids import UserId
from kernel.message import Answer, Keyboard, Moment, Open, Outgoing, Tap, Text

ENABLE = "members.enable"
APPROVE, REFUSE = "owner.approve", "owner.refuse"
ENABLE_BUTTON: Keyboard = ((Tap(Text("members.enable"), ENABLE),),)


def met(place: Place, group: Group) -> Outgoing:
    """Say hello and offer the enabling button."""
    return say(place.speaking(group.language), Text("members.met"), ENABLE_BUTTON)


async def on_start_as_group(update: Update, context: Context) -> None:
    """An administrator who hides asks for the enabling card: who taps it is seen. Nobody else is answered."""
    if update.effective_chat:
        context.plan(
            context.app.members.start_as_group,
            partial(met_again, context.place),
            chat=context.place.chat,
            title=context.title(update.effective_chat),
        )
    raise ApplicationHandlerStop


def met_again(place: Place, group: Group | None) -> Answer:
    """Offer the enabling button where the group is not enabled."""
    return None if group is None else met(place, group)


async def on_administrators(outcome: Outcome, context: Context) -> None:
    """Telegram told who a group's administrators are; somebody may wait for it to enable the group."""
    context.turn.place = Place.unasked(outcome.chat, context.app.members.policy.language)
    if outcome.result is None:
        if outcome.user is not None:
            context.say(partial(say, context.place, Text("home.try_again")))
        return
    context.plan(
        context.app.owner.administrators_told,
        partial(enabled_late, context.place),
        chat=outcome.chat,
        people=tuple(_people(outcome, context)),
        bot=UserId(context.bot.id),
        presser=outcome.user,
    )
    plan_first_lists(context, outcome.chat)


def _people(outcome: Outcome, context: Context) -> Iterator[Person]:
    for entry in outcome.result:
        user = User.de_json(entry["user"], None)
        yield replace(context.person(user), language=None)  # a list says nothing of how to speak to them


async def on_enable(update: Update, context: Context) -> None:
    """An administrator, or somebody else, pressed the enabling button."""
    user = update.effective_user
    if user is None:
        return
    context.plan(
        context.app.owner.enable,
        partial(enabled, context.place),
        chat=context.place.chat,
        person=context.person(user),
        bot=UserId(context.bot.id),
        card=context.place.message,
    )
    plan_first_lists(context, context.place.chat)


def enabled(place: Place, done: Enabled | Waiting) -> Answer:
    """Tell what came of the button."""
    if isinstance(done, Waiting):
        return _waiting(place, done)
    card = place.speaking(done.group.language)
    match done.outcome:
        case Enabling.ENABLED:
            closed = show(card, Text("members.card_done"))
            return closed, announcement(place, done.group), toast(place, "members.enabled_toast")
        case Enabling.DEAF:
            stays = show(card, Text("members.deaf"), ENABLE_BUTTON)
            return stays, toast(place, "members.deaf", alert=True)
        case Enabling.ALREADY:
            return show(card, Text("members.card_done")), toast(place, "members.already_enabled")
        case Enabling.ASKED | Enabling.READY:
            return toast(place, "members.administrators_asked")


def _waiting(place: Place, done: Waiting) -> Answer:
    if not done.fresh:
        refused = done.group.state is GroupState.REFUSED
        return toast(place, "owner.refused_lately" if refused else "owner.still_waits", alert=True)
    card = show(place.speaking(done.group.language), Text("owner.card_waits"), ENABLE_BUTTON)
    return card, *ask_owner(done), toast(place, "owner.asked_toast")


def enabled_late(place: Place, done: Enabled | Waiting | None) -> Answer:
    """Tell in the group what came of a button that had to wait for Telegram's list."""
    if done is None:
        return None
    if isinstance(done, Waiting):
        place = place.speaking(done.group.language)
        return (say(place, Text("owner.card_waits"), ENABLE_BUTTON), *ask_owner(done)) if done.fresh else None
    match done.outcome:
        case Enabling.ENABLED:
            return announcement(place, done.group)
        case Enabling.DEAF:
            return say(place.speaking(done.group.language), Text("members.deaf"), ENABLE_BUTTON)
        case _:
            return None


def announcement(place: Place, group: Group) -> Outgoing:
    """Say it anew: the card with the button may be far above by now."""
    return say(place.apart().speaking(group.language), Text("members.enabled"), start_button(group))


def start_button(group: Group) -> Keyboard:
    """Return the button that opens the private chat and names the group it comes from."""
    return ((Open(Text("members.open_start"), group_payload(group.id)),),)


def ask_owner(waiting: Waiting) -> tuple[Outgoing, ...]:
    """Return the card that asks the owner about a group; nothing while nobody owns the bot."""
    owner = waiting.owner
    if owner is None or not owner.reachable:
        return ()
    at = Moment(waiting.at, waiting.group.zone.key)
    text = Text("owner.asked", {"group": waiting.group.title, "name": waiting.asker, "at": at})
    return (staff_notice(owner, text, about=waiting.asked_by, keyboard=decision(waiting.group)),)


def decision(group: Group) -> Keyboard:
    """Return the owner's two buttons about a group."""
    yes = Tap(Text("owner.approve"), APPROVE, (group.id,))
    return ((yes, Tap(Text("owner.refuse"), REFUSE, (group.id,))),)
