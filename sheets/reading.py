"""Reading a file that somebody sent: XLSX, or CSV as Excel in China writes it."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal

from sheets import separated, workbook
from sheets.model import Fault, Limits, Problem, Sheet, SheetProblem

LIMITS = Limits()
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def read_rows(content: bytes, name: str, limits: Limits = LIMITS) -> Sheet:
    """Return the rows of an XLSX or CSV file as text. Raises SheetProblem, and nothing else."""
    if len(content) > limits.size:
        raise SheetProblem(Problem.TOO_LARGE)
    if not content.strip():
        raise SheetProblem(Problem.EMPTY)
    if content.startswith(_OLE):  # an old .xls, or a .xlsx with a password
        raise SheetProblem(Problem.ENCRYPTED if _ENCRYPTED in content else Problem.NOT_A_SHEET)
    if content.startswith(_ZIP):
        cells, faults = workbook.read(content, limits)
        return _sheet((tuple(_text(value) for value in row) for row in cells), limits, faults)
    if name.casefold().endswith((".xlsx", ".xlsm")):
        raise SheetProblem(Problem.BROKEN)
    return _sheet(separated.read(content), limits, {})


def _sheet(
    cells: Iterable[tuple[str, ...]], limits: Limits, faults: Mapping[tuple[int, int], Fault]
) -> Sheet:
    rows: list[tuple[str, ...]] = []
    filled = first = 0
    for number, row in enumerate(cells, start=1):
        kept = _short(row)
        if kept and not filled:
            first = number
        if kept:
            filled = number
            _check(kept, number, limits)
        if filled and filled - first > limits.rows:
            raise SheetProblem(Problem.TOO_MANY_ROWS)
        rows.append(kept)
    if not filled:
        raise SheetProblem(Problem.EMPTY)
    return Sheet(first, rows[first - 1], tuple(rows[first:filled]), faults)


def _short(row: tuple[str, ...]) -> tuple[str, ...]:
    last = max((at for at, cell in enumerate(row, start=1) if cell.strip()), default=0)
    return row[:last]


def _check(row: tuple[str, ...], number: int, limits: Limits) -> None:
    if len(row) > limits.columns:
        raise SheetProblem(Problem.TOO_MANY_COLUMNS)
    for column, cell in enumerate(row):
        if len(cell) > limits.characters:
            raise SheetProblem(Problem.CELL_TOO_LONG, row=number, column=column)


def _text(value: object) -> str:
    """Return a cell as somebody would type it: no 1.0, no 1E+21, no time behind a date."""
    match value:
        case None:
            return ""
        case bool():
            return str(int(value))
        case float():
            return number_text(value)
        case datetime():
            is_day = value.time() == time()
            return value.date().isoformat() if is_day else value.isoformat(" ", "minutes")
        case date():
            return value.isoformat()
        case time():
            return value.isoformat("minutes")
        case _:
            return str(value)


def number_text(value: float) -> str:
    """Return a number with the 15 digits that Excel keeps, without exponent or needless zeros."""
    written = format(Decimal(f"{value:.15g}"), "f")
    return written.rstrip("0").rstrip(".") if "." in written else written
