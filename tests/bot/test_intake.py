"""Every update finds its lane, and none is forgotten whose commit was answered by silence."""

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from bot.intake import _Keeping, is_update, lane_of
from bot.lease import Lease
from storage import leases
from storage.db import Db, SqliteDb
from storage.inbox import TELEGRAM, NewRow
from storage.leases import LeaseLost
from tests.conftest import Disk

BOT, CHAT, PERSON = 5, {"id": -100}, {"id": 7}


@pytest.mark.parametrize(
    ("body", "lane"),
    [
        ({"message": {"chat": CHAT, "from": PERSON}}, -100),
        ({"edited_message": {"chat": CHAT, "from": PERSON}}, -100),
        ({"callback_query": {"message": {"chat": CHAT}, "from": PERSON}}, -100),
        ({"callback_query": {"inline_message_id": "x", "from": PERSON}}, 7),
        ({"chat_member": {"chat": CHAT, "from": PERSON}}, -100),
        ({"poll_answer": {"user": PERSON}}, 7),
        ({"poll": {"id": "5"}}, 0),
        ({"message": {"chat": {"id": 2**63}, "from": PERSON}}, 7),
        ({"message": {"chat": {"id": "x"}, "from": {"id": True}}}, 0),
        ({"message": "no object"}, 0),
        ({}, 0),
    ],
)
def test_an_update_goes_by_its_chat_else_by_its_person(body: dict[str, Any], lane: int) -> None:
    assert lane_of({"update_id": 1, **body}) == lane


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["chat", "from", "user", "message", "id", "x"]), inner, max_size=4)
    ),
)


@given(st.dictionaries(st.sampled_from(["message", "poll", "callback_query"]), ANY))
def test_whatever_an_update_holds_its_lane_fits_a_column(body: dict[str, Any]) -> None:
    assert lane_of({"update_id": 1, **body}) in range(-(2**63), 2**63)


@given(ANY)
def test_only_an_object_with_a_number_is_an_update(found: Any) -> None:
    assert is_update({"update_id": 5, "x": found})
    assert not is_update(found)


async def _lease(db: Db) -> Lease:
    """Take the role over from whoever holds it."""
    lease = Lease(db, seconds=1, alone=isinstance(db, SqliteDb))
    await db.run(lambda uow: uow.connection.execute(update(leases.lease).values(until=0)))
    assert await lease.take(BOT, asyncio.Event())
    return lease


@pytest.mark.parametrize("db_url", ["postgresql"], indirect=True)
async def test_who_was_taken_over_from_keeps_nothing_that_nobody_would_handle(db: Db, check: Disk) -> None:
    stale = await _lease(db)
    await _lease(db)

    with pytest.raises(LeaseLost):
        await db.run(_Keeping(BOT, (NewRow(TELEGRAM, 1, 7, {"update_id": 1}),), stale))
    assert await check("SELECT count(*) FROM inbox") == [(0,)]


async def test_a_unit_that_runs_again_hands_over_what_its_first_commit_kept(db: Db) -> None:
    rows = tuple(NewRow(TELEGRAM, n, 7, {"update_id": n}) for n in (1, 2, 3))
    unit = _Keeping(BOT, rows, await _lease(db))
    first = await db.run(unit)
    await db.run(lambda uow: uow.inbox.done(first[1].id))

    again = await db.run(unit)

    assert [row.body["update_id"] for row in again] == [1, 3]
    assert await db.run(_Keeping(BOT, rows, await _lease(db))) == ()  # known, and in the lanes
