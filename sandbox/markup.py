"""Keyboards: what Telegram refuses about them."""

import re
from urllib.parse import urlsplit

from sandbox.errors import bad_request
from sandbox.model import Json

KINDS = (
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
)
MAX_BUTTONS = 100
STYLES = frozenset(("danger", "success", "primary"))
_HOST = re.compile(r"[A-Za-z0-9\u0080-\uffff-]+(\.[A-Za-z0-9\u0080-\uffff-]+)+\.?")
_ADDRESS = re.compile(r"\d+\.\d+\.\d+\.\d+|\[[0-9a-fA-F:]+\]")


def checked_markup(markup: Json | None, *, private: bool, pays: bool = False) -> Json | None:
    """Return the inline keyboard to keep with a message; None where there is none or an empty one.

    The keyboard of what `pays`, an invoice, begins with the button for it. Raises ApiError as Telegram does.
    """
    if markup is None or "inline_keyboard" not in markup:
        return None
    rows = [row for row in markup["inline_keyboard"] if row]
    buttons = [button for row in rows for button in row]
    if len(buttons) > MAX_BUTTONS:
        raise bad_request("reply markup is too long")
    for number, button in enumerate(buttons):
        _check_button(button, private=private, pays=pays and number == 0)
    return {"inline_keyboard": rows} if rows else None


def _check_button(button: Json, *, private: bool, pays: bool) -> None:
    if not button["text"].strip():
        raise bad_request("can't parse inline keyboard button: text buttons must be non-empty")
    kinds = [kind for kind in KINDS if kind in button and button[kind] is not False]
    if not kinds:
        raise bad_request(
            "can't parse inline keyboard button: text buttons are unallowed in the inline keyboard"
        )
    if len(kinds) > 1:
        raise bad_request(
            f"can't parse inline keyboard button: exactly one kind is allowed, got {', '.join(kinds)}"
        )
    if button.get("style", "primary") not in STYLES:
        raise bad_request("can't parse inline keyboard button: invalid button style specified")
    if pays != (kinds[0] == "pay"):
        raise bad_request("BUTTON_TYPE_INVALID")
    _check_kind(kinds[0], button, private=private)


def _check_kind(kind: str, button: Json, *, private: bool) -> None:
    if kind == "callback_game" or (kind == "web_app" and not private):
        raise bad_request("BUTTON_TYPE_INVALID")
    if kind == "callback_data" and not 1 <= len(button[kind].encode("utf-8")) <= 64:
        raise bad_request("BUTTON_DATA_INVALID")
    if kind == "copy_text" and not 1 <= len(button[kind]["text"]) <= 256:
        raise bad_request("BUTTON_COPY_TEXT_INVALID")
    if kind == "url":
        check_url(button[kind])
    if kind in ("login_url", "web_app"):
        check_url(button[kind]["url"], schemes=("https",))


def check_url(url: str, *, schemes: tuple[str, ...] = ("http", "https", "tg")) -> None:
    """Raise ApiError BUTTON_URL_INVALID unless `url` leads somewhere; a bare host counts as http."""
    whole = url if "://" in url else f"http://{url}"
    try:
        parts = urlsplit(whole)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise bad_request("BUTTON_URL_INVALID") from None
    if parts.scheme == "http" and "http" not in schemes:
        # Web Apps and logins need TLS; a sandbox on a desk serves its own pages without.
        if host in ("localhost", "127.0.0.1", "::1"):
            return
        raise bad_request("BUTTON_URL_INVALID")
    if re.search(r"\s", url) or parts.scheme not in schemes:
        raise bad_request("BUTTON_URL_INVALID")
    known = parts.scheme == "tg" or _HOST.fullmatch(host) or _ADDRESS.fullmatch(host) or host == "localhost"
    if not host or not (known or ":" in host):
        raise bad_request("BUTTON_URL_INVALID")
