"""Runs units of work: one writer thread with group commit on SQLite, a few threads on PostgreSQL.

A unit is a plain function over `SqlUow`. It does no I/O but SQL, so no transaction is ever open while
the network is awaited, and a caller that gives up leaves nothing half done: a unit that has begun runs to
its end.
"""

import asyncio
import contextlib
import itertools
import logging
import os
import queue
import socket
import threading
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Protocol, TypeVar
from weakref import WeakSet

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from kernel.clock import Clock
from storage.compiled import compiled_once
from storage.uow import CHANCE, SqlUow

T = TypeVar("T")
Unit = Callable[[SqlUow], T]

_log = logging.getLogger(__name__)
_BATCH = 64
_THREADS = 6
_JOURNAL_BYTES = 8 << 20
_RETRYABLE = {"40001", "40P01"}  # serialization failure, deadlock
_ATTEMPTS = 5
_LONGEST_STANDSTILL = "10s"
_CLOSING_SECONDS = 1.0
# A server that is gone without a word is given up within half a minute; what stands in the URL wins.
_REACHING = {
    "connect_timeout": 5,  # seconds
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,  # milliseconds
}


class Db(Protocol):
    """A database that runs units of work."""

    @property
    def url(self) -> URL:
        """Where the data lies."""
        ...

    @property
    def abreast(self) -> int:
        """How many units that can wait are worth having under way together, without delaying others."""
        ...

    def run(self, unit: Unit[T]) -> Awaitable[T]:
        """Run `unit` in one transaction; the result comes after the commit, or what the unit raised."""
        ...

    def close(self) -> None:
        """Finish the queued units and let the database go."""
        ...


def open_db(url: str, clock: Clock, chance: Random = CHANCE) -> Db:
    """Open the database at `url`: `sqlite:///path` or `postgresql+psycopg://…`."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return SqliteDb(parsed, clock, chance)
    return PostgresDb(parsed, clock, chance)


def sqlite_engine(url: URL) -> Engine:
    """Return an engine over one file with WAL and full sync. It begins nothing: whoever writes does."""
    if not url.database or url.database == ":memory:":
        raise ValueError("storage.url: a SQLite database needs a file, such as sqlite:///data/caiboshi.db")
    path = Path(url.database)
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():  # it will hold names: SQLite gives it, and what stands beside it, the mode it finds
        path.touch(0o600)
    made = create_engine(url, poolclass=NullPool, hide_parameters=True)  # parameters hold names
    engine = compiled_once(made)

    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver begins nothing by itself
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "busy_timeout=1000",  # whoever needs longer is tried again by storage.patience
            "mmap_size=0",
            "secure_delete=ON",  # what is erased is overwritten, not only let go
            f"journal_size_limit={_JOURNAL_BYTES}",  # a long reader lets it grow; then it shrinks again
        ):
            connection.execute(f"PRAGMA {pragma}")

    return engine


@dataclass(frozen=True, slots=True)
class _Job:
    unit: Unit[Any]
    done: asyncio.Future[Any]


@dataclass(frozen=True, slots=True)
class _Ended:
    """What became of one unit; `fault` None: it has committed."""

    job: _Job
    result: Any
    fault: Exception | None

    def tell(self) -> None:
        """Tell the caller, who may have gone; on the loop's own thread."""
        if self.job.done.done():
            return
        if self.fault is None:
            self.job.done.set_result(self.result)
        else:
            self.job.done.set_exception(self.fault)


# A transaction that reads first and writes later fails at once where another process has written in between,
# whatever the busy timeout (storage.md §3.1): every one begins with the write lock.
BEGIN = "BEGIN IMMEDIATE"


class SqliteDb:
    """One thread owns the only writing connection; what is queued meanwhile commits together."""

    abreast = 32  # half a batch: they share a commit, and who comes behind them waits for one more

    def __init__(self, url: URL, clock: Clock, chance: Random = CHANCE) -> None:
        self.url = url
        self._clock, self._chance = clock, chance
        self._engine = sqlite_engine(url)
        self._closed = False
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()  # as long as its callers are many
        self._thread = threading.Thread(target=self._write, name="sqlite-writer", daemon=True)
        self._thread.start()

    def run(self, unit: Unit[T]) -> Awaitable[T]:
        """Run `unit` in one transaction, committed together with its neighbours in the queue."""
        if self._closed:
            raise RuntimeError("the database is closed")
        job = _Job(unit, asyncio.get_running_loop().create_future())
        self._jobs.put(job)
        return job.done

    def close(self) -> None:
        """Finish the queued units and close the file."""
        self._closed = True
        self._jobs.put(None)
        self._thread.join()
        self._engine.dispose()

    def _write(self) -> None:
        try:
            with self._engine.connect() as connection:
                while (batch := self._next_batch()) is not None:
                    if batch:
                        self._run_batch(connection, batch)
        finally:
            self._turn_away()

    def _turn_away(self) -> None:
        """Leave nobody waiting for a thread that has ended."""
        self._closed = True
        with contextlib.suppress(queue.Empty):
            while True:
                if job := self._jobs.get_nowait():
                    _tell([_Ended(job, None, RuntimeError("the writer thread has ended"))])

    def _next_batch(self) -> list[_Job] | None:
        batch: list[_Job] = []
        job = self._jobs.get()
        while job is not None:
            if not job.done.cancelled():  # from here on the unit runs to its end
                batch.append(job)
            if len(batch) == _BATCH:
                return batch
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                return batch
        if batch:
            self._jobs.put(None)  # asked to stop behind this batch
            return batch
        return None

    def _run_batch(self, connection: Connection, batch: Sequence[_Job]) -> None:
        try:
            connection.exec_driver_sql(BEGIN)
        except Exception as fault:  # locked by another: one after the other they would wait as long each
            self._roll_back(connection)
            _tell([_Ended(job, None, fault) for job in batch])
            return
        try:
            ended = [self._run_in_savepoint(connection, job) for job in batch]
            connection.commit()
        except Exception as fault:  # the whole transaction is gone: the disk is full
            self._roll_back(connection)
            if len(batch) == 1:
                _tell([_Ended(batch[0], None, fault)])
                return
            _log.warning("group commit failed, running its units one by one", extra={"units": len(batch)})
            for job in batch:
                self._run_batch(connection, [job])
            return
        _tell(ended)

    def _run_in_savepoint(self, connection: Connection, job: _Job) -> _Ended:
        # The driver itself: a savepoint through SQLAlchemy costs several times as much (storage.md §9.3).
        driver: Any = connection.connection.driver_connection
        driver.execute("SAVEPOINT unit")
        try:
            result = job.unit(SqlUow(connection, self._clock.now(), self._chance))
        except Exception as fault:
            if not driver.in_transaction:  # SQLite gave up the whole of it: the disk is full
                raise
            driver.execute("ROLLBACK TO unit")
            driver.execute("RELEASE unit")
            return _Ended(job, None, fault)
        driver.execute("RELEASE unit")
        return _Ended(job, result, None)

    @staticmethod
    def _roll_back(connection: Connection) -> None:
        try:
            connection.rollback()
            # A COMMIT that failed is over for SQLAlchemy, while SQLite still is in its transaction.
            connection.connection.rollback()
        except Exception:  # SQLite, or the driver under it, has given the transaction up already
            connection.invalidate()


def _tell(ended: Sequence[_Ended]) -> None:
    """Tell every caller what became of its unit: one call into the loop for the whole batch."""

    def tell() -> None:
        for each in ended:
            each.tell()

    with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
        ended[0].job.done.get_loop().call_soon_threadsafe(tell)


class PostgresDb:
    """A few threads, each with its own connection and its own transaction."""

    abreast = _THREADS - 2  # the other threads are for what cannot wait

    def __init__(self, url: URL, clock: Clock, chance: Random = CHANCE) -> None:
        self.url = url
        self._clock, self._chance = clock, chance
        self._connections: WeakSet[Any] = WeakSet()  # of psycopg, which SQLite users need not load
        self._closed = False
        engine = create_engine(
            url,
            pool_size=_THREADS,
            max_overflow=0,
            pool_use_lifo=True,  # the one used last knows the tables already
            pool_pre_ping=True,
            hide_parameters=True,
            use_native_hstore=False,  # no table has one: the server need not be asked for it
            connect_args={name: value for name, value in _REACHING.items() if name not in url.query},
        )

        driver: Any = engine.dialect.dbapi

        @event.listens_for(engine, "do_connect")
        def _before_connect(*_how: Any) -> None:
            if self._closed:
                raise driver.OperationalError("the database is closed")

        @event.listens_for(engine, "connect")
        def _on_connect(connection: Any, _record: Any) -> None:
            self._connections.add(connection)
            # A process that was stopped inside a unit would keep its locks from whoever takes over.
            connection.autocommit = True
            connection.execute(f"SET idle_in_transaction_session_timeout = '{_LONGEST_STANDSTILL}'")
            connection.autocommit = False

        self._engine = compiled_once(engine)
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="postgres")

    def run(self, unit: Unit[T]) -> Awaitable[T]:
        """Run `unit` in one transaction; a serialization failure or deadlock is tried again."""
        return asyncio.wrap_future(self._threads.submit(self._run, unit))

    def close(self) -> None:
        """Finish the queued units and close the connections; a server that stands still is not waited for."""
        impatience = threading.Timer(_CLOSING_SECONDS, self._hang_up)
        impatience.start()
        self._threads.shutdown(wait=True)
        impatience.cancel()
        self._engine.dispose()

    def _hang_up(self) -> None:
        """End what still waits for the server, as if the network had ended it."""
        self._closed = True
        for connection in tuple(self._connections):
            if not connection.closed:
                with socket.socket(fileno=os.dup(connection.fileno())) as line, contextlib.suppress(OSError):
                    line.shutdown(socket.SHUT_RDWR)

    def _run(self, unit: Unit[T]) -> T:
        for attempt in itertools.count(1):
            try:
                with self._engine.begin() as connection:
                    return unit(SqlUow(connection, self._clock.now(), self._chance))
            except OperationalError as fault:
                if attempt == _ATTEMPTS or getattr(fault.orig, "sqlstate", None) not in _RETRYABLE:
                    raise
        raise AssertionError
