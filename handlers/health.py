"""How a group fares: rights, privacy mode, who can be reached."""

from functools import partial
from typing import Any

from telegram import Update

from features.setup import rules
from features.setup.model import Asking, Groups, Health, Told
from handlers.answers import say, show
from handlers.context import Context, Place
from handlers.keyboards import tapped_args
from handlers.menu import HEALTH, TO_MENU
from handlers.outcome import Outcome, OutcomeHandler, OutcomeKind
from handlers.routes import Routes, on_command, on_payload, on_tap, on_words
from handlers.setup import choose, lead
from kernel.ids import ChatId, GroupId, UserId, private_chat
from kernel.message import Answer, Keyboard, Moment, Tap, Text
from texts.catalog import Catalog

RIGHTS = ("can_invite_users", "can_delete_messages", "can_pin_messages")
_ADMINISTRATOR = "administrator"


async def on_health(update: Update, context: Context) -> None:
    """The command, the word, or a button."""
    user, args = update.effective_user, tapped_args(update)
    if user is None:
        return
    person, place = context.person(user), context.place
    if not place.private:
        answer = partial(lead, place, "health")
        context.plan(context.app.members.in_group, answer, chat=place.chat, person=person)
    elif args:
        context.plan(
            context.app.setup.ask_health, partial(asked, place), person=person, group=GroupId(int(args[0]))
        )
    else:
        context.plan(context.app.setup.begin_health, partial(begun, place), person=person)


async def on_start_health(update: Update, context: Context) -> None:
    """Start, pressed by the button of a group."""
    group = rules.group_of_payload(context.args[0]) if context.args else None
    if update.effective_user and group is not None:
        context.plan(
            context.app.setup.started_health,
            partial(asked, context.place),
            person=context.person(update.effective_user),
            group=GroupId(group),
        )


def begun(place: Place, found: Asking | Groups) -> Answer:
    """Say that Telegram is asked, or let somebody choose a group."""
    return asked(place, found) if isinstance(found, Asking) else choose(place, HEALTH, (), found)


def asked(place: Place, asking: Asking) -> Answer:
    """Say that Telegram is asked."""
    return show(place.to(asking.member), Text("setup.health_asked", {"group": asking.group.title}))


async def on_standing(outcome: Outcome, context: Context) -> None:
    """Telegram told what the bot may do in a group, or did not answer."""
    if outcome.user is None:
        return
    place = Place.unasked(private_chat(outcome.user), context.app.members.policy.language)
    context.turn.place = place
    context.plan(
        context.app.setup.health,
        partial(card, place),
        user=UserId(outcome.user),
        chat=outcome.chat,
        told=None if outcome.result is None else _told(outcome.chat, outcome.result),
    )


def card(place: Place, health: Health | None) -> Answer:
    """Show how a group fares: what is missing, how to mend it, how each number came about."""
    if health is None:
        return None
    group, audience = health.group, health.audience
    zone = group.zone.key
    heard = audience.heard_at
    silent = group.silent_since
    text = Text(
        "setup.health",
        {
            "group": group.title,
            "rights": _rights(health.told),
            "count": _count(health.told),
            "seen": audience.seen,
            "reachable": audience.reachable,
            "reachable_share": _share(audience.reachable, audience.seen),
            "consented": audience.consented,
            "consented_share": _share(audience.consented, audience.seen),
            "heard": Text("setup.heard", {"at": Moment(heard, zone)}) if heard else Text("setup.not_heard"),
            "voice": Text("setup.silent", {"at": Moment(silent, zone)}) if silent else Text("setup.speaks"),
        },
    )
    again = Tap(Text("setup.health_again"), HEALTH, (group.id,))
    keyboard: Keyboard = ((again,), (TO_MENU,))
    return say(place.to(health.reader), text, keyboard)


def _rights(told: Told | None) -> tuple[Text, ...]:
    """Return a line for each thing that is there or missing."""
    if told is None:
        return (Text("setup.health_no_answer"),)
    if not told.is_administrator:
        lines = [Text("setup.health_no_administrator")]
        lines.append(Text("setup.health_hears" if told.hears_all else "setup.health_privacy"))
        return tuple(lines)
    missing = tuple(Text(f"setup.missing_{right}") for right in RIGHTS if right not in told.rights)
    return (Text("setup.health_administrator"), *(missing or (Text("setup.health_rights"),)))


def _count(told: Told | None) -> Text:
    """Return how many Telegram counts: people and bots, ours among them."""
    return Text("setup.count_unknown") if told is None else Text("setup.count", {"count": told.count})


def _share(part: int, whole: int) -> str:
    return f"{round(100 * part / whole)} %" if whole else "–"


def _told(chat: ChatId, result: dict[str, Any]) -> Told:
    own = result["member"]
    return Told(
        chat=chat,
        is_administrator=own["status"] == _ADMINISTRATOR,
        rights=frozenset(name for name, value in own.items() if value is True),
        count=result["count"],
        hears_all=result["hears_all"],
    )


def routes(catalog: Catalog) -> Routes:
    """Return what the health of a group is routed to, in order."""
    return (
        OutcomeHandler(OutcomeKind.STANDING, on_standing),
        on_payload(r"health-g\d{1,18}", on_start_health),
        on_command("health", on_health),
        on_words(catalog.words["setup.health"], on_health),
        on_tap(HEALTH, on_health, r"(:\d{1,18})?"),
    )
