"""Forgetting with time: in chunks, only what is old, and never in a hurry."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import insert, update

from kernel.clock import ManualClock
from kernel.message import Text
from storage.claims import claim
from storage.db import Db
from storage.inbox import TELEGRAM, NewRow
from storage.outbox import outbox
from storage.purge import CHUNK, SWEEPS
from storage.uow import SqlUow
from tests.conftest import NOW, Disk
from tests.storage.builders import BOT, a_member, a_message, put

AGES = {"words": 3}
WORDS, ROWS, UPDATES, TAPS = (
    [each.name for each in SWEEPS].index(name)
    for name in ("outbox.words", "outbox.rows", "inbox.rows", "claim.taps")
)
LATER = timedelta(days=3, hours=1)


async def _sweep(db: Db, which: int) -> int:
    return await db.run(lambda uow: uow.privacy.sweep(which, AGES, now=uow.now))


async def _due(db: Db) -> tuple[int, ...]:
    return await db.run(lambda uow: uow.privacy.sweeps_due(now=uow.now, limit=10))


async def test_an_empty_bot_has_nothing_to_forget(db: Db) -> None:
    assert await _due(db) == ()
    assert await db.run(lambda uow: uow.privacy.next_sweep_at()) is None


async def test_a_sweep_goes_on_where_it_stopped(db: Db, clock: ManualClock, check: Disk) -> None:
    def many(uow: SqlUow) -> None:
        for _ in range(CHUNK + 10):
            uow.outbox.put(a_message(-100))
        uow.connection.execute(update(outbox).values(state="sent", finished_at=uow.now))

    await db.run(many)
    await _sweep(db, WORDS)
    clock.set(NOW + LATER)
    await put(db, a_message(-100))

    assert WORDS in await _due(db)
    assert [await _sweep(db, WORDS) for _ in range(3)] == [CHUNK, 10, 0]
    assert WORDS not in await _due(db)
    assert await check("SELECT count(*) FROM outbox WHERE text IS NOT NULL") == [(1,)]


async def test_a_sweep_falls_due_at_a_full_hour(db: Db, clock: ManualClock) -> None:
    clock.set(NOW + timedelta(minutes=10))
    await put(db, a_message(-100))
    for which in range(len(SWEEPS)):
        await _sweep(db, which)

    assert await db.run(lambda uow: uow.privacy.next_sweep_at()) == NOW + LATER


async def test_what_has_not_left_keeps_its_words_until_it_is_hopeless(
    db: Db, clock: ManualClock, check: Disk
) -> None:
    await put(db, a_message(-100))
    clock.set(NOW + LATER)
    await _sweep(db, WORDS)
    assert await check("SELECT state, text IS NULL FROM outbox") in ([("pending", 0)], [("pending", False)])

    clock.set(NOW + timedelta(days=31))
    await _sweep(db, ROWS)

    assert await check("SELECT state, chat, text FROM outbox") == [("expired", 0, None)]


async def test_a_members_reason_stays_and_a_strangers_number_goes(
    db: Db, clock: ManualClock, check: Disk
) -> None:
    def said(uow: SqlUow) -> None:
        a_member(uow, 7)
        for chat in (7, 8):
            uow.outbox.put(replace(a_message(chat), reason=Text("growth.debt")))
        uow.connection.execute(update(outbox).values(state="sent", finished_at=uow.now))

    await db.run(said)
    clock.set(NOW + LATER)
    await _sweep(db, WORDS)

    assert await check("SELECT chat FROM outbox WHERE reason IS NOT NULL") == [(7,)]
    assert await check("SELECT count(*) FROM outbox WHERE chat = 8") == [(0,)]


async def test_updates_go_and_parked_ones_lose_their_words(db: Db, clock: ManualClock, check: Disk) -> None:
    def came(uow: SqlUow) -> None:
        rows = [NewRow(TELEGRAM, n, 7, {"message": {"text": "hi"}}) for n in range(3)]
        done, parked, _new = uow.inbox.take_in(BOT, rows)
        uow.inbox.done(done.id)
        uow.inbox.park(parked.id)

    await db.run(came)
    clock.set(NOW + LATER)
    await _sweep(db, UPDATES)

    assert await check("SELECT state, lane FROM inbox ORDER BY id") == [("parked", 0), ("new", 7)]
    assert await check("SELECT count(*) FROM inbox WHERE body LIKE '%hi%'") == [(1,)]


async def test_keys_of_taps_go_and_others_stay(db: Db, clock: ManualClock, check: Disk) -> None:
    def taken(uow: SqlUow) -> None:
        for key in ("tap:1", "tap:2", "owner"):
            uow.claims.take(key)

    await db.run(taken)
    clock.set(NOW + timedelta(days=31))
    await _sweep(db, TAPS)

    assert await check("SELECT key FROM claim") == [("owner",)]


async def test_a_sweep_that_failed_rests(db: Db, clock: ManualClock) -> None:
    await db.run(lambda uow: uow.connection.execute(insert(claim).values(key="tap:1", taken_at=uow.now)))
    clock.set(NOW + timedelta(days=31))
    assert TAPS in await _due(db)

    await db.run(lambda uow: uow.privacy.back_off(TAPS, now=uow.now))

    assert TAPS not in await _due(db)
    clock.set(NOW + timedelta(days=31, minutes=6))
    assert TAPS in await _due(db)
