"""The demo: the real bot against the sandbox in one process, with a chat page, and a clock you push."""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from pathlib import Path
from random import Random

import click

from bot import story
from bot.config import Config, Mode
from bot.panels import Panels
from bot.process import stop_signal, to_the_end
from bot.runtime import Runtime
from bot.story import Cast, Story
from bot.terminal import stop
from bot.timeline import Timeline
from bot.wiring import build
from kernel import business_day
from kernel.clock import ManualClock
from sandbox import page
from sandbox.door import Door
from sandbox.sandbox import Sandbox
from sandbox.server import serve
from storage import migrate
from web import app as web

STORY = Path(page.__file__).with_name("data") / "demo.toml"
_MORNING = time(6, 0)
_HOUR = timedelta(hours=1)
_WORDS_DAYS = 30  # what a push of 30 days brings can still be read


@dataclass(slots=True)
class Demo:
    """A running demo."""

    story: Story
    cast: Cast
    sandbox: Sandbox
    runtime: Runtime
    timeline: Timeline

    async def jump(self, jump: str) -> None:
        """Push the clock: "+1h", "morning" (the next 06:00) or "days:N" (N days on)."""
        now = self.timeline.clock.now()
        await self.timeline.run_until(target(jump, now, self.story))

    async def panels(self) -> Mapping[str, object]:
        """Return what the inspector shows, as plain JSON values."""
        return await Panels(self.story, self.sandbox, self.runtime).shown()


def target(jump: str, now: datetime, told: Story) -> datetime:
    """Return the instant that a jump leads to."""
    if jump == "+1h":
        return now + _HOUR
    local = now.astimezone(told.zone)
    if jump == "morning":
        day = local.date() + timedelta(days=int(local.time() >= _MORNING))
        return business_day.instant(day, _MORNING, told.zone)
    days = int(jump.removeprefix("days:"))
    return business_day.instant(local.date() + timedelta(days=days), local.time(), told.zone)


def run(config: Config, *, host: str, port: int) -> None:
    """Run the demo until a signal ends it."""
    try:
        to_the_end(_run(config, host, port))
    except ValueError as fault:
        stop(f"the demo is for this machine only: {fault}")
    except OSError as fault:
        stop(f"port {port} cannot be used ({fault.strerror}): choose another, such as make demo PORT=8090")


async def _run(config: Config, host: str, port: int) -> None:
    asked = stop_signal()
    async with running(config, host=host, port=port) as (_, url):
        click.echo(f"Caiboshi demo: {url}\nOpen it in a browser. Ctrl-C ends it; nothing is kept.")
        await asked.wait()


@contextlib.asynccontextmanager
async def running(config: Config, *, host: str, port: int) -> AsyncIterator[tuple[Demo, str]]:
    """Run the demo while the block runs; yield it with the URL of its page.

    Raises OSError for a taken port and ValueError for an address that is not loopback.
    """
    told = story.load(STORY)
    sandbox = Sandbox(start=told.start, frozen=True)
    cast = story.enter(told, sandbox)
    clock = ManualClock(told.start)
    door = Door()
    demo: Demo

    async def panels() -> Mapping[str, object]:
        return await demo.panels()

    async def jump(to: str) -> None:
        await demo.jump(to)

    async def ready() -> Mapping[str, bool]:
        return await demo.runtime.health.checks()

    routes = [*page.routes(page.DemoHooks(panels, jump), door), *web.routes(ready)]
    with tempfile.TemporaryDirectory(prefix="caiboshi-demo-") as folder:
        async with serve(sandbox, host=host, port=port, extra_routes=routes) as address:
            own = _demo_config(config, token=cast.token, base_url=address.base, folder=Path(folder))
            migrate.create(own.storage.url)
            chance = Random(told.bot["username"])  # noqa: S311 - every demo tells the same story
            runtime = build(own, clock, chance)
            timeline = Timeline(runtime, clock, sandbox.set_clock, sandbox.drained, sandbox.pending)
            demo = Demo(told, cast, sandbox, runtime, timeline)
            async with runtime.running(asyncio.Event()):
                try:
                    await story.play(told, cast, sandbox, timeline)
                    yield demo, f"{address.url}/demo"
                finally:
                    await door.close()  # an open page asks to the last; behind the runtime nobody answers


def _demo_config(config: Config, *, token: str, base_url: str, folder: Path) -> Config:
    telegram = replace(config.telegram, token=token, base_url=base_url, mode=Mode.POLLING, proxy="")
    return replace(
        config,
        telegram=telegram,  # whatever leads to the real Telegram does not lead to the one on this machine
        storage=replace(config.storage, url=f"sqlite:///{folder / 'demo.db'}"),
        privacy=replace(config.privacy, words_days=_WORDS_DAYS),
    )
