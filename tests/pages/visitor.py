"""A visitor's hands: who there is in the demo, and how one opens, presses and writes."""

import os
import re
import shutil
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import ConsoleMessage, Page, expect

CHROMIUM = shutil.which("chromium")
NEWCOMER, LEADER, CHEN, EAST, OWNER = 7009, 7001, 7003, 7008, 7010
GROUP, EAST_GROUP, NEIGHBOURS = -1001700000001, -1001700000002, -1001700000003

Open = Callable[..., Awaitable[Page]]

MARKS = [pytest.mark.pages, pytest.mark.xdist_group("pages"), pytest.mark.asyncio(loop_scope="session")]
if CHROMIUM is None and os.environ.get("CI") != "true":
    MARKS.append(pytest.mark.skipif(True, reason="needs Debian's chromium: apt-get install chromium"))


def note(said: ConsoleMessage, faults: list[str]) -> None:
    """Keep what the console calls an error."""
    if said.type == "error":
        faults.append(said.text)


async def be(page: Page, person: int) -> None:
    """Choose whom to be; done when the page shows that person's chats."""
    row = page.get_by_test_id(f"person-{person}")
    await row.click()
    await expect(row).to_have_attribute("aria-current", "true")


async def press(page: Page, label: str) -> None:
    """Tap the newest button of that label in the chat."""
    beginning = re.compile(rf"^[‹›✓✗ ]*{re.escape(label)}")  # no is not yes with something before it
    await page.get_by_test_id("btn").filter(has_text=beginning).last.click()


async def say(page: Page, text: str) -> None:
    """Type and send by Enter."""
    await page.get_by_test_id("composer").fill(text)
    await page.get_by_test_id("composer").press("Enter")
