"""SQLAlchemy's asyncio extension over aiosqlite, the textbook way: one connection, WAL, FULL.

Its statements are the very ones of our side."""

import asyncio
import itertools
import sys
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import create_async_engine

from bench.ours.ledger import INSERT, UPDATE, line
from bench.worker import share_out, work_when_told
from kernel.clock import SystemClock
from storage.db import BEGIN


async def main() -> None:
    """Do ledger units when told. Arguments: database file, members, callers."""
    _, path, members, callers = sys.argv
    # A pool of one is its faster way (storage.md §1): more connections fight for SQLite's one write lock.
    engine = create_async_engine(f"sqlite+aiosqlite:///{path}", pool_size=1, max_overflow=0, pool_timeout=600)
    numbers, clock = itertools.count(), SystemClock()

    @event.listens_for(engine.sync_engine, "connect")
    def _on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=1000"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    event.listen(engine.sync_engine, "begin", lambda connection: connection.exec_driver_sql(BEGIN))

    async def unit() -> None:
        row = line(next(numbers), int(members), clock.now())
        async with engine.begin() as connection:
            await connection.execute(INSERT, row)
            await connection.execute(UPDATE, {"member": row["member_id"]})

    await work_when_told(lambda count: share_out(count, int(callers), unit))
    await engine.dispose()


if __name__ == "__main__":
    asyncio.run(main())
