"""Row 8: what `caiboshi run` holds in memory after many updates, beside the echo."""

import contextlib
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from bench.messages import Side, product, ptb_echo
from bench.pip import CAIBOSHI, as_pip_installs
from bench.rounds import Plan
from bench.table import Bar, Result
from bench.town import Town, town

HELD = Bar("8", "memory (RSS) of `caiboshi run` after 100,000 updates vs PTB echo, one environment", 1.5)
HELD_ALONE = Bar("8", "the same, each with nothing installed but what pip brings along with it", 1.5)
_PIECE = 2500  # lie ready at a time, much as where telegram.md §3.2 measured the echo
_ANSWERED = 10  # one piece of so many is written in private and answered
_MIB = 2**20
_LIMITS = {
    "CAIBOSHI__SENDING__PER_SECOND": "1000",
    "CAIBOSHI__SENDING__CHAT_GAP_SECONDS": "0",
    "CAIBOSHI__SENDING__GROUP_PER_MINUTE": "6000",
    "CAIBOSHI__WEB__PORT": "0",
}


async def held_memory(plan: Plan) -> list[Result]:
    """Row 8: one run, whatever the rounds; memory does not depend on what else the machine does."""
    updates = plan.count(100_000, 40)
    return [await _compared(bar, updates, alone=alone) for bar, alone in ((HELD, False), (HELD_ALONE, True))]


async def _compared(bar: Bar, updates: int, *, alone: bool) -> Result:
    async with contextlib.AsyncExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory()))
        place = await held.enter_async_context(town())
        ours = await held.enter_async_context(_product(place, folder, alone=alone))
        mine = await _after(ours, updates, heard=True)
        echo = await held.enter_async_context(ptb_echo(place, bare=alone))
        theirs = await _after(echo, updates, heard=False)
    beside = f"{mine / _MIB:.0f} MiB vs {theirs / _MIB:.0f} MiB after {updates:,} updates"
    return Result(bar, [mine / theirs], beside)


@contextlib.asynccontextmanager
async def _product(place: Town, folder: Path, *, alone: bool) -> AsyncIterator[Side]:
    """Run the product by its command; `alone`: what only its developers install is not there."""
    nothing: dict[str, str] = {}
    around: contextlib.AbstractContextManager[dict[str, str]]
    around = as_pip_installs(CAIBOSHI) if alone else contextlib.nullcontext(nothing)
    with around as env:
        flags = ("-S",) if alone else ()
        word = "running as"
        async with product(place, folder, "bot", "run", env=env | _LIMITS, flags=flags, word=word) as side:
            yield side


async def _after(side: Side, updates: int, *, heard: bool) -> int:
    """Return the bytes held after so many updates, most of them said in groups, some in private."""
    piece = min(_PIECE, updates // _ANSWERED)
    for number in range(updates // piece):
        if number % _ANSWERED == 0:
            await side.answers(piece)
        elif heard:
            await side.hears(piece)
        else:
            await side.echoes(piece)
    return side.running.rss_bytes
