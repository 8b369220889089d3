"""Bot API objects, written from the world."""

from sandbox.contents import content_fields
from sandbox.model import (
    ANONYMOUS,
    CHANNEL_BOT,
    SERVICE_ACCOUNTS,
    TELEGRAM,
    Callback,
    Chat,
    InviteLink,
    JoinRequest,
    Json,
    Member,
    Message,
    Toast,
    Topic,
    User,
)
from sandbox.rights import PERMISSIONS, rights_of
from sandbox.world import Bot, World


def user_object(user: User) -> Json:
    """Return a User; empty names are left out."""
    found: Json = {"id": user.id, "is_bot": user.is_bot, "first_name": user.first_name}
    for key in ("last_name", "username", "language_code"):
        value = getattr(user, key)
        if value:
            found[key] = value
    return found


def me_object(bot: Bot) -> Json:
    """Return the User of getMe."""
    return user_object(bot.user) | {
        "can_join_groups": True,
        "can_read_all_group_messages": not bot.privacy,
        "supports_guest_queries": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
        "has_topics_enabled": False,
        "allows_users_to_create_topics": False,
        "can_manage_bots": False,
    }


def chat_object(world: World, chat: Chat) -> Json:
    """Return a Chat."""
    if not chat.is_private:
        found: Json = {"id": chat.id, "title": chat.title, "type": chat.kind}
        if chat.username:
            found["username"] = chat.username
        if chat.is_forum:
            found["is_forum"] = True
        return found
    user = world.users[chat.id]
    found = {"id": user.id, "first_name": user.first_name, "type": "private"}
    for key in ("last_name", "username"):
        value = getattr(user, key)
        if value:
            found[key] = value
    return found


def message_object(
    world: World, chat: Chat, message: Message, *, viewer: int = 0, nested: bool = False
) -> Json:
    """Return a Message as `viewer` gets it, whose files have other ids than anybody else's.

    A `nested` one carries no message it answers.
    """
    found: Json = {
        "message_id": message.id,
        **_sender_fields(world, chat, message),
        "chat": chat_object(world, chat),
        "date": message.date,
    }
    if message.thread:
        found["message_thread_id"] = message.thread
    if message.topic:
        found["is_topic_message"] = True
    if message.is_service:
        return found | _service_fields(world, chat, message, viewer)
    found |= content_fields(world.files, message, viewer)
    # As Telegram has it: what answers nothing in a topic answers the message that created the topic.
    answered = chat.messages.get(message.reply_to or message.topic)
    if answered is not None and not nested:
        found["reply_to_message"] = message_object(world, chat, answered, viewer=viewer, nested=True)
    for name, value in (
        ("edit_date", message.edit_date),
        ("quote", message.quote),
        ("forward_origin", message.origin),
        ("is_automatic_forward", message.automatic),
        ("link_preview_options", message.preview),
        ("has_protected_content", message.protected),
        ("effect_id", message.effect),
        ("reply_markup", message.markup),
    ):
        if value:
            found[name] = value
    return found


def _sender_fields(world: World, chat: Chat, message: Message) -> Json:
    """Return who is seen to write: a person, the group of an anonymous one, or a channel."""
    found: Json = {}
    if chat.is_channel:
        found["sender_chat"] = chat_object(world, chat)
    elif message.anonymous:
        found |= {"from": user_object(ANONYMOUS), "sender_chat": chat_object(world, chat)}
    elif message.sender_chat:
        stand_in = TELEGRAM if message.automatic else CHANNEL_BOT
        channel = chat_object(world, world.groups[message.sender_chat])
        found |= {"from": user_object(stand_in), "sender_chat": channel}
    else:
        found["from"] = user_object(world.users[message.sender])
    if message.signature:
        found["author_signature"] = message.signature
    if message.via_bot:
        found["via_bot"] = user_object(world.users[message.via_bot])
    return found


def _service_fields(world: World, chat: Chat, message: Message, viewer: int) -> Json:
    if message.new_members:
        return {"new_chat_members": [user_object(world.users[user_id]) for user_id in message.new_members]}
    if message.left_member:
        return {"left_chat_member": user_object(world.users[message.left_member])}
    if message.pinned:
        return {"pinned_message": pinned_object(world, chat, message.pinned, viewer=viewer)}
    return message.event


def pinned_object(world: World, chat: Chat, message_id: int, *, viewer: int) -> Json:
    """Return a Message, or an InaccessibleMessage when it is gone."""
    message = chat.messages.get(message_id)
    if message is None:
        return {"chat": chat_object(world, chat), "message_id": message_id, "date": 0}
    return message_object(world, chat, message, viewer=viewer, nested=True)


def member_object(world: World, chat: Chat, user_id: int, member: Member, *, viewer: int = 0) -> Json:
    """Return a ChatMember as `viewer` (a bot's id) sees it."""
    user = SERVICE_ACCOUNTS.get(user_id) or world.users[user_id]
    found: Json = {"user": user_object(user), "status": member.status}
    if member.custom_title:
        found["custom_title"] = member.custom_title
    if member.status == "creator":
        return found | {"is_anonymous": "is_anonymous" in member.rights}
    if member.status == "administrator":
        found["can_be_edited"] = bool(viewer) and member.promoted_by == viewer
        return found | {right: right in member.rights for right in rights_of(chat.kind)}
    if member.status == "restricted":
        found |= {"is_member": member.is_member, "until_date": member.until}
        return found | permissions_object(member.permissions)
    if member.status == "kicked":
        found["until_date"] = member.until
    return found


def topic_object(topic: Topic) -> Json:
    """Return a ForumTopic."""
    found: Json = {"message_thread_id": topic.id, "name": topic.name, "icon_color": topic.icon_color}
    if topic.icon_emoji:
        found["icon_custom_emoji_id"] = topic.icon_emoji
    return found


def permissions_object(permissions: frozenset[str]) -> Json:
    """Return ChatPermissions."""
    return {name: name in permissions for name in PERMISSIONS}


def link_object(world: World, chat: Chat, link: InviteLink, *, viewer: int) -> Json:
    """Return a ChatInviteLink; `viewer` sees the links of others with their end masked."""
    url = link.url if link.creator == viewer else link.url[: len("https://t.me/+") + 8] + "..."
    found: Json = {
        "invite_link": url,
        "creator": user_object(world.users[link.creator]),
        "creates_join_request": link.by_request,
        "is_primary": link.primary,
        "is_revoked": link.revoked,
    }
    for key, value in (
        ("name", link.name),
        ("expire_date", link.expire_date),
        ("member_limit", link.member_limit),
    ):
        if value:
            found[key] = value
    waiting = sum(1 for request in chat.requests.values() if request.link is link)
    if waiting:
        found["pending_join_request_count"] = waiting
    return found


def request_object(world: World, chat: Chat, request: JoinRequest, *, viewer: int) -> Json:
    """Return a ChatJoinRequest."""
    found: Json = {
        "chat": chat_object(world, chat),
        "from": user_object(world.users[request.user]),
        "user_chat_id": request.user,
        "date": request.date,
    }
    if request.link is not None:
        found["invite_link"] = link_object(world, chat, request.link, viewer=viewer)
    return found


def callback_object(world: World, callback: Callback, data: str) -> Json:
    """Return a CallbackQuery; its message is an InaccessibleMessage when it is gone."""
    message = callback.chat.messages.get(callback.message)
    if message is None:
        shown = pinned_object(world, callback.chat, callback.message, viewer=callback.bot)
    else:
        shown = message_object(world, callback.chat, message, viewer=callback.bot)
    return {
        "id": callback.id,
        "from": user_object(world.users[callback.user]),
        "message": shown,
        "chat_instance": callback.chat.instance,
        "data": data,
    }


def toast_object(toast: Toast) -> Json:
    """Return what a `toast` event carries."""
    return {
        "text": toast.text,
        "alert": toast.alert,
        "chat": toast.chat,
        "message": toast.message,
        "url": toast.url,
    }
