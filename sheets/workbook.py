"""XLSX. What a file claims is measured before anything of it is laid out in memory.

python-calamine makes room for every cell between the first and the last: two cells in far corners of a
sheet end the whole process. So the cells are counted beforehand, in an archive of only the parts needed,
unpacked to a limit.
"""

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from sheets.model import Fault, Limits, Problem, SheetProblem

_PARTS = re.compile(
    r"\[content_types\]\.xml|_rels/\.rels|"
    r"xl/(workbook|sharedstrings|styles|_rels/workbook)\.xml(\.rels)?|xl/_rels/workbook\.xml\.rels|"
    r"xl/worksheets/[\w.\- ]+\.xml",
    re.IGNORECASE,
)
_MOST_PARTS = 1_000
_MOST_UNPACKED = 16_000_000  # bytes of all parts together
_MOST_CELLS = 2_000_000  # between the corners of a sheet
_AT = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")
_ENCRYPTED_FLAG = 0x1
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # ECMA-376 part 2, annex B: a book knows no other
_DAMAGE = (
    zipfile.BadZipFile,  # no archive, or a part whose sum is wrong
    zlib.error,  # a part that does not unpack
    EOFError,  # a part that ends early
    NotImplementedError,  # a version of the format that zipfile does not know
    ValueError,  # a place before the file's beginning, or a name that is no UTF-8
)
"""What zipfile raises at damaged bytes, as 90,000 spoilt books showed."""
_BOOK, _LINKS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"

Cells = list[list[Any]]
Faults = Mapping[tuple[int, int], Fault]


def read(content: bytes, limits: Limits) -> tuple[Cells, Faults]:
    """Return the cells of the first sheet that is shown, from A1 on, and which could not be read."""
    parts = _unpacked(content)
    if _BOOK not in {name.casefold() for name in parts}:
        raise SheetProblem(Problem.NOT_A_SHEET)
    measured = {name: _measured(part) for name, part in parts.items()}
    for found in measured.values():
        if found.rows * found.columns > _MOST_CELLS:
            wide = found.columns > limits.columns
            raise SheetProblem(Problem.TOO_MANY_COLUMNS if wide else Problem.TOO_MANY_ROWS)
    name, cells = _laid_out(_packed(parts))
    return cells, measured.get(_part_of(name, parts), _Measured()).faults


def _laid_out(book: bytes) -> tuple[str, Cells]:
    """Return name and cells of the first sheet that is shown."""
    import python_calamine as calamine  # noqa: PLC0415 - 2 MiB that a bot nobody sends files need not hold

    unreadable = (
        *(calamine.CalamineError, calamine.PasswordError, calamine.WorksheetNotFound),
        *(calamine.XmlError, calamine.ZipError, ValueError, OverflowError),
    )
    shown = calamine.SheetVisibleEnum.Visible, calamine.SheetTypeEnum.WorkSheet
    try:
        opened = calamine.CalamineWorkbook.from_filelike(io.BytesIO(book))
        for sheet in opened.sheets_metadata:
            if (sheet.visible, sheet.typ) == shown:
                return sheet.name, opened.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
    except unreadable:
        raise SheetProblem(Problem.BROKEN) from None
    raise SheetProblem(Problem.EMPTY)


def _unpacked(content: bytes) -> dict[str, bytes]:
    """Return the parts that are needed, read no further than a limit whatever the archive says of them."""
    parts: dict[str, bytes] = {}
    room = _MOST_UNPACKED
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            listed = archive.infolist()
            if len(listed) > _MOST_PARTS:
                raise SheetProblem(Problem.BOMB)
            for entry in listed:
                if entry.flag_bits & _ENCRYPTED_FLAG:
                    raise SheetProblem(Problem.ENCRYPTED)
                if not _PARTS.fullmatch(entry.filename):
                    continue
                if entry.compress_type not in _PACKED:
                    raise SheetProblem(Problem.BROKEN)
                with archive.open(entry) as part:
                    parts[entry.filename] = part.read(room + 1)
                room -= len(parts[entry.filename])
                if room < 0:
                    raise SheetProblem(Problem.BOMB)
    except _DAMAGE:
        raise SheetProblem(Problem.BROKEN) from None
    return parts


def _packed(parts: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return packed.getvalue()


@dataclass(slots=True)
class _Measured:
    """How far the cells of a part reach, and which of them hold no value."""

    rows: int = 0
    columns: int = 0
    faults: dict[tuple[int, int], Fault] = field(default_factory=dict)
    _row: int = 0
    _column: int = 0  # of the cell that was begun last, from 1
    _kind: str = ""
    _has_formula: bool = False
    _has_value: bool = False

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        match _local(name):
            case "row":
                self._row, self._column = _whole(attributes.get("r"), self._row + 1), 0
            case "c":
                self._begin_cell(attributes)
            case "v" | "is":
                self._reach()
            case "f":
                self._has_formula = True
                self._reach()

    def text(self, _words: str) -> None:
        """Something is written inside an element, or is not; of a cell that holds a formula it is both."""
        self._has_value = True

    def end(self, name: str) -> None:
        """An element ends; what stands in a formula is no value."""
        match _local(name):
            case "f":
                self._has_value = False
            case "c":
                self._end_cell()

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        self._column += 1
        if (said := attributes.get("r")) is not None:
            at = _AT.fullmatch(said)
            if at is None:
                raise SheetProblem(Problem.BROKEN)
            self._column, self._row = _column_number(at[1]), int(at[2])
        self._kind, self._has_formula, self._has_value = attributes.get("t", ""), False, False

    def _reach(self) -> None:
        """The cell that was begun holds something; of one that is only framed or coloured nothing is kept."""
        self.rows, self.columns = max(self.rows, self._row), max(self.columns, self._column)

    def _end_cell(self) -> None:
        at = self._row, self._column - 1
        if self._kind == "e":
            self.faults[at] = Fault.ERROR
        elif self._has_formula and not self._has_value:
            self.faults[at] = Fault.NOT_COUNTED


def _measured(part: bytes) -> _Measured:
    """Walk through a part. Raises SheetProblem for what is no XML, or defines words of its own."""
    found = _Measured()
    parser = _parser()
    parser.StartElementHandler = found.begin
    parser.EndElementHandler = found.end
    parser.CharacterDataHandler = found.text
    _parse(parser, part)
    return found


def _part_of(sheet: str, parts: Mapping[str, bytes]) -> str:
    """Return the part that holds a sheet, by the workbook's own list."""
    sheets = _elements(parts.get(_BOOK, b""), "sheet")
    link = next((_named(each, "id") for each in sheets if each.get("name") == sheet), "")
    for each in _elements(parts.get(_LINKS, b""), "Relationship"):
        if each.get("Id") == link:
            return posixpath.normpath(posixpath.join("xl", each.get("Target", ""))).removeprefix("/")
    return ""


def _named(attributes: dict[str, str], local: str) -> str:
    return next((value for name, value in attributes.items() if ":" in name and _local(name) == local), "")


def _elements(part: bytes, local: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []

    def begin(name: str, attributes: dict[str, str]) -> None:
        if _local(name) == local:
            found.append(attributes)

    parser = _parser()
    parser.StartElementHandler = begin
    if part:
        _parse(parser, part)
    return found


def _parser() -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse
    return parser


def _parse(parser: expat.XMLParserType, part: bytes) -> None:
    try:
        parser.Parse(part, True)
    except (expat.ExpatError, LookupError, ValueError):
        raise SheetProblem(Problem.BROKEN) from None


def _refuse(*_declared: object) -> None:
    raise SheetProblem(Problem.BOMB)


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _whole(written: str | None, otherwise: int) -> int:
    if written is None:
        return otherwise
    if not re.fullmatch(r"[0-9]{1,7}", written):
        raise SheetProblem(Problem.BROKEN)
    return int(written)


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
