"""The running product: start order, stop order, and the one TaskGroup in which every task is born."""

import asyncio
import contextlib
import itertools
import logging
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass
from typing import Any

from prometheus_client import Histogram
from telegram import BotCommand, BotCommandScope
from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot.config import Config
from bot.contact import Contact, Receiver
from bot.health import Health
from bot.intake import Intake
from bot.lanes import Lanes
from bot.lease import Lease
from bot.pace import Monotonic
from bot.sender import Sender
from bot.tasks import Tasks
from bot.wire import Wire
from features.app import App
from handlers.commands import OFFERED
from handlers.context import BotApplication
from kernel.clock import Clock
from kernel.message import Language, Text
from scheduler.engine import Engine
from storage.patience import PatientDb
from storage.reader import Reader
from texts.catalog import Catalog

_log = logging.getLogger(__name__)
_DRAIN_SECONDS = 2.0  # for what has begun; out within five seconds, also on a machine with much to do
_RELEASE_SECONDS = 1.0


class StoppedWaiting(Exception):
    """The process was asked to stop while it waited for Telegram, or for another one that held the bot."""


@dataclass(slots=True)
class Runtime:
    """Every part of the running product, wired by `bot.wiring.build`."""

    config: Config
    clock: Clock
    db: PatientDb
    reader: Reader
    app: App
    catalog: Catalog
    bot: ExtBot[None]
    wires: tuple[Wire, ...]
    application: BotApplication
    monotonic: Monotonic
    lease: Lease
    intake: Intake
    receiver: Receiver
    lanes: Lanes
    sender: Sender
    engine: Engine
    tasks: Tasks
    health: Health
    contact: Contact
    times: Histogram

    @contextlib.asynccontextmanager
    async def running(self, stop: asyncio.Event) -> AsyncIterator[None]:
        """Run the product inside the block; leaving it stops in reverse order.

        Where another process runs this bot, wait for it to end. Raises StoppedWaiting when `stop` is set
        before everything runs, and LeaseLost (in a group) when another process takes over later.
        """
        try:
            await _until(stop, self.application.initialize())  # getMe: the token is good and Telegram answers
            if not await self.lease.take(self.bot.id, stop):
                raise StoppedWaiting
            await _until(stop, self._publish_rules())
            async with asyncio.TaskGroup() as group:
                self.tasks.open(group)
                parts = [
                    group.create_task(self._receive(), name="receiver"),
                    group.create_task(self.engine.run(), name="engine"),
                    group.create_task(self.sender.run(), name="sender"),
                    group.create_task(self.lease.keep(), name="lease"),
                    group.create_task(self._register_commands(), name="commands"),
                ]
                self.health.is_running = True
                try:
                    yield
                finally:
                    await self._stop(parts)
            with contextlib.suppress(TimeoutError):  # behind every task: nobody speaks for the bot any more
                async with asyncio.timeout(_RELEASE_SECONDS):
                    await self.lease.release()
        finally:
            await self.application.shutdown()
            for wire in self.wires:
                await wire.shutdown()
            await self.reader.close()
            self.db.close()

    async def settle(self) -> None:
        """Wait until every update taken in is handled and everything that may leave now has left."""
        while not (self.lanes.is_idle and self.sender.rests):
            await self.lanes.idle()
            await self.sender.rested()

    async def _publish_rules(self) -> None:
        await self.db.run(self.app.announcing.publish_rules)

    async def _receive(self) -> None:
        await self.intake.open(self.bot.id)
        await self.receiver.run()

    async def _stop(self, parts: list[asyncio.Task[None]]) -> None:
        receiver, *others = parts
        self.health.is_running = False
        self.intake.close()
        receiver.cancel()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_DRAIN_SECONDS):
                await self.sender.stop()  # first: a message cut off would be one of unknown fate
                await self.lanes.stop()
        for part in others:
            part.cancel()
        self.tasks.cancel()

    async def _register_commands(self) -> None:
        """Offer commands by place, role and language; who speaks neither is offered the Chinese ones."""
        spoken = ((Language.ZH_CN, ""), (Language.ZH_CN, "zh"), (Language.EN, "en"))
        try:
            for (scope, names), (language, code) in itertools.product(OFFERED.items(), spoken):
                commands = [
                    BotCommand(name, self.catalog.plain(Text(f"home.command_{name}"), language))
                    for name in names
                ]
                await self.bot.set_my_commands(
                    commands, scope=BotCommandScope(scope), language_code=code or None
                )
        except TelegramError as fault:  # the menu is a convenience; the words work without it
            _log.warning("commands not registered", extra={"fault": fault.message})


async def _until(stop: asyncio.Event, work: Coroutine[Any, Any, None]) -> None:
    """Do `work`, or break it off when `stop` is set meanwhile. Raises StoppedWaiting then."""
    async with asyncio.TaskGroup() as group:
        working, stopping = group.create_task(_fault_of(work)), group.create_task(stop.wait())
        done, _ = await asyncio.wait((working, stopping), return_when=asyncio.FIRST_COMPLETED)
        working.cancel()
        stopping.cancel()
    if working not in done:
        raise StoppedWaiting
    if fault := working.result():
        raise fault


async def _fault_of(work: Coroutine[Any, Any, None]) -> TelegramError | None:
    """Do `work` and return Telegram's fault: out of a task group it would come as a group of one."""
    try:
        await work
    except TelegramError as fault:
        return fault
    return None
