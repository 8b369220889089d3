"""The method that reacts to messages."""

from sandbox import reactions
from sandbox.errors import bad_request, forbidden
from sandbox.methods.common import find_chat
from sandbox.model import Json
from sandbox.world import Bot, World


def set_message_reaction(world: World, bot: Bot, params: Json) -> bool:
    """React to a message with one emoji, or with nothing."""
    asked = params.get("reaction", [])
    if any(one["type"] == "paid" for one in asked):
        raise bad_request("can't parse ReactionType: invalid reaction type specified")
    chat = find_chat(world, bot, params["chat_id"])
    message = chat.messages.get(params["message_id"])
    if message is None:
        raise bad_request("message to react not found")
    wanted = [{"type": "emoji", "emoji": reactions.as_known(one.get("emoji", ""))} for one in asked]
    if message.is_service or any(one["emoji"] is None for one in wanted):
        raise bad_request("REACTION_INVALID")
    if not reactions.may_react(world, chat, bot.id):
        raise forbidden("CHAT_WRITE_FORBIDDEN")
    held = reactions.holder(chat, message)
    if len(wanted) > 1 or not reactions.can_hold(held, wanted):
        raise bad_request("REACTIONS_TOO_MANY")
    if not wanted and bot.id not in held.reactions:
        raise bad_request("REACTION_EMPTY")
    reactions.react(world, chat, held, bot.id, wanted)
    return True
