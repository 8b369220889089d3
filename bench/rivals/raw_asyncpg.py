"""Raw asyncpg: a pool, two statements in one transaction."""

import asyncio
import itertools
import sys

import asyncpg
from sqlalchemy import make_url

from bench.worker import share_out, work_when_told

INSERT = (
    "INSERT INTO growth_ledger (member_id, event, event_key, amount, at) VALUES ($1, 'register', $2, 1, $3)"
)
UPDATE = "UPDATE growth_account SET growth = growth + 1 WHERE member_id = $1"
_POOL = 16


async def main() -> None:
    """Do ledger units when told. Arguments: the product's URL of the database, members, callers."""
    _, told, members, callers = sys.argv
    url, numbers = make_url(told), itertools.count()
    async with asyncpg.create_pool(
        host=url.query["host"], user=url.username, database=url.database, min_size=_POOL, max_size=_POOL
    ) as pool:

        async def unit() -> None:
            number = next(numbers)
            member = number * 7919 % int(members) + 1
            async with pool.acquire() as connection, connection.transaction():
                await connection.execute(INSERT, member, f"unit:{number}", number)
                await connection.execute(UPDATE, member)

        await work_when_told(lambda count: share_out(count, int(callers), unit))


if __name__ == "__main__":
    asyncio.run(main())
