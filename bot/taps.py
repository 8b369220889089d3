"""Answers taps: from memory, with the words of their unit, right after it has committed (rulings.md 34).

Telegram shows a spinner until then. A unit that takes long is not waited for: its tap is answered blank, and
what it would have shown is said as a message instead.
"""

import asyncio
import logging

from telegram.error import RetryAfter, TelegramError
from telegram.ext import ExtBot

from bot.tasks import Spawn
from bot.wire import NotSent, seconds_of
from kernel.message import Toast
from texts.catalog import Catalog

_log = logging.getLogger(__name__)
_AT_ONCE = 8  # taps answered at a time, so that they leave connections for messages
_LONG_SECONDS = 1.0
_TRIES = 3
_PAUSE_SECONDS, _LONGEST_PAUSE = 1.0, 10.0  # between tries; nobody looks at a button for longer


class Watch:
    """One tap whose unit is at work."""

    def __init__(self, taps: "Taps", tap_id: str) -> None:
        self._taps, self._tap_id = taps, tap_id
        self.is_answered = False
        self._timer = asyncio.get_running_loop().call_later(_LONG_SECONDS, self._answer_blank)

    def answer(self, toasts: tuple[Toast, ...]) -> tuple[Toast, ...]:
        """Show the last of `toasts`; return those that come too late to be shown."""
        self.stop()
        if self.is_answered:
            return toasts
        self._taps.answer(self._tap_id, toasts)
        return ()

    def stop(self) -> None:
        """Wait no longer."""
        self._timer.cancel()

    def _answer_blank(self) -> None:
        self.is_answered = True
        self._taps.answer(self._tap_id, ())


class Taps:
    """The only part that answers taps; they have no outbox row."""

    def __init__(self, bot: ExtBot[None], catalog: Catalog, spawn: Spawn) -> None:
        self._bot, self._catalog, self._spawn = bot, catalog, spawn
        self._at_once = asyncio.Semaphore(_AT_ONCE)

    def watch(self, tap_id: str) -> Watch:
        """Begin to wait for the unit of a tap."""
        return Watch(self, tap_id)

    def answer(self, tap_id: str, toasts: tuple[Toast, ...]) -> None:
        """Show the last of `toasts`, or nothing, to who tapped."""
        self._spawn(self._answer(tap_id, toasts[-1] if toasts else None))

    async def _answer(self, tap_id: str, toast: Toast | None) -> None:
        shown = self._catalog.plain(toast.text, toast.language) if toast else None
        alert = toast.alert if toast else False
        for _ in range(_TRIES):
            try:
                async with self._at_once:
                    await self._bot.answer_callback_query(tap_id, shown, show_alert=alert)
                return
            except (RetryAfter, NotSent) as fault:  # nothing has happened yet
                pause = seconds_of(fault) if isinstance(fault, RetryAfter) else _PAUSE_SECONDS
                if pause > _LONGEST_PAUSE:
                    break
                await asyncio.sleep(pause)
            except TelegramError as fault:  # too late or lost: the button's effect stands all the same
                _log.info("a tap went unanswered", extra={"fault": fault.message})
                return
        _log.info("a tap went unanswered", extra={"fault": "Telegram could not be reached in time"})
