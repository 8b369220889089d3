"""What a call weighs against the limits: messages sent, copied, forwarded and edited."""

from sandbox.limits import Load
from sandbox.model import Chat, Json
from sandbox.world import Bot, World

_FREE = "sendChatAction"
_WEIGHING = ("send", "copy", "forward", "editMessage")


def load_of(world: World, bot: Bot, method: str, params: Json) -> Load | None:
    """Return the load of a call; None when it puts no message into a chat."""
    where = params.get("chat_id")
    if where is None or method == _FREE or not method.startswith(_WEIGHING):
        return None
    chat = world.by_username(where) if isinstance(where, str) else world.groups.get(where)
    is_group = isinstance(chat, Chat) and chat.kind in ("group", "supergroup")
    many = params.get("media") if method == "sendMediaGroup" else params.get("message_ids")
    messages = len(many) if isinstance(many, list) else 1
    return Load(bot.id, where if isinstance(where, int) else getattr(chat, "id", 0), is_group, messages)
