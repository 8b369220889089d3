"""The wire to Telegram: python-telegram-bot's request port on aiohttp (telegram.md §3.3).

Faults are told apart by one question: can the request have had an effect? `NotSent` says surely not; every
other NetworkError or TimedOut may have been carried out.
"""

import contextlib
import json
import os
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any, cast

import aiohttp
from telegram.error import BadRequest, NetworkError, RetryAfter, TimedOut
from telegram.request import BaseRequest, RequestData

from kernel.message import File

_KEEPALIVE_SECONDS = 15.0  # shorter than Telegram's own, so that a stale connection is rarely written to
_USER_AGENT = "caiboshi"
_NOT_THERE = (HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.GONE)
_PART = 65_536  # bytes of a file read at once
_FILE_TYPE = "application/octet-stream"  # Telegram goes by the name


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds that Telegram is given, unless a call says otherwise."""

    connect: float = 5.0
    read: float = 10.0
    poll: float = 10.0  # beyond the long poll itself
    download: float = 20.0  # of a whole file


PATIENCE = Patience()
"""No setting: no operator has a reason to change it."""


class NotSent(NetworkError):
    """No connection came about, so nothing can have happened: safe to try again."""


class NoTunnel(Exception):
    """The proxy let nothing through; the message names no password, the cause says more."""


class Wire(BaseRequest):
    """A pool of connections to one Bot API server."""

    def __init__(self, connections: int, proxy: str = "", patience: Patience = PATIENCE) -> None:
        """Make a pool of at most so many connections, through the proxy at that URL where one is given."""
        # Without it python-telegram-bot warns at every 429 that retry_after will become a timedelta.
        os.environ.setdefault("PTB_TIMEDELTA", "true")
        self._connections, self._proxy, self.patience = connections, proxy, patience
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        """Seconds an answer may take unless a call says otherwise."""
        return self.patience.read

    async def initialize(self) -> None:
        """Open the pool."""
        if self._session is None:
            self._session = session(self._connections, self._proxy)

    async def shutdown(self) -> None:
        """Close the pool."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def ask(self, url: str, parameters: Mapping[str, Any]) -> Any:
        """Ask a Bot API method with plain parameters and return its plain result.

        Raises what python-telegram-bot's own methods raise, which build and parse objects on the way.
        """
        return await self.post(url, cast(RequestData, _Body(parameters)))

    async def upload(self, url: str, parameters: Mapping[str, Any], files: Mapping[str, File]) -> Any:
        """Ask a Bot API method that takes files, each under the name of its parameter."""
        return await self.post(url, cast(RequestData, _FormBody(parameters, files)))

    async def download(self, url: str, *, most: int) -> bytes | None:
        """Return what stands at `url`; None as soon as it is more than `most` bytes.

        Raises BadRequest for what is not there (any more), NotSent, TimedOut or NetworkError.
        """
        if self._session is None:
            raise NotSent("the wire is closed")
        limit = self.patience
        timeout = aiohttp.ClientTimeout(total=limit.connect + limit.download, connect=limit.connect)
        async with _told(), self._session.get(url, timeout=timeout, allow_redirects=False) as response:
            if response.status in _NOT_THERE:
                raise BadRequest("file not found")
            if response.status != HTTPStatus.OK:
                raise NetworkError(f"a file answered with {response.status}")
            content = bytearray()
            async for part in response.content.iter_chunked(_PART):
                content += part
                if len(content) > most:
                    return None
            return bytes(content)

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = BaseRequest.DEFAULT_NONE,
        write_timeout: object = BaseRequest.DEFAULT_NONE,
        connect_timeout: object = BaseRequest.DEFAULT_NONE,
        pool_timeout: object = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Send one request and return status and body. Raises NotSent, TimedOut or NetworkError."""
        del write_timeout, pool_timeout  # aiohttp counts both into the other two
        if self._session is None:
            raise NotSent("the wire is closed")
        connect = _seconds(connect_timeout, self.patience.connect)
        read = _seconds(read_timeout, self.patience.read)
        timeout = aiohttp.ClientTimeout(total=connect + read, connect=connect)
        body: bytes | aiohttp.FormData | None = request_data.json_payload if request_data else None
        headers = {"Content-Type": "application/json"} if body else None
        if request_data and request_data.contains_files:
            body, headers = _form(request_data), None  # aiohttp names the boundary
        async with (
            _told(),
            self._session.request(
                method, url, data=body, headers=headers, timeout=timeout, allow_redirects=False
            ) as response,
        ):
            payload = await response.read()
        return _checked(response.status, payload)

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Read an answer. Raises NetworkError, which quotes nothing: an answer holds what people wrote."""
        try:
            answer = json.loads(payload)
        except ValueError:
            raise NetworkError("the answer is no JSON") from None
        if not isinstance(answer, dict):
            raise NetworkError("the answer is no JSON object")
        return answer


@contextlib.asynccontextmanager
async def _told() -> AsyncIterator[None]:
    """Turn aiohttp's faults into those that say whether the request can have had an effect."""
    try:
        yield
    except aiohttp.ClientConnectorError as fault:
        raise NotSent(str(fault)) from fault  # names host and reason, never the path with the token
    except NoTunnel as fault:
        raise NotSent(str(fault)) from fault
    except aiohttp.ConnectionTimeoutError as fault:
        raise NotSent(type(fault).__name__) from fault
    except TimeoutError as fault:
        raise TimedOut(type(fault).__name__) from fault
    except (aiohttp.ClientError, OSError) as fault:
        raise NetworkError(type(fault).__name__) from fault


def session(connections: int, proxy: str) -> aiohttp.ClientSession:
    """Open a pool of at most so many connections, through the proxy at that URL where one is given."""
    limits: dict[str, Any] = {"limit": connections, "keepalive_timeout": _KEEPALIVE_SECONDS}
    connector = _tunnels(proxy, limits) if proxy else aiohttp.TCPConnector(**limits)
    no_cookies = aiohttp.DummyCookieJar()  # Telegram sets none, and looking for some costs at every call
    return aiohttp.ClientSession(
        connector=connector, cookie_jar=no_cookies, headers={"User-Agent": _USER_AGENT}
    )


def _tunnels(proxy: str, limits: Mapping[str, Any]) -> aiohttp.BaseConnector:
    """Return connections through a proxy, whose every fault says that nothing was sent yet.

    A tunnel for plain HTTP too: what the proxy itself answers is never taken for Telegram's answer. The proxy
    finds the host's name.
    """
    import aiohttp_socks as socks  # noqa: PLC0415 - for who needs a proxy: 30 modules

    not_through = (socks.ProxyError, socks.ProxyConnectionError, socks.ProxyTimeoutError, OSError, EOFError)

    class Tunnels(socks.ProxyConnector):
        async def _wrap_create_connection(self, *args: Any, **named: Any) -> Any:
            try:
                return await super()._wrap_create_connection(*args, **named)
            except not_through as fault:
                raise NoTunnel(f"no way through the proxy: {type(fault).__name__}") from fault

    return Tunnels.from_url(proxy, rdns=True, **limits)


class _Body:
    """What `do_request` reads of a RequestData, which only python-telegram-bot itself can make."""

    contains_files = False

    def __init__(self, parameters: Mapping[str, Any]) -> None:
        self.json_payload = json.dumps(parameters).encode()


class _FormBody:
    """The same for a call with files."""

    contains_files = True
    json_payload = b""

    def __init__(self, parameters: Mapping[str, Any], files: Mapping[str, File]) -> None:
        self.json_parameters = {
            name: value if isinstance(value, str) else json.dumps(value) for name, value in parameters.items()
        }
        self.multipart_data = {
            name: (file.name, _bytes(file.content), _FILE_TYPE) for name, file in files.items()
        }


def _bytes(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content


def _form(data: RequestData) -> aiohttp.FormData:
    """Return what a call with files sends: every parameter a part, every file another."""
    form = aiohttp.FormData(quote_fields=False)  # names of files arrive as they are
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, media_type) in (data.multipart_data or {}).items():
        form.add_field(name, content, filename=filename, content_type=media_type)
    return form


def seconds_of(told: RetryAfter) -> float:
    """Return the seconds Telegram asked us to wait."""
    pause = told.retry_after
    return pause.total_seconds() if isinstance(pause, timedelta) else float(pause)


def _checked(status: int, payload: bytes) -> tuple[int, bytes]:
    if status == HTTPStatus.OK and b'"result"' not in payload:
        raise NetworkError("the answer holds no result")
    return status, payload


def _seconds(given: object, usual: float) -> float:
    return float(given) if isinstance(given, int | float) else usual
