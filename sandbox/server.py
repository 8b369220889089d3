"""Serving a sandbox: on a loopback port inside a running program, or as a program of its own."""

import asyncio
import contextlib
import json
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from sandbox.control import Control, unknown
from sandbox.guard import LOOPBACK, LoopbackOnly
from sandbox.sandbox import Sandbox
from sandbox.seed import seeded
from sandbox.witness import Witness

STOP_SECONDS = 1
KEEP_ALIVE_SECONDS = 75


@dataclass(frozen=True, slots=True)
class Address:
    """Where a sandbox listens."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """Return the root, without a slash at its end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    @property
    def base(self) -> str:
        """Return the Bot API's base URL: a call is `{base}{token}/{method}`."""
        return f"{self.url}/bot"

    @property
    def control(self) -> str:
        """Return the control API's root."""
        return f"{self.url}/control"


def application(sandbox: Sandbox, extra_routes: Sequence[BaseRoute] = ()) -> Starlette:
    """Return the web application over a sandbox: Bot API, control API and whatever is added."""
    return Starlette(
        routes=[
            Route("/bot{token}/{method}", sandbox.api.answer, methods=["GET", "POST"]),
            Route("/file/bot{token}/{path:path}", sandbox.api.download, methods=["GET"]),
            *Control(sandbox).routes(),
            *extra_routes,
        ],
        middleware=[Middleware(LoopbackOnly)],
        exception_handlers={404: unknown, 405: unknown, 500: _told(sandbox.witness)},
    )


def _told(witness: Witness) -> Callable[[Request, Exception], Awaitable[Response]]:
    """Return what answers where the sandbox itself broke; Starlette raises the error all the same."""

    async def broken(request: Request, error: Exception) -> Response:
        witness.broke(request.path_params.get("method", request.url.path), error)
        return PlainTextResponse("Internal Server Error", 500)

    return broken


class _Connection(H11Protocol):
    """Lets a request cut its own connection, at once or when it is used again; ASGI has no word for it."""

    def __init__(
        self,
        config: uvicorn.Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        words = {"hang_up": self._hang_up, "go_stale": self._go_stale}
        super().__init__(config, server_state, {**app_state, **words}, _loop)
        self._stale = False

    def data_received(self, data: bytes) -> None:
        if self._stale:
            self.transport.abort()
        else:
            super().data_received(data)

    def _hang_up(self) -> None:
        self.transport.abort()

    def _go_stale(self) -> None:
        self._stale = True


class _Server(uvicorn.Server):
    """Starts and stops by events and leaves the signals to the program around it."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()
        self.stopping = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    async def main_loop(self) -> None:
        await self.stopping.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop as uvicorn does, without its tenth of a second for every stop.

        A connection can be gone before the task that answered on it: a task still winding down is let
        end by itself, for what is cancelled prints a traceback.
        """
        for server in self.servers:
            server.close()
        for listener in sockets or ():
            listener.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        loop = asyncio.get_running_loop()
        deadline = loop.time() + STOP_SECONDS
        state = self.server_state
        # Uvicorn tells of closed connections by no event.
        while (state.connections or state.tasks) and loop.time() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(0.002)
        for task in list(state.tasks):
            task.cancel()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _listen(host: str, port: int) -> socket.socket:
    if host not in LOOPBACK | {"::1"}:
        raise ValueError(f"the sandbox listens on loopback only (127.0.0.1, localhost, ::1); got {host}")
    family = socket.AF_INET6 if host == "::1" else socket.AF_INET
    # asyncio turns Nagle's algorithm off only where the protocol is named: else every answer waits 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(128)
    except OSError:
        listener.close()
        raise
    return listener


@contextlib.asynccontextmanager
async def serve(
    sandbox: Sandbox, *, port: int = 0, host: str = "127.0.0.1", extra_routes: Sequence[BaseRoute] = ()
) -> AsyncIterator[Address]:
    """Serve a sandbox while the block runs; port 0 takes a free one. Raises OSError for a taken port."""
    listener = _listen(host, port)
    sandbox.open()
    config = uvicorn.Config(
        application(sandbox, extra_routes),
        http=_Connection,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="error",
        access_log=False,
        date_header=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
    )
    server = _Server(config)
    # No TaskGroup: it would wrap what the block raises into an ExceptionGroup.
    serving = asyncio.get_running_loop().create_task(server.serve(sockets=[listener]))
    pushing = asyncio.get_running_loop().create_task(sandbox.push())
    await server.ready.wait()
    try:
        yield Address(host, listener.getsockname()[1])
    finally:
        sandbox.close()
        server.stopping.set()
        await serving
        listener.close()
        await pushing


def run(port: int, *, extra_routes: Sequence[BaseRoute] = ()) -> int:
    """Serve the seeded world until SIGINT or SIGTERM; return the exit code: 2 when the port is taken."""
    try:
        asyncio.run(_run(port, extra_routes))
    except OSError as error:
        sys.stderr.write(
            f"sandbox: port {port} cannot be used ({error.strerror}); choose another with --port\n"
        )
        return 2
    return 0


async def _run(port: int, extra_routes: Sequence[BaseRoute]) -> None:
    world = seeded()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with serve(world.sandbox, port=port, extra_routes=extra_routes) as address:
        line = {
            "base": address.base,
            "token": world.token,
            "group": world.group,
            "user": world.user,
            "control": address.control,
        }
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
        await stop.wait()
