"""Telegram's HTML: parsed as strictly as Telegram does."""

import html
import re
from dataclasses import dataclass

from sandbox.addresses import shown_address
from sandbox.errors import ApiError, bad_request
from sandbox.model import Json

TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "a": "text_link",
    "span": "spoiler",
    "tg-emoji": "custom_emoji",
    "tg-time": "date_time",
}
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}

_PIECE = re.compile(
    r"<(?P<tag>(?:[^>\"']|\"[^\"]*\"|'[^']*')*)>"
    r"|&(?P<ref>#x[0-9a-fA-F]+|#[0-9]+|[a-zA-Z]+);?"
    r"|(?P<open><)"
)
_TAG = re.compile(r"(?P<close>/?)(?P<name>[A-Za-z][A-Za-z0-9-]*)(?P<rest>(?:\s.*)?)/?\Z", re.DOTALL)
_ATTRIBUTE = re.compile(r"""\s*([a-zA-Z_-]+)(?:\s*=\s*("[^"]*"|'[^']*'|[A-Za-z0-9._-]+))?""")


@dataclass(slots=True)
class _Open:
    name: str
    attributes: dict[str, str]
    offset: int


class _Parser:
    def __init__(self, source: str) -> None:
        self.source = source
        self.text: list[str] = []
        self.size = 0
        self.stack: list[_Open] = []
        self.entities: list[Json] = []

    def run(self) -> tuple[str, list[Json]]:
        end = 0
        for match in _PIECE.finditer(self.source):
            self.put(self.source[end : match.start()])
            end = match.end()
            if match["ref"] is not None:
                self.put(_reference(match))
            elif match["tag"] is not None:
                self.tag(match["tag"], match.start())
            else:
                raise _fail(f"Unclosed start tag at byte offset {self.byte(match.start())}")
        self.put(self.source[end:])
        if self.stack:
            raise _fail(f'Can\'t find end tag corresponding to start tag "{self.stack[-1].name}"')
        for entity in self.entities:
            if entity["type"] == "code":
                entity.pop("language", None)
        return "".join(self.text), self.entities

    def put(self, piece: str) -> None:
        self.text.append(piece)
        self.size += len(piece) + sum(1 for letter in piece if letter > "\uffff")

    def byte(self, index: int) -> int:
        return len(self.source[:index].encode("utf-8"))

    def tag(self, inside: str, index: int) -> None:
        match = _TAG.match(inside)
        if match is None or match["name"].lower() not in TAGS:
            name = inside.split()[0] if inside.split() else ""
            raise _fail(f'Unsupported start tag "{name}" at byte offset {self.byte(index)}')
        name = match["name"].lower()
        if match["close"]:
            self.close(name, index)
            return
        attributes = {
            key.lower(): html.unescape(value.strip("\"'")) for key, value in _ATTRIBUTE.findall(match["rest"])
        }
        if name == "span" and attributes.get("class") != "tg-spoiler":
            raise _fail(f'Tag "span" must have class "tg-spoiler" at byte offset {self.byte(index)}')
        self.stack.append(_Open(name, attributes, self.size))

    def close(self, name: str, index: int) -> None:
        if not self.stack:
            raise _fail(f"Unexpected end tag at byte offset {self.byte(index)}")
        opened = self.stack.pop()
        if opened.name != name:
            where = self.byte(index)
            raise _fail(
                f'Unmatched end tag at byte offset {where}, expected "</{opened.name}>", found "</{name}>"'
            )
        if self.size > opened.offset:
            self.entity(opened)

    def entity(self, opened: _Open) -> None:
        found: Json = {
            "type": TAGS[opened.name],
            "offset": opened.offset,
            "length": self.size - opened.offset,
        }
        extra = _extra(opened)
        if extra is not None:
            self._merge(found | extra)

    def _merge(self, found: Json) -> None:
        """Keep one entity for <pre><code class="language-x">."""
        last = self.entities[-1] if self.entities else None
        same = last and (last["offset"], last["length"]) == (found["offset"], found["length"])
        if last and same and last["type"] == "code" and found["type"] == "pre":
            found |= {key: last[key] for key in ("language",) if key in last}
            self.entities.pop()
        self.entities.append(found)


def _extra(opened: _Open) -> Json | None:
    """Return the fields an entity's kind needs; None when Telegram drops the entity."""
    if opened.name == "a":
        url = shown_address(opened.attributes.get("href") or "")
        return {"url": url} if url is not None else None
    if opened.name == "blockquote" and "expandable" in opened.attributes:
        return {"type": "expandable_blockquote"}
    if opened.name == "code" and opened.attributes.get("class", "").startswith("language-"):
        return {"language": opened.attributes["class"].removeprefix("language-")}
    if opened.name == "tg-emoji":
        return {"custom_emoji_id": opened.attributes.get("emoji-id", "")}
    if opened.name == "tg-time":
        stamp = opened.attributes.get("unix", "")
        return {"unix_time": int(stamp)} if stamp.isdecimal() and len(stamp) < 12 else None
    return {}


def _reference(match: re.Match[str]) -> str:
    ref = match["ref"]
    if not ref.startswith("#"):
        return NAMED.get(ref, match[0])
    digits = ref[1:]
    code = int(digits[1:], 16) if digits[0] in "xX" else int(digits[:12])
    valid = 0 < code < 0x110000 and not 0xD800 <= code < 0xE000
    return chr(code) if valid else match[0]


def _fail(text: str) -> ApiError:
    return bad_request(f"can't parse entities: {text}")


def parse_html(source: str) -> tuple[str, list[Json]]:
    """Return the text and its entities. Raises ApiError where Telegram's parser stops."""
    return _Parser(source).run()
