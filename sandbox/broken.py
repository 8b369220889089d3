"""Answers that break on their way: what a network does to them, on demand."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.types import Scope

from sandbox.faults import Fault

Wait = Callable[[float], Awaitable[None]]

_ERROR_PAGE = (
    "<html>\r\n<head><title>{0}</title></head>\r\n<body><center><h1>{0}</h1></center></body>\r\n</html>\r\n"
)
_PORTAL = "<!doctype html>\n<title>Welcome</title>\n<p>Please accept the terms of this network.</p>\n"
_PIECES = 20


def error_page(status: int) -> Response:
    """Return the page a proxy in between answers with."""
    return HTMLResponse(_ERROR_PAGE.format(f"{status} Error"), status)


async def hang_up(request: Request) -> Response:
    """Close the connection under the request; what is returned reaches nobody."""
    await _cut(request.scope)
    return Response(status_code=502)


async def broken(request: Request, fault: Fault, answer: Response, wait: Wait) -> Response:
    """Return an answer, whose effect has happened, in the way its fault lets it through."""
    if fault.kind == "drop_after":
        return await hang_up(request)
    if fault.kind == "garbage":
        return HTMLResponse(_PORTAL)
    if fault.kind == "reset":
        return _streamed(answer, _half(request, bytes(answer.body)))
    if fault.kind == "slow":
        return _streamed(answer, _pieces(bytes(answer.body), fault.seconds, wait))
    _tell(request.scope, "go_stale")
    return answer


def _tell(scope: Scope, word: str) -> None:
    do = scope.get("state", {}).get(word)
    if do is not None:
        do()


async def _cut(scope: Scope) -> None:
    _tell(scope, "hang_up")
    # The server learns of the closed connection in the loop's next round.
    await asyncio.sleep(0.001)


async def _half(request: Request, body: bytes) -> AsyncIterator[bytes]:
    yield body[: len(body) // 2]
    await _cut(request.scope)


async def _pieces(body: bytes, seconds: float, wait: Wait) -> AsyncIterator[bytes]:
    size = max(1, len(body) // _PIECES)
    for start in range(0, len(body), size):
        await wait(seconds * size / len(body))
        yield body[start : start + size]


def _streamed(whole: Response, pieces: AsyncIterator[bytes]) -> Response:
    """Return an answer with the head of `whole`, its length included, whose body comes in pieces."""
    answer = StreamingResponse(pieces, whole.status_code)
    answer.raw_headers = whole.raw_headers
    return answer
