"""The inside of a contestant that works when told: counts come on stdin, one word goes back for each."""

import asyncio
import sys
from collections.abc import Awaitable, Callable

READY, DONE = "ready", "done"


def say(word: str) -> None:
    """Tell the race one word."""
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


async def work_when_told(work: Callable[[int], Awaitable[None]]) -> None:
    """Do `work(count)` for every count that comes in, until nobody is there to send one."""
    say(READY)
    while line := await asyncio.to_thread(sys.stdin.readline):
        await work(int(line))
        say(DONE)


async def share_out(count: int, callers: int, piece: Callable[[], Awaitable[None]]) -> None:
    """Do `piece` `count` times with so many callers at once."""
    left = iter(range(count))

    async def caller() -> None:
        for _ in left:
            await piece()

    async with asyncio.TaskGroup() as group:
        for _ in range(callers):
            group.create_task(caller())
