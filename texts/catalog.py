"""Loads the catalogues and renders text keys into what Telegram shows."""

import html
import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton

from kernel.message import Language, Moment, Money, Param, Quantity, Text

_FOLDER = Path(__file__).parent
_WORDS, _LARGE = "words", "large"
_TAG = re.compile(r"</?[a-z][a-z0-9-]*(\s[^<>]*)?>")


class CatalogError(Exception):
    """A catalogue file does not say what it must; the message names file, key and cure."""


@dataclass(frozen=True, slots=True)
class Catalog:
    """Every text in every language, and the plain words that work as commands."""

    texts: Mapping[Language, Mapping[str, str]]
    words: Mapping[str, frozenset[str]]  # key -> what people type, in any language, as `heard` gives it
    large: Mapping[Language, Mapping[str, str]] = field(default_factory=dict)  # in few words, where there are

    def html(self, text: Text, language: Language, *, large: bool = False) -> str:
        """Render `text` as Telegram HTML: markup of the catalogue stays, parameters are escaped.

        `large` takes the variant in few words where a text has one.
        """
        return self._render(text, language, large=large)

    def plain(self, text: Text, language: Language) -> str:
        """Render `text` without markup: for button labels, toasts, and where Telegram takes no markup."""
        return html.unescape(_TAG.sub("", self.html(text, language)))

    def _render(self, text: Text, language: Language, *, large: bool) -> str:
        template = self.texts[language].get(text.key)
        if large:
            template = self.large.get(language, {}).get(text.key, template)
        if template is None:
            raise CatalogError(f"no text {text.key!r} in texts/{language}: add it there")
        shown = {name: self._show(value, language, large=large) for name, value in text.params.items()}
        return template.format_map(shown)

    def _show(self, value: Param, language: Language, *, large: bool) -> str:
        match value:
            case Text():
                return self._render(value, language, large=large)
            case tuple():
                return "\n".join(self._render(line, language, large=large) for line in value)
            case Moment():
                local = value.at.astimezone(ZoneInfo(value.zone))
                return f"{_day(local.date(), language)} {local:%H:%M}"
            case date():
                return _day(value, language)
            case Money():
                return money(value.fen)
            case Quantity():
                return html.escape(f"{quantity(value.milli)}{value.unit}")
            case _:
                return html.escape(str(value))


@cache
def load(folder: Path = _FOLDER) -> Catalog:
    """Read every catalogue under `folder`, once while the process lives. Raises CatalogError."""
    texts: dict[Language, dict[str, str]] = {}
    large: dict[Language, dict[str, str]] = {}
    words: dict[str, frozenset[str]] = {}
    for language in Language:
        texts[language], large[language] = {}, {}
        for path in sorted((folder / language).glob("*.toml")):
            for key, value in _read(path).items():
                if key == _WORDS:
                    for name, said in value.items():
                        full = f"{path.stem}.{name}"
                        words[full] = words.get(full, frozenset()) | frozenset(map(heard, said))
                elif key == _LARGE:
                    large[language] |= {f"{path.stem}.{name}": said for name, said in value.items()}
                else:
                    texts[language][f"{path.stem}.{key}"] = value
    return Catalog(texts, words, large)


@lru_cache(maxsize=1)  # every route asks about the same message; none is kept longer
def heard(typed: str) -> str:
    """Return only the letters and digits of what somebody typed, whatever their case and width.

    A word in brackets, with a full stop, spaced out or full of invisible marks is the same word; a lone
    question mark is nothing.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", typed).casefold())
    return "".join(each for each in folded if unicodedata.category(each)[0] in "LN")


def money(fen: int) -> str:
    """Return an amount as people read it: ¥12.30, -¥0.05."""
    yuan, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}¥{yuan}.{rest:02}"


def quantity(milli: int) -> str:
    """Return a quantity as people read it: 2, 0.5, 1.234."""
    whole, rest = divmod(abs(milli), 1000)
    return f"{'-' if milli < 0 else ''}{whole}" + (f".{rest:03}".rstrip("0") if rest else "")


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as fault:
        raise CatalogError(f"{path}: not valid TOML: {fault}") from fault


def _day(on: date, language: Language) -> str:
    return format_skeleton("yMMMd", on, locale=language)
