"""python-telegram-bot's default transport: the bot that an Application builds, sending when told."""

import asyncio
import itertools
import sys
from importlib.util import find_spec

from telegram.ext import Application

from bench.worker import share_out, work_when_told


async def main() -> None:
    """Send when told. Arguments: token, base URL, first chat, chats, messages in flight."""
    _, token, base_url, first, chats, in_flight = sys.argv
    if find_spec("sniffio"):
        raise SystemExit("sniffio can be imported here: this is not what pip installs")
    numbers = itertools.count()
    async with Application.builder().token(token).base_url(base_url).build().bot as bot:

        async def send() -> None:
            await bot.send_message(int(first) + next(numbers) % int(chats), "Are there tomatoes this week?")

        await work_when_told(lambda count: share_out(count, int(in_flight), send))


if __name__ == "__main__":
    asyncio.run(main())
