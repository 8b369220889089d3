"""The wire against a server on loopback that does everything a network does to us."""

import asyncio
import json
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.request import RequestData
from telegram.request._requestparameter import RequestParameter

from bot.wire import PATIENCE, NotSent, Wire, seconds_of

SOON = 0.15  # seconds until the tests give up on a silent server
Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Server:
    """Answers requests by a script, one answer each, then well for ever."""

    port: int = 0
    script: list[Answer] = field(default_factory=list)
    heard: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    connections: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/bot1:x/sendMessage"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while request := await self._read(reader):
                self.heard.append(request)
                await (self.script.pop(0) if self.script else well)(writer)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    @staticmethod
    async def _read(reader: asyncio.StreamReader) -> tuple[str, dict[str, str], bytes] | None:
        head = await reader.readuntil(b"\r\n\r\n")
        first, *lines = head.decode().strip().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        return first, headers, await reader.readexactly(int(headers.get("content-length", 0)))


def answers(status: int, body: object, kind: str = "application/json") -> Answer:
    """Answer with `body` as JSON, or as it is when it is bytes."""

    async def answer(writer: asyncio.StreamWriter) -> None:
        payload = body if isinstance(body, bytes) else json.dumps(body).encode()
        head = f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {len(payload)}\r\n\r\n"
        writer.write(head.encode() + payload)

    return answer


def refuses(code: int, description: str, **parameters: int) -> Answer:
    """Answer as Telegram refuses."""
    body = {"ok": False, "error_code": code, "description": description}
    return answers(code, body | ({"parameters": parameters} if parameters else {}))


well = answers(200, {"ok": True, "result": "well"})


async def silent(writer: asyncio.StreamWriter) -> None:
    """Say nothing until the other side hangs up."""
    await writer.wait_closed()


async def stalls(writer: asyncio.StreamWriter) -> None:
    """Begin an answer and stop in the middle."""
    writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"ok": tr')
    await writer.drain()
    await writer.wait_closed()


async def hangs_up(writer: asyncio.StreamWriter) -> None:
    """Close without a word."""
    writer.close()


async def resets(writer: asyncio.StreamWriter) -> None:
    """Reset the connection before any answer."""
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.close()


async def resets_in_the_body(writer: asyncio.StreamWriter) -> None:
    """Reset the connection in the middle of the answer."""
    writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"ok": tr')
    await writer.drain()
    await resets(writer)


async def cuts_the_body(writer: asyncio.StreamWriter) -> None:
    """Hang up in the middle of the answer."""
    writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"ok": tr')
    writer.close()


async def talks_nonsense(writer: asyncio.StreamWriter) -> None:
    """Answer in no protocol."""
    writer.write(b"\x00\x01 this is no HTTP\r\n\r\n")
    writer.close()


@asynccontextmanager
async def _serving() -> AsyncIterator[Server]:
    server, tasks = Server(), set[asyncio.Task[None]]()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.get_running_loop().create_task(server.serve(reader, writer)))

    listening = await asyncio.start_server(accept, "127.0.0.1", 0)
    server.port = listening.sockets[0].getsockname()[1]
    yield server
    listening.close()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with _serving() as serving:
        yield serving


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    opened = Wire(connections=2, patience=replace(PATIENCE, connect=0.5))  # the whole limit holds it too
    await opened.initialize()
    yield opened
    await opened.shutdown()


async def _post(wire: Wire, server: Server, **parameters: Any) -> Any:
    named = [RequestParameter.from_input(name, value) for name, value in parameters.items()]
    return await wire.post(server.url, RequestData(named), read_timeout=SOON)


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (silent, TimedOut),
        (stalls, TimedOut),
        (hangs_up, NetworkError),
        (resets, NetworkError),
        (resets_in_the_body, NetworkError),
        (cuts_the_body, NetworkError),
        (talks_nonsense, NetworkError),
        (answers(502, b"<html>Bad Gateway</html>", "text/html"), NetworkError),
        (answers(504, b"", "text/html"), NetworkError),
        (answers(500, {"ok": False, "error_code": 500, "description": "Internal"}), NetworkError),
        (answers(200, b"<html>captive portal</html>", "text/html"), NetworkError),
        (answers(200, b""), NetworkError),
        (answers(200, b"[]"), NetworkError),
        (answers(200, b'["result"]'), NetworkError),
        (answers(200, {"ok": True}), NetworkError),
        (answers(200, {"ok": False, "description": "no"}), NetworkError),
        (answers(200, b'{"ok": true, "result": {'), NetworkError),
        (answers(200, b'{"ok": tr, "result"}'), NetworkError),
        (refuses(429, "Too Many Requests: retry after 35", retry_after=35), RetryAfter),
        (refuses(403, "Forbidden: bot was blocked by the user"), Forbidden),
        (refuses(400, "Bad Request: chat not found"), BadRequest),
        (
            refuses(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=-1001),
            ChatMigrated,
        ),
        (refuses(401, "Unauthorized"), InvalidToken),
        (refuses(404, "Not Found"), InvalidToken),
        (refuses(409, "Conflict: terminated by other getUpdates request"), Conflict),
    ],
    ids=[
        *("silent", "stalls", "hangs up", "resets", "resets in the body", "cuts the body", "no http"),
        *("502 html", "504 empty", "500 json", "200 html", "200 empty", "200 list", "200 odd list"),
        *(
            "200 without result",
            "200 not ok",
            "200 cut json",
            "200 bad json",
            "429",
            "403",
            "400",
            "migrated",
            "401",
            "404",
            "409",
        ),
    ],
)
async def test_a_fault_is_told_by_its_kind_and_the_wire_works_on(
    wire: Wire, server: Server, fault: Answer, expected: type[TelegramError]
) -> None:
    server.script = [fault]
    with pytest.raises(TelegramError) as told:
        await _post(wire, server, text="x")
    assert type(told.value) is expected
    assert await _post(wire, server, text="y") == "well"
    assert len(server.heard) == 2


async def test_telegrams_pause_is_told_in_seconds(wire: Wire, server: Server) -> None:
    server.script = [refuses(429, "Too Many Requests: retry after 35", retry_after=35)]
    with pytest.raises(RetryAfter) as told:
        await _post(wire, server)
    assert seconds_of(told.value) == 35.0


async def test_an_answer_that_cannot_be_read_is_not_quoted(wire: Wire, server: Server) -> None:
    server.script = [answers(200, b'{"result": "a private word')]
    with pytest.raises(NetworkError) as told:
        await _post(wire, server)
    assert "private" not in str(told.value)


def test_a_pause_in_either_form_is_the_same() -> None:
    assert seconds_of(RetryAfter(timedelta(seconds=35))) == 35.0


async def test_a_migrated_chat_tells_its_new_number(wire: Wire, server: Server) -> None:
    server.script = [refuses(400, "Bad Request: upgraded", migrate_to_chat_id=-1001234567890)]
    with pytest.raises(ChatMigrated) as told:
        await _post(wire, server)
    assert told.value.new_chat_id == -1001234567890


async def test_a_refusals_own_words_are_kept(wire: Wire, server: Server) -> None:
    server.script = [refuses(400, "Bad Request: message is not modified: 菜")]
    with pytest.raises(BadRequest) as told:
        await _post(wire, server)
    assert told.value.message == "Message is not modified: 菜"


async def test_a_refused_connection_was_surely_not_sent(wire: Wire, server: Server) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(NotSent):
        await wire.post(f"http://127.0.0.1:{port}/bot1:x/getMe")
    assert await _post(wire, server) == "well"


@contextmanager
def _deaf_port() -> Any:
    """A port that accepts no connection: its queue is full."""
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        waiting = []
        try:
            for _ in range(4):
                caller = socket.socket()
                caller.setblocking(False)
                caller.connect_ex(deaf.getsockname())
                waiting.append(caller)
            yield deaf.getsockname()[1]
        finally:
            for caller in waiting:
                caller.close()


async def test_a_connection_that_never_comes_about_was_surely_not_sent(wire: Wire, server: Server) -> None:
    with _deaf_port() as port, pytest.raises(NotSent):
        await wire.post(f"http://127.0.0.1:{port}/bot1:x/getMe", connect_timeout=SOON)
    assert await _post(wire, server) == "well"


async def test_an_unknown_host_was_surely_not_sent(wire: Wire) -> None:
    with pytest.raises(NotSent):
        await wire.post("http://no-such-host.invalid/bot1:x/getMe")


async def test_a_full_pool_gives_up_as_surely_not_sent(server: Server) -> None:
    small = Wire(connections=1)
    await small.initialize()
    server.script = [silent]
    first = asyncio.ensure_future(small.post(server.url, read_timeout=5))
    while not server.heard:
        await asyncio.sleep(0)
    with pytest.raises(NotSent):
        await small.post(server.url, connect_timeout=SOON)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    assert await _post(small, server) == "well"
    await small.shutdown()


async def test_a_closed_wire_sends_nothing(server: Server) -> None:
    with pytest.raises(NotSent, match=r"(?i)the wire is closed"):
        await Wire(connections=1).post(server.url)
    assert server.heard == []


async def test_a_wire_can_be_opened_again(server: Server) -> None:
    wire = Wire(connections=1)
    for _ in range(2):
        await wire.initialize()
        await wire.initialize()
        assert await _post(wire, server) == "well"
        await wire.shutdown()
        await wire.shutdown()
    assert server.connections == 2


async def test_parameters_travel_as_json(wire: Wire, server: Server) -> None:
    await _post(wire, server, chat_id=-100, text="菜 <b>")
    ((first, headers, body),) = server.heard
    assert first == "POST /bot1:x/sendMessage HTTP/1.1"
    assert (headers["content-type"], headers["user-agent"]) == ("application/json", "caiboshi")
    assert json.loads(body) == {"chat_id": "-100", "text": "菜 <b>"}


async def test_a_call_without_parameters_has_no_body(wire: Wire, server: Server) -> None:
    await wire.post(server.url)
    ((_, headers, body),) = server.heard
    assert ("content-type" in headers and headers["content-type"] == "application/json", body) == (False, b"")


async def test_connections_are_used_again(wire: Wire, server: Server) -> None:
    for _ in range(5):
        await _post(wire, server)
    assert server.connections == 1


async def test_no_more_connections_than_allowed(wire: Wire, server: Server) -> None:
    answered = await asyncio.gather(*(_post(wire, server) for _ in range(20)))
    assert answered == ["well"] * 20
    assert server.connections <= 2


async def test_an_answer_gets_ten_seconds_unless_a_call_says_otherwise(wire: Wire) -> None:
    assert wire.read_timeout == 10.0
