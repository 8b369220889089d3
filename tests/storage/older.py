"""Databases as released versions left them."""

from pathlib import Path

from sqlalchemy import text

from storage import migrate

_ROWS = Path(__file__).with_name("released")  # a file for every released schema; never changed
RELEASED = tuple(sorted(path.stem for path in _ROWS.glob("*.sql")))


def fill(url: str, revision: str) -> None:
    """Bring an empty database to `revision` and put rows into every table of that schema."""
    migrate.upgrade(url, revision)
    engine = migrate.engine_for(url)
    with engine.begin() as connection:
        for statement in (_ROWS / f"{revision}.sql").read_text("utf-8").split(";\n"):
            if statement.strip():
                connection.execute(text(statement.replace(":", "\\:")))
    engine.dispose()
