"""One writing process per SQLite file."""

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import make_url


class DatabaseInUse(Exception):
    """Another process already writes to this database; the message names it and says what to do."""


@contextlib.contextmanager
def writer_lock(url: str) -> Iterator[None]:
    """Hold the writer role for the SQLite file at `url`; nothing to hold elsewhere. Raises DatabaseInUse."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        yield
        return
    path = Path(f"{parsed.database}.lock")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as fault:
            raise DatabaseInUse(
                f"{parsed.database} is in use by another caiboshi process; "
                "stop that one first, or set storage.url to another file"
            ) from fault
        yield
