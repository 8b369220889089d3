"""A door between the page and the program behind it, which can end while the page is open."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

_LINGER_SECONDS = 0.5


class DoorClosed(Exception):
    """The program behind the door is ending; raised to whoever asks for something now."""


class Door:
    """Lets work in until it closes; closing waits for the work inside."""

    def __init__(self) -> None:
        self._inside: set[asyncio.Task[Any]] = set()
        self._closed = False

    async def through(self, work: Coroutine[Any, Any, T]) -> T:
        """Return what `work` returns. Raises DoorClosed when the door is closed, or closes on long work."""
        if self._closed:
            work.close()
            raise DoorClosed
        # No TaskGroup: work that fails tells its own caller, and ends nobody else's.
        task = asyncio.get_running_loop().create_task(work)
        self._inside.add(task)
        task.add_done_callback(self._inside.discard)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            if task.cancelled():
                raise DoorClosed from None
            raise

    async def close(self) -> None:
        """Let nothing in from now on, wait a moment for what is inside, and end what takes longer."""
        self._closed = True
        inside = tuple(self._inside)
        if not inside:
            return
        _, late = await asyncio.wait(inside, timeout=_LINGER_SECONDS)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
