"""Databases, clocks and an independent look at the disk, for every test."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiosqlite
import psycopg
import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import make_url

from kernel.clock import ManualClock
from storage import migrate
from storage.db import Db, open_db
from tests import postgres, shared_data

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
BOTH = ("sqlite", "postgresql")

settings.register_profile(
    "tests",
    deadline=None,
    derandomize=os.environ.get("CI") == "true",
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
settings.load_profile("tests")


class Disk:
    """Reads what is really stored, through a connection the product knows nothing of."""

    def __init__(self, url: str) -> None:
        self._url = make_url(url)
        self._file = Path(self._url.database or "").absolute().as_uri()

    async def __call__(self, query: str) -> list[tuple[Any, ...]]:
        """Return the rows of a SQL text."""
        if self._url.get_backend_name() == "sqlite":
            async with aiosqlite.connect(f"{self._file}?mode=ro", uri=True) as connection:
                return [tuple(row) for row in await connection.execute_fetchall(query)]
        host = str(self._url.query["host"])
        with psycopg.connect(
            host=host, user=self._url.username, dbname=self._url.database, autocommit=True
        ) as plain:
            return plain.execute(query.encode()).fetchall()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database at today's schema, to be copied."""
    path = tmp_path_factory.mktemp("template") / "caiboshi.db"
    migrate.upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """A server of this process; without the binaries the test is skipped, in CI it fails."""
    folder = postgres.binaries()
    if folder is None:
        shared_data.unavailable("needs PostgreSQL: sudo apt-get install postgresql")
    with postgres.running(folder) as server:
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres_server: postgres.Server) -> str:
    """The name of an empty database at today's schema, to be copied."""
    name = postgres_server.create()
    migrate.upgrade(postgres_server.url(name))
    return name


@pytest.fixture
def database_folder() -> Iterator[Path]:
    """A folder for a SQLite file, in memory: waiting for a disk is a third of a test's time."""
    with tempfile.TemporaryDirectory(prefix="caiboshi-db-", dir=postgres.memory()) as folder:
        yield Path(folder)


@pytest.fixture(params=BOTH)
def db_url(request: pytest.FixtureRequest, database_folder: Path) -> Iterator[str]:
    """The URL of an empty database at today's schema, on each kind of database."""
    if request.param == "sqlite":
        path = database_folder / "caiboshi.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server: postgres.Server = request.getfixturevalue("postgres_server")
    with server.database(request.getfixturevalue("postgres_template")) as url:
        yield url


@pytest.fixture(params=BOTH)
def bare_url(request: pytest.FixtureRequest, database_folder: Path) -> Iterator[str]:
    """The URL of a database without a single table, on each kind of database."""
    if request.param == "sqlite":
        yield f"sqlite:///{database_folder / 'bare.db'}"
        return
    server: postgres.Server = request.getfixturevalue("postgres_server")
    with server.database() as url:
        yield url


@pytest.fixture
def clock() -> ManualClock:
    """A clock that shows 09:00 in Shanghai until a test moves it."""
    return ManualClock(NOW)


@pytest.fixture
def db(db_url: str, clock: ManualClock) -> Iterator[Db]:
    """The product's database, on each kind of database."""
    opened = open_db(db_url, clock)
    yield opened
    opened.close()


@pytest.fixture
def check(db_url: str) -> Disk:
    """A look at the rows of `db` through a connection of its own."""
    return Disk(db_url)


@pytest.fixture(name="shared_data")
def shared_data_folder() -> Path:
    """The folder of the test data that is too big for the repository."""
    return shared_data.folder()
