"""The web part: /healthz says the loop answers, /readyz says the product works."""

from collections.abc import Awaitable, Callable, Mapping

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route

Checks = Mapping[str, bool]


def routes(ready: Callable[[], Awaitable[Checks]]) -> list[Route]:
    """Return the routes; `ready` names each condition and whether it holds."""

    async def healthz(_request: Request) -> PlainTextResponse:
        return PlainTextResponse("ok\n")

    async def readyz(_request: Request) -> JSONResponse:
        checks = await ready()
        return JSONResponse(dict(checks), status_code=200 if all(checks.values()) else 503)

    return [Route("/healthz", healthz), Route("/readyz", readyz)]


def build(ready: Callable[[], Awaitable[Checks]]) -> Starlette:
    """Return the application that `caiboshi run` serves."""
    return Starlette(routes=routes(ready))
