"""Puts a backup in the place of the database: checked first, all or nothing, the replaced one kept aside."""

import shutil
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from sqlalchemy import Update, make_url

from storage import (
    backup,
    backup_sqlite,
    coupons,
    erasures,
    growth,
    migrate,
    outbox,
    restoration_postgres,
    soundness,
)
from storage.backup import BackupPolicy
from storage.erasures import Erasures

_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_JOURNALS = ("-wal", "-shm")


class NotRestored(Exception):
    """The backup cannot be put in place; nothing was changed; the message says why."""


def from_file(url: str, file: Path, policy: BackupPolicy, *, now: datetime) -> Path | None:
    """Replace the database at `url` by the backup `file`; return where the replaced one lies, if any.

    The caller holds the writer role. Raises NotRestored, DatabaseInUse, Unsound, ToolMissing or ToolFailed;
    then the database is as it was.
    """
    if not file.is_file():
        raise NotRestored(f"{file}: no such file")
    if not backup.is_sqlite(url):
        return _from_archive(url, file, policy, now=now)
    database = Path(make_url(url).database or "")
    if database.exists() and database.samefile(file):
        raise NotRestored(f"{file} is the database itself: name a backup of it")
    staged = database.with_name(f".{database.name}.restoring")
    try:
        known = erasures.of_files([database, *_others(policy, file)])
        _stage(file, staged, known, now=now)
        aside = _keep_aside(url, database, policy, now=now) if database.exists() else None
        staged.replace(database)
        backup.sync(database.parent)
    finally:
        for leftover in (staged, *_journals(staged)):
            leftover.unlink(missing_ok=True)
    return aside


def _stage(file: Path, staged: Path, known: Erasures, *, now: datetime) -> None:
    """Make of `file` what shall be the database: copied, migrated, parked, erasures replayed, checked."""
    staged.unlink(missing_ok=True)
    staged.touch(mode=0o600)
    try:
        backup_sqlite.copy(file, staged)
    except sqlite3.DatabaseError as fault:
        raise NotRestored(f"{file} is no backup that can be read: {fault}") from fault
    url = f"sqlite:///{staged.absolute()}"
    _check_revision(file, migrate.current(url))
    migrate.upgrade(url)
    engine = migrate.engine_for(url)
    with engine.begin() as connection:
        for statement in _parking(now):
            connection.execute(statement)
        erasures.replay(connection, known, now=now)
    engine.dispose()
    _settle(staged)
    soundness.check_file(staged)
    backup.sync(staged)


def _others(policy: BackupPolicy, file: Path) -> list[Path]:
    """Return the other backups of files: some are newer than `file` and know of later erasures."""
    found = sorted(policy.directory.glob("caiboshi-*.db")) if policy.directory.is_dir() else []
    return [path for path in found if not path.samefile(file)]


def _parking(now: datetime) -> tuple[Update, ...]:
    """Return what keeps from leaving a second time whatever may have left after the backup was made."""
    return outbox.restored(now), growth.restored(now), coupons.restored(now)


def _check_revision(file: Path, revision: str | None) -> None:
    if revision is None:
        raise NotRestored(f"{file} is not a database of caiboshi")
    try:
        migrate.beyond(revision)
    except migrate.NewerSchema as fault:
        raise NotRestored(f"{file} was {fault}") from fault


def _keep_aside(url: str, database: Path, policy: BackupPolicy, *, now: datetime) -> Path:
    """Keep what is replaced: as a backup, or byte by byte when it is damaged. Leave no journal behind."""
    try:
        aside = backup.make_numbered(url, policy, now=now, before="restore")
    except (sqlite3.DatabaseError, soundness.Unsound) as fault:
        if isinstance(fault, sqlite3.DatabaseError) and fault.sqlite_errorcode & 0xFF not in _DAMAGED:
            raise
        aside = backup.new_name(url, policy, now=now, before="restore").with_suffix(".damaged")
        for ending in ("", *_JOURNALS):
            if (part := Path(f"{database}{ending}")).exists():
                shutil.copy2(part, f"{aside}{ending}")
        for journal in _journals(database):
            journal.unlink(missing_ok=True)  # SQLite would play it into the new file
        return aside
    _settle(database)
    return aside


def _settle(path: Path) -> None:
    """Bring the journal of a database into its file and close it. Raises NotRestored while others read it."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        try:
            connection.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.OperationalError as fault:
            raise NotRestored(f"{path} is open in another program ({fault}): close that first") from fault


def _journals(path: Path) -> tuple[Path, ...]:
    return tuple(Path(f"{path}{ending}") for ending in _JOURNALS)


def _from_archive(url: str, file: Path, policy: BackupPolicy, *, now: datetime) -> Path | None:
    _check_revision(file, restoration_postgres.revision(file))
    restoration_postgres.check_alone(url)
    has_rows = migrate.current(url) is not None
    aside = backup.make_numbered(url, policy, now=now, before="restore") if has_rows else None
    known = erasures.of_server(url) if has_rows else Erasures()
    restoration_postgres.replace(url, file, parking=_parking(now))
    migrate.upgrade(url)
    engine = migrate.engine_for(url)
    with engine.begin() as connection:
        erasures.replay(connection, known, now=now)
    engine.dispose()
    return aside
