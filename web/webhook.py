"""The webhook's route: an update is kept before Telegram hears 200; what is not one leaves no trace."""

import asyncio
import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

_SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header
_MOST_BYTES = 1_000_000
_BODY_SECONDS = 10.0
_RETRY_SECONDS = "1"  # Telegram waits so long before it brings an update again


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where updates come in, how they prove themselves, and who takes them."""

    path: str
    secret: str
    is_update: Callable[[object], bool]
    has_room: Callable[[], bool]
    offer: Callable[[Mapping[str, Any]], Awaitable[bool]]  # False: not kept in time


def route(webhook: Webhook) -> Route:
    """Return the one route of a webhook."""

    async def receive(request: Request) -> Response:
        return Response(status_code=(status := await _receive(webhook, request)), headers=_headers(status))

    return Route(webhook.path, receive, methods=["POST"])


async def _receive(webhook: Webhook, request: Request) -> HTTPStatus:
    shown = request.headers.get(_SECRET_HEADER, "")
    if not hmac.compare_digest(shown.encode(), webhook.secret.encode()):
        return HTTPStatus.FORBIDDEN
    if not webhook.has_room():
        return HTTPStatus.SERVICE_UNAVAILABLE
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            body = await _body(request)
    except TimeoutError:
        return HTTPStatus.REQUEST_TIMEOUT
    except ClientDisconnect:
        return HTTPStatus.BAD_REQUEST
    if body is None:
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    found = _json(body)
    if not isinstance(found, dict) or not webhook.is_update(found):
        return HTTPStatus.BAD_REQUEST
    return HTTPStatus.OK if await webhook.offer(found) else HTTPStatus.SERVICE_UNAVAILABLE


async def _body(request: Request) -> bytes | None:
    """Return the body, or None for one that is too long."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > _MOST_BYTES:
            return None
    return bytes(body)


def _json(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _headers(status: HTTPStatus) -> dict[str, str]:
    return {"Retry-After": _RETRY_SECONDS} if status is HTTPStatus.SERVICE_UNAVAILABLE else {}
