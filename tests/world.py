"""A whole small town for tests: the real product against the sandbox, reading like a dialogue."""

import asyncio
import contextlib
import socket
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import psycopg
from sqlalchemy import make_url

from bot import config as configuration
from bot.config import Config, Mode
from bot.intake import lane_of
from bot.runtime import Runtime
from bot.timeline import Timeline
from bot.wire import PATIENCE, Patience
from bot.wiring import build, build_web
from kernel.clock import ManualClock
from sandbox.sandbox import Sandbox
from sandbox.server import serve
from storage import migrate
from storage.inbox import TELEGRAM, NewRow
from web.server import serving

HOOK = "/telegram"
MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai


@dataclass(slots=True, repr=False)
class World:
    """People, groups and the bot; every act waits until its consequences have settled."""

    sandbox: Sandbox
    runtime: Runtime
    timeline: Timeline
    bot: int
    leader: int = 0
    owner: int = 0
    group: int = 0
    _session: psycopg.Connection[tuple[Any, ...]] | None = None

    # -- arranging

    async def opens_group(self, title: str = "阳光花园", *, enabled: bool = True, **more: Any) -> int:
        """A leader makes a group, adds the bot and presses the enabling button; return the chat.

        The first leader owns the bot: one tap is enough there. In later groups the owner agrees.
        """
        leader = int(self.sandbox.add_user("林姐", language_code="zh")["id"])
        if not self.owner:
            await self.claims(leader)
        chat = int(self.sandbox.add_group(title, leader, **more)["id"])
        self.sandbox.act(leader, "add", chat=chat, user=self.bot)
        self.sandbox.act(leader, "promote", chat=chat, user=self.bot)
        await self.settle()
        if enabled:
            await self.taps(leader, "启用本群", chat=chat)
            if leader != self.owner:
                await self.taps(self.owner, "同意")
        self.leader, self.group = leader, chat
        return chat

    async def claims(self, person: int) -> None:
        """A person follows the link that the console shows while nobody owns the bot."""
        code = await self.owner_code()
        await self.does(person, "start", payload=f"own-{code}")
        self.owner = person

    async def owner_code(self) -> str:
        """Return the code that the console would show now. Raises LookupError when the bot is owned."""
        code = await self.runtime.db.run(self.runtime.app.owner.console_code)
        if code is None:
            raise LookupError("the bot has an owner")
        return code

    async def person(self, name: str = "小林", *, language: str = "zh", **more: Any) -> int:
        """Somebody who is in no group yet."""
        return int(self.sandbox.add_user(name, language_code=language, **more)["id"])

    async def neighbour(self, name: str = "小林", *, language: str = "zh") -> int:
        """Somebody who has just joined the group."""
        person = await self.person(name, language=language)
        await self.does(person, "join", chat=self.group)
        return person

    async def member(self, name: str = "陈阿姨", *, language: str = "zh") -> int:
        """A neighbour who pressed Start and agreed."""
        person = await self.neighbour(name, language=language)
        await self.does(person, "start")
        await self.taps(person, "Agree and start" if language == "en" else "同意，开始用")
        return person

    # -- acting

    async def does(self, person: int, verb: str, /, **fields: Any) -> dict[str, Any]:
        """Any verb of docs/sandbox.md."""
        made: dict[str, Any] = self.sandbox.act(person, verb, **fields)
        await self.settle()
        return made

    async def says(self, person: int, text: str, *, chat: int | None = None) -> None:
        """A message in the group, or (without `chat`) in the private chat with the bot."""
        where = {} if chat is None else {"chat": chat}
        await self.does(person, "send", text=text, **where)

    async def taps(self, person: int, label: str, *, chat: int | None = None, times: int = 1) -> None:
        """Tap the newest button of that label, so many times before anything is answered."""
        where = person if chat is None else chat
        message = self.message_with(person, label, where)
        for _ in range(times):
            self.sandbox.act(person, "tap", chat=where, message=message, button=label)
        await self.settle()

    async def brings(self, update: dict[str, Any]) -> None:
        """Let an update of Telegram's come in that the sandbox does not make."""
        number = 10**9 + len(self.rows("SELECT id FROM inbox"))
        row = NewRow(TELEGRAM, number, lane_of(update), update | {"update_id": number})
        taken = await self.runtime.db.run(lambda uow: uow.inbox.take_in(self.bot, (row,)))
        self.runtime.lanes.put(taken)
        await self.settle()

    async def forges(self, person: int, data: str, *, chat: int | None = None) -> None:
        """Tap with callback data of one's own making."""
        where = person if chat is None else chat
        message = self.sandbox.messages(person, where)[-1]["message_id"]
        await self.does(person, "tap", chat=where, message=message, data=data, forge=True)

    async def advance(self, **span: float) -> None:
        """Push the clock; what falls due on the way is done in order."""
        await self.timeline.run_until(self.timeline.clock.now() + timedelta(**span))

    async def until(self, instant: datetime) -> None:
        """Push the clock to `instant`."""
        await self.timeline.run_until(instant)

    def passes_unseen(self, **span: float) -> None:
        """Let time pass at once: what the bot has not fetched by now grows that old."""
        later = self.timeline.clock.now() + timedelta(**span)
        self.timeline.clock.set(later)
        self.sandbox.set_clock(later)

    async def settle(self) -> None:
        """Wait until everything said is handled and everything that may leave has left."""
        async with asyncio.timeout(20):
            await self.timeline.settle()

    # -- asserting

    def said_to(self, person: int, chat: int | None = None) -> list[str]:
        """Return the bot's messages in the private chat (or in `chat`), as they read now, oldest first."""
        messages = self.sandbox.messages(person, chat)
        return [m["text"] for m in messages if m["from"]["id"] == self.bot and "text" in m]

    def last_to(self, person: int, chat: int | None = None) -> str:
        """Return the bot's newest message."""
        return self.said_to(person, chat)[-1]

    def toasts(self, person: int) -> list[str]:
        """Return what popped up for a person, oldest first."""
        return [toast["text"] for toast in self.sandbox.toasts(person)]

    def buttons(self, person: int, chat: int | None = None) -> list[str]:
        """Return the labels under the bot's newest message."""
        newest = self.sandbox.messages(person, chat)[-1]
        rows = newest.get("reply_markup", {}).get("inline_keyboard", [])
        return [button["text"] for row in rows for button in row]

    def message_with(self, person: int, label: str, chat: int) -> int:
        """Return the newest message that carries a button of that label."""
        for message in reversed(self.sandbox.messages(person, chat)):
            rows = message.get("reply_markup", {}).get("inline_keyboard", [])
            if any(button["text"] == label for row in rows for button in row):
                return int(message["message_id"])
        raise LookupError(f"no button {label!r} in chat {chat}")

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Ask the database itself, through a connection of the test's own; `?` stands for a value."""
        url = self.runtime.db.url
        if url.get_backend_name() == "sqlite":
            with contextlib.closing(sqlite3.connect(f"file:{url.database}?mode=ro", uri=True)) as connection:
                return connection.execute(sql, values).fetchall()
        return self._asks(sql.replace("%", "%%").replace("?", "%s").encode(), values)

    def _asks(self, sql: bytes, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
        """Ask PostgreSQL, through one connection while the world lives: each is a process of the server."""
        if self._session is None:
            url = self.runtime.db.url
            self._session = psycopg.connect(
                host=str(url.query["host"]), user=url.username, dbname=url.database, autocommit=True
            )
        return self._session.execute(sql, values).fetchall()

    def close(self) -> None:
        """End the world's own connection."""
        if self._session is not None:
            self._session.close()
            self._session = None


IMPATIENT = Patience(connect=0.5, read=0.5, poll=0.5)
"""What hangs would otherwise make tests of minutes."""


@contextlib.asynccontextmanager
async def open_world(
    database: str,
    *,
    start: datetime = MONDAY,
    mode: Mode = Mode.POLLING,
    patience: Patience = PATIENCE,
    **env: str,
) -> AsyncIterator[World]:
    """Open a town over the database at that URL: an empty sandbox, and the product beside it.

    The database is at today's schema; a SQLite file that is not there is made.

    By webhook, the product's web part is served as well, and the sandbox brings the updates there.
    """
    sandbox = Sandbox(start=start, frozen=True)
    bot = sandbox.add_bot("菜博士", "caiboshi_test_bot")
    async with contextlib.AsyncExitStack() as stack:
        address = await stack.enter_async_context(serve(sandbox))
        if mode is Mode.WEBHOOK:
            env |= webhook_env(free_port())
        config = config_for(address.base, bot["token"], database, **env)
        if is_absent(config.storage.url):
            migrate.create(config.storage.url)
        clock = ManualClock(start)
        runtime = build(config, clock, Random(42), patience)
        timeline = Timeline(runtime, clock, sandbox.set_clock, sandbox.drained, sandbox.pending)
        if mode is Mode.WEBHOOK:
            web = serving(build_web(runtime), host=config.web.host, port=config.web.port)
            await stack.enter_async_context(web)
        await stack.enter_async_context(runtime.running(asyncio.Event()))
        world = World(sandbox, runtime, timeline, int(bot["id"]))
        await world.settle()
        with contextlib.closing(world):
            yield world


def is_absent(database: str) -> bool:
    """Tell whether that is a SQLite file which nobody has made."""
    url = make_url(database)
    return url.get_backend_name() == "sqlite" and not Path(url.database or "").exists()


def webhook_env(port: int) -> dict[str, str]:
    """Return the settings that let updates be brought to that port."""
    return {
        "CAIBOSHI__TELEGRAM__MODE": "webhook",
        "CAIBOSHI__TELEGRAM__WEBHOOK_URL": f"http://127.0.0.1:{port}{HOOK}",
        "CAIBOSHI__WEB__PORT": str(port),
    }


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@cache
def _loaded(*env: tuple[str, str]) -> Config:
    return configuration.load(None, dict(env))


def config_for(base_url: str, token: str, database: str, **env: str) -> Config:
    """Return the shipped defaults, pointed at a sandbox and a database of the test's own."""
    config = _loaded(*sorted(env.items()))
    return replace(
        config,
        telegram=replace(config.telegram, token=token, base_url=base_url),
        storage=replace(config.storage, url=database),
    )
