"""The commands that look after the database, and the way into it that they share with `run`."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import click
from sqlalchemy import make_url
from sqlalchemy.exc import DatabaseError, OperationalError

from bot.config import Config
from bot.terminal import config_option, load, stop
from kernel.clock import SystemClock
from storage import backup as backups
from storage import fitness, restoration
from storage import migrate as migrations
from storage.backup import BackupPolicy, NotBackedUp
from storage.backup_postgres import ToolFailed, ToolMissing
from storage.fitness import DatabaseUnfit
from storage.lock import DatabaseInUse, writer_lock
from storage.patience import is_damage
from storage.restoration import NotRestored
from storage.soundness import Unsound

_SAID_AS_IT_IS = (DatabaseInUse, DatabaseUnfit, NotBackedUp, NotRestored, ToolFailed, ToolMissing, Unsound)
_PATH = click.Path(path_type=Path)

CURE = "look with caiboshi doctor, put a copy back with caiboshi restore"
"""What to do about a damaged database."""


@click.command()
@config_option
@click.option("--status", is_flag=True, help="Only tell what would be applied.")
@click.option("--no-backup", is_flag=True, help="Make no backup first.")
def migrate(config: Path | None, status: bool, no_backup: bool) -> None:
    """Bring the database to the schema this version needs, with a backup first."""
    settings = load(config)
    if status:
        _tell_status(settings)
        return
    with database(settings, with_backup=not no_backup) as applied:
        click.echo(f"applied: {', '.join(applied)}" if applied else "nothing to do")


@click.command()
@config_option
@click.option("--to", type=_PATH, help="File to write instead of a numbered one.")
def backup(config: Path | None, to: Path | None) -> None:
    """Copy the database while the bot runs: complete, checked, readable by its owner only."""
    settings = load(config)
    with faults_in_one_line(settings):
        if to is None:
            to = backups.make_numbered(settings.storage.url, _policy(settings), now=SystemClock().now())
        else:
            backups.make(settings.storage.url, to)
    click.echo(f"backup: {to} ({to.stat().st_size:,} bytes)")


@click.command()
@click.argument("file", type=_PATH)
@config_option
@click.option("--yes", is_flag=True, help="Do not ask.")
def restore(file: Path, config: Path | None, yes: bool) -> None:
    """Put FILE, made by `caiboshi backup`, in the place of the database; the bot must not run."""
    settings = load(config)
    shown = _shown(settings)
    if not yes and not click.confirm(f"Replace {shown} by {file}?"):
        stop("nothing was changed")
    with faults_in_one_line(settings), _held(settings):
        aside = restoration.from_file(settings.storage.url, file, _policy(settings), now=SystemClock().now())
    click.echo(f"restored: {shown} is now what {file} held")
    if aside:
        click.echo(f"what it replaced: {aside}")
    click.echo("what waited to be sent then is parked as unknown: it may have been sent since")


@contextlib.contextmanager
def database(settings: Config, *, with_backup: bool = True) -> Iterator[tuple[str, ...]]:
    """Hold the database, brought to this version's schema, and yield the revisions that took.

    Rows of an older schema are backed up first. What is wrong ends the command with one line.
    """
    with contextlib.ExitStack() as held:
        with faults_in_one_line(settings):
            held.enter_context(_held(settings))
            missing = migrations.pending(settings.storage.url)
            if missing and with_backup:
                _back_up_first(settings)
            if missing:
                migrations.upgrade(settings.storage.url)
        yield missing


def _back_up_first(settings: Config) -> None:
    if migrations.current(settings.storage.url) is None:
        return
    try:
        made = backups.make_numbered(
            settings.storage.url, _policy(settings), now=SystemClock().now(), before="migration"
        )
    except ToolMissing as fault:
        stop(f"no backup before the new schema: {fault}; or run `caiboshi migrate --no-backup`")
    click.echo(f"backup before the new schema: {made}", err=True)


def _tell_status(settings: Config) -> None:
    url = settings.storage.url
    with faults_in_one_line(settings):
        file = make_url(url).database or ""
        is_there = not backups.is_sqlite(url) or Path(file).exists()
        current = migrations.current(url) if is_there else None
        missing = migrations.beyond(current)
    click.echo(f"schema: {current or 'none yet'}; to apply: {', '.join(missing) or 'nothing'}")


@contextlib.contextmanager
def _held(settings: Config) -> Iterator[None]:
    fitness.check(settings.storage.url)
    with writer_lock(settings.storage.url):
        yield


@contextlib.contextmanager
def faults_in_one_line(settings: Config) -> Iterator[None]:
    """End the command with one line for what can be wrong with a database."""
    try:
        yield
    except _SAID_AS_IT_IS as fault:
        stop(str(fault))
    except OperationalError as fault:
        stop(f"the database does not answer: {str(fault.orig).splitlines()[0]}")
    except DatabaseError as fault:
        cure = f"; {CURE}" if is_damage(fault) else ""
        stop(f"{_shown(settings)}: {fault.orig}{cure}")
    except sqlite3.DatabaseError as fault:
        stop(f"{_shown(settings)}: {fault}")
    except migrations.NewerSchema as fault:
        stop(f"{_shown(settings)} was {fault}")
    except OSError as fault:
        stop(f"{fault.filename or _shown(settings)}: {fault.strerror or fault}")


def _policy(settings: Config) -> BackupPolicy:
    return BackupPolicy(Path(settings.storage.backup_directory), settings.storage.backups_kept)


def _shown(settings: Config) -> str:
    return make_url(settings.storage.url).render_as_string(hide_password=True)
