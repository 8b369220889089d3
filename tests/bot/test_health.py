"""Ready means ready: each condition is broken for real and told by its name."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.contact import Contact
from tests.postgres import without_connections
from tests.world import World, open_world

WELL = {"running": True, "database": True, "schema": True, "writer": True, "telegram": True}


async def checks(world: World) -> dict[str, bool]:
    """Return what /readyz would answer."""
    return dict(await world.runtime.health.checks())


async def test_a_running_product_is_ready(db_url: str) -> None:
    async with open_world(db_url) as world:
        assert await checks(world) == WELL

    assert await checks(world) == {"running": False}


async def test_a_schema_that_another_version_moved_on_is_told(db_url: str) -> None:
    async with open_world(db_url) as world:
        await world.runtime.db.run(
            lambda uow: uow.connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
        )

        assert await checks(world) == WELL | {"schema": False}


async def test_a_database_that_another_program_holds_is_told(tmp_path: Path) -> None:
    database = tmp_path / "one.db"
    async with open_world(f"sqlite:///{database}") as world:
        with closing(sqlite3.connect(database, isolation_level=None)) as rival:
            rival.execute("BEGIN IMMEDIATE")
            held = await checks(world)
            rival.execute("ROLLBACK")

        assert held == WELL | {"writer": False}  # it can be read, and cannot be written
        assert await checks(world) == WELL


async def test_a_writing_thread_that_is_stuck_is_told(tmp_path: Path) -> None:
    async with open_world(f"sqlite:///{tmp_path / 'one.db'}") as world:
        let_go = asyncio.Event()
        loop = asyncio.get_running_loop()
        stuck = asyncio.ensure_future(
            world.runtime.db.run(
                lambda _uow: asyncio.run_coroutine_threadsafe(let_go.wait(), loop).result(timeout=20)
            )
        )
        held = await checks(world)
        let_go.set()
        await stuck

        assert held == WELL | {"writer": False}
        assert await checks(world) == WELL


@pytest.mark.parametrize("db_url", ["postgresql"], indirect=True)
async def test_a_server_that_refuses_us_is_told(db_url: str) -> None:
    async with open_world(db_url) as world:
        with without_connections(world.runtime.db.url):
            away = await checks(world)

        assert away == WELL | {"database": False, "schema": False, "writer": False}


async def test_telegram_counts_as_seen_for_ninety_seconds() -> None:
    contact = Contact()
    assert (contact.seconds_ago, contact.is_fresh) == (None, False)

    async def answer() -> str:
        return "well"

    assert await contact.until_answered("asking", answer) == "well"

    assert contact.is_fresh
    contact._answered_at = asyncio.get_running_loop().time() - 89
    assert contact.is_fresh
    contact._answered_at -= 1.1
    assert not contact.is_fresh
