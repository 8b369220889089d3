"""Row 3: one send, 16 in flight, on our wire and on python-telegram-bot's default as pip installs it."""

import contextlib

from bench.pip import PTB, as_pip_installs
from bench.process import Contestant, contestant
from bench.rounds import Plan, alternate
from bench.table import Bar, Result, micro, ratios
from bench.town import town

SEND = Bar("3", "one send on our wire vs PTB's default transport as pip installs it, 16 in flight, CPU", 0.20)
_IN_FLIGHT, _CHATS = 16, 32


async def send(plan: Plan) -> list[Result]:
    """Row 3."""
    count = plan.count(2000, 32)
    async with contextlib.AsyncExitStack() as held:
        place = await held.enter_async_context(town())
        bot = place.sandbox.add_bot("Bot", "sending_bot")
        people = [int(place.sandbox.add_user("Neighbour")["id"]) for _ in range(_CHATS)]
        for person in people:
            place.sandbox.act(person, "start")
        place.sandbox.settle()
        arguments = (str(bot["token"]), place.base, str(people[0]), str(_CHATS), str(_IN_FLIGHT))
        bare = held.enter_context(as_pip_installs(PTB))
        ours = await held.enter_async_context(contestant("bench.ours.send", *arguments))
        theirs = await held.enter_async_context(
            contestant("bench.rivals.ptb_send", *arguments, env=bare, flags=("-S",))
        )
        for side in (ours, theirs):
            await side.work(plan.count(200, 16))
        runs = {"ours": lambda: _cpu(ours, count), "theirs": lambda: _cpu(theirs, count)}
        used = await alternate(runs, plan.rounds)
    beside = f"{micro(used['ours'], count)} vs {micro(used['theirs'], count)} CPU"
    return [Result(SEND, ratios(used["ours"], used["theirs"]), beside)]


async def _cpu(side: Contestant, count: int) -> float:
    before = side.cpu_seconds
    await side.work(count)
    return side.cpu_seconds - before
