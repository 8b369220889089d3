"""Statements that every update needs, prepared once.

Making a statement costs several times as much as running it, and on SQLite so does SQLAlchemy's way of
running one: a point read takes 17 µs of `Connection.execute` and 4 µs of the driver. There SQLAlchemy writes
the SQL once and the driver runs it. On PostgreSQL the way to the server outweighs that, and a connection that
breaks is SQLAlchemy's to notice.
"""

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, ColumnElement, Connection, Insert, Select, Update
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.dml import ReturningInsert, ReturningUpdate

Statement = Select[*tuple[Any, ...]] | Insert | Update | ReturningInsert[Any] | ReturningUpdate[Any]
Given = Mapping[str, Any]
Rows = Sequence[Sequence[Any]]
_Process = Callable[[Any], Any]  # turns one value into the driver's, or back

_DIALECT = sqlite.dialect()
_SHAPES, _LONGEST = 128, 256  # for how many lengths of lists, and how long ones, SQL is kept


class Prepared:
    """One statement, run with its parameters by name; a parameter that takes a list is an expanding one."""

    def __init__(self, statement: Statement, columns: Iterable[str] = ()) -> None:
        """`columns`: those that an INSERT fills, each of them a parameter."""
        self._statement, self._columns = statement, list(columns)

    def rows(self, connection: Connection, given: Given) -> Rows:
        """Run the statement and return the rows it tells, their values in the statement's order."""
        if connection.dialect.name != _DIALECT.name:
            return connection.execute(self._statement, given).all()
        return self._on_driver.run(connection, given).rows

    def rows_of_each(self, connection: Connection, given: Sequence[Given]) -> Rows:
        """Run the statement once for each of `given`, of which there is one at least; return all rows."""
        if connection.dialect.name != _DIALECT.name:
            return connection.execute(self._statement, given).all()
        return [row for each in given for row in self._on_driver.run(connection, each).rows]

    def row(self, connection: Connection, given: Given) -> Sequence[Any] | None:
        """Run the statement and return its only row, or None without one. Raises LookupError for several."""
        rows = self.rows(connection, given)
        if len(rows) > 1:
            raise LookupError(f"one row expected, got {len(rows)}")
        return rows[0] if rows else None

    def change(self, connection: Connection, given: Given) -> int:
        """Run the statement and return how many rows it changed."""
        if connection.dialect.name != _DIALECT.name:
            # SQLAlchemy drops the count of an INSERT on psycopg unless it is asked to keep it.
            kept = {"preserve_rowcount": True}
            return connection.execute(self._statement, given, execution_options=kept).rowcount
        return self._on_driver.run(connection, given).changed

    def change_each(self, connection: Connection, given: Sequence[Given]) -> None:
        """Run the statement once for each of `given`, of which there is one at least."""
        if connection.dialect.name != _DIALECT.name:
            connection.execute(self._statement, given)
            return
        for each in given:
            self._on_driver.run(connection, each)

    @cached_property
    def _on_driver(self) -> "_OnDriver":
        return _OnDriver(self._statement, self._columns)


class _Done(NamedTuple):
    """What running a statement came to."""

    rows: Rows
    changed: int


class _OnDriver:
    """A statement on SQLite's driver."""

    def __init__(self, statement: Statement, columns: list[str]) -> None:
        compiled = _DIALECT.statement_compiler(_DIALECT, statement, column_keys=columns or None)
        binds = {name: bind for bind, name in compiled.bind_names.items()}
        self._compiled = compiled
        self._lists = tuple(name for name, bind in binds.items() if bind.expanding)
        self._binds = {name: process for name, bind in binds.items() if (process := _to_driver(bind))}
        if compiled.insert_prefetch or compiled.update_prefetch:
            raise ValueError("expected a statement that gives or asks for every value, got column defaults")
        self._asked = {name for name, bind in binds.items() if bind.required or name in columns}
        fixed = {name: bind.value for name, bind in binds.items() if name not in self._asked}
        self._fixed = self._bound(fixed)
        told = enumerate(statement.exported_columns)
        self._told = tuple((place, process) for place, column in told if (process := _from_driver(column)))
        self._written: dict[tuple[int, ...], _Written] = {}

    def run(self, connection: Connection, given: Given) -> "_Done":
        """Run the statement. Raises what SQLAlchemy raises."""
        if given.keys() != self._asked:
            raise ValueError(f"parameters {sorted(self._asked)} expected, got {sorted(given)}")
        values = self._fixed | self._bound(given)
        written = self._write(tuple(len(values[name]) for name in self._lists))
        for name in self._lists:
            values.update(zip(written.lists[name], values[name], strict=True))
        driver: Any = connection.connection.driver_connection
        try:
            cursor = driver.execute(written.sql, [values[name] for name in written.places])
            rows = cursor.fetchall()
        except sqlite3.Error as fault:  # never with the parameters: they hold names
            raise DBAPIError.instance(written.sql, None, fault, sqlite3.Error) from fault
        return _Done([self._read(row) for row in rows] if self._told else rows, cursor.rowcount)

    def _bound(self, given: Given) -> dict[str, Any]:
        binds = self._binds
        return {name: binds[name](value) if name in binds else value for name, value in given.items()}

    def _read(self, row: Sequence[Any]) -> Sequence[Any]:
        values = list(row)
        for place, process in self._told:
            values[place] = process(values[place])
        return values

    def _write(self, lengths: tuple[int, ...]) -> "_Written":
        """Return the SQL for lists of such lengths."""
        written = self._written.get(lengths)
        if written is None:
            lists = {name: range(length) for name, length in zip(self._lists, lengths, strict=True)}
            state = self._compiled.construct_expanded_state(self._compiled.params | lists)
            written = _Written(state.statement, tuple(state.positiontup or ()), state.parameter_expansion)
            if len(self._written) >= _SHAPES:
                self._written.clear()
            if sum(lengths) <= _LONGEST:
                self._written[lengths] = written
        return written


class _Written(NamedTuple):
    """SQL with a place for each value, by name, and the names of the members of each list."""

    sql: str
    places: tuple[str, ...]
    lists: Mapping[str, Sequence[str]]


def _to_driver(bind: BindParameter[Any]) -> _Process | None:
    process = bind.type.dialect_impl(_DIALECT).bind_processor(_DIALECT)
    if process is None or not bind.expanding:
        return process
    return lambda values: [process(value) for value in values]


def _from_driver(column: ColumnElement[Any]) -> _Process | None:
    return column.type.dialect_impl(_DIALECT).result_processor(_DIALECT, None)
