"""Holds what the sandbox says against the machine-readable Bot API, where that file is at hand."""

import json
import os
import re
from functools import cache
from pathlib import Path
from typing import Any

from tests import shared_data

ROOT = Path(__file__).resolve().parents[2]
NEWER = {("ChatMemberAdministrator", "can_send_welcome_messages")}
"""Fields newer than the file which today's clients require."""

SIMPLE: dict[str, type | tuple[type, ...]] = {"String": str, "Float": (int, float)}
CLOSED = {"type", "status", "state", "style", "emoji"}
"""Fields of words that the description of the field lists in full."""
_LISTED = re.compile(r"\b(?:always|can be|can be either|one of|must be)\b")


@cache
def api() -> dict[str, Any] | None:
    """Return the Bot API's methods and types, None where the test data is not here."""
    data = Path(os.environ.get("CAIBOSHI_TEST_DATA", ROOT.parent / "shared" / "data"))
    path = data / "botapi" / "api-10.0.json"
    if not path.is_file():
        return None
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


def need_api() -> dict[str, Any]:
    """Return the Bot API, or skip the test; in CI its absence is a failure."""
    found = api()
    if found is None:
        shared_data.unavailable(
            "no Bot API test data: set CAIBOSHI_TEST_DATA to the folder that holds botapi/api-10.0.json"
        )
        raise AssertionError("not reached: unavailable() always raises")
    return found


def objections(kinds: list[str], value: Any, where: str = "result") -> list[str]:
    """Return what is wrong with `value` as one of the Bot API types `kinds`: nothing, at best."""
    found = [_judge(kind, value, where) for kind in kinds]
    return min(found, key=len)


def _judge(kind: str, value: Any, where: str) -> list[str]:
    if kind.startswith("Array of "):
        if not isinstance(value, list):
            return [f"{where}: no array"]
        inner = [kind.removeprefix("Array of ")]
        return [said for i, item in enumerate(value) for said in objections(inner, item, f"{where}[{i}]")]
    if kind in ("Boolean", "True"):
        return [] if isinstance(value, bool) else [f"{where}: no boolean: {value!r}"]
    if kind == "Integer":
        return [] if type(value) is int else [f"{where}: no integer: {value!r}"]
    if kind in SIMPLE:
        return (
            []
            if isinstance(value, SIMPLE[kind]) and not isinstance(value, bool)
            else [f"{where}: no {kind}: {value!r}"]
        )
    return _judge_object(kind, value, where)


def _judge_object(kind: str, value: Any, where: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{where}: no {kind}: {value!r}"]
    described = (api() or {})["types"][kind]
    if described.get("subtypes"):
        return objections(described["subtypes"], value, where)
    fields = {field["name"]: field for field in described.get("fields", [])}
    new = [name for name in value if name not in fields and (kind, name) not in NEWER]
    found = [f"{where}.{name}: unknown in {kind}" for name in new]
    for name, field in fields.items():
        if name in value:
            found += objections(field["types"], value[name], f"{where}.{name}")
            found += _judge_word(field, value[name], f"{where}.{name}")
        elif field["required"]:
            found.append(f"{where}.{name}: missing in {kind}")
    return found


def _judge_word(field: dict[str, Any], value: Any, where: str) -> list[str]:
    """Hold a word against those the Bot API lists for its field."""
    said = field["description"]
    if field["name"] not in CLOSED or field["types"] != ["String"] or not _LISTED.search(said):
        return []
    words = re.findall(r'"([^"]+)"', said)
    return [f"{where}: {value!r} is none of {words}"] if words and value not in words else []
