"""Spreadsheets to rows of text and back; nothing here knows what the rows mean."""

from sheets.model import Limits, Problem, Sheet, SheetProblem
from sheets.reading import read_rows
from sheets.writing import write_csv, write_xlsx

__all__ = ["Limits", "Problem", "Sheet", "SheetProblem", "read_rows", "write_csv", "write_xlsx"]
