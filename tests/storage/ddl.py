"""What a database's schema really is, in comparable form."""

import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, inspect, text

from storage import migrate

_SQLITE = "SELECT type, tbl_name, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"
_OPTIONS = ("STRICT", "AUTOINCREMENT", "WITHOUT ROWID")
_POSTGRESQL = (
    """
    SELECT 'column', table_name, column_name,
           data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '') || ' ' || is_identity
    FROM information_schema.columns WHERE table_schema = 'public'
    """,
    """
    SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    """,
    "SELECT 'index', tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
)
_OF_ALEMBIC = "alembic_version"


def ddl(url: str) -> dict[tuple[str, str, str], str]:
    """Return (kind, table, name) -> definition of everything but alembic's own table.

    SQLite keeps the words that made a table, and a rebuilt one has others in another order: there it is
    asked for the parts.
    """
    engine = migrate.engine_for(url)
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            rows = list(_of_sqlite(connection))
        else:
            rows = [row for query in _POSTGRESQL for row in connection.execute(text(query))]
    engine.dispose()
    return {
        (kind, table, name): re.sub(r"\s+", " ", definition or "")
        for kind, table, name, definition in rows
        if table != _OF_ALEMBIC
    }


def _of_sqlite(connection: Connection) -> Iterator[Any]:
    inspector = inspect(connection)
    for kind, table, name, sql in connection.execute(text(_SQLITE)):
        if kind != "table":
            yield kind, table, name, sql
            continue
        yield "options", table, "", " ".join(option for option in _OPTIONS if option in sql)
        for column in connection.execute(text(f"SELECT * FROM pragma_table_xinfo('{table}')")).mappings():
            told = {key: column[key] for key in ("type", "notnull", "dflt_value", "pk", "hidden")}
            yield "column", table, f"{column['cid']}: {column['name']}", str(told)
        for check in inspector.get_check_constraints(table):
            yield "check", table, check["name"], check["sqltext"]
        for unique in inspector.get_unique_constraints(table):
            yield "unique", table, unique["name"], str(unique["column_names"])
        for key in inspector.get_foreign_keys(table):
            yield "foreign key", table, key["name"], str(sorted(key.items(), key=str))
