"""Brings a database to the schema this version needs."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.pool import NullPool

from storage.db import BEGIN, sqlite_engine

_SCRIPTS = Path(__file__).parent / "migrations"


def engine_for(url: str | URL) -> Engine:
    """Return a plain engine for maintenance, with the same transactions as the product's own."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        engine = sqlite_engine(parsed)
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(BEGIN))
        return engine
    return create_engine(parsed, poolclass=NullPool, hide_parameters=True)


def upgrade(url: str | URL, revision: str = "head") -> None:
    """Bring the database at `url` up to `revision`, in one transaction on SQLite."""
    _run(url, revision, up=True)


def downgrade(url: str | URL, revision: str) -> None:
    """Take the database at `url` back to `revision`; `base` is the empty database."""
    _run(url, revision, up=False)


def pending(url: str | URL) -> tuple[str, ...]:
    """Return the revisions that the database at `url` lacks, oldest first."""
    script = ScriptDirectory(str(_SCRIPTS))
    engine = engine_for(url)
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    engine.dispose()
    missing = [revision.revision for revision in script.iterate_revisions("head", current or "base")]
    return tuple(reversed(missing))


def _run(url: str | URL, revision: str, *, up: bool) -> None:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    engine = engine_for(url)
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":  # a rebuilt table must not take its children with it
            connection.connection.cursor().execute("PRAGMA foreign_keys=OFF")
        config.attributes["connection"] = connection
        (command.upgrade if up else command.downgrade)(config, revision)
        connection.commit()
    engine.dispose()
