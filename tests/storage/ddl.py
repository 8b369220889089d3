"""What a database's schema really is, in comparable form."""

import re
from typing import Any

from sqlalchemy import text

from storage import migrate

_SQLITE = "SELECT type, tbl_name, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"
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
    """Return (kind, table, name) -> definition of everything but alembic's own table."""
    engine = migrate.engine_for(url)
    queries = (_SQLITE,) if engine.dialect.name == "sqlite" else _POSTGRESQL
    with engine.connect() as connection:
        rows: list[Any] = [row for query in queries for row in connection.execute(text(query))]
    engine.dispose()
    return {
        (kind, table, name): re.sub(r"\s+", " ", definition or "")
        for kind, table, name, definition in rows
        if table != _OF_ALEMBIC
    }
