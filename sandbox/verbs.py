"""What people do in their clients: the verbs of the control API."""

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

from sandbox import chatverbs, groupverbs, mediaverbs, topicverbs
from sandbox.client import BEGUN, begin, caption_of, chat_of, message_of, text_of
from sandbox.delivery import change, next_message, post, set_blocked, tell_tap
from sandbox.entities import Formatted
from sandbox.errors import ControlError, not_found
from sandbox.methods.messages import remove
from sandbox.model import Callback, Chat, Json, Message, User
from sandbox.objects import message_object
from sandbox.params import checked_fields
from sandbox.schema import fields
from sandbox.world import World

Verb = Callable[[World, User, Json], Json]

_PAYLOAD = re.compile(r"[A-Za-z0-9_-]{0,64}")


def act(world: World, user_id: int, verb: str, given: Json) -> Json:
    """Do `verb` as a user; return what it made. Raises ControlError when a client would not let them."""
    me = world.user(user_id)
    known = VERBS.get(verb)
    if me.deactivated:
        raise ControlError(f"the account of user {me.id} is deleted; act as another")
    if known is None:
        raise ControlError(f"do must be one of {', '.join(VERBS)}; got {verb}")
    doer, allowed = known
    return doer(world, me, checked_fields(allowed, given, verb))


def start(world: World, me: User, given: Json) -> Json:
    """Press Start: unblock the bot if need be and send /start."""
    payload = given.get("payload", "")
    if not _PAYLOAD.fullmatch(payload):
        raise ControlError(f"payload must be up to 64 of A-Z a-z 0-9 _ -; got {payload}")
    chat = world.private(world.bot(given.get("bot")).id, me.id)
    set_blocked(world, chat, blocked=False)
    chat.started = True
    return _say(world, chat, next_message(world, chat, me.id), text_of(world, f"/start {payload}"))


def send(world: World, me: User, given: Json) -> Json:
    """Write a message."""
    text = text_of(world, given["text"], given.get("entities"))
    chat, message = begin(world, me, given)
    return _say(world, chat, message, text)


def _say(world: World, chat: Chat, message: Message, text: Formatted) -> Json:
    message.text, message.entities = text.text, text.entities
    return post(world, chat, message)


def publish(world: World, me: User, given: Json) -> Json:
    """Post into a channel."""
    if not world.group(given["chat"]).is_channel:
        raise ControlError(f"chat {given['chat']} is no channel; write there with send")
    return send(world, me, given)


def pin(world: World, me: User, given: Json) -> Json:
    """Pin a message; a service message tells of it."""
    chat = chat_of(world, me, given)
    return chatverbs.pin(world, me, chat, message_of(chat, given["message"]))


def unpin(world: World, me: User, given: Json) -> Json:
    """Unpin a message; no bot learns of it."""
    chat = chat_of(world, me, given)
    return chatverbs.unpin(world, me, chat, message_of(chat, given["message"]))


def deactivate(world: World, me: User, _given: Json) -> Json:
    """Delete the own account: no name is left, and no bot learns of it."""
    me.first_name = me.last_name = me.username = me.language_code = ""
    me.deactivated = True
    world.touch()
    return {"deactivated": me.id}


def edit(world: World, me: User, given: Json) -> Json:
    """Change an own message; one that stays the same reaches nobody."""
    chat = chat_of(world, me, given)
    message = message_of(chat, given["message"])
    if message.sender != me.id or message.is_service:
        raise ControlError(f"message {message.id} is not user {me.id}'s to edit")
    read = caption_of if message.media is not None else text_of
    text = read(world, given["text"], given.get("entities"))
    if (text.text, text.entities) == (message.text, message.entities):
        return message_object(world, chat, message, viewer=me.id)
    message.text, message.entities = text.text, text.entities
    return change(world, chat, message)


def delete(world: World, me: User, given: Json) -> Json:
    """Delete a message; no bot learns of it."""
    chat = chat_of(world, me, given)
    message = message_of(chat, given["message"])
    own = message.sender == me.id or chat.is_private
    if not own and not world.member(chat, me.id).may("can_delete_messages"):
        raise ControlError(f"message {message.id} is not user {me.id}'s to delete")
    remove(world, chat, message.id)
    return {"deleted": message.id}


def tap(world: World, me: User, given: Json) -> Json:
    """Tap a button by its label or data; with `forge`, send any data."""
    chat = chat_of(world, me, given)
    message = chat.messages.get(given["message"])
    if given.get("forge"):
        return _forged(world, me, chat, message, given)
    if message is None:
        raise not_found(f"chat {chat.id} has no message {given['message']}")
    button = _button(message, given)
    if "callback_data" in button:
        return _tapped(world, me, chat, message.id, message.sender, button["callback_data"])
    if "url" in button:
        return _follow(world, me, button["url"])
    for kind in ("web_app", "login_url"):
        if kind in button:
            return {"url": button[kind]["url"]}
    if "copy_text" in button:
        return {"copied": button["copy_text"]["text"]}
    raise ControlError(f"the sandbox has no inline mode; the button {button['text']} does nothing here")


def _button(message: Message, given: Json) -> Json:
    rows = message.markup["inline_keyboard"] if message.markup else []
    buttons: list[Json] = [button for row in rows for button in row]
    for button in buttons:
        if "button" in given and button["text"] == given["button"]:
            return button
        if "button" not in given and "data" in given and button.get("callback_data") == given["data"]:
            return button
    wanted = given.get("button", given.get("data"))
    labels = ", ".join(button["text"] for button in buttons) or "none"
    raise not_found(f"message {message.id} has no button {wanted}; its buttons: {labels}")


def _forged(world: World, me: User, chat: Chat, message: Message | None, given: Json) -> Json:
    message_id = given["message"]
    if not 0 < message_id <= chat.last_id:
        raise not_found(f"chat {chat.id} never had a message {message_id}")
    sender = message.sender if message and message.sender in world.bots else 0
    bot = sender or chat.bot or world.bot().id
    return _tapped(world, me, chat, message_id, bot, given.get("data", ""))


def _tapped(world: World, me: User, chat: Chat, message_id: int, bot_id: int, data: str) -> Json:
    if chat.blocked:
        raise ControlError("unblock the bot first")
    callback = Callback(world.digits(), bot_id, me.id, chat, message_id, world.clock.unix())
    return tell_tap(world, callback, data)


def _follow(world: World, me: User, url: str) -> Json:
    parts = urlsplit(url if "://" in url else f"https://{url}")
    query = parse_qs(parts.query)
    name = parts.path.strip("/")
    if parts.scheme == "tg" and parts.netloc == "resolve":
        name = query.get("domain", [""])[0]
    ours = parts.netloc.lower() in ("t.me", "telegram.me") or parts.scheme == "tg"
    for bot in world.bots.values():
        if ours and bot.user.username.lower() == name.lower() and "start" in query:
            return start(world, me, {"payload": query["start"][0], "bot": bot.id})
    return {"url": url}


def block(world: World, me: User, given: Json) -> Json:
    """Block the bot."""
    return _block(world, me, given, blocked=True)


def unblock(world: World, me: User, given: Json) -> Json:
    """Unblock the bot."""
    return _block(world, me, given, blocked=False)


def _block(world: World, me: User, given: Json, *, blocked: bool) -> Json:
    chat = world.private(world.bot(given.get("bot")).id, me.id)
    set_blocked(world, chat, blocked=blocked)
    return {"blocked": chat.blocked}


def read(world: World, me: User, given: Json) -> Json:
    """Mark a chat read."""
    chat = chat_of(world, me, given)
    if chat.reads.get(me.id, 0) != chat.last_id:
        chat.reads[me.id] = chat.last_id
        world.touch()
    return {"read": chat.last_id}


_ABOUT = fields("chat:int! user:int!")
_DOOR = fields("chat:int link:str")

VERBS = {
    "start": (start, fields("payload:str bot:int")),
    "send": (send, fields(f"{BEGUN} text:str! entities:[MessageEntity]")),
    "post": (publish, fields("chat:int! text:str! reply_to:int")),
    "edit": (edit, fields("chat:int message:int! text:str! entities:[MessageEntity] bot:int")),
    "delete": (delete, fields("chat:int message:int! bot:int")),
    "tap": (tap, fields("chat:int message:int! button:str data:str forge:bool bot:int")),
    "join": (groupverbs.join, _DOOR),
    "request": (groupverbs.request, _DOOR),
    "invite": (groupverbs.invite, fields("chat:int! by_request:bool")),
    "approve": (groupverbs.approve, _ABOUT),
    "decline": (groupverbs.decline, _ABOUT),
    "add": (groupverbs.add, _ABOUT),
    "kick": (groupverbs.kick, _ABOUT),
    "leave": (groupverbs.leave, fields("chat:int!")),
    "promote": (groupverbs.promote, fields("chat:int! user:int! rights:words title:str")),
    "demote": (groupverbs.demote, _ABOUT),
    "anonymous": (chatverbs.anonymous, fields("chat:int! on:bool")),
    "restrict": (chatverbs.restrict, fields("chat:int! user:int! permissions:words! until:int")),
    "title": (chatverbs.title, fields("chat:int! title:str!")),
    "username": (chatverbs.username, fields("chat:int! username:str!")),
    "pin": (pin, fields("chat:int message:int! bot:int")),
    "unpin": (unpin, fields("chat:int message:int! bot:int")),
    "migrate": (groupverbs.migrate, fields("chat:int! first:str")),
    "delete_group": (chatverbs.delete_group, fields("chat:int!")),
    "deactivate": (deactivate, fields("")),
    "topic": (topicverbs.create, fields("chat:int! name:str!")),
    "rename_topic": (topicverbs.rename, fields("chat:int! topic:int! name:str!")),
    "close_topic": (topicverbs.close, topicverbs.FIELDS),
    "reopen_topic": (topicverbs.reopen, topicverbs.FIELDS),
    "delete_topic": (topicverbs.delete, topicverbs.FIELDS),
    "block": (block, fields("bot:int")),
    "unblock": (unblock, fields("bot:int")),
    "read": (read, fields("chat:int bot:int")),
    "photo": (mediaverbs.photo, mediaverbs.SENT),
    "document": (mediaverbs.document, mediaverbs.SENT),
    "album": (mediaverbs.album, fields(f"{BEGUN} count:int files:words caption:str")),
    "poll": (
        mediaverbs.ask,
        fields(
            f"{BEGUN} question:str! options:words! anonymous:bool multiple:bool correct:int explanation:str"
        ),
    ),
    "vote": (mediaverbs.cast, fields("chat:int message:int! options:ids! bot:int")),
    "react": (mediaverbs.react, fields("chat:int message:int! emoji:str! bot:int")),
    "pay": (mediaverbs.pay, fields("chat:int message:int! bot:int")),
}
"""Verb -> what does it, and its fields."""
