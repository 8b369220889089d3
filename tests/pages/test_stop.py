"""Ctrl-C with open pages: the demo ends at once and says nothing."""

import asyncio
import contextlib
import itertools
import re
import signal
import sys
import time
from collections.abc import AsyncIterator

import httpx

NEWCOMER, LEADER = 7009, 7001
STOPS = 3


@contextlib.asynccontextmanager
async def a_tab(url: str, person: int) -> AsyncIterator[asyncio.Event]:
    """Be a page that listens and fetches its panels all the time; the event is set once it is answered."""
    answered = asyncio.Event()

    async def listen(client: httpx.AsyncClient) -> None:
        with contextlib.suppress(httpx.HTTPError):
            async with client.stream("GET", f"/control/events?as={person}") as stream:
                async for _ in stream.aiter_lines():
                    answered.set()

    async def fetch(client: httpx.AsyncClient) -> None:
        with contextlib.suppress(httpx.HTTPError):
            for _ in itertools.count():
                await asyncio.gather(*(client.get("/demo/panels") for _ in range(3)))

    async with httpx.AsyncClient(base_url=url, timeout=10) as client, asyncio.TaskGroup() as tasks:
        tasks.create_task(listen(client))
        tasks.create_task(fetch(client))
        yield answered


async def test_ctrl_c_with_two_open_tabs_ends_quietly_within_two_seconds() -> None:
    for _ in range(STOPS):
        demo = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "demo", "--port", "0"),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        assert demo.stdout is not None
        found = re.search(r"(http://127\.0\.0\.1:\d+)/demo", (await demo.stdout.readline()).decode())
        assert found
        async with a_tab(found[1], NEWCOMER) as one, a_tab(found[1], LEADER) as other:
            await one.wait()
            await other.wait()
            asked = time.monotonic()
            demo.send_signal(signal.SIGINT)
            _, complaints = await asyncio.wait_for(demo.communicate(), 10)

        assert complaints.decode() == ""
        assert demo.returncode == 0
        assert time.monotonic() - asked < 2
