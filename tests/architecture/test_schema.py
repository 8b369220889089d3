"""The model and the migrations say the same; on PostgreSQL too in tests/storage/test_migrate.py."""

from pathlib import Path

from storage import migrate
from storage.schema import metadata
from tests.storage.ddl import ddl


def test_the_migrations_make_what_the_model_says(tmp_path: Path) -> None:
    of_migrations, of_model = f"sqlite:///{tmp_path / 'a.db'}", f"sqlite:///{tmp_path / 'b.db'}"
    migrate.upgrade(of_migrations)
    engine = migrate.engine_for(of_model)
    with engine.begin() as connection:
        metadata.create_all(connection)
    engine.dispose()
    assert ddl(of_migrations) == ddl(of_model)
