"""What every verb needs first: the chat a user means, the message, whether a client lets them write there."""

from sandbox.delivery import next_message
from sandbox.entities import Formatted
from sandbox.errors import ApiError, ControlError, not_found
from sandbox.methods.texts import read_caption, read_text
from sandbox.model import Chat, Json, Message, User
from sandbox.topicverbs import writable_topic
from sandbox.world import World


def chat_of(world: World, me: User, given: Json) -> Chat:
    """Return the chat a user names; their own id, a bot's id or nothing means a private chat."""
    chat_id = given.get("chat", me.id)
    if chat_id == me.id:
        return world.private(world.bot(given.get("bot")).id, me.id)
    if chat_id in world.bots:
        return world.private(chat_id, me.id)
    chat = world.group(chat_id)
    if not world.member(chat, me.id).inside:
        raise ControlError(f"user {me.id} is not in chat {chat_id}; join first")
    return chat


def text_of(world: World, text: str, entities: list[Json] | None = None) -> Formatted:
    """Return a text with what Telegram finds in it. Raises ControlError for an empty or too long one."""
    try:
        return read_text(world, {"text": text, "entities": entities})
    except ApiError as error:
        raise _in_words(error) from None


def caption_of(world: World, text: str, entities: list[Json] | None = None) -> Formatted:
    """Return a caption, which can be empty, likewise."""
    try:
        return read_caption(world, {"caption": text, "caption_entities": entities})
    except ApiError as error:
        raise _in_words(error) from None


def _in_words(error: ApiError) -> ControlError:
    return ControlError(error.description.removeprefix("Bad Request: "))


def message_of(chat: Chat, message_id: int) -> Message:
    """Return a message. Raises ControlError when it is not there."""
    found = chat.messages.get(message_id)
    if found is None:
        raise not_found(f"chat {chat.id} has no message {message_id}")
    return found


def can_write(world: World, chat: Chat, user_id: int, permission: str = "can_send_messages") -> bool:
    """Say whether a client would let this user send here what needs `permission`."""
    return not chat.blocked if chat.is_private else world.may_send(chat, user_id, permission)


def check_can_write(world: World, chat: Chat, user_id: int, permission: str = "can_send_messages") -> None:
    """Raise ControlError where a client would not let this user send what needs `permission`."""
    if not can_write(world, chat, user_id, permission):
        hint = "unblock the bot first" if chat.is_private else "an administrator must allow it first"
        raise ControlError(f"user {user_id} may not write in chat {chat.id}; {hint}")


BEGUN = "chat:int reply_to:int topic:int as_channel:int via:int bot:int"
"""What every verb takes that writes a message."""


def begin(world: World, me: User, given: Json, permission: str = "can_send_messages") -> tuple[Chat, Message]:
    """Return the chat a user writes to and a message without content.

    Raises ControlError where a client would not let them send what needs `permission`.
    """
    chat = chat_of(world, me, given)
    check_can_write(world, chat, me.id, permission)
    reply_to = given.get("reply_to", 0)
    if reply_to:
        message_of(chat, reply_to)
    sender_chat = _channel(world, me, chat, given["as_channel"]) if "as_channel" in given else 0
    via_bot = world.bot(given["via"]).id if "via" in given else 0
    message = next_message(world, chat, me.id, topic=writable_topic(world, me, chat, given))
    message.reply_to, message.via_bot = reply_to, via_bot
    if sender_chat:
        message.sender_chat, message.anonymous, message.signature = sender_chat, False, ""
    if chat.is_private:
        chat.started = True
    return chat, message


def _channel(world: World, me: User, chat: Chat, channel_id: int) -> int:
    """Return the channel a message is written as."""
    channel = world.group(channel_id)
    if not channel.is_channel or world.member(channel, me.id).status != "creator":
        raise ControlError(f"user {me.id} created no channel {channel.id}")
    if chat.kind != "supergroup":
        raise ControlError(f"one writes as a channel in supergroups only; chat {chat.id} is a {chat.kind}")
    if channel.id in chat.banned_senders:
        raise ControlError(f"channel {channel.id} is banned from chat {chat.id}")
    return channel.id


def face(world: World, chat: Chat, user_id: int) -> int:
    """Return who a user is to others in a chat: the group itself for an anonymous administrator."""
    return chat.id if world.is_anonymous(chat, user_id) else user_id
