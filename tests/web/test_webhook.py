"""The webhook as Telegram and strangers meet it, in front of the running product."""

import asyncio
import json
import sqlite3
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.config import Mode
from bot.webhook import secret_of
from bot.wiring import build, build_web
from kernel.clock import SystemClock
from kernel.ids import InboxId
from storage.inbox import TELEGRAM, Taken
from tests.world import HOOK, World, config_for, free_port, open_world, webhook_env

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
MEGABYTE = 1_000_000
STORED = "SELECT count(*) FROM inbox WHERE source = 'telegram'"


@asynccontextmanager
async def hooked(database: str) -> AsyncIterator[tuple[World, httpx.AsyncClient]]:
    """A world by webhook with one group, and a client that knows the secret."""
    async with open_world(database, mode=Mode.WEBHOOK) as world:
        await world.opens_group()
        telegram = world.runtime.config.telegram
        async with httpx.AsyncClient(
            base_url=telegram.webhook_url.removesuffix(HOOK),
            headers={SECRET_HEADER: secret_of(telegram)},
            timeout=20,
        ) as client:
            yield world, client


def an_update(number: int, person: int = 77, text: str = "积分") -> dict[str, Any]:
    """A word in a private chat."""
    who = {"id": person, "is_bot": False, "first_name": "小林", "language_code": "zh"}
    chat = {"id": person, "type": "private", "first_name": "小林"}
    message = {"message_id": number, "date": 1_795_000_000, "chat": chat, "from": who, "text": text}
    return {"update_id": number, "message": message}


async def test_an_update_is_on_disk_before_telegram_hears_so(db_url: str) -> None:
    async with hooked(db_url) as (world, client):
        answer = await client.post(HOOK, json=an_update(900_001))
        stored = world.rows("SELECT count(*) FROM inbox WHERE source_id = 900001")
        await world.settle()

        assert (answer.status_code, answer.content, stored) == (200, b"", [(1,)])
        assert world.rows("SELECT state FROM inbox WHERE source_id = 900001") == [("done",)]


async def test_an_update_brought_many_times_at_once_is_kept_and_handled_once(db_url: str) -> None:
    async with hooked(db_url) as (world, client):
        answers = await asyncio.gather(*(client.post(HOOK, json=an_update(900_001)) for _ in range(20)))
        await world.settle()

        assert {answer.status_code for answer in answers} == {200}
        assert world.rows("SELECT state FROM inbox WHERE source_id = 900001") == [("done",)]
        assert world.rows("SELECT count(*) FROM outbox WHERE chat = 77") == [(1,)]
        assert world.runtime.intake.duplicate_count == 19


async def test_who_does_not_show_the_secret_leaves_no_trace(db_url: str) -> None:
    async with hooked(db_url) as (world, client):
        before = world.rows(STORED)
        secret = client.headers.pop(SECRET_HEADER)
        shown = (None, "", "x", secret[:-1], secret + "x", secret.upper(), "é" * 64, "x" * 10_000)
        refused = [
            (await client.post(HOOK, json=an_update(900_001), headers=_header(word))).status_code
            for word in shown
        ]

        assert refused == [403] * len(shown)
        assert world.rows(STORED) == before


def _header(word: str | None) -> dict[bytes, bytes]:
    return {} if word is None else {SECRET_HEADER.encode(): word.encode()}


async def test_nothing_else_is_served(tmp_path: Path, subtests: pytest.Subtests) -> None:
    async with hooked(f"sqlite:///{tmp_path / 'one.db'}") as (world, client):
        before = world.rows(STORED)
        for method, path, status in (
            ("POST", "/", 404),
            ("POST", "/telegram2", 404),
            ("POST", "/telegram/x", 404),
            ("POST", "/bot", 404),
            ("GET", HOOK, 405),
            ("PUT", HOOK, 405),
        ):
            with subtests.test(method=method, path=path):
                answer = await client.request(method, path, json=an_update(900_001))

                assert answer.status_code == status
                assert world.rows(STORED) == before


NO_UPDATES = (
    (b"", 400),
    (b"no json", 400),
    (b"\xff\xfe", 400),
    (b"[]", 400),
    (b"7", 400),
    (b"null", 400),
    (b"{}", 400),
    (b'{"message": {}}', 400),
    (b'{"update_id": "7"}', 400),
    (b'{"update_id": true}', 400),
    (b'{"update_id": 7.0}', 400),
    (b'{"update_id": 9223372036854775808}', 400),
    (b"[" * 100_000, 400),
    (b'{"update_id": 900001, "message": ' + b"[" * 100_000, 400),
    (b'{"update_id": 900001}' + b" " * MEGABYTE, 413),
    (b"x" * (MEGABYTE + 1), 413),
)


async def test_what_is_no_update_leaves_no_trace(tmp_path: Path, subtests: pytest.Subtests) -> None:
    async with hooked(f"sqlite:///{tmp_path / 'one.db'}") as (world, client):
        before = world.rows(STORED)
        for body, status in NO_UPDATES:
            with subtests.test(body=body[:40], size=len(body)):
                whole = await client.post(HOOK, content=body)
                in_pieces = await client.post(HOOK, content=_pieces(body))  # no length told beforehand

                assert (whole.status_code, in_pieces.status_code) == (status, status)
                assert world.rows(STORED) == before


async def _pieces(body: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(body), 65_536):
        yield body[start : start + 65_536]


LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
ANY_JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
)
PARTS = st.sampled_from(["chat", "from", "user", "message", "id", "text", "date", "entities"])
BODIES = st.dictionaries(PARTS, st.dictionaries(PARTS, ANY_JSON, max_size=3) | ANY_JSON, max_size=4)
KINDS = st.sampled_from(["message", "callback_query", "chat_member", "my_chat_member", "poll", "nonsense"])
NUMBERS = st.integers(900_000, 900_050) | st.integers() | ANY_JSON
STRANGE = st.builds(lambda n, kind, body: {"update_id": n, kind: body}, NUMBERS, KINDS, BODIES | ANY_JSON)


@pytest.mark.timeout(120)
@settings(max_examples=3)
@given(st.lists(STRANGE | ANY_JSON, min_size=10, max_size=25))
async def test_whatever_is_brought_with_the_secret_the_product_works_on(
    tmp_path: Path, brought: list[Any]
) -> None:
    folder = tempfile.mkdtemp(dir=tmp_path)  # one for each example
    async with hooked(f"sqlite:///{folder}/one.db") as (world, client):
        before = world.rows(STORED)[0][0]

        statuses = [
            (await client.post(HOOK, content=json.dumps(each).encode())).status_code for each in brought
        ]
        numbers = {each["update_id"] for each, status in zip(brought, statuses, strict=True) if status == 200}

        assert set(statuses) <= {200, 400}
        assert world.rows(STORED)[0][0] <= before + len(numbers)
        member = await world.member()
        await world.says(member, "积分")
        assert world.last_to(member).startswith("我的成长值")


async def test_a_full_house_sends_updates_away_for_a_while(tmp_path: Path) -> None:
    database = tmp_path / "one.db"
    async with hooked(f"sqlite:///{database}") as (world, client):
        row = Taken(InboxId(10**9), TELEGRAM, 1, {"update_id": 1})
        with closing(sqlite3.connect(database, isolation_level=None)) as rival:
            rival.execute("BEGIN IMMEDIATE")  # nothing can be handled meanwhile
            world.runtime.lanes.put((row,) * 1000)
            refused = await client.post(HOOK, json=an_update(900_001))
            rival.execute("ROLLBACK")
        await world.settle()
        taken = await client.post(HOOK, json=an_update(900_001))

        assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
        assert taken.status_code == 200


async def test_a_silent_database_sends_updates_away_and_handles_them_once_later(tmp_path: Path) -> None:
    database = tmp_path / "one.db"
    async with hooked(f"sqlite:///{database}") as (world, client):
        with closing(sqlite3.connect(database, isolation_level=None)) as rival:
            rival.execute("BEGIN IMMEDIATE")
            refused = await client.post(HOOK, json=an_update(900_001))
            rival.execute("ROLLBACK")
        again = await client.post(HOOK, json=an_update(900_001))
        await world.settle()

        assert (refused.status_code, refused.headers["retry-after"], again.status_code) == (503, "1", 200)
        assert world.rows("SELECT state FROM inbox WHERE source_id = 900001") == [("done",)]
        assert world.rows("SELECT count(*) FROM outbox WHERE chat = 77") == [(1,)]


async def test_a_caller_who_leaves_in_the_middle_is_no_fault(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with hooked(f"sqlite:///{tmp_path / 'one.db'}") as (world, client):
        telegram = world.runtime.config.telegram
        _, writer = await asyncio.open_connection("127.0.0.1", world.runtime.config.web.port)
        head = f"POST {HOOK} HTTP/1.1\r\nHost: x\r\n{SECRET_HEADER}: {secret_of(telegram)}\r\n"
        writer.write(f'{head}Content-Length: 1000\r\n\r\n{{"update_id": 900001'.encode())
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        answer = await client.post(HOOK, json=an_update(900_002))

        assert answer.status_code == 200
        assert world.rows("SELECT count(*) FROM inbox WHERE source_id = 900001") == [(0,)]
        assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []


async def test_before_the_start_and_behind_the_end_updates_are_sent_away(db_url: str) -> None:
    config = config_for("http://127.0.0.1:9/bot", "1:x", db_url, **webhook_env(free_port()))
    runtime = build(config, SystemClock())
    transport = httpx.ASGITransport(app=build_web(runtime))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        early = await client.post(
            HOOK, json={"update_id": 1}, headers={SECRET_HEADER: secret_of(config.telegram)}
        )
        ready = await client.get("/readyz")
        await runtime.reader.close()
        runtime.db.close()

    assert early.status_code == 503
    assert (ready.status_code, ready.json()) == (503, {"running": False})


async def test_by_polling_there_is_no_such_route(tmp_path: Path) -> None:
    config = config_for("http://127.0.0.1:9/bot", "1:x", f"sqlite:///{tmp_path / 'one.db'}")
    runtime = build(config, SystemClock())
    transport = httpx.ASGITransport(app=build_web(runtime))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        statuses = [(await client.post(path, json={"update_id": 1})).status_code for path in ("/", HOOK)]
    runtime.db.close()

    assert statuses == [404, 404]
