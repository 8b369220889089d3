"""Methods that let in, send away, restrict and promote."""

from dataclasses import replace

from sandbox.delivery import set_member
from sandbox.entities import utf16_length
from sandbox.errors import bad_request
from sandbox.methods.common import find_group, find_user, need_right
from sandbox.methods.messages import remove
from sandbox.model import LEFT, MAX_CUSTOM_TITLE, MEMBER, Chat, Json, Member, User
from sandbox.people import admit, go
from sandbox.rights import PERMISSIONS, SEND_PERMISSIONS, rights_of
from sandbox.world import Bot, World

RESTRICT = "restrict/unrestrict chat member"
INVITE = "manage join requests in the chat"
SHORTEST_SECONDS = 30
LONGEST_SECONDS = 366 * 86_400


def ban_chat_member(world: World, bot: Bot, params: Json) -> bool:
    """Send somebody away until `until_date`, or for ever."""
    chat, user = _target(world, bot, params)
    go(world, chat, user.id, actor=bot.id, to=Member("kicked", until=_until(world, params)))
    if params.get("revoke_messages"):
        for message in [found for found in chat.messages.values() if found.sender == user.id]:
            remove(world, chat, message.id)
    return True


def unban_chat_member(world: World, bot: Bot, params: Json) -> bool:
    """Lift a ban; without `only_if_banned` a member is taken out of the group."""
    chat, user = _target(world, bot, params)
    member = world.member(chat, user.id)
    if member.status == "kicked":
        set_member(world, chat, user.id, LEFT, actor=bot.id)
    elif member.inside and not params.get("only_if_banned"):
        go(world, chat, user.id, actor=bot.id)
    return True


def restrict_chat_member(world: World, bot: Bot, params: Json) -> bool:
    """Take permissions from a member, or give all back."""
    chat, user = _target(world, bot, params)
    if chat.kind != "supergroup":
        raise bad_request("method is available only for supergroups")
    old = world.member(chat, user.id)
    if old.status == "kicked":
        raise bad_request("PARTICIPANT_ID_INVALID")
    given = _permissions(params)
    if chat.permissions <= given:
        new = MEMBER if old.inside else LEFT
    else:
        until = _until(world, params)
        new = Member("restricted", permissions=given, until=until, is_member=old.inside)
    set_member(world, chat, user.id, new, actor=bot.id)
    return True


def set_chat_permissions(world: World, bot: Bot, params: Json) -> bool:
    """Set what all plain members may do."""
    chat = find_group(world, bot, params)
    if chat.is_channel:
        raise bad_request("method is available for groups and supergroups only")
    need_right(world, bot, chat, "can_restrict_members", "change chat permissions")
    given = _permissions(params)
    if given == chat.permissions:
        raise bad_request("CHAT_NOT_MODIFIED")
    chat.permissions = given
    world.touch()
    return True


def ban_chat_sender_chat(world: World, bot: Bot, params: Json) -> bool:
    """Let nobody write as a channel any more."""
    chat, sender = _sender_chat(world, bot, params)
    chat.banned_senders.add(sender)
    world.touch()
    return True


def unban_chat_sender_chat(world: World, bot: Bot, params: Json) -> bool:
    """Let its owner write as a channel again."""
    chat, sender = _sender_chat(world, bot, params)
    chat.banned_senders.discard(sender)
    world.touch()
    return True


def _sender_chat(world: World, bot: Bot, params: Json) -> tuple[Chat, int]:
    chat = find_group(world, bot, params)
    if chat.kind != "supergroup":
        raise bad_request("method is available only for supergroups")
    need_right(world, bot, chat, "can_restrict_members", RESTRICT)
    sender = world.groups.get(params["sender_chat_id"])
    if sender is None or sender.deleted:
        raise bad_request("chat not found")
    if not sender.is_channel or sender.id == chat.linked:
        raise bad_request("PARTICIPANT_ID_INVALID")
    return chat, sender.id


def set_chat_administrator_custom_title(world: World, bot: Bot, params: Json) -> bool:
    """Give an administrator the bot promoted another title than "admin"."""
    chat = find_group(world, bot, params)
    user = find_user(world, params)
    if chat.kind != "supergroup":
        raise bad_request("method is available only for supergroups")
    member = world.member(chat, user.id)
    if member.status != "administrator":
        raise bad_request("user is not an administrator")
    if member.promoted_by != bot.id:
        raise bad_request("not enough rights to change custom title of the user")
    title = params["custom_title"].strip()
    if utf16_length(title) > MAX_CUSTOM_TITLE:
        raise bad_request("ADMIN_RANK_INVALID")
    set_member(world, chat, user.id, replace(member, custom_title=title), actor=bot.id)
    return True


def _permissions(params: Json) -> frozenset[str]:
    """Return what is given, with what it implies unless permissions are independent."""
    asked = params["permissions"]
    given = {name for name in PERMISSIONS if asked.get(name)}
    if params.get("use_independent_chat_permissions"):
        return frozenset(given)
    if given & {"can_send_other_messages", "can_add_web_page_previews"}:
        given |= set(SEND_PERMISSIONS[:7])
    if given & {"can_send_polls", *SEND_PERMISSIONS[1:7]}:
        given.add("can_send_messages")
    if "can_send_messages" in given and "can_react_to_messages" not in asked:
        given.add("can_react_to_messages")
    if "can_pin_messages" in given and "can_manage_topics" not in asked:
        given.add("can_manage_topics")
    return frozenset(given)


def _until(world: World, params: Json) -> int:
    """Return when a ban or restriction ends; too short and too long mean for ever."""
    until: int = params.get("until_date", 0)
    ahead = until - world.clock.unix()
    return until if SHORTEST_SECONDS <= ahead <= LONGEST_SECONDS else 0


def _target(world: World, bot: Bot, params: Json) -> tuple[Chat, User]:
    chat = find_group(world, bot, params)
    user = find_user(world, params)
    need_right(world, bot, chat, "can_restrict_members", RESTRICT)
    if user.id == bot.id:
        raise bad_request("can't restrict self")
    member = world.member(chat, user.id)
    if member.status == "creator":
        raise bad_request("can't remove chat owner")
    if member.status == "administrator" and member.promoted_by != bot.id:
        raise bad_request("user is an administrator of the chat")
    return chat, user


def promote_chat_member(world: World, bot: Bot, params: Json) -> bool:
    """Make a member an administrator with these rights; without any, a plain member."""
    chat = find_group(world, bot, params)
    user = find_user(world, params)
    if chat.kind == "group":
        raise bad_request("method is available only for supergroups")
    me = need_right(world, bot, chat, "can_promote_members", "promote/demote chat member")
    old = _promotable(world, bot, chat, user)
    given = frozenset(right for right in rights_of(chat.kind) if params.get(right))
    if given - me.rights:
        raise bad_request("RIGHT_FORBIDDEN")
    if given:
        rights, title = given | {"can_manage_chat"}, old.custom_title
        new = Member(
            "administrator", rights=rights, promoted_by=old.promoted_by or bot.id, custom_title=title
        )
    elif old.status == "administrator":
        new = MEMBER
    else:
        return True
    set_member(world, chat, user.id, new, actor=bot.id)
    return True


def _promotable(world: World, bot: Bot, chat: Chat, user: User) -> Member:
    old = world.member(chat, user.id)
    if user.id == bot.id:
        raise bad_request("can't promote self")
    if old.status == "creator":
        raise bad_request("can't demote chat creator")
    if not old.inside:
        raise bad_request("USER_NOT_PARTICIPANT")
    if old.status == "administrator" and old.promoted_by != bot.id:
        raise bad_request("not enough rights to promote/demote chat member: CHAT_ADMIN_REQUIRED")
    return replace(old)


def approve_chat_join_request(world: World, bot: Bot, params: Json) -> bool:
    """Let somebody in who asked."""
    chat, user = _asker(world, bot, params)
    admit(world, chat, chat.requests[user.id], actor=bot.id)
    return True


def decline_chat_join_request(world: World, bot: Bot, params: Json) -> bool:
    """Turn somebody down who asked; nothing reaches any bot."""
    chat, user = _asker(world, bot, params)
    del chat.requests[user.id]
    world.touch()
    return True


def _asker(world: World, bot: Bot, params: Json) -> tuple[Chat, User]:
    chat = find_group(world, bot, params)
    user = find_user(world, params)
    need_right(world, bot, chat, "can_invite_users", INVITE)
    if world.member(chat, user.id).inside:
        raise bad_request("USER_ALREADY_PARTICIPANT")
    if user.id not in chat.requests:
        raise bad_request("HIDE_REQUESTER_MISSING")
    return chat, user
