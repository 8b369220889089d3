"""Take the demo's pictures for the README: `python tools/screenshots.py --url URL --out FOLDER`."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
READY = 'html[data-ready="1"]'
DESK = (1440, 900)
PHONE = (390, 844)
SETTLE_MS = 600


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: file name, size of the window, query and which pane a phone shows."""

    name: str
    size: tuple[int, int]
    query: str
    pane: str = "chat"


SHOTS = (
    Shot("desk-light-zh", DESK, "lang=zh&theme=light"),
    Shot("desk-dark-en", DESK, "lang=en&theme=dark"),
    Shot("phone-chat", PHONE, "lang=zh&theme=light"),
    Shot("phone-inspector", PHONE, "lang=zh&theme=light", pane="inspector"),
)


def main() -> int:
    """Read the command line and take all pictures; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8080/demo", help="address of the running demo")
    parser.add_argument("--out", type=Path, default=Path("docs/img"), help="folder for the PNG files")
    parser.add_argument("--chromium", default=CHROMIUM, help="browser to start")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=given.chromium, args=FLAGS)
        for shot in SHOTS:
            take(browser, given.url, shot, given.out / f"{shot.name}.png")
        browser.close()
    return 0


def take(browser: Browser, url: str, shot: Shot, path: Path) -> None:
    """Open the demo as a first-time visitor would and save what is seen."""
    with opened(browser, shot) as page:
        page.goto(f"{url}?{shot.query}#pane={shot.pane}")
        page.wait_for_selector(READY, timeout=20_000)
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
