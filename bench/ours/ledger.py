"""The ledger unit through the product's own database port, as `bot.wiring` opens it."""

import asyncio
import itertools
import sys
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, update

from bench.worker import share_out, work_when_told
from kernel.clock import SystemClock
from storage.db import open_db
from storage.growth import growth_account, growth_ledger
from storage.patience import PatientDb
from storage.uow import SqlUow

INSERT = insert(growth_ledger)
UPDATE = (
    update(growth_account)
    .where(growth_account.c.member_id == bindparam("member"))
    .values(growth=growth_account.c.growth + 1)
)


def line(number: int, members: int, at: datetime) -> dict[str, Any]:
    """Return the ledger row of a unit, of one member after another in no order of their ids."""
    member = number * 7919 % members + 1
    return {"member_id": member, "event": "register", "event_key": f"unit:{number}", "amount": 1, "at": at}


def unit(uow: SqlUow, number: int, members: int) -> None:
    """Insert a ledger row and update the balance."""
    row = line(number, members, uow.now)
    uow.connection.execute(INSERT, row)
    uow.connection.execute(UPDATE, {"member": row["member_id"]})


async def main() -> None:
    """Do ledger units when told. Arguments: database URL, members, callers."""
    _, url, members, callers = sys.argv
    db = PatientDb(open_db(url, SystemClock()))
    numbers = itertools.count()

    async def piece() -> None:
        number = next(numbers)
        await db.run(lambda uow: unit(uow, number, int(members)))

    await work_when_told(lambda count: share_out(count, int(callers), piece))
    db.close()


if __name__ == "__main__":
    asyncio.run(main())
