"""`caiboshi doctor`: looks at everything the bot needs, changes nothing, names a cure for what is wrong."""

import asyncio
import logging
from collections.abc import Awaitable, Sequence
from pathlib import Path

import click

from bot.checks import database, groups, machine, telegram
from bot.checks.asking import Unreachable, asking
from bot.checks.finding import Check, Finding, skipped, unfinished
from bot.checks.report import report
from bot.config import Config
from kernel.clock import Clock, SystemClock
from kernel.message import Language, Text
from texts import catalog as texts


def tell(config: Config, file: Path | None, *, language: Language, as_json: bool) -> bool:
    """Print what every check found; return whether all is well. `file` is the configuration file, if any."""
    logging.disable()  # what libraries would say, the findings say better
    findings = asyncio.run(examine(config, SystemClock(), file=file))
    found = report(findings, texts.load(), language, machine.secrets(config))
    click.echo(found.json() if as_json else found.plain())
    return found.is_well


async def examine(config: Config, clock: Clock, *, file: Path | None) -> list[Finding]:
    """Run every check. `file` is the configuration file, if there is one."""
    about_database, seen = await asyncio.to_thread(database.examine, config.storage.url)
    running = await machine.running(config, seen)
    enabled = None if seen is None else seen.groups
    async with asking(config.telegram.base_url, config.telegram.proxy, clock) as asker:
        about_telegram, me = await telegram.meet(asker, config.telegram)
        if me is None:
            about_telegram += _unasked(telegram.UPDATES)
            about_groups = _unasked(groups.HEARING)
        else:
            about_telegram += await _told(telegram.updates(asker, config.telegram, running), telegram.UPDATES)
            about_groups = await _told(
                groups.hearing(asker, config.telegram.token, me, enabled), groups.HEARING
            )
    return [
        *about_telegram,
        *about_database,
        *about_groups,
        groups.zones(enabled),
        machine.files(config, file),
        machine.port(config.web, running),
    ]


async def _told(findings: Awaitable[list[Finding]], checks: Sequence[Check]) -> list[Finding]:
    """Return what Telegram's answers showed; it may fall silent halfway."""
    try:
        return await findings
    except Unreachable as fault:
        return unfinished(checks, Text("doctor.not_now", {"reason": fault.reason}))


def _unasked(checks: Sequence[Check]) -> list[Finding]:
    return [skipped(check, Text("doctor.not_asked")) for check in checks]
