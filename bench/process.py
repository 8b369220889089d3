"""A contestant: a program in a process of its own, whose CPU time and memory are read from outside."""

import asyncio
import contextlib
import os
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping, Sequence

import psutil

from bench.worker import DONE, READY

_START_SECONDS = 60
_STILL_SECONDS = 0.02
_STILL_CPU_SECONDS = 0.0004  # less than this in a look means that nothing is under way


class Contestant:
    """A running child. It said `ready`; some then take counts on stdin and say `done` after each."""

    def __init__(self, process: Process, module: str) -> None:
        self._process, self._module = process, module
        self._clock = (~process.pid << 3) | 2  # clock_getcpuclockid(3): all threads, also ended ones

    @property
    def cpu_seconds(self) -> float:
        """CPU seconds the process has used so far, to the nanosecond."""
        return time.clock_gettime(self._clock)

    @property
    def rss_bytes(self) -> int:
        """Memory the process holds at this instant."""
        return int(psutil.Process(self._process.pid).memory_info().rss)

    async def work(self, count: int) -> float:
        """Let it do `count` pieces of its work; return the wall seconds that took."""
        assert self._process.stdin is not None
        begun = time.perf_counter()
        self._process.stdin.write(f"{count}\n".encode())
        await self._hear(DONE)
        return time.perf_counter() - begun

    async def still(self) -> None:
        """Return once it does nothing any more."""
        used = self.cpu_seconds
        while True:
            await asyncio.sleep(_STILL_SECONDS)
            before, used = used, self.cpu_seconds
            if used - before < _STILL_CPU_SECONDS:
                return

    async def hear_started(self, word: str) -> None:
        """Wait for the line, beginning with `word`, by which it tells that it has started."""
        async with asyncio.timeout(_START_SECONDS):
            await self._hear(word)

    async def _hear(self, word: str) -> None:
        assert self._process.stdout is not None
        line = (await self._process.stdout.readline()).decode().strip()
        if not line.startswith(word):
            raise RuntimeError(
                f"{self._module}: expected the line {word!r}, got {line!r}; see its errors above"
            )

    async def end(self) -> None:
        """End it at once: nothing it leaves behind is looked at."""
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()


@contextlib.asynccontextmanager
async def contestant(
    module: str,
    *arguments: str,
    env: Mapping[str, str] | None = None,
    flags: Sequence[str] = (),
    word: str = READY,
) -> AsyncIterator[Contestant]:
    """Run `python flags -m module arguments` for as long as the block lasts; it has said `word`."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, *flags, "-m", module, *arguments),
        stdin=PIPE,
        stdout=PIPE,
        env=os.environ | dict(env or {}),
    )
    running = Contestant(process, module)
    try:
        await running.hear_started(word)
        yield running
    finally:
        await running.end()
