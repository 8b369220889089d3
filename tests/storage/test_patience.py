"""A database that is busy or away for a while: units wait, none is lost, real mistakes still show."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError

from storage.db import Db
from storage.patience import PatientDb


@pytest.fixture
def patient(db: Db) -> PatientDb:
    """The database as the product uses it."""
    return PatientDb(db)


async def test_a_unit_waits_while_the_database_is_taken_from_it(patient: PatientDb) -> None:
    if patient.url.get_backend_name() == "sqlite":
        with closing(sqlite3.connect(Path(str(patient.url.database)), isolation_level=None)) as rival:
            rival.execute("BEGIN IMMEDIATE")
            waiting = asyncio.ensure_future(patient.run(lambda uow: uow.claims.take("a")))
            while patient.answers:
                await asyncio.sleep(0.02)
            await asyncio.sleep(1.2)  # long enough for a second attempt to fail as well
            rival.execute("ROLLBACK")
            assert await waiting is True
    else:
        await patient.run(lambda uow: uow.claims.take("b"))
        host, user = str(patient.url.query["host"]), patient.url.username
        with psycopg.connect(host=host, user=user, dbname=patient.url.database) as rival_session:
            rival_session.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        assert await patient.run(lambda uow: uow.claims.take("a")) is True

    assert patient.answers
    assert await patient.run(lambda uow: uow.claims.take("a")) is False


async def test_a_mistake_in_a_unit_is_not_waited_for(patient: PatientDb) -> None:
    with pytest.raises(DBAPIError):
        await patient.run(lambda uow: uow.connection.exec_driver_sql("SELECT * FROM no_such_table"))

    assert patient.answers


async def test_a_value_that_the_driver_refuses_is_not_waited_for(patient: PatientDb) -> None:
    key: Any = object()  # so PostgreSQL's driver treats a NUL among the letters too: without any code

    async with asyncio.timeout(5):
        with pytest.raises(DBAPIError):
            await patient.run(lambda uow: uow.claims.take(key))

    assert patient.answers


async def test_a_broken_rule_of_the_database_is_not_waited_for(patient: PatientDb) -> None:
    broken = "INSERT INTO claim (key, taken_at) VALUES ('a', NULL)"

    with pytest.raises(DBAPIError):
        await patient.run(lambda uow: uow.connection.exec_driver_sql(broken))
