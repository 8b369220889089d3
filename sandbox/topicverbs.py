"""What people do about topics of forums: open, rename, close, reopen, delete them, and write into them."""

from sandbox import topics
from sandbox.entities import utf16_length
from sandbox.errors import ControlError, not_found
from sandbox.model import GENERAL, Chat, Json, Topic, User
from sandbox.schema import fields
from sandbox.world import World

FIELDS = fields("chat:int! topic:int!")
"""What the verbs about one topic take."""


def create(world: World, me: User, given: Json) -> Json:
    """Open a topic; members may too where the group lets them."""
    chat = _forum(world, given)
    if not world.allows(chat, me.id, "can_manage_topics"):
        raise ControlError(f"user {me.id} needs the right can_manage_topics in chat {chat.id}")
    topic = Topic(0, _name(given), world.rng.choice(topics.COLORS))
    message = topics.create(world, chat, me.id, topic)
    return {"topic": topic.id, "name": topic.name, "message": message}


def rename(world: World, me: User, given: Json) -> Json:
    """Rename a topic."""
    chat, topic = _managed(world, me, given)
    message = topics.change(world, chat, me.id, topic, {"name": _name(given)})
    return _told(topic, message, "has that name already")


def close(world: World, me: User, given: Json) -> Json:
    """Close a topic."""
    chat, topic = _managed(world, me, given)
    return _told(topic, topics.set_closed(world, chat, me.id, topic, closed=True), "is closed already")


def reopen(world: World, me: User, given: Json) -> Json:
    """Open a closed topic again."""
    chat, topic = _managed(world, me, given)
    return _told(topic, topics.set_closed(world, chat, me.id, topic, closed=False), "is open already")


def delete(world: World, me: User, given: Json) -> Json:
    """Delete a topic with all its messages; no bot learns of it."""
    chat, topic = _found(world, given)
    if topic.id == GENERAL:
        raise ControlError("General cannot be deleted")
    if not world.member(chat, me.id).may("can_delete_messages"):
        raise ControlError(f"user {me.id} needs the right can_delete_messages in chat {chat.id}")
    topics.delete(world, chat, topic)
    return {"deleted": topic.id}


def writable_topic(world: World, me: User, chat: Chat, given: Json) -> int:
    """Return the topic a message goes to: the one named, else that of the message it answers; 0 is General.

    Raises ControlError where a client would not let them write.
    """
    answered = chat.messages.get(given.get("reply_to", 0))
    wanted: int = given.get("topic", answered.topic if answered else 0)
    if not chat.is_forum and not wanted:
        return 0
    topic = _topic(chat, wanted or GENERAL)
    if topic.closed and not topics.may_manage(world, chat, topic, me.id):
        raise ControlError(f"topic {topic.id} of chat {chat.id} is closed; an administrator reopens it")
    return 0 if topic.id == GENERAL else topic.id


def _forum(world: World, given: Json) -> Chat:
    chat = world.group(given["chat"])
    if not chat.is_forum:
        raise ControlError(f"chat {chat.id} has no topics; make a group with forum true")
    return chat


def _found(world: World, given: Json) -> tuple[Chat, Topic]:
    chat = _forum(world, given)
    return chat, _topic(chat, given["topic"])


def _topic(chat: Chat, topic_id: int) -> Topic:
    topic = chat.topics.get(topic_id)
    if topic is None:
        raise not_found(f"chat {chat.id} has no topic {topic_id}")
    return topic


def _managed(world: World, me: User, given: Json) -> tuple[Chat, Topic]:
    chat, topic = _found(world, given)
    if not topics.may_manage(world, chat, topic, me.id):
        raise ControlError(f"user {me.id} needs the right can_manage_topics in chat {chat.id}")
    return chat, topic


def _name(given: Json) -> str:
    name: str = given["name"].strip()
    if not 1 <= utf16_length(name) <= topics.MAX_NAME:
        raise ControlError(f"name must have 1-{topics.MAX_NAME} characters")
    return name


def _told(topic: Topic, message: Json | None, why: str) -> Json:
    if message is None:
        raise ControlError(f"topic {topic.id} {why}")
    return {"topic": topic.id, "message": message}
