"""Methods about the bot itself and its way of getting updates."""

from sandbox.errors import ApiError, bad_request
from sandbox.model import Json
from sandbox.objects import me_object
from sandbox.updates import MAX_TIMEOUT_SECONDS, Doubling
from sandbox.world import Bot, World


def get_me(_world: World, bot: Bot, _params: Json) -> Json:
    """Return the bot's own account."""
    return me_object(bot)


async def get_updates(bot: Bot, params: Json, doubling: Doubling | None) -> list[Json]:
    """Confirm, then return what waits, or wait for it; limit and timeout are clamped as Telegram does."""
    if "allowed_updates" in params:
        bot.queue.allowed = tuple(dict.fromkeys(params["allowed_updates"]))
    return await bot.queue.poll(
        offset=params.get("offset", 0),
        limit=min(max(params.get("limit", 100), 1), 100),
        wait=min(max(params.get("timeout", 0), 0), MAX_TIMEOUT_SECONDS),
        doubling=doubling,
    )


def delete_webhook(_world: World, bot: Bot, params: Json) -> bool:
    """Succeed: there is no webhook here; drop the waiting updates when asked to."""
    if params.get("drop_pending_updates"):
        bot.queue.drop()
    return True


def get_webhook_info(_world: World, bot: Bot, _params: Json) -> Json:
    """Return the state of a bot that polls."""
    found: Json = {
        "url": "",
        "has_custom_certificate": False,
        "pending_update_count": bot.queue.waiting_count(),
    }
    if bot.queue.allowed:
        found["allowed_updates"] = list(bot.queue.allowed)
    return found


def log_out(_world: World, _bot: Bot, _params: Json) -> bool:
    """Refuse: there is no cloud to move to."""
    raise bad_request("the sandbox is the only server this bot can use: logOut is refused")


def close(_world: World, _bot: Bot, _params: Json) -> bool:
    """Refuse as Telegram does in the first minutes after a start."""
    raise ApiError(429, "Too Many Requests: retry after 600", {"retry_after": 600})
