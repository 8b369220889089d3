"""One push of an update to a webhook, and what came back."""

import json
import socket
import ssl
from dataclasses import dataclass

import aiohttp
from starlette.requests import Request
from starlette.types import Message

from sandbox.body import read_params
from sandbox.errors import ApiError
from sandbox.model import Json
from sandbox.webhook import Webhook, is_loopback

ANSWER_SECONDS = 60
MOST_BYTES = 1024 * 1024
GONE = 410


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a webhook answered: `call` is the method it asks for, `error` why the update was not taken.

    A connection that just ends is no error to be shown, as with Telegram: `told` is False then.
    """

    status: int = 0
    error: str = ""
    retry_after: int = 0
    call: Json | None = None
    told: bool = True

    @property
    def taken(self) -> bool:
        """Say whether the update is confirmed."""
        return not self.error


def session() -> aiohttp.ClientSession:
    """Return what pushes: no limit but each webhook's own, no cookies, no word of the library."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, socket_factory=_local_socket),
        cookie_jar=aiohttp.DummyCookieJar(),
        skip_auto_headers=("User-Agent", "Accept"),
    )


def _local_socket(target: aiohttp.AddrInfoType) -> socket.socket:
    """Return a socket for a resolved address. Raises OSError for one out of this machine."""
    family, kind, protocol, _, address = target
    if not is_loopback(str(address[0])):
        raise OSError(f"{address[0]} is out of this machine")
    return socket.socket(family, kind, protocol)


async def push(http: aiohttp.ClientSession, hook: Webhook, update: Json) -> Outcome:
    """Send an update to its webhook once; whatever goes wrong is an Outcome."""
    headers = {"Content-Type": "application/json", "Accept-Encoding": "gzip, deflate"}
    if hook.secret:
        headers["X-Telegram-Bot-Api-Secret-Token"] = hook.secret
    body = json.dumps(update, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    limit = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
    try:
        # A redirect could lead out of the machine; Telegram follows none either.
        async with http.post(
            hook.url,
            data=body,
            headers=headers,
            timeout=limit,
            allow_redirects=False,
            ssl=hook.trust or True,
        ) as answer:
            return await _outcome(answer)
    except (aiohttp.ServerDisconnectedError, aiohttp.ClientPayloadError):
        return Outcome(error="Webhook connection closed", told=False)
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
        return Outcome(error=_reason(error))


async def _outcome(answer: aiohttp.ClientResponse) -> Outcome:
    if not 200 <= answer.status <= 299:
        asked = answer.headers.get("Retry-After", "")
        retry_after = int(asked[:9]) if asked.isascii() and asked.isdigit() else 0
        reason = f"Wrong response from the webhook: {answer.status} {answer.reason or ''}".strip()
        return Outcome(answer.status, reason, retry_after)
    content = await _read(answer.content)
    return Outcome(answer.status, call=await _call(answer.headers.get("Content-Type", ""), content))


async def _read(stream: aiohttp.StreamReader) -> bytes:
    """Return a body; one that is too long to be a call is read, counted out and forgotten."""
    content = b""
    async for piece in stream.iter_any():
        content = content + piece if len(content) <= MOST_BYTES else content
    return content if len(content) <= MOST_BYTES else b""


async def _call(kind: str, content: bytes) -> Json | None:
    """Return the call an answer asks for, read like a bot's own: from JSON, a form or multipart."""

    async def receive() -> Message:
        return {"type": "http.request", "body": content}

    headers = [(b"content-type", kind.encode("utf-8", "surrogateescape"))]
    scope = {"type": "http", "method": "POST", "query_string": b"", "headers": headers}
    try:
        found = await read_params(Request(scope, receive))
    except ApiError:
        return None
    return found if isinstance(found.get("method"), str) else None


def _reason(error: Exception) -> str:
    """Return a failure in the words getWebhookInfo has for it."""
    cause = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    reasons: tuple[tuple[type[Exception], str], ...] = (
        (ssl.SSLError, "SSL error"),
        (ConnectionRefusedError, "Connection refused"),
        (ConnectionResetError, "Connection reset by peer"),
        (aiohttp.ConnectionTimeoutError, "Connection timed out"),
        (TimeoutError, "Read timeout expired"),
    )
    return next((text for kind, text in reasons if isinstance(cause, kind)), f"Connection failed: {cause}")
