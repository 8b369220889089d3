"""docs/benchmarks.md: the table with what it was measured on and how."""

from collections.abc import Sequence
from pathlib import Path

from bench.table import HEAD

_HOW = Path(__file__).with_name("how.md")


def text(date: str, shape: Sequence[str], lines: Sequence[str]) -> str:
    """Return the page."""
    machine = "\n".join(f"- {line}" for line in shape)
    table = "\n".join((*HEAD, *lines))
    how = _HOW.read_text("utf-8")
    return (
        f"# Benchmarks\n\nWritten by `make bench OUT=docs/benchmarks.md` on {date}.\n\n"
        f"{machine}\n\n{table}\n\n## How\n\n{how}"
    )
