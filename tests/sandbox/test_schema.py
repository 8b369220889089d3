"""The sandbox's tables against the machine-readable Bot API, and the methods against the contract."""

import re
from typing import Any

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
