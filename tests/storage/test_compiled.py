"""Statements compiled for one database serve the next one on the same server."""

from sqlalchemy import literal, select
from sqlalchemy.engine.interfaces import CacheStats

from kernel.clock import ManualClock
from storage.db import Db, open_db
from storage.uow import SqlUow


def _compiled(uow: SqlUow, name: str) -> CacheStats:
    """Run a statement that nothing else runs, and tell where its SQL came from."""
    return uow.connection.execute(select(literal(1).label(name))).context.cache_hit


async def test_what_is_compiled_for_one_database_is_not_compiled_for_the_next(
    db: Db, db_url: str, clock: ManualClock
) -> None:
    await db.run(lambda uow: _compiled(uow, "met"))  # the server is known from here on
    later = [open_db(db_url, clock) for _ in range(2)]

    stats = [await each.run(lambda uow: _compiled(uow, "own")) for each in later]

    assert stats == [CacheStats.CACHE_MISS, CacheStats.CACHE_HIT]
    for each in later:
        each.close()


async def test_a_database_that_is_closed_leaves_the_next_one_open(
    db: Db, db_url: str, clock: ManualClock
) -> None:
    first = open_db(db_url, clock)
    await first.run(lambda uow: None)
    first.close()

    assert await db.run(lambda uow: uow.connection.execute(select(literal(1))).scalar()) == 1
