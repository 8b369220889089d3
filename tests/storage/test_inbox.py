"""Updates are taken in once and handled once."""

import asyncio

from kernel.ids import InboxId
from storage.db import Db
from storage.inbox import SENDER, TELEGRAM, NewRow, Taken
from tests.conftest import NOW, Disk
from tests.storage.builders import BOT, CALLERS, an_update, epoch_ms

START = InboxId(0)


async def _take_in(db: Db, *numbers: int, bot: int = BOT) -> tuple[Taken, ...]:
    rows = [an_update(number) for number in numbers]
    return await db.run(lambda uow: uow.inbox.take_in(bot, rows))


async def _waiting(db: Db, after: InboxId = START, limit: int = 100) -> list[int]:
    rows = await db.run(lambda uow: uow.inbox.waiting(BOT, after=after, limit=limit))
    return [int(row.body["update_id"]) for row in rows]


async def test_an_update_waits_with_everything_it_came_with(db: Db, check: Disk) -> None:
    row = NewRow(TELEGRAM, 5, -100, {"update_id": 5, "message": {"text": "菜 🥬"}})
    (taken,) = await db.run(lambda uow: uow.inbox.take_in(BOT, [row]))
    assert taken == Taken(taken.id, TELEGRAM, -100, row.body)
    assert await db.run(lambda uow: uow.inbox.waiting(BOT, after=START, limit=1)) == (taken,)
    assert await check("SELECT bot_id, source, source_id, lane, body, received_at, state FROM inbox") == [
        (BOT, "telegram", 5, -100, '{"update_id":5,"message":{"text":"菜 🥬"}}', epoch_ms(NOW), "new")
    ]


async def test_an_update_known_already_is_not_taken_in_again(db: Db) -> None:
    await _take_in(db, 1)
    assert await _take_in(db, 1) == ()


async def test_new_updates_come_back_in_their_order_without_the_known(db: Db) -> None:
    await _take_in(db, 2)
    taken = await _take_in(db, 3, 1, 2, 4)
    assert [row.body["update_id"] for row in taken] == [3, 1, 4]


async def test_an_update_twice_in_one_delivery_is_taken_in_once(db: Db) -> None:
    assert len(await _take_in(db, 1, 1)) == 1


async def test_an_update_delivered_64_times_at_once_is_taken_in_once(db: Db) -> None:
    taken = await asyncio.gather(*(_take_in(db, 1) for _ in range(CALLERS)))
    assert sum(len(rows) for rows in taken) == 1


async def test_another_bot_numbers_its_updates_by_itself(db: Db) -> None:
    await _take_in(db, 1)
    assert len(await _take_in(db, 1, bot=BOT + 1)) == 1
    assert await _waiting(db) == [1]


async def test_the_senders_reports_number_by_themselves(db: Db) -> None:
    await _take_in(db, 1)
    report = NewRow(SENDER, 1, 7, {"update_id": 99})
    assert len(await db.run(lambda uow: uow.inbox.take_in(BOT, [report]))) == 1
    assert await _waiting(db) == [1, 99]


async def test_waiting_goes_on_behind_the_last_row_seen(db: Db) -> None:
    taken = await _take_in(db, *range(5))
    assert await _waiting(db, limit=2) == [0, 1]
    assert await _waiting(db, after=taken[1].id, limit=2) == [2, 3]
    assert await _waiting(db, after=taken[4].id) == []


async def test_done_ends_the_wait_and_forgets_the_body(db: Db, check: Disk) -> None:
    (taken,) = await _take_in(db, 1)
    assert await db.run(lambda uow: uow.inbox.done(taken.id))
    assert await _waiting(db) == []
    assert await check("SELECT state, body, done_at FROM inbox") == [("done", "{}", epoch_ms(NOW))]


async def test_done_twice_is_told_from_done_once(db: Db) -> None:
    (taken,) = await _take_in(db, 1)
    assert [await db.run(lambda uow: uow.inbox.done(taken.id)) for _ in range(2)] == [True, False]


async def test_one_of_64_simultaneous_done_marks_wins(db: Db) -> None:
    (taken,) = await _take_in(db, 1)
    marks = await asyncio.gather(*(db.run(lambda uow: uow.inbox.done(taken.id)) for _ in range(CALLERS)))
    assert marks.count(True) == 1


async def test_a_done_update_is_known_for_ever(db: Db) -> None:
    (taken,) = await _take_in(db, 1)
    await db.run(lambda uow: uow.inbox.done(taken.id))
    assert await _take_in(db, 1) == ()


async def test_failures_are_counted(db: Db) -> None:
    (taken,) = await _take_in(db, 1)
    assert [await db.run(lambda uow: uow.inbox.failed(taken.id)) for _ in range(3)] == [1, 2, 3]
    assert await _waiting(db) == [1]


async def test_a_parked_update_waits_no_more_and_keeps_its_body(db: Db, check: Disk) -> None:
    (taken,) = await _take_in(db, 1)
    assert await db.run(lambda uow: uow.inbox.park(taken.id))
    assert await _waiting(db) == []
    assert await check("SELECT state, body FROM inbox") == [("parked", '{"update_id":1}')]


async def test_a_parked_update_cannot_be_done(db: Db) -> None:
    (taken,) = await _take_in(db, 1)
    await db.run(lambda uow: uow.inbox.park(taken.id))
    assert not await db.run(lambda uow: uow.inbox.done(taken.id))


async def test_a_done_update_cannot_be_parked(db: Db) -> None:
    (taken,) = await _take_in(db, 1)
    await db.run(lambda uow: uow.inbox.done(taken.id))
    assert not await db.run(lambda uow: uow.inbox.park(taken.id))


async def test_a_body_with_half_a_character_is_taken_in(db: Db) -> None:
    row = NewRow(TELEGRAM, 1, 7, {"update_id": 1, "text": "cut \ud83d here \x00"})
    await db.run(lambda uow: uow.inbox.take_in(BOT, [row]))
    (waiting,) = await db.run(lambda uow: uow.inbox.waiting(BOT, after=START, limit=1))
    assert waiting.body == row.body
