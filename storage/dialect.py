"""The few statements that the two databases spell differently."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Column, Connection, Insert, Row, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert


def insert_once(connection: Connection, table: Table, values: Mapping[str, Any]) -> bool:
    """Insert a row unless one of the table's unique keys is taken; tell whether it was inserted."""
    statement = _insert_or_nothing(connection.dialect.name, table)
    # SQLAlchemy drops the count of an INSERT on psycopg unless it is asked to keep it.
    return connection.execute(statement, values, execution_options={"preserve_rowcount": True}).rowcount == 1


def insert_new(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *told: Column[Any]
) -> Sequence[Row[Any]]:
    """Insert those of `rows` whose unique keys are free; return the columns `told` of these, in any order."""
    return connection.execute(_insert_or_nothing(connection.dialect.name, table, *told), rows).all()


@cache  # building a statement costs several times as much as running it
def _insert_or_nothing(dialect: str, table: Table, *told: Column[Any]) -> Insert | ReturningInsert[Any]:
    made = sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
    made = made.on_conflict_do_nothing()
    return made.returning(*told) if told else made
