"""A short way to write what a message means, for tables of order messages.

`A2 C1` two lines of the sender; `+A1` more, `-A1` less, `=A3` set, `~A` removed, `clear` all of it;
`A2(...)` a remark on the line, `[...]` one on the whole; `name: A2` for somebody, `me:` for the sender again;
`?bad_qty` asked back, `paid` a claim; `query`, `aftersale` and `chat` are the kinds without lines.
"""

import re
from fractions import Fraction

from features.jielong.model import MILLI, Clarify, Kind, Line, Op, Order, Person, Reading, Reason

_PIECE = re.compile(r"\[[^\]]*\]|\?\w+|paid|clear|[^\s:()\[\]]+:(?=\s|$)|[+\-=~]?[A-Z]+[\d.]*(?:\([^)]*\))?")
_LINE = re.compile(r"([+\-=~]?)([A-Z]+)([\d.]*)(?:\(([^)]*)\))?")
_OPS = {"": Op.ORDER, "+": Op.ADD, "-": Op.SUB, "=": Op.SET, "~": Op.REMOVE}


def meaning(written: str) -> Reading:
    """Return the reading that `written` stands for."""
    if written in ("query", "aftersale", "chat", "order"):
        return Reading(Kind(written))
    assert not _PIECE.sub("", written).strip(), written
    lines: dict[str | None, list[Line]] = {}
    notes: dict[str | None, str] = {}
    clarify: list[Clarify] = []
    who: str | None = None
    for piece in _PIECE.findall(written):
        if piece.startswith("?"):
            clarify.append(Clarify(Reason(piece[1:]), ""))
        elif piece.startswith("["):
            notes[who] = piece[1:-1]
        elif piece.endswith(":"):
            who = None if piece == "me:" else piece[:-1]
        elif piece == "clear":
            lines.setdefault(who, []).append(Line(Op.CLEAR))
        elif piece != "paid":
            lines.setdefault(who, []).append(_line(piece))
    orders = tuple(
        Order(Person(name) if name else None, tuple(found), notes.get(name)) for name, found in lines.items()
    )
    return Reading(Kind.ORDER, orders, tuple(clarify), "paid" in written.split())


def _line(piece: str) -> Line:
    found = _LINE.fullmatch(piece)
    assert found, piece
    op = _OPS[found[1]]
    milli = None if op is Op.REMOVE else int(Fraction(found[3] or "1") * MILLI)
    return Line(op, found[2], milli, found[4])
