"""The read-only side: views for operators and health, beside the writer and never in its way."""

import asyncio
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import aiosqlite
from sqlalchemy import URL, Select, literal, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import SQLAlchemyError

from storage.db import Db, SqliteDb

_PATIENCE_SECONDS = 2.0

Rows = list[dict[str, Any]]


class Reader(Protocol):
    """Runs queries that change nothing."""

    async def rows(self, query: Select[Any]) -> Rows:
        """Return the rows of `query`, a dict each, with the column types of the tables."""
        ...

    async def answers(self) -> bool:
        """Tell whether the database answers a trivial query within two seconds."""
        ...

    async def close(self) -> None:
        """Let the connection go."""
        ...


def open_reader(db: Db) -> Reader:
    """Return the reader that fits `db`."""
    return SqliteReader(db.url) if isinstance(db, SqliteDb) else UnitReader(db)


class SqliteReader:
    """Reads the file through a connection of its own that cannot write."""

    def __init__(self, url: URL) -> None:
        self._path = Path(url.database or "").resolve()
        self._connection: aiosqlite.Connection | None = None
        self._opening = asyncio.Lock()

    async def rows(self, query: Select[Any]) -> Rows:
        """Return the rows of `query`."""
        async with self._opening:  # two first readers must not open two connections
            if self._connection is None:
                self._connection = await aiosqlite.connect(f"{self._path.as_uri()}?mode=ro", uri=True)
        # Written out, the values go through their columns' types; handed to the driver they would not.
        compiled = query.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
        found = await self._connection.execute_fetchall(str(compiled))
        return [_typed(query, row) for row in found]

    async def answers(self) -> bool:
        """Tell whether the file can be read."""
        return await _answers(self)

    async def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            await self._connection.close()
            self._connection = None


class UnitReader:
    """Reads through ordinary units of work."""

    def __init__(self, db: Db) -> None:
        self._db = db

    async def rows(self, query: Select[Any]) -> Rows:
        """Return the rows of `query`."""
        return await self._db.run(lambda uow: [dict(row) for row in uow.connection.execute(query).mappings()])

    async def answers(self) -> bool:
        """Tell whether the server answers."""
        return await _answers(self)

    async def close(self) -> None:
        """Nothing to let go: the connections are the database's."""


async def _answers(reader: Reader) -> bool:
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await reader.rows(select(literal(1).label("one")))
    except (SQLAlchemyError, sqlite3.Error, OSError):  # a TimeoutError is an OSError
        return False
    return True


def _typed(query: Select[Any], row: Sequence[Any]) -> dict[str, Any]:
    dialect = sqlite.dialect()
    shown = {}
    for column, raw in zip(query.selected_columns, row, strict=True):
        convert = column.type.result_processor(dialect, None)
        shown[str(column.name)] = convert(raw) if convert else raw
    return shown
