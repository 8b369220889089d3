"""Small real proxies on loopback: an HTTP one that tunnels, and a SOCKS5 one. Both ask for a password."""

import asyncio
import base64
import contextlib
import ipaddress
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

USER, PASSWORD = "olga", "pass:w/rd"
_CREDENTIALS = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
_SOCKS, _TUNNEL = 5, 1
_BY_PASSWORD, _NO_METHOD = 2, 0xFF
_IPV4, _NAME, _IPV6 = 1, 3, 4
_NOWHERE = bytes((_IPV4, 0, 0, 0, 0, 0, 0))
_ESTABLISHED = {"http": b"HTTP/1.1 200 Established\r\n\r\n", "socks5": bytes((_SOCKS, 0, 0)) + _NOWHERE}
_REFUSED = {
    "http": b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n",
    "socks5": bytes((_SOCKS, 5, 0)) + _NOWHERE,
}

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Greet = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[tuple[str, int] | None]]


@dataclass
class Proxy:
    """Where it listens, and whereto it was asked to lead."""

    scheme: str
    port: int = 0
    led_to: list[tuple[str, int]] = field(default_factory=list)

    def url(self, password: str = PASSWORD) -> str:
        """Return what telegram.proxy is set to."""
        quoted = password.replace(":", "%3A").replace("/", "%2F")
        return f"{self.scheme}://{USER}:{quoted}@127.0.0.1:{self.port}"


async def _http(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> tuple[str, int] | None:
    first, *headers = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
    verb, target, _ = first.split(" ")
    if f"Proxy-Authorization: Basic {_CREDENTIALS}" not in headers:
        writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
        return None
    assert verb == "CONNECT"
    host, _, port = target.rpartition(":")
    return host, int(port)


async def _socks5(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> tuple[str, int] | None:
    """RFC 1928 and, for the password, RFC 1929."""
    version, count = await reader.readexactly(2)
    methods = await reader.readexactly(count)
    if version != _SOCKS or _BY_PASSWORD not in methods:
        writer.write(bytes((_SOCKS, _NO_METHOD)))
        return None
    writer.write(bytes((_SOCKS, _BY_PASSWORD)))
    _, length = await reader.readexactly(2)
    user = (await reader.readexactly(length)).decode()
    password = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
    known = (user, password) == (USER, PASSWORD)
    writer.write(bytes((1, 0 if known else 1)))
    if not known:
        return None
    _, command, _, kind = await reader.readexactly(4)
    assert command == _TUNNEL
    host = await _socks5_host(reader, kind)
    (port,) = struct.unpack("!H", await reader.readexactly(2))
    return host, port


async def _socks5_host(reader: asyncio.StreamReader, kind: int) -> str:
    if kind == _NAME:
        return (await reader.readexactly((await reader.readexactly(1))[0])).decode()
    return str(ipaddress.ip_address(await reader.readexactly({_IPV4: 4, _IPV6: 16}[kind])))


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while piece := await reader.read(65536):
            writer.write(piece)
            await writer.drain()
    writer.close()


@contextlib.asynccontextmanager
async def proxying(scheme: str) -> AsyncIterator[Proxy]:
    """Run a proxy of that scheme ("http" or "socks5") while the block runs."""
    proxy, tasks = Proxy(scheme), set[asyncio.Task[None]]()
    greet: Greet = {"http": _http, "socks5": _socks5}[scheme]

    async def lead(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            target = await greet(reader, writer)
            if target is None:
                return
            proxy.led_to.append(target)
            try:
                there: Streams = await asyncio.open_connection(*target, family=socket.AF_INET)
            except ConnectionError:
                writer.write(_REFUSED[scheme])
                return
            writer.write(_ESTABLISHED[scheme])
            async with asyncio.TaskGroup() as both:
                both.create_task(_pipe(reader, there[1]))
                both.create_task(_pipe(there[0], writer))
        finally:
            writer.close()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.get_running_loop().create_task(lead(reader, writer)))

    listening = await asyncio.start_server(accept, "127.0.0.1", 0)
    proxy.port = listening.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        listening.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
