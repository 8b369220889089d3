"""The few statements that the two databases spell differently."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Column, Connection, Insert, Table
from sqlalchemy.dialects import sqlite

from storage.prepared import Prepared, Rows


def insert_once(connection: Connection, table: Table, values: Mapping[str, Any]) -> bool:
    """Insert a row unless one of the table's unique keys is taken; tell whether it was inserted."""
    statement = _insert_or_nothing(connection.dialect.name, table, tuple(values))
    return statement.change(connection, values) == 1


def insert_new(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *told: Column[Any]
) -> Rows:
    """Insert those of `rows` whose unique keys are free; return the columns `told` of these, in any order."""
    statement = _insert_or_nothing(connection.dialect.name, table, tuple(rows[0]), *told)
    return statement.rows_of_each(connection, rows)


@cache
def _insert_or_nothing(dialect: str, table: Table, columns: tuple[str, ...], *told: Column[Any]) -> Prepared:
    made = _insert(dialect, table)
    return Prepared(made.returning(*told) if told else made, columns)


def _insert(dialect: str, table: Table) -> Insert:
    if dialect == "sqlite":
        return sqlite.insert(table).on_conflict_do_nothing()
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415 - 2 MiB that SQLite users need not hold

    return postgresql.insert(table).on_conflict_do_nothing()
