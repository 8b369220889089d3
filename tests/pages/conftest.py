"""The demo and a browser for the tests of the page."""

import asyncio
import re
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.pages.visitor import CHROMIUM, Open, note

expect.set_options(timeout=15_000)  # the bot paces itself, and other tests share the machine

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass(slots=True)
class Demos:
    """Demos on free ports, each for one test; the next one starts while a test runs."""

    _next: asyncio.subprocess.Process | None = None

    async def take(self) -> asyncio.subprocess.Process:
        """Return a demo that nobody has visited."""
        mine = self._next or await _demo()
        self._next = await _demo()
        return mine

    async def close(self) -> None:
        """End the one that nobody took."""
        if self._next is not None:
            await _ended(self._next)


async def _demo() -> asyncio.subprocess.Process:
    """Start `caiboshi demo`; what it says can be read."""
    command = (sys.executable, "-m", "bot", "demo", "--port", "0")
    return await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)


async def _address(demo: asyncio.subprocess.Process) -> str:
    assert demo.stdout is not None
    line = (await demo.stdout.readline()).decode()
    found = re.search(r"http://127\.0\.0\.1:\d+/demo", line)
    assert found, line
    return found[0]


async def _ended(demo: asyncio.subprocess.Process) -> int:
    demo.send_signal(signal.SIGINT)
    return await demo.wait()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def demos() -> AsyncIterator[Demos]:
    """Demos for all tests of the page."""
    demos = Demos()
    yield demos
    await demos.close()


@pytest_asyncio.fixture(loop_scope="session")
async def url(demos: Demos) -> AsyncIterator[str]:
    """`caiboshi demo` on a free port."""
    demo = await demos.take()
    yield await _address(demo)
    assert await _ended(demo) == 0


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """A headless Chromium; every page has a context of its own."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


@pytest.fixture
def faults() -> Iterator[list[str]]:
    """What the browser's console complains of fails the test."""
    found: list[str] = []
    yield found
    assert found == []


@pytest_asyncio.fixture(loop_scope="session")
async def opened(browser: Browser, url: str, faults: list[str]) -> AsyncIterator[Open]:
    """Open the page as somebody who has never been here."""
    pages: list[Page] = []

    async def open_page(
        rest: str = "", *, width: int = 1440, height: int = 900, locale: str = "zh-CN"
    ) -> Page:
        page = await browser.new_page(
            viewport={"width": width, "height": height}, reduced_motion="reduce", locale=locale
        )
        pages.append(page)
        page.on("pageerror", lambda fault: faults.append(str(fault)))
        page.on("console", lambda said: note(said, faults))
        await page.goto(url + rest)
        await page.wait_for_selector('html[data-ready="1"]')
        return page

    yield open_page
    for page in pages:
        await page.close()
