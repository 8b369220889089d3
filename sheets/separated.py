"""CSV: whatever separator and encoding it comes in."""

import codecs
import csv
import io
import unicodedata
from collections.abc import Iterator

from sheets.model import Problem, SheetProblem

_BY_MARK = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_USUAL = ("utf-8", "gb18030")  # Excel on Chinese Windows writes the second
_SEPARATORS = ",;\t"
_PLAIN = "\t\r\n"  # control characters that a text may hold
ESCAPED = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take for a formula at the beginning of a cell."""


def read(content: bytes) -> Iterator[tuple[str, ...]]:
    """Yield the rows of a file. Raises SheetProblem for what is no text."""
    text = _decoded(content)
    if any(unicodedata.category(each) == "Cc" and each not in _PLAIN for each in text):
        raise SheetProblem(Problem.NOT_A_SHEET)
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text)):
            yield tuple(_unescaped(cell) for cell in row)
    except csv.Error:
        raise SheetProblem(Problem.BROKEN) from None


def _decoded(content: bytes) -> str:
    for mark, encoding in _BY_MARK:
        if content.startswith(mark):
            return _as(content, (encoding,))
    return _as(content, _USUAL)


def _as(content: bytes, encodings: tuple[str, ...]) -> str:
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SheetProblem(Problem.NOT_A_SHEET)


def _separator(text: str) -> str:
    """Return what the first line with anything in it is separated by; quoted parts do not count."""
    count = dict.fromkeys(_SEPARATORS, 0)
    quoted = False
    for each in text.lstrip():
        if each == '"':
            quoted = not quoted
        elif each in "\r\n" and not quoted:
            break
        elif each in count and not quoted:
            count[each] += 1
    return max(count, key=lambda separator: count[separator])


def _unescaped(cell: str) -> str:
    """Take back what `write_csv` puts before a cell that a spreadsheet would take for a formula."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(ESCAPED) else cell
