"""A file is fetched whole and small, or with a reason; what leaves may be bytes."""

import asyncio

import pytest
from aiohttp import web
from telegram.error import BadRequest, NetworkError, TimedOut

from bot.application import files_of
from bot.wire import NotSent, Patience, Wire
from kernel.message import File, QrCode, RemoteFile
from storage.message_codec import file_from_json, file_to_json


async def _served(handler: web.Application) -> tuple[web.AppRunner, str]:
    runner = web.AppRunner(handler, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    return runner, f"http://{host}:{port}/file"


async def _downloads(answer: web.StreamResponse | None, body: bytes, *, most: int = 10) -> bytes | None:
    """Let a server stream a body piece by piece, and fetch it."""

    async def handler(request: web.Request) -> web.StreamResponse:
        response = answer or web.StreamResponse()
        await response.prepare(request)
        for at in range(0, len(body), 4):
            await response.write(body[at : at + 4])
        if body == b"hang":
            await asyncio.sleep(5)
        await response.write_eof()
        return response

    app = web.Application()
    app.router.add_get("/file", handler)
    runner, url = await _served(app)
    wire = Wire(2, patience=Patience(connect=0.5, download=0.5))
    await wire.initialize()
    try:
        return await wire.download(url, most=most)
    finally:
        await wire.shutdown()
        await runner.cleanup()


async def test_a_small_file_comes_whole_and_one_too_large_is_left() -> None:
    assert await _downloads(None, b"0123456789") == b"0123456789"
    assert await _downloads(None, b"0123456789x") is None


@pytest.mark.parametrize(
    ("status", "fault"),
    [(404, BadRequest), (403, BadRequest), (500, NetworkError), (302, NetworkError), (429, NetworkError)],
)
async def test_what_is_no_file_is_told_apart(status: int, fault: type[Exception]) -> None:
    with pytest.raises(fault) as told:
        await _downloads(web.StreamResponse(status=status), b"")
    assert (type(told.value) is BadRequest) == (fault is BadRequest)


async def test_a_file_that_hangs_is_given_up() -> None:
    with pytest.raises(TimedOut):
        await _downloads(None, b"hang")


async def test_without_a_connection_nothing_has_happened() -> None:
    wire = Wire(1)
    with pytest.raises(NotSent):
        await wire.download("http://127.0.0.1:1/x", most=1)
    await wire.initialize()
    with pytest.raises(NotSent):
        await wire.download("http://127.0.0.1:1/x", most=1)
    await wire.shutdown()


def test_files_stand_beside_the_methods() -> None:
    assert files_of("https://api.telegram.org/bot") == "https://api.telegram.org/file/bot"


@pytest.mark.parametrize(
    "file", [File("a", "文"), File("a", b"\x00\xff"), RemoteFile("a", "BQAC"), QrCode("take-1")]
)
def test_every_file_comes_back_from_the_outbox(file: File | RemoteFile | QrCode) -> None:
    assert file_from_json(file_to_json(file)) == file
