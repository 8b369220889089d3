"""Which commands a client offers: the narrowest scope that has any, the user's language first."""

from sandbox.model import Chat, Json, User
from sandbox.world import Bot, World


def offered_commands(bot: Bot, chat: Chat, user: User, world: World) -> list[Json]:
    """Return the commands `bot` offers `user` in `chat`; none where the bot is not there."""
    if not chat.is_private and not world.member(chat, bot.id).inside:
        return []
    for scope in _scopes(chat, user, world):
        for language in (user.language_code[:2], ""):
            found = bot.commands.get((scope, language))
            if found:
                return found
    return []


def _scopes(chat: Chat, user: User, world: World) -> list[str]:
    if chat.is_private:
        return [f"chat:{chat.id}", "all_private_chats", "default"]
    admin = world.member(chat, user.id).is_admin
    return [
        f"chat_member:{chat.id}:{user.id}",
        *([f"chat_administrators:{chat.id}"] if admin else []),
        f"chat:{chat.id}",
        *(["all_chat_administrators"] if admin else []),
        "all_group_chats",
        "default",
    ]
