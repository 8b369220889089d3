"""What is known of somebody: shown, exported, erased; and why a message came."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import Any

from telegram import Update

from features.app.erasing import Exported, Gone, MyData
from features.privacy.service import Why
from handlers.answers import say, show, toast
from handlers.context import Context, Place
from handlers.keyboards import tapped_args
from handlers.menu import MYDATA, TO_HOME, TO_MENU, lead_to_private
from handlers.routes import IN_PRIVATE, Routes, on_command, on_tap, on_words
from kernel.ids import MessageId
from kernel.message import Answer, File, Keyboard, Moment, Outgoing, Tap, Text
from texts.catalog import Catalog

_EXPORT, _ASK, _ERASE = "privacy.export", "privacy.ask", "privacy.erase"
_TOPIC = "settings.topic"
_TO_MYDATA = Tap(Text("privacy.back"), MYDATA)


async def on_mydata(update: Update, context: Context) -> None:
    """What is held of who asks, by word, command or button."""
    user = update.effective_user
    if user is None:
        return
    if not context.place.private:
        lead_to_private(user, context, TO_HOME)
        return
    answer = partial(mydata, context.place)
    context.plan(context.app.erasing.page, answer, person=context.person(user))


def mydata(place: Place, page: MyData) -> Outgoing:
    """Say in plain words what is held, why and since when."""
    held = page.held
    text = Text(
        "privacy.page",
        {
            "name": page.member.name or Text("privacy.no_name"),
            "since": Moment(held.met_at, page.zone),
            "consent": _when(held.service_consent_at, page.zone),
            "marketing": _when(held.marketing_consent_at, page.zone),
            "groups": _groups(held.groups),
            "growth": page.account.growth,
            "points": page.account.points,
            "roles": held.roles,
            "messages": held.messages,
        },
    )
    keyboard: Keyboard = (
        (Tap(Text("privacy.export"), _EXPORT),),
        (Tap(Text("privacy.to_erase"), _ASK),),
        (TO_MENU,),
    )
    return show(place.to(page.member), text, keyboard)


async def on_export(update: Update, context: Context) -> None:
    """The button that sends everything as a file."""
    if update.effective_user:
        answer = partial(exported, context.place, context.catalog)
        context.plan(context.app.erasing.export, answer, person=context.person(update.effective_user))


def exported(place: Place, catalog: Catalog, found: Exported) -> Answer:
    """Send the file, as a message of its own."""
    place = place.to(found.member)
    file = File("caiboshi-mydata.json", _document(place, catalog, found))
    sent = replace(say(place.apart(), Text("privacy.export_caption")), file=file)
    return sent, toast(place, "privacy.export_toast")


def _document(place: Place, catalog: Catalog, found: Exported) -> str:
    """Return the export as JSON that a person can read: what each part is, then the parts."""

    def plain(value: object) -> Any:
        match value:
            case Text():
                return catalog.plain(value, place.language).strip()
            case datetime() | date():
                return value.isoformat()
            case _:
                raise TypeError(f"nothing that an export holds: {type(value).__name__}")

    means = {name: Text(f"privacy.means_{name}") for name in found.sections}
    whole: Mapping[str, object] = {"about": Text("privacy.means"), "definitions": means, **found.sections}
    return json.dumps(whole, ensure_ascii=False, indent=2, default=plain)


async def on_ask(update: Update, context: Context) -> None:
    """The wish to be erased, by word or button: first of all what is lost."""
    user = update.effective_user
    if user is None:
        return
    if not context.place.private:
        lead_to_private(user, context, TO_HOME)
        return
    context.plan(context.app.erasing.ask, partial(ask, context.place), person=context.person(user))


def ask(place: Place, page: MyData) -> Outgoing:
    """Say exactly what is lost and what stays, and ask once more."""
    text = Text(
        "privacy.ask",
        {"growth": page.account.growth, "points": page.account.points, "coupons": page.coupons},
    )
    keyboard: Keyboard = (
        (_TO_MYDATA,),
        (Tap(Text("privacy.erase"), _ERASE, (page.guard,)),),
    )
    return show(place.to(page.member), text, keyboard)


async def on_erase(update: Update, context: Context) -> None:
    """The button that erases."""
    if update.effective_user:
        person, (guard,) = context.person(update.effective_user), tapped_args(update)
        context.plan(context.app.erasing.erase, partial(erased, context.place), person=person, guard=guard)


def erased(place: Place, gone: Gone) -> Outgoing:
    """Say that it is done: the last words, of which nothing is kept once they have left.

    No toast: one that comes late would be said as a message of its own, which would be kept.
    """
    place = place.to(gone.member)
    text = Text("privacy.erased", {"points": gone.points, "days": gone.tombstone_days})
    return replace(show(place, text), about=gone.member.id)


async def on_why(update: Update, context: Context) -> None:
    """Why a message came: the last one, or the one this is a reply to."""
    user, message = update.effective_user, update.effective_message
    if user is None or message is None:
        return
    if not context.place.private:
        lead_to_private(user, context, TO_HOME)
        return
    asked = message.reply_to_message
    context.plan(
        context.app.privacy.why,
        partial(why, context.place),
        person=context.person(user),
        message=MessageId(asked.message_id) if asked else None,
        zone=context.app.members.policy.zone.key,
    )


def why(place: Place, found: Why) -> Outgoing:
    """Say what a message was for, with the switch of its topic."""
    if found.member:
        place = place.to(found.member)
    at = Moment(found.sent.at, found.zone)
    if found.sent.reason is None:
        return say(place, Text("privacy.why_answer", {"at": at}))
    text = Text("privacy.why_notice", {"reason": found.sent.reason, "at": at})
    if found.topic is None:
        return say(place, text, ((TO_MENU,),))
    off = Text("privacy.no_more", {"topic": Text(f"settings.topic_{found.topic}")})
    return say(place, text, ((Tap(off, _TOPIC, (found.topic, "off")),), (TO_MENU,)))


def routes(catalog: Catalog) -> Routes:
    """Return what privacy's updates are routed to, in order."""
    return (
        on_command("mydata", on_mydata),
        on_command("why", on_why),
        on_words(catalog.words["privacy.mydata"], on_mydata),
        on_words(catalog.words["privacy.erase"], on_ask, IN_PRIVATE),
        on_words(catalog.words["privacy.why"], on_why, IN_PRIVATE),
        on_tap(MYDATA, on_mydata),
        on_tap(_EXPORT, on_export),
        on_tap(_ASK, on_ask),
        on_tap(_ERASE, on_erase, ":[0-9a-f]{16}"),
    )


def _when(at: datetime | None, zone: str) -> Moment | Text:
    return Text("privacy.not_given") if at is None else Moment(at, zone)


def _groups(titles: tuple[str, ...]) -> tuple[Text, ...] | Text:
    if not titles:
        return Text("privacy.no_group")
    return tuple(Text("privacy.group", {"title": title}) for title in titles)
