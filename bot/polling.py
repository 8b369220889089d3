"""The long poll: what it brings is in the inbox before the offset moves."""

import json
import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from telegram.error import TimedOut
from telegram.ext import ExtBot

from bot.contact import Contact
from bot.intake import ALLOWED_UPDATES, Intake
from bot.wire import Wire

_log = logging.getLogger(__name__)
_BATCH = 100  # updates at a time; fewer on a line too slow for them


class Polling:
    """Fetches updates."""

    def __init__(
        self,
        *,
        intake: Intake,
        contact: Contact,
        bot: ExtBot[None],
        wire: Wire,
        url: str,
        poll_seconds: int,
    ) -> None:
        self._intake, self._contact, self._bot = intake, contact, bot
        self._wire, self._url, self._poll_seconds = wire, url, poll_seconds
        self._offset, self._batch = 0, _BATCH

    async def run(self) -> None:
        """Poll for as long as the process lives. Raises InvalidToken."""
        await self._make_way()
        while True:
            await self._intake.room()
            updates = await self._contact.until_answered("polling", self._poll)
            await self._intake.take_in(updates)
            self._offset = max(self._offset, *(update["update_id"] + 1 for update in updates), 0)

    async def _make_way(self) -> None:
        """Remove a webhook, beside which nothing can be polled; what waits for it is not dropped."""
        standing = await self._contact.until_answered("looking for a webhook", self._bot.get_webhook_info)
        if not standing.url:
            return
        await self._contact.until_answered(
            "removing the webhook", lambda: self._bot.delete_webhook(drop_pending_updates=False)
        )
        _log.warning(
            "a webhook was set and is removed: this bot polls",
            extra={"waiting": standing.pending_update_count},
        )

    async def _poll(self) -> list[Mapping[str, Any]]:
        query = urlencode(
            {
                "offset": self._offset,
                "limit": self._batch,
                "timeout": self._poll_seconds,
                "allowed_updates": json.dumps(ALLOWED_UPDATES),
            }
        )
        url = f"{self._url}/getUpdates?{query}"
        patience = self._poll_seconds + self._wire.patience.poll
        try:
            answer = await self._wire.post(url, read_timeout=patience)
        except TimedOut:
            self._batch = max(self._batch // 2, 1)
            raise
        self._batch = min(self._batch * 2, _BATCH)
        return list(answer) if isinstance(answer, list) else []
