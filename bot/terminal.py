"""What every command shares: its configuration, and how it ends when something must be put right first."""

import contextlib
import gc
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import click

from bot import config as configuration
from bot.config import Config, ConfigError

config_option = click.option(
    "--config", type=click.Path(path_type=Path), help="TOML; config.toml here if not given."
)
_USUAL_CONFIG = Path("config.toml")


@contextlib.contextmanager
def loading() -> Iterator[None]:
    """Import in the block what stays: to look it through for garbage takes a third longer and finds none."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def chosen(path: Path | None) -> Path | None:
    """Return the configuration file a command uses: `path`, or config.toml where there is one."""
    return path or (_USUAL_CONFIG if _USUAL_CONFIG.exists() else None)


def load(path: Path | None) -> Config:
    """Return the configuration of `path`, or of config.toml; end the command if it is wrong."""
    try:
        return configuration.load(chosen(path), os.environ)
    except ConfigError as fault:
        stop(str(fault))


def stop(reason: str) -> NoReturn:
    """End the command with what must be put right first, and exit code 2."""
    _end(reason, 2)


def fail(reason: str) -> NoReturn:
    """End the command with what went wrong, and exit code 1."""
    _end(reason, 1)


def _end(reason: str, code: int) -> NoReturn:
    click.echo(f"caiboshi: {reason}", err=True)
    raise SystemExit(code)
