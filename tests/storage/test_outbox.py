"""Messages wait, leave once, and are accounted for."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.clock import ManualClock
from kernel.ids import ChatId, MessageId, OutboxId, UserId
from kernel.message import (
    Call,
    Keyboard,
    Kind,
    Language,
    MessageClass,
    Moment,
    Open,
    Outgoing,
    Param,
    Tap,
    Text,
)
from storage.db import Db
from storage.message_codec import keyboard_from_json, keyboard_to_json, text_from_json, text_to_json
from storage.outbox import Queued, is_repeatable
from tests.conftest import NOW, Disk
from tests.storage.builders import CALLERS, MINUTE, a_message, epoch_ms

ANSWER, NOTICE, UPKEEP = MessageClass.ANSWER, MessageClass.NOTICE, MessageClass.UPKEEP
LIMIT = 100


async def _put(db: Db, *messages: Outgoing) -> tuple[bool, ...]:
    return await db.run(lambda uow: tuple(uow.outbox.put(message) for message in messages))


async def _due(db: Db, *, limit: int = LIMIT, without: tuple[int, ...] = ()) -> tuple[Queued, ...]:
    chats = tuple(ChatId(chat) for chat in without)
    return await db.run(lambda uow: uow.outbox.due(limit=limit, busy=chats))


async def _due_chats(db: Db, *, limit: int = LIMIT, without: tuple[int, ...] = ()) -> list[int]:
    return [row.outgoing.chat for row in await _due(db, limit=limit, without=without)]


async def _one_sending(db: Db, message: Outgoing) -> OutboxId:
    await _put(db, message)
    (row,) = await _due(db)
    assert await db.run(lambda uow: uow.outbox.sending(row.id))
    return row.id


async def test_a_message_comes_back_as_it_was_put(db: Db) -> None:
    message = Outgoing(
        Kind.SEND,
        ChatId(-1001234567890),
        NOTICE,
        text=Text("growth.expiring", {"points": 10, "on": date(2027, 2, 28)}),
        keyboard=((Tap(Text("home.to_menu"), "home.menu", (1, "a")), Open(Text("home.open_private"), "g1")),),
        language=Language.EN,
        message=MessageId(2**40),
        topic=3,
        call=Call.MEMBER,
        user=UserId(2**52),
        not_before=NOW - MINUTE,
        expires_at=NOW + MINUTE,
        dedupe_key="once",
    )
    await _put(db, message)
    assert await _due(db) == (Queued(OutboxId(1), message, attempts=0),)


async def test_a_plain_message_leaves_from_now_on_and_never_expires(db: Db) -> None:
    await _put(db, a_message())
    assert await _due(db) == (Queued(OutboxId(1), a_message(not_before=NOW), attempts=0),)


async def test_an_answer_expires_after_ten_minutes(db: Db) -> None:
    await _put(db, a_message(message_class=ANSWER))
    (row,) = await _due(db)
    assert row.outgoing.expires_at == NOW + 10 * MINUTE


async def test_a_dedupe_key_works_once(db: Db) -> None:
    message = a_message(dedupe_key="once")
    assert await _put(db, message, message) == (True, False)
    assert len(await _due(db)) == 1


async def test_a_dedupe_key_is_used_up_even_when_its_message_has_gone(db: Db) -> None:
    row = await _one_sending(db, a_message(dedupe_key="once"))
    await db.run(lambda uow: uow.outbox.finish(row, "sent"))
    assert await _put(db, a_message(dedupe_key="once")) == (False,)


async def test_one_of_64_simultaneous_puts_of_a_key_wins(db: Db, check: Disk) -> None:
    puts = await asyncio.gather(*(_put(db, a_message(dedupe_key="once")) for _ in range(CALLERS)))
    assert sorted(puts) == [(False,)] * (CALLERS - 1) + [(True,)]
    assert await check("SELECT count(*) FROM outbox") == [(1,)]


async def test_messages_without_a_key_never_stand_in_each_others_way(db: Db) -> None:
    assert await _put(db, a_message(), a_message()) == (True, True)


async def test_answers_leave_before_upkeep_before_notices_and_old_before_new(db: Db) -> None:
    classes = [NOTICE, UPKEEP, ANSWER, NOTICE, UPKEEP, ANSWER]
    await _put(db, *(a_message(chat, message_class=c) for chat, c in enumerate(classes, start=1)))
    assert await _due_chats(db) == [3, 6, 2, 5, 1, 4]


async def test_the_limit_takes_the_most_urgent(db: Db) -> None:
    await _put(db, a_message(1), a_message(2), a_message(3, message_class=ANSWER))
    assert await _due_chats(db, limit=2) == [3, 1]


async def test_busy_chats_are_left_out(db: Db) -> None:
    await _put(db, a_message(1), a_message(2), a_message(1), a_message(3))
    assert await _due_chats(db, without=(1, 3)) == [2]


async def test_a_message_waits_for_its_instant(db: Db, clock: ManualClock) -> None:
    await _put(db, a_message(not_before=NOW + MINUTE))
    assert await _due_chats(db) == []
    clock.set(NOW + MINUTE)
    assert await _due_chats(db) == [7]


async def test_the_next_instant_is_the_earliest_of_the_waiting(db: Db) -> None:
    assert await db.run(lambda uow: uow.outbox.next_at()) is None
    await _put(db, *(a_message(not_before=NOW + n * MINUTE) for n in (3, 2, 5)))
    assert await db.run(lambda uow: uow.outbox.next_at()) == NOW + 2 * MINUTE


async def test_what_is_leaving_has_no_next_instant(db: Db) -> None:
    await _one_sending(db, a_message())
    assert await db.run(lambda uow: uow.outbox.next_at()) is None


async def test_a_message_leaves_once(db: Db, check: Disk) -> None:
    row = await _one_sending(db, a_message())
    assert not await db.run(lambda uow: uow.outbox.sending(row))
    assert await _due(db) == ()
    assert await check("SELECT state, attempts FROM outbox") == [("sending", 1)]


async def test_one_of_64_simultaneous_senders_gets_the_message(db: Db) -> None:
    await _put(db, a_message())
    (row,) = await _due(db)
    got = await asyncio.gather(*(db.run(lambda uow: uow.outbox.sending(row.id)) for _ in range(CALLERS)))
    assert got.count(True) == 1


async def test_an_answer_past_its_time_does_not_leave(db: Db, clock: ManualClock) -> None:
    await _put(db, a_message(message_class=ANSWER))
    (row,) = await _due(db)
    clock.set(NOW + 10 * MINUTE)
    assert not await db.run(lambda uow: uow.outbox.sending(row.id))


async def test_a_message_leaves_until_just_before_its_end(db: Db, clock: ManualClock) -> None:
    await _put(db, a_message(message_class=ANSWER))
    (row,) = await _due(db)
    clock.set(NOW + 10 * MINUTE - timedelta(milliseconds=1))
    assert await db.run(lambda uow: uow.outbox.sending(row.id))


async def test_expiring_closes_only_the_waiting_whose_time_is_over(
    db: Db, clock: ManualClock, check: Disk
) -> None:
    await _one_sending(db, a_message(1, expires_at=NOW + MINUTE))
    await _put(db, *(a_message(2, expires_at=at) for at in (NOW + MINUTE, NOW + 2 * MINUTE, None)))
    clock.set(NOW + MINUTE)
    assert await db.run(lambda uow: uow.outbox.expire()) == 1
    ended = epoch_ms(NOW + MINUTE)
    assert await check("SELECT state, finished_at FROM outbox ORDER BY id") == [
        ("sending", None),
        ("expired", ended),
        ("pending", None),
        ("pending", None),
    ]


async def test_what_became_of_a_message_is_kept(db: Db, check: Disk) -> None:
    row = await _one_sending(db, a_message())
    await db.run(lambda uow: uow.outbox.finish(row, "sent", message=MessageId(9), error="why"))
    assert await check("SELECT state, sent_message, error, finished_at FROM outbox") == [
        ("sent", 9, "why", epoch_ms(NOW))
    ]


async def test_a_message_that_has_ended_stays_as_it_ended(db: Db, check: Disk) -> None:
    row = await _one_sending(db, a_message())
    await db.run(lambda uow: uow.outbox.finish(row, "unknown"))
    await db.run(lambda uow: uow.outbox.finish(row, "sent", message=MessageId(9)))
    await db.run(lambda uow: uow.outbox.again(row, counts=True))
    assert await check("SELECT state, sent_message FROM outbox") == [("unknown", None)]


@pytest.mark.parametrize(("counts", "attempts"), [(True, 1), (False, 0)])
async def test_a_message_that_did_not_arrive_waits_again(db: Db, counts: bool, attempts: int) -> None:
    row = await _one_sending(db, a_message())
    await db.run(lambda uow: uow.outbox.again(row, counts=counts))
    assert [(queued.id, queued.attempts) for queued in await _due(db)] == [(row, attempts)]


async def test_after_a_kill_what_is_harmless_twice_waits_again_and_the_rest_is_unknown(
    db: Db, check: Disk
) -> None:
    await _put(db, *(a_message(chat, kind=kind) for chat, kind in enumerate(Kind, start=1)))
    await db.run(lambda uow: [uow.outbox.sending(row.id) for row in uow.outbox.due(limit=LIMIT)])
    await _put(db, a_message(5))
    assert await db.run(lambda uow: uow.outbox.recover()) == (2, 1)
    error = "the process ended while sending"
    assert await check("SELECT kind, state, error, finished_at FROM outbox ORDER BY id") == [
        ("send", "unknown", error, epoch_ms(NOW)),
        ("edit", "pending", None, None),
        ("call", "pending", None, None),
        ("send", "pending", None, None),
    ]


async def test_recovering_twice_changes_nothing_more(db: Db) -> None:
    await _one_sending(db, a_message())
    await db.run(lambda uow: uow.outbox.recover())
    assert await db.run(lambda uow: uow.outbox.recover()) == (0, 0)


def test_only_a_new_message_must_not_be_repeated() -> None:
    assert [kind for kind in Kind if not is_repeatable(kind)] == [Kind.SEND]


words = st.text(max_size=40)
numbers = st.integers(-(2**63), 2**63 - 1)
moments = st.builds(
    Moment, st.datetimes(timezones=st.just(UTC)), st.sampled_from(["Asia/Shanghai", "Europe/Lisbon", "UTC"])
)
simple: st.SearchStrategy[Param] = st.one_of(numbers, words, st.dates(), moments)


def _texts(values: st.SearchStrategy[Param]) -> st.SearchStrategy[Text]:
    return st.builds(Text, words, st.dictionaries(words, values, max_size=4))


texts = _texts(
    st.recursive(
        simple,
        lambda inner: st.one_of(_texts(inner), st.lists(_texts(inner), max_size=3).map(tuple)),
        max_leaves=6,
    )
)
buttons = st.one_of(
    st.builds(Tap, texts, words, st.lists(st.one_of(numbers, words), max_size=3).map(tuple)),
    st.builds(Open, texts, words),
)
keyboards: st.SearchStrategy[Keyboard] = st.lists(st.lists(buttons, max_size=3).map(tuple), max_size=3).map(
    tuple
)


@given(text=texts)
def test_every_text_survives_the_way_through_json(text: Text) -> None:
    assert text_from_json(json.loads(json.dumps(text_to_json(text)))) == text


@given(keyboard=keyboards)
def test_every_keyboard_survives_the_way_through_json(keyboard: Keyboard) -> None:
    assert keyboard_from_json(json.loads(json.dumps(keyboard_to_json(keyboard)))) == keyboard


@settings(max_examples=40)
@given(text=texts, keyboard=keyboards)
async def test_every_text_and_keyboard_survives_the_way_through_the_database(
    db: Db, text: Text, keyboard: Keyboard
) -> None:
    message = replace(a_message(), text=text, keyboard=keyboard)
    found = await db.run(lambda uow: (uow.outbox.put(message), uow.outbox.due(limit=LIMIT))[1][-1])
    await db.run(lambda uow: uow.outbox.sending(found.id))
    assert (found.outgoing.text, found.outgoing.keyboard) == (text, keyboard)


def test_a_date_is_told_from_its_instant() -> None:
    text = Text("k", {"on": date(2026, 1, 2), "at": Moment(datetime(2026, 1, 2, tzinfo=UTC), "UTC")})
    assert text_from_json(text_to_json(text)) == text


def test_a_parameter_of_an_unknown_shape_is_refused() -> None:
    with pytest.raises(ValueError, match="not a parameter of a text"):
        text_from_json({"key": "k", "params": {"p": 1.5}})


async def test_a_held_chat_fills_no_place_in_the_queue_and_only_asks(db: Db) -> None:
    question = Outgoing(Kind.CALL, ChatId(1), MessageClass.UPKEEP, call=Call.ADMINISTRATORS)
    await db.run(lambda uow: [uow.outbox.put(a_message(chat=1)) for _ in range(80)])
    await db.run(lambda uow: uow.outbox.put(question))
    await db.run(lambda uow: uow.outbox.put(a_message(chat=2)))

    rows = await db.run(lambda uow: uow.outbox.due(limit=64, held=(ChatId(1),)))
    waiting = await db.run(lambda uow: uow.outbox.waiting_in((ChatId(1), ChatId(3))))

    assert [(row.outgoing.kind, row.outgoing.chat) for row in rows] == [(Kind.CALL, 1), (Kind.SEND, 2)]
    assert waiting == (1,)


async def test_a_row_of_another_version_is_closed_and_holds_up_nobody(db: Db, check: Disk) -> None:
    await db.run(lambda uow: uow.outbox.put(a_message(chat=1)))
    await db.run(lambda uow: uow.connection.exec_driver_sql("UPDATE outbox SET language = 'zh_TW'"))
    await db.run(lambda uow: uow.outbox.put(a_message(chat=2)))

    rows = await db.run(lambda uow: uow.outbox.due(limit=10))

    assert [row.outgoing.chat for row in rows] == [2]
    assert await check("SELECT state, error FROM outbox ORDER BY id") == [
        ("failed", "unreadable: ValueError"),
        ("pending", None),
    ]


async def test_giving_up_is_unknown_once_the_bytes_may_have_left(db: Db, check: Disk) -> None:
    await db.run(lambda uow: [uow.outbox.put(a_message(chat=chat)) for chat in (1, 2)])
    first, second = await db.run(lambda uow: uow.outbox.due(limit=10))
    await db.run(lambda uow: uow.outbox.sending(second.id))

    for row in (first, second):
        await db.run(lambda uow, row=row: uow.outbox.give_up(row.id, error="KeyError"))  # type: ignore[misc]

    assert await check("SELECT state FROM outbox ORDER BY id") == [("failed",), ("unknown",)]
