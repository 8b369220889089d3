"""Statements prepared once do the same on both databases, whichever way they take."""

import contextlib
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from storage.claims import claim
from storage.db import Db
from storage.inbox import inbox
from storage.prepared import _SHAPES, Prepared, _OnDriver
from storage.uow import SqlUow
from tests.conftest import NOW, Disk

KEYS = ("a", "b", "c")
TAKE = Prepared(insert(claim), ["key", "taken_at"])
TAKEN = Prepared(
    select(claim.c.key, claim.c.taken_at)
    .where(claim.c.key.in_(bindparam("keys", expanding=True)), claim.c.taken_at <= bindparam("by"))
    .order_by(claim.c.key)
)
RENAME = Prepared(update(claim).where(claim.c.key == bindparam("old")).values(key=bindparam("new")))
RENAME_ALL = Prepared(update(claim).values(key=claim.c.key + "!").returning(claim.c.key))
KEPT = [column.key for column in inbox.columns if column.key not in ("id", "done_at")]


def take_all(uow: SqlUow) -> None:
    TAKE.change_each(uow.connection, [{"key": key, "taken_at": uow.now} for key in KEYS])


async def test_values_go_in_and_come_back_as_their_types_say(db: Db, check: Disk) -> None:
    body = {"text": "a\ud800", "nothing": None}
    row = {"bot_id": 1, "source": "telegram", "source_id": 2, "lane": 3, "state": "new", "attempts": 0}
    keep = Prepared(insert(inbox).returning(inbox.c.body, inbox.c.received_at, inbox.c.done_at), KEPT)
    given_row = row | {"body": body, "received_at": NOW}
    found = await db.run(lambda uow: keep.row(uow.connection, given_row))
    assert found is not None
    assert tuple(found) == (body, NOW, None)
    assert await check("SELECT body, received_at FROM inbox") == [
        ('{"text":"a\\ud800","nothing":null}', 1795395600000)
    ]


@pytest.mark.parametrize("asked", [(), ("b",), ("c", "a"), ("a", "b", "c", "d")], ids=len)
async def test_a_list_may_have_any_length(db: Db, asked: tuple[str, ...]) -> None:
    def unit(uow: SqlUow) -> list[str]:
        take_all(uow)
        return [row[0] for row in TAKEN.rows(uow.connection, {"keys": asked, "by": uow.now})]

    assert await db.run(unit) == sorted(set(asked) & set(KEYS))


async def test_more_lengths_than_are_kept_do_no_harm(db: Db) -> None:
    more = (f"absent {number}" for number in range(_SHAPES))
    every, lengths = (*KEYS, *more), range(1, _SHAPES + 3)
    taken = Prepared(select(claim.c.key).where(claim.c.key.in_(bindparam("keys", expanding=True))))
    await db.run(take_all)

    def unit(uow: SqlUow, asked: tuple[str, ...]) -> list[str]:
        return sorted(row[0] for row in taken.rows(uow.connection, {"keys": asked}))

    for length in (*lengths, 1, 2):
        assert await db.run(partial(unit, asked=every[:length])) == list(KEYS[:length])


async def test_changes_are_counted(db: Db) -> None:
    def unit(uow: SqlUow) -> list[int]:
        take_all(uow)
        pairs = ({"old": "a", "new": "z"}, {"old": "a", "new": "y"})
        return [RENAME.change(uow.connection, each) for each in pairs]

    assert await db.run(unit) == [1, 0]


async def test_what_returns_rows_changes_them_all(db: Db, check: Disk) -> None:
    await db.run(take_all)
    told = await db.run(lambda uow: RENAME_ALL.rows(uow.connection, {}))
    assert sorted(row[0] for row in told) == ["a!", "b!", "c!"]
    assert await check("SELECT key FROM claim ORDER BY key") == [("a!",), ("b!",), ("c!",)]


async def test_one_row_or_none(db: Db) -> None:
    def unit(uow: SqlUow, *keys: str) -> str | None:
        row = TAKEN.row(uow.connection, {"keys": keys, "by": uow.now})
        return row[0] if row else None

    await db.run(take_all)
    assert await db.run(lambda uow: unit(uow, "b")) == "b"
    assert await db.run(lambda uow: unit(uow, "d")) is None
    with pytest.raises(LookupError, match="got 2"):
        await db.run(lambda uow: unit(uow, "a", "b"))


async def test_a_refused_row_is_the_database_s_own_fault_and_quotes_nothing(db: Db) -> None:
    secret = {"key": "Frau Holle", "taken_at": NOW}

    def unit(uow: SqlUow) -> None:
        TAKE.change(uow.connection, secret)
        TAKE.change(uow.connection, secret)

    with pytest.raises(IntegrityError) as caught:
        await db.run(unit)
    assert "Holle" not in str(caught.value).partition("DETAIL")[0]


async def test_inside_a_savepoint_it_is_undone_with_the_rest(db: Db, check: Disk) -> None:
    def unit(uow: SqlUow) -> None:
        TAKE.change(uow.connection, {"key": "stays", "taken_at": uow.now})
        with contextlib.suppress(LookupError), uow.attempt():
            take_all(uow)
            raise LookupError

    await db.run(unit)
    assert await check("SELECT key FROM claim") == [("stays",)]


@pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)  # SQLAlchemy's own way overlooks them
@pytest.mark.parametrize("other", [{}, {"key": "a", "taken_at": NOW, "because": 1}], ids=["less", "more"])
async def test_other_parameters_than_it_asks_for_are_refused(db: Db, other: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"parameters \['key', 'taken_at'\] expected, got"):
        await db.run(lambda uow: TAKE.change(uow.connection, other))


def test_a_column_that_fills_itself_is_refused() -> None:
    table = Table(
        "own", MetaData(), Column("id", Integer, primary_key=True), Column("at", Integer, default=1)
    )
    with pytest.raises(ValueError, match="column defaults"):
        _OnDriver(insert(table), ["id"])


def test_the_sql_of_long_lists_is_not_kept() -> None:
    own = _OnDriver(select(claim.c.key).where(claim.c.key.in_(bindparam("keys", expanding=True))), [])
    for length in (3, 3000, 4, 4000):
        assert own._write((length,)).sql.count("?") == length
    assert sorted(own._written) == [(3,), (4,)]


@given(key=st.text(st.characters(codec="utf-8", exclude_characters="\0")))
async def test_any_words_come_back(db: Db, key: str) -> None:
    def unit(uow: SqlUow) -> str | None:
        TAKE.change(uow.connection, {"key": key, "taken_at": uow.now})
        row = TAKEN.row(uow.connection, {"keys": (key,), "by": uow.now})
        RENAME_ALL.rows(uow.connection, {})
        uow.connection.exec_driver_sql("DELETE FROM claim")
        return row[0] if row else None

    assert await db.run(unit) == key
