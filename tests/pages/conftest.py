"""The demo and a browser for the tests of the page."""

import asyncio
import re
import signal
import sys
from collections.abc import AsyncIterator, Iterator

import pytest
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


@pytest.fixture
async def url() -> AsyncIterator[str]:
    """`caiboshi demo` on a free port."""
    demo = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "demo", "--port", "0"), stdout=asyncio.subprocess.PIPE
    )
    assert demo.stdout is not None
    line = (await demo.stdout.readline()).decode()
    found = re.search(r"http://127\.0\.0\.1:\d+/demo", line)
    assert found, line
    yield found[0]
    demo.send_signal(signal.SIGINT)
    assert await demo.wait() == 0


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """A headless Chromium."""
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


@pytest.fixture
def opened(browser: Browser, url: str, faults: list[str]) -> Open:
    """Open the page as somebody who has never been here."""

    async def open_page(
        rest: str = "", *, width: int = 1440, height: int = 900, locale: str = "zh-CN"
    ) -> Page:
        page = await browser.new_page(
            viewport={"width": width, "height": height}, reduced_motion="reduce", locale=locale
        )
        page.on("pageerror", lambda fault: faults.append(str(fault)))
        page.on("console", lambda said: note(said, faults))
        await page.goto(url + rest)
        await page.wait_for_selector('html[data-ready="1"]')
        return page

    return open_page
