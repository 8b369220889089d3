"""A sheet as rows of text, how large one may be, and what can be wrong with a file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Problem(StrEnum):
    """What is wrong with a whole file."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"  # in bytes
    TOO_MANY_ROWS = "too_many_rows"
    TOO_MANY_COLUMNS = "too_many_columns"
    CELL_TOO_LONG = "cell_too_long"
    NOT_A_SHEET = "not_a_sheet"
    ENCRYPTED = "encrypted"
    BROKEN = "broken"
    BOMB = "bomb"  # holds far more than it weighs


class Fault(StrEnum):
    """Why a single cell holds nothing that can be read."""

    NOT_COUNTED = "not_counted"  # a formula whose result the file does not hold
    ERROR = "error"  # a formula that failed, such as #DIV/0!


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a file may be."""

    size: int = 1_000_000  # bytes
    rows: int = 2_000  # below the header
    columns: int = 60
    characters: int = 500  # of one cell


@dataclass(frozen=True, slots=True)
class Sheet:
    """The first sheet of a file. Rows count from 1 as a spreadsheet shows them; `first` is the header's.

    A row ends with its last cell that holds something; an empty row in the middle stays. `faults`: (row,
    column) -> why the cell, which reads as empty, could not be read; columns count from 0.
    """

    first: int
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    faults: Mapping[tuple[int, int], Fault] = field(default_factory=dict)


class SheetProblem(Exception):
    """A file that cannot be read: what is wrong, and where it is one cell."""

    def __init__(self, kind: Problem, *, row: int = 0, column: int = 0) -> None:
        super().__init__(kind)
        self.kind, self.row, self.column = kind, row, column
