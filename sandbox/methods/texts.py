"""Texts of bots: formatted, and the people named in them found."""

import re

from sandbox.entities import Formatted, as_caption, as_text, parsed
from sandbox.model import Json
from sandbox.objects import user_object
from sandbox.world import World

_PERSON = re.compile(r"tg://user\?id=(\d{1,16})/?")


def read_text(world: World, params: Json) -> Formatted:
    """Return the text of `text`, `parse_mode` and `entities`. Raises ApiError when it cannot be sent."""
    return as_text(read_formatted(world, params, "text", entities="entities"))


def read_caption(world: World, params: Json) -> Formatted:
    """Return the text of `caption` and its fellows, empty where there is none. Raises ApiError."""
    return as_caption(read_formatted(world, params, "caption", entities="caption_entities"))


def read_formatted(
    world: World, params: Json, name: str, *, entities: str, parse_mode: str = "parse_mode"
) -> Formatted:
    """Return a text of any length as it is shown; links to people become mentions of them.

    Raises ApiError for what cannot be parsed.
    """
    text = parsed(params.get(name, ""), parse_mode=params.get(parse_mode, ""), entities=params.get(entities))
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
