"""The role of speaking for one bot: held by one process, passed on when that one stops answering.

A process that was stopped and comes back must not send: it compares its own monotonic clock with the end of
its lease just before every message, and the database with its epoch in every unit (storage.md §4, §8.5).
"""

import asyncio
import logging
from uuid import uuid4

from bot.pace import wait_for_event
from storage.db import Db
from storage.leases import LeaseLost
from storage.uow import SqlUow

_log = logging.getLogger(__name__)
_TRY_AGAIN_SECONDS = 1.0


class Lease:
    """One process's hold of a role in the database."""

    def __init__(self, db: Db, *, seconds: float, alone: bool) -> None:
        """`alone`: a file lock already keeps every other process away."""
        self._db, self._seconds, self._alone = db, seconds, alone
        self._owner = uuid4().hex
        self._ends_at = 0.0
        self.name = ""
        self.epoch = 0

    async def take(self, bot_id: int, stop: asyncio.Event) -> bool:
        """Take the role, waiting while another process holds it; False when `stop` is set meanwhile."""
        self.name = f"bot:{bot_id}"
        while (epoch := await self._try()) is None:
            _log.warning("another process runs this bot; waiting to take over", extra={"bot": bot_id})
            await wait_for_event(stop, _TRY_AGAIN_SECONDS)
            if stop.is_set():
                return False
        self.epoch = epoch
        return True

    async def _try(self) -> int | None:
        asked_at = self._now()
        epoch = await self._db.run(
            lambda uow: uow.leases.take(self.name, self._owner, seconds=self._seconds, alone=self._alone)
        )
        self._ends_at = asked_at + self._seconds
        return epoch

    async def keep(self) -> None:
        """Renew the role for as long as the process lives. Raises LeaseLost."""
        while True:  # at once too: taking the role may have had to wait for who had it
            asked_at = self._now()
            await self._db.run(lambda uow: uow.leases.renew(self.name, self.epoch, seconds=self._seconds))
            self._ends_at = asked_at + self._seconds
            await asyncio.sleep(self._seconds / 3)

    def check(self) -> None:
        """Raise LeaseLost when the role may have passed to another process."""
        if not self._alone and self._now() >= self._ends_at:
            raise LeaseLost(self.name)

    def check_in(self, uow: SqlUow) -> None:
        """Raise LeaseLost unless the role is held until the end of this unit."""
        if not self._alone:
            uow.leases.check(self.name, self.epoch)

    async def release(self) -> None:
        """Let the next process begin at once."""
        await self._db.run(lambda uow: uow.leases.release(self.name, self.epoch))

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()
