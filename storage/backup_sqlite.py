"""Copies of a SQLite file that its writer need not stop for."""

import sqlite3
from contextlib import closing
from pathlib import Path

from storage import soundness


def copy(source: Path, target: Path) -> None:
    """Write a checked copy of the database `source` into the empty file `target`.

    Read-only on the source, in one snapshot: the writer goes on meanwhile. Raises Unsound, or
    sqlite3.DatabaseError when the source cannot be read as a database.
    """
    with closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        connection.execute("VACUUM INTO ?", (str(target),))
    soundness.check_file(target)
