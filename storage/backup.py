"""Backups: whole, checked and private copies of the database, made while the bot runs."""

import contextlib
import fcntl
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import make_url

from storage import backup_postgres, backup_sqlite

_NAME = re.compile(r"caiboshi-\d{8}T\d{9}Z(-before-(?:migration|restore))?\.(?:db|dump)")

_PARTIAL = ".partial"


class NotBackedUp(Exception):
    """The copy could not be made; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class BackupPolicy:
    """Where backups lie and how many of each kind are kept."""

    directory: Path
    kept: int


def make(url: str, target: Path) -> None:
    """Copy the database at `url` to the new file `target`: whole, checked, on the disk, for its owner only.

    Raises NotBackedUp, ToolMissing or Unsound; then there is no such file.
    """
    if target.exists():
        raise NotBackedUp(f"{target} exists already: choose another name")
    source = _file(url) if is_sqlite(url) else None
    target.parent.mkdir(parents=True, exist_ok=True)
    with _appearing(target) as partial:
        if source:
            backup_sqlite.copy(source, partial)
        else:
            backup_postgres.dump(url, partial)


def make_numbered(url: str, policy: BackupPolicy, *, now: datetime, before: str | None = None) -> Path:
    """Copy the database into the folder of backups, drop the oldest beyond the number kept, return the copy.

    `before` names the reason of an automatic one: `migration` or `restore`.
    """
    target = new_name(url, policy, now=now, before=before)
    make(url, target)
    _tidy(policy, kind=_kind(target))
    return target


def new_name(url: str, policy: BackupPolicy, *, now: datetime, before: str | None = None) -> Path:
    """Return the path of a backup made now."""
    stamp = f"{now:%Y%m%dT%H%M%S}{now.microsecond // 1000:03}Z"
    reason, ending = f"-before-{before}" if before else "", "db" if is_sqlite(url) else "dump"
    return policy.directory / f"caiboshi-{stamp}{reason}.{ending}"


def is_sqlite(url: str) -> bool:
    """Tell whether the database is a file."""
    return make_url(url).get_backend_name() == "sqlite"


def sync(path: Path) -> None:
    """Bring a file or folder to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def _appearing(target: Path) -> Iterator[Path]:
    """Yield an empty private file that becomes `target` at the end of the block, or is gone if it raises."""
    partial = target.with_name(f".{target.name}{_PARTIAL}")
    handle = os.open(partial, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)  # tells that somebody is at work on it
        yield partial
        os.fsync(handle)
        partial.rename(target)
        sync(target.parent)
    finally:
        os.close(handle)
        partial.unlink(missing_ok=True)


def _tidy(policy: BackupPolicy, *, kind: str) -> None:
    """Remove the oldest backups of a kind beyond the number kept, and what killed backups have left."""
    ours = sorted(path for path in policy.directory.iterdir() if _NAME.fullmatch(path.name))
    for path in [path for path in ours if _kind(path) == kind][: -policy.kept]:
        path.unlink()
    for partial in policy.directory.glob(f".caiboshi-*{_PARTIAL}"):
        with partial.open() as file, contextlib.suppress(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            partial.unlink()


def _kind(path: Path) -> str:
    named = _NAME.fullmatch(path.name)
    return (named and named[1]) or ""


def _file(url: str) -> Path:
    path = Path(make_url(url).database or "")
    if not path.exists():
        raise NotBackedUp(f"there is no database at {path}: check storage.url")
    return path
