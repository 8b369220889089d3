"""The command that proves the ledgers: reads only, beside a bot that runs, and names what does not hold."""

import json
from dataclasses import asdict
from pathlib import Path

import click
from sqlalchemy import make_url

from bot.terminal import config_option, load, stop
from bot.upkeep import faults_in_one_line
from storage import backup as backups
from storage import checks
from storage import migrate as migrations
from storage.checks import Broken


@click.command()
@config_option
@click.option("--json", "as_json", is_flag=True, help="Print what does not hold as JSON.")
def audit(config: Path | None, as_json: bool) -> None:
    """Prove every ledger, stock and coupon of the database; name the first line that does not hold.

    Exit code 0: all of it holds. 1: something does not. 2: the database cannot be asked.
    """
    settings = load(config)
    url = settings.storage.url
    with faults_in_one_line(settings):
        file = make_url(url).database or ""
        if backups.is_sqlite(url) and not Path(file).exists():
            stop(f"{file}: no such file")
        if migrations.current(url) != migrations.newest():
            stop("the database is not at this version's schema: run `caiboshi migrate` first")
        found = checks.of_database(url)
    if as_json:
        told = {"checks": len(checks.CHECKS), "broken": [asdict(each) for each in found]}
        click.echo(json.dumps(told, ensure_ascii=False))
    else:
        for line in _lines(found):
            click.echo(line)
    raise SystemExit(1 if found else 0)


def _lines(found: tuple[Broken, ...]) -> tuple[str, ...]:
    if not found:
        return (f"clean: {len(checks.CHECKS)} checks hold",)
    return tuple(f"{each.check}: {each.what}: found {each.found}, expected {each.expected}" for each in found)
