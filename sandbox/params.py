"""Parameters of a call: read from any encoding, held against the schema, refused in Telegram's shape."""

import json
import re
from collections.abc import Mapping
from typing import Any

from sandbox.errors import ApiError, ControlError, bad_request
from sandbox.files import Upload
from sandbox.model import Json
from sandbox.schema import BY_FIELD, BY_TYPE, FROM_TEXT, METHODS, OBJECTS, Field

MISSING = {
    "chat_id": "chat_id is empty",
    "text": "message text is empty",
    "message_id": "message identifier is not specified: message_id is empty",
    "user_id": "invalid user_id specified: user_id is empty",
    "photo": "there is no photo in the request",
    "document": "there is no document in the request",
    "video": "there is no video in the request",
    "voice": "there is no voice in the request",
}
"""What Telegram says of its commonest parameters when they are not there."""

ATTACHED = "attached files"
"""Under this key a call's parameters hold the files that came with it, by the names of their parts."""

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
LARGEST = 1 << 63
MAX_DEPTH = 200
TRUE = frozenset(("true", "True", "1", "yes"))
FALSE = frozenset(("false", "False", "0", "no", ""))


def checked(method: str, given: Mapping[str, Any]) -> Json:
    """Return the parameters in their types; a JSON null counts as not given.

    Raises ApiError naming what is unknown, missing or of a wrong type.
    """
    files = {name: value for name, value in given.items() if isinstance(value, Upload)}
    named = METHODS[method]
    said = {name: value for name, value in given.items() if name in named or name not in files}
    found = _object(named, said, method, texts=True)
    return found | {ATTACHED: files} if files else found


def checked_fields(fields: Mapping[str, Field], given: Mapping[str, Any], where: str) -> Json:
    """Return the fields of a control body in their types. Raises ControlError naming what is wrong."""
    try:
        return _object(fields, given, where, texts=False)
    except ApiError as error:
        raise ControlError(error.description.removeprefix("Bad Request: ")) from None


def load_json(text: str) -> Any:
    """Parse JSON, refusing what is no JSON, too deep, or holds text that no UTF-8 can carry."""
    if text.count("[") + text.count("{") > MAX_DEPTH and _depth(text) > MAX_DEPTH:
        raise bad_request("can't parse JSON: it is nested too deep")
    try:
        value = json.loads(text)
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise bad_request(f"can't parse JSON: {type(error).__name__}") from None
    return value


def _depth(text: str) -> int:
    """Return how deep the brackets of a text go, those inside strings left out."""
    deepest = depth = 0
    for letter in _STRING.sub("", text):
        if letter in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif letter in "]}":
            depth -= 1
    return deepest


def _object(fields: Mapping[str, Field], given: Mapping[str, Any], where: str, *, texts: bool) -> Json:
    for name in given:
        if name not in fields:
            raise bad_request(f'parameter "{name}" is unknown to {where}')
    found: Json = {}
    for name, field in fields.items():
        value = given.get(name)
        if value is not None and not (texts and value == "" and field.kind != "str"):
            found[name] = _value(field.kind, value, name, texts=texts)
        elif field.required:
            raise bad_request(MISSING.get(name, f'parameter "{name}" is required by {where}'))
    return found


def _value(kind: str, value: Any, name: str, *, texts: bool) -> Any:
    simple = SIMPLE.get(kind)
    if simple is not None:
        return simple(value, name)
    if texts and isinstance(value, str):
        value = _parsed(value, name)
    if kind == "any":
        if not isinstance(value, dict | Upload):
            raise _wrong(name, "an object")
        return value
    if kind in ("ids", "words"):
        return _list("int" if kind == "ids" else "str", value, name)
    if kind.startswith("["):
        return _list(kind[1:-1], value, name)
    return _named(kind, value, name)


def _named(kind: str, value: Any, name: str) -> Json:
    if isinstance(value, str) and kind in FROM_TEXT:
        value = {FROM_TEXT[kind]: value}
    if not isinstance(value, dict):
        raise _wrong(name, "an object")
    if kind in BY_TYPE:
        names = BY_TYPE[kind]
        said = value.get("type")
        if not isinstance(said, str) or said not in names:
            raise bad_request(
                f'can\'t parse {kind}: field "type" of "{name}" must be one of {", ".join(names)}'
            )
        kind = names[said]
    elif kind in BY_FIELD:
        found = [known for field, known in BY_FIELD[kind].items() if field in value]
        if len(found) != 1:
            raise bad_request(f'"{name}" must be one of {", ".join(BY_FIELD[kind].values())}')
        kind = found[0]
    return _object(OBJECTS[kind], value, f"{kind} in {name}", texts=False)


def _list(kind: str, value: Any, name: str) -> list[Any]:
    if not isinstance(value, list):
        raise _wrong(name, "an array")
    return [_value(kind, item, name, texts=False) for item in value]


def _parsed(text: str, name: str) -> Any:
    try:
        return load_json(text)
    except ApiError:
        raise bad_request(f'can\'t parse JSON of the parameter "{name}"') from None


def _int(value: Any, name: str) -> int:
    if isinstance(value, str) and value.removeprefix("-").isascii() and value.removeprefix("-").isdigit():
        value = int(value[:20])
    if isinstance(value, bool) or not isinstance(value, int) or not -LARGEST <= value < LARGEST:
        raise _wrong(name, "an integer")
    return value


def _bool(value: Any, name: str) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value) if isinstance(value, int) else value
    if isinstance(word, str) and word in TRUE | FALSE:
        return word in TRUE
    raise _wrong(name, "a boolean")


def _str(value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise _wrong(name, "a string")
    return value


def _chat(value: Any, name: str) -> int | str:
    if isinstance(value, str) and value.startswith("@"):
        return value
    if isinstance(value, str) and not value.removeprefix("-").isdigit():
        raise bad_request("chat not found")
    return _int(value, name)


def _wrong(name: str, expected: str) -> ApiError:
    if name == "message_id":
        return bad_request("message identifier is not specified: message_id must be an integer")
    return bad_request(f'parameter "{name}" must be {expected}')


def _number(value: Any, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not -LARGEST <= value < LARGEST:
        raise _wrong(name, "a number")
    return value


def _file(value: Any, name: str) -> Upload | str:
    return value if isinstance(value, Upload) else _str(value, name)


SIMPLE = {"file": _file, "int": _int, "bool": _bool, "str": _str, "chat": _chat, "number": _number}
"""Type of a field -> its reader."""
