"""Topics of forums: made, changed, closed and deleted, each with its service message."""

from sandbox.delivery import next_message, post
from sandbox.model import GENERAL, Chat, Json, Message, Topic
from sandbox.objects import topic_object
from sandbox.world import World

COLORS = (7_322_096, 16_766_590, 13_338_331, 9_367_192, 16_749_490, 16_478_047)
"""The colours an icon can have."""

MAX_NAME = 128


def open_forum(chat: Chat) -> None:
    """Let a new supergroup sort its messages into topics; it begins with General."""
    chat.topics[GENERAL] = Topic(GENERAL, "General", COLORS[0])
    chat.last_id = max(chat.last_id, GENERAL)


def may_manage(world: World, chat: Chat, topic: Topic, user_id: int) -> bool:
    """Say whether somebody may change, close and reopen a topic, and write into it when it is closed."""
    member = world.member(chat, user_id)
    return member.inside and (topic.creator == user_id or member.may("can_manage_topics"))


def create(world: World, chat: Chat, creator: int, topic: Topic) -> Json:
    """Put a topic into a forum under the id of the message that tells of it; return that message."""
    message = next_message(world, chat, creator)
    topic.id, topic.creator, message.topic = message.id, creator, message.id
    chat.topics[topic.id] = topic
    fields = topic_object(topic)
    del fields["message_thread_id"]
    return _tell(world, chat, message, "forum_topic_created", fields)


def change(world: World, chat: Chat, actor: int, topic: Topic, changes: Json) -> Json | None:
    """Rename a topic or give it another icon; None where nothing differs."""
    new = {name: value for name, value in changes.items() if value != _now(topic)[name]}
    if not new:
        return None
    topic.name = new.get("name", topic.name)
    topic.icon_emoji = new.get("icon_custom_emoji_id", topic.icon_emoji)
    return _notice(world, chat, actor, topic, "forum_topic_edited", new)


def _now(topic: Topic) -> Json:
    return {"name": topic.name, "icon_custom_emoji_id": topic.icon_emoji}


def set_closed(world: World, chat: Chat, actor: int, topic: Topic, *, closed: bool) -> Json | None:
    """Close or reopen a topic; None where it was so already. A reopened General shows itself."""
    if topic.closed == closed:
        return None
    topic.closed = closed
    topic.hidden = topic.hidden and closed
    return _notice(world, chat, actor, topic, "forum_topic_closed" if closed else "forum_topic_reopened", {})


def set_hidden(world: World, chat: Chat, actor: int, topic: Topic, *, hidden: bool) -> Json | None:
    """Hide General, which closes it, or show it again; None where it was so already."""
    if topic.hidden == hidden:
        return None
    topic.hidden = hidden
    topic.closed = topic.closed or hidden
    event = "general_forum_topic_hidden" if hidden else "general_forum_topic_unhidden"
    return _notice(world, chat, actor, topic, event, {})


def delete(world: World, chat: Chat, topic: Topic) -> None:
    """Delete a topic with all its messages; no bot learns of it."""
    del chat.topics[topic.id]
    chat.messages = {key: message for key, message in chat.messages.items() if message.topic != topic.id}
    chat.pinned = [key for key in chat.pinned if key in chat.messages]
    world.touch()


def unpin_all(world: World, chat: Chat, topic: Topic) -> None:
    """Unpin every message of a topic."""
    here = 0 if topic.id == GENERAL else topic.id
    chat.pinned = [key for key in chat.pinned if chat.messages[key].topic != here]
    world.touch()


def _notice(world: World, chat: Chat, actor: int, topic: Topic, event: str, fields: Json) -> Json:
    place = 0 if topic.id == GENERAL else topic.id
    return _tell(world, chat, next_message(world, chat, actor, topic=place), event, fields)


def _tell(world: World, chat: Chat, message: Message, event: str, fields: Json) -> Json:
    message.event = {event: fields}
    return post(world, chat, message)
