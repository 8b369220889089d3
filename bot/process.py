"""The product as a process of its own: it runs until it is asked to stop, or says why it cannot."""

import asyncio
import gc
import signal
from collections.abc import Coroutine
from typing import Any

import click
from sqlalchemy.exc import DBAPIError
from telegram.error import InvalidToken, NetworkError

from bot import upkeep
from bot.config import Config
from bot.runtime import StoppedWaiting
from bot.terminal import fail, stop
from bot.webhook import WebhookRefused
from bot.wiring import build, build_web
from kernel.clock import SystemClock
from storage.leases import LeaseLost
from storage.patience import is_damage
from web.server import PortUnavailable, serving

_YOUNG = 20_000  # objects made before the collector looks at the newest


def run(settings: Config) -> None:
    """Run the bot against Telegram until a signal ends it."""
    try:
        _run_until_asked(settings)
    except DBAPIError as fault:
        if not is_damage(fault):
            raise
        stop(f"the database is damaged: {upkeep.CURE}")


def _run_until_asked(settings: Config) -> None:
    try:
        with upkeep.database(settings):
            to_the_end(_run(settings))
    except PortUnavailable as fault:
        stop(f"{fault}; choose another web.host or web.port")
    except StoppedWaiting:
        return
    except LeaseLost:
        fail("another caiboshi process has taken over this bot: this one sends nothing more and ends")
    except InvalidToken:
        stop("Telegram does not accept the bot token: copy it again from @BotFather")
    except WebhookRefused as fault:
        stop(f"Telegram does not take the address of telegram.webhook_url: {fault}")
    except NetworkError as fault:
        stop(f"Telegram cannot be reached at {settings.telegram.base_url}: {fault.message}")


def to_the_end(work: Coroutine[Any, Any, None]) -> None:
    """Run `work`; a fault of one of its tasks comes out as itself, not as a group of one."""
    try:
        asyncio.run(work)
    except BaseExceptionGroup as group:
        first: BaseException = group
        while isinstance(first, BaseExceptionGroup):
            first = first.exceptions[0]
        raise first from group


def stop_signal() -> asyncio.Event:
    """Return what Ctrl-C and SIGTERM set, also while everything is still starting."""
    asked = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, asked.set)
    return asked


def tread_lightly() -> None:
    """Spare the garbage collector what stands for good, and look for cycles seldom: a twentieth of the CPU.

    To be called once everything has been built; what is dropped without cycles goes at once all the same.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, 20, 20)


async def _run(settings: Config) -> None:
    asked = stop_signal()
    runtime = build(settings, SystemClock())
    async with (
        serving(build_web(runtime), host=settings.web.host, port=settings.web.port) as port,
        runtime.running(asked),
    ):
        tread_lightly()
        click.echo(f"running as @{runtime.bot.username}, health on http://{settings.web.host}:{port}/healthz")
        if code := await runtime.db.run(runtime.app.owner.console_code):
            click.echo(_claim(runtime.bot.username, code, settings.staff.invitation_hours))
        await asked.wait()


def _claim(bot: str, code: str, hours: int) -> str:
    """Return how somebody makes this bot theirs; said on the console only, never in a log."""
    return (
        "nobody owns this bot yet. Open this link in Telegram and press Start; it works once, within "
        f"{hours} hours, and only until the next start:\n  https://t.me/{bot}?start=own-{code}\n"
        f"or write to @{bot}: /owner {code}"
    )
