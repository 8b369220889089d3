"""Logs: one line an event, ids only; never message texts, tokens or names.

The words of a fault are left out, for they may quote what people wrote (PostgreSQL quotes rows and values);
its kind and the lines of code it came through say where to look. SQLite's own words quote nothing.
"""

import json
import logging
import re
import sqlite3
import sys
import traceback
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from sqlalchemy.exc import DBAPIError

from bot.config import LogConfig, LogFormat, LogLevel

_log = logging.getLogger(__name__)
_OURS = ("bot", "features", "handlers", "kernel", "sandbox", "scheduler", "storage", "texts", "web")
_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]{20,}")
_STANDARD = frozenset(vars(logging.LogRecord("", 0, "", 0, "", (), None))) | {
    "message",
    "asctime",
    "taskName",
}
USUAL = LogConfig(LogFormat.TEXT, LogLevel.INFO)


class Line(logging.Formatter):
    """`time level logger event key=value …`, and below it the trace of a fault."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line = f"{self.formatTime(record)} {record.levelname:<7} {record.name} {record.getMessage()}"
        line += "".join(f" {key}={value}" for key, value in _extras(record).items())
        return _without_tokens("\n".join((line, *_trace(record))))


class JsonLine(logging.Formatter):
    """One JSON object a line: at, level, logger, event, the event's own keys, and `trace` of a fault."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the object."""
        said: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        said |= {key: value for key, value in _extras(record).items() if key not in said}
        if trace := list(_trace(record)):
            said["trace"] = trace
        return _without_tokens(json.dumps(said, default=str))


def set_up(config: LogConfig = USUAL) -> None:
    """Log to standard error; what libraries say only from warning on (their chatter holds URLs and texts)."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLine() if config.format is LogFormat.JSON else Line())
    level = logging.getLevelNamesMapping()[config.level.upper()]
    logging.basicConfig(level=max(level, logging.WARNING), handlers=[handler], force=True)
    sys.excepthook = _log_the_end
    for package in _OURS:
        logging.getLogger(package).setLevel(level)


def _log_the_end(kind: type[BaseException], fault: BaseException, trace: TracebackType | None) -> None:
    """Log what ends the process, where Python would print the fault's own words."""
    _log.critical("the process ends by a fault", exc_info=(kind, fault, trace))


def _extras(record: logging.LogRecord) -> Mapping[str, Any]:
    return {key: value for key, value in vars(record).items() if key not in _STANDARD}


def _trace(record: logging.LogRecord) -> Iterator[str]:
    fault = record.exc_info[1] if record.exc_info else None
    return _told(fault)


def _told(fault: BaseException | None, told: set[int] | None = None) -> Iterator[str]:
    """Tell a fault and what it came from, each once: a part raised from its own group leads back to it."""
    told = set() if told is None else told
    while fault is not None and id(fault) not in told:
        told.add(id(fault))
        yield f"{type(fault).__name__}{_harmless_words(fault)}"
        for frame in traceback.extract_tb(fault.__traceback__):
            yield f"  {frame.filename}:{frame.lineno} {frame.name}"
        for part in fault.exceptions if isinstance(fault, BaseExceptionGroup) else ():
            yield from _told(part, told)
        fault = fault.__cause__ or (None if fault.__suppress_context__ else fault.__context__)


def _harmless_words(fault: BaseException) -> str:
    """Return what a database says about its own tables: never a value."""
    own: Any = fault.orig if isinstance(fault, DBAPIError) else fault
    if isinstance(own, sqlite3.Error):
        return f": {own}"
    # A psycopg.Error, known by what it carries: who runs on SQLite does not load psycopg (9 MiB).
    if (told := getattr(own, "diag", None)) is not None:
        names = (own.sqlstate, told.table_name, told.column_name, told.constraint_name)
        return f": {' '.join(name for name in names if name)}"
    return ""


def _without_tokens(line: str) -> str:
    return _TOKEN.sub("***", line)
