"""A webhook target on loopback that answers as a test tells it to."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Hook:
    """A running target: what came, and what it answers next (a status or more); 200 when nothing is left."""

    url: str = ""
    updates: list[Any] = field(default_factory=list)
    headers: list[Any] = field(default_factory=list)
    answers: list[int | Answer] = field(default_factory=list)
    came: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, request: web.Request) -> web.StreamResponse:
        self.updates.append(await request.json())
        self.headers.append(request.headers)
        self.came.set()
        answer = self.answers.pop(0) if self.answers else 200
        return web.Response(status=answer) if isinstance(answer, int) else await answer(request)

    async def count(self, wanted: int) -> list[Any]:
        """Return the updates once there are `wanted` of them."""
        async with asyncio.timeout(5):
            while len(self.updates) < wanted:
                self.came.clear()
                await self.came.wait()
        return self.updates

    def texts(self) -> list[str]:
        """Return the texts of the messages that came."""
        return [update["message"]["text"] for update in self.updates if "message" in update]


def saying(body: Any) -> Answer:
    """Return an answer of JSON."""

    async def answer(_request: web.Request) -> web.StreamResponse:
        return web.json_response(body)

    return answer


@asynccontextmanager
async def hook(*answers: int | Answer, tls: ssl.SSLContext | None = None) -> AsyncIterator[Hook]:
    """Run a target for one test."""
    found = Hook(answers=list(answers))
    app = web.Application()
    app.router.add_post("/hook", found.take)
    async with receiving(app, tls=tls) as url:
        found.url = url
        yield found


@asynccontextmanager
async def receiving(app: web.Application, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """Serve a webhook's program on loopback; yield the address of its /hook."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
        yield f"{'https' if tls else 'http'}://127.0.0.1:{runner.addresses[0][1]}/hook"
    finally:
        await runner.cleanup()
