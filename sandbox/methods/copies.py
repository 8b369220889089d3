"""Methods that forward and copy messages."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

from sandbox.delivery import post
from sandbox.errors import bad_request
from sandbox.methods.common import check_can_write, find_chat
from sandbox.methods.media import PERMISSIONS
from sandbox.methods.polls import PERMISSION as POLL_PERMISSION
from sandbox.methods.sending import draft
from sandbox.methods.texts import read_caption
from sandbox.model import Chat, Json, Message
from sandbox.objects import chat_object, user_object
from sandbox.world import Bot, World

MOST = 100
KEPT = ("text", "entities", "preview", "media", "spoiler", "caption_above", "poll", "invoice")
"""What a message takes along."""


def forward_message(world: World, bot: Bot, params: Json) -> Json:
    """Forward a message; return it as it arrived."""
    source = find_chat(world, bot, params["from_chat_id"])
    message = source.messages.get(params["message_id"])
    if message is None:
        raise bad_request("message to forward not found")
    if not _can_forward(message):
        raise bad_request("the message can't be forwarded")
    chat, new = _again(world, bot, params, message)
    return _forwarded(world, source, message, chat, new)


def copy_message(world: World, bot: Bot, params: Json) -> Json:
    """Copy a message, with another caption where one is given; return its MessageId."""
    caption = read_caption(world, params)
    source = find_chat(world, bot, params["from_chat_id"])
    message = source.messages.get(params["message_id"])
    if message is None:
        raise bad_request("message to copy not found")
    if not _can_copy(message):
        raise bad_request("the message can't be copied")
    chat, new = _again(world, bot, params, message)
    if message.media is not None and "caption" in params:
        new.text, new.entities = caption.text, caption.entities
    if message.media is not None and "show_caption_above_media" in params:
        new.caption_above = params["show_caption_above_media"]
    return _copied(world, bot, chat, new)


def forward_messages(world: World, bot: Bot, params: Json) -> list[Json]:
    """Forward up to 100 messages; what cannot be forwarded is skipped. Return the MessageIds."""
    source, found = _several(world, bot, params, _can_forward)
    sent = []
    albums: dict[str, str] = {}
    for message in found:
        chat, new = _again(world, bot, params, message)
        new.album = _album(world, albums, message)
        sent.append({"message_id": _forwarded(world, source, message, chat, new)["message_id"]})
    return sent


def copy_messages(world: World, bot: Bot, params: Json) -> list[Json]:
    """Copy up to 100 messages; what cannot be copied is skipped. Return the MessageIds."""
    _, found = _several(world, bot, params, _can_copy)
    sent = []
    albums: dict[str, str] = {}
    for message in found:
        chat, new = _again(world, bot, params, message)
        new.album = _album(world, albums, message)
        if params.get("remove_caption") and message.media is not None:
            new.text, new.entities = "", []
        sent.append(_copied(world, bot, chat, new))
    return sent


def _can_forward(message: Message) -> bool:
    return not message.is_service and not message.protected


def _can_copy(message: Message) -> bool:
    return _can_forward(message) and message.invoice is None


def _several(
    world: World, bot: Bot, params: Json, fits: Callable[[Message], bool]
) -> tuple[Chat, list[Message]]:
    """Return the chat and those of the messages that are there and fit.

    Raises ApiError, before anything is sent, where none is left or one may not be sent.
    """
    wanted = params["message_ids"]
    if not wanted:
        raise bad_request("there are no messages to forward")
    if len(wanted) > MOST:
        raise bad_request(f'parameter "message_ids" must name 1-{MOST} messages')
    if any(first >= second for first, second in pairwise(wanted)):
        raise bad_request("message identifiers must be in a strictly increasing order")
    source, target = (find_chat(world, bot, params[name]) for name in ("from_chat_id", "chat_id"))
    found = [source.messages[number] for number in wanted if number in source.messages]
    found = [message for message in found if fits(message)]
    if not found:
        raise bad_request("messages can't be forwarded")
    for message in found:
        check_can_write(world, bot, target, _permission(message))
    return source, found


def _album(world: World, albums: dict[str, str], message: Message) -> str:
    """Return the new album's id for messages that were one album."""
    return albums.setdefault(message.album, world.digits()[:17]) if message.album else ""


def _again(world: World, bot: Bot, params: Json, message: Message) -> tuple[Chat, Message]:
    """Return the chat to write to and a new message of the same content."""
    chat, new = draft(world, bot, params, permission=_permission(message))
    for name in KEPT:
        setattr(new, name, getattr(message, name))
    return chat, new


def _permission(message: Message) -> str:
    """Return what a plain member needs to send such a message."""
    if message.media is not None:
        return PERMISSIONS[message.media.kind]
    return "can_send_messages" if message.poll is None else POLL_PERMISSION


def _forwarded(world: World, source: Chat, message: Message, chat: Chat, new: Message) -> Json:
    new.origin = message.origin or origin_object(world, source, message)
    return post(world, chat, new)


def origin_object(world: World, chat: Chat, message: Message) -> Json:
    """Return the MessageOrigin of a message that is forwarded for the first time."""
    if chat.is_channel:
        where = {"chat": chat_object(world, chat), "message_id": message.id}
        return {"type": "channel", "date": message.date, **where}
    if message.anonymous or message.sender_chat:
        face = world.groups[message.sender_chat] if message.sender_chat else chat
        return {"type": "chat", "date": message.date, "sender_chat": chat_object(world, face)}
    return {"type": "user", "date": message.date, "sender_user": user_object(world.users[message.sender])}


def _copied(world: World, bot: Bot, chat: Chat, new: Message) -> Json:
    """Post a copy; a copied poll begins anew and belongs to the bot."""
    if new.poll is not None:
        new.poll = replace(new.poll, id=world.digits(), author=bot.id, votes={}, closed=False, close_date=0)
        world.polls[new.poll.id] = new.poll
    post(world, chat, new)
    return {"message_id": new.id}
