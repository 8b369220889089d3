"""The few statements that the two databases spell differently."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_once(connection: Connection, table: Table, values: Mapping[str, Any]) -> bool:
    """Insert a row unless one of the table's unique keys is taken; tell whether it was inserted."""
    statement = _insert_or_nothing(connection, table, values)
    # SQLAlchemy drops the count of an INSERT on psycopg unless it is asked to keep it.
    return connection.execute(statement, execution_options={"preserve_rowcount": True}).rowcount == 1


def insert_once_id(connection: Connection, table: Table, values: Mapping[str, Any]) -> int | None:
    """Insert a row unless one of the table's unique keys is taken; return its id, or None."""
    statement = _insert_or_nothing(connection, table, values).returning(table.c.id)
    return connection.execute(statement).scalar_one_or_none()


def _insert_or_nothing(
    connection: Connection, table: Table, values: Mapping[str, Any]
) -> sqlite.Insert | postgresql.Insert:
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table).values(**values).on_conflict_do_nothing()
    return postgresql.insert(table).values(**values).on_conflict_do_nothing()
