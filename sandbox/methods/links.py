"""Methods about invite links."""

from sandbox.entities import utf16_length
from sandbox.errors import bad_request
from sandbox.methods.common import find_group, need_right, too_long
from sandbox.model import Chat, InviteLink, Json
from sandbox.objects import link_object
from sandbox.people import new_link
from sandbox.world import Bot, World

MAX_NAME = 32
MAX_MEMBERS = 99_999
RIGHT = "manage chat invite link"


def create_chat_invite_link(world: World, bot: Bot, params: Json) -> Json:
    """Make another invite link; return it."""
    chat = _invitable(world, bot, params)
    _check(world, params)
    link = new_link(world, chat, bot.id)
    _apply(link, params)
    world.touch()
    return link_object(world, chat, link, viewer=bot.id)


def edit_chat_invite_link(world: World, bot: Bot, params: Json) -> Json:
    """Change an own link that is not the primary one; what is not given goes back to nothing."""
    chat = _invitable(world, bot, params)
    link = _own(bot, chat, params)
    if link.primary or link.revoked:
        raise bad_request("INVITE_HASH_EXPIRED" if link.revoked else "CHAT_INVITE_PERMANENT")
    _check(world, params)
    _apply(link, params)
    world.touch()
    return link_object(world, chat, link, viewer=bot.id)


def revoke_chat_invite_link(world: World, bot: Bot, params: Json) -> Json:
    """End an own link; for the primary one a new one is made."""
    chat = _invitable(world, bot, params)
    link = _own(bot, chat, params)
    if not link.revoked and link.primary:
        new_link(world, chat, bot.id).primary = True
    link.revoked = True
    world.touch()
    return link_object(world, chat, link, viewer=bot.id)


def export_chat_invite_link(world: World, bot: Bot, params: Json) -> str:
    """Make a new primary link and return its address; the old one ends."""
    chat = _invitable(world, bot, params)
    for link in chat.links.values():
        if link.primary and link.creator == bot.id:
            link.revoked = True
    made = new_link(world, chat, bot.id)
    made.primary = True
    world.touch()
    return made.url


def _invitable(world: World, bot: Bot, params: Json) -> Chat:
    chat = find_group(world, bot, params)
    need_right(world, bot, chat, "can_invite_users", RIGHT)
    return chat


def _own(bot: Bot, chat: Chat, params: Json) -> InviteLink:
    link = chat.links.get(params["invite_link"])
    if link is None or link.creator != bot.id:
        raise bad_request("INVITE_HASH_INVALID")
    return link


def _apply(link: InviteLink, params: Json) -> None:
    link.name = params.get("name", "")
    link.expire_date = params.get("expire_date", 0)
    link.member_limit = params.get("member_limit", 0)
    link.by_request = params.get("creates_join_request", False)


def _check(world: World, params: Json) -> None:
    if utf16_length(params.get("name", "")) > MAX_NAME:
        raise too_long("name", MAX_NAME)
    limit = params.get("member_limit", 0)
    if not 0 <= limit <= MAX_MEMBERS:
        raise bad_request(f'parameter "member_limit" must be 1-{MAX_MEMBERS}')
    if limit and params.get("creates_join_request"):
        raise bad_request("member limit can't be specified for links requiring administrator approval")
    expires = params.get("expire_date", 0)
    if expires and not world.clock.unix() < expires < 1 << 31:
        raise bad_request("EXPIRE_DATE_INVALID")
