"""Row 8: what `caiboshi run` holds in memory after many updates, beside the echo as pip installs it."""

import contextlib
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from bench.messages import Side, product, ptb_echo
from bench.pip import CAIBOSHI, as_pip_installs
from bench.rounds import Plan
from bench.table import Bar, Result
from bench.town import Town, town

HELD = Bar(
    "8", "memory (RSS) of `caiboshi run` after 100,000 updates vs PTB echo, both as pip installs them", 1.5
)
_PIECE = 1000
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
    async with contextlib.AsyncExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory()))
        place = await held.enter_async_context(town())
        ours = await held.enter_async_context(_product_alone(place, folder))
        mine = await _after(ours, updates, heard=True)
        echo = await held.enter_async_context(ptb_echo(place, bare=True))
        theirs = await _after(echo, updates, heard=False)
    beside = f"{mine / _MIB:.0f} MiB vs {theirs / _MIB:.0f} MiB after {updates:,} updates"
    return [Result(HELD, [mine / theirs], beside)]


@contextlib.asynccontextmanager
async def _product_alone(place: Town, folder: Path) -> AsyncIterator[Side]:
    """Run the product as its operators do: what only its developers install is not there."""
    with as_pip_installs(CAIBOSHI) as env:
        how = env | _LIMITS
        async with product(place, folder, "bot", "run", env=how, flags=("-S",), word="running as") as side:
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
