"""What a text is cut into."""

from fractions import Fraction
from typing import Any, NamedTuple

NAME, ADDR, TEL, TIME = "name", "addr", "tel", "time"
QTY, RANGE, PRICE, COUNT, SPEC = "qty", "range", "price", "count", "spec"
TEXT, LISTED, SPACE, PICKED, NOTE = "text", "listed", "space", "picked", "note"

MARKS = {
    "\n": "line", ",": "comma", ";": "comma", ".": "end", "!": "end", "?": "mark", "(": "open", ")": "close",
    ":": "colon", "=": "colon", ">": "colon", "&": "join", "/": "join", "+": "join", "-": "dash", "@": "at",
    "~": "filler", "#": "filler", "*": "filler", "^": "filler", "<": "open",
}  # fmt: skip


class Qty(NamedTuple):
    """A quantity as typed: None for the number where it is a range or vague."""

    number: Fraction | None
    unit: str | None
    is_signed: bool = False
    half: bool = False


class Token(NamedTuple):
    """A piece of the plain text: what it is, where it stands, what it holds."""

    kind: str
    start: int
    end: int
    held: Any = None
