"""The product's sources, as the architecture tests read them."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PACKAGES: list[str] = PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]


def modules(*packages: str) -> Iterator[tuple[str, ast.Module]]:
    """Yield the path below the root and the syntax tree of every module of `packages`, or of all."""
    for package in packages or PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield str(path.relative_to(ROOT)), ast.parse(path.read_text("utf-8"))


def places(found: Iterator[tuple[str, ast.AST]]) -> list[str]:
    """Return `file:line` of what was found."""
    return [f"{path}:{getattr(node, 'lineno', 0)}" for path, node in found]


def nodes(*packages: str) -> Iterator[tuple[str, ast.AST]]:
    """Yield every node of every module, with its path."""
    for path, module in modules(*packages):
        for node in ast.walk(module):
            yield path, node
