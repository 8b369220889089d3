"""Whether this machine can keep a SQLite database safely."""

import sqlite3
from pathlib import Path

from sqlalchemy import make_url

_LEAST_SQLITE = (3, 37, 0)  # STRICT tables
_NETWORK = frozenset(("nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ncpfs", "fuse.sshfs", "9p"))
_MOUNTS = Path("/proc/self/mountinfo")


class DatabaseUnfit(Exception):
    """The database must not be used here; the message says why and what to do."""


def check(
    url: str, *, sqlite_version: tuple[int, ...] = sqlite3.sqlite_version_info, mounts: Path = _MOUNTS
) -> None:
    """Raise DatabaseUnfit when SQLite is too old, or its file would lie on a network share."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        return
    if sqlite_version < _LEAST_SQLITE:
        least, here = (".".join(map(str, version)) for version in (_LEAST_SQLITE, sqlite_version))
        raise DatabaseUnfit(
            f"SQLite {least} or newer is needed, this Python has {here}; "
            "use a newer Python, or PostgreSQL by storage.url"
        )
    if (kind := _filesystem(Path(parsed.database).resolve(), mounts)) in _NETWORK:
        raise DatabaseUnfit(
            f"{parsed.database} lies on a network share ({kind}), where SQLite loses data; "
            "put it on a disk of this machine, or use PostgreSQL by storage.url"
        )


def _filesystem(path: Path, mounts: Path) -> str | None:
    """Return the kind of file system that `path` lies on, where the system tells (Linux)."""
    if not mounts.exists():
        return None
    kinds = {}
    for line in mounts.read_text("utf-8").splitlines():
        place, _, kind = line.partition(" - ")
        kinds[Path(place.split()[4].replace("\\040", " "))] = kind.split()[0]
    return next((kinds[folder] for folder in (path, *path.parents) if folder in kinds), None)
