"""Databases for the races: a PostgreSQL server that writes to the disk as servers do."""

from contextlib import AbstractContextManager

from tests import postgres


def postgres_server() -> AbstractContextManager[postgres.Server]:
    """Return a server of this run's own. Raises RuntimeError where there is none on this machine."""
    folder = postgres.binaries()
    if folder is None:
        raise RuntimeError("no PostgreSQL server on this machine: sudo apt-get install postgresql")
    return postgres.running(folder, durable=True)
