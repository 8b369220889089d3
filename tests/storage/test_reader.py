"""The read-only side sees what units see, and changes nothing."""

from collections.abc import AsyncIterator
from typing import Any, cast

import pytest
from sqlalchemy import Select, delete, select

from kernel.clock import ManualClock
from kernel.message import MessageClass
from storage.claims import claim
from storage.db import Db
from storage.journal import journal
from storage.outbox import outbox
from storage.reader import Reader, open_reader
from storage.uow import SqlUow
from storage.views import group_states, journal_tail, outbox_tail, points_due_next, standings
from tests.conftest import NOW, Disk
from tests.storage.builders import MINUTE, a_member, a_message, credit


@pytest.fixture
async def reader(db: Db) -> AsyncIterator[Reader]:
    opened = open_reader(db)
    yield opened
    await opened.close()


async def _fill(db: Db, clock: ManualClock) -> None:
    def unit(uow: SqlUow) -> None:
        member = a_member(uow).id
        uow.members.consent(member, name="Li", now=NOW)
        credit(uow, member, key="k")
        uow.journal.note("growth.credited", member=member, points=10)
        uow.outbox.put(a_message(message_class=MessageClass.ANSWER))
        uow.outbox.put(a_message(8, not_before=NOW + MINUTE, dedupe_key="k"))

    await db.run(unit)
    clock.set(NOW + MINUTE)
    await db.run(lambda uow: uow.journal.note("later"))


async def _seen_by_units(db: Db, query: Select[Any]) -> list[dict[str, Any]]:
    return await db.run(lambda uow: [dict(row) for row in uow.connection.execute(query).mappings()])


@pytest.mark.parametrize(
    "query",
    [
        outbox_tail(10),
        journal_tail(1),
        standings(),
        group_states(),
        points_due_next(10),
        select(outbox),
        select(journal).where(journal.c.at > NOW),
        select(journal.c.id).where(journal.c.action.in_(["later", "it's"])),
        select(claim),
    ],
    ids=[
        "outbox tail",
        "journal tail",
        "standings",
        "groups",
        "due next",
        "whole rows",
        "by instant",
        "by list",
        "nothing",
    ],
)
async def test_the_reader_returns_the_rows_that_units_see(
    db: Db, reader: Reader, clock: ManualClock, query: Select[Any]
) -> None:
    await _fill(db, clock)
    assert await reader.rows(query) == await _seen_by_units(db, query)


async def test_the_tail_of_the_journal_comes_newest_first(db: Db, reader: Reader, clock: ManualClock) -> None:
    await _fill(db, clock)
    nobody = {"member": None, "user": None, "group": None, "chat": None}
    assert await reader.rows(journal_tail(10)) == [
        {"id": 2, "at": NOW + MINUTE, "action": "later", **nobody, "params": {}},
        {
            "id": 1,
            "at": NOW,
            "action": "growth.credited",
            "member": "Li",
            "user": 7,
            "group": None,
            "chat": None,
            "params": {"points": 10},
        },
    ]


async def test_the_tail_of_the_outbox_is_cut_to_the_newest(
    db: Db, reader: Reader, clock: ManualClock
) -> None:
    await _fill(db, clock)
    (row,) = await reader.rows(outbox_tail(1))
    assert (row["id"], row["not_before"], row["class"]) == (2, NOW + MINUTE, "notice")


async def test_the_reader_sees_what_was_committed_since_its_last_look(db: Db, reader: Reader) -> None:
    assert await reader.rows(select(claim.c.key)) == []
    await db.run(lambda uow: uow.claims.take("k"))
    assert await reader.rows(select(claim.c.key)) == [{"key": "k"}]


@pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
async def test_the_readers_connection_cannot_write(db: Db, reader: Reader, check: Disk) -> None:
    await db.run(lambda uow: uow.claims.take("k"))
    wiping = cast("Select[Any]", delete(claim).returning(claim.c.key))
    with pytest.raises(Exception, match="readonly"):
        await reader.rows(wiping)
    assert await check("SELECT key FROM claim") == [("k",)]


async def test_closing_twice_is_harmless(reader: Reader) -> None:
    await reader.rows(select(claim.c.key))
    await reader.close()
    await reader.close()
