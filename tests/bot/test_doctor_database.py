"""`caiboshi doctor` and the database: looked at, never touched."""

import contextlib
import hashlib
import os
import shutil
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from tests import postgres
from tests.bot.patient import Patient, healthy, healthy_file


@pytest.fixture
async def patient(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[Patient]:
    """A healthy installation on a SQLite file."""
    async with healthy_file(tmp_path, sqlite_template) as made:
        yield made


@pytest.fixture
async def served(
    tmp_path: Path, postgres_server: postgres.Server, postgres_template: str
) -> AsyncIterator[Patient]:
    """A healthy installation on PostgreSQL."""
    with postgres_server.database(postgres_template) as url:
        async with healthy(tmp_path, url) as made:
            yield made


def _contents(folder: Path) -> dict[str, tuple[str, int]]:
    return {
        path.name: (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
        for path in folder.iterdir()
    }


async def test_looking_at_a_resting_database_changes_nothing(patient: Patient) -> None:
    before = _contents(patient.folder)

    faults = await patient.faults()

    assert (faults, _contents(patient.folder)) == ({}, before)


async def test_looking_at_what_a_killed_process_left_changes_nothing(patient: Patient) -> None:
    with contextlib.closing(sqlite3.connect(patient.database)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        with connection:
            connection.execute("UPDATE chat_group SET title = 'x'")
        for ending in ("", "-wal", "-shm"):
            shutil.copy(f"{patient.database}{ending}", patient.folder / f"left.db{ending}")
            (patient.folder / f"left.db{ending}").chmod(0o600)
    patient.env["CAIBOSHI__STORAGE__URL"] = f"sqlite:///{patient.folder / 'left.db'}"
    before = _contents(patient.folder)

    faults = await patient.faults_here()
    after = _contents(patient.folder)

    assert faults == {}
    assert [name for name in before if before[name] != after[name] and not name.endswith("-shm")] == []
    assert set(after) == set(before)


@pytest.mark.parametrize(
    ("url", "said", "cure"),
    [
        ("absent.db", "there is no file {folder}/absent.db yet", "caiboshi run makes it when it starts"),
        ("notes.txt/x.db", "cannot be made or written in {folder}/notes.txt", "make that folder"),
        ("notes.txt", "{folder}/notes.txt is no SQLite database", "set storage.url to the right file"),
        (".", "{folder}/. is no SQLite database", "set storage.url to the right file"),
    ],
)
async def test_a_database_that_is_not_there_is_found(
    patient: Patient, url: str, said: str, cure: str
) -> None:
    (patient.folder / "notes.txt").write_text("buy tomatoes\n" * 100, "utf-8")
    (patient.folder / "notes.txt").chmod(0o600)
    patient.env["CAIBOSHI__STORAGE__URL"] = f"sqlite:///{patient.folder}/{url}"

    faults = await patient.faults_here()

    assert [*faults] == ["database"]
    assert said.format(folder=patient.folder) in faults["database"][0]
    assert faults["database"][1].startswith(cure)


async def test_a_damaged_file_is_found(patient: Patient) -> None:
    with patient.database.open("r+b") as file:
        file.seek(4096 * 12)
        file.write(os.urandom(4096 * 6))

    faults = await patient.faults()

    assert [*faults] == ["database"]
    assert " is damaged (" in faults["database"][0]
    assert "caiboshi restore" in faults["database"][1]


async def test_a_process_that_keeps_writing_is_found_by_its_number(patient: Patient) -> None:
    with contextlib.closing(sqlite3.connect(patient.database)) as other:
        other.execute("PRAGMA journal_mode=WAL")
        other.execute("BEGIN IMMEDIATE")

        faults = await patient.faults()

    assert [*faults] == ["database"]
    assert (
        f"is being written to by process {os.getpid()}, which is no running caiboshi" in faults["database"][0]
    )
    assert f"(ps -p {os.getpid()})" in faults["database"][1]


async def test_a_file_locked_as_a_whole_is_found(patient: Patient) -> None:
    with contextlib.closing(sqlite3.connect(patient.database)) as other:
        other.execute("PRAGMA journal_mode=DELETE")
        (patient.folder / "caiboshi.db-wal").touch(0o600)
        other.execute("BEGIN EXCLUSIVE")

        faults = await patient.faults()

    assert [*faults] == ["database"]
    assert faults["database"][0].endswith("is locked by another process")
    assert faults["database"][1].startswith("close whatever else has it open")


@pytest.mark.parametrize(
    ("change", "said", "cure"),
    [
        ("DROP TABLE alembic_version", "there are none yet", "run caiboshi migrate"),
        ("UPDATE alembic_version SET version_num = '0001'", "they are from an older version", "run caiboshi"),
        ("UPDATE alembic_version SET version_num = '9999'", "they are from a newer version", "use the newer"),
    ],
)
async def test_tables_of_another_version_are_found(
    patient: Patient, change: str, said: str, cure: str
) -> None:
    with contextlib.closing(sqlite3.connect(patient.database)) as connection, connection:
        connection.execute(change)

    faults = await patient.faults()

    assert [*faults] == ["schema"]
    assert faults["schema"][0].startswith(said)
    assert faults["schema"][1].startswith(cure)


async def test_a_log_that_only_grows_is_found(patient: Patient) -> None:
    wal = Path(f"{patient.database}-wal")
    wal.touch(0o600)
    os.truncate(wal, 70_000_000)

    faults = await patient.faults()

    assert [*faults] == ["wal"]
    assert faults["wal"][0].startswith("70 MB long")
    assert faults["wal"][1].startswith("close whatever else has the database open")


async def test_too_little_room_for_a_backup_is_found(patient: Patient) -> None:
    os.truncate(patient.database, shutil.disk_usage(patient.folder).free // 2)

    faults = await patient.faults()

    assert [*faults] == ["disk"]
    assert faults["disk"][0].endswith("are needed for the database and a backup")
    assert faults["disk"][1].startswith("free some space")


async def test_a_healthy_server_is_told_so(served: Patient) -> None:
    found = await served.verdicts_here()

    assert [name for name, line in found.items() if line["verdict"] == "wrong"] == []
    assert found["version"]["said"].startswith("PostgreSQL ")
    assert found["schema"]["said"] == "as this version needs them"
    assert found["fetching"]["said"] == "nobody else fetches this bot's updates"


async def test_a_server_somebody_works_on_is_no_reason_to_interrupt_polls(served: Patient) -> None:
    url = make_url(served.env["CAIBOSHI__STORAGE__URL"])
    with psycopg.connect(host=str(url.query["host"]), user=url.username, dbname=url.database):
        found = await served.verdicts_here()

    assert found["fetching"]["said"] == "a caiboshi seems to run; asking Telegram would interrupt it"


async def test_a_server_away_is_found_and_the_password_not_told(served: Patient) -> None:
    served.env["CAIBOSHI__STORAGE__URL"] = "postgresql+psycopg://caiboshi:t0ps3cret@127.0.0.1:9/caiboshi"

    code, said = await served.doctor("--language", "en")
    faults = await served.faults_here()

    assert (code, [*faults]) == (1, ["database"])
    assert "cannot be reached" in faults["database"][0]
    assert faults["database"][1].startswith("start PostgreSQL")
    assert "t0ps3cret" not in said


async def test_a_database_the_server_does_not_have_is_found(served: Patient) -> None:
    url = served.env["CAIBOSHI__STORAGE__URL"]
    served.env["CAIBOSHI__STORAGE__URL"] = url.replace("@/t", "@/absent")

    faults = await served.faults_here()

    assert [*faults] == ["database"]
    assert faults["database"][0].startswith("the server has no database of the name")
    assert faults["database"][1].startswith("make it (createdb)")


async def test_a_wrong_password_is_found_and_not_told(
    served: Patient, postgres_server: postgres.Server
) -> None:
    url = served.env["CAIBOSHI__STORAGE__URL"]
    with postgres_server.guarded("guarded", "r1ght-one"):
        served.env["CAIBOSHI__STORAGE__URL"] = url.replace("caiboshi@", "guarded:wr0ng-one@")
        faults = await served.faults_here()
        _, said = await served.doctor()

    assert [*faults] == ["database"]
    assert "lets us not in: user name and password do not fit" in faults["database"][0]
    assert faults["database"][1].startswith("put them right in storage.url")
    assert "wr0ng-one" not in said
