"""The product: the runtime that `caiboshi run` builds, from the same configuration, until it is killed.

Only the limits of sending are lifted beyond what the configuration allows, as the row says.
"""

import asyncio
import os
from dataclasses import replace

from bench.worker import READY, say
from bot import config as configuration
from bot import logs
from bot.config import Config
from bot.process import tread_lightly
from bot.wiring import build
from kernel.clock import SystemClock


async def run(config: Config) -> None:
    """Run the product until it is killed."""
    never = asyncio.Event()
    async with build(config, SystemClock()).running(never):
        tread_lightly()
        say(READY)
        await never.wait()


def main() -> None:
    """Read the configuration from the environment and run."""
    config = configuration.load(None, os.environ)
    logs.set_up(config.log)
    unlimited = replace(config.sending, per_second=1e6, chat_gap_seconds=0.0, group_per_minute=10**9)
    asyncio.run(run(replace(config, sending=unlimited)))


if __name__ == "__main__":
    main()
