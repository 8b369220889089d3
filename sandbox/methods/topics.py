"""Methods about topics of forums."""

from sandbox import topics
from sandbox.entities import utf16_length
from sandbox.errors import bad_request
from sandbox.methods.common import find_chat, need_right
from sandbox.methods.messages import PIN
from sandbox.model import GENERAL, Chat, Json, Topic
from sandbox.objects import topic_object
from sandbox.world import Bot, World

UNCHANGED = "TOPIC_NOT_MODIFIED"


def create_forum_topic(world: World, bot: Bot, params: Json) -> Json:
    """Make a topic; return it."""
    chat = _forum(world, bot, params)
    need_right(world, bot, chat, "can_manage_topics", "create a topic")
    color = params.get("icon_color", topics.COLORS[0])
    if color not in topics.COLORS:
        raise bad_request("invalid icon color specified")
    topic = Topic(0, _name(params), color, icon_emoji=_emoji(params))
    topics.create(world, chat, bot.id, topic)
    return topic_object(topic)


def edit_forum_topic(world: World, bot: Bot, params: Json) -> bool:
    """Change name and icon of a topic; an empty name keeps the old one, an empty icon takes it away."""
    chat, topic = _managed(world, bot, params)
    changes: Json = {"name": _name(params)} if params.get("name") else {}
    if "icon_custom_emoji_id" in params:
        changes["icon_custom_emoji_id"] = _emoji(params)
    return _done(topics.change(world, chat, bot.id, topic, changes))


def close_forum_topic(world: World, bot: Bot, params: Json) -> bool:
    """Close a topic."""
    chat, topic = _managed(world, bot, params)
    return _done(topics.set_closed(world, chat, bot.id, topic, closed=True))


def reopen_forum_topic(world: World, bot: Bot, params: Json) -> bool:
    """Open a closed topic again."""
    chat, topic = _managed(world, bot, params)
    return _done(topics.set_closed(world, chat, bot.id, topic, closed=False))


def delete_forum_topic(world: World, bot: Bot, params: Json) -> bool:
    """Delete a topic with all its messages."""
    chat = _forum(world, bot, params)
    topic = _topic(chat, params)
    need_right(world, bot, chat, "can_delete_messages", "delete the topic")
    topics.delete(world, chat, topic)
    return True


def unpin_all_forum_topic_messages(world: World, bot: Bot, params: Json) -> bool:
    """Unpin every message of a topic."""
    chat = _forum(world, bot, params)
    topic = _topic(chat, params)
    need_right(world, bot, chat, "can_pin_messages", PIN)
    topics.unpin_all(world, chat, topic)
    return True


def edit_general_forum_topic(world: World, bot: Bot, params: Json) -> bool:
    """Rename General."""
    chat, topic = _general(world, bot, params)
    return _done(topics.change(world, chat, bot.id, topic, {"name": _name(params)}))


def close_general_forum_topic(world: World, bot: Bot, params: Json) -> bool:
    """Close General."""
    chat, topic = _general(world, bot, params)
    return _done(topics.set_closed(world, chat, bot.id, topic, closed=True))


def reopen_general_forum_topic(world: World, bot: Bot, params: Json) -> bool:
    """Open General again; a hidden one is shown."""
    chat, topic = _general(world, bot, params)
    return _done(topics.set_closed(world, chat, bot.id, topic, closed=False))


def hide_general_forum_topic(world: World, bot: Bot, params: Json) -> bool:
    """Hide General, which closes it."""
    chat, topic = _general(world, bot, params)
    return _done(topics.set_hidden(world, chat, bot.id, topic, hidden=True))


def unhide_general_forum_topic(world: World, bot: Bot, params: Json) -> bool:
    """Show General again; it stays closed."""
    chat, topic = _general(world, bot, params)
    return _done(topics.set_hidden(world, chat, bot.id, topic, hidden=False))


def unpin_all_general_forum_topic_messages(world: World, bot: Bot, params: Json) -> bool:
    """Unpin every message of General."""
    chat = _forum(world, bot, params)
    need_right(world, bot, chat, "can_pin_messages", PIN)
    topics.unpin_all(world, chat, chat.topics[GENERAL])
    return True


def _forum(world: World, bot: Bot, params: Json) -> Chat:
    chat = find_chat(world, bot, params["chat_id"])
    if not chat.is_forum:
        raise bad_request("the chat is not a forum")
    return chat


def _topic(chat: Chat, params: Json) -> Topic:
    wanted = params["message_thread_id"]
    topic = chat.topics.get(wanted)
    if topic is None or wanted == GENERAL:
        raise bad_request("TOPIC_ID_INVALID")
    return topic


def _managed(world: World, bot: Bot, params: Json) -> tuple[Chat, Topic]:
    chat = _forum(world, bot, params)
    topic = _topic(chat, params)
    if not topics.may_manage(world, chat, topic, bot.id):
        raise bad_request("not enough rights to edit the topic")
    return chat, topic


def _general(world: World, bot: Bot, params: Json) -> tuple[Chat, Topic]:
    chat = _forum(world, bot, params)
    need_right(world, bot, chat, "can_manage_topics", "edit the topic")
    return chat, chat.topics[GENERAL]


def _name(params: Json) -> str:
    name: str = params["name"].strip()
    if not 1 <= utf16_length(name) <= topics.MAX_NAME:
        raise bad_request(f"topic name must be 1-{topics.MAX_NAME} characters long")
    return name


def _emoji(params: Json) -> str:
    emoji: str = params.get("icon_custom_emoji_id", "")
    if emoji and not (emoji.isascii() and emoji.isdigit()):
        raise bad_request("invalid custom emoji identifier specified")
    return emoji


def _done(notice: Json | None) -> bool:
    if notice is None:
        raise bad_request(UNCHANGED)
    return True
