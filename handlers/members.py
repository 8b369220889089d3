"""People: Start, consent, message settings."""

from functools import partial

from telegram import ChatMember, Update, User

from features.app import Consented, Home
from features.app.settings import SettingsPage
from features.members.model import Checking, Group, Joined, Started
from handlers.answers import READ_NOTE, say, show, toast
from handlers.context import Context, Place
from handlers.enabling import met
from handlers.groups import is_present
from handlers.growth import card as growth_card
from handlers.keyboards import MENU
from handlers.menu import (
    NOTE,
    TO_GROWTH,
    TO_HOME,
    TO_MENU,
    TO_SETTINGS,
    in_private,
    lead_to_private,
    menu_keyboard,
    show_menu,
)
from handlers.outcome import Outcome, OutcomeHandler, OutcomeKind
from handlers.pickup import choice_card, named
from handlers.routes import IN_PRIVATE, Routes, on_command, on_tap, on_words
from handlers.settings import settings
from kernel.ids import private_chat
from kernel.message import Answer, Keyboard, Language, Outgoing, Param, Tap, Text
from texts.catalog import Catalog

_AGREE, _DECLINE = "members.agree", "members.decline"


async def on_start_command(update: Update, context: Context) -> None:
    """The command. In a group that is not enabled it brings the enabling card back."""
    place, chat, user = context.place, update.effective_chat, update.effective_user
    if place.private or chat is None or user is None:
        await on_start(update, context)
        return
    answer, title = partial(started_in_group, place), context.title(chat)
    context.plan(
        context.app.members.start_in_group, answer, chat=place.chat, title=title, person=context.person(user)
    )


def started_in_group(place: Place, found: Joined | Group) -> Answer:
    """Lead to the private chat, or offer to enable the group."""
    return met(place, found) if isinstance(found, Group) else in_private(place, TO_HOME, found)


async def on_start(update: Update, context: Context) -> None:
    """Start, the menu by word, command or button."""
    user = update.effective_user
    if user is None:
        return
    if not context.place.private:
        lead_to_private(user, context, TO_HOME)
        return
    payload = context.args[0] if context.args else ""
    answer = partial(started, context.place, payload)
    app, person = context.app, context.person(user)
    if payload == TO_SETTINGS:
        context.plan(app.settings.start, answer, person=person, payload=payload)
    else:
        context.plan(app.arrival.start, answer, person=person, payload=payload)


async def on_member(outcome: Outcome, context: Context) -> None:
    """Telegram told whether the person who pressed Start is in the group."""
    if outcome.user is None:
        return
    told = ChatMember.de_json(outcome.result, None) if outcome.result else None
    user = told.user if told else User(outcome.user, "", is_bot=False)
    person = context.person(user)
    context.turn.place = Place.unasked(private_chat(outcome.user), Language.of(user.language_code))
    if outcome.result is None:
        context.say(partial(say, context.place, Text("home.try_again")))
        return
    context.plan(
        context.app.arrival.membership_told,
        partial(started, context.turn.place, ""),
        chat=outcome.chat,
        person=person,
        present=told is not None and is_present(told),
    )


def started(place: Place, payload: str, home: SettingsPage | Home | Checking) -> Answer:
    """Show the page the payload names, else the menu; the consent card to who has not agreed yet."""
    if isinstance(home, Checking):
        return None
    if isinstance(home, SettingsPage):
        return settings(place, home)
    if not home.known.member.consented:
        return consent_card(place, home)
    if home.choices and payload not in (TO_GROWTH, TO_SETTINGS):
        return choice_card(place, home)
    if payload == TO_GROWTH:
        return growth_card(place, home)
    return show_menu(place, home)


def consent_card(place: Place, home: Home) -> Outgoing:
    """Say plainly what is kept and what for, and ask."""
    named: dict[str, Param] = {
        "name": home.known.name,
        "group": home.known.group.title,
        "kept": Text("members.kept"),
    }
    text = Text("members.consent_again", named)
    if not home.returning:
        text = Text("members.consent", named | {"points": home.card.register_points})
    keyboard: Keyboard = (
        (Tap(Text("members.agree"), _AGREE),),
        (Tap(Text("members.decline"), _DECLINE),),
    )
    return show(place.to(home.known.member), text, keyboard)


async def on_note(update: Update, context: Context) -> None:
    """What a member agreed to, to read again."""
    if update.effective_user:
        person = context.person(update.effective_user)
        context.plan(context.app.members.consented, partial(note, context.place), person=person)


def note(place: Place, known: Started) -> Outgoing:
    """Show the list that was agreed to."""
    text = Text("members.note", {"kept": Text("members.kept")})
    return show(place.to(known.member), text, ((TO_MENU,),))


async def on_agree(update: Update, context: Context) -> None:
    """The consent button."""
    if update.effective_user:
        person = context.person(update.effective_user)
        context.plan(context.app.arrival.consent, partial(consented, context.place), person=person)


def consented(place: Place, done: Consented) -> Answer:
    """Confirm the account and turn the card into the menu."""
    place, account = place.to(done.home.known.member), done.home.card.account
    if done.home.choices:
        return choice_card(place, done.home), toast(place, "pickup.choose_toast")
    if not done.credited and done.returning:
        return show_menu(place, done.home), toast(place, "members.returned_toast")
    if not done.credited:
        return show_menu(place, done.home), toast(place, "members.already_consented_toast")
    earned = done.home.card.register_points
    stands: dict[str, Param] = {
        "name": done.home.known.name,
        "earned": earned,
        "growth": account.growth,
        "points": account.points,
    }
    text = Text("members.consented", stands)
    if done.place is not None:
        text = Text("members.consented_here", stands | {"point": named(done.place)})
    changed = show(place, text, menu_keyboard(is_staff=done.home.is_staff))
    return changed, toast(place, "members.consented_toast", earned=earned)


async def on_decline(update: Update, context: Context) -> None:
    """The button beside the consent button."""
    if update.effective_user:
        person = context.person(update.effective_user)
        context.plan(context.app.arrival.decline, partial(declined, context.place), person=person)


def declined(place: Place, home: Home | None) -> Answer:
    """Take no for an answer and show the way back; who agreed before keeps the menu."""
    if home is None:
        return show(place, Text("members.declined"), ((READ_NOTE,),))
    place = place.to(home.known.member)
    return show_menu(place, home), toast(place, "members.already_consented_toast")


def routes(catalog: Catalog) -> Routes:
    """Return what members' updates are routed to, in order."""
    return (
        OutcomeHandler(OutcomeKind.MEMBER, on_member),
        on_command("start", on_start_command),
        on_command("menu", on_start),
        on_words(catalog.words["home.start"] | catalog.words["home.menu"], on_start),
        on_words(catalog.words["members.agreeing"], on_start, IN_PRIVATE),  # the button itself agrees
        on_tap(MENU, on_start),
        on_tap(_AGREE, on_agree),
        on_tap(_DECLINE, on_decline),
        on_tap(NOTE, on_note),
    )
