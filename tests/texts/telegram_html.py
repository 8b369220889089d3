"""Telegram's HTML, strictly: which tags there are, how they nest, which entities are known."""

import html
import re
from dataclasses import dataclass, field

TAGS = {
    *("b", "strong", "i", "em", "u", "ins", "s", "strike", "del"),
    *("a", "code", "pre", "tg-spoiler", "blockquote"),
}
_PART = re.compile(r"<(/?)([a-zA-Z-]*)([^<>]*)>|&(\w+|#\d+|#x[0-9a-fA-F]+);|([<>&])|([^<>&]+)")
_ENTITIES = {"lt", "gt", "amp", "quot"}


@dataclass
class Parsed:
    """What became of a text: its tags in order, the text between them, and what is wrong with it."""

    tags: list[str] = field(default_factory=list)
    text: str = ""
    faults: list[str] = field(default_factory=list)


def parsed(source: str) -> Parsed:
    """Read `source` as Telegram would."""
    found, open_tags = Parsed(), list[str]()
    for part in _PART.finditer(source):
        closing, tag, attributes, entity, stray, plain = part.groups()
        if tag is not None:
            found.tags.append(f"{closing}{tag}")
            if tag not in TAGS or (attributes and tag != "a"):
                found.faults.append(f"no tag of Telegram's: {part[0]}")
            else:
                found.faults += _nested(open_tags, closing, tag)
        elif stray or (entity and entity not in _ENTITIES and entity[0] != "#"):
            found.faults.append(f"stray: {part[0]}")
        else:
            found.text += html.unescape(part[0]) if entity else plain
    found.faults += [f"never closed: {tag}" for tag in open_tags]
    return found


def _nested(open_tags: list[str], closing: str, tag: str) -> list[str]:
    if not closing:
        open_tags.append(tag)
    elif not open_tags or open_tags.pop() != tag:
        return [f"closes what is not open: {tag}"]
    return []
