"""Answers in a place: a new message, the tapped message changed, a toast."""

from handlers.context import Place
from kernel.message import (
    Answer,
    Keyboard,
    Kind,
    Language,
    MessageClass,
    Outgoing,
    Param,
    Text,
    Toast,
)


def say(place: Place, text: Text, keyboard: Keyboard = (), language: Language | None = None) -> Outgoing:
    """Return a new message in `place`; in a group it answers the message it concerns."""
    return Outgoing(
        Kind.SEND,
        place.chat,
        MessageClass.ANSWER,
        text=text,
        keyboard=keyboard,
        language=language or place.language,
        message=None if place.private else place.message,
        topic=place.topic,
    )


def show(place: Place, text: Text, keyboard: Keyboard = (), language: Language | None = None) -> Outgoing:
    """Return the same content where it belongs: in the tapped message, else as a new one."""
    if place.tap_id is None:
        return say(place, text, keyboard, language)
    return Outgoing(
        Kind.EDIT,
        place.chat,
        MessageClass.ANSWER,
        text=text,
        keyboard=keyboard,
        language=language or place.language,
        message=place.message,
    )


def toast(place: Place, key: str, *, alert: bool = False, **params: Param) -> Toast:
    """Return the short answer to a tap."""
    return Toast(Text(key, params), place.language, alert)


def refused(place: Place | None, wording: Text | None) -> Answer:
    """Return how a refusal is told: in the tap's toast, in private, or under the message in a group."""
    if place is None or wording is None:
        return None
    if place.tap_id is not None:
        return Toast(wording, place.language, alert=True)
    return say(place, wording)
