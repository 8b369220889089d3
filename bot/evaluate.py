"""What `caiboshi evaluate` prints: how well a part of the product does on labelled data."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import click

from bot.labelled import DataError, jielong_data
from bot.terminal import stop
from features.jielong.lexicon import compile_lexicon
from features.jielong.reading import read
from features.jielong.scoring import Case, Score, score

_SHOWN = ("n", "fully_right", "line_f1", "false_orders")


def jielong(data: Path, *, as_json: bool, verbose: bool) -> None:
    """Print how well order messages at `data` are read; end the command if the data cannot be."""
    try:
        offer, cases = jielong_data(data)
    except DataError as fault:
        stop(str(fault))
    lexicon = compile_lexicon(offer)
    found = score(cases, [read(case.text, lexicon, case.context) for case in cases])
    if as_json:
        click.echo(json.dumps({key: value for key, value in asdict(found).items() if key in _SHOWN}))
    else:
        click.echo("\n".join(_table(found, {case.id: case for case in cases} if verbose else {})))


def _table(found: Score, texts: Mapping[str, Case]) -> list[str]:
    """Return the lines of a table for people."""
    lines = [
        f"messages      {found.n}",
        f"fully right   {found.fully_right:.1%}",
        f"line F1       {found.line_f1:.3f}  (precision {found.precision:.3f}, recall {found.recall:.3f})",
        f"false orders  {found.false_orders}",
    ]
    if found.failed:
        lines += ["", "not fully right, by tag"]
        worst = sorted(found.failed.items(), key=lambda each: (-each[1], each[0]))
        lines += [f"  {tag:<16} {failed} of {found.known[tag]}" for tag, failed in worst]
    if found.wrong:
        lines += ["", "not fully right"]
        lines += [f"  {each}" + (f"  {texts[each].text!r}" if each in texts else "") for each in found.wrong]
    return lines
