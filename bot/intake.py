"""Keeps updates in the inbox before Telegram is told that we have them, however they come."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from bot.lanes import Lanes
from bot.lease import Lease
from bot.tasks import Spawn
from kernel.ids import InboxId
from storage.db import Db
from storage.inbox import TELEGRAM, NewRow, Taken
from storage.uow import SqlUow

_log = logging.getLogger(__name__)
ALLOWED_UPDATES = (
    "message",
    "edited_message",
    "callback_query",
    "my_chat_member",
    "chat_member",
    "chat_join_request",
    "pre_checkout_query",
)
_BATCH = 100
_PATIENCE_SECONDS = 5.0  # for one update to be kept before whoever brought it is sent away
_MOST_UNDER_WAY = 256  # updates on their way to the database; beyond it nothing more is accepted
_NUMBERS = range(-(2**63), 2**63)


class Intake:
    """One door for polling and webhook: inbox first, then the lanes, then the acknowledgement."""

    def __init__(self, *, db: Db, lease: Lease, lanes: Lanes, spawn: Spawn) -> None:
        self._db, self._lease, self._lanes, self._spawn = db, lease, lanes, spawn
        self._bot_id = 0
        self._is_open = False
        self._under_way = 0
        self.taken_in_count = self.duplicate_count = 0  # since the process began

    async def open(self, bot_id: int) -> None:
        """Hand the lanes what the last process left; then there is room for more."""
        self._bot_id = bot_id
        last = InboxId(0)
        while rows := await self._waiting(last):
            _log.info("updates left by the last process", extra={"count": len(rows)})
            self._lanes.put(rows)
            last = rows[-1].id
            await self._lanes.room()
        self._is_open = True

    def close(self) -> None:
        """Let nobody bring more: the process ends."""
        self._is_open = False

    @property
    def has_room(self) -> bool:
        """Whether one more update would be accepted now."""
        return self._is_open and self._lanes.has_room and self._under_way < _MOST_UNDER_WAY

    async def room(self) -> None:
        """Wait until the lanes have room for more."""
        await self._lanes.room()

    async def take_in(self, updates: Sequence[Mapping[str, Any]]) -> None:
        """Keep updates and hand the lanes those that are new. Behind it they may be acknowledged.

        Raises LeaseLost when another process has taken over: it would not look at what is kept here.
        """
        in_order = sorted(updates, key=lambda update: update["update_id"])  # they may come out of sequence
        rows = tuple(NewRow(TELEGRAM, u["update_id"], lane_of(u), u) for u in in_order)
        if not rows:
            return
        taken = await self._db.run(_Keeping(self._bot_id, rows, self._lease))
        self.taken_in_count += len(taken)
        self.duplicate_count += len(rows) - len(taken)
        self._lanes.put(taken)

    async def offer(self, update: Mapping[str, Any]) -> bool:
        """Take in one update that somebody brought; False when it could not be kept in time.

        What has been sent away may still be kept: brought again, it is known.
        """
        kept: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._spawn(self._keep(update, kept))
        done, _ = await asyncio.wait((kept,), timeout=_PATIENCE_SECONDS)
        return bool(done) and kept.result()

    async def _keep(self, update: Mapping[str, Any], kept: asyncio.Future[bool]) -> None:
        self._under_way += 1
        try:
            await self.take_in((update,))
            kept.set_result(True)
        except (SQLAlchemyError, ValueError, RecursionError):
            _log.exception("an update cannot be kept")
        finally:
            self._under_way -= 1
            if not kept.done():
                kept.set_result(False)

    async def _waiting(self, after: InboxId) -> tuple[Taken, ...]:
        return await self._db.run(lambda uow: uow.inbox.waiting(self._bot_id, after=after, limit=_BATCH))


class _Keeping:
    """The unit that keeps rows.

    Run again, its first commit may have held without our hearing of it: then also the rows that are known
    and unhandled go to the lanes, where a row twice has one effect. Otherwise they would wait for a restart.
    """

    def __init__(self, bot_id: int, rows: tuple[NewRow, ...], lease: Lease) -> None:
        self._bot_id, self._rows, self._lease = bot_id, rows, lease
        self._runs = 0

    def __call__(self, uow: SqlUow) -> tuple[Taken, ...]:
        self._runs += 1
        self._lease.check_in(uow)
        new = uow.inbox.take_in(self._bot_id, self._rows)
        if self._runs == 1:
            return new
        return uow.inbox.unhandled(self._bot_id, TELEGRAM, [row.source_id for row in self._rows])


def is_update(found: object) -> bool:
    """Tell whether this is an update by its shape: an object with the number Telegram gave it."""
    return isinstance(found, dict) and _number(found.get("update_id")) is not None


def lane_of(update: Mapping[str, Any]) -> int:
    """Return the lane of an update: its chat, so that a group's taps and messages keep their order.

    An update without a chat goes by its person, else to lane 0.
    """
    for kind, body in update.items():
        if kind == "update_id" or not isinstance(body, dict):
            continue
        whose = (
            _part(body, "chat"),
            _part(_part(body, "message"), "chat"),
            _part(body, "from"),
            _part(body, "user"),
        )
        return next((lane for each in whose if (lane := _number(each.get("id"))) is not None), 0)
    return 0


def _part(whole: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = whole.get(name)
    return found if isinstance(found, dict) else {}


def _number(found: object) -> int | None:
    """Return a number that a database column of 64 bits can hold, or None."""
    if isinstance(found, bool) or not isinstance(found, int):
        return None
    return found if found in _NUMBERS else None
