"""Row 4: answers a second when Telegram takes 50 ms for each call."""

import contextlib
import statistics
import tempfile
from pathlib import Path

from bench.messages import product, ptb_echo
from bench.rounds import Plan, alternate
from bench.table import Bar, Result, ratios
from bench.town import PEOPLE, town

ANSWERS = Bar("4", "200 chats at 50 ms API latency, answers a second vs PTB sequential", 5.0, at_most=False)
_LATENCY_SECONDS = 0.05


async def answers(plan: Plan) -> list[Result]:
    """Row 4."""
    count = plan.count(PEOPLE, 10)
    async with contextlib.AsyncExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory()))
        place = await held.enter_async_context(town())
        ours = await held.enter_async_context(product(place, folder))
        echo = await held.enter_async_context(ptb_echo(place))
        for side in (ours, echo):
            await side.answers(count)
        place.sandbox.set_latency(_LATENCY_SECONDS)
        used = await alternate(
            {"ours": lambda: ours.answers(count), "echo": lambda: echo.answers(count)}, plan.rounds
        )
    rates = {name: [count / run.wall_seconds for run in runs] for name, runs in used.items()}
    mine, theirs = rates["ours"], rates["echo"]
    beside = f"{statistics.median(mine):.0f}/s vs {statistics.median(theirs):.0f}/s"
    return [Result(ANSWERS, ratios(mine, theirs), beside)]
