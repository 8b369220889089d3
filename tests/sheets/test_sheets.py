"""Sheets are read whole and small, whatever somebody sends; what is written reads back."""

import contextlib
import csv
import io
import zipfile
from datetime import date, datetime
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sheets import Problem, Sheet, SheetProblem, read_rows, write_csv, write_xlsx
from sheets.model import Fault
from sheets.reading import number_text
from tests.sheets.makers import SHEET, a_book, a_long_book, changed

CELL = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12).filter(
    lambda text: (
        text == text.strip() and not text.startswith("'") and "\ufffe" not in text and "\uffff" not in text
    )
)
ROW = st.lists(CELL, min_size=1, max_size=6).map(lambda row: [*row[:-1], row[-1] or "x"])
PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
TABLE = st.lists(ROW, min_size=1, max_size=6)


def problem_of(content: bytes, name: str = "a.xlsx") -> SheetProblem:
    with pytest.raises(SheetProblem) as found:
        read_rows(content, name)
    return found.value


@settings(max_examples=40)
@given(table=TABLE)
def test_a_workbook_reads_back_as_it_was_written(table: list[list[str]]) -> None:
    header, *rows = table
    read = read_rows(write_xlsx("t", header, rows), "t.xlsx")
    assert (read.header, read.rows) == (tuple(header), tuple(tuple(row) for row in rows))


@settings(max_examples=60)
@given(table=TABLE)
def test_a_csv_reads_back_as_it_was_written(table: list[list[str]]) -> None:
    header, *rows = table
    read = read_rows(write_csv(header, rows), "t.csv")
    assert (read.header, read.rows) == (tuple(header), tuple(tuple(row) for row in rows))


@given(content=st.binary(max_size=300), name=st.sampled_from(["a.xlsx", "a.csv", "a", "a.exe"]))
def test_any_bytes_are_a_sheet_or_a_problem(content: bytes, name: str) -> None:
    with contextlib.suppress(SheetProblem):
        assert isinstance(read_rows(content, name), Sheet)


@settings(max_examples=60)
@given(seed=st.integers(0, 10_000), count=st.integers(1, 30), packing=st.sampled_from(PACKINGS))
def test_a_damaged_workbook_is_a_sheet_or_a_problem(seed: int, count: int, packing: int) -> None:
    chance, book = Random(seed), a_book(("a", "b"), ("番茄", 5.5), (1, "=1+1"))
    content = bytearray(_packed(book, packing))
    for _ in range(count):
        content[chance.randrange(len(content))] = chance.randrange(256)
    with contextlib.suppress(SheetProblem):
        assert isinstance(read_rows(bytes(content), "a.xlsx"), Sheet)


@pytest.mark.parametrize("packing", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_book_packed_as_no_spreadsheet_does_is_broken(packing: int) -> None:
    assert problem_of(_packed(a_book(("a",), (1,)), packing)).kind is Problem.BROKEN


def _packed(book: bytes, packing: int) -> bytes:
    """Return the same archive packed in another way; stored, damage reaches the XML."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(made, "w", packing) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    return made.getvalue()


def test_numbers_and_dates_read_as_somebody_would_type_them() -> None:
    book = a_book(
        ("a", "b", "c", "d", "e", "f"),
        (
            1.0,
            1e21,
            0.1 + 0.2,
            datetime(2026, 11, 23),  # noqa: DTZ001 - as a sheet has them
            date(2026, 1, 2),
            True,
        ),
    )
    assert read_rows(book, "a.xlsx").rows == (
        ("1", "1000000000000000000000", "0.3", "2026-11-23", "2026-01-02", "1"),
    )
    assert [number_text(n) for n in (-0.5, 100.0, 1e-7)] == ["-0.5", "100", "0.0000001"]


def test_a_formula_counts_as_its_result_and_without_one_is_a_fault_of_its_cell() -> None:
    book = a_book(("a", "b", "c"), (1, "=1+1", "=1/0"))
    counted = changed(book, lambda xml: xml.replace('<v>0</v></c><c r="C2"', '<v>2</v></c><c r="C2"'))
    failed = changed(
        counted, lambda xml: xml.replace('<c r="C2"><f>1/0</f><v>0', '<c r="C2" t="e"><f>1/0</f><v>#DIV/0!')
    )
    never = changed(failed, lambda xml: xml.replace("<v>2</v>", "<v></v>"))
    assert read_rows(counted, "a.xlsx").rows == (("1", "2", "0"),)
    assert read_rows(failed, "a.xlsx").faults == {(2, 2): Fault.ERROR}
    assert read_rows(never, "a.xlsx").faults == {(2, 1): Fault.NOT_COUNTED, (2, 2): Fault.ERROR}


def test_what_looks_like_a_formula_is_written_as_text() -> None:
    nasty = ["=1+1", "+1", "-1", "@SUM(A1)", "http://x.y", "\tx", "-1.5.2", "=HYPERLINK(1)"]
    book = write_xlsx("t", ["a"], [[each] for each in nasty])
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        assert "<f>" not in archive.read(SHEET).decode()
        assert "hyperlink" not in archive.read(SHEET).decode().casefold()
    written = [
        row[0] for row in csv.reader(io.StringIO(write_csv(["a"], [[n] for n in nasty]).decode("utf-8-sig")))
    ]
    assert written[1:] == [
        "'=1+1",
        "+1",
        "-1",
        "'@SUM(A1)",
        "http://x.y",
        "'\tx",
        "'-1.5.2",
        "'=HYPERLINK(1)",
    ]


def test_numbers_stay_numbers_unless_excel_would_round_them() -> None:
    book = write_xlsx("t", ["a", "b"], [[Decimal("5.90"), Decimal("1234567890123456789")]])
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        assert "<v>5.9</v>" in archive.read(SHEET).decode().replace("5.90", "5.9")
    assert read_rows(book, "t.xlsx").rows == (("5.9", "1234567890123456789"),)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_csv_comes_in_any_usual_encoding_and_separator(encoding: str, separator: str) -> None:
    text = f"商品{separator}价格\r\n番茄{separator}5.9\r\n\r\n"
    read = read_rows(text.encode(encoding), "商品.csv")
    assert (read.first, read.header, read.rows) == (1, ("商品", "价格"), (("番茄", "5.9"),))


def test_empty_rows_before_the_header_and_between_keep_their_numbers() -> None:
    read = read_rows(a_book((), ("a",), (), ("x",)), "a.xlsx")
    assert (read.first, read.header, read.rows) == (2, ("a",), ((), ("x",)))


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (b"", "a.xlsx", Problem.EMPTY),
        (b" \n ", "a.csv", Problem.EMPTY),
        (b",,\n,", "a.csv", Problem.EMPTY),
        (b"x" * 1_000_001, "a.csv", Problem.TOO_LARGE),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "a.png", Problem.NOT_A_SHEET),
        (b"a,b\x00", "a.csv", Problem.NOT_A_SHEET),
        (b"\xff\xff\xff", "a.csv", Problem.NOT_A_SHEET),
        (b"no zip", "a.xlsx", Problem.BROKEN),
        (b"PK\x03\x04 cut", "a.xlsx", Problem.BROKEN),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", "a.xls", Problem.NOT_A_SHEET),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "a.xlsx",
            Problem.ENCRYPTED,
        ),
        ("\n".join(["a"] * 2002).encode(), "a.csv", Problem.TOO_MANY_ROWS),
        (",".join(["a"] * 61).encode(), "a.csv", Problem.TOO_MANY_COLUMNS),
        (b"a," + b'"' + b"b" * 200_000 + b'"', "a.csv", Problem.BROKEN),
    ],
)
def test_what_cannot_be_read_says_why(content: bytes, name: str, kind: Problem) -> None:
    assert problem_of(content, name).kind is kind


def test_a_cell_too_long_is_named() -> None:
    found = problem_of(a_book(("a", "b"), ("x", "y" * 501)))
    assert (found.kind, found.row, found.column) == (Problem.CELL_TOO_LONG, 2, 1)


def test_2000_rows_are_read_and_100000_are_not() -> None:
    assert len(read_rows(a_long_book(2000), "a.xlsx").rows) == 2000
    assert problem_of(a_long_book(100_000)).kind is Problem.TOO_MANY_ROWS


@pytest.mark.parametrize("corner", ["XFD200000", "A1048576", "XFD2", "xfd1048576"])
def test_a_cell_in_a_far_corner_takes_no_memory(corner: str) -> None:
    far = changed(a_book(("a", "b"), ("x", "y")), lambda xml: xml.replace('r="B2"', f'r="{corner}"'))
    assert problem_of(far).kind in (Problem.TOO_MANY_ROWS, Problem.TOO_MANY_COLUMNS)


def test_cells_that_are_only_framed_do_not_count() -> None:
    framed = '<row r="1048576"><c r="XFD1048576" s="0"/></row></sheetData>'
    book = changed(a_book(("a",), ("x",)), lambda xml: xml.replace("</sheetData>", framed))
    assert read_rows(book, "a.xlsx").rows == (("x",),)


def test_more_than_it_weighs_is_not_unpacked() -> None:
    bomb = changed(a_book(("a",)), lambda xml: xml + " " * 20_000_000)
    assert len(bomb) < 1_000_000
    assert problem_of(bomb).kind is Problem.BOMB


def test_words_defined_in_the_file_are_refused() -> None:
    laughs = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    book = changed(a_book(("a",)), lambda xml: xml.replace("<worksheet", f"{laughs}<worksheet", 1))
    assert problem_of(book).kind is Problem.BOMB


def test_another_archive_is_no_sheet() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("readme.txt", "hello")
    assert problem_of(made.getvalue()).kind is Problem.NOT_A_SHEET


def test_the_first_sheet_that_is_shown_is_read() -> None:
    book = a_book(("a",), ("x",), other_sheets=["second"])
    hidden = changed(
        book, lambda xml: xml.replace('name="Sheet1"', 'name="Sheet1" state="hidden"'), "xl/workbook.xml"
    )
    assert read_rows(book, "a.xlsx").rows == (("x",),)
    assert problem_of(hidden).kind is Problem.EMPTY
