"""Backups and restores, on both databases, through the functions that the commands call."""

import asyncio
import fcntl
import os
import shutil
import sqlite3
import stat
from contextlib import closing
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from features.growth.model import DueKind
from kernel.clock import ManualClock
from kernel.ids import ChatId
from kernel.message import Call, Kind, MessageClass, Outgoing
from storage import backup, backup_postgres, migrate, restoration
from storage.backup import BackupPolicy, NotBackedUp
from storage.backup_postgres import ToolFailed, ToolMissing
from storage.db import Db, open_db
from storage.dispatch import Finished
from storage.lock import DatabaseInUse
from storage.restoration import NotRestored
from storage.soundness import Unsound
from storage.uow import SqlUow
from tests.conftest import NOW, Disk
from tests.storage.builders import EXPIRES_ON, MINUTE, a_due, a_member, a_message, credit
from tests.storage.older import RELEASED, fill

KEYS = "SELECT key FROM claim ORDER BY key"
STATES = "SELECT state, error FROM outbox ORDER BY id"


@pytest.fixture
def policy(tmp_path: Path) -> BackupPolicy:
    return BackupPolicy(tmp_path / "backups", 3)


def _statement(url: str, sql: str) -> None:
    engine = migrate.engine_for(url)
    with engine.begin() as connection:
        connection.execute(text(sql))
    engine.dispose()


def _live(url: str, clock: ManualClock, *units: object) -> None:
    async def run() -> None:
        db = open_db(url, clock)
        for unit in units:
            await db.run(unit)  # type: ignore[arg-type]
        await asyncio.to_thread(db.close)

    asyncio.run(run())


def _some_rows(uow: SqlUow) -> None:
    member = a_member(uow)
    credit(uow, member.id, key="k")
    uow.claims.take("before")


def _later_rows(uow: SqlUow) -> None:
    credit(uow, a_member(uow, 8).id, key="later")
    uow.claims.take("later")


def _queued(uow: SqlUow) -> None:
    for chat in (1, 2, 3):
        uow.outbox.put(a_message(chat))
    uow.outbox.put(Outgoing(Kind.CALL, ChatId(4), MessageClass.UPKEEP, call=Call.ADMINISTRATORS))
    ids = {queued.outgoing.chat: queued.id for queued in uow.dispatch.candidates(limit=10)}
    uow.dispatch.sending([ids[ChatId(1)], ids[ChatId(2)]], epoch=1)
    uow.dispatch.finish([Finished(ids[ChatId(1)], "sent")])


def test_a_restored_backup_is_what_was_backed_up(
    db_url: str, clock: ManualClock, policy: BackupPolicy
) -> None:
    _live(db_url, clock, _some_rows)
    made = backup.make_numbered(db_url, policy, now=NOW)
    _live(db_url, clock, _later_rows)

    aside = restoration.from_file(db_url, made, policy, now=NOW + MINUTE)

    check = Disk(db_url)
    assert asyncio.run(check(KEYS)) == [("before",)]
    assert asyncio.run(check("SELECT growth, points FROM growth_account")) == [(10, 10)]
    assert aside is not None
    restoration.from_file(db_url, aside, policy, now=NOW + 2 * MINUTE)
    assert asyncio.run(check(KEYS)) == [("before",), ("later",)]
    _live(db_url, clock, lambda uow: uow.claims.take("it works"))


def test_what_may_have_left_after_the_backup_is_parked(
    db_url: str, clock: ManualClock, policy: BackupPolicy
) -> None:
    _live(db_url, clock, _queued)

    restoration.from_file(db_url, backup.make_numbered(db_url, policy, now=NOW), policy, now=NOW + MINUTE)

    parked = ("unknown", "restored from a backup")
    assert asyncio.run(Disk(db_url)(STATES)) == [("sent", None), parked, parked, ("pending", None)]


@pytest.mark.parametrize("revision", RELEASED)
def test_a_backup_of_an_older_schema_is_migrated_and_its_messages_parked(
    bare_url: str, policy: BackupPolicy, revision: str
) -> None:
    fill(bare_url, revision)
    made = backup.make_numbered(bare_url, policy, now=NOW)
    migrate.upgrade(bare_url)

    restoration.from_file(bare_url, made, policy, now=NOW + MINUTE)

    assert migrate.pending(bare_url) == ()
    left = "SELECT count(*) FROM outbox WHERE state IN ('pending', 'claimed', 'sending') AND kind <> 'call'"
    assert asyncio.run(Disk(bare_url)(left)) == [(0,)]
    assert asyncio.run(Disk(bare_url)("SELECT name FROM member ORDER BY id")) == [("陈阿姨",), ("",)]


def test_notices_that_fell_due_since_the_backup_are_not_sent_again_while_points_still_lapse(
    db_url: str, clock: ManualClock, policy: BackupPolicy
) -> None:
    def unit(uow: SqlUow) -> None:
        member = a_member(uow).id
        a_due(uow, member, due_at=NOW + MINUTE)
        for kind, minutes in (("first_notice", 1), ("last_notice", 60)):
            uow.growth.plan(member, kind=DueKind(kind), expires_on=EXPIRES_ON, due_at=NOW + minutes * MINUTE)

    _live(db_url, clock, unit)

    restoration.from_file(db_url, backup.make_numbered(db_url, policy, now=NOW), policy, now=NOW + 2 * MINUTE)

    outcomes = asyncio.run(Disk(db_url)("SELECT kind, outcome FROM points_due ORDER BY kind"))
    assert outcomes == [("first_notice", "restored"), ("lapse", None), ("last_notice", None)]


def test_a_backup_is_for_its_owner_only(db_url: str, policy: BackupPolicy) -> None:
    made = backup.make_numbered(db_url, policy, now=NOW)

    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    assert os.listdir(policy.directory) == [made.name]


def test_what_a_killed_backup_left_goes_with_the_next_and_what_is_being_written_stays(
    db_url: str, policy: BackupPolicy
) -> None:
    policy.directory.mkdir()
    left, busy = (policy.directory / f".caiboshi-{name}.partial" for name in ("left", "busy"))
    left.touch()
    with busy.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)

        made = backup.make_numbered(db_url, policy, now=NOW)

        assert sorted(policy.directory.iterdir()) == [busy, made]


def test_the_newest_of_each_kind_are_kept(db_url: str, policy: BackupPolicy) -> None:
    policy.directory.mkdir()
    (policy.directory / "caiboshi-notes.txt").write_text("mine")
    early = backup.make_numbered(db_url, policy, now=NOW, before="migration")
    made = [backup.make_numbered(db_url, policy, now=NOW + n * MINUTE) for n in range(1, 6)]

    kept = {path.name for path in policy.directory.iterdir()}
    assert kept == {"caiboshi-notes.txt", early.name, *(path.name for path in made[-3:])}


async def test_a_backup_taken_while_units_run_holds_a_whole_state(
    db: Db, policy: BackupPolicy, clock: ManualClock
) -> None:
    url = db.url.render_as_string(hide_password=False)
    member = (await db.run(a_member)).id
    stop = asyncio.Event()

    async def keep_busy() -> int:
        done = 0
        while not stop.is_set():
            await db.run(partial(credit, member=member, key=f"k{done}", amount=1))
            done += 1
        return done

    async with asyncio.TaskGroup() as group:
        busy = group.create_task(keep_busy())
        made = [
            await asyncio.to_thread(backup.make_numbered, url, policy, now=NOW + n * MINUTE) for n in range(3)
        ]
        stop.set()
    await asyncio.to_thread(db.close)

    restoration.from_file(url, made[-1], policy, now=NOW)
    ((growth, lines),) = await Disk(url)(
        "SELECT (SELECT growth FROM growth_account), (SELECT count(*) FROM growth_ledger)"
    )
    assert growth == lines <= busy.result()


def test_an_existing_file_is_not_overwritten(db_url: str, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")

    with pytest.raises(NotBackedUp, match="mine exists already: choose another name"):
        backup.make(db_url, tmp_path / "mine")

    assert (tmp_path / "mine").read_text() == "mine"


def test_a_missing_database_file_cannot_be_backed_up(tmp_path: Path) -> None:
    with pytest.raises(NotBackedUp, match="there is no database at"):
        backup.make(f"sqlite:///{tmp_path / 'none.db'}", tmp_path / "backups" / "copy")

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("wrong", ["text", "empty", "cut", "foreign", "missing"])
def test_what_is_no_backup_of_ours_changes_nothing(
    db_url: str, clock: ManualClock, policy: BackupPolicy, tmp_path: Path, wrong: str
) -> None:
    _live(db_url, clock, _some_rows)
    made = backup.make_numbered(db_url, policy, now=NOW)
    given = tmp_path / "given"
    if wrong == "foreign" and backup.is_sqlite(db_url):
        with closing(sqlite3.connect(given)) as connection:
            connection.execute("CREATE TABLE somebody (else_s INTEGER)")
    elif wrong == "foreign":
        backup_postgres.run_tool(
            "pg_dump", "--format=custom", "--table=member", f"--file={given}", url=db_url
        )
    elif wrong != "missing":
        whole = made.read_bytes()
        given.write_bytes({"text": b"hello " * 900, "empty": b"", "cut": whole[: len(whole) // 2]}[wrong])

    with pytest.raises((NotRestored, Unsound, ToolFailed)):
        restoration.from_file(db_url, given, policy, now=NOW + MINUTE)

    assert asyncio.run(Disk(db_url)(KEYS)) == [("before",)]
    assert sorted(policy.directory.iterdir()) == [made]
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize(
    ("spoiling", "said"),
    [
        ("UPDATE growth_account SET points = 11", "differ from the sums of their ledgers"),
        ("UPDATE alembic_version SET version_num = '9999'", "written by a newer version"),
    ],
)
def test_a_backup_that_breaks_the_rules_changes_nothing(
    db_url: str, clock: ManualClock, policy: BackupPolicy, spoiling: str, said: str
) -> None:
    _live(db_url, clock, _some_rows)
    made = backup.make_numbered(db_url, policy, now=NOW)
    spoilt = _spoilt(db_url, made, spoiling, policy)

    with pytest.raises((NotRestored, Unsound, ToolFailed), match=said):
        restoration.from_file(db_url, spoilt, policy, now=NOW + MINUTE)

    assert asyncio.run(Disk(db_url)("SELECT points FROM growth_account")) == [(10,)]
    assert asyncio.run(Disk(db_url)(KEYS)) == [("before",)]


def _spoilt(url: str, made: Path, spoiling: str, policy: BackupPolicy) -> Path:
    """Return a backup of the same rows with one change; the database is as before."""
    if backup.is_sqlite(url):
        _statement(f"sqlite:///{made}", spoiling)
        return made
    _statement(url, spoiling)
    spoilt = backup.make_numbered(url, policy, now=NOW + timedelta(seconds=1))
    engine = migrate.engine_for(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE growth_account SET points = 10"))
        connection.execute(text("UPDATE alembic_version SET version_num = :head"), {"head": _head()})
    engine.dispose()
    return spoilt


def _head() -> str:
    return migrate.beyond(None)[-1]


@pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
def test_a_damaged_database_is_kept_byte_by_byte_and_replaced(
    db_url: str, clock: ManualClock, policy: BackupPolicy
) -> None:
    _live(db_url, clock, _some_rows)
    made = backup.make_numbered(db_url, policy, now=NOW)
    file = Path(str(make_url(db_url).database))
    junk = b"SQLite format 3\0" + os.urandom(8000)
    file.write_bytes(junk)
    Path(f"{file}-wal").write_bytes(b"leftover")

    aside = restoration.from_file(db_url, made, policy, now=NOW + MINUTE)

    assert aside is not None
    assert aside.read_bytes() == junk
    assert Path(f"{aside}-wal").read_bytes() == b"leftover"
    assert asyncio.run(Disk(db_url)(KEYS)) == [("before",)]


@pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
def test_the_journal_of_a_killed_bot_does_not_leak_into_what_is_restored(
    db_url: str, clock: ManualClock, policy: BackupPolicy, tmp_path: Path
) -> None:
    _live(db_url, clock, _some_rows)
    made = backup.make_numbered(db_url, policy, now=NOW)
    file = Path(str(make_url(db_url).database))
    with closing(sqlite3.connect(file)) as killed:
        killed.execute("PRAGMA journal_mode=WAL")
        killed.execute("INSERT INTO claim VALUES ('in the journal', 0)")
        killed.commit()
        for ending in ("", "-wal"):
            shutil.copy(f"{file}{ending}", tmp_path / f"as-killed.db{ending}")
    for ending in ("", "-wal"):
        shutil.move(tmp_path / f"as-killed.db{ending}", f"{file}{ending}")

    aside = restoration.from_file(db_url, made, policy, now=NOW + MINUTE)

    assert asyncio.run(Disk(db_url)(KEYS)) == [("before",)]
    assert asyncio.run(Disk(f"sqlite:///{aside}")(KEYS)) == [("before",), ("in the journal",)]


def test_a_database_in_use_is_not_replaced(db_url: str, clock: ManualClock, policy: BackupPolicy) -> None:
    made = backup.make_numbered(db_url, policy, now=NOW)
    engine = migrate.engine_for(db_url)

    with engine.connect() as other:
        other.exec_driver_sql("SELECT count(*) FROM claim").all()
        with pytest.raises((NotRestored, DatabaseInUse), match=r"close that first|stop the bot first"):
            restoration.from_file(db_url, made, policy, now=NOW + MINUTE)
    engine.dispose()


@pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
def test_the_database_itself_is_no_backup_of_itself(db_url: str, policy: BackupPolicy) -> None:
    with pytest.raises(NotRestored, match="is the database itself"):
        restoration.from_file(db_url, Path(str(make_url(db_url).database)), policy, now=NOW)


@pytest.mark.parametrize("db_url", ["postgresql"], indirect=True)
def test_without_the_tools_it_is_said_what_to_install(
    db_url: str, policy: BackupPolicy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")

    with pytest.raises(ToolMissing, match="pg_dump is not on this machine: install PostgreSQL's client"):
        backup.make_numbered(db_url, policy, now=NOW)

    assert list(policy.directory.iterdir()) == []


def test_a_password_is_not_shown_to_other_users_of_the_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool = tmp_path / "pg_dump"
    tool.write_text('#!/bin/sh\necho "$@" "password:$PGPASSWORD"\n')
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)

    said = backup_postgres.run_tool(
        "pg_dump", url="postgresql+psycopg://me:s%40cret@far:5433/shop?sslmode=require"
    )

    assert said == "--dbname=host=far dbname=shop user=me port=5433 sslmode=require password:s@cret\n"
