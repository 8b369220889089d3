"""Take the pictures of the demo for the README.

`python tools/screenshots.py --out FOLDER` starts a demo of its own; `--url` takes them from one that runs.
"""

import argparse
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from playwright.sync_api import APIRequestContext, Browser, Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
READY = 'html[data-ready="1"]'
DESK = (1440, 900)
PHONE = (390, 844)
SETTLE_MS = 1800  # the day's pill has faded by then


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: file name, size of the window, query, the hash that opens pane, tab and chat, a jump."""

    name: str
    size: tuple[int, int]
    query: str
    place: str
    private: bool
    jump: str = ""


SHOTS = (
    Shot("desk-light-zh", DESK, "lang=zh&theme=light", "tab=clock", private=True),
    Shot("desk-dark-en", DESK, "lang=en&theme=dark", "tab=outbox", private=False),
    Shot("phone-chat", PHONE, "lang=zh&theme=light", "pane=chat", private=True),
    Shot(
        "phone-inspector",
        PHONE,
        "lang=zh&theme=light",
        "pane=inspector&tab=clock",
        private=True,
        jump="days:15",
    ),
)


def main() -> int:
    """Read the command line and take all pictures; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--url", help="address of a running demo; without it one is started")
    parser.add_argument("--out", type=Path, default=Path("docs/img"), help="folder for the PNG files")
    parser.add_argument("--chromium", default=CHROMIUM, help="browser to start")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    if given.url:
        take_all(given.url, given.out, given.chromium)
    else:
        with demo() as url:
            take_all(url, given.out, given.chromium)
    return 0


@contextmanager
def demo() -> Iterator[str]:
    """Run `caiboshi demo` on a free port while the block runs; give its address."""
    command = (sys.executable, "-m", "bot", "demo", "--port", "0")
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 -- our own
        assert process.stdout is not None  # noqa: S101 -- a pipe was asked for
        line = process.stdout.readline()
        found = re.search(r"http://\S+/demo", line)
        try:
            if found is None:
                raise SystemExit(f"expected the demo's address, got {line!r}")
            yield found[0]
        finally:
            process.send_signal(signal.SIGINT)


def take_all(url: str, out: Path, chromium: str) -> None:
    """Take every picture of the demo at `url` into the folder `out`."""
    with sync_playwright() as playwright:
        api = playwright.request.new_context()
        member, group = somebody(api, url)
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for shot in SHOTS:
            place = f"as={member}&chat={member if shot.private else group}&{shot.place}"
            take(browser, f"{url}?{shot.query}#{place}", shot, out / f"{shot.name}.png")
        browser.close()


def somebody(api: APIRequestContext, url: str) -> tuple[int, int]:
    """Return the member with the longest private chat, and the group where they have the most to read."""

    def view(user: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = api.get(urljoin(url, f"/control/view?as={user}")).json()["result"][
            "chats"
        ]
        return found

    def private_length(user: int) -> int:
        return max(len(chat["messages"]) for chat in view(user) if chat["kind"] == "private")

    people = api.get(f"{url}/panels").json()["people"]
    members = [person["id"] for person in people if person["role"] == "member"]
    member = max(members, key=private_length)
    groups = [chat for chat in view(member) if chat["kind"] != "private"]
    return member, max(groups, key=lambda chat: len(chat["messages"]))["id"]


def take(browser: Browser, address: str, shot: Shot, path: Path) -> None:
    """Open the demo as a first-time visitor would, at the newest message, and save what is seen."""
    with opened(browser, shot) as page:
        page.goto(address)
        page.wait_for_selector(READY, timeout=20_000)
        if shot.jump:
            page.get_by_test_id(f"jump-{shot.jump}").click()
            page.get_by_test_id("happened").wait_for()
            page.mouse.move(0, 0)
        newest = page.get_by_test_id("to-bottom")
        if newest.is_visible():
            newest.click()
            page.mouse.move(0, 0)
        page.wait_for_timeout(SETTLE_MS)
        page.screenshot(path=path)
        sys.stdout.write(f"{path}\n")


@contextmanager
def opened(browser: Browser, shot: Shot) -> Iterator[Page]:
    """A fresh page of the shot's size, without motion or memory of earlier ones."""
    width, height = shot.size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        device_scale_factor=2 if shot.size == PHONE else 1,
        reduced_motion="reduce",
    )
    try:
        yield context.new_page()
    finally:
        context.close()


if __name__ == "__main__":
    sys.exit(main())
