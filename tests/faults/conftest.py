"""The table that a run of the fault tests ends with: what was done to the product, and what became of it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

COLUMNS = ("fault", "database", "done", "units", "lost", "doubled", "unknown", "also")
_PROPERTY = "fault figures"

Figures = Callable[..., None]


@pytest.fixture
def database_folder(tmp_path: Path) -> Path:
    """A folder on the disk: these tests are about what lasts."""
    return tmp_path


@pytest.fixture
def figures(record_property: Callable[[str, object], None], request: pytest.FixtureRequest) -> Figures:
    """Tell one row of the table; its database is the one of the test."""

    def tell(fault: str, **columns: object) -> None:
        own = {"fault": fault, "database": _database(request), **columns}
        assert own.keys() <= set(COLUMNS)
        record_property(_PROPERTY, {name: str(value) for name, value in own.items()})

    return tell


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print the rows as a Markdown table, as docs/faults.md holds it."""
    rows = [
        value
        for report in terminalreporter.getreports("passed")
        for name, value in report.user_properties
        if name == _PROPERTY
    ]
    if rows:
        terminalreporter.section("figures of the fault tests")
        for cells in (COLUMNS, ("---",) * len(COLUMNS), *([row.get(c, "") for c in COLUMNS] for row in rows)):
            terminalreporter.line(f"| {' | '.join(cells)} |")


def _database(request: pytest.FixtureRequest) -> str:
    named = [name for name in ("db_url", "bare_url") if name in request.fixturenames]
    url = str(request.getfixturevalue(named[0])) if named else "sqlite"
    return "PostgreSQL" if url.startswith("postgresql") else "SQLite"
