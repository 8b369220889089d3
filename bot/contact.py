"""Speaks to Telegram until it answers, and remembers when it last did."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

from telegram.error import Conflict, NetworkError, RetryAfter

from bot.wire import seconds_of

T = TypeVar("T")

_log = logging.getLogger(__name__)
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 30.0  # seconds
_LATELY_SECONDS = 90.0  # longer than the longest poll with its grace


class Receiver(Protocol):
    """The part by which updates come."""

    async def run(self) -> None:
        """Receive for as long as the process lives. Raises what only a human can put right."""
        ...


class Contact:
    """What the receiving part knows of Telegram's being there.

    Its seconds are the event loop's: no pushed clock and no hurry changes how long ago something was.
    """

    def __init__(self) -> None:
        self._answered_at: float | None = None

    @property
    def seconds_ago(self) -> float | None:
        """Seconds since Telegram last answered; None before the first time."""
        if self._answered_at is None:
            return None
        return asyncio.get_running_loop().time() - self._answered_at

    @property
    def is_fresh(self) -> bool:
        """Whether Telegram answered within the last 90 seconds."""
        ago = self.seconds_ago
        return ago is not None and ago < _LATELY_SECONDS

    async def until_answered(self, what: str, call: Callable[[], Awaitable[T]]) -> T:
        """Return what `call` gets from Telegram, waiting while it cannot be reached or another is served.

        A token that is not accepted comes out as InvalidToken: no pause would cure it.
        """
        pause = _FIRST_PAUSE
        while True:
            try:
                result = await call()
            except RetryAfter as told:
                await asyncio.sleep(seconds_of(told))
                continue
            except Conflict as fault:
                _log.error(
                    "another program takes this bot's updates: stop it; two must not share a token",
                    extra={"said": fault.message, "pause_seconds": pause},
                )
            except NetworkError as fault:
                _log.warning(f"{what} failed", extra={"fault": fault.message, "pause_seconds": pause})
            else:
                self._answered_at = asyncio.get_running_loop().time()
                return result
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
