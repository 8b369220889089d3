"""Brings a database to the schema this version needs."""

from functools import cache
from pathlib import Path

from sqlalchemy import (
    URL,
    Column,
    Connection,
    Engine,
    MetaData,
    PrimaryKeyConstraint,
    Select,
    String,
    Table,
    Text,
    column,
    create_engine,
    event,
    inspect,
    make_url,
    select,
    table,
)
from sqlalchemy.pool import NullPool

from storage.db import BEGIN, sqlite_engine

_SCRIPTS = Path(__file__).parent / "migrations"
_VERSION = table("alembic_version", column("version_num", Text))


class NewerSchema(Exception):
    """The schema is of a version that this one does not know; the message says what to do."""


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


def create(url: str | URL) -> None:
    """Make today's schema from the model in the empty database at `url`, for what is thrown away again.

    A database that is kept is made by the revisions: SQLite rebuilds a table from the words that made it, and
    those shall be the same everywhere.
    """
    from storage.schema import metadata

    version = Table(  # as Alembic makes it
        _VERSION.name,
        MetaData(),
        Column("version_num", String(32), nullable=False),
        PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
    )
    engine = engine_for(url)
    with engine.begin() as connection:
        metadata.create_all(connection, checkfirst=False)
        version.create(connection)
        connection.execute(version.insert(), {"version_num": newest()})
    engine.dispose()


def downgrade(url: str | URL, revision: str) -> None:
    """Take the database at `url` back to `revision`; `base` is the empty database."""
    _run(url, revision, up=False)


def current(url: str | URL) -> str | None:
    """Return the revision of the database at `url`, or None while it has no schema."""
    engine = engine_for(url)
    with engine.connect() as connection:
        found = standing(connection)
    engine.dispose()
    return found


def standing(connection: Connection) -> str | None:
    """Return the revision of the database behind `connection`, or None while it has no schema."""
    has_schema = inspect(connection).has_table(_VERSION.name)
    return connection.execute(standing_revision()).scalar() if has_schema else None


def pending(url: str | URL) -> tuple[str, ...]:
    """Return the revisions that the database at `url` lacks, oldest first."""
    return beyond(current(url))


def beyond(revision: str | None) -> tuple[str, ...]:
    """Return the revisions after `revision`, oldest first. Raises NewerSchema."""
    if revision is None:
        return _known()
    if revision not in _known():
        raise NewerSchema(
            f"written by a newer version of caiboshi (schema {revision}): use that version, or a backup"
        )
    return _known()[_known().index(revision) + 1 :]


def newest() -> str:
    """Return the revision that this version needs."""
    return _known()[-1]


def standing_revision() -> Select[str]:
    """Return the query for the revision that a database is at, as `version_num`."""
    return select(_VERSION.c.version_num)


@cache
def _known() -> tuple[str, ...]:
    """Return every revision, oldest first: the numbers with which their files' names begin."""
    return tuple(sorted(path.name.partition("_")[0] for path in _SCRIPTS.glob("versions/[0-9]*.py")))


def _run(url: str | URL, revision: str, *, up: bool) -> None:
    # Here, since it holds 7 MiB in every process that has loaded it, and few databases lack a revision.
    from alembic import command
    from alembic.config import Config

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
