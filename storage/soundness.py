"""What must hold in every copy of the data, besides what the database checks by itself."""

import sqlite3
from contextlib import closing
from pathlib import Path


class Unsound(Exception):
    """A copy of the data breaks a rule; the message says which."""


# Accounts whose balances are not the sums of their ledgers and lots. A negative balance is a debt: no lot is
# left then. The columns are those of the first schema, so that a backup of any age can be asked.
UNBALANCED = """
SELECT count(*) FROM (
  SELECT member_id FROM (
    SELECT member_id, growth, points, CASE WHEN points > 0 THEN points ELSE 0 END AS lots FROM growth_account
    UNION ALL SELECT member_id, -amount, 0, 0 FROM growth_ledger
    UNION ALL SELECT member_id, 0, -amount, 0 FROM points_ledger
    UNION ALL SELECT member_id, 0, 0, -unspent FROM point_lot
  ) AS line
  GROUP BY member_id HAVING sum(growth) <> 0 OR sum(points) <> 0 OR sum(lots) <> 0
) AS account
"""


def check_file(path: Path) -> None:
    """Raise Unsound unless the SQLite file at `path` is whole, consistent and conserved.

    Raises sqlite3.DatabaseError when it is no database at all.
    """
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        if (said := connection.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
            raise Unsound(f"{path} is damaged: {said}")
        if found := connection.execute("PRAGMA foreign_key_check").fetchone():
            raise Unsound(f"{path} is damaged: a row of {found[0]} belongs to no row of {found[2]}")
        if has_table(connection, "growth_account"):
            check_count(int(connection.execute(UNBALANCED).fetchone()[0]), path)


def has_table(connection: sqlite3.Connection, name: str) -> bool:
    """Tell whether the file has a table of that name."""
    found = connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (name,))
    return found.fetchone() is not None


def check_count(unbalanced: int, where: object) -> None:
    """Raise Unsound unless no account is `unbalanced`."""
    if unbalanced:
        raise Unsound(f"{where}: {unbalanced} accounts differ from the sums of their ledgers and lots")
