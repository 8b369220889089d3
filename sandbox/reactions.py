"""Reactions: who put which below a message, and which bots hear of it."""

from importlib.resources import files

from sandbox.delivery import bots_in
from sandbox.model import Chat, Json, Message
from sandbox.objects import chat_object, user_object
from sandbox.world import World

EMOJI = frozenset(files("sandbox").joinpath("data/reactions.txt").read_text("utf-8").split())
"""What anybody may react with; other emoji are not reactions."""
MOST_KINDS = 11
"""How many different reactions one message can have."""


def as_known(emoji: str) -> str | None:
    """Return an emoji as Telegram writes it, None for one nobody reacts with.

    Emoji that are joined of several may hold a U+FE0F that Telegram leaves out: some clients have it.
    """
    written = emoji.replace("\ufe0f", "") if "\u200d" in emoji else emoji
    return written if written in EMOJI else None


def holder(chat: Chat, message: Message) -> Message:
    """Return the message that holds the reactions: of an album its first one that is still there."""
    if not message.album:
        return message
    return next(other for other in chat.messages.values() if other.album == message.album)


def may_react(world: World, chat: Chat, user_id: int) -> bool:
    """Say whether somebody inside may react; in channels and private chats everybody may."""
    if chat.is_private or chat.is_channel or world.member(chat, user_id).is_admin:
        return True
    return world.allows(chat, user_id, "can_react_to_messages")


def can_hold(message: Message, reaction: list[Json]) -> bool:
    """Say whether a message has room for a reaction: at most eleven kinds, of which more may come."""
    kinds = {_key(one) for ones in message.reactions.values() for one in ones}
    return len(kinds | {_key(one) for one in reaction}) <= max(MOST_KINDS, len(kinds))


def react(world: World, chat: Chat, message: Message, actor: int, reaction: list[Json]) -> None:
    """Put a reaction, or take it back with none; `actor` is an account, or the group of an anonymous one."""
    old = message.reactions.get(actor, [])
    if old == reaction:
        return
    if reaction:
        message.reactions[actor] = reaction
    else:
        del message.reactions[actor]
    world.touch()
    if actor not in world.bots:
        _tell(world, chat, message, actor, (old, reaction))


def _tell(
    world: World, chat: Chat, message: Message, actor: int, change: tuple[list[Json], list[Json]]
) -> None:
    """Tell the administrator bots that asked; of anonymous ones, and in channels, they learn the counts."""
    date = world.clock.unix()
    body: Json = {"chat": chat_object(world, chat), "message_id": message.id, "date": date}
    if actor in world.users and not chat.is_channel:
        kind = "message_reaction"
        old, new = change
        body |= {"user": user_object(world.users[actor]), "old_reaction": old, "new_reaction": new}
    else:
        kind = "message_reaction_count"
        body["reactions"] = reaction_counts(message)
    for bot in bots_in(world, chat):
        if chat.is_private or world.member(chat, bot.id).is_admin:
            bot.queue.push(kind, body, date=date)


def reaction_counts(message: Message) -> list[Json]:
    """Return a ReactionCount for every kind of reaction, in the order they came."""
    found: dict[str, Json] = {}
    for ones in message.reactions.values():
        for one in ones:
            found.setdefault(_key(one), {"type": one, "total_count": 0})["total_count"] += 1
    return list(found.values())


def _key(reaction: Json) -> str:
    return str(reaction["emoji"])
