"""Puts a PostgreSQL archive in the place of the database, in one transaction."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Update, inspect, make_url, text

from storage import backup_postgres, migrate
from storage.backup_postgres import VERSION_TABLE, ToolFailed, run_tool
from storage.lock import DatabaseInUse
from storage.schema import metadata
from storage.soundness import UNBALANCED

_OTHERS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
"""
_CONSERVED = f"""
DO $$ BEGIN
  IF ({UNBALANCED}) > 0 THEN RAISE EXCEPTION 'accounts differ from the sums of their ledgers'; END IF;
END $$
"""


def revision(archive: Path) -> str | None:
    """Return the revision of the schema in `archive`, or None when it is no archive of ours."""
    try:
        return backup_postgres.revision(archive)
    except ToolFailed:  # not an archive at all
        return None


def check_alone(url: str) -> None:
    """Raise DatabaseInUse while anybody else is connected to the database: the bot, most likely."""
    engine = migrate.engine_for(url)
    with engine.connect() as connection:
        others = connection.execute(text(_OTHERS)).scalar_one()
    engine.dispose()
    if others:
        raise DatabaseInUse(f"{others} other sessions are connected to the database: stop the bot first")


def replace(url: str, archive: Path, *, parking: Sequence[Update]) -> None:
    """Drop our tables, restore those of `archive`, run `parking`, check the sums: all of it or nothing."""
    held = backup_postgres.tables(archive)  # an old one knows fewer
    with tempfile.TemporaryDirectory(prefix="caiboshi-restore-") as folder:  # closed to others
        script = Path(folder) / "script.sql"
        run_tool("pg_restore", "--no-owner", "--no-privileges", f"--file={script}", str(archive))
        steps = (
            f"--command={_drop(url, archive)}",
            f"--file={script}",
            "--command=SET search_path = public",  # the script has emptied it
            *(f"--command={_literally(url, each)}" for each in parking if each.table.description in held),
            f"--command={_CONSERVED}",
        )
        run_tool(
            *("psql", "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1"),
            *steps,
            url=url,
        )


def _drop(url: str, archive: Path) -> str:
    engine = migrate.engine_for(url)
    present = set(inspect(engine).get_table_names())
    engine.dispose()
    ours = sorted(present & {*metadata.tables, VERSION_TABLE, *backup_postgres.tables(archive)})
    listed = ", ".join(f'"{table}"' for table in ours)
    return f"DROP TABLE IF EXISTS {listed} CASCADE" if ours else "SELECT 1"


def _literally(url: str, statement: Update) -> str:
    """Return the SQL of a statement with its values written out."""
    return str(
        statement.compile(dialect=make_url(url).get_dialect()(), compile_kwargs={"literal_binds": True})
    )
