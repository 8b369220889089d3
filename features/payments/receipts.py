"""A file of what the merchant received, read into receipts; its columns are named by the catalogue."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from features.payments import rules
from features.payments.model import BadSheet, Receipt

_COLUMNS = ("reference", "amount", "at", "note")
_NEEDED = ("amount", "at")


@dataclass(frozen=True, slots=True)
class Columns:
    """In which column of a sheet what stands; `reference` and `note` may be missing."""

    places: Mapping[str, int]

    @classmethod
    def of(cls, header: Sequence[str], words: Mapping[str, frozenset[str]]) -> "Columns":
        """Find the columns by their titles, of which `words` knows many. Raises BadSheet."""
        plain = ["".join(title.split()).casefold() for title in header]
        places = {}
        for name in _COLUMNS:
            places[name] = next((at for at, title in enumerate(plain) if title in words[name]), -1)
        if any(places[name] < 0 for name in _NEEDED):
            raise BadSheet
        return cls(places)

    def cell(self, row: Sequence[str], name: str) -> str:
        """Return a cell of a row; empty where there is none."""
        at = self.places[name]
        return row[at].strip() if 0 <= at < len(row) else ""


def read(
    columns: Columns, rows: Sequence[Sequence[str]], zone: ZoneInfo
) -> tuple[tuple[Receipt, ...], tuple[int, ...]]:
    """Return the receipts of a sheet and the numbers of rows that are none; the first row is number 2."""
    receipts, unread = [], []
    for no, row in enumerate(rows, start=2):
        amount, at = rules.money(columns.cell(row, "amount")), rules.instant(columns.cell(row, "at"), zone)
        if amount is None or at is None:
            unread.append(no)
        else:
            reference, note = columns.cell(row, "reference"), columns.cell(row, "note")
            receipts.append(Receipt(no, reference, amount, at, note))
    return tuple(receipts), tuple(unread)
