"""The database: usable, sound, at today's schema, with room to grow."""

import os
import shutil
from pathlib import Path

from sqlalchemy import URL, make_url

from bot.checks.finding import Check, Finding, good, skipped, wrong
from kernel.message import Param, Text
from storage import fitness
from storage.fitness import DatabaseUnfit
from storage.look import Look, Schema, Trouble, Unusable, look

_LEAST_POSTGRES = 15
_LEAST_FREE, _LEAST_FREE_TIMES = 500_000_000, 3  # bytes; times the database: a backup and a migration's copy
_LONGEST_WAL = 64_000_000
_MB = 1_000_000


def examine(address: str) -> tuple[list[Finding], Look | None]:
    """Look at the database; return what that showed, and the look itself when there was something to see."""
    url = make_url(address)
    try:
        seen = look(address)
    except Unusable as fault:
        found = wrong(Check.DATABASE, _trouble(url, fault))
        unread = [skipped(check, Text("doctor.not_read")) for check in (Check.VERSION, Check.SCHEMA)]
        return [found, *unread, *_room(url)], None
    return [_sound(url, seen), _version(url, seen), _schema(seen.schema), *_room(url)], seen


def _shown(url: URL) -> str:
    return str(url.database) if _is_file(url) else url.render_as_string(hide_password=True)


def _is_file(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"


def _trouble(url: URL, fault: Unusable) -> Text:
    said = {"database": _shown(url), "reason": fault.reason}
    if fault.trouble == Trouble.LOCKED and fault.reason.isdecimal():
        return Text("doctor.database_locked_by", said)
    return Text(f"doctor.database_{fault.trouble}", said)


def _sound(url: URL, seen: Look) -> Finding:
    where = {"database": _shown(url)}
    if not _is_file(url):
        return good(Check.DATABASE, Text("doctor.database_answers", where))
    if not seen.is_checked:
        return good(Check.DATABASE, Text("doctor.database_opens", where))
    return good(Check.DATABASE, Text("doctor.database_sound", where))


def _version(url: URL, seen: Look) -> Finding:
    told = {"name": "SQLite" if _is_file(url) else "PostgreSQL", "version": ".".join(map(str, seen.version))}
    try:
        fitness.check(str(url))
    except DatabaseUnfit as fault:
        reason, _, cure = str(fault).partition("; ")
        return wrong(Check.VERSION, Text("doctor.version_unfit", {"reason": reason, "cure": cure}))
    if not _is_file(url) and seen.version < (_LEAST_POSTGRES,):
        return wrong(Check.VERSION, Text("doctor.version_old", told | {"least": _LEAST_POSTGRES}))
    return good(Check.VERSION, Text("doctor.version_good", told))


def _schema(schema: Schema) -> Finding:
    match schema:
        case Schema.CURRENT:
            return good(Check.SCHEMA, Text("doctor.schema_current"))
        case Schema.EMPTY:
            return wrong(Check.SCHEMA, Text("doctor.schema_empty"))
        case Schema.BEHIND:
            return wrong(Check.SCHEMA, Text("doctor.schema_behind"))
        case Schema.NEWER:
            return wrong(Check.SCHEMA, Text("doctor.schema_newer"))


def _room(url: URL) -> list[Finding]:
    """Look at the log beside a SQLite file, and at the disk under it."""
    if not _is_file(url):
        elsewhere = Text("doctor.room_elsewhere")
        return [skipped(Check.WAL, elsewhere), skipped(Check.DISK, elsewhere)]
    path = Path(url.database or "").absolute()
    return [_wal(_size(Path(f"{path}-wal"))), _disk(path, _size(path))]


def _size(path: Path) -> int:
    return path.stat().st_size if os.path.exists(path) else 0


def _wal(size: int) -> Finding:
    if size > _LONGEST_WAL:
        return wrong(Check.WAL, Text("doctor.wal_long", {"megabytes": size // _MB}))
    return good(Check.WAL, Text("doctor.wal_good", {"megabytes": size // _MB}))


def _disk(path: Path, size: int) -> Finding:
    folder = next(each for each in path.parents if os.path.isdir(each))
    free, least = shutil.disk_usage(folder).free, max(_LEAST_FREE, _LEAST_FREE_TIMES * size)
    told: dict[str, Param] = {"folder": str(folder), "free": free // _MB}
    if free < least:
        return wrong(Check.DISK, Text("doctor.disk_full", told | {"least": least // _MB}))
    return good(Check.DISK, Text("doctor.disk_good", told))
