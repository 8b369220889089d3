"""Methods about the bot itself and its way of getting updates."""

from sandbox.errors import ApiError, Told, bad_request
from sandbox.methods.media import attached
from sandbox.model import Json
from sandbox.objects import me_object
from sandbox.rights import NOT_BY_DEFAULT, UPDATE_KINDS
from sandbox.updates import MAX_TIMEOUT_SECONDS, Doublings
from sandbox.webhook import read_webhook
from sandbox.world import Bot, World

BY_DEFAULT = set(UPDATE_KINDS) - NOT_BY_DEFAULT


def get_me(_world: World, bot: Bot, _params: Json) -> Json:
    """Return the bot's own account."""
    return me_object(bot)


async def get_updates(bot: Bot, params: Json, doubling: Doublings) -> list[Json]:
    """Confirm, then return what waits, or wait for it; limit and timeout are clamped as Telegram does."""
    if bot.webhook is None:
        _allow(bot, params)
    return await bot.queue.poll(
        offset=params.get("offset", 0),
        limit=min(max(params.get("limit", 100), 1), 100),
        wait=min(max(params.get("timeout", 0), 0), MAX_TIMEOUT_SECONDS),
        doubling=doubling,
    )


def _allow(bot: Bot, params: Json) -> None:
    """Keep the kinds a bot asks for: unknown names are passed over, and none left is the default."""
    if "allowed_updates" in params:
        named = {name.lower() for name in params["allowed_updates"]}
        kinds = tuple(kind for kind in UPDATE_KINDS if kind in named)
        bot.queue.allowed = () if set(kinds) == BY_DEFAULT else kinds


def set_webhook(world: World, bot: Bot, params: Json) -> Told:
    """Push the bot's updates to an address of this machine from now on; an empty one ends that."""
    if not params.get("url"):
        return delete_webhook(world, bot, params)
    bot.manners.check_set_webhook()
    wanted = read_webhook(params, attached(params, params.get("certificate", "")))
    _allow(bot, params)
    drop = params.get("drop_pending_updates", False)
    if bot.webhook and bot.webhook.same_as(wanted) and not drop:
        return Told(True, "Webhook is already set")
    if drop:
        bot.queue.drop()
    world.set_webhook(bot, wanted)
    return Told(True, "Webhook was set")


def delete_webhook(world: World, bot: Bot, params: Json) -> Told:
    """Let the bot poll again; drop the waiting updates when asked to."""
    if params.get("drop_pending_updates"):
        bot.queue.drop()
    if bot.webhook is None:
        return Told(True, "Webhook is already deleted")
    world.set_webhook(bot, None)
    return Told(True, "Webhook was deleted")


def get_webhook_info(_world: World, bot: Bot, _params: Json) -> Json:
    """Return how the bot gets its updates and what went wrong last."""
    hook = bot.webhook
    found: Json = {
        "url": hook.url if hook else "",
        "has_custom_certificate": bool(hook and hook.trust),
        "pending_update_count": bot.queue.waiting_count(),
    }
    if hook:
        found["max_connections"] = hook.max_connections
        optional = {
            "ip_address": hook.ip_address,
            "last_error_date": hook.last_error_date,
            "last_error_message": hook.last_error_message,
        }
        found |= {name: value for name, value in optional.items() if value}
    if bot.queue.allowed:
        found["allowed_updates"] = list(bot.queue.allowed)
    return found


def log_out(_world: World, _bot: Bot, _params: Json) -> bool:
    """Refuse: there is no cloud to move to."""
    raise bad_request("the sandbox is the only server this bot can use: logOut is refused")


def close(_world: World, _bot: Bot, _params: Json) -> bool:
    """Refuse as Telegram does in the first minutes after a start."""
    raise ApiError(429, "Too Many Requests: retry after 600", {"retry_after": 600})
