"""The command `caiboshi`. Exit codes: 0 well, 1 a fault, 2 something to put right first.

A command loads its own parts when it is called: what the demo and the doctor need shall not lie in the memory
of `run`, which lasts.
"""

from dataclasses import replace
from pathlib import Path

import click

from bot import auditing, logs, upkeep
from bot.config import LogLevel
from bot.terminal import chosen, config_option, load, loading, stop
from kernel.message import Language

_TOKEN_VARIABLE = "CAIBOSHI__TELEGRAM__TOKEN"  # noqa: S105 - the name of the variable, not a secret
_PORT = click.IntRange(0, 65535)


def main() -> None:
    """Run the command line."""
    cli(prog_name="caiboshi")


@click.group()
def cli() -> None:
    """Runs a community group-buying group on Telegram."""


@cli.command()
@config_option
def run(config: Path | None) -> None:
    """Run the bot against Telegram."""
    settings = load(config)
    logs.set_up(settings.log)
    if not settings.telegram.token:
        stop(f"no bot token: set {_TOKEN_VARIABLE}, or telegram.token in config.toml (ask @BotFather)")
    with loading():
        from bot import process

    process.run(settings)


@cli.command()
@click.option("--port", type=_PORT, default=8080, show_default=True, help="Port of the page.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Loopback address to listen on.")
def demo(port: int, host: str) -> None:
    """Try everything without Telegram: the real bot against a sandbox, on a chat page."""
    settings = load(None)
    logs.set_up(replace(settings.log, level=LogLevel.WARNING))
    if settings.telegram.token:
        stop(f"the demo never uses a real bot: unset {_TOKEN_VARIABLE} and empty telegram.token first")
    with loading():
        from bot import demo

    demo.run(settings, host=host, port=port)


@cli.command()
@click.option("--port", type=_PORT, default=8082, show_default=True, help="Port; 0 takes a free one.")
def sandbox(port: int) -> None:
    """Serve the strict Bot API sandbox alone; prints one JSON line (docs/sandbox.md)."""
    with loading():
        from sandbox import server

    raise SystemExit(server.run(port))


@cli.command()
@config_option
@click.option(
    "--language",
    type=click.Choice([each.value for each in Language]),
    help="Language of the answer; members.language when not given.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def doctor(config: Path | None, language: str | None, as_json: bool) -> None:
    """Look at everything the bot needs, change nothing, and name a cure for what is wrong."""
    settings = load(config)
    with loading():
        from bot import doctor

    spoken = Language(language) if language else settings.members.language
    is_well = doctor.tell(settings, chosen(config), language=spoken, as_json=as_json)
    raise SystemExit(0 if is_well else 1)


@cli.group()
def evaluate() -> None:
    """Measure a part of the product on labelled data."""


@evaluate.command()
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    required=True,
    help="Folder with dev.jsonl or test.jsonl (or both) and catalogue.json; or one such file.",
)
@click.option(
    "--json", "as_json", is_flag=True, help="Print n, fully_right, line_f1 and false_orders as JSON."
)
@click.option("--verbose", is_flag=True, help="Show the texts of messages that are not fully right.")
def jielong(data: Path, as_json: bool, verbose: bool) -> None:
    """Measure the reader of order messages."""
    from bot import evaluate

    evaluate.jielong(data, as_json=as_json, verbose=verbose)


for command in (upkeep.migrate, upkeep.backup, upkeep.restore, auditing.audit):
    cli.add_command(command)


if __name__ == "__main__":
    main()
