"""`python -m bench`: run the races and print the table, or write it to a file."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

from bench import due, latency, ledger, machine, memory, messages, report, sending, trade
from bench.rounds import Plan
from bench.table import HEAD, Result

Row = Callable[[Plan], Awaitable[list[Result]]]

ROWS: Mapping[str, Row] = {
    "1": messages.heard,
    "2": messages.answered,
    "3": sending.send,
    "4": latency.answers,
    "5": ledger.on_sqlite,
    "6": ledger.on_postgres,
    "7": due.ticks,
    "8": memory.held_memory,
    "9": due.level_ticks,
    "10": due.boards,
    "11": trade.ordered,
    "12": trade.closed,
    "13": trade.read_alone,
}


async def run(rows: Sequence[str], plan: Plan) -> list[str]:
    """Run the rows one after another, saying the lines of each as they come; return them all."""
    lines: list[str] = []
    for row in rows:
        loop = machine.calibrate()
        for result in await ROWS[row](plan):
            lines.append(result.line(loop))
            print(lines[-1], flush=True)
    return lines


def main() -> int:
    """Read the command line and run; the exit code is 0 whether bars are met or not."""
    parser = argparse.ArgumentParser(
        prog="bench", description="Race the product against what others would use."
    )
    parser.add_argument("--rows", default=",".join(ROWS), help=f"which of {', '.join(ROWS)}")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--quick", action="store_true", help="tiny counts: only whether everything works")
    parser.add_argument("--out", default="", help="file for the table, such as docs/benchmarks.md")
    parser.add_argument("--date", default="", help="the day to write into it")
    given = parser.parse_args()
    rows = [row for row in given.rows.split(",") if row] or list(ROWS)
    unknown = [row for row in rows if row not in ROWS]
    if unknown:
        parser.error(f"--rows: expected some of {', '.join(ROWS)}; got {', '.join(unknown)}")
    shape = machine.shape()
    print("\n".join((*shape, "", *HEAD)), flush=True)
    lines = asyncio.run(run(rows, Plan(given.rounds, quick=given.quick)))
    if given.out:
        Path(given.out).write_text(report.text(given.date, shape, lines), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
