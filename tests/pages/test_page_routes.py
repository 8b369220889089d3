"""The demo page's routes, without a browser."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from sandbox.door import Door
from sandbox.page import DemoHooks, routes

Jump = Callable[[str], Coroutine[Any, Any, None]]


async def _panels() -> Mapping[str, object]:
    return {"people": [], "outbox": []}


def a_client(jump: Jump, door: Door | None = None) -> httpx.AsyncClient:
    app = Starlette(routes=routes(DemoHooks(panels=_panels, jump=jump), door or Door()))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://127.0.0.1")


@pytest.fixture
def jumps() -> list[str]:
    return []


@pytest.fixture
async def client(jumps: list[str]) -> AsyncIterator[httpx.AsyncClient]:
    async def jump(name: str) -> None:
        jumps.append(name)

    async with a_client(jump) as found:
        yield found


async def test_page_is_served_fresh_under_a_strict_policy(client: httpx.AsyncClient) -> None:
    answer = await client.get("/demo")

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self';")
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["js/main.js", "css/base.css", "leaf.svg"])
async def test_files_carry_the_policy_and_are_checked_for_freshness(
    client: httpx.AsyncClient, path: str
) -> None:
    answer = await client.get(f"/demo/static/{path}")

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-cache"
    assert "content-security-policy" in answer.headers


@pytest.mark.parametrize(("path", "encoding"), [("js/main.js", "gzip"), ("pictures/greens.jpg", None)])
async def test_files_are_compressed_where_it_helps(
    client: httpx.AsyncClient, path: str, encoding: str | None
) -> None:
    answer = await client.get(f"/demo/static/{path}", headers={"accept-encoding": "gzip"})

    assert answer.headers.get("content-encoding") == encoding


async def test_panels_are_what_the_product_hands_in(client: httpx.AsyncClient) -> None:
    answer = await client.get("/demo/panels")

    assert answer.json() == {"people": [], "outbox": []}


@pytest.mark.parametrize("jump", ["+1h", "morning", "days:1", "days:30"])
async def test_clock_jumps_where_it_is_told(client: httpx.AsyncClient, jumps: list[str], jump: str) -> None:
    answer = await client.post("/demo/clock", json={"jump": jump})

    assert answer.status_code == 200
    assert jumps == [jump]


@pytest.mark.parametrize(
    "body", [{"jump": "-1h"}, {"jump": "days:0"}, {"jump": "days:31"}, {"jump": 7}, {}, []]
)
async def test_unknown_jump_is_refused_with_what_was_expected(
    client: httpx.AsyncClient, jumps: list[str], body: object
) -> None:
    answer = await client.post("/demo/clock", json=body)

    assert answer.status_code == 400
    assert answer.json()["ok"] is False
    assert "days:1" in answer.json()["error"]
    assert jumps == []


async def test_a_body_that_is_no_json_is_refused(client: httpx.AsyncClient) -> None:
    broken = await client.post(
        "/demo/clock", content=b"{", headers={"content-type": "application/json; charset=utf-8"}
    )
    form = await client.post("/demo/clock", data={"jump": "+1h"})

    assert broken.status_code == 400
    assert form.status_code == 415


async def test_second_jump_is_refused_while_the_first_runs() -> None:
    started, finish = asyncio.Event(), asyncio.Event()

    async def jump(_name: str) -> None:
        started.set()
        await finish.wait()

    async with a_client(jump) as client, asyncio.TaskGroup() as tasks:
        first = tasks.create_task(client.post("/demo/clock", json={"jump": "days:7"}))
        await started.wait()

        second = await client.post("/demo/clock", json={"jump": "+1h"})

        finish.set()
    assert second.status_code == 409
    assert "days:7" in second.json()["error"]
    assert first.result().status_code == 200


async def test_a_closing_demo_ends_the_jump_and_answers_no_more() -> None:
    started, door = asyncio.Event(), Door()

    async def jump(_name: str) -> None:
        started.set()
        await asyncio.Event().wait()

    async with a_client(jump, door) as client, asyncio.TaskGroup() as tasks:
        running = tasks.create_task(client.post("/demo/clock", json={"jump": "days:30"}))
        await started.wait()

        await door.close()

        late = await client.get("/demo/panels")
    assert running.result().status_code == 503
    assert late.status_code == 503
    assert "start it again" in late.json()["error"]


async def test_the_root_leads_to_the_demo(client: httpx.AsyncClient) -> None:
    answer = await client.get("/")

    assert answer.is_redirect
    assert answer.headers["location"] == "/demo"


async def test_a_failed_jump_leaves_the_clock_usable() -> None:
    async def jump(name: str) -> None:
        if name == "morning":
            raise RuntimeError("no morning")

    async with a_client(jump) as client:
        with pytest.raises(RuntimeError, match="no morning"):
            await client.post("/demo/clock", json={"jump": "morning"})

        answer = await client.post("/demo/clock", json={"jump": "+1h"})

    assert answer.status_code == 200
