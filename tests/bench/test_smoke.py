"""The races run; how fast is no matter of a test."""

import subprocess
import sys
from pathlib import Path

import pytest

from bench.table import Bar, Result
from tests.architecture.product import ROOT


@pytest.mark.parametrize("rows", ["1,3", "2,4", "5,6", "7", "8", "9,10", "11,12,13"])
def test_a_tiny_race_ends_with_a_line_for_every_bar(rows: str, tmp_path: Path) -> None:
    out = tmp_path / "benchmarks.md"

    told = subprocess.run(
        [
            *(sys.executable, "-m", "bench", "--quick", "--rounds", "1", "--rows", rows),
            *("--out", str(out), "--date", "2026-11-23"),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=100,
    )

    assert told.returncode == 0, told.stderr
    page = out.read_text("utf-8")
    assert "on 2026-11-23" in page
    assert [row for row in rows.split(",") if f"\n| {row} | " not in page] == []


def test_an_unknown_row_is_named() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "bench", "--rows", "99"], cwd=ROOT, capture_output=True, text=True
    )

    assert told.returncode == 2
    assert "expected some of 1, 2," in told.stderr
    assert "got 99" in told.stderr


def test_nothing_is_rounded_in_our_favour() -> None:
    less_is_better = Result(Bar("1", "cost", 0.30), [0.3001], "")
    more_is_better = Result(Bar("5", "rate", 1.2, at_most=False), [1.1999], "")

    assert "| **0.31** | 0.31–0.31 | 1 | **no** |" in less_is_better.line(1)
    assert "| **1.19** | 1.19–1.19 | 1 | **no** |" in more_is_better.line(1)
