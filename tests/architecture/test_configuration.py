"""The example file is the configuration: every key, every limit, nothing more."""

import re
import tomllib
from dataclasses import fields
from typing import Annotated, get_args, get_origin, get_type_hints

import pytest

from bot.config import Config, load
from kernel.policy import Range
from tests.architecture.product import ROOT

_TEXT = (ROOT / "config.example.toml").read_text("utf-8")
_TABLES = get_type_hints(Config)
_KEYS = {table: {field.name for field in fields(kind)} for table, kind in _TABLES.items()}
_RANGES = {
    (table, key): get_args(hint)[1]
    for table, kind in _TABLES.items()
    for key, hint in get_type_hints(kind, include_extras=True).items()
    if get_origin(hint) is Annotated
}


def _comments() -> dict[tuple[str, str], str]:
    """Return (table, key) -> the comment above it; keys right below one another share it."""
    found, table, comment, is_fresh = {}, "", "", True
    for line in _TEXT.splitlines():
        if line.startswith("#"):
            comment = f"{comment} {line[1:].strip()}" if is_fresh else line[1:].strip()
            is_fresh = True
        elif named := re.fullmatch(r"\[(\w+)\]", line):
            table, comment, is_fresh = named[1], "", True
        elif key := re.match(r"(\w+) = ", line):
            found[table, key[1]] = comment
            is_fresh = False
        else:
            comment, is_fresh = "", True
    return found


def test_the_example_has_every_key_and_no_other() -> None:
    assert {table: set(keys) for table, keys in tomllib.loads(_TEXT).items()} == _KEYS


def test_every_key_of_the_example_is_explained() -> None:
    comments = _comments()
    assert set(comments) == {(table, key) for table, keys in _KEYS.items() for key in keys}
    assert [where for where, comment in comments.items() if len(comment) < len("zh_CN or en")] == []


def test_the_limits_told_are_the_limits_kept() -> None:
    told = {
        where: Range(float(limits[1]), float(limits[2]), _RANGES[where].unit)
        for where, comment in _comments().items()
        if where in _RANGES and (limits := re.search(r"\((\d+) to (\d+)\b", comment))
    }
    assert told != {}
    assert told == {where: _RANGES[where] for where in told}


def test_the_example_alone_is_a_working_configuration() -> None:
    assert isinstance(load(None, {}), Config)


@pytest.mark.parametrize(("table", "key"), sorted(_RANGES))
def test_every_default_lies_within_its_limits(table: str, key: str) -> None:
    limits = _RANGES[table, key]
    assert limits.least <= tomllib.loads(_TEXT)[table][key] <= limits.most


def test_every_number_has_its_limits() -> None:
    unlimited = [
        (table, key)
        for table, kind in _TABLES.items()
        for key, hint in get_type_hints(kind, include_extras=True).items()
        if hint in (int, float)
    ]
    assert unlimited == []
