"""What people do about a chat itself: name it, pin in it, mute in it, write unseen in it, end it."""

from dataclasses import replace

from sandbox import changes
from sandbox.delivery import set_member
from sandbox.entities import utf16_length
from sandbox.errors import ControlError, not_found
from sandbox.groupverbs import admin_of, check_rank, somebody, standing
from sandbox.model import LEFT, MAX_TITLE, MEMBER, Chat, Json, Member, Message, User
from sandbox.rights import PERMISSIONS
from sandbox.world import World


def title(world: World, me: User, given: Json) -> Json:
    """Rename a group or channel."""
    chat = _changeable(world, me, given)
    new = given["title"].strip()
    if not 1 <= utf16_length(new) <= MAX_TITLE:
        raise ControlError(f"title must have 1-{MAX_TITLE} characters")
    if new == chat.title:
        raise ControlError(f"chat {chat.id} has that title already")
    return changes.retitle(world, chat, me.id, new)


def username(world: World, me: User, given: Json) -> Json:
    """Give a supergroup or channel a public name, or take it away; no bot learns of it."""
    chat = _changeable(world, me, given)
    if world.member(chat, me.id).status != "creator" or chat.kind == "group":
        raise ControlError("only the creator gives a username, and none to a basic group")
    new = given["username"].removeprefix("@")
    check_public_name(new)
    if new.lower() != chat.username.lower():
        world.check_username(new)
    chat.username = new
    world.touch()
    return {"chat": chat.id, "username": new}


def check_public_name(name: str) -> None:
    """Raise ControlError for a username Telegram would not take; none at all is fine."""
    if name and not (name.isascii() and name.replace("_", "a").isalnum() and 3 <= len(name) <= 32):
        raise ControlError(f"username must be 3-32 of A-Z a-z 0-9 _; got {name}")


def pin(world: World, me: User, chat: Chat, message: Message) -> Json:
    """Pin a message."""
    _check_pins(world, me, chat)
    if message.is_service:
        raise ControlError(f"message {message.id} tells of an event; pin another")
    return {"pinned": message.id, "message": changes.pin(world, chat, me.id, message)}


def unpin(world: World, me: User, chat: Chat, message: Message) -> Json:
    """Unpin a message; no bot learns of it."""
    _check_pins(world, me, chat)
    if message.id not in chat.pinned:
        raise not_found(f"message {message.id} of chat {chat.id} is not pinned")
    chat.pinned.remove(message.id)
    world.touch()
    return {"unpinned": message.id}


def _check_pins(world: World, me: User, chat: Chat) -> None:
    if not world.may_pin(chat, me.id):
        raise ControlError(f"user {me.id} may not pin in chat {chat.id}; an administrator must allow it")


def restrict(world: World, me: User, given: Json) -> Json:
    """Leave a member only the permissions named, until an instant in Unix seconds or for ever."""
    chat = admin_of(world, me, given, "can_restrict_members")
    user = somebody(world, given)
    check_rank(world, me, chat, user)
    if chat.kind != "supergroup":
        raise ControlError(f"members are restricted in supergroups only; chat {chat.id} is a {chat.kind}")
    old = world.member(chat, user.id)
    if old.status == "kicked":
        raise ControlError(f"user {user.id} is banned from chat {chat.id}")
    kept = frozenset(given["permissions"])
    if kept - frozenset(PERMISSIONS):
        raise ControlError(
            f"permissions must be among {', '.join(PERMISSIONS)}; got {', '.join(sorted(kept))}"
        )
    free = chat.permissions <= kept
    new = Member("restricted", permissions=kept, until=max(given.get("until", 0), 0), is_member=old.inside)
    set_member(world, chat, user.id, (MEMBER if old.inside else LEFT) if free else new, actor=me.id)
    return standing(world, chat, user)


def anonymous(world: World, me: User, given: Json) -> Json:
    """Write as the group from now on, or as oneself again; for the creator and administrators."""
    chat = world.group(given["chat"])
    mine = world.member(chat, me.id)
    if not mine.is_admin or chat.kind != "supergroup":
        raise ControlError(
            f"only administrators of a supergroup can be anonymous; user {me.id} is {mine.status}"
        )
    on = given.get("on", True)
    rights = mine.rights | {"is_anonymous"} if on else mine.rights - {"is_anonymous"}
    set_member(world, chat, me.id, replace(mine, rights=rights), actor=me.id)
    return standing(world, chat, me)


def delete_group(world: World, me: User, given: Json) -> Json:
    """Delete a group or channel for everybody; no bot learns of it."""
    chat = world.group(given["chat"])
    if world.member(chat, me.id).status != "creator":
        raise ControlError(f"only the creator deletes chat {chat.id}")
    changes.close_down(world, chat)
    return {"deleted": chat.id}


def _changeable(world: World, me: User, given: Json) -> Chat:
    chat = world.group(given["chat"])
    if not world.allows(chat, me.id, "can_change_info"):
        raise ControlError(f"user {me.id} needs the right can_change_info in chat {chat.id}")
    return chat
