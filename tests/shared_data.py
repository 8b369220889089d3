"""Test data too big for the repository: a folder beside the checkout, or where the environment says."""

import os
from pathlib import Path
from typing import NoReturn

import pytest

_BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data"


def folder() -> Path:
    """Return the folder of the test data, or skip the test; in CI its absence is a failure."""
    found = Path(os.environ.get("CAIBOSHI_TEST_DATA") or _BESIDE)
    if not found.is_dir():
        unavailable(f"no test data at {found}: set CAIBOSHI_TEST_DATA to its folder")
    return found


def unavailable(told: str) -> NoReturn:
    """Skip the test for the reason `told`; in CI fail instead."""
    if os.environ.get("CI") == "true":
        pytest.fail(told)
    pytest.skip(told)
