"""Looks at a database without changing a byte of it, also while the bot runs on it."""

import contextlib
import fcntl
import os
import sqlite3
import struct
import sys
import threading
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from sqlalchemy import URL, Connection, create_engine, inspect, make_url, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from features.members.model import GroupState
from kernel.ids import ChatId
from storage.groups import chat_group
from storage.migrate import NewerSchema, beyond, standing

_PATIENCE_SECONDS = 5
_SOUNDNESS_SECONDS = 20.0  # a database of many gigabytes is not read to its end
_PRIMARY = 0xFF  # SQLite's extended codes carry the primary one in their lowest byte
_OTHERS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
_LOCK_QUERY = struct.Struct("hhqqi4x")  # struct flock of 64-bit Linux: kind, whence, start, length, process
_WRITE_LOCK_BYTE = 120  # of the -shm file, https://www.sqlite.org/walformat.html


class Trouble(StrEnum):
    """Why a database cannot be used."""

    MISSING = "missing"
    FOLDER = "folder"  # its folder cannot be made or written
    CLOSED = "closed"  # the file may not be read and written
    FOREIGN = "foreign"  # a file, but no database
    DAMAGED = "damaged"
    LOCKED = "locked"
    UNREACHABLE = "unreachable"
    PASSWORD = "password"  # noqa: S105 - a kind of trouble
    ABSENT = "absent"  # the server has no database of that name
    OTHER = "other"


class Unusable(Exception):
    """The database cannot be used; `reason` is what it or the system said."""

    def __init__(self, trouble: Trouble, reason: str = "") -> None:
        super().__init__(trouble, reason)
        self.trouble, self.reason = trouble, reason


class Schema(StrEnum):
    """How a database's tables stand to what this version needs."""

    CURRENT = "current"
    EMPTY = "empty"
    BEHIND = "behind"
    NEWER = "newer"


@dataclass(frozen=True, slots=True)
class EnabledGroup:
    """A group the bot works in."""

    chat: ChatId
    title: str
    zone: str


@dataclass(frozen=True, slots=True)
class Look:
    """What a look at a usable database showed."""

    version: tuple[int, ...]  # of SQLite or of the PostgreSQL server
    schema: Schema
    is_checked: bool  # whether its soundness was looked at to the end
    is_in_use: bool  # whether a caiboshi seems to run on it
    groups: tuple[EnabledGroup, ...]


def look(url: str) -> Look:
    """Look at the database at `url`. Raises Unusable."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _look_at_file(Path(parsed.database or ""))
    try:
        return _look_at_server(parsed)
    except DBAPIError as fault:
        raise _server_trouble(fault) from fault


def is_held(url: str) -> bool:
    """Tell whether a caiboshi holds the writer role for the SQLite file at `url` (storage.lock)."""
    lock = Path(f"{make_url(url).database}.lock")
    try:
        with lock.open("rb") as file:
            # Shared, for an instant: whoever looks at the same time is no running caiboshi.
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # never locked yet, or not ours to read
        return False
    return False


def _look_at_file(path: Path) -> Look:
    _check_access(path)
    in_use = is_held(f"sqlite:///{path}")
    if not in_use and (process := _writing_process(Path(f"{path}-shm"))) is not None:
        raise Unusable(Trouble.LOCKED, str(process))
    try:
        with contextlib.closing(_open_read_only(path)) as connection:
            is_checked = _check_soundness(connection)
            engine = create_engine("sqlite://", creator=lambda: connection, poolclass=NullPool)
            with engine.connect() as session:
                schema, groups = _schema(session), _groups(session)
    except sqlite3.DatabaseError as fault:
        raise _file_trouble(fault) from fault
    except DBAPIError as fault:
        raise _file_trouble(fault.orig) from fault
    return Look(sqlite3.sqlite_version_info, schema, is_checked, in_use, groups)


def _check_access(path: Path) -> None:
    """Raise Unusable unless the file is there and may be read and written, with neighbours beside it."""
    # os.path answers no where pathlib raises: in a folder that this user may not enter.
    folder = next(each for each in path.absolute().parents if os.path.exists(each))
    if not os.path.isdir(folder) or not os.access(folder, os.W_OK | os.X_OK):
        raise Unusable(Trouble.FOLDER, str(folder))
    if not os.path.exists(path):
        raise Unusable(Trouble.MISSING)
    if not os.path.isfile(path):
        raise Unusable(Trouble.FOREIGN)
    if not os.access(path, os.R_OK | os.W_OK):
        raise Unusable(Trouble.CLOSED)


def _open_read_only(path: Path) -> sqlite3.Connection:
    # Where nobody has the file open, its -wal is gone; an ordinary reader would make one, and leave it there.
    quiet = "" if Path(f"{path}-wal").exists() else "&immutable=1"
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro{quiet}",
        uri=True,
        timeout=_PATIENCE_SECONDS,
        check_same_thread=False,
    )


def _check_soundness(connection: sqlite3.Connection) -> bool:
    """Read the file through. Raises Unusable when it is damaged; False when that takes too long."""
    watch = threading.Timer(_SOUNDNESS_SECONDS, connection.interrupt)
    watch.start()
    try:
        said = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    except sqlite3.OperationalError as fault:
        if fault.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
            raise
        return False
    finally:
        watch.cancel()
    if said != "ok":
        raise Unusable(Trouble.DAMAGED, said.splitlines()[-1])
    return True


def _writing_process(shared_memory: Path) -> int | None:
    """Return the process that is writing to a SQLite file just now, as its lock tells; Linux only."""
    if sys.platform != "linux":
        return None
    try:
        with shared_memory.open("rb") as file:
            asked = _LOCK_QUERY.pack(fcntl.F_WRLCK, os.SEEK_SET, _WRITE_LOCK_BYTE, 1, 0)
            kind, *_, process = _LOCK_QUERY.unpack(fcntl.fcntl(file, fcntl.F_GETLK, asked))
    except OSError:  # nobody has the file open, or it is not ours to read
        return None
    return None if kind == fcntl.F_UNLCK else int(process)


def _file_trouble(fault: BaseException | None) -> Unusable:
    code = getattr(fault, "sqlite_errorcode", 0) & _PRIMARY
    trouble = {
        sqlite3.SQLITE_NOTADB: Trouble.FOREIGN,
        sqlite3.SQLITE_CORRUPT: Trouble.DAMAGED,
        sqlite3.SQLITE_BUSY: Trouble.LOCKED,
        sqlite3.SQLITE_LOCKED: Trouble.LOCKED,
        sqlite3.SQLITE_CANTOPEN: Trouble.CLOSED,
        sqlite3.SQLITE_PERM: Trouble.CLOSED,
    }.get(code, Trouble.OTHER)
    return Unusable(trouble, str(fault))


def _look_at_server(url: URL) -> Look:
    engine = create_engine(
        url,
        poolclass=NullPool,
        hide_parameters=True,
        connect_args={
            "connect_timeout": _PATIENCE_SECONDS,
            "options": f"-c default_transaction_read_only=on -c statement_timeout={_PATIENCE_SECONDS}s",
        },
    )
    with engine.connect() as session:
        return Look(
            version=tuple(map(int, session.dialect.server_version_info or ())),
            schema=_schema(session),
            is_checked=True,
            is_in_use=session.execute(_OTHERS).scalar_one() > 0,
            groups=_groups(session),
        )


def _server_trouble(fault: DBAPIError) -> Unusable:
    """Read what the server said: libpq gives a failed connection no code, only words."""
    said = str(fault.orig).strip()
    reason = said.splitlines()[-1].strip() if said else ""
    if "password" in said or "authentication" in said:
        return Unusable(Trouble.PASSWORD, reason)
    if 'database "' in said and "does not exist" in said:
        return Unusable(Trouble.ABSENT, reason)
    if getattr(fault.orig, "sqlstate", None) is None:
        return Unusable(Trouble.UNREACHABLE, reason)
    return Unusable(Trouble.OTHER, reason)


def _schema(session: Connection) -> Schema:
    current = standing(session)
    if current is None:
        return Schema.EMPTY
    try:
        missing = beyond(current)
    except NewerSchema:
        return Schema.NEWER
    return Schema.BEHIND if missing else Schema.CURRENT


def _groups(session: Connection) -> tuple[EnabledGroup, ...]:
    if not inspect(session).has_table(chat_group.name):
        return ()
    columns = (chat_group.c.chat, chat_group.c.title, chat_group.c.zone)
    enabled = select(*columns).where(chat_group.c.state == GroupState.ENABLED).order_by(chat_group.c.id)
    return tuple(EnabledGroup(ChatId(row.chat), row.title, row.zone) for row in session.execute(enabled))
