"""Answers in a place: a new message, the tapped message changed, a toast."""

from collections.abc import Mapping

from features.members.model import ConsentNeeded, Erased
from handlers.context import Place
from handlers.keyboards import MENU
from kernel.message import (
    Answer,
    Keyboard,
    Kind,
    Language,
    MessageClass,
    Open,
    Outgoing,
    Param,
    Tap,
    Text,
    Toast,
)

READ_NOTE = Tap(
    Text("members.read_note"), MENU
)  # the menu of who has not agreed is the note with the question
_TO_PRIVATE: Keyboard = ((Open(Text("home.open_private"), "menu"),),)
_WAYS_ON: Mapping[str, Keyboard] = {ConsentNeeded.text_key: ((READ_NOTE,),), Erased.text_key: _TO_PRIVATE}


def say(place: Place, text: Text, keyboard: Keyboard = ()) -> Outgoing:
    """Return a new message in `place`; in a group it answers the message it concerns."""
    return Outgoing(
        Kind.SEND,
        place.chat,
        MessageClass.ANSWER,
        text=text,
        keyboard=keyboard,
        language=place.language,
        message=None if place.private else place.message,
        topic=place.topic,
        large=place.large,
    )


def show(place: Place, text: Text, keyboard: Keyboard = ()) -> Outgoing:
    """Return the same content where it belongs: in the tapped message, else as a new one."""
    if place.tap_id is None:
        return say(place, text, keyboard)
    return Outgoing(
        Kind.EDIT,
        place.chat,
        MessageClass.ANSWER,
        text=text,
        keyboard=keyboard,
        language=place.language,
        message=place.message,
        topic=place.topic,  # for the message that takes its place if it is gone
        large=place.large,
    )


def toast(place: Place, key: str, *, alert: bool = False, **params: Param) -> Toast:
    """Return the short answer to a tap."""
    return Toast(Text(key, params), place.language, alert)


def refused(place: Place | None, wording: Text | None) -> Answer:
    """Return how a refusal is told: in the tap's toast, in private, or under the message in a group.

    A refusal that names a `language` is told in it; one that has a way on shows the button to it.
    """
    if place is None or wording is None:
        return None
    if spoken := wording.params.get("language"):
        place = place.speaking(Language(str(spoken)))
    way_on = _WAYS_ON.get(wording.key, ())
    if place.tap_id is None:
        return say(place, wording, way_on)
    told = Toast(wording, place.language, alert=True)
    return (show(place, wording, way_on), told) if way_on else told
