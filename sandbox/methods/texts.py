"""Texts of bots: formatted, and the people named in them found."""

import re

from sandbox.entities import Formatted, formatted
from sandbox.model import Json
from sandbox.objects import user_object
from sandbox.world import World

_PERSON = re.compile(r"tg://user\?id=(\d{1,16})/?")


def read_text(world: World, params: Json) -> Formatted:
    """Return the text of `text`, `parse_mode` and `entities`; links to people become mentions of them.

    Raises ApiError for what cannot be parsed, is empty or too long.
    """
    text = formatted(params["text"], parse_mode=params.get("parse_mode", ""), entities=params.get("entities"))
    named = (_named(world, entity) for entity in text.entities)
    return Formatted(text.text, [entity for entity in named if entity is not None])


def _named(world: World, entity: Json) -> Json | None:
    """Return the entity with its person; None for a person this world does not know, as Telegram drops it."""
    if entity["type"] == "text_mention":
        known = entity.get("user", {}).get("id")
    else:
        link = _PERSON.fullmatch(entity.get("url", ""))
        if link is None:
            return entity
        known = int(link[1])
    user = world.users.get(known) if isinstance(known, int) else None
    if user is None:
        return None
    place = {"offset": entity["offset"], "length": entity["length"]}
    return {"type": "text_mention", **place, "user": user_object(user)}
