"""The sandbox's tables against the machine-readable Bot API, and the methods against the contract."""

import inspect
import re
from collections.abc import Iterator
from typing import Any, get_args

from aiogram import methods as aiogram_methods
from telegram import Bot

from sandbox.methods.table import HANDLERS
from sandbox.rights import UPDATE_KINDS
from sandbox.schema import BY_FIELD, BY_TYPE, METHODS, OBJECTS, Field
from tests.sandbox.judge import ROOT, need_api

KINDS = {
    "int": ["Integer"],
    "str": ["String"],
    "bool": ["Boolean"],
    "chat": ["Integer", "String"],
    "ids": ["Array of Integer"],
    "words": ["Array of String"],
    "file": ["InputFile", "String"],
    "ReplyMarkup": list(BY_FIELD["ReplyMarkup"].values()),
}

OUTLIVED = {
    "disable_web_page_preview",
    "reply_to_message_id",
    "allow_sending_without_reply",
    "correct_option_id",
}
"""Parameters Telegram has replaced; clients still know them."""
NEWER = {
    "receiver_user_id",
    "callback_query_id",
    "ephemeral_message_parameters",
    "rich_message",
    "can_send_welcome_messages",
}
"""Parameters of Bot API 10.1 to 10.3, which aiogram knows."""
OWN = {"filename", "api_kwargs", "read_timeout", "write_timeout", "connect_timeout", "pool_timeout"}
"""What python-telegram-bot's methods take besides."""
OF_THE_FIRST = {"caption", "parse_mode", "caption_entities"}
"""What python-telegram-bot's send_media_group writes into the first of the media."""
PYTHON = {"int": int, "bool": bool, "str": str}


def _types(kind: str) -> list[str]:
    if kind.startswith("["):
        return [f"Array of {inner}" for inner in _types(kind[1:-1])]
    return KINDS.get(kind, [kind])


def _reads(kind: str, types: list[str]) -> bool:
    """Say whether `kind` is all that may come; of a union the Bot API may take some members only."""
    members = [f"Array of {member}" for member in BY_TYPE.get(kind[1:-1], {}).values()]
    uploads_only = kind == "file" and types == ["InputFile"]
    return uploads_only or _types(kind) == types or bool(types and set(types) <= set(members))


def _objections(where: str, ours: dict[str, Field], theirs: list[dict[str, Any]]) -> list[str]:
    described = {field["name"]: field for field in theirs}
    found = [f"{where}: {name} differs" for name in ours.keys() ^ described.keys()]
    for name in ours.keys() & described.keys():
        if ours[name].required != described[name]["required"]:
            found.append(f"{where}.{name}: required differs")
        types = ["Boolean" if kind == "True" else kind for kind in described[name]["types"]]
        if ours[name].kind != "any" and not _reads(ours[name].kind, types):
            found.append(f"{where}.{name}: {types} is read as {ours[name].kind}")
    return found


def test_every_method_has_the_parameters_of_the_bot_api() -> None:
    known = need_api()["methods"]

    found = [
        said
        for name, fields in METHODS.items()
        for said in _objections(name, fields, known[name].get("fields", []))
    ]

    assert found == []


def test_every_object_has_the_fields_of_the_bot_api() -> None:
    known = need_api()["types"]

    found = [
        said
        for name, fields in OBJECTS.items()
        for said in _objections(name, fields, known[name].get("fields", []))
    ]

    assert found == []


def test_every_union_has_the_members_of_the_bot_api() -> None:
    known = need_api()["types"]

    for name, members in BY_TYPE.items():
        assert set(members.values()) == set(known[name]["subtypes"])


def test_every_method_has_its_function() -> None:
    assert set(METHODS) == set(HANDLERS) | {"getUpdates"}


def test_the_contract_lists_the_methods_served() -> None:
    contract = (ROOT / "docs" / "sandbox.md").read_text("utf-8")
    listed = contract.partition("Methods served:")[2].partition("\n\n")[0]

    assert set(re.findall(r"\b[a-z]+[A-Z]\w+|\bclose\b", listed)) == set(METHODS)


def test_every_kind_of_update_is_known() -> None:
    fields = [field["name"] for field in need_api()["types"]["Update"]["fields"]]

    assert ["update_id", *sorted(UPDATE_KINDS)] == [fields[0], *sorted(fields[1:])]


def _leaves(annotation: Any) -> Iterator[Any]:
    yield annotation
    for inner in get_args(annotation):
        yield from _leaves(inner)


def test_every_method_has_the_parameters_aiogram_sends() -> None:
    found = []
    for name, ours in METHODS.items():
        theirs = getattr(aiogram_methods, name[0].upper() + name[1:]).model_fields
        found += [f"{name}: {new}" for new in theirs.keys() - ours.keys() - OUTLIVED - NEWER]
        found += [f"{name}: {unknown}" for unknown in ours.keys() - theirs.keys()]
        for said in ours.keys() & theirs.keys():
            kind, field = ours[said].kind, theirs[said]
            # Since 10.2 a text may be replaced by a rich message, in editMessageText only.
            if field.is_required() != ours[said].required and (name, said) != ("editMessageText", "text"):
                found.append(f"{name}.{said}: required differs")
            if kind in PYTHON and PYTHON[kind] not in _leaves(field.annotation):
                found.append(f"{name}.{said}: {field.annotation} is read as {kind}")

    assert found == []


def test_every_method_has_the_parameters_python_telegram_bot_sends() -> None:
    found = []
    for name, ours in METHODS.items():
        theirs = inspect.signature(getattr(Bot, re.sub("([A-Z])", r"_\1", name).lower())).parameters
        more = OUTLIVED | OWN | (OF_THE_FIRST if name == "sendMediaGroup" else set())
        found += [f"{name}: {new}" for new in theirs.keys() - ours.keys() - more - {"self"}]
        found += [f"{name}: {unknown}" for unknown in ours.keys() - theirs.keys()]
        for said in ours.keys() & theirs.keys():
            if (theirs[said].default is inspect.Parameter.empty) != ours[said].required:
                found.append(f"{name}.{said}: required differs")

    assert found == []
