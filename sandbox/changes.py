"""What changes about a chat itself: its title, its pins, its move to another id, its end."""

from sandbox.delivery import next_message, post
from sandbox.model import Chat, Json, Message
from sandbox.world import World


def retitle(world: World, chat: Chat, actor: int, title: str) -> Json:
    """Rename a group or channel; return the service message."""
    chat.title = title
    message = next_message(world, chat, actor)
    message.event = {"new_chat_title": title}
    return post(world, chat, message)


def pin(world: World, chat: Chat, actor: int, message: Message) -> Json | None:
    """Pin a message above those pinned before; return the service message, None where it was on top."""
    if chat.pinned and chat.pinned[-1] == message.id:
        return None
    if message.id in chat.pinned:
        chat.pinned.remove(message.id)
    chat.pinned.append(message.id)
    notice = next_message(world, chat, actor, topic=message.topic)
    notice.pinned = message.id
    return post(world, chat, notice)


def upgrade(world: World, old: Chat, actor: int, *, from_first: bool) -> Chat:
    """Make a basic group a supergroup with a new id and the same people; return it.

    One service message tells of it in each; `from_first` is the order in which the bots hear of them.
    """
    new = Chat(0, "supergroup", old.title, permissions=old.permissions, description=old.description)
    world.add_group(new)
    new.members, new.privacy = dict(old.members), dict(old.privacy)
    notices = [(old, {"migrate_to_chat_id": new.id}), (new, {"migrate_from_chat_id": old.id})]
    for chat, event in reversed(notices) if from_first else notices:
        message = next_message(world, chat, actor)
        message.event = event
        post(world, chat, message)
    old.members, old.migrated_to = {}, new.id
    return new


def close_down(world: World, chat: Chat) -> None:
    """Delete a group or channel for everybody; no bot learns of it."""
    if chat.linked:
        world.groups[chat.linked].linked = 0
    chat.deleted, chat.username, chat.linked = True, "", 0
    world.touch()
