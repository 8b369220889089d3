"""What people do about groups: come, ask, leave, let in, send away, promote."""

from sandbox.changes import upgrade
from sandbox.delivery import Door, set_member
from sandbox.entities import utf16_length
from sandbox.errors import ControlError, not_found
from sandbox.model import MAX_CUSTOM_TITLE, MEMBER, Chat, InviteLink, Json, Member, User
from sandbox.objects import chat_object, member_object
from sandbox.people import admit, ask, enter, go, new_link
from sandbox.rights import rights_of
from sandbox.world import World


def join(world: World, me: User, given: Json) -> Json:
    """Come in by the public button or a link; where entry is decided, ask."""
    chat, link = _door(world, me, given)
    by_request = link.by_request if link else chat.join_by_request
    if by_request:
        return _ask(world, me, chat, link)
    message = enter(world, chat, me.id, actor=me.id, door=Door(link))
    return {"chat": chat.id, "status": "member", "message": message}


def request(world: World, me: User, given: Json) -> Json:
    """Ask to come in."""
    chat, link = _door(world, me, given)
    return _ask(world, me, chat, link)


def _ask(world: World, me: User, chat: Chat, link: InviteLink | None) -> Json:
    if me.id in chat.requests:
        raise ControlError(f"user {me.id} has asked already; an administrator decides")
    ask(world, chat, me.id, link)
    return {"chat": chat.id, "status": "requested"}


def _door(world: World, me: User, given: Json) -> tuple[Chat, InviteLink | None]:
    if ("chat" in given) == ("link" in given):
        raise ControlError("give either chat or link")
    link = None
    if "link" in given:
        chat, link = _by_link(world, given["link"])
    else:
        chat = world.group(given["chat"])
    member = world.member(chat, me.id)
    if member.inside:
        raise ControlError(f"user {me.id} is in chat {chat.id} already")
    if member.status == "kicked":
        raise ControlError(f"user {me.id} is banned from chat {chat.id}")
    return chat, link


def _by_link(world: World, url: str) -> tuple[Chat, InviteLink]:
    for chat in world.open_groups():
        link = chat.links.get(url)
        if link is None:
            continue
        expired = link.expire_date and link.expire_date <= world.clock.unix()
        full = link.member_limit and len(link.joined) >= link.member_limit
        if link.revoked or expired or full:
            why = "revoked" if link.revoked else "expired" if expired else "used up"
            raise ControlError(f"the invite link is {why}: {url}")
        return chat, link
    raise not_found(f"no chat has the invite link {url}")


def invite(world: World, me: User, given: Json) -> Json:
    """Make an invite link, as an administrator who may; bots do not learn of it."""
    chat = admin_of(world, me, given, "can_invite_users")
    link = new_link(world, chat, me.id)
    link.by_request = given.get("by_request", False)
    world.touch()
    return {"chat": chat.id, "link": link.url}


def approve(world: World, me: User, given: Json) -> Json:
    """Let somebody in who asked."""
    chat = admin_of(world, me, given, "can_invite_users")
    asked = chat.requests.get(given["user"])
    if asked is None:
        raise not_found(f"user {given['user']} did not ask to join chat {chat.id}")
    return {"chat": chat.id, "status": "member", "message": admit(world, chat, asked, actor=me.id)}


def decline(world: World, me: User, given: Json) -> Json:
    """Turn somebody down who asked."""
    chat = admin_of(world, me, given, "can_invite_users")
    if chat.requests.pop(given["user"], None) is None:
        raise not_found(f"user {given['user']} did not ask to join chat {chat.id}")
    world.touch()
    return {"chat": chat.id, "status": "declined"}


def add(world: World, me: User, given: Json) -> Json:
    """Bring somebody in; members may too where the group lets them invite."""
    chat = world.group(given["chat"])
    if not world.allows(chat, me.id, "can_invite_users"):
        raise ControlError(f"user {me.id} may not add people to chat {chat.id}")
    user = somebody(world, given)
    member = world.member(chat, user.id)
    if member.inside:
        raise ControlError(f"user {user.id} is in chat {chat.id} already")
    if user.is_bot and chat.is_channel:
        raise ControlError("a bot comes into a channel as administrator only; promote it")
    if member.status == "kicked" and not world.member(chat, me.id).may("can_restrict_members"):
        raise ControlError(f"user {user.id} is banned from chat {chat.id}")
    message = enter(world, chat, user.id, actor=me.id)
    return {"chat": chat.id, "status": world.member(chat, user.id).status, "message": message}


def kick(world: World, me: User, given: Json) -> Json:
    """Send somebody away for good."""
    chat = admin_of(world, me, given, "can_restrict_members")
    user = somebody(world, given)
    check_rank(world, me, chat, user)
    go(world, chat, user.id, actor=me.id, to=Member("kicked"))
    return standing(world, chat, user)


def leave(world: World, me: User, given: Json) -> Json:
    """Leave a group, or take back the wish to join it."""
    chat = world.group(given["chat"])
    if chat.requests.pop(me.id, None) is not None:
        world.touch()
        return {"chat": chat.id, "status": "left"}
    if not world.member(chat, me.id).inside:
        raise ControlError(f"user {me.id} is not in chat {chat.id}")
    go(world, chat, me.id, actor=me.id)
    return standing(world, chat, me)


def promote(world: World, me: User, given: Json) -> Json:
    """Make somebody an administrator, or change their rights; a bot outside is brought in."""
    chat = admin_of(world, me, given, "can_promote_members")
    user = somebody(world, given)
    check_rank(world, me, chat, user)
    known = frozenset(rights_of(chat.kind))
    rights = frozenset(given.get("rights", known - {"is_anonymous"}))
    if rights - known:
        raise ControlError(
            f"rights must be among {', '.join(sorted(known))}; got {', '.join(sorted(rights))}"
        )
    mine = world.member(chat, me.id)
    if mine.status != "creator" and rights - mine.rights:
        raise ControlError(f"user {me.id} cannot give rights they do not have")
    if not world.member(chat, user.id).inside:
        if not user.is_bot:
            raise ControlError(f"user {user.id} is not in chat {chat.id}; add them first")
        if not chat.is_channel:
            enter(world, chat, user.id, actor=me.id)
    all_rights, signed = rights | {"can_manage_chat"}, given.get("title", "")
    if utf16_length(signed) > MAX_CUSTOM_TITLE:
        raise ControlError(f"title must have at most {MAX_CUSTOM_TITLE} characters; got {signed}")
    new = Member("administrator", rights=all_rights, promoted_by=me.id, custom_title=signed)
    set_member(world, chat, user.id, new, actor=me.id)
    return standing(world, chat, user)


def demote(world: World, me: User, given: Json) -> Json:
    """Make an administrator a plain member."""
    chat = admin_of(world, me, given, "can_promote_members")
    user = somebody(world, given)
    check_rank(world, me, chat, user)
    if world.member(chat, user.id).status != "administrator":
        raise ControlError(f"user {user.id} is no administrator of chat {chat.id}")
    set_member(world, chat, user.id, MEMBER, actor=me.id)
    return standing(world, chat, user)


def migrate(world: World, me: User, given: Json) -> Json:
    """Upgrade a basic group to a supergroup: a new chat id, message ids from 1; return the new Chat.

    `first` names the service message the bots hear of first: "to" (default) or "from".
    """
    old = world.group(given["chat"])
    if old.kind != "group" or world.member(old, me.id).status != "creator":
        raise ControlError(f"only the creator upgrades, and only a basic group; got chat {old.id}")
    first = given.get("first", "to")
    if first not in ("to", "from"):
        raise ControlError(f"first must be to or from; got {first}")
    return chat_object(world, upgrade(world, old, me.id, from_first=first == "from"))


def admin_of(world: World, me: User, given: Json, right: str) -> Chat:
    """Return the chat a verb names. Raises ControlError unless `me` holds `right` there."""
    chat = world.group(given["chat"])
    if not world.member(chat, me.id).may(right):
        raise ControlError(f"user {me.id} needs the right {right} in chat {chat.id}")
    return chat


def somebody(world: World, given: Json) -> User:
    """Return the person or bot a verb is about."""
    user = world.users.get(given["user"])
    if user is None:
        raise not_found(f"no user has the id {given['user']}; GET /control/world lists them")
    return user


def check_rank(world: World, me: User, chat: Chat, user: User) -> None:
    """Raise ControlError where `me` does not stand above `user`."""
    member = world.member(chat, user.id)
    if user.id == me.id or member.status == "creator":
        raise ControlError(f"user {me.id} cannot do that to user {user.id}")
    mine = world.member(chat, me.id)
    if member.status == "administrator" and mine.status != "creator" and member.promoted_by != me.id:
        raise ControlError(f"user {user.id} is an administrator whom user {me.id} did not promote")


def standing(world: World, chat: Chat, user: User) -> Json:
    """Return a user's ChatMember, as verbs answer it."""
    return member_object(world, chat, user.id, world.member(chat, user.id))
