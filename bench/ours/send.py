"""The product's bot on its own wire, as `bot.application` builds it, sending when told."""

import asyncio
import itertools
import sys

from bench.worker import share_out, work_when_told
from bot.application import build_bot


async def main() -> None:
    """Send when told. Arguments: token, base URL, first chat, chats, messages in flight."""
    _, token, base_url, first, chats, in_flight = sys.argv
    numbers = itertools.count()
    bot, _ = build_bot(token=token, base_url=base_url, proxy="")
    async with bot:

        async def send() -> None:
            await bot.send_message(int(first) + next(numbers) % int(chats), "Are there tomatoes this week?")

        await work_when_told(lambda count: share_out(count, int(in_flight), send))


if __name__ == "__main__":
    asyncio.run(main())
