"""Groups and people: enabling, joining, Start, consent, message settings."""

from functools import partial

from telegram import ChatMember, Update, User
from telegram.ext import ChatMemberHandler

from features.app import Consented, Home
from features.members.model import Checking, Enabled, Enabling, Group, Joined, Member, Started
from features.members.rules import group_payload
from handlers.answers import READ_NOTE, say, show, toast
from handlers.context import Context, Place, nothing
from handlers.growth import card as growth_card
from handlers.keyboards import MENU, tapped_args
from handlers.menu import (
    NOTE,
    SETTINGS,
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
from handlers.routes import IN_PRIVATE, Routes, is_person, on_command, on_tap, on_words
from kernel.ids import ChatId, UserId, private_chat
from kernel.message import Answer, Keyboard, Language, Open, Outgoing, Tap, Text
from texts.catalog import Catalog

_PRESENT = (ChatMember.OWNER, ChatMember.ADMINISTRATOR, ChatMember.MEMBER)
_ADMINISTRATORS = (ChatMember.OWNER, ChatMember.ADMINISTRATOR)
_ENABLE, _AGREE, _DECLINE = "members.enable", "members.agree", "members.decline"
_SWITCH = "members.switch"
_ENABLE_BUTTON: Keyboard = ((Tap(Text("members.enable"), _ENABLE),),)


async def on_bot_status(update: Update, context: Context) -> None:
    """The bot was added, promoted, removed; or a person blocked or unblocked it in private."""
    change = update.my_chat_member
    if change is None:
        return
    app, chat = context.app, ChatId(change.chat.id)
    present = _is_present(change.new_chat_member)
    if change.chat.type == change.chat.PRIVATE:
        user = UserId(change.chat.id)
        context.plan(app.members.reachability, nothing, user=user, reachable=present)
    elif not present:
        context.plan(app.members.removed, nothing, chat=chat)
    elif _is_present(change.old_chat_member):
        context.plan(app.members.administrators_changed, nothing, chat=chat)
    elif change.chat.type != change.chat.CHANNEL:
        answer = partial(met, context.place)
        context.plan(app.members.added, answer, chat=chat, title=context.title(change.chat))


def met(place: Place, group: Group) -> Outgoing:
    """Say hello and offer the enabling button."""
    return say(place.speaking(group.language), Text("members.met"), _ENABLE_BUTTON)


async def on_administrators(outcome: Outcome, context: Context) -> None:
    """Telegram told who a group's administrators are; somebody may wait for it to enable the group."""
    context.turn.place = Place.unasked(outcome.chat, context.app.members.policy.language)
    if outcome.result is None:
        if outcome.user is not None:
            context.say(partial(say, context.place, Text("home.try_again")))
        return
    context.plan(
        context.app.members.administrators_told,
        partial(enabled_late, context.place),
        chat=outcome.chat,
        users=tuple(UserId(entry["user"]["id"]) for entry in outcome.result),
        bot=UserId(context.bot.id),
        presser=outcome.user,
    )


async def on_enable(update: Update, context: Context) -> None:
    """An administrator, or somebody else, pressed the enabling button."""
    user = update.effective_user
    if user is None:
        return
    context.plan(
        context.app.members.enable,
        partial(enabled, context.place),
        chat=context.place.chat,
        user=UserId(user.id),
        bot=UserId(context.bot.id),
    )


def enabled(place: Place, done: Enabled) -> Answer:
    """Tell what came of the button."""
    card = place.speaking(done.group.language)
    match done.outcome:
        case Enabling.ENABLED:
            closed = show(card, Text("members.card_done"))
            return closed, _announcement(place, done.group), toast(place, "members.enabled_toast")
        case Enabling.DEAF:
            stays = show(card, Text("members.deaf"), _ENABLE_BUTTON)
            return stays, toast(place, "members.deaf", alert=True)
        case Enabling.ALREADY:
            return show(card, Text("members.card_done")), toast(place, "members.already_enabled")
        case Enabling.ASKED:
            return toast(place, "members.administrators_asked")


def enabled_late(place: Place, done: Enabled | None) -> Answer:
    """Tell in the group what came of a button that had to wait for Telegram's list."""
    if done is None:
        return None
    match done.outcome:
        case Enabling.ENABLED:
            return _announcement(place, done.group)
        case Enabling.DEAF:
            return say(place.speaking(done.group.language), Text("members.deaf"), _ENABLE_BUTTON)
        case _:
            return None


def _announcement(place: Place, group: Group) -> Outgoing:
    """Say it anew: the card with the button may be far above by now."""
    return say(place.apart().speaking(group.language), Text("members.enabled"), start_button(group))


async def on_member_status(update: Update, context: Context) -> None:
    """Somebody joined, left, was promoted or demoted in a group."""
    change = update.chat_member
    if change is None:
        return
    app, chat, user = context.app, ChatId(change.chat.id), change.new_chat_member.user
    if _is_administrator(change.old_chat_member) != _is_administrator(change.new_chat_member):
        context.plan(app.members.administrators_changed, nothing, chat=chat)
    if not is_person(user):
        return
    if _is_present(change.new_chat_member):
        if not _is_present(change.old_chat_member):
            answer = partial(welcome, context.place)
            context.plan(app.members.joined, answer, chat=chat, person=context.person(user))
    else:
        context.plan(app.members.left, nothing, chat=chat, user=UserId(user.id))


def welcome(place: Place, joined: Joined | None) -> Answer:
    """Greet a new neighbour in the group, once."""
    if joined is None:
        return None
    place = place.speaking(joined.group.language)
    names = {"name": joined.name, "group": joined.group.title}
    if joined.member.consented:
        to_menu = Open(Text("members.open_menu"), TO_HOME)
        return say(place, Text("members.welcome_back", names), ((to_menu,),))
    return say(place, Text("members.welcome_group", names), start_button(joined.group))


def start_button(group: Group) -> Keyboard:
    """Return the button that opens the private chat and names the group it comes from."""
    return ((Open(Text("members.open_start"), group_payload(group.id)),),)


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
    context.plan(context.app.start, answer, person=context.person(user), payload=payload)


async def on_member(outcome: Outcome, context: Context) -> None:
    """Telegram told whether the person who pressed Start is in the group."""
    if outcome.user is None:
        return
    entry = outcome.result or {}
    user = User.de_json(entry["user"], None) if entry else User(outcome.user, "", is_bot=False)
    person = context.person(user)
    context.turn.place = Place.unasked(private_chat(outcome.user), Language.of(user.language_code))
    if outcome.result is None:
        context.say(partial(say, context.place, Text("home.try_again")))
        return
    context.plan(
        context.app.membership_told,
        partial(started, context.turn.place, ""),
        chat=outcome.chat,
        person=person,
        present=entry.get("status") in _PRESENT or bool(entry.get("is_member")),
    )


def started(place: Place, payload: str, home: Home | Checking) -> Answer:
    """Show the page the payload names, else the menu; the consent card to who has not agreed yet."""
    if isinstance(home, Checking):
        return None
    if not home.known.member.consented:
        return consent_card(place, home)
    if payload == TO_GROWTH:
        return growth_card(place, home)
    if payload == TO_SETTINGS:
        return settings(place, home.known)
    return show_menu(place, home)


def consent_card(place: Place, home: Home) -> Outgoing:
    """Say plainly what is kept and what for, and ask."""
    text = Text(
        "members.consent",
        {
            "name": home.known.name,
            "group": home.known.group.title,
            "points": home.card.register_points,
            "kept": Text("members.kept"),
        },
    )
    keyboard: Keyboard = (
        (Tap(Text("members.agree"), _AGREE),),
        (Tap(Text("members.decline"), _DECLINE),),
    )
    return show(place.speaking(home.known.member.language), text, keyboard)


async def on_note(update: Update, context: Context) -> None:
    """What a member agreed to, to read again."""
    if update.effective_user:
        person = context.person(update.effective_user)
        context.plan(context.app.members.consented, partial(note, context.place), person=person)


def note(place: Place, known: Started) -> Outgoing:
    """Show the list that was agreed to."""
    text = Text("members.note", {"kept": Text("members.kept")})
    return show(place.speaking(known.member.language), text, ((TO_MENU,),))


async def on_agree(update: Update, context: Context) -> None:
    """The consent button."""
    if update.effective_user:
        person = context.person(update.effective_user)
        context.plan(context.app.consent, partial(consented, context.place), person=person)


def consented(place: Place, done: Consented) -> Answer:
    """Confirm the account and turn the card into the menu."""
    place, account = place.speaking(done.home.known.member.language), done.home.card.account
    if not done.credited:
        return show_menu(place, done.home), toast(place, "members.already_consented_toast")
    earned = done.home.card.register_points
    text = Text(
        "members.consented",
        {"name": done.home.known.name, "earned": earned, "growth": account.growth, "points": account.points},
    )
    changed = show(place, text, menu_keyboard())
    return changed, toast(place, "members.consented_toast", earned=earned)


async def on_decline(update: Update, context: Context) -> None:
    """The button beside the consent button."""
    if update.effective_user:
        person = context.person(update.effective_user)
        context.plan(context.app.decline, partial(declined, context.place), person=person)


def declined(place: Place, home: Home | None) -> Answer:
    """Take no for an answer and show the way back; who agreed before keeps the menu."""
    if home is None:
        return show(place, Text("members.declined"), ((READ_NOTE,),))
    place = place.speaking(home.known.member.language)
    return show_menu(place, home), toast(place, "members.already_consented_toast")


async def on_settings(update: Update, context: Context) -> None:
    """Message settings, by word, command or button."""
    if update.effective_user is None:
        return
    if not context.place.private:
        lead_to_private(update.effective_user, context, TO_SETTINGS)
        return
    person = context.person(update.effective_user)
    context.plan(context.app.members.consented, partial(settings, context.place), person=person)


async def on_switch(update: Update, context: Context) -> None:
    """The switch for offers."""
    if update.effective_user is None:
        return
    context.plan(
        context.app.members.set_marketing,
        partial(switched, context.place),
        person=context.person(update.effective_user),
        wanted=tapped_args(update) == ("on",),
    )


def switched(place: Place, known: Started) -> Answer:
    """Show the settings as they stand now."""
    key = "members.switched_on_toast" if _wants_offers(known.member) else "members.switched_off_toast"
    return settings(place, known), toast(place.speaking(known.member.language), key)


def settings(place: Place, known: Started) -> Outgoing:
    """Show what messages the member gets, with the switch."""
    wants = _wants_offers(known.member)
    stands = Text("members.marketing_on" if wants else "members.marketing_off")
    label = Text("members.switch_off" if wants else "members.switch_on")
    keyboard: Keyboard = ((Tap(label, _SWITCH, ("off" if wants else "on",)),), (TO_MENU,))
    text = Text("members.settings", {"marketing": stands})
    return show(place.speaking(known.member.language), text, keyboard)


async def on_unreachable(outcome: Outcome, context: Context) -> None:
    """Telegram refused a private message: the person blocked the bot or never started it."""
    if outcome.chat > 0:
        context.plan(context.app.members.reachability, nothing, user=UserId(outcome.chat), reachable=False)


def routes(catalog: Catalog) -> Routes:
    """Return what members' updates are routed to, in order."""
    return (
        ChatMemberHandler(on_bot_status, ChatMemberHandler.MY_CHAT_MEMBER),
        ChatMemberHandler(on_member_status, ChatMemberHandler.CHAT_MEMBER),
        OutcomeHandler(OutcomeKind.ADMINISTRATORS, on_administrators),
        OutcomeHandler(OutcomeKind.MEMBER, on_member),
        OutcomeHandler(OutcomeKind.UNREACHABLE, on_unreachable),
        on_command("start", on_start_command),
        on_command("menu", on_start),
        on_command("settings", on_settings),
        on_words(catalog.words["home.start"] | catalog.words["home.menu"], on_start),
        on_words(catalog.words["members.settings"], on_settings),
        on_words(catalog.words["members.agreeing"], on_start, IN_PRIVATE),  # the button itself agrees
        on_tap(MENU, on_start),
        on_tap(SETTINGS, on_settings),
        on_tap(_ENABLE, on_enable, in_group=True),
        on_tap(_AGREE, on_agree),
        on_tap(_DECLINE, on_decline),
        on_tap(NOTE, on_note),
        on_tap(_SWITCH, on_switch, ":(on|off)"),
    )


def _is_present(member: ChatMember) -> bool:
    return member.status in _PRESENT or bool(getattr(member, "is_member", False))


def _is_administrator(member: ChatMember) -> bool:
    return member.status in _ADMINISTRATORS


def _wants_offers(member: Member) -> bool:
    return member.marketing_consent_at is not None
