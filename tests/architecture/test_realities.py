"""The table of Telegram's realities names tests that exist."""

import re

from tests.architecture.product import ROOT

_FILES = re.compile(r"(?:tests/)?((?:\w+/)?test_\w+\.py)((?:[, ]|`test_\w+`)*)")


def test_every_test_the_table_of_realities_names_stands_where_it_says() -> None:
    table = (ROOT / "docs/realities.md").read_text("utf-8")
    named = [
        (path, name) for path, names in _FILES.findall(table) for name in re.findall(r"`(test_\w+)`", names)
    ]

    missing = [(path, name) for path, name in named if f"def {name}(" not in _source(path)]

    assert missing == []
    assert len(named) == len(re.findall(r"`test_\w+`", table))


def _source(path: str) -> str:
    file = ROOT / "tests" / path
    return file.read_text("utf-8") if file.is_file() else ""
