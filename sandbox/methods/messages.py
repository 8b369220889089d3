"""Methods that write, delete and pin messages, and answer taps."""

from sandbox.changes import pin
from sandbox.delivery import post
from sandbox.entities import utf16_length
from sandbox.errors import bad_request
from sandbox.methods.common import check_can_write, check_not_modelled, find_chat, find_topic
from sandbox.methods.sending import draft
from sandbox.methods.texts import read_text
from sandbox.model import GENERAL, Chat, Json, Message, Toast
from sandbox.updates import CALLBACK_LIFE_SECONDS
from sandbox.world import Bot, World

DELETE_SECONDS = 48 * 3600
ACTIONS = frozenset(
    [
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    ]
)
TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
PIN = "manage pinned messages in the chat"


def send_message(world: World, bot: Bot, params: Json) -> Json:
    """Send a text; return the Message."""
    text = read_text(world, params)
    chat, message = draft(world, bot, params)
    message.text, message.entities = text.text, text.entities
    message.preview = params.get("link_preview_options")
    return post(world, chat, message)


def delete_message(world: World, bot: Bot, params: Json) -> bool:
    """Delete one message."""
    chat = find_chat(world, bot, params["chat_id"])
    message = chat.messages.get(params["message_id"])
    if message is None:
        raise bad_request("message to delete not found")
    if not _may_delete(world, bot, chat, message):
        raise bad_request("message can't be deleted")
    remove(world, chat, message.id)
    return True


def delete_messages(world: World, bot: Bot, params: Json) -> bool:
    """Delete up to 100 messages; those that are gone are skipped."""
    wanted = params["message_ids"]
    if not 1 <= len(wanted) <= 100:
        raise bad_request('parameter "message_ids" must name 1-100 messages')
    chat = find_chat(world, bot, params["chat_id"])
    found = [chat.messages[message_id] for message_id in dict.fromkeys(wanted) if message_id in chat.messages]
    if not all(_may_delete(world, bot, chat, message) for message in found):
        raise bad_request("message can't be deleted")
    for message in found:
        remove(world, chat, message.id)
    return True


def _may_delete(world: World, bot: Bot, chat: Chat, message: Message) -> bool:
    if world.clock.unix() >= message.date + DELETE_SECONDS:
        return False
    own = message.sender == bot.id
    return own or chat.is_private or world.member(chat, bot.id).may("can_delete_messages")


def remove(world: World, chat: Chat, message_id: int) -> None:
    """Take a message out of its chat, pinned or not."""
    chat.messages.pop(message_id, None)
    if message_id in chat.pinned:
        chat.pinned.remove(message_id)
    world.touch()


def pin_chat_message(world: World, bot: Bot, params: Json) -> bool:
    """Pin a message; a service message tells of it."""
    check_not_modelled(params)
    chat = _pinnable(world, bot, params)
    message = chat.messages.get(params["message_id"])
    if message is None:
        raise bad_request("message to pin not found")
    if message.is_service:
        raise bad_request("message can't be pinned")
    pin(world, chat, bot.id, message)
    return True


def unpin_chat_message(world: World, bot: Bot, params: Json) -> bool:
    """Unpin one message, or the latest pinned one."""
    check_not_modelled(params)
    chat = _pinnable(world, bot, params)
    wanted = params.get("message_id") or (chat.pinned[-1] if chat.pinned else 0)
    if wanted not in chat.pinned:
        raise bad_request("message to unpin not found")
    chat.pinned.remove(wanted)
    world.touch()
    return True


def unpin_all_chat_messages(world: World, bot: Bot, params: Json) -> bool:
    """Unpin everything."""
    _pinnable(world, bot, params).pinned.clear()
    world.touch()
    return True


def _pinnable(world: World, bot: Bot, params: Json) -> Chat:
    chat = find_chat(world, bot, params["chat_id"])
    if chat.is_private:
        check_can_write(world, bot, chat)
    elif not world.may_pin(chat, bot.id):
        raise bad_request(f"not enough rights to {PIN}")
    return chat


def answer_callback_query(world: World, bot: Bot, params: Json) -> bool:
    """Answer a tap, once and within 150 seconds."""
    callback = world.callbacks.get(params["callback_query_id"])
    if callback is None or callback.bot != bot.id or callback.answered:
        raise bad_request(TOO_OLD)
    if world.clock.unix() >= callback.date + CALLBACK_LIFE_SECONDS:
        raise bad_request(TOO_OLD)
    text, url = params.get("text", ""), params.get("url", "")
    if utf16_length(text) > 200:
        raise bad_request("MESSAGE_TOO_LONG")
    if url and not url.lower().startswith(f"https://t.me/{bot.user.username.lower()}?start="):
        raise bad_request("URL_INVALID")
    callback.answered = True
    alert = params.get("show_alert", False)
    toast = Toast(world.touch(), callback.user, text, alert, callback.chat.id, callback.message, url)
    world.toasts.append(toast)
    return True


def send_chat_action(world: World, bot: Bot, params: Json) -> bool:
    """Show that the bot is busy; nothing of it stays."""
    check_not_modelled(params)
    if params["action"] not in ACTIONS:
        raise bad_request('wrong parameter "action" in request')
    chat = find_chat(world, bot, params["chat_id"])
    check_can_write(world, bot, chat)
    if params.get("message_thread_id") != GENERAL:
        find_topic(world, bot, chat, params)
    return True
