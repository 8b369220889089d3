"""Facts are appended with their instant."""

from kernel.clock import ManualClock
from kernel.ids import GroupId, MemberId
from storage.db import Db
from tests.conftest import NOW, Disk
from tests.storage.builders import MINUTE, epoch_ms

ROWS = "SELECT at, action, member_id, group_id, params FROM journal ORDER BY id"


async def test_a_fact_keeps_who_what_when_and_its_numbers(db: Db, check: Disk) -> None:
    await db.run(
        lambda uow: uow.journal.note("x.done", member=MemberId(3), group=GroupId(4), points=5, why=None)
    )
    assert await check(ROWS) == [(epoch_ms(NOW), "x.done", 3, 4, '{"points":5,"why":null}')]


async def test_facts_stay_in_the_order_in_which_they_happened(
    db: Db, check: Disk, clock: ManualClock
) -> None:
    await db.run(lambda uow: uow.journal.note("first"))
    await db.run(lambda uow: uow.journal.note("second"))
    clock.set(NOW + MINUTE)
    await db.run(lambda uow: uow.journal.note("third"))
    assert await check("SELECT action, at FROM journal ORDER BY id") == [
        ("first", epoch_ms(NOW)),
        ("second", epoch_ms(NOW)),
        ("third", epoch_ms(NOW + MINUTE)),
    ]
