"""Rows 1 and 2: what hearing a message costs, and what hearing and answering it costs."""

import asyncio
import contextlib
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.pip import PTB, as_pip_installs
from bench.process import Contestant, contestant
from bench.rounds import Plan, alternate
from bench.table import Bar, Result, micro, ratios
from bench.town import Account, Town, move_in, town, unfinished
from bench.worker import READY

_LOOK_SECONDS = 0.005
_PATIENCE_SECONDS = 600
HEARD = Bar("1", "durable message without answer vs bare PTB echo, CPU", 0.30)
ANSWERED = Bar("2", "durable message with one answer vs bare PTB echo (no database), CPU", 0.75)
ANSWERED_AIOGRAM = Bar("2", "the same vs aiogram echo + 1 FULL commit each, CPU", 0.80)
ROUND_TRIP = Bar("2", "the same vs bare PTB echo, wall (telegram.md §7)", 0.85)


@dataclass(frozen=True, slots=True)
class Used:
    """What one contestant used for one run."""

    cpu_seconds: float
    wall_seconds: float


@dataclass(frozen=True, slots=True)
class Side:
    """A running bot with its account, and a look at how much it has left to do beside answering."""

    town: Town
    account: Account
    running: Contestant
    left: Callable[[], int] = lambda: 0

    async def hears(self, count: int) -> Used:
        """Say `count` things in the groups; nobody is answered."""
        return await self._run(count, self.town.say_in_group, answers=0)

    async def echoes(self, count: int) -> Used:
        """Say `count` things in the groups; each is answered."""
        return await self._run(count, self.town.say_in_group, answers=count)

    async def answers(self, count: int) -> Used:
        """Say `count` things in private; each is answered."""
        return await self._run(count, self.town.say_in_private, answers=count)

    async def _run(self, count: int, say: Callable[[Account, int], None], *, answers: int) -> Used:
        """Let everything wait before the first of it is fetched, then wait until all of it is over."""
        cpu = self.running.cpu_seconds
        wanted = self.town.sandbox.seq + count + answers
        for number in range(count):
            say(self.account, number)
        begun = time.perf_counter()
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await until(lambda: self.town.sandbox.seq >= wanted)
            await self.town.sandbox.drained()
            await until(lambda: self.left() == 0)
            wall = time.perf_counter() - begun
            await self.running.still()
        return Used(self.running.cpu_seconds - cpu, wall)


async def until(holds: Callable[[], bool]) -> None:
    """Wait for something that another process does."""
    while not holds():
        await asyncio.sleep(_LOOK_SECONDS)


@contextlib.asynccontextmanager
async def product(
    town: Town,
    folder: Path,
    *program: str,
    env: Mapping[str, str] | None = None,
    flags: Sequence[str] = (),
    word: str = READY,
) -> AsyncIterator[Side]:
    """Run the product in a town it knows: every group enabled, everybody met and agreed."""
    account, database = town.account("product_bot"), folder / "product.db"
    own = await move_in(account, database) | {"CAIBOSHI__TELEGRAM__BASE_URL": town.base}
    command = program or ("bench.ours.bot",)
    async with contestant(*command, env=own | dict(env or {}), flags=flags, word=word) as running:
        yield Side(town, account, running, unfinished(database))


@contextlib.asynccontextmanager
async def ptb_echo(town: Town, *, bare: bool = False) -> AsyncIterator[Side]:
    """Run python-telegram-bot's echo; a `bare` one has nothing installed beside it.

    For CPU the full environment is the stronger rival: with `sniffio` its transport is a quarter cheaper.
    """
    account = town.account("ptb_bot")
    program = ("bench.rivals.ptb_echo", account.token, town.base)
    with as_pip_installs(PTB) if bare else contextlib.nullcontext() as env:
        async with contestant(*program, env=env, flags=("-S",) if bare else ()) as running:
            yield Side(town, account, running)


@contextlib.asynccontextmanager
async def aiogram_echo(town: Town, folder: Path) -> AsyncIterator[Side]:
    """Run aiogram's echo with its commit."""
    account = town.account("aiogram_bot")
    file = str(folder / "aiogram.db")
    async with contestant("bench.rivals.aiogram_echo", account.token, town.base, file) as running:
        yield Side(town, account, running)


async def heard(plan: Plan) -> list[Result]:
    """Row 1."""
    count = plan.count(2000, 20)
    async with contextlib.AsyncExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory()))
        place = await held.enter_async_context(town())
        ours = await held.enter_async_context(product(place, folder))
        echo = await held.enter_async_context(ptb_echo(place))
        await ours.hears(plan.count(400, 10))
        await echo.echoes(plan.count(400, 10))
        used = await alternate(
            {"ours": lambda: ours.hears(count), "echo": lambda: echo.echoes(count)}, plan.rounds
        )
    mine, theirs = _cpu(used["ours"]), _cpu(used["echo"])
    return [Result(HEARD, ratios(mine, theirs), f"{micro(mine, count)} vs {micro(theirs, count)} CPU")]


async def answered(plan: Plan) -> list[Result]:
    """Row 2."""
    count = plan.count(1000, 20)
    async with contextlib.AsyncExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory()))
        place = await held.enter_async_context(town())
        sides = {
            "ours": await held.enter_async_context(product(place, folder)),
            "echo": await held.enter_async_context(ptb_echo(place)),
            "aiogram": await held.enter_async_context(aiogram_echo(place, folder)),
        }
        for side in sides.values():
            await side.answers(plan.count(400, 10))
        runs = {name: lambda side=side: side.answers(count) for name, side in sides.items()}
        used = await alternate(runs, plan.rounds)
    mine = used["ours"]
    echo, aiogram = used["echo"], used["aiogram"]
    return [
        _cpu_result(ANSWERED, mine, echo, count),
        _cpu_result(ANSWERED_AIOGRAM, mine, aiogram, count),
        Result(
            ROUND_TRIP,
            ratios(_wall(mine), _wall(echo)),
            f"{micro(_wall(mine), count)} vs {micro(_wall(echo), count)} wall",
        ),
    ]


def _cpu_result(bar: Bar, mine: list[Used], theirs: list[Used], count: int) -> Result:
    ours, others = _cpu(mine), _cpu(theirs)
    return Result(bar, ratios(ours, others), f"{micro(ours, count)} vs {micro(others, count)} CPU")


def _cpu(runs: list[Used]) -> list[float]:
    return [run.cpu_seconds for run in runs]


def _wall(runs: list[Used]) -> list[float]:
    return [run.wall_seconds for run in runs]
