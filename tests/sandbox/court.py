"""Listens to a sandbox and holds all it says against the Bot API and against three clients that read it.

The machine-readable Bot API judges where it is at hand; python-telegram-bot, aiogram and telebot always.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import telebot.types
import telegram
from aiogram import methods
from aiogram.methods import Response as AiogramResponse
from aiogram.types import Update as AiogramUpdate
from pydantic import ValidationError

from sandbox.schema import BY_LOWER_NAME
from sandbox.witness import Witness
from tests.sandbox.judge import api, objections

VIEW_ONLY = {"reactions", "my_vote", "payment"}
"""What the view adds to Bot API Messages."""
NEWER_THAN_PTB = {"can_send_welcome_messages"}
PREFIXES = {
    400: "Bad Request: ",
    401: "Unauthorized",
    403: "Forbidden: ",
    404: "Not Found",
    409: "Conflict: ",
    413: "Request Entity Too Large",
    429: "Too Many Requests: retry after ",
}
"""How the description of every refusal begins, by its code."""


@dataclass
class Court(Witness):
    """Collects what is wrong with all that a sandbox says in one test: nothing, at best."""

    found: list[str] = field(default_factory=list)

    def answered(self, method: str, status: int, body: bytes) -> None:
        self.found += judge_answer(method, status, json.loads(body))

    def broke(self, what: str, error: Exception) -> None:
        self.found.append(f"{what}: broke with {error!r}")

    def pushed(self, update: Any) -> None:
        self.found += judge_update(update)

    def shown(self, messages: Sequence[Any]) -> None:
        bare = [{key: one[key] for key in one.keys() - VIEW_ONLY} for one in messages]
        self.found += _by_schema(["Array of Message"], bare, "view")


@contextmanager
def court() -> Iterator[Court]:
    """Lend a court to the sandbox of a test; with an objection the test has failed."""
    sits = Court()
    yield sits
    assert sits.found == []


def judge_answer(method: str, status: int, body: Any) -> list[str]:
    """Return what is wrong with a whole answer to `method`."""
    if status != 200:
        return [f"{method}: {said}" for said in _judge_refusal(status, body)]
    name = BY_LOWER_NAME[method.lower()]
    if set(body) - {"description"} != {"ok", "result"} or body["ok"] is not True:
        return [f"{name}: an envelope with {sorted(body)}"]
    found = _read_by_aiogram(name, body)
    known = api()
    if known is not None:
        kinds = known["methods"][name]["returns"]
        found += _by_schema(kinds, body["result"], name)
        found += _read_by_others(kinds, body["result"], name)
    if name == "getUpdates":
        found += [said for update in body["result"] for said in _one_kind(update)]
    return found


def judge_update(update: Any) -> list[str]:
    """Return what is wrong with an update."""
    found = _by_schema(["Update"], update, "update") + _one_kind(update)
    try:
        AiogramUpdate.model_validate(update)
    except ValidationError as error:
        found.append(f"update: aiogram: {error}")
    return found + _read_by_others(["Update"], update, "update")


def _one_kind(update: Any) -> list[str]:
    return [] if len(update) == 2 else [f"update: of more or less than one kind: {sorted(update)}"]


def _judge_refusal(status: int, body: Any) -> list[str]:
    if set(body) - {"parameters"} != {"ok", "error_code", "description"} or body["ok"] is not False:
        return [f"an envelope with {sorted(body)}"]
    found = [] if body["error_code"] == status else [f"error_code {body['error_code']} as HTTP {status}"]
    beginning = PREFIXES.get(status)
    if beginning is None or not body["description"].startswith(beginning):
        found.append(f"{status} says {body['description']!r}")
    return found + _by_schema(["ResponseParameters"], body.get("parameters", {}), "parameters")


def _by_schema(kinds: list[str], value: Any, where: str) -> list[str]:
    return objections(kinds, value, where) if api() is not None else []


def _read_by_aiogram(name: str, body: Any) -> list[str]:
    returning = getattr(methods, name[0].upper() + name[1:]).__returning__
    try:
        AiogramResponse[returning].model_validate(body)  # type: ignore[valid-type]
    except ValidationError as error:
        return [f"{name}: aiogram: {error}"]
    return []


def _read_by_others(kinds: list[str], value: Any, where: str) -> list[str]:
    """Let python-telegram-bot and telebot read every object; the first must find nothing new to it."""
    name = kinds[0].removeprefix("Array of ")
    found = []
    for item in _objects(value):
        try:
            seen = getattr(telegram, name).de_json(item, None)
            getattr(telebot.types, name).de_json(item)
        except (TypeError, ValueError, KeyError, AttributeError) as error:
            found.append(f"{where}: cannot be read: {error!r}")
        else:
            new = set(seen.api_kwargs) - NEWER_THAN_PTB
            found += [f"{where}: python-telegram-bot knows no {new}"] if new else []
    return found


def _objects(value: Any) -> Iterable[Any]:
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict)]
