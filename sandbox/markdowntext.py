"""Telegram's two Markdowns: the old one and MarkdownV2, parsed as strictly as Telegram does."""

import re
from dataclasses import dataclass

from sandbox.addresses import shown_address
from sandbox.errors import ApiError, bad_request
from sandbox.model import Json

_EMOJI = re.compile(r"tg://emoji/?\?id=(\d{1,20})")
_TIME = re.compile(r"tg://time/?\?unix=(\d{1,11})(?:&format=([a-zA-Z]*))?")
_LANGUAGE = re.compile(r"([^\s`]+)(?=\s)")
_BREAK = re.compile(r"\r\n|\n\r|\n|\r")
_RESERVED = frozenset("_*[]()~`>#+-=|{}.!")
_OLD = {"_": ("italic", "_"), "*": ("bold", "*"), "`": ("code", "`"), "[": ("text_link", "]")}
_MARKS = (
    ("__", "underline"),
    ("_", "italic"),
    ("*", "bold"),
    ("~", "strikethrough"),
    ("||", "spoiler"),
    ("![", "custom_emoji"),
    ("[", "text_link"),
    ("```", "pre"),
    ("`", "code"),
)
"""How an entity begins, longer marks first."""
_NAMES = {
    "underline": "Underline",
    "italic": "Italic",
    "bold": "Bold",
    "strikethrough": "Strikethrough",
    "spoiler": "Spoiler",
    "custom_emoji": "CustomEmoji",
    "text_link": "TextUrl",
    "pre": "Pre",
    "code": "Code",
}
_ENDS = {"custom_emoji": "]", "text_link": "]"} | {
    kind: mark for mark, kind in _MARKS if kind not in ("custom_emoji", "text_link")
}


def parse_markdown_v2(source: str) -> tuple[str, list[Json]]:
    """Return the text and its entities. Raises ApiError where Telegram's parser stops."""
    return _Second(source).run()


def parse_markdown(source: str) -> tuple[str, list[Json]]:
    """Return the text and its entities by the rules of the old Markdown. Raises ApiError likewise."""
    return _First(source).run()


@dataclass(slots=True)
class _Open:
    kind: str
    offset: int
    place: int
    letters: int
    language: str = ""


class _Reader:
    """The source, the place reached, and what was written so far."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.place = 0
        self.text: list[str] = []
        self.size = 0
        self.entities: list[Json] = []

    def put(self, letter: str) -> None:
        self.text.append(letter)
        self.size += 1 + (letter > "\uffff")

    def byte(self, place: int) -> int:
        return len(self.source[:place].encode("utf-8"))

    def has(self, mark: str) -> bool:
        return self.source.startswith(mark, self.place)

    def language(self) -> str:
        """Step over the language and the line break after ```."""
        found = _LANGUAGE.match(self.source, self.place)
        if found:
            self.place = found.end()
        ended = _BREAK.match(self.source, self.place)
        if ended:
            self.place = ended.end()
        return found[1] if found else ""

    def entity(self, kind: str, offset: int, **extra: str | int) -> None:
        if self.size > offset:
            self.entities.append({"type": kind, "offset": offset, "length": self.size - offset, **extra})

    def linked(self, offset: int, url: str) -> None:
        address = shown_address(url)
        if address is not None:
            self.entity("text_link", offset, url=address)


class _First(_Reader):
    def run(self) -> tuple[str, list[Json]]:
        while self.place < len(self.source):
            letter = self.source[self.place]
            if letter == "\\" and self.source[self.place + 1 : self.place + 2] in (*_OLD,):
                self.put(self.source[self.place + 1])
                self.place += 2
            elif letter in _OLD:
                self.mark(*_OLD[letter])
            else:
                self.put(letter)
                self.place += 1
        return "".join(self.text), self.entities

    def mark(self, kind: str, end: str) -> None:
        started, offset, letters, language = self.place, self.size, len(self.text), ""
        if self.has("```"):
            kind, end = "pre", "```"
            self.place += 3
            language = self.language()
        else:
            self.place += 1
        until = self.source.find(end, self.place)
        if until < 0:
            raise _fail(f"Can't find end of the entity starting at byte offset {self.byte(started)}")
        for letter in self.source[self.place : until]:
            self.put(letter)
        self.place = until + len(end)
        if kind == "text_link":
            self.linked(offset, self.address("".join(self.text[letters:])))
        else:
            self.entity(kind, offset, **({"language": language} if language else {}))

    def address(self, shown: str) -> str:
        if not self.has("("):
            return shown
        ended = self.source.find(")", self.place)
        until = len(self.source) if ended < 0 else ended
        url = self.source[self.place + 1 : until]
        self.place = until + 1
        return url


class _Second(_Reader):
    def __init__(self, source: str) -> None:
        super().__init__(source)
        self.stack: list[_Open] = []
        self.quote: int | None = None

    def run(self) -> tuple[str, list[Json]]:
        while self.place < len(self.source):
            self.step(self.source[self.place])
        if self.stack:
            raise self.unended()
        self.end_quote(expandable=False)
        return "".join(self.text), self.entities

    def unended(self) -> ApiError:
        last = self.stack[-1]
        name = "PreCode" if last.language else _NAMES[last.kind]
        return _fail(f"Can't find end of {name} entity at byte offset {self.byte(last.place)}")

    def step(self, letter: str) -> None:
        following = self.source[self.place + 1 : self.place + 2]
        inside = self.stack[-1].kind if self.stack else ""
        if letter == "\\" and following and "\0" < following <= "~":
            self.put(following)
            self.place += 2
        elif inside and self.closes(inside):
            self.close()
        elif inside in ("code", "pre") and letter != "`":
            self.plain(letter)
        elif letter == "\n":
            self.line()
        elif letter == ">" and self.at_line_start():
            self.place += 1
            self.quote = self.size if self.quote is None else self.quote
        elif letter in _RESERVED:
            self.open(letter)
        else:
            self.plain(letter)

    def plain(self, letter: str) -> None:
        self.put(letter)
        self.place += 1

    def at_line_start(self) -> bool:
        """Say whether a quotation may begin here: at the start of a line, or after an empty ** there."""
        before = self.source[max(0, self.place - 3) : self.place]
        return before.removesuffix("**")[-1:] in ("", "\n")

    def line(self) -> None:
        """End a line; a quotation goes on only where the next line begins with its mark."""
        self.plain("\n")
        if self.quote is not None and not self.has(">"):
            self.end_quote(expandable=False)
        elif self.quote is not None:
            self.place += 1

    def end_quote(self, *, expandable: bool) -> None:
        if self.quote is not None:
            if self.stack and self.stack[-1].offset >= self.quote:
                raise self.unended()
            self.entity("expandable_blockquote" if expandable else "blockquote", self.quote)
            self.quote = None

    def closes(self, kind: str) -> bool:
        if kind == "italic":
            return self.has("_") and not self.has("__")
        return self.has(_ENDS[kind])

    def open(self, letter: str) -> None:
        if self.ends_expandable():
            self.place += 2
            self.end_quote(expandable=True)
            return
        for mark, kind in _MARKS:
            if self.has(mark):
                opened = _Open(kind, self.size, self.place, len(self.text))
                self.place += len(mark)
                if kind == "pre":
                    opened.language = self.language()
                self.stack.append(opened)
                return
        raise _fail(f"Character '{letter}' is reserved and must be escaped with the preceding '\\'")

    def ends_expandable(self) -> bool:
        after = self.source[self.place + 2 : self.place + 3]
        return self.quote is not None and self.has("||") and after in ("", "\n") and not self.stack

    def close(self) -> None:
        opened = self.stack.pop()
        self.place += len(_ENDS[opened.kind])
        if opened.kind == "text_link":
            self.linked(opened.offset, self.address("URL") or "".join(self.text[opened.letters :]))
        elif opened.kind == "custom_emoji":
            self.emoji(opened)
        else:
            self.entity(
                opened.kind, opened.offset, **({"language": opened.language} if opened.language else {})
            )

    def emoji(self, opened: _Open) -> None:
        if not self.has("("):
            raise _fail("Custom emoji entity must contain a tg://emoji URL")
        url = self.address("custom emoji URL")
        emoji, moment = _EMOJI.fullmatch(url), _TIME.fullmatch(url)
        if emoji:
            self.entity("custom_emoji", opened.offset, custom_emoji_id=emoji[1])
        elif moment:
            form = {"date_time_format": moment[2]} if moment[2] else {}
            self.entity("date_time", opened.offset, unix_time=int(moment[1]), **form)
        else:
            raise _fail("Custom emoji URL must have scheme tg")

    def address(self, name: str) -> str:
        """Step over (an address) and return it; nothing where there is none."""
        if not self.has("("):
            return ""
        self.place += 1
        started, url = self.place, ""
        while self.place < len(self.source) and not self.has(")"):
            escaped = self.has("\\") and self.source[self.place + 1 : self.place + 2] > ""
            self.place += escaped
            url += self.source[self.place]
            self.place += 1
        if self.place >= len(self.source):
            raise _fail(f"Can't find end of a {name} at byte offset {self.byte(started)}")
        self.place += 1
        return url


def _fail(text: str) -> ApiError:
    return bad_request(f"can't parse entities: {text}")
