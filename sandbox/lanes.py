"""Which pushed updates wait for each other: those of one lane keep their order."""

from sandbox.model import Json

Lane = tuple[str, int | str]
"""A kind of order, and whose: of a chat, a user or a poll."""

_LANES = {
    "message": ("message", "chat"),
    "edited_message": ("message", "chat"),
    "channel_post": ("message", "chat"),
    "edited_channel_post": ("message", "chat"),
    "callback_query": ("callback", "from"),
    "pre_checkout_query": ("checkout", "from"),
    "my_chat_member": ("mine", "chat"),
    "chat_join_request": ("member", "from"),
    "message_reaction": ("reaction", "chat"),
    "message_reaction_count": ("count", "chat"),
}


def lane_of(update: Json) -> Lane:
    """Return the lane of an update; a change of membership is in that of the member."""
    kind = next(name for name in update if name != "update_id")
    body = update[kind]
    if kind == "poll_answer":
        return "poll", body["poll_id"]
    if kind == "poll":
        return "poll", body["id"]
    if kind == "chat_member":
        return "member", body["new_chat_member"]["user"]["id"]
    name, part = _LANES[kind]
    return name, body[part]["id"]
