"""Coming and going: what happens in a group when somebody enters, asks, leaves or is sent away."""

from dataclasses import replace

from sandbox.delivery import Door, next_message, post, set_member, tell_request
from sandbox.model import LEFT, MEMBER, Chat, InviteLink, JoinRequest, Json, Member
from sandbox.world import World


def new_link(world: World, chat: Chat, maker: int) -> InviteLink:
    """Make another way into a group, of nobody's but its maker's."""
    link = InviteLink(f"https://t.me/+{world.letters(16)}", maker)
    chat.links[link.url] = link
    return link


def enter(world: World, chat: Chat, user_id: int, *, actor: int, door: Door | None = None) -> Json | None:
    """Make somebody a member; return the service message that says so: a channel has none."""
    old = world.member(chat, user_id)
    new = replace(old, is_member=True) if old.status == "restricted" else MEMBER
    chat.requests.pop(user_id, None)
    if door and door.link is not None:
        door.link.joined.add(user_id)
    chat.reads[user_id] = chat.last_id
    set_member(world, chat, user_id, new, actor=actor, door=door)
    if chat.is_channel:
        return None
    message = next_message(world, chat, actor if door is None else user_id)
    message.new_members = (user_id,)
    return post(world, chat, message)


def go(world: World, chat: Chat, user_id: int, *, actor: int, to: Member = LEFT) -> None:
    """Take somebody out of a group (`to` left or kicked), with its service message when they were inside."""
    old = world.member(chat, user_id)
    if to is LEFT and old.status == "restricted":
        to = replace(old, is_member=False)
    chat.requests.pop(user_id, None)
    for link in chat.links.values():
        link.joined.discard(user_id)
    set_member(world, chat, user_id, to, actor=actor)
    if old.inside and not chat.is_channel:
        message = next_message(world, chat, actor)
        message.left_member = user_id
        post(world, chat, message)


def ask(world: World, chat: Chat, user_id: int, link: InviteLink | None) -> JoinRequest:
    """File a request to join and tell the bots that may decide it."""
    request = JoinRequest(user_id, world.clock.unix(), link)
    chat.requests[user_id] = request
    tell_request(world, chat, request)
    return request


def admit(world: World, chat: Chat, request: JoinRequest, *, actor: int) -> Json | None:
    """Let somebody in who asked; return the service message, which a channel does not have."""
    return enter(world, chat, request.user, actor=actor, door=Door(request.link, via_request=True))
