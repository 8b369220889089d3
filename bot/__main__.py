"""The command `caiboshi`. Exit codes: 0 well, 1 a fault, 2 something to put right first."""

import asyncio
import signal
from collections.abc import Coroutine
from dataclasses import replace
from typing import Annotated, Any

import typer
from telegram.error import InvalidToken, NetworkError

from bot import demo, doctor, logs, upkeep
from bot.config import Config, LogLevel
from bot.runtime import StoppedWaiting
from bot.terminal import ConfigPath, fail, load, stop
from bot.webhook import WebhookRefused
from bot.wiring import build, build_web
from kernel.clock import SystemClock
from sandbox import server as sandbox_server
from storage.leases import LeaseLost
from web.server import PortUnavailable, serving

cli = typer.Typer(
    name="caiboshi",
    help="Runs a community group-buying group on Telegram.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

_TOKEN_VARIABLE = "CAIBOSHI__TELEGRAM__TOKEN"  # noqa: S105 - the name of the variable, not a secret


def main() -> None:
    """Run the command line."""
    cli()


@cli.command()
def run(config: ConfigPath = None) -> None:
    """Run the bot against Telegram."""
    settings = load(config)
    logs.set_up(settings.log)
    if not settings.telegram.token:
        stop(f"no bot token: set {_TOKEN_VARIABLE}, or telegram.token in config.toml (ask @BotFather)")
    try:
        with upkeep.database(settings):
            _run_to_the_end(_run(settings))
    except PortUnavailable as fault:
        stop(f"{fault}; choose another web.host or web.port")
    except StoppedWaiting:
        return
    except LeaseLost:
        fail("another caiboshi process has taken over this bot: this one sends nothing more and ends")
    except InvalidToken:
        stop("Telegram does not accept the bot token: copy it again from @BotFather")
    except WebhookRefused as fault:
        stop(f"Telegram does not take the address of telegram.webhook_url: {fault}")
    except NetworkError as fault:
        stop(f"Telegram cannot be reached at {settings.telegram.base_url}: {fault.message}")


@cli.command("demo")
def run_demo(
    port: Annotated[int, typer.Option(help="Port of the page.", min=0, max=65535)] = 8080,
    host: Annotated[str, typer.Option(help="Loopback address to listen on.")] = "127.0.0.1",
) -> None:
    """Try everything without Telegram: the real bot against a sandbox, on a chat page."""
    settings = load(None)
    logs.set_up(replace(settings.log, level=LogLevel.WARNING))
    if settings.telegram.token:
        stop(f"the demo never uses a real bot: unset {_TOKEN_VARIABLE} and empty telegram.token first")
    try:
        _run_to_the_end(_demo(settings, host, port))
    except ValueError as fault:
        stop(f"the demo is for this machine only: {fault}")
    except OSError as fault:
        stop(f"port {port} cannot be used ({fault.strerror}): choose another, such as make demo PORT=8090")


@cli.command()
def sandbox(
    port: Annotated[int, typer.Option(help="Port; 0 takes a free one.", min=0, max=65535)] = 8082,
) -> None:
    """Serve the strict Bot API sandbox alone; prints one JSON line (docs/sandbox.md)."""
    raise typer.Exit(sandbox_server.run(port))


cli.command("doctor")(doctor.command)
cli.command()(upkeep.migrate)
cli.command()(upkeep.backup)
cli.command()(upkeep.restore)


def _run_to_the_end(work: Coroutine[Any, Any, None]) -> None:
    """Run `work`; a fault of one of its tasks comes out as itself, not as a group of one."""
    try:
        asyncio.run(work)
    except BaseExceptionGroup as group:
        first: BaseException = group
        while isinstance(first, BaseExceptionGroup):
            first = first.exceptions[0]
        raise first from group


async def _run(settings: Config) -> None:
    asked = _stop_signal()
    runtime = build(settings, SystemClock())
    async with (
        serving(build_web(runtime), host=settings.web.host, port=settings.web.port) as port,
        runtime.running(asked),
    ):
        typer.echo(f"running as @{runtime.bot.username}, health on http://{settings.web.host}:{port}/healthz")
        await asked.wait()


async def _demo(settings: Config, host: str, port: int) -> None:
    stop = _stop_signal()
    async with demo.running(settings, host=host, port=port) as (_, url):
        typer.echo(f"Caiboshi demo: {url}\nOpen it in a browser. Ctrl-C ends it; nothing is kept.")
        await stop.wait()


def _stop_signal() -> asyncio.Event:
    """Return what Ctrl-C and SIGTERM set, also while everything is still starting."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


if __name__ == "__main__":
    main()
