"""The import contracts stop what they are there to stop: each is shown a planted violation."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.product import PACKAGES, ROOT

_LINT = Path(sys.executable).with_name("lint-imports")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The product's packages in a folder of their own, to be spoiled."""
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def _plant(copy: Path, module: str, line: str) -> None:
    path = copy / module
    path.write_text(f"{path.read_text('utf-8')}\n{line}\n", "utf-8")


def _broken(copy: Path) -> tuple[int, str]:
    """Run the linter; return its exit code and what it says of broken contracts."""
    done = subprocess.run(
        [_LINT, "--no-cache"],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy), "COLUMNS": "200"},
        capture_output=True,
        text=True,
    )
    _, _, broken = done.stdout.partition("Broken contracts")
    return done.returncode, broken


def test_the_product_as_it_stands_breaks_nothing(copy: Path) -> None:
    assert _broken(copy) == (0, "")


@pytest.mark.parametrize(
    ("contract", "module", "line", "said"),
    [
        ("Layers: features", "handlers/home.py", "from storage import db", "handlers.home -> storage.db"),
        ("Layers: features", "storage/uow.py", "import scheduler.jobs", "storage.uow -> scheduler.jobs"),
        (
            "Layers: features",
            "features/app/arrival.py",
            "import handlers.menu",
            "features.app.arrival -> handlers.menu",
        ),
        ("Layers: features", "kernel/ids.py", "import features.app", "kernel.ids -> features.app"),
        ("Layers: features", "web/app.py", "import bot.pace", "web.app -> bot.pace"),
        (
            "Tiers inside features",
            "features/members/service.py",
            "import features.growth.service",
            "features.members.service -> features.growth.service",
        ),
        (
            "No technology inside",
            "features/growth/rules.py",
            "import telegram",
            "features.growth.rules -> telegram",
        ),
        ("No technology inside", "kernel/uow.py", "import sqlalchemy", "kernel.uow -> sqlalchemy"),
        ("No technology inside", "texts/catalog.py", "import asyncio", "texts.catalog -> asyncio"),
        ("Rules are pure", "features/growth/rules.py", "import random", "features.growth.rules -> random"),
        (
            "Rules are pure",
            "features/members/model.py",
            "import kernel.clock",
            "features.members.model -> kernel.clock",
        ),
        (
            "Rules are pure",
            "features/outreach/rules.py",
            "import features.members.ports",
            "features.outreach.rules -> features.members.ports",
        ),
        (
            "The sandbox knows nothing",
            "sandbox/clock.py",
            "import kernel.clock",
            "sandbox.clock -> kernel.clock",
        ),
        (
            "Only the process knows",
            "handlers/home.py",
            "import sandbox.clock",
            "handlers.home -> sandbox.clock",
        ),
    ],
)
def test_a_planted_import_is_caught(copy: Path, contract: str, module: str, line: str, said: str) -> None:
    _plant(copy, module, line)
    code, broken = _broken(copy)
    assert code == 1
    assert contract in broken
    assert said in broken


def test_a_feature_without_a_tier_is_caught(copy: Path) -> None:
    (copy / "features" / "weather").mkdir()
    (copy / "features" / "weather" / "__init__.py").touch()
    code, broken = _broken(copy)
    assert code == 1
    assert "- features.weather" in broken
