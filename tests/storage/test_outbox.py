"""Messages wait, leave once, and are accounted for."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
from storage.dispatch import Finished
from storage.message_codec import keyboard_from_json, keyboard_to_json, text_from_json, text_to_json
from storage.outbox import Queued
from tests.conftest import NOW, Disk
from tests.storage.builders import CALLERS, MINUTE, a_message, one_sending

ANSWER, NOTICE, UPKEEP = MessageClass.ANSWER, MessageClass.NOTICE, MessageClass.UPKEEP
LIMIT = 100


async def _put(db: Db, *messages: Outgoing) -> tuple[bool, ...]:
    return await db.run(lambda uow: tuple(uow.outbox.put(message) for message in messages))


async def _due(db: Db) -> tuple[Queued, ...]:
    return await db.run(lambda uow: uow.dispatch.candidates(limit=LIMIT))


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
    row = await one_sending(db, a_message(dedupe_key="once"))
    await db.run(lambda uow: uow.dispatch.finish([Finished(row, "sent")]))
    assert await _put(db, a_message(dedupe_key="once")) == (False,)


async def test_one_of_64_simultaneous_puts_of_a_key_wins(db: Db, check: Disk) -> None:
    puts = await asyncio.gather(*(_put(db, a_message(dedupe_key="once")) for _ in range(CALLERS)))
    assert sorted(puts) == [(False,)] * (CALLERS - 1) + [(True,)]
    assert await check("SELECT count(*) FROM outbox") == [(1,)]


async def test_messages_without_a_key_never_stand_in_each_others_way(db: Db) -> None:
    assert await _put(db, a_message(), a_message()) == (True, True)


async def test_the_next_instant_is_the_earliest_of_the_waiting(db: Db) -> None:
    assert await db.run(lambda uow: uow.outbox.next_at()) is None
    await _put(db, *(a_message(not_before=NOW + n * MINUTE) for n in (3, 2, 5)))
    assert await db.run(lambda uow: uow.outbox.next_at()) == NOW + 2 * MINUTE


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
    found = await db.run(lambda uow: (uow.outbox.put(message), uow.dispatch.candidates(limit=LIMIT))[1][-1])
    await db.run(lambda uow: uow.dispatch.give_up(found.id, error="read"))  # the chat is free for the next
    assert (found.outgoing.text, found.outgoing.keyboard) == (text, keyboard)


def test_a_date_is_told_from_its_instant() -> None:
    text = Text("k", {"on": date(2026, 1, 2), "at": Moment(datetime(2026, 1, 2, tzinfo=UTC), "UTC")})
    assert text_from_json(text_to_json(text)) == text


def test_a_parameter_of_an_unknown_shape_is_refused() -> None:
    with pytest.raises(ValueError, match="not a parameter of a text"):
        text_from_json({"key": "k", "params": {"p": 1.5}})
