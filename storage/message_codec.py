"""Texts and keyboards as plain JSON and back: what the outbox keeps until it renders."""

from base64 import b64decode, b64encode
from datetime import date, datetime
from typing import Any

from kernel.message import (
    Button,
    Checkout,
    File,
    Invoice,
    Keyboard,
    Moment,
    Money,
    Open,
    Param,
    Photo,
    QrCode,
    Quantity,
    RemoteFile,
    Tap,
    Text,
)
from kernel.money import Fen, Milli


def text_to_json(text: Text) -> dict[str, Any]:
    """Return `text` as plain values."""
    return {"key": text.key, "params": {name: _to_json(value) for name, value in text.params.items()}}


def text_from_json(plain: dict[str, Any]) -> Text:
    """Return the text that `text_to_json` wrote."""
    return Text(plain["key"], {name: _from_json(value) for name, value in plain["params"].items()})


def keyboard_to_json(keyboard: Keyboard) -> list[list[dict[str, Any]]]:
    """Return rows of buttons as plain values."""
    return [[_button_to_json(button) for button in row] for row in keyboard]


def keyboard_from_json(plain: list[list[dict[str, Any]]]) -> Keyboard:
    """Return the keyboard that `keyboard_to_json` wrote."""
    return tuple(tuple(_button_from_json(button) for button in row) for row in plain)


Attached = File | RemoteFile | Photo | QrCode | Invoice | Checkout


def file_to_json(file: Attached) -> dict[str, Any]:
    """Return what goes with a message as plain values; bytes as base64."""
    match file:
        case RemoteFile():
            return {"name": file.name, "file_id": file.file_id}
        case File():
            return {"name": file.name, **_content(file.content)}
        case Photo():
            return {"photo": file.file_id}
        case QrCode():
            return {"qr": file.payload}
        case Invoice():
            bill = {"payload": file.payload, "currency": file.currency, "amount": file.amount}
            return {"invoice": text_to_json(file.title), **bill}
        case Checkout():
            return {"checkout": file.query}


def _content(content: str | bytes) -> dict[str, str]:
    return {"content": content} if isinstance(content, str) else {"base64": b64encode(content).decode()}


def file_from_json(plain: dict[str, Any]) -> Attached:
    """Return what `file_to_json` wrote."""
    match plain:
        case {"name": name, "file_id": file_id}:
            return RemoteFile(name, file_id)
        case {"name": name, "base64": packed}:
            return File(name, b64decode(packed, validate=True))
        case {"photo": file_id}:
            return Photo(file_id)
        case {"qr": payload}:
            return QrCode(payload)
        case {"invoice": title, "payload": payload, "currency": currency, "amount": amount}:
            return Invoice(text_from_json(title), payload, currency, amount)
        case {"checkout": query}:
            return Checkout(query)
        case _:
            return File(plain["name"], plain["content"])


def _to_json(value: Param) -> Any:
    match value:
        case Text():
            return {"text": text_to_json(value)}
        case tuple():
            return {"lines": [text_to_json(line) for line in value]}
        case Moment():
            return {"at": value.at.isoformat(), "zone": value.zone}
        case date():
            return {"on": value.isoformat()}
        case Money():
            return {"fen": value.fen}
        case Quantity():
            return {"milli": value.milli, "unit": value.unit}
        case _:
            return value


def _from_json(plain: Any) -> Param:
    match plain:
        case {"text": inner}:
            return text_from_json(inner)
        case {"lines": lines}:
            return tuple(text_from_json(line) for line in lines)
        case {"at": at, "zone": zone}:
            return Moment(datetime.fromisoformat(at), zone)
        case {"on": on}:
            return date.fromisoformat(on)
        case {"fen": fen}:
            return Money(Fen(fen))
        case {"milli": milli, "unit": unit}:
            return Quantity(Milli(milli), unit)
        case int() | str():
            return plain
        case _:
            raise ValueError(f"not a parameter of a text: {plain!r}")


def _button_to_json(button: Button) -> dict[str, Any]:
    label = text_to_json(button.label)
    match button:
        case Tap():
            return {"label": label, "act": button.act, "args": list(button.args)}
        case Open():
            return {"label": label, "open": button.payload}


def _button_from_json(plain: dict[str, Any]) -> Button:
    label = text_from_json(plain["label"])
    if "open" in plain:
        return Open(label, plain["open"])
    return Tap(label, plain["act"], tuple(plain["args"]))
