"""What most methods need first: the chat, the right to act there, the user acted upon."""

from collections.abc import Callable
from typing import Any

from sandbox.errors import ApiError, bad_request, forbidden
from sandbox.model import GENERAL, Chat, Json, Member, User
from sandbox.topics import may_manage
from sandbox.world import Bot, World

Handler = Callable[[World, Bot, Json], Any]
"""A method: what it answers is put under `result`."""

KIND_NAMES = {"group": "group chat", "supergroup": "supergroup chat", "channel": "channel chat"}


def find_chat(world: World, bot: Bot, chat_id: int | str) -> Chat:
    """Return the chat a bot names. Raises ApiError for an unknown chat and for a group it is not in."""
    if isinstance(chat_id, str):
        named = world.by_username(chat_id)
        if not isinstance(named, Chat):
            raise bad_request("chat not found")
        return _entered(world, bot, named)
    if chat_id in world.groups:
        return _entered(world, bot, world.groups[chat_id])
    user = world.users.get(chat_id)
    if user is None:
        raise bad_request("chat not found")
    if user.is_bot:
        raise forbidden("bot can't send messages to bots")
    return world.private(bot.id, user.id)


def _entered(world: World, bot: Bot, chat: Chat) -> Chat:
    if chat.migrated_to:
        text = "Bad Request: group chat was upgraded to a supergroup chat"
        raise ApiError(400, text, {"migrate_to_chat_id": chat.migrated_to})
    if chat.deleted:
        raise forbidden("the group chat was deleted")
    member = world.member(chat, bot.id)
    if member.inside:
        return chat
    name = KIND_NAMES[chat.kind]
    if member.status == "kicked":
        raise forbidden(f"bot was kicked from the {name}")
    if chat.username or bot.id in chat.members:
        raise forbidden(f"bot is not a member of the {name}")
    raise bad_request("chat not found")


def find_group(world: World, bot: Bot, params: Json) -> Chat:
    """Return the group of `chat_id`. Raises ApiError for a private chat."""
    chat = find_chat(world, bot, params["chat_id"])
    if chat.is_private:
        raise bad_request("method is available for groups and supergroups only")
    return chat


CONTENTS = {
    "can_send_messages": "text messages",
    "can_send_photos": "photos",
    "can_send_documents": "documents",
    "can_send_videos": "videos",
    "can_send_audios": "audios",
    "can_send_voice_notes": "voice notes",
    "can_send_polls": "polls",
    "can_send_other_messages": "animations",
}
"""Permission -> what it lets a member send."""


def check_can_write(world: World, bot: Bot, chat: Chat, permission: str = "can_send_messages") -> None:
    """Raise ApiError unless the bot may send into the chat now what needs `permission`."""
    if not chat.is_private:
        if chat.is_channel and not world.member(chat, bot.id).may("can_post_messages"):
            raise bad_request("need administrator rights in the channel chat")
        if not world.may_send(chat, bot.id, permission):
            raise bad_request(f"not enough rights to send {CONTENTS[permission]} to the chat")
    elif world.users[chat.id].deactivated:
        raise forbidden("user is deactivated")
    elif chat.blocked:
        raise forbidden("bot was blocked by the user")
    elif not chat.started and chat.write_until <= world.clock.unix():
        raise forbidden("bot can't initiate conversation with a user")


def find_topic(world: World, bot: Bot, chat: Chat, params: Json, *, answered: int = 0) -> int:
    """Return the topic to write into: the one of `message_thread_id`, else that of the `answered` message.

    0 is General, and every chat that is no forum. Raises ApiError for a topic that is not there and for a
    closed one.
    """
    reply = chat.messages.get(answered)
    wanted: int = params.get("message_thread_id", reply.topic if reply else 0)
    if not chat.is_forum and not wanted:
        return 0
    topic = chat.topics.get(wanted or GENERAL)
    if topic is None or wanted == GENERAL:
        raise bad_request("message thread not found")
    if topic.closed and not may_manage(world, chat, topic, bot.id):
        raise bad_request("TOPIC_CLOSED")
    return wanted


def need_right(world: World, bot: Bot, chat: Chat, right: str, to: str) -> Member:
    """Return the bot's standing. Raises ApiError "not enough rights to …" unless it holds `right`."""
    member = world.member(chat, bot.id)
    if not member.may(right):
        raise bad_request(f"not enough rights to {to}")
    return member


def find_user(world: World, params: Json) -> User:
    """Return the user of `user_id`. Raises ApiError for an unknown one."""
    user = world.users.get(params["user_id"])
    if user is None:
        raise bad_request("invalid user_id specified: user not found")
    return user


def check_not_modelled(params: Json) -> None:
    """Raise ApiError for parameters that name things this world does not have."""
    absent = {
        "business_connection_id": "business connection not found",
        "direct_messages_topic_id": "the chat is not a direct messages chat: direct_messages_topic_id",
        "suggested_post_parameters": "the chat is not a direct messages chat: suggested_post_parameters",
        "inline_message_id": "MESSAGE_ID_INVALID",
    }
    for name, text in absent.items():
        if name in params:
            raise bad_request(text)


def too_long(name: str, limit: int) -> ApiError:
    """Return the refusal of a text over its limit."""
    return bad_request(f'parameter "{name}" must be at most {limit} characters long')
