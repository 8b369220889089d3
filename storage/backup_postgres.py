"""Copies of a PostgreSQL database, made and read by PostgreSQL's own tools."""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlalchemy import make_url

_CURE = "install PostgreSQL's client tools (Debian: apt-get install postgresql-client)"
VERSION_TABLE = "alembic_version"


class ToolMissing(Exception):
    """One of PostgreSQL's tools is not on this machine; the message says what to do."""


class ToolFailed(Exception):
    """One of PostgreSQL's tools gave up; the message holds its last words."""


def dump(url: str, target: Path) -> None:
    """Write the database at `url` into the empty file `target`, in pg_dump's own format, and list it again.

    In one snapshot: the bot goes on meanwhile. Raises ToolMissing or ToolFailed.
    """
    run_tool("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={target}", url=url)
    tables(target)


def tables(archive: Path) -> tuple[str, ...]:
    """Return the tables whose rows `archive` holds. Raises ToolMissing; ToolFailed for no whole archive."""
    listed = run_tool("pg_restore", "--list", str(archive)).splitlines()
    return tuple(line.split()[6] for line in listed if " TABLE DATA " in line and not line.startswith(";"))


def revision(archive: Path) -> str | None:
    """Return the revision of the schema in `archive`, or None when it is not one of ours."""
    if VERSION_TABLE not in tables(archive):
        return None
    script = run_tool("pg_restore", "--data-only", f"--table={VERSION_TABLE}", "--file=-", str(archive))
    _, _, rows = script.partition("FROM stdin;\n")
    return rows.partition("\n")[0].strip() or None


def run_tool(name: str, *words: str, url: str | None = None) -> str:
    """Run one of PostgreSQL's tools, connected to `url` if given, and return what it printed."""
    program = shutil.which(name)
    if program is None:
        raise ToolMissing(f"{name} is not on this machine: {_CURE}")
    connection, env = _connection(url) if url else ((), {})
    done = subprocess.run(  # noqa: S603 - no shell; the words are ours, paths and the configured database
        [program, *connection, *words], env=os.environ | env, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        raise ToolFailed(f"{name}: {said[0].removeprefix(f'{name}: ')}")
    return done.stdout


def _connection(url: str) -> tuple[Sequence[str], Mapping[str, str]]:
    """Return how to reach the database: words for the command line, and the password, which others could see
    there, for the environment."""
    from psycopg.conninfo import make_conninfo  # here, since SQLite needs none of it (9 MiB)

    parsed = make_url(url)
    how = parsed.translate_connect_args(username="user", database="dbname")
    password = how.pop("password", None)
    more = {key: value if isinstance(value, str) else ",".join(value) for key, value in parsed.query.items()}
    return (f"--dbname={make_conninfo(**how | more)}",), {"PGPASSWORD": password} if password else {}
