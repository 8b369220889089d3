"""What a sender that has ended had in hand is accounted for: sent again only where that does no harm."""

import asyncio

import pytest

from kernel.clock import ManualClock
from kernel.ids import OutboxId
from kernel.message import Kind, MessageClass
from storage import migrate
from storage.db import Db, open_db
from storage.dispatch import Recovered, is_harmless_twice
from storage.outbox import Queued, restored
from tests.conftest import Disk
from tests.storage.builders import a_message, due, one_sending, put
from tests.storage.older import fill

ANSWER, NOTICE, UPKEEP = MessageClass.ANSWER, MessageClass.NOTICE, MessageClass.UPKEEP
RECEIPT = MessageClass.RECEIPT


async def test_after_a_kill_the_unsent_waits_the_harmless_goes_again_and_the_rest_is_unknown(
    db: Db, check: Disk
) -> None:
    kinds = [a_message(chat, kind=kind) for chat, kind in enumerate(Kind, start=1)]
    await put(db, *kinds, a_message(8, message_class=RECEIPT), a_message(9))
    *leaving, unsent = sorted(await due(db), key=lambda row: row.id)
    await db.run(lambda uow: uow.dispatch.sending([row.id for row in leaving], epoch=1))
    await db.run(lambda uow: uow.dispatch.claim([unsent.id], epoch=1))
    await put(db, a_message(10))

    assert await db.run(lambda uow: uow.dispatch.recover(epoch=2)) == Recovered(1, 3, 1)
    error = "the process ended while sending"
    assert await check("SELECT chat, kind, state, error, epoch FROM outbox ORDER BY id") == [
        (1, "send", "unknown", error, None),
        (2, "edit", "pending", None, None),
        (3, "call", "pending", None, None),
        (8, "send", "pending", None, None),
        (9, "send", "pending", None, None),
        (10, "send", "pending", None, None),
    ]


async def test_a_receipt_goes_out_twice_at_most(db: Db, check: Disk) -> None:
    for epoch in (1, 2):
        (row,) = await due(db) or [None]
        if row is None:
            await one_sending(db, a_message(message_class=RECEIPT), epoch=epoch)
        else:
            await db.run(lambda uow, row=row, epoch=epoch: uow.dispatch.sending([row.id], epoch=epoch))  # type: ignore[misc]
        await db.run(lambda uow, epoch=epoch: uow.dispatch.recover(epoch=epoch + 1))  # type: ignore[misc]

    assert await check("SELECT state, attempts FROM outbox") == [("unknown", 2)]


async def test_recovering_touches_nothing_of_the_present_sender(db: Db, check: Disk) -> None:
    await one_sending(db, a_message(), epoch=2)

    assert await db.run(lambda uow: uow.dispatch.recover(epoch=2)) == Recovered(0, 0, 0)
    assert await check("SELECT state, epoch FROM outbox") == [("sending", 2)]


async def test_after_a_restore_nothing_of_before_leaves_again(db: Db, check: Disk) -> None:
    await one_sending(db, a_message(1))
    await put(db, a_message(2))

    assert await db.run(lambda uow: uow.connection.execute(restored(uow.now)).rowcount) == 2
    assert await due(db) == ()
    assert await check("SELECT DISTINCT state, error FROM outbox") == [("unknown", "restored from a backup")]


async def test_after_a_restore_a_chat_to_which_something_was_leaving_is_written_to_again(db: Db) -> None:
    await one_sending(db, a_message(1), epoch=3)
    await db.run(lambda uow: uow.connection.execute(restored(uow.now)))
    await put(db, a_message(1))

    assert await db.run(lambda uow: uow.dispatch.recover(epoch=4)) == Recovered(0, 0, 0)
    assert len(await due(db)) == 1


@pytest.mark.parametrize(
    ("kind", "message_class", "attempts", "harmless"),
    [
        (Kind.SEND, NOTICE, 0, False),
        (Kind.SEND, ANSWER, 0, False),
        (Kind.SEND, RECEIPT, 0, True),
        (Kind.SEND, RECEIPT, 1, False),
        (Kind.EDIT, ANSWER, 5, True),
        (Kind.CALL, UPKEEP, 5, True),
    ],
)
def test_only_edits_questions_and_a_first_receipt_may_go_again(
    kind: Kind, message_class: MessageClass, attempts: int, harmless: bool
) -> None:
    message = a_message(kind=kind, message_class=message_class)
    assert is_harmless_twice(Queued(OutboxId(1), message, attempts)) is harmless


async def test_what_an_older_version_had_in_hand_is_sorted_out_by_the_first_sender(
    bare_url: str, clock: ManualClock
) -> None:
    fill(bare_url, "0001")
    migrate.upgrade(bare_url)
    db = open_db(bare_url, clock)

    assert await db.run(lambda uow: uow.dispatch.recover(epoch=1)) == Recovered(0, 1, 1)
    await asyncio.to_thread(db.close)


async def test_what_a_commit_took_in_hand_unheard_is_taken_back_save_what_is_under_way(
    db: Db, check: Disk
) -> None:
    await put(db, a_message(1), a_message(2), a_message(3), a_message(4))
    under_way, marked, claimed, _ = await due(db)
    await db.run(lambda uow: uow.dispatch.sending([under_way.id, marked.id], epoch=3))
    await db.run(lambda uow: uow.dispatch.claim([claimed.id], epoch=3))

    await db.run(lambda uow: uow.dispatch.take_back(epoch=3, under_way={under_way.outgoing.chat}))

    assert await check("SELECT state, epoch, attempts FROM outbox ORDER BY id") == [
        ("sending", 3, 1),
        ("pending", None, 0),
        ("pending", None, 0),
        ("pending", None, 0),
    ]
