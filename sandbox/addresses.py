"""Where the links in texts lead."""

import re

_KNOWN = re.compile(r"(?:https?|tg|mailto|tel):", re.IGNORECASE)
_HOST = re.compile(r"[^\s/:]+\.[^\W\d_]{2,}(?:/\S*)?")


def shown_address(url: str) -> str | None:
    """Return the address a link of a text leads to, a bare host over http; None for what is no link."""
    if _KNOWN.match(url):
        return url
    if not _HOST.fullmatch(url):
        return None
    return f"http://{url}" if "/" in url else f"http://{url}/"
