"""Erasures that a restored backup does not know: looked for in other copies of the data, and replayed.

Somebody is recognised by our number and the instant they were met: a number is never given twice, and no
other database met somebody else under it in the same millisecond.
"""

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, inspect, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from features.privacy.model import Whose
from kernel.ids import MemberId, UserId
from storage import coupons, erasure, migrate
from storage.dialect import insert_once
from storage.ledgers import SqlGrowth
from storage.members import member
from storage.tombstones import tombstone


@dataclass(frozen=True, slots=True)
class Erasures:
    """Who was erased (number of ours, when they were met), and the tombstones that stand."""

    people: frozenset[tuple[int, datetime]] = frozenset()
    tombstones: tuple[tuple[str, datetime, datetime], ...] = ()

    def __add__(self, other: "Erasures") -> "Erasures":
        return Erasures(self.people | other.people, self.tombstones + other.tombstones)


def of_files(paths: Iterable[Path]) -> Erasures:
    """Return what SQLite files know of erasures; one that cannot be read knows nothing. Changes no file."""
    found = Erasures()
    for path in paths:
        with contextlib.suppress(DBAPIError, sqlite3.Error), _reading(path) as connection:
            found += _of(connection)
    return found


def of_server(url: str) -> Erasures:
    """Return what the PostgreSQL database at `url` knows of erasures."""
    engine = migrate.engine_for(url)
    with engine.connect() as connection:
        found = _of(connection)
    engine.dispose()
    return found


def replay(connection: Connection, erasures: Erasures, *, now: datetime) -> int:
    """Erase in a restored database who was erased since; return how many that were."""
    count = 0
    for own, met_at in sorted(erasures.people):
        there = select(member).where(
            member.c.id == own, member.c.met_at == met_at, member.c.user_id.is_not(None)
        )
        row = connection.execute(there).one_or_none()
        if row is not None:
            _erase(connection, Whose(MemberId(row.id), UserId(row.user_id), row.name), now)
            count += 1
    for stone, erased_at, until in erasures.tombstones:
        insert_once(connection, tombstone, {"hash": stone, "erased_at": erased_at, "until": until})
    return count


def _erase(connection: Connection, whose: Whose, now: datetime) -> None:
    erasure.erase_person(connection, whose, now=now)
    SqlGrowth(connection).close(whose.member, now=now)
    coupons.close(connection, whose.member, now=now)
    erasure.erase_traces(connection, whose, now=now)


@contextlib.contextmanager
def _reading(path: Path) -> Iterator[Connection]:
    def connect() -> sqlite3.Connection:
        return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)

    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool, hide_parameters=True)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def _of(connection: Connection) -> Erasures:
    """Read a database of any age; an old schema knows no erasures."""
    if not inspect(connection).has_table(tombstone.name):
        return Erasures()
    erased = select(member.c.id, member.c.met_at).where(member.c.erased_at.is_not(None))
    stones: Any = select(tombstone.c.hash, tombstone.c.erased_at, tombstone.c.until)
    return Erasures(
        frozenset((row.id, row.met_at) for row in connection.execute(erased)),
        tuple((row.hash, row.erased_at, row.until) for row in connection.execute(stones)),
    )
