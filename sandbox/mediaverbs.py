"""What people do with pictures, files, polls, reactions and invoices."""

import binascii
from base64 import b64decode

from sandbox import payments, polls, reactions
from sandbox.client import BEGUN, begin, caption_of, chat_of, face, message_of
from sandbox.delivery import post
from sandbox.errors import ApiError, ControlError
from sandbox.files import Media, Upload
from sandbox.intake import take
from sandbox.methods.polls import new_poll
from sandbox.model import Chat, Json, Message, User
from sandbox.pictures import drawn, read_picture
from sandbox.schema import fields
from sandbox.world import World

SENT = fields(f"{BEGUN} caption:str file:str name:str")
"""What the verbs take that send one file."""


def photo(world: World, me: User, given: Json) -> Json:
    """Send a photo."""
    return _send(world, me, given, "photo", "can_send_photos")


def document(world: World, me: User, given: Json) -> Json:
    """Send a file."""
    return _send(world, me, given, "document", "can_send_documents")


def _send(world: World, me: User, given: Json, kind: str, permission: str) -> Json:
    return post(world, *_begun(world, me, given, _taken(world, kind, given), permission))


def _taken(world: World, kind: str, given: Json) -> Media:
    body = _bytes(given["file"]) if "file" in given else drawn(world.rng)
    picture = read_picture(body)
    name = given.get("name") or f"file.{picture.extension if picture else 'bin'}"
    try:
        return take(world, kind, Upload(name, "", body))
    except ApiError as error:
        raise ControlError(f"the file cannot be sent: {error.description}") from None


def _bytes(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ControlError("file must be base64; got something else") from None


def _begun(world: World, me: User, given: Json, media: Media, permission: str) -> tuple[Chat, Message]:
    """Return the chat and a new message of a file with its caption."""
    caption = caption_of(world, given.get("caption", ""))
    chat, message = begin(world, me, given, permission)
    message.media, message.text, message.entities = media, caption.text, caption.entities
    return chat, message


def album(world: World, me: User, given: Json) -> Json:
    """Send several photos as one album: as many messages, the caption with the first."""
    files = given.get("files", [])
    count = len(files) or given.get("count", 2)
    if not 2 <= count <= 10:
        raise ControlError(f"count must be 2-10, or files as many; got {count}")
    album_id = world.digits()[:17]
    found = []
    for number in range(count):
        said = given if number == 0 else {key: value for key, value in given.items() if key != "caption"}
        picture = {"file": files[number]} if files else {}
        chat, message = _begun(world, me, said, _taken(world, "photo", picture), "can_send_photos")
        message.album = album_id
        found.append(post(world, chat, message))
    return {"media_group_id": album_id, "messages": found}


def ask(world: World, me: User, given: Json) -> Json:
    """Send a poll of one's own; with a `correct` option it is a quiz."""
    asked: Json = {
        "question": given["question"],
        "options": [{"text": text} for text in given["options"]],
        "is_anonymous": given.get("anonymous", True),
        "allows_multiple_answers": given.get("multiple", False),
    }
    if "correct" in given:
        asked |= {"type": "quiz", "correct_option_ids": [given["correct"]]}
    if "explanation" in given:
        asked["explanation"] = given["explanation"]
    try:
        poll = new_poll(world, me.id, asked)
    except ApiError as error:
        raise ControlError(f"the poll cannot be sent: {error.description}") from None
    chat, message = begin(world, me, given, "can_send_polls")
    world.polls[poll.id] = message.poll = poll
    return post(world, chat, message)


def cast(world: World, me: User, given: Json) -> Json:
    """Vote in a poll, change the vote, or retract it with no options."""
    chat = chat_of(world, me, given)
    message = message_of(chat, given["message"])
    if message.poll is None:
        raise ControlError(f"message {message.id} is no poll; nothing to vote on")
    polls.vote(world, chat, message.poll, face(world, chat, me.id), tuple(given["options"]))
    return {"poll": message.poll.id, "options": given["options"]}


def react(world: World, me: User, given: Json) -> Json:
    """React to a message with an emoji, or take the reaction back with an empty text."""
    chat = chat_of(world, me, given)
    emoji = given["emoji"] and reactions.as_known(given["emoji"])
    message = reactions.holder(chat, message_of(chat, given["message"]))
    if emoji is None:
        raise ControlError(f"emoji must be one Telegram reacts with, as {_few()}; got {given['emoji']}")
    if message.is_service:
        raise ControlError(f"message {message.id} tells of an event; nobody reacts to it")
    if not reactions.may_react(world, chat, me.id):
        raise ControlError(f"user {me.id} may not react in chat {chat.id}; an administrator must allow it")
    wanted: list[Json] = [{"type": "emoji", "emoji": emoji}] if emoji else []
    if not reactions.can_hold(message, wanted):
        raise ControlError(
            f"message {message.id} has {reactions.MOST_KINDS} kinds of reactions; take one of them"
        )
    reactions.react(world, chat, message, face(world, chat, me.id), wanted)
    return {"message": message.id, "emoji": emoji}


def _few() -> str:
    return " ".join(sorted(reactions.EMOJI)[:5])


def pay(world: World, me: User, given: Json) -> Json:
    """Begin to pay an invoice; the bot's answer decides, the view tells."""
    chat = chat_of(world, me, given)
    checkout = payments.begin(world, me, chat, message_of(chat, given["message"]))
    return payments.checkout_object(checkout)
