"""What every command shares: its configuration, and how it ends when something must be put right first."""

import os
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from bot import config as configuration
from bot.config import Config, ConfigError

ConfigPath = Annotated[Path | None, typer.Option("--config", help="Configuration file (TOML).")]
_USUAL_CONFIG = Path("config.toml")


def load(path: Path | None) -> Config:
    """Return the configuration of `path`, or of config.toml; end the command if it is wrong."""
    chosen = path or (_USUAL_CONFIG if _USUAL_CONFIG.exists() else None)
    try:
        return configuration.load(chosen, os.environ)
    except ConfigError as fault:
        stop(str(fault))


def stop(reason: str) -> NoReturn:
    """End the command with one line and exit code 2."""
    typer.echo(f"caiboshi: {reason}", err=True)
    raise typer.Exit(2)
