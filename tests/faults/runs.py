"""The bot as a process of its own, and what it has stored, for the tests that do it violence."""

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from kernel.ids import ChatId
from kernel.message import Kind, MessageClass, Outgoing, Text
from sandbox.sandbox import Sandbox
from storage.uow import SqlUow
from tests.conftest import Disk

FULL = os.environ.get("CAIBOSHI_TEST_FAULTS") == "full"
JOINED = "SELECT count(*) FROM journal WHERE action IN ('member.joined', 'member.seen')"
UNFINISHED = """
SELECT (SELECT count(*) FROM inbox WHERE state = 'new')
     + (SELECT count(*) FROM outbox WHERE state IN ('pending', 'claimed', 'sending'))
"""


class Bot:
    """`caiboshi run` as an operator starts it."""

    def __init__(self, base_url: str, token: str, database: str, log: Path, **more: str) -> None:
        self._env = os.environ | {
            "CAIBOSHI__TELEGRAM__TOKEN": token,
            "CAIBOSHI__TELEGRAM__BASE_URL": base_url,
            "CAIBOSHI__STORAGE__URL": database,
            "CAIBOSHI__SENDING__PER_SECOND": "1000",
            "CAIBOSHI__SENDING__CHAT_GAP_SECONDS": "0",
            "CAIBOSHI__SENDING__GROUP_PER_MINUTE": "6000",
            "CAIBOSHI__SENDING__LEASE_SECONDS": "3",  # on PostgreSQL a killed process is waited for so long
            "CAIBOSHI__WEB__PORT": "0",
            **more,
        }
        self._log = log

    async def start(self) -> None:
        """Start it and wait for its word that it runs."""
        await self.begin()
        await self.runs()

    async def begin(self) -> None:
        """Start it."""
        with self._log.open("a") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot", "run"),
                env=self._env,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
            )

    async def runs(self) -> None:
        """Wait for its word that it runs."""
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        assert line.startswith(b"running as"), self.log

    async def code(self) -> str:
        """Return the code that its console shows while nobody owns it."""
        assert self._process.stdout is not None
        async with asyncio.timeout(30):
            while b"?start=own-" not in (line := await self._process.stdout.readline()):
                assert line, self.log
        return line.decode().rpartition("-")[2].strip()

    @property
    def log(self) -> str:
        """What it has said so far, except on its standard output."""
        return self._log.read_text()

    @property
    def pid(self) -> int:
        """The number of its process."""
        return self._process.pid

    async def end(self, number: signal.Signals) -> int:
        """Send it a signal and return its exit code."""
        self._process.send_signal(number)
        return await self.ended()

    async def ended(self) -> int:
        """Wait until it has ended and return its exit code."""
        return await self._process.wait()


class Counts:
    """Numbers from the database itself, through a connection of the test's own."""

    def __init__(self, database: str) -> None:
        self._disk = Disk(database)

    async def of(self, sql: str) -> int:
        """Return the one number that `sql` selects."""
        return int((await self._disk(sql))[0][0] or 0)

    async def until(self, sql: str, holds: Callable[[int], bool]) -> None:
        """Wait for something that another process does to the database."""
        async with asyncio.timeout(120):
            while not holds(await self.of(sql)):
                await asyncio.sleep(0.02)


async def until_enabled(bot: Bot, sandbox: Sandbox, leader: int, group: int) -> None:
    """Let the leader own the bot, and press the enabling button until it has worked.

    The administrators' list takes a moment.
    """
    sandbox.act(leader, "start", payload=f"own-{await bot.code()}")
    async with asyncio.timeout(30):
        while not any("已启用" in str(m.get("text")) for m in sandbox.messages(leader, group)):
            await sandbox.changed()
            for message in sandbox.messages(leader, group):
                if message.get("reply_markup") and "请群管理员" in str(message.get("text")):
                    sandbox.act(leader, "tap", chat=group, message=message["message_id"], button="启用本群")


def arrive(sandbox: Sandbox, person: int, group: int) -> None:
    """Join and press Start."""
    sandbox.act(person, "join", chat=group)
    sandbox.act(person, "start")


def stand_still(pid: int) -> None:
    """Stop a process and wait until every one of its threads stands."""
    os.kill(pid, signal.SIGSTOP)
    while not all(
        task.joinpath("stat").read_text().rpartition(") ")[2].startswith("T")
        for task in Path(f"/proc/{pid}/task").iterdir()
    ):
        os.sched_yield()


def put_numbered(
    uow: SqlUow, *, number: int, chat: int, message_class: MessageClass = MessageClass.NOTICE
) -> None:
    """Queue a message that can be told apart by its number of points."""
    words = Text("growth.expiring", {"points": number, "on": uow.now.date()})
    uow.outbox.put(Outgoing(Kind.SEND, ChatId(chat), message_class, text=words))


def arrivals(sandbox: Sandbox, people: Sequence[int]) -> Counter[int]:
    """Return how often each of the numbered messages came to somebody."""
    return Counter(
        int(str(message["text"]).split()[2])
        for person in people
        for message in sandbox.messages(person)
        if "积分快到期了" in str(message.get("text"))
    )
