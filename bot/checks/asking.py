"""Asks Telegram for the doctor: with the times, the date and the exact trouble of every answer.

The bot's own wire folds all of that into "not sent" and "may have been done"; a doctor needs more.
"""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from http import HTTPStatus
from typing import Any

import aiohttp
from aiohttp_socks import ProxyError

from bot.wire import PATIENCE, NoTunnel, session
from kernel.clock import Clock

_CONNECTIONS = 1


class Trouble(StrEnum):
    """Why no answer of a Bot API server came."""

    ADDRESS = "address"  # the address is none
    NAME = "name"  # the name of the host is not known
    REFUSED = "refused"
    SILENT = "silent"  # nothing came in time
    SECURE = "secure"  # no TLS connection came about
    CUT = "cut"  # any other end of the connection
    OTHER = "other"  # something answered, but no Bot API server
    BEHIND = "behind"  # the proxy works and does not get there
    PROXY_AWAY = "away"  # the proxy cannot be reached
    PROXY_REFUSED = "refused_us"  # the proxy lets us not through


class Unreachable(Exception):
    """No Bot API server answered; `reason` is what the system said, without the token."""

    def __init__(self, trouble: Trouble, reason: str = "") -> None:
        super().__init__(trouble, reason)
        self.trouble, self.reason = trouble, reason


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of a Bot API server."""

    result: Any  # None when Telegram refused
    code: int  # 200, or Telegram's error_code
    said: str  # Telegram's description of an error
    seconds: float  # there and back
    ahead_seconds: float | None  # how far our clock is ahead of theirs; None when they told no time


class Asker:
    """A line to one Bot API server."""

    def __init__(self, session: aiohttp.ClientSession, base_url: str, clock: Clock) -> None:
        self._session, self._base_url, self._clock = session, base_url, clock

    async def ask(self, token: str, method: str, *, wait: float = 0, **params: Any) -> Answer:
        """Call a method and return the answer, also a refusal. Raises Unreachable.

        `wait`: seconds the server takes on purpose.
        """
        loop, before = asyncio.get_running_loop(), self._clock.now()
        began = loop.time()
        timeout = aiohttp.ClientTimeout(
            total=PATIENCE.connect + PATIENCE.read + wait, connect=PATIENCE.connect
        )
        try:
            async with self._session.post(
                f"{self._base_url}{token}/{method}", json=params, timeout=timeout, allow_redirects=False
            ) as response:
                body = await response.read()
        except NoTunnel as fault:
            raise _no_tunnel(fault.__cause__) from fault
        except (aiohttp.ClientError, OSError, ValueError) as fault:
            raise _trouble(fault) from fault
        seconds = loop.time() - began
        told = _date(response.headers.get("Date", ""))
        ahead = None if told is None else (before - told).total_seconds() + seconds / 2
        expected = list if method == "getUpdates" else dict
        return _read(body, response.status, expected, seconds=seconds, ahead_seconds=ahead)


@asynccontextmanager
async def asking(base_url: str, proxy: str, clock: Clock) -> AsyncIterator[Asker]:
    """Open a line to the Bot API server at `base_url`, through the same proxy as the bot's own."""
    async with session(_CONNECTIONS, proxy) as opened:
        yield Asker(opened, base_url, clock)


def _read(body: bytes, status: int, expected: type, *, seconds: float, ahead_seconds: float | None) -> Answer:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict) or not isinstance(answer.get("ok"), bool):
        raise Unreachable(Trouble.OTHER, str(status))
    if answer["ok"] and isinstance(answer.get("result"), expected):
        return Answer(_as_expected(answer["result"]), HTTPStatus.OK, "", seconds, ahead_seconds)
    code = answer.get("error_code")
    if answer["ok"] or not isinstance(code, int):
        raise Unreachable(Trouble.OTHER, str(status))
    return Answer(None, code, str(answer.get("description", "")), seconds, ahead_seconds)


# What the checks read of an answer; whatever else answers at the address must not end them.
_FIELDS: dict[str, type] = {
    "id": int,
    "username": str,
    "status": str,
    "url": str,
    "pending_update_count": int,
    "allowed_updates": list,
    "last_error_message": str,
}


def _as_expected(result: Any) -> Any:
    """Return an object without the fields that are not of their type."""
    if not isinstance(result, dict):
        return result
    return {name: value for name, value in result.items() if isinstance(value, _FIELDS.get(name, object))}


def _date(header: str) -> datetime | None:
    try:
        told = parsedate_to_datetime(header)
    except (ValueError, OverflowError):
        return None
    return told if told.tzinfo else None


_KINDS: tuple[tuple[type[Exception], Trouble], ...] = (
    (aiohttp.InvalidURL, Trouble.ADDRESS),
    (aiohttp.ClientConnectorDNSError, Trouble.NAME),
    (aiohttp.ClientSSLError, Trouble.SECURE),
    (TimeoutError, Trouble.SILENT),
    (aiohttp.ClientError, Trouble.CUT),
    (OSError, Trouble.CUT),
)


def _trouble(fault: Exception) -> Unreachable:
    """Say what went wrong, never quoting the request: its address holds the token."""
    cause = getattr(fault, "os_error", None) or getattr(fault, "certificate_error", fault)
    if isinstance(cause, ConnectionRefusedError):
        return Unreachable(Trouble.REFUSED)
    reason = (cause.strerror if isinstance(cause, OSError) else None) or type(cause).__name__
    kind = next((trouble for cls, trouble in _KINDS if isinstance(fault, cls)), Trouble.ADDRESS)
    return Unreachable(kind, reason)


# What a proxy answers that works, but does not get to the server: HTTP statuses, SOCKS replies (RFC 1928).
_BEHIND = (502, 503, 504, 3, 4, 5, 6)


def _no_tunnel(cause: BaseException | None) -> Unreachable:
    if isinstance(cause, ssl.SSLError):
        return Unreachable(Trouble.SECURE, cause.strerror or type(cause).__name__)
    if not isinstance(cause, ProxyError):
        return Unreachable(Trouble.PROXY_AWAY, type(cause).__name__)
    behind = cause.error_code in _BEHIND
    return Unreachable(Trouble.BEHIND if behind else Trouble.PROXY_REFUSED, str(cause))
