"""Serves a web application inside a running program, which keeps the signals to itself."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator

import uvicorn
from starlette.applications import Starlette

_GRACE_SECONDS = 1  # behind the product: whoever still asks hears at once that it has ended


class PortUnavailable(Exception):
    """The web part cannot listen where the configuration says."""


class _Server(uvicorn.Server):
    """A server that starts and stops by events."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.asynccontextmanager
async def serving(app: Starlette, *, host: str, port: int) -> AsyncIterator[int]:
    """Serve `app` while the block runs and yield the port. Raises PortUnavailable."""
    try:
        listener = socket.create_server((host, port))
    except OSError as fault:
        raise PortUnavailable(f"{host}:{port} cannot be listened on: {fault.strerror or fault}") from fault
    config = uvicorn.Config(
        app, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=_GRACE_SECONDS
    )
    server = _Server(config)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(server.serve(sockets=[listener]))
        await server.ready.wait()
        try:
            yield int(listener.getsockname()[1])
        finally:
            server.should_exit = True
