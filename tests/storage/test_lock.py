"""One writing process per SQLite file."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from storage.lock import DatabaseInUse, writer_lock

_HOLD = """
import sys
from storage.lock import writer_lock
with writer_lock(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'data' / 'caiboshi.db'}"


@contextmanager
def _another_holder(url: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", _HOLD, url]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process


def test_a_second_process_is_refused_with_what_to_do(url: str) -> None:
    expected = (
        r"data/caiboshi\.db is in use by another caiboshi process; stop that one first, or set storage\.url"
    )
    with _another_holder(url), pytest.raises(DatabaseInUse, match=expected), writer_lock(url):
        pass


def test_a_second_holder_in_the_same_process_is_refused(url: str) -> None:
    with writer_lock(url), pytest.raises(DatabaseInUse), writer_lock(url):
        pass


def test_the_lock_is_free_once_its_holder_is_done(url: str) -> None:
    with writer_lock(url):
        pass
    with _another_holder(url):
        pass


def test_the_lock_of_a_killed_holder_is_free(url: str) -> None:
    with _another_holder(url) as holder:
        holder.kill()
        holder.wait()
        with writer_lock(url), pytest.raises(DatabaseInUse), writer_lock(url):
            pass


def test_another_file_has_a_lock_of_its_own(url: str, tmp_path: Path) -> None:
    with _another_holder(url), writer_lock(f"sqlite:///{tmp_path / 'other.db'}"):
        assert (tmp_path / "other.db.lock").exists()


def test_postgresql_needs_no_file_lock() -> None:
    url = "postgresql+psycopg://u@/d?host=/nowhere"
    with writer_lock(url), writer_lock(url):
        assert not Path("d.lock").exists()
