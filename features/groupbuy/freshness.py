"""Which goods are fresh: they are kept for a day, and looked at within a day."""

import tomllib
from functools import cache
from pathlib import Path

_FILE = Path(__file__).parent / "data" / "freshness.toml"


def is_fresh(category: str, storage: str) -> bool:
    """Tell whether goods are fresh, by what their category and way of storing are called; most are."""
    called = f"{category} {storage}".casefold()
    return not any(word in called for word in _keeps())


@cache
def _keeps() -> tuple[str, ...]:
    return tuple(tomllib.loads(_FILE.read_text("utf-8"))["keeps"])
