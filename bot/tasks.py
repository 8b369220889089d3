"""Where tasks are born: the runtime's one TaskGroup."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

Spawn = Callable[[Coroutine[Any, Any, None]], object]


class Tasks:
    """Births tasks in the runtime's TaskGroup."""

    def __init__(self) -> None:
        self._group: asyncio.TaskGroup | None = None
        self._alive: set[asyncio.Task[None]] = set()

    def open(self, group: asyncio.TaskGroup) -> None:
        """Let tasks be born in `group` from now on."""
        self._group = group

    def spawn(self, work: Coroutine[Any, Any, None]) -> object:
        """Start `work`. Raises RuntimeError before `open`."""
        if self._group is None:
            work.close()
            raise RuntimeError("the runtime has not started")
        task = self._group.create_task(work)
        self._alive.add(task)
        task.add_done_callback(self._alive.discard)
        return task

    def cancel(self) -> None:
        """End what still runs: its rows wait in the inbox and the outbox for the next start."""
        for task in self._alive:
            task.cancel()
