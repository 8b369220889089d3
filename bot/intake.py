"""Fetches updates and keeps them in the inbox before Telegram is told that we have them."""

import asyncio
import json
import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from telegram.error import Conflict, InvalidToken, NetworkError, RetryAfter

from bot.lanes import Lanes
from bot.wire import Wire, seconds_of
from kernel.ids import InboxId
from storage.db import Db
from storage.inbox import TELEGRAM, NewRow, Taken

_log = logging.getLogger(__name__)
ALLOWED_UPDATES = (
    "message",
    "edited_message",
    "callback_query",
    "my_chat_member",
    "chat_member",
)
_BATCH = 100
_GRACE = 10.0  # seconds an answer may take beyond the long poll itself
_LONGEST_PAUSE = 30.0


class Intake:
    """The long poll: inbox first, then the offset moves."""

    def __init__(self, *, db: Db, lanes: Lanes, wire: Wire, url: str, poll_seconds: int) -> None:
        self._db, self._lanes, self._wire = db, lanes, wire
        self._url, self._poll_seconds = url, poll_seconds
        self._bot_id = 0
        self._offset = 0
        self.answered = False  # whether Telegram answered when it was last spoken to

    async def run(self, bot_id: int) -> None:
        """Handle what a killed process left, then poll for as long as the process lives."""
        self._bot_id, self.answered = bot_id, True  # getMe has just been answered
        await self._recover()
        pause = 1.0
        while True:
            await self._lanes.room()
            try:
                updates = await self._poll()
            except InvalidToken:
                raise
            except RetryAfter as told:
                await asyncio.sleep(seconds_of(told))
            except (Conflict, NetworkError) as fault:
                _log.warning("polling failed", extra={"fault": fault.message, "pause_seconds": pause})
                self.answered = False
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
            else:
                pause, self.answered = 1.0, True
                await self._take_in(updates)

    async def _recover(self) -> None:
        last = InboxId(0)
        while rows := await self._waiting(last):
            _log.info("updates left by the last process", extra={"count": len(rows)})
            self._lanes.put(rows)
            last = rows[-1].id
            await self._lanes.room()

    async def _waiting(self, after: InboxId) -> tuple[Taken, ...]:
        return await self._db.run(lambda uow: uow.inbox.waiting(self._bot_id, after=after, limit=_BATCH))

    async def _poll(self) -> list[Mapping[str, Any]]:
        query = urlencode(
            {
                "offset": self._offset,
                "limit": _BATCH,
                "timeout": self._poll_seconds,
                "allowed_updates": json.dumps(ALLOWED_UPDATES),
            }
        )
        answer = await self._wire.post(
            f"{self._url}/getUpdates?{query}", read_timeout=self._poll_seconds + _GRACE
        )
        return list(answer) if isinstance(answer, list) else []

    async def _take_in(self, updates: list[Mapping[str, Any]]) -> None:
        if not updates:
            return
        rows = tuple(NewRow(TELEGRAM, u["update_id"], lane_of(u), u) for u in updates)
        taken = await self._db.run(lambda uow: uow.inbox.take_in(self._bot_id, rows))
        self._lanes.put(taken)
        self._offset = max(self._offset, *(row.source_id + 1 for row in rows))


def lane_of(update: Mapping[str, Any]) -> int:
    """Return the lane of an update: its chat, so that a group's taps and messages keep their order.

    An update without a chat goes by its person, else to lane 0.
    """
    for kind, body in update.items():
        if kind == "update_id" or not isinstance(body, dict):
            continue
        chat = body.get("chat") or (body.get("message") or {}).get("chat")
        person = body.get("from") or body.get("user")
        found = chat or person or {}
        return int(found.get("id", 0))
    return 0
