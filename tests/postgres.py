"""A PostgreSQL server of the tests' own: Debian's binaries, a temporary folder, a unix socket."""

import contextlib
import itertools
import os
import shutil
import signal
import subprocess
import tempfile
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import URL

_ROLE = "caiboshi"
_READY = "database system is ready to accept connections"
_PATIENCE_SECONDS = 60
_CARELESS = {"fsync": "off", "full_page_writes": "off", "autovacuum": "off"}
_UNPRIVILEGED = "nobody"  # the server's binaries refuse root
_MEMORY = "/dev/shm"


def binaries() -> Path | None:
    """Return the folder of the newest server on this machine, or None."""
    found = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    return max((path.parent for path in found), key=lambda path: float(path.parent.name), default=None)


def memory() -> str | None:
    """Return a folder that no disk stands behind, or None where this machine has none."""
    return _MEMORY if os.access(_MEMORY, os.W_OK) else None


@dataclass
class Server:
    """A running server; databases are made from others and dropped again."""

    home: Path
    command: Sequence[str]
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _process: subprocess.Popen[str] | None = None
    _log: "_Log | None" = None

    def start(self) -> None:
        """Start it and wait until it answers. To be called by a thread that outlives it."""
        self._process = subprocess.Popen(
            self.command, stderr=subprocess.PIPE, text=True, start_new_session=True
        )
        self._log = _Log(self._process)
        self._log.wait_until_ready()

    def kill(self) -> None:
        """kill -9 every one of its processes."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._end()

    def stop(self) -> None:
        """End it, whoever is connected."""
        assert self._process is not None
        self._process.send_signal(signal.SIGINT)
        self._end()

    @contextlib.contextmanager
    def standing_still(self) -> Iterator[None]:
        """Let none of its processes do anything while the block lasts, as behind a network that is gone."""
        assert self._process is not None
        own = self._process.pid
        children = Path(f"/proc/{own}/task/{own}/children").read_text("ascii").split()
        for process in (own, *map(int, children)):
            os.kill(process, signal.SIGSTOP)
        try:
            yield
        finally:
            for process in (own, *map(int, children)):
                os.kill(process, signal.SIGCONT)

    def _end(self) -> None:
        assert self._process is not None
        assert self._log is not None
        self._log.join()
        self._process.wait()
        assert self._process.stderr is not None
        self._process.stderr.close()

    def url(self, database: str) -> str:
        """Return the product's URL of a database."""
        return f"postgresql+psycopg://{_ROLE}@/{database}?host={self.home}"

    def create(self, template: str = "template1") -> str:
        """Make a database as a copy of `template` and return its name."""
        name = f"t{next(self.numbers)}"
        self._run(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
        return name

    def drop(self, name: str) -> None:
        """Drop a database, whoever is still connected."""
        self._run(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    @contextlib.contextmanager
    def database(self, template: str = "template1") -> Iterator[str]:
        """Lend the URL of a database that is a copy of `template`."""
        name = self.create(template)
        try:
            yield self.url(name)
        finally:
            self.drop(name)

    @contextlib.contextmanager
    def guarded(self, role: str, password: str) -> Iterator[None]:
        """Lend a role that needs its password; all others are trusted."""
        rules = self.home / "data" / "pg_hba.conf"
        before = rules.read_text("utf-8")
        rules.write_text(f"local all {role} scram-sha-256\n{before}", "utf-8")
        name = sql.Identifier(role)
        self._run(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(name, sql.Literal(password)))
        self._run(sql.SQL("SELECT pg_reload_conf()").format())
        try:
            yield
        finally:
            rules.write_text(before, "utf-8")
            self._run(sql.SQL("SELECT pg_reload_conf()").format())
            self._run(sql.SQL("DROP ROLE {}").format(name))

    def _run(self, statement: sql.Composed) -> None:
        with psycopg.connect(
            host=str(self.home), user=_ROLE, dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(statement)


@contextlib.contextmanager
def without_connections(url: URL) -> Iterator[None]:
    """Cut every connection to a database and let nobody in while the block lasts."""
    host, name = str(url.query["host"]), sql.Identifier(url.database or "")
    with psycopg.connect(host=host, user=_ROLE, dbname="postgres", autocommit=True) as operator:
        operator.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(name))
        cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
        operator.execute(cut, (url.database,))
        try:
            yield
        finally:
            operator.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(name))


@contextlib.contextmanager
def running(folder: Path, *, durable: bool = False) -> Iterator[Server]:
    """Run a server from the binaries in `folder` for as long as the block lasts.

    A `durable` one writes to the disk as servers do; tests need none of that.
    """
    home = Path(
        tempfile.mkdtemp(prefix="caiboshi-pg-", dir=None if durable else memory())
    )  # pytest's own is closed to others
    try:
        as_user = _as_unprivileged(home)
        data = home / "data"
        initdb = [*as_user, str(folder / "initdb"), f"--pgdata={data}", f"--username={_ROLE}", "--auth=trust"]
        initdb += ["--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        subprocess.run(initdb, check=True, capture_output=True)
        options = [f"-c{name}={value}" for name, value in _settings(home, durable=durable).items()]
        # The signal ends the server even when the tests are killed.
        server = Server(home, [*as_user, "--pdeathsig", "INT", f"{folder}/postgres", f"-D{data}", *options])
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _settings(home: Path, *, durable: bool) -> dict[str, str]:
    always = {"listen_addresses": "", "unix_socket_directories": str(home), "max_connections": "200"}
    return always if durable else always | _CARELESS


def _as_unprivileged(home: Path) -> list[str]:
    if os.geteuid() != 0:
        return ["setpriv"]
    shutil.chown(home, _UNPRIVILEGED)
    return ["setpriv", f"--reuid={_UNPRIVILEGED}", "--regid=nogroup", "--clear-groups"]


class _Log(threading.Thread):
    """Reads what the server says, for as long as it lives."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        super().__init__(name="postgres-log", daemon=True)
        self._process = process
        self._said: deque[str] = deque(maxlen=20)
        self._answered = threading.Event()
        self._is_ready = False
        self.start()

    def run(self) -> None:
        for line in self._process.stderr or ():
            self._said.append(line)
            if _READY in line:
                self._is_ready = True
                self._answered.set()
        self._answered.set()

    def wait_until_ready(self) -> None:
        self._answered.wait(_PATIENCE_SECONDS)
        if not self._is_ready:
            raise RuntimeError(f"PostgreSQL did not start: {''.join(self._said)}")
