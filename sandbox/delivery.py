"""Who learns of what: messages and changes of membership on their way into the bots' queues."""

from dataclasses import dataclass, replace

from sandbox.model import TELEGRAM, Callback, Chat, InviteLink, JoinRequest, Json, Member, Message
from sandbox.objects import (
    callback_object,
    chat_object,
    link_object,
    member_object,
    message_object,
    request_object,
    user_object,
)
from sandbox.world import Bot, World

CAN_WRITE_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Door:
    """How somebody came in: the link used, and whether an administrator let them in on request."""

    link: InviteLink | None = None
    via_request: bool = False


def post(world: World, chat: Chat, message: Message) -> Json:
    """Put a new message into its chat and tell the bots; return it as a Bot API object."""
    answered = chat.messages.get(message.reply_to)
    message.thread = message.topic
    if answered is not None and not message.thread and chat.kind == "supergroup":
        message.thread = answered.thread or answered.id
    chat.messages[message.id] = message
    chat.reads[message.sender] = message.id
    world.touch()
    body = tell(world, chat, message, "message")
    if chat.is_channel and chat.linked and not message.is_service:
        _forward(world, chat, message)
    return body


def change(world: World, chat: Chat, message: Message) -> Json:
    """Date an edit and tell the bots, also that of its copy in a discussion group; return the Message."""
    message.edit_date = world.clock.unix()
    world.touch()
    if chat.is_channel and chat.linked:
        group = world.groups[chat.linked]
        for copy in [found for found in group.messages.values() if _is_copy(found, chat, message)]:
            new = group.messages[copy.id] = _copy(world, chat, message, copy.id)
            new.reactions = copy.reactions
            # Buttons do not come along: where only they changed, nothing did.
            if replace(new, edit_date=copy.edit_date) != copy:
                tell(world, group, new, "edited_message")
    return tell(world, chat, message, "edited_message")


def _forward(world: World, channel: Chat, source: Message) -> None:
    """Put a channel's post into its discussion group, pinned, as Telegram does by itself."""
    group = world.groups[channel.linked]
    group.last_id += 1
    group.pinned.append(group.last_id)
    post(world, group, _copy(world, channel, source, group.last_id))


def _copy(world: World, channel: Chat, source: Message, message_id: int) -> Message:
    where = {"chat": chat_object(world, channel), "message_id": source.id, "date": source.date}
    found = replace(source, id=message_id, reply_to=0, markup=None, automatic=True, reactions={})
    found.sender, found.sender_chat, found.origin = TELEGRAM.id, channel.id, {"type": "channel", **where}
    return found


def _is_copy(message: Message, channel: Chat, source: Message) -> bool:
    origin = message.origin or {}
    return message.automatic and message.sender_chat == channel.id and origin["message_id"] == source.id


def next_message(world: World, chat: Chat, sender: int, *, topic: int = 0) -> Message:
    """Return an empty message with the chat's next id, dated now; anonymous ones write as the group."""
    chat.last_id += 1
    message = Message(chat.last_id, world.clock.unix(), sender, topic=topic)
    if world.is_anonymous(chat, sender):
        message.anonymous, message.signature = True, world.member(chat, sender).custom_title
    return message


def tell(world: World, chat: Chat, message: Message, kind: str) -> Json:
    """Queue a message or its edit for every bot that may see it; return the Message."""
    date = message.edit_date or message.date
    if chat.is_channel:
        kind = {"message": "channel_post", "edited_message": "edited_channel_post"}[kind]
    for bot in bots_in(world, chat):
        if sees(world, chat, message, bot):
            bot.queue.push(kind, message_object(world, chat, message, viewer=bot.id), date=date)
    return message_object(world, chat, message, viewer=message.sender)


def bots_in(world: World, chat: Chat) -> list[Bot]:
    """Return the bots that are in a chat."""
    if chat.is_private:
        return [world.bots[chat.bot]]
    return [bot for bot in world.bots.values() if world.member(chat, bot.id).inside]


def sees(world: World, chat: Chat, message: Message, bot: Bot) -> bool:
    """Say whether a message reaches `bot`: own ones only when they tell of an event, else by privacy mode."""
    if message.is_service:
        return True
    if chat.is_channel:
        return message.sender != bot.id
    if message.sender in world.bots:
        return False
    hears = not chat.privacy.get(bot.id, bot.privacy)
    if chat.is_private or hears or world.member(chat, bot.id).is_admin or message.via_bot == bot.id:
        return True
    answered = chat.messages.get(message.reply_to)
    if answered is not None and answered.sender == bot.id:
        return True
    return _is_command_for(message, bot)


def _is_command_for(message: Message, bot: Bot) -> bool:
    for entity in message.entities:
        if entity["type"] != "bot_command":
            continue
        raw = message.text.encode("utf-16-le")
        start = entity["offset"] * 2
        word = raw[start : start + entity["length"] * 2].decode("utf-16-le")
        _, _, addressee = word.partition("@")
        if not addressee or addressee.lower() == bot.user.username.lower():
            return True
    return False


def set_member(
    world: World, chat: Chat, user_id: int, member: Member, *, actor: int, door: Door | None = None
) -> None:
    """Change a user's standing and tell the bots that may know: itself, and administrators who asked."""
    old = world.member(chat, user_id)
    if old == member:
        return
    told = {bot.id: bot for bot in bots_in(world, chat)}
    chat.members[user_id] = member
    if user_id in world.bots:
        told[user_id] = world.bots[user_id]
        if not old.inside:
            chat.privacy[user_id] = told[user_id].privacy
    for bot in told.values():
        kind = "my_chat_member" if bot.id == user_id else "chat_member"
        if kind == "my_chat_member" or world.member(chat, bot.id).is_admin:
            body = _membership(world, chat, user_id, (old, member), actor=actor, viewer=bot.id, door=door)
            bot.queue.push(kind, body, date=body["date"])
    world.touch()


def _membership(
    world: World,
    chat: Chat,
    user_id: int,
    change: tuple[Member, Member],
    *,
    actor: int,
    viewer: int,
    door: Door | None,
) -> Json:
    old, new = change
    found: Json = {
        "chat": chat_object(world, chat),
        "from": user_object(world.users[actor]),
        "date": world.clock.unix(),
        "old_chat_member": member_object(world, chat, user_id, old, viewer=viewer),
        "new_chat_member": member_object(world, chat, user_id, new, viewer=viewer),
    }
    if door and door.link is not None:
        found["invite_link"] = link_object(world, chat, door.link, viewer=viewer)
    if door and door.via_request:
        found["via_join_request"] = True
    return found


def set_blocked(world: World, chat: Chat, *, blocked: bool) -> None:
    """Block or unblock the bot of a private chat, from its user's side; the bot learns of it."""
    if chat.blocked == blocked:
        return
    chat.blocked = blocked
    states = (Member("member"), Member("kicked"))
    old, new = states if blocked else states[::-1]
    bot = world.bots[chat.bot]
    body = _membership(world, chat, bot.id, (old, new), actor=chat.id, viewer=bot.id, door=None)
    bot.queue.push("my_chat_member", body, date=body["date"])
    world.touch()


def tell_request(world: World, chat: Chat, request: JoinRequest) -> None:
    """Tell the bots that may invite that somebody asks to come in; they may write to them for 5 minutes."""
    for bot in bots_in(world, chat):
        if world.member(chat, bot.id).may("can_invite_users"):
            body = request_object(world, chat, request, viewer=bot.id)
            world.private(bot.id, request.user).write_until = request.date + CAN_WRITE_SECONDS
            bot.queue.push("chat_join_request", body, date=request.date)
    world.touch()


def tell_tap(world: World, callback: Callback, data: str) -> Json:
    """Queue a tapped button for the bot that sent it; return the CallbackQuery."""
    body = callback_object(world, callback, data)
    world.callbacks[callback.id] = callback
    world.bots[callback.bot].queue.push("callback_query", body, date=callback.date)
    return body
