"""Methods that read and name chats."""

from sandbox.changes import retitle
from sandbox.entities import utf16_length
from sandbox.errors import bad_request
from sandbox.methods.common import find_chat, find_group, find_user, need_right, too_long
from sandbox.model import MAX_TITLE, MEMBER, SERVICE_ACCOUNTS, Chat, Json, Member
from sandbox.objects import chat_object, member_object, message_object, permissions_object
from sandbox.people import go
from sandbox.world import Bot, World

GIFTS = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
MAX_DESCRIPTION = 255


def get_chat(world: World, bot: Bot, params: Json) -> Json:
    """Return ChatFullInfo."""
    chat = find_chat(world, bot, params["chat_id"])
    found = chat_object(world, chat) | {
        "accent_color_id": abs(chat.id) % 7,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(GIFTS, chat.is_private),
    }
    if found.get("username"):
        found["active_usernames"] = [found["username"]]
    if not chat.is_private:
        found |= _group_fields(world, bot, chat)
    pinned = chat.messages.get(chat.pinned[-1]) if chat.pinned else None
    if pinned is not None:
        found["pinned_message"] = message_object(world, chat, pinned, viewer=bot.id, nested=True)
    return found


def _group_fields(world: World, bot: Bot, chat: Chat) -> Json:
    found: Json = {} if chat.is_channel else {"permissions": permissions_object(chat.permissions)}
    if chat.description:
        found["description"] = chat.description
    if chat.linked:
        found["linked_chat_id"] = chat.linked
    if chat.kind == "supergroup":
        found["has_visible_history"] = True
    if chat.join_by_request:
        found["join_by_request"] = True
    mine = (
        link for link in chat.links.values() if link.primary and not link.revoked and link.creator == bot.id
    )
    link = next(mine, None)
    if link is not None and world.member(chat, bot.id).may("can_invite_users"):
        found["invite_link"] = link.url
    return found


def get_chat_member(world: World, bot: Bot, params: Json) -> Json:
    """Return one ChatMember."""
    chat = find_chat(world, bot, params["chat_id"])
    user = SERVICE_ACCOUNTS.get(params["user_id"]) or find_user(world, params)
    if not chat.is_private:
        return member_object(world, chat, user.id, world.member(chat, user.id), viewer=bot.id)
    if user.id not in (chat.id, bot.id):
        raise bad_request("user not found")
    standing = Member("kicked") if chat.blocked and user.id == bot.id else MEMBER
    return member_object(world, chat, user.id, standing, viewer=bot.id)


def get_chat_administrators(world: World, bot: Bot, params: Json) -> list[Json]:
    """Return the creator and the administrators, without other bots unless `return_bots`."""
    chat = find_chat(world, bot, params["chat_id"])
    if chat.is_private:
        raise bad_request("there are no administrators in the private chat")
    found = []
    for user_id in world.insiders(chat):
        member = world.member(chat, user_id)
        shown = user_id == bot.id or not world.users[user_id].is_bot or params.get("return_bots", False)
        # Who is anonymous is so to all but administrators.
        hidden = "is_anonymous" in member.rights and not world.member(chat, bot.id).is_admin
        if member.is_admin and shown and not hidden:
            found.append(member_object(world, chat, user_id, member, viewer=bot.id))
    return found


def get_chat_member_count(world: World, bot: Bot, params: Json) -> int:
    """Return how many are in a chat; two in a private one."""
    chat = find_chat(world, bot, params["chat_id"])
    return 2 if chat.is_private else len(world.insiders(chat))


def set_chat_title(world: World, bot: Bot, params: Json) -> bool:
    """Rename a group; a service message tells of it."""
    chat = find_group(world, bot, params)
    need_right(world, bot, chat, "can_change_info", "change chat title")
    title = params["title"].strip()
    if not 1 <= utf16_length(title) <= MAX_TITLE:
        raise bad_request(f"title must be 1-{MAX_TITLE} characters long")
    if title == chat.title:
        raise bad_request("chat title is not modified")
    retitle(world, chat, bot.id, title)
    return True


def set_chat_description(world: World, bot: Bot, params: Json) -> bool:
    """Change what a group says about itself, or take it away."""
    chat = find_group(world, bot, params)
    need_right(world, bot, chat, "can_change_info", "set chat description")
    text = params.get("description", "").strip()
    if utf16_length(text) > MAX_DESCRIPTION:
        raise too_long("description", MAX_DESCRIPTION)
    if text == chat.description:
        raise bad_request("chat description is not modified")
    chat.description = text
    world.touch()
    return True


def leave_chat(world: World, bot: Bot, params: Json) -> bool:
    """Leave a group."""
    go(world, find_group(world, bot, params), bot.id, actor=bot.id)
    return True
