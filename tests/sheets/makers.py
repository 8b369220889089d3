"""Files for tests, some of them nasty."""

import io
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

import xlsxwriter

SHEET = "xl/worksheets/sheet1.xml"


def a_book(*rows: Sequence[Any], other_sheets: Sequence[str] = ()) -> bytes:
    """Return a workbook; a text that begins with = is a formula, whose result is 0."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        dated = book.add_format({"num_format": "yyyy-mm-dd"})
        for number, row in enumerate(rows):
            for at, cell in enumerate(row):
                sheet.write(number, at, cell, *([dated] if hasattr(cell, "year") else []))
        for name in other_sheets:
            book.add_worksheet(name)
    return made.getvalue()


def a_long_book(count: int, header: Sequence[str] = ("a", "b")) -> bytes:
    """Return a workbook with that many rows of two numbers; quicker than writing them one by one."""
    rows = "<row><c><v>1</v></c><c><v>2</v></c></row>" * count
    return changed(a_book(header), lambda xml: xml.replace("</sheetData>", f"{rows}</sheetData>"))


def changed(book: bytes, change: Callable[[str], str], part: str = SHEET) -> bytes:
    """Return a workbook with the XML of one part changed."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            body = old.read(name)
            new.writestr(name, change(body.decode()) if name == part else body)
    return made.getvalue()
