"""The sender takes messages in hand, the most urgent and the longest waiting first, and each leaves once."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from kernel.clock import ManualClock
from kernel.ids import ChatId, MessageId
from kernel.message import Call, Kind, MessageClass, Outgoing
from storage.db import Db
from storage.dispatch import Finished
from storage.uow import SqlUow
from tests.conftest import NOW, Disk
from tests.storage.builders import CALLERS, LIMIT, MINUTE, a_message, due, epoch_ms, one_sending, put

ANSWER, NOTICE, UPKEEP = MessageClass.ANSWER, MessageClass.NOTICE, MessageClass.UPKEEP
RECEIPT = MessageClass.RECEIPT


async def _due_chats(db: Db, *, limit: int = LIMIT) -> list[int]:
    return [row.outgoing.chat for row in await due(db, limit=limit)]


async def test_answers_leave_before_upkeep_before_notices_and_old_before_new(db: Db) -> None:
    classes = [NOTICE, UPKEEP, ANSWER, NOTICE, UPKEEP, ANSWER]
    await put(db, *(a_message(chat, message_class=c) for chat, c in enumerate(classes, start=1)))
    assert await _due_chats(db) == [3, 6, 2, 5, 1, 4]


async def test_the_limit_takes_the_most_urgent(db: Db) -> None:
    await put(db, a_message(1), a_message(2), a_message(3, message_class=ANSWER))
    assert await _due_chats(db, limit=2) == [3, 1]


async def test_asked_for_what_is_urgent_only_it_leaves_out_the_rest(db: Db) -> None:
    await put(db, a_message(1), a_message(2, message_class=UPKEEP), a_message(3, message_class=ANSWER))
    found = await db.run(lambda uow: uow.dispatch.candidates(limit=LIMIT, bulk=False))
    assert [row.outgoing.chat for row in found] == [3, 2]


async def test_a_chat_of_which_a_message_is_in_hand_is_left_out(db: Db) -> None:
    await put(db, a_message(1), a_message(2), a_message(1), a_message(3), a_message(3))
    first, second, _ = sorted(await due(db), key=lambda row: -row.backlog)
    await db.run(lambda uow: uow.dispatch.claim([first.id], epoch=1))
    await db.run(lambda uow: uow.dispatch.sending([second.id], epoch=1))
    assert await _due_chats(db) == [2]


async def test_a_message_waits_for_its_instant(db: Db, clock: ManualClock) -> None:
    await put(db, a_message(not_before=NOW + MINUTE))
    assert await _due_chats(db) == []
    clock.set(NOW + MINUTE)
    assert await _due_chats(db) == [7]


async def test_what_is_leaving_has_no_next_instant(db: Db) -> None:
    await one_sending(db, a_message())
    assert await db.run(lambda uow: uow.outbox.next_at()) is None


async def test_a_message_leaves_once(db: Db, check: Disk) -> None:
    row = await one_sending(db, a_message())
    assert not await db.run(lambda uow: uow.dispatch.sending([row], epoch=1))
    assert await due(db) == ()
    assert await check("SELECT state, attempts FROM outbox") == [("sending", 1)]


async def test_an_answer_past_its_time_does_not_leave(db: Db, clock: ManualClock) -> None:
    await put(db, a_message(message_class=ANSWER))
    (row,) = await due(db)
    clock.set(NOW + 10 * MINUTE)
    assert not await db.run(lambda uow: uow.dispatch.sending([row.id], epoch=1))


async def test_a_message_leaves_until_just_before_its_end(db: Db, clock: ManualClock) -> None:
    await put(db, a_message(message_class=ANSWER))
    (row,) = await due(db)
    clock.set(NOW + 10 * MINUTE - timedelta(milliseconds=1))
    assert await db.run(lambda uow: uow.dispatch.sending([row.id], epoch=1))


async def test_what_became_of_a_message_is_kept(db: Db, check: Disk) -> None:
    row = await one_sending(db, a_message())
    await db.run(lambda uow: uow.dispatch.finish([Finished(row, "sent", message=MessageId(9), error="why")]))
    assert await check("SELECT state, sent_message, error, finished_at FROM outbox") == [
        ("sent", 9, "why", epoch_ms(NOW))
    ]


async def test_a_message_that_has_ended_stays_as_it_ended(db: Db, check: Disk) -> None:
    row = await one_sending(db, a_message())
    await db.run(lambda uow: uow.dispatch.finish([Finished(row, "unknown")]))
    await db.run(lambda uow: uow.dispatch.finish([Finished(row, "sent", message=MessageId(9))]))
    await db.run(lambda uow: uow.dispatch.again(row, counts=True))
    assert await check("SELECT state, sent_message FROM outbox") == [("unknown", None)]


@pytest.mark.parametrize(("counts", "attempts"), [(True, 1), (False, 0)])
async def test_a_message_that_did_not_arrive_waits_again(db: Db, counts: bool, attempts: int) -> None:
    row = await one_sending(db, a_message())
    await db.run(lambda uow: uow.dispatch.again(row, counts=counts))
    assert [(queued.id, queued.attempts) for queued in await due(db)] == [(row, attempts)]


async def test_a_held_chat_fills_no_place_in_the_queue_and_only_asks(db: Db) -> None:
    question = Outgoing(Kind.CALL, ChatId(1), MessageClass.UPKEEP, call=Call.ADMINISTRATORS)
    await db.run(lambda uow: [uow.outbox.put(a_message(chat=1)) for _ in range(80)])
    await db.run(lambda uow: uow.outbox.put(question))
    await db.run(lambda uow: uow.outbox.put(a_message(chat=2)))

    rows = await db.run(lambda uow: uow.dispatch.candidates(limit=64, held=(ChatId(1),)))
    waiting = await db.run(lambda uow: uow.dispatch.waiting_in((ChatId(1), ChatId(3))))

    assert [(row.outgoing.kind, row.outgoing.chat) for row in rows] == [(Kind.CALL, 1), (Kind.SEND, 2)]
    assert waiting == (1,)


async def test_a_row_of_another_version_is_closed_and_holds_up_nobody(db: Db, check: Disk) -> None:
    await db.run(lambda uow: uow.outbox.put(a_message(chat=1)))
    await db.run(lambda uow: uow.connection.exec_driver_sql("UPDATE outbox SET language = 'zh_TW'"))
    await db.run(lambda uow: uow.outbox.put(a_message(chat=2)))

    rows = await db.run(lambda uow: uow.dispatch.candidates(limit=10))

    assert [row.outgoing.chat for row in rows] == [2]
    assert await check("SELECT state, error FROM outbox ORDER BY id") == [
        ("failed", "unreadable: ValueError"),
        ("pending", None),
    ]


@pytest.mark.parametrize("message_class", [ANSWER, NOTICE])
@pytest.mark.parametrize(
    ("column", "broken"),
    [
        ("text", "{oops"),
        ("text", "[1]"),
        ("text", '{"key":"home.menu","params":[]}'),
        ("text", "[" * 100_000),
        ("keyboard", "nope"),
        ("keyboard", "5"),
        ("keyboard", '[[{"label":{"key":"home.menu","params":null},"act":"x","args":[]}]]'),
    ],
    ids=range(7),
)
async def test_a_broken_row_is_closed_and_holds_up_nobody(
    db: Db, check: Disk, message_class: MessageClass, column: str, broken: str
) -> None:
    def unit(uow: SqlUow) -> None:
        uow.outbox.put(a_message(1, message_class=message_class))
        uow.connection.execute(text(f"UPDATE outbox SET {column} = :broken"), {"broken": broken})
        uow.outbox.put(a_message(2, message_class=message_class))

    await db.run(unit)
    assert await _due_chats(db) == [2]
    (first, second) = await check("SELECT state, error FROM outbox ORDER BY id")
    assert first[0] == "failed"
    assert first[1].startswith("unreadable: ")
    assert second == ("pending", None)


async def test_giving_up_is_unknown_once_the_bytes_may_have_left(db: Db, check: Disk) -> None:
    await db.run(lambda uow: [uow.outbox.put(a_message(chat=chat)) for chat in (1, 2)])
    first, second = await db.run(lambda uow: uow.dispatch.candidates(limit=10))
    await db.run(lambda uow: uow.dispatch.sending([second.id], epoch=1))

    for row in (first, second):
        await db.run(lambda uow, row=row: uow.dispatch.give_up(row.id, error="KeyError"))  # type: ignore[misc]

    assert await check("SELECT state FROM outbox ORDER BY id") == [("failed",), ("unknown",)]


async def test_one_of_64_simultaneous_senders_gets_the_message(db: Db) -> None:
    await put(db, a_message())
    (row,) = await due(db)

    async def mark(epoch: int) -> int:
        return len(await db.run(lambda uow: uow.dispatch.sending([row.id], epoch=epoch)))

    assert sum(await asyncio.gather(*(mark(epoch) for epoch in range(CALLERS)))) == 1


async def test_what_is_over_is_closed_when_its_turn_comes_and_hides_nobody(
    db: Db, clock: ManualClock, check: Disk
) -> None:
    await one_sending(db, a_message(1, expires_at=NOW + MINUTE))
    await put(db, *(a_message(2, expires_at=at) for at in (NOW + MINUTE, NOW + 2 * MINUTE, None)))
    clock.set(NOW + MINUTE)

    (found,) = await due(db)

    assert found.outgoing.expires_at == NOW + 2 * MINUTE
    ended = epoch_ms(NOW + MINUTE)
    assert await check("SELECT state, finished_at FROM outbox ORDER BY id") == [
        ("sending", None),
        ("expired", ended),
        ("pending", None),
        ("pending", None),
    ]


async def test_the_chat_with_the_longest_queue_comes_first_among_notices(db: Db) -> None:
    await put(db, a_message(1), a_message(2), a_message(3), a_message(3), a_message(2), a_message(3))

    assert [(row.outgoing.chat, row.backlog) for row in await due(db)] == [(3, 3), (2, 2), (1, 1)]


async def test_only_the_first_message_of_a_chat_is_offered(db: Db) -> None:
    notice, question = a_message(1), a_message(1, message_class=UPKEEP)
    await put(db, notice, question, a_message(1, message_class=ANSWER), a_message(2))

    assert [(row.id, row.outgoing.message_class) for row in await due(db)] == [(3, ANSWER), (4, NOTICE)]


async def test_what_is_claimed_is_offered_to_nobody_and_leaves_by_its_own_sender(db: Db) -> None:
    await put(db, a_message())
    (row,) = await due(db)
    await db.run(lambda uow: uow.dispatch.claim([row.id], epoch=4))

    assert await due(db) == ()
    assert await db.run(lambda uow: uow.dispatch.sending([row.id], epoch=3)) == frozenset()
    assert await db.run(lambda uow: uow.dispatch.sending([row.id], epoch=4)) == {row.id}


async def test_a_sender_that_stops_lets_go_of_what_it_has_not_sent(db: Db, check: Disk) -> None:
    await put(db, a_message(1), a_message(2))
    first, second = await due(db)
    await db.run(lambda uow: uow.dispatch.claim([first.id, second.id], epoch=1))
    await db.run(lambda uow: uow.dispatch.sending([first.id], epoch=1))

    await db.run(lambda uow: uow.dispatch.release(epoch=1))

    assert await check("SELECT state, epoch FROM outbox ORDER BY id") == [("sending", 1), ("pending", None)]


async def test_a_later_edit_takes_the_place_of_those_that_have_not_left(db: Db, check: Disk) -> None:
    edit = replace(a_message(1, kind=Kind.EDIT), message=MessageId(8))
    await put(db, edit, replace(edit, message=MessageId(9)))
    await one_sending(db, replace(edit, chat=ChatId(2)))
    await put(db, edit, replace(edit, chat=ChatId(2)))

    assert await check("SELECT chat, message, state FROM outbox ORDER BY id") == [
        (1, 8, "skipped"),
        (1, 9, "pending"),
        (2, 8, "sending"),
        (1, 8, "pending"),
        (2, 8, "pending"),
    ]


async def test_a_claimed_edit_that_was_replaced_does_not_leave(db: Db) -> None:
    edit = replace(a_message(1, kind=Kind.EDIT), message=MessageId(8))
    await put(db, edit)
    (row,) = await due(db)
    await db.run(lambda uow: uow.dispatch.claim([row.id], epoch=1))
    await put(db, edit)

    assert await db.run(lambda uow: uow.dispatch.sending([row.id], epoch=1)) == frozenset()


async def test_a_group_that_moved_gets_what_waits_for_it_in_its_new_chat(db: Db, check: Disk) -> None:
    answered = replace(a_message(-5), message=MessageId(9), topic=3)
    changed = replace(a_message(-5), kind=Kind.EDIT, message=MessageId(8))
    await put(db, answered, changed, a_message(-6))

    await db.run(lambda uow: uow.outbox.move(ChatId(-5), ChatId(-1005)))

    assert await check("SELECT kind, chat, message, topic FROM outbox ORDER BY id") == [
        ("send", -1005, None, None),
        ("send", -1005, None, None),  # what was to be changed is out of reach
        ("send", -6, None, None),
    ]


async def test_of_a_silent_chat_not_even_a_question_is_offered(db: Db) -> None:
    question = Outgoing(Kind.CALL, ChatId(1), MessageClass.UPKEEP, call=Call.ADMINISTRATORS)
    await put(db, question, a_message(1), a_message(2))

    found = await db.run(lambda uow: uow.dispatch.candidates(limit=10, silent=[ChatId(1)]))

    assert [row.outgoing.chat for row in found] == [2]


async def test_what_is_urgent_overtakes_what_is_only_claimed(db: Db) -> None:
    await put(db, a_message(1), a_message(2))
    claimed, leaving = await due(db)
    await db.run(lambda uow: uow.dispatch.claim([claimed.id], epoch=3))
    await db.run(lambda uow: uow.dispatch.sending([leaving.id], epoch=3))
    await put(db, a_message(1, message_class=ANSWER), a_message(2, message_class=ANSWER), a_message(1))

    (urgent,) = await due(db)
    await db.run(lambda uow: uow.dispatch.put_back([claimed.id], epoch=3))
    await db.run(lambda uow: uow.dispatch.claim([urgent.id], epoch=3))

    assert (urgent.outgoing.chat, urgent.outgoing.message_class) == (1, ANSWER)
    assert await due(db) == ()
