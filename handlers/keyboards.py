"""Buttons as Telegram wants them, and the codec of what comes back when one is tapped."""

import re
from typing import Any

from telegram import Update

from kernel.message import Button, Keyboard, Language, Open, Tap
from texts.catalog import Catalog

MENU = "home.menu"  # the act that opens the menu

VERSION = "v1"
_LONGEST = 64  # bytes of callback_data, Bot API
_PART = re.compile(r"[A-Za-z0-9_.\-]{1,40}")


def encode(act: str, args: tuple[int | str, ...]) -> str:
    """Return the callback data of a button. Raises ValueError for what would not come back whole."""
    parts = [VERSION, act, *(str(arg) for arg in args)]
    packed = ":".join(parts)
    if not all(_PART.fullmatch(part) for part in parts) or len(packed) > _LONGEST:
        raise ValueError(f"callback data of at most {_LONGEST} plain characters expected, got {packed!r}")
    return packed


def decode(packed: str) -> tuple[str, tuple[str, ...]] | None:
    """Return act and arguments of callback data we could have written, or None."""
    if len(packed) > _LONGEST:
        return None
    version, *parts = packed.split(":")
    if version != VERSION or not parts or not all(_PART.fullmatch(part) for part in parts):
        return None
    return parts[0], tuple(parts[1:])


def tapped_args(update: Update) -> tuple[str, ...]:
    """Return the arguments of the tapped button; empty for anything else."""
    query = update.callback_query
    decoded = decode(query.data) if query and query.data else None
    return decoded[1] if decoded else ()


def markup(
    keyboard: Keyboard, *, language: Language, catalog: Catalog, bot_name: str, large: bool = False
) -> dict[str, Any] | None:
    """Return the inline keyboard in `language` as the Bot API takes it, or None when there are no buttons.

    `large` gives every button a row of its own, so that it is as wide as the message.
    """
    if not keyboard:
        return None
    if large:
        keyboard = tuple((button,) for row in keyboard for button in row)
    return {
        "inline_keyboard": [
            [_button(button, language, catalog, bot_name) for button in row] for row in keyboard
        ]
    }


def _button(button: Button, language: Language, catalog: Catalog, bot_name: str) -> dict[str, str]:
    label = catalog.plain(button.label, language)
    match button:
        case Tap():
            return {"text": label, "callback_data": encode(button.act, button.args)}
        case Open():
            return {"text": label, "url": link_to(bot_name, button.payload)}


def link_to(bot_name: str, payload: str) -> str:
    """Return the link that opens the private chat with the bot and presses Start with `payload`."""
    return f"https://t.me/{bot_name}?start={payload}"
