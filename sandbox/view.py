"""What a user's client shows."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import islice

from sandbox.client import can_write, face
from sandbox.commands import offered_commands
from sandbox.model import Chat, Json, Message, User
from sandbox.objects import chat_object, message_object, user_object
from sandbox.payments import latest_checkout
from sandbox.reactions import reaction_counts
from sandbox.world import Bot, World


def world_object(world: World) -> Json:
    """Return who and what exists."""
    return {
        "now": world.clock.now().isoformat(),
        "bots": [user_object(bot.user) | {"privacy": bot.privacy} for bot in world.bots.values()],
        "users": [user_object(user) for user in world.users.values() if not user.is_bot],
        "chats": [
            chat_object(world, chat) | {"members": len(world.insiders(chat))} for chat in world.open_groups()
        ],
    }


def view_object(world: World, user_id: int, *, last: int | None = None) -> Json:
    """Return all chats of a user, each with its `last` messages (None: all)."""
    me = world.user(user_id)
    bot = world.bot()
    home = world.private(bot.id, me.id)
    others = [chat for (bot_id, owner), chat in world.privates.items() if owner == me.id and bot_id != bot.id]
    privates = [home, *(chat for chat in others if chat.messages)]
    return {
        "now": world.clock.now().isoformat(),
        "seq": world.seq,
        "me": user_object(me),
        "people": _people(world, bot),
        "bot": user_object(bot.user),
        "commands": offered_commands(bot, home, me, world),
        "chats": [
            *(_group(world, chat, me, last) for chat in world.open_groups()),
            *(_private(world, chat, me, last, chat is home) for chat in privates),
        ],
    }


def chat_messages(world: World, user_id: int, chat_id: int | None) -> list[Json]:
    """Return the Messages of one chat as a user sees them: none in a group they are not in.

    None and the user's own id mean the private chat with the first bot, a bot's id the one with that bot.
    """
    me = world.user(user_id)
    if chat_id is None or chat_id == me.id:
        return _messages(world, world.private(world.bot().id, me.id), me.id, None)
    if chat_id in world.bots:
        return _messages(world, world.private(chat_id, me.id), me.id, None)
    chat = world.group(chat_id)
    return _messages(world, chat, me.id, None) if world.member(chat, me.id).inside else []


def _people(world: World, bot: Bot) -> list[Json]:
    ids = {id(chat): list(chat.messages) for chat in world.open_groups()}
    found = []
    for user in world.users.values():
        if user.is_bot:
            continue
        home = world.privates.get((bot.id, user.id))
        unread = 0 if home is None else _unread(home, user.id, list(home.messages))
        for chat in world.open_groups():
            if user.id in chat.members and world.member(chat, user.id).inside:
                unread += _unread(chat, user.id, ids[id(chat)])
        found.append(
            {
                "id": user.id,
                "first_name": user.first_name,
                "last_name": user.last_name,
                "username": user.username,
                "unread": unread,
                "started": home is not None and home.started,
                "blocked": home is not None and home.blocked,
                "deactivated": user.deactivated,
            }
        )
    return found


def _unread(chat: Chat, user_id: int, ids: Sequence[int]) -> int:
    return len(ids) - bisect_right(ids, chat.reads.get(user_id, 0))


def _messages(world: World, chat: Chat, viewer: int, last: int | None) -> list[Json]:
    skipped = 0 if last is None else max(0, len(chat.messages) - last)
    shown = [
        message_object(world, chat, message, viewer=viewer) | _extras(world, chat, message, viewer)
        for message in islice(chat.messages.values(), skipped, None)
    ]
    world.witness.shown(shown)
    return shown


def _extras(world: World, chat: Chat, message: Message, viewer: int) -> Json:
    """Return what a client knows of a message besides: reactions, the own vote, the own payment."""
    me = face(world, chat, viewer)
    found: Json = {}
    if message.reactions:
        mine = [one["emoji"] for one in message.reactions.get(me, [])]
        found["reactions"] = [
            {"emoji": emoji, "count": counted["total_count"], "mine": emoji in mine}
            for counted in reaction_counts(message)
            for emoji in [counted["type"]["emoji"]]
        ]
    if message.poll is not None:
        found["my_vote"] = list(message.poll.votes.get(me, ()))
    if message.invoice is not None:
        found["payment"] = latest_checkout(world, chat, message, viewer)
    return found


def _group(world: World, chat: Chat, me: User, last: int | None) -> Json:
    member = world.member(chat, me.id)
    asked = me.id in chat.requests
    requests = chat.requests if member.may("can_invite_users") else {}
    return {
        "id": chat.id,
        "kind": chat.kind,
        "title": chat.title,
        "unread": _unread(chat, me.id, list(chat.messages)) if member.inside else 0,
        "member": member.inside,
        "status": member.status,
        "members": len(world.insiders(chat)),
        "can_write": can_write(world, chat, me.id),
        "can_join": not member.inside and member.status != "kicked" and not asked,
        "joins_by_request": chat.join_by_request,
        "requested": asked,
        "requests": [user_object(world.users[user_id]) for user_id in requests],
        "pinned": chat.pinned[-1] if chat.pinned and member.inside else None,
        "commands": offered_commands(world.bot(), chat, me, world),
        "keyboard": chat.keyboard if member.inside else None,
        "linked": chat.linked or None,
        "is_forum": chat.is_forum,
        "topics": [
            {"id": topic.id, "name": topic.name, "closed": topic.closed, "hidden": topic.hidden}
            for topic in chat.topics.values()
        ],
        "messages": _messages(world, chat, me.id, last) if member.inside else [],
    }


def _private(world: World, chat: Chat, me: User, last: int | None, home: bool) -> Json:
    bot = world.bots[chat.bot]
    return {
        "id": me.id if home else bot.id,
        "kind": "private",
        "title": bot.user.first_name,
        "unread": _unread(chat, me.id, list(chat.messages)),
        "member": chat.started,
        "status": "member" if chat.started else "left",
        "members": 2,
        "can_write": chat.started and not chat.blocked,
        "can_join": False,
        "joins_by_request": False,
        "requested": False,
        "requests": [],
        "pinned": chat.pinned[-1] if chat.pinned else None,
        "started": chat.started,
        "blocked": chat.blocked,
        "commands": offered_commands(bot, chat, me, world),
        "keyboard": chat.keyboard,
        "menu_button": bot.menus.get(me.id) or bot.menus.get(0) or {"type": "default"},
        "messages": _messages(world, chat, me.id, last),
    }
