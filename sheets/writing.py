"""Writing sheets that open in Excel, WPS and LibreOffice, and in which nothing is ever a formula."""

import csv
import io
import re
from collections.abc import Sequence
from decimal import Decimal

from sheets.separated import ESCAPED

Cell = str | int | Decimal | None
_PLAIN_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")  # no XML holds them
_LONGEST_TITLE, _LONGEST_CELL = 31, 32_767  # characters, Excel
_NO_TITLE = re.compile(r"[\[\]:*?/\\]|^'|'$")
_WIDEST = 40
_EXACT_DIGITS = 15  # Excel keeps no more


def write_xlsx(title: str, header: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bytes:
    """Return a workbook of one sheet; numbers stay numbers, and every text stays a text."""
    import xlsxwriter  # noqa: PLC0415 - 4 MiB that a bot nobody asks for files need not hold

    made = io.BytesIO()
    safe = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(made, safe) as book:
        sheet = book.add_worksheet(_NO_TITLE.sub("", _legal(title))[:_LONGEST_TITLE] or None)
        bold = book.add_format({"bold": True})
        for at, name in enumerate(header):
            sheet.write_string(0, at, _legal(name), bold)
            sheet.set_column(at, at, _width(at, header, rows))
        for number, row in enumerate(rows, start=1):
            for at, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(number, at, _legal(cell))
                elif cell is not None and len(Decimal(cell).as_tuple().digits) <= _EXACT_DIGITS:
                    sheet.write_number(number, at, cell)
                elif cell is not None:
                    sheet.write_string(number, at, str(cell))
        sheet.freeze_panes(1, 0)
    return made.getvalue()


def write_csv(header: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bytes:
    """Return a CSV file that Excel reads as UTF-8 and in which it computes nothing."""
    made = io.StringIO(newline="")
    writer = csv.writer(made, quoting=csv.QUOTE_ALL)
    for row in (header, *rows):
        writer.writerow([_inert(cell) for cell in row])
    return made.getvalue().encode("utf-8-sig", "replace")


def _inert(cell: Cell) -> str:
    text = "" if cell is None else _legal(str(cell))
    if text.startswith(ESCAPED) and not _PLAIN_NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def _legal(text: str) -> str:
    return _ILLEGAL.sub("", text)[:_LONGEST_CELL]


def _width(at: int, header: Sequence[str], rows: Sequence[Sequence[Cell]]) -> int:
    """Return a column's width in characters; a Chinese one takes two."""
    shown = [header[at], *(str(row[at]) for row in rows[:50] if at < len(row) and row[at] is not None)]
    return min(max(sum(2 if ord(each) > 0x2E7F else 1 for each in text) for text in shown) + 2, _WIDEST)
