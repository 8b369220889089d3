"""The demo's chat page: a few routes and a folder of static files. Knows nothing of the product."""

import re
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from os import PathLike, stat_result
from pathlib import Path
from typing import Any

from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from sandbox.door import Door, DoorClosed

STATIC = Path(__file__).with_name("static")

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
"""Sent with every answer of this room."""

JUMPS = re.compile(r"\+1h|morning|days:([1-9]|[12][0-9]|30)")
"""The jumps of the clock that the page offers: one hour, the next 06:00, 1 to 30 days."""


@dataclass(frozen=True)
class DemoHooks:
    """What the page asks of the program it demonstrates.

    `panels` gives the inspector's JSON (clock, people, outbox, journal, jobs); `jump` moves the clock by
    "+1h", "morning" or "days:N" and returns when everything due until then is done.
    """

    panels: Callable[[], Coroutine[Any, Any, Mapping[str, object]]]
    jump: Callable[[str], Coroutine[Any, Any, None]]


def routes(hooks: DemoHooks, door: Door) -> list[Route | Mount]:
    """Return the routes of the demo page: `/demo`, its files, its panels and its clock.

    Panels and clock go through `door`; once that is closed they answer 503.
    """
    clock = _Clock(hooks.jump, door)

    async def panels(_: Request) -> Response:
        try:
            shown = await door.through(hooks.panels())
        except DoorClosed:
            return _ending()
        return JSONResponse(dict(shown), headers=HEADERS | {"Cache-Control": "no-store"})

    return [
        Route("/", _to_demo, methods=["GET"]),
        Route("/demo", _index, methods=["GET"]),
        Route("/demo/panels", panels, methods=["GET"]),
        Route("/demo/clock", clock.post, methods=["POST"]),
        Mount("/demo/static", _Files(directory=STATIC), middleware=[Middleware(GZipMiddleware)]),
    ]


async def _to_demo(_: Request) -> Response:
    return RedirectResponse("/demo", headers=HEADERS | {"Cache-Control": "no-store"})


async def _index(_: Request) -> Response:
    return FileResponse(STATIC / "index.html", headers=HEADERS | {"Cache-Control": "no-store"})


class _Files(StaticFiles):
    """Static files that browsers check for freshness on every visit."""

    def file_response(
        self,
        full_path: str | PathLike[str],
        stat_result: stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """Answer with the file (or 304) and this room's headers."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers.update(HEADERS | {"Cache-Control": "no-cache"})
        return response


class _Clock:
    """Runs one jump of the clock at a time."""

    def __init__(self, jump: Callable[[str], Coroutine[Any, Any, None]], door: Door) -> None:
        self._jump = jump
        self._door = door
        self._running: str | None = None

    async def post(self, request: Request) -> Response:
        """Jump as `{"jump": …}` says; 415, 400 and 409 carry a sentence that says what was expected."""
        content_type = request.headers.get("content-type", "")
        if content_type.partition(";")[0].strip().lower() != "application/json":
            return _refused(415, f"expected content type application/json, got {content_type or 'none'}")
        jump = await _read_jump(request)
        if jump is None or not JUMPS.fullmatch(jump):
            return _refused(
                400, f'expected {{"jump": "+1h" | "morning" | "days:1" … "days:30"}}, got {jump or "no jump"}'
            )
        if self._running is not None:
            return _refused(409, f"the clock is still running {self._running}; wait until it has arrived")
        self._running = jump
        try:
            await self._door.through(self._jump(jump))
        except DoorClosed:
            return _ending()
        finally:
            self._running = None
        return JSONResponse({"ok": True, "result": {"jump": jump}}, headers=HEADERS)


async def _read_jump(request: Request) -> str | None:
    try:
        body = await request.json()
    except ValueError:
        return None
    jump = body.get("jump") if isinstance(body, dict) else None
    return jump if isinstance(jump, str) else None


def _ending() -> Response:
    return _refused(503, "the demo is ending; start it again")


def _refused(status: int, error: str) -> Response:
    return JSONResponse({"ok": False, "error": error}, status_code=status, headers=HEADERS)
