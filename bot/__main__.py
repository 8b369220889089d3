"""The command `caiboshi`. Exit codes: 0 well, 1 a fault, 2 something to put right first."""

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from alembic.util import CommandError
from sqlalchemy import make_url
from sqlalchemy.exc import OperationalError
from telegram.error import InvalidToken, NetworkError

from bot import config as configuration
from bot import demo, logs
from bot.config import Config, ConfigError
from bot.wiring import build
from kernel.clock import SystemClock
from sandbox import server as sandbox_server
from storage import migrate as migrations
from storage.lock import DatabaseInUse, writer_lock
from web import app as web
from web.server import PortUnavailable, serving

cli = typer.Typer(
    name="caiboshi",
    help="Runs a community group-buying group on Telegram.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

ConfigPath = Annotated[Path | None, typer.Option("--config", help="Configuration file (TOML).")]
_USUAL_CONFIG = Path("config.toml")
_TOKEN_VARIABLE = "CAIBOSHI__TELEGRAM__TOKEN"  # noqa: S105 - the name of the variable, not a secret


def main() -> None:
    """Run the command line."""
    cli()


@cli.command()
def run(config: ConfigPath = None) -> None:
    """Run the bot against Telegram."""
    logs.set_up()
    settings = _load(config)
    if not settings.telegram.token:
        _stop(f"no bot token: set {_TOKEN_VARIABLE}, or telegram.token in config.toml (ask @BotFather)")
    try:
        with _database(settings):
            _run_to_the_end(_run(settings))
    except PortUnavailable as fault:
        _stop(f"{fault}; choose another web.host or web.port")
    except InvalidToken:
        _stop("Telegram does not accept the bot token: copy it again from @BotFather")
    except NetworkError as fault:
        _stop(f"Telegram cannot be reached at {settings.telegram.base_url}: {fault.message}")


@cli.command("demo")
def run_demo(
    port: Annotated[int, typer.Option(help="Port of the page.", min=0, max=65535)] = 8080,
    host: Annotated[str, typer.Option(help="Loopback address to listen on.")] = "127.0.0.1",
) -> None:
    """Try everything without Telegram: the real bot against a sandbox, on a chat page."""
    logs.set_up(logging.WARNING)
    settings = _load(None)
    if settings.telegram.token:
        _stop(f"the demo never uses a real bot: unset {_TOKEN_VARIABLE} and empty telegram.token first")
    try:
        _run_to_the_end(_demo(settings, host, port))
    except ValueError as fault:
        _stop(f"the demo is for this machine only: {fault}")
    except OSError as fault:
        _stop(f"port {port} cannot be used ({fault.strerror}): choose another, such as make demo PORT=8090")


@cli.command()
def sandbox(
    port: Annotated[int, typer.Option(help="Port; 0 takes a free one.", min=0, max=65535)] = 8082,
) -> None:
    """Serve the strict Bot API sandbox alone; prints one JSON line (docs/sandbox.md)."""
    raise typer.Exit(sandbox_server.run(port))


@cli.command()
def migrate(config: ConfigPath = None) -> None:
    """Bring the database to the schema this version needs."""
    with _database(_load(config)) as applied:
        typer.echo(f"applied: {', '.join(applied)}" if applied else "nothing to do")


@contextlib.contextmanager
def _database(settings: Config) -> Iterator[tuple[str, ...]]:
    """Hold the database, brought to this version's schema, and yield the revisions that took.

    What is wrong with it ends the command with one line.
    """
    url = settings.storage.url
    shown = make_url(url).render_as_string(hide_password=True)
    with contextlib.ExitStack() as held:
        try:
            held.enter_context(writer_lock(url))
            missing = migrations.pending(url)
            migrations.upgrade(url)
        except DatabaseInUse as fault:
            _stop(str(fault))
        except OperationalError as fault:
            _stop(f"the database does not answer: {str(fault.orig).splitlines()[0]}")
        except CommandError as fault:
            _stop(f"{shown} was written by a newer version of caiboshi: {fault}")
        except OSError as fault:
            _stop(f"{fault.filename or shown}: {fault.strerror or fault}")
        yield missing


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
    stop = _stop_signal()
    runtime = build(settings, SystemClock())
    async with (
        runtime.running(),
        serving(web.build(runtime.ready), host=settings.web.host, port=settings.web.port) as port,
    ):
        typer.echo(f"running as @{runtime.bot.username}, health on http://{settings.web.host}:{port}/healthz")
        await stop.wait()


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


def _load(path: Path | None) -> Config:
    chosen = path or (_USUAL_CONFIG if _USUAL_CONFIG.exists() else None)
    try:
        return configuration.load(chosen, os.environ)
    except ConfigError as fault:
        _stop(str(fault))


def _stop(reason: str) -> NoReturn:
    typer.echo(f"caiboshi: {reason}", err=True)
    raise typer.Exit(2)


if __name__ == "__main__":
    main()
