"""The product: the runtime that `caiboshi run` builds, from the same configuration, until SIGTERM.

Only the limits of sending are lifted beyond what the configuration allows, as the row says.
"""

import asyncio
import os
import signal
from dataclasses import replace

from bench.process import READY
from bench.worker import say
from bot import config as configuration
from bot import logs
from bot.config import Config, LogLevel, SendingConfig
from bot.wiring import build
from kernel.clock import SystemClock

_UNLIMITED = SendingConfig(per_second=1e6, chat_gap_seconds=0.0, group_per_minute=10**9, lease_seconds=60.0)


async def run(config: Config) -> None:
    """Run the product until SIGTERM."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with build(config, SystemClock()).running(stop):
        say(READY)
        await stop.wait()


def main() -> None:
    """Read the configuration from the environment and run."""
    config = configuration.load(None, os.environ)
    logs.set_up(replace(config.log, level=LogLevel.WARNING))
    asyncio.run(run(replace(config, sending=_UNLIMITED)))


if __name__ == "__main__":
    main()
