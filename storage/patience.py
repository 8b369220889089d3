"""Waits for a database that does not answer for a while, instead of failing what depends on it."""

import asyncio
import logging
import sqlite3
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError, OperationalError

from storage.db import Db, Unit

T = TypeVar("T")

_log = logging.getLogger(__name__)
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 10.0  # seconds
_SQLITE_PASSING = frozenset(
    (
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
    )
)
_PRIMARY = 0xFF  # SQLite's extended codes carry the primary one in their lowest byte
# connection trouble, server going down or up, out of resources, serialization and deadlock
_POSTGRES_PASSING = ("08", "57P", "53", "40")


class PatientDb:
    """A database that runs a unit again while the fault is the database's and passing.

    A unit either committed or left nothing, so it may run again; one whose commit was cut off in mid-air is
    guarded by its own keys (storage.md §9.5).
    """

    def __init__(self, db: Db, observe: Callable[[float], object] | None = None) -> None:
        """`observe` is told the seconds of every unit, from being asked for to being committed."""
        self._db, self._observe = db, observe
        self.answers = True  # whether the last unit found the database at home

    @property
    def url(self) -> URL:
        """Where the data lies."""
        return self._db.url

    @property
    def abreast(self) -> int:
        """How many units that can wait are worth having under way together, without delaying others."""
        return self._db.abreast

    def run(self, unit: Unit[T]) -> Awaitable[T]:
        """Run `unit` in one transaction, waiting as long as the database does not answer."""
        return self._run(unit)

    def close(self) -> None:
        """Finish the queued units and let the database go."""
        self._db.close()

    async def _run(self, unit: Unit[T]) -> T:
        pause, loop = _FIRST_PAUSE, asyncio.get_running_loop()
        while True:
            asked_at = loop.time()
            try:
                result = await self._db.run(unit)
            except DBAPIError as fault:
                if not is_passing(fault):
                    raise
                self.answers = False
                _log.warning(
                    "the database does not answer, trying again",
                    extra={"fault": type(fault.orig).__name__, "pause_seconds": pause},
                )
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
            else:
                self.answers = True
                if self._observe:
                    self._observe(loop.time() - asked_at)
                return result


def is_damage(fault: DBAPIError) -> bool:
    """Tell whether a SQLite file cannot be read any more."""
    code = getattr(fault.orig, "sqlite_errorcode", None)
    return code is not None and code & _PRIMARY in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def is_passing(fault: DBAPIError) -> bool:
    """Tell whether a fault is the database's and may be gone in a while: busy, full, away, restarting.

    What bears no code comes from the driver: no connection, or a value that it takes for none of its types.
    """
    code = getattr(fault.orig, "sqlite_errorcode", None)
    if code is not None:
        return code & _PRIMARY in _SQLITE_PASSING
    state = getattr(fault.orig, "sqlstate", None)
    if state is None:
        return fault.connection_invalidated or isinstance(fault, OperationalError)
    return fault.connection_invalidated or state.startswith(_POSTGRES_PASSING)
