"""Pushes the clock: what falls due on the way is done in order, each at its own instant."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from bot.runtime import Runtime
from kernel.clock import ManualClock


@dataclass(slots=True)
class Timeline:
    """A product on a manual clock beside a sandbox on its own; both move together."""

    runtime: Runtime
    clock: ManualClock
    set_sandbox_clock: Callable[[datetime], object]
    updates_taken: Callable[[], Awaitable[None]]  # waits until the sandbox holds no unconfirmed update
    updates_waiting: Callable[[], int]

    async def settle(self) -> None:
        """Wait until everything that was said is handled and everything that may leave now has left."""
        hurried, self.runtime.monotonic.hurried = self.runtime.monotonic.hurried, True
        self.runtime.sender.wake()
        try:
            while True:
                await self.updates_taken()
                await self.runtime.settle()
                if not self.updates_waiting():
                    return
        finally:
            self.runtime.monotonic.hurried = hurried

    async def run_until(self, to: datetime) -> None:
        """Move the clock to `to`, stopping at every due instant to do what is due there."""
        await self.settle()
        while (due := await self._next_due()) is not None and due <= to:
            await self._stop_at(max(due, self.clock.now()))
        await self._stop_at(to)

    async def _stop_at(self, instant: datetime) -> None:
        self.clock.set(instant)
        self.set_sandbox_clock(instant)
        await self.runtime.engine.run_due(at_once=1)  # the same push tells the same story, on any database
        await self.settle()

    async def _next_due(self) -> datetime | None:
        work = await self.runtime.engine.next_due()
        message = await self.runtime.db.run(lambda uow: uow.outbox.next_at())
        return min((at for at in (work, message) if at is not None), default=None)
