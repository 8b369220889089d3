"""The commands that look after the database, as an operator meets them."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.__main__ import cli
from storage import migrate
from storage.lock import writer_lock

Say = Callable[..., Result]


@pytest.fixture
def say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Say:
    """Run a command in an empty folder, with nothing configured."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> Result:
        return CliRunner().invoke(cli, words)

    return run


def _rows(file: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(file)) as connection, connection:
        return connection.execute(sql).fetchall()


@pytest.fixture
def database(say: Say, tmp_path: Path) -> Path:
    """The usual database with one row."""
    assert say("migrate").exit_code == 0
    path = tmp_path / "data" / "caiboshi.db"
    _rows(path, "INSERT INTO claim VALUES ('before', 0)")
    return path


def test_a_backup_is_told_with_its_place_and_can_be_restored(say: Say, database: Path) -> None:
    made = say("backup")
    _rows(database, "INSERT INTO claim VALUES ('after', 0)")

    file = made.stdout.split()[1]
    restored = say("restore", file, "--yes")

    assert (made.exit_code, restored.exit_code) == (0, 0)
    assert Path(file).parent == Path("data/backups")
    assert _rows(database, "SELECT key FROM claim") == [("before",)]
    assert f"restored: sqlite:///data/caiboshi.db is now what {file} held" in restored.stdout
    aside = restored.stdout.split("what it replaced: ")[1].splitlines()[0]
    assert _rows(Path(aside), "SELECT count(*) FROM claim") == [(2,)]


def test_a_backup_goes_where_it_is_told(say: Say, database: Path, tmp_path: Path) -> None:
    done = say("backup", "--to", str(tmp_path / "stick" / "shop.db"))

    assert done.exit_code == 0
    assert _rows(tmp_path / "stick" / "shop.db", "SELECT key FROM claim") == [("before",)]
    assert not (tmp_path / "data" / "backups").exists()


def test_a_backup_is_made_while_the_bot_holds_the_database(say: Say, database: Path) -> None:
    with writer_lock("sqlite:///data/caiboshi.db"):
        assert say("backup").exit_code == 0


def test_a_restore_is_refused_while_the_bot_runs(say: Say, database: Path) -> None:
    file = say("backup").stdout.split()[1]

    with writer_lock("sqlite:///data/caiboshi.db"):
        refused = say("restore", file, "--yes")

    assert refused.exit_code == 2
    assert "data/caiboshi.db is in use by another caiboshi process; stop that one first" in refused.stderr


def test_a_restore_asks_first(say: Say, database: Path, tmp_path: Path) -> None:
    file = say("backup").stdout.split()[1]

    done = say("restore", file)  # nobody answers

    assert done.exit_code == 1
    assert list((tmp_path / "data" / "backups").iterdir()) == [tmp_path / file]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["backup"], "there is no database at data/caiboshi.db: check storage.url"),
        (["restore", "none.db", "--yes"], "none.db: no such file"),
        (["restore", "junk.db", "--yes"], "junk.db is no backup that can be read: file is not a database"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(say: Say, tmp_path: Path, words: list[str], said: str) -> None:
    (tmp_path / "junk.db").write_text("junk " * 500)

    ended = say(*words)

    assert (ended.exit_code, ended.stderr) == (2, f"caiboshi: {said}\n")


def test_a_database_of_a_newer_version_is_left_alone(say: Say, database: Path) -> None:
    _rows(database, "UPDATE alembic_version SET version_num = '9999'")

    ended = say("migrate")

    assert ended.exit_code == 2
    assert ended.stderr == (
        "caiboshi: sqlite:///data/caiboshi.db was written by a newer version of caiboshi (schema 9999): "
        "use that version, or a backup\n"
    )


def test_the_status_is_told_without_changing_anything(say: Say, tmp_path: Path) -> None:
    revisions = ", ".join(migrate.beyond(None))
    before = say("migrate", "--status")
    assert not (tmp_path / "data").exists()
    say("migrate")

    after = say("migrate", "--status")

    assert before.stdout == f"schema: none yet; to apply: {revisions}\n"
    assert after.stdout == f"schema: {migrate.beyond(None)[-1]}; to apply: nothing\n"


def test_an_empty_database_needs_no_backup_before_its_schema(say: Say, tmp_path: Path) -> None:
    done = say("migrate")

    assert done.exit_code == 0
    assert not (tmp_path / "data" / "backups").exists()


def test_rows_of_an_older_schema_are_copied_before_the_new_one(say: Say, database: Path) -> None:
    older, newest = migrate.beyond(None)[-2:]
    migrate.downgrade("sqlite:///data/caiboshi.db", older)

    done = say("migrate")

    assert done.stdout == f"applied: {newest}\n"
    copy = Path(done.stderr.removeprefix("backup before the new schema: ").strip())
    assert copy.name.endswith("-before-migration.db")
    assert _rows(copy, "SELECT version_num, key FROM alembic_version, claim") == [(older, "before")]


def test_a_migration_without_a_copy_is_made_when_asked(say: Say, database: Path) -> None:
    migrate.downgrade("sqlite:///data/caiboshi.db", migrate.beyond(None)[-2])

    done = say("migrate", "--no-backup")

    assert (done.exit_code, done.stderr) == (0, "")
    assert not (database.parent / "backups").exists()


@pytest.mark.parametrize("db_url", ["postgresql"], indirect=True)
def test_where_no_copy_can_be_made_the_old_schema_stays(
    say: Say, db_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = migrate.beyond(None)[-2]
    migrate.downgrade(db_url, older)
    monkeypatch.setenv("CAIBOSHI__STORAGE__URL", db_url)
    monkeypatch.setenv("PATH", "/nowhere")

    refused = say("migrate")

    assert refused.exit_code == 2
    assert "pg_dump is not on this machine: install PostgreSQL's client tools" in refused.stderr
    assert refused.stderr.endswith("or run `caiboshi migrate --no-backup`\n")
    assert migrate.current(db_url) == older
    assert say("migrate", "--no-backup").exit_code == 0
    assert migrate.pending(db_url) == ()
