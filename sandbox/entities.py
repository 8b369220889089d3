"""Text as Telegram keeps it: limits in UTF-16 units, HTML, entities found by themselves."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sandbox.errors import bad_request
from sandbox.htmltext import parse_html
from sandbox.markdowntext import parse_markdown, parse_markdown_v2
from sandbox.model import Json

MAX_TEXT = 4096
MAX_CAPTION = 1024
MAX_BYTES = 1 << 15
FORMATS = frozenset(
    [
        "mention",
        "hashtag",
        "cashtag",
        "bot_command",
        "url",
        "email",
        "phone_number",
        "bold",
        "italic",
        "underline",
        "strikethrough",
        "spoiler",
        "blockquote",
        "expandable_blockquote",
        "code",
        "pre",
        "text_link",
        "text_mention",
        "custom_emoji",
        "date_time",
    ]
)
PARSERS = {"html": parse_html, "markdown": parse_markdown, "markdownv2": parse_markdown_v2}
WHOLE = frozenset(("code", "pre", "text_link", "text_mention", "url"))
"""Inside these no entity is found by itself."""

_FOUND = re.compile(
    r"(?P<url>(?:https?://|tg://)[^\s<>\"]+[^\s<>\".,;:!?)\]}]|\bt\.me/[A-Za-z0-9_+/?=&-]+)"
    r"|(?P<email>(?<![\w.])[A-Za-z0-9_.+-]{1,64}@[A-Za-z0-9-]{1,63}\.[A-Za-z]{2,})"
    r"|(?P<bot_command>(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/<>]))"
    r"|(?P<mention>(?<!\w)@[A-Za-z][A-Za-z0-9_]{2,31}(?!\w))",
    re.ASCII,
)
_HASHTAG = re.compile(r"(?<!\w)#\w*[^\W\d]\w*")


@dataclass(frozen=True, slots=True)
class Formatted:
    """A text with its entities, offsets and lengths in UTF-16 units."""

    text: str
    entities: list[Json]


def utf16_length(text: str) -> int:
    """Return how many UTF-16 units a text has: what Telegram counts."""
    return len(text) + sum(1 for letter in text if letter > "\uffff")


def utf16_slice(text: str, offset: int, length: int) -> str:
    """Return the part of a text at an entity's place."""
    return text.encode("utf-16-le")[offset * 2 : (offset + length) * 2].decode("utf-16-le", "replace")


def parsed(text: str, *, parse_mode: str = "", entities: Sequence[Json] | None = None) -> Formatted:
    """Return a text as it is shown. Raises ApiError for one over 32 KB and for what cannot be parsed."""
    if len(text.encode("utf-8")) > MAX_BYTES:
        raise bad_request("text is too long")
    if parse_mode and entities is None:
        parse = PARSERS.get(parse_mode.lower())
        if parse is None:
            raise bad_request("unsupported parse_mode")
        shown, marks = parse(text)
    else:
        shown, marks = text, [_checked(entity, text) for entity in entities or ()]
    shown, kept = _strip(shown.replace("\r", ""), marks)
    every = [*kept, *_automatic(shown, kept)]
    every.sort(key=lambda entity: (entity["offset"], -entity["length"]))
    return Formatted(shown, every)


def as_text(text: Formatted) -> Formatted:
    """Return what can be the text of a message. Raises ApiError when it is empty or too long."""
    if not text.text:
        raise bad_request("message text is empty")
    if utf16_length(text.text) > MAX_TEXT:
        raise bad_request("message is too long")
    return text


def as_caption(text: Formatted) -> Formatted:
    """Return what can stand below media. Raises ApiError when it is too long."""
    if utf16_length(text.text) > MAX_CAPTION:
        raise bad_request("message caption is too long")
    return text


def _strip(text: str, marks: Iterable[Json]) -> tuple[str, list[Json]]:
    shown = text.strip()
    before = utf16_length(text) - utf16_length(text.lstrip())
    size = utf16_length(shown)
    kept = []
    for mark in marks:
        start = max(mark["offset"] - before, 0)
        end = min(mark["offset"] + mark["length"] - before, size)
        if end > start:
            kept.append(mark | {"offset": start, "length": end - start})
    return shown, kept


def _checked(entity: Json, text: str) -> Json:
    if entity["type"] not in FORMATS:
        raise bad_request("can't parse MessageEntity: unsupported type specified")
    end = entity["offset"] + entity["length"]
    if entity["offset"] < 0 or entity["length"] < 0 or end > utf16_length(text):
        raise bad_request("entity begins or ends outside of the text")
    return dict(entity)


def _automatic(text: str, kept: Sequence[Json]) -> list[Json]:
    if not any(letter in text for letter in "/@#."):
        return []
    taken = [(mark["offset"], mark["offset"] + mark["length"]) for mark in kept if mark["type"] in WHOLE]
    found: list[Json] = []
    place = units = 0
    for start, end, kind in _places(text):
        units += utf16_length(text[place:start])
        place = start
        length = utf16_length(text[start:end])
        if not any(units < until and since < units + length for since, until in taken):
            found.append({"type": kind, "offset": units, "length": length})
    return found


def _places(text: str) -> list[tuple[int, int, str]]:
    """Return (start, end, kind) in characters, in order; a hashtag inside an address is none."""
    places = [(*match.span(), match.lastgroup or "") for match in _FOUND.finditer(text)]
    free = [
        (*match.span(), "hashtag")
        for match in _HASHTAG.finditer(text)
        if not any(start < match.end() and match.start() < end for start, end, _ in places)
    ]
    return sorted(places + free)
