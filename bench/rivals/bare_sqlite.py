"""The bare sqlite3 module in a loop: one transaction a unit, WAL, FULL."""

import asyncio
import itertools
import sqlite3
import sys

from bench.worker import work_when_told

INSERT = "INSERT INTO growth_ledger (member_id, event, event_key, amount, at) VALUES (?, 'register', ?, 1, ?)"
UPDATE = "UPDATE growth_account SET growth = growth + 1 WHERE member_id = ?"


def connect(path: str) -> sqlite3.Connection:
    """Open a file as the product does: WAL, FULL, foreign keys, transactions by hand."""
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=1000"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


async def main() -> None:
    """Do ledger units when told. Arguments: database file, members."""
    _, path, members = sys.argv
    connection, numbers = connect(path), itertools.count()

    async def work(count: int) -> None:
        for number in itertools.islice(numbers, count):
            member = number * 7919 % int(members) + 1
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(INSERT, (member, f"unit:{number}", number))
            connection.execute(UPDATE, (member,))
            connection.execute("COMMIT")

    await work_when_told(work)


if __name__ == "__main__":
    asyncio.run(main())
