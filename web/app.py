"""The web part: /healthz says the loop answers, /readyz the product works, /metrics how much it does."""

from collections.abc import Awaitable, Callable, Mapping

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from web import webhook as webhooks
from web.webhook import Webhook

Checks = Mapping[str, bool]
_PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"


def routes(ready: Callable[[], Awaitable[Checks]]) -> list[Route]:
    """Return the routes of health; `ready` names each condition and whether it holds."""

    async def healthz(_request: Request) -> PlainTextResponse:
        return PlainTextResponse("ok\n")

    async def readyz(_request: Request) -> JSONResponse:
        checks = await ready()
        return JSONResponse(dict(checks), status_code=200 if all(checks.values()) else 503)

    return [Route("/healthz", healthz), Route("/readyz", readyz)]


def build(
    *,
    ready: Callable[[], Awaitable[Checks]],
    metrics: Callable[[], Awaitable[bytes]],
    webhook: Webhook | None,
) -> Starlette:
    """Return the application that `caiboshi run` serves; every other path is 404."""

    async def measured(_request: Request) -> Response:
        return Response(await metrics(), media_type=_PROMETHEUS)

    received = [webhooks.route(webhook)] if webhook else []
    return Starlette(routes=[*routes(ready), Route("/metrics", measured), *received])
