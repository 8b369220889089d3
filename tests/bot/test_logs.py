"""Logs name what happened and to which row, never what people are called or said."""

import logging
import sys

from sqlalchemy.exc import DBAPIError

from bot.logs import Line
from storage.db import Db

NAME = "张秘密"


async def test_a_fault_of_the_database_is_logged_without_the_names_in_it(db: Db) -> None:
    try:
        await db.run(lambda uow: uow.journal.note(None, name=NAME))  # type: ignore[arg-type]
    except DBAPIError:
        record = logging.LogRecord("bot", logging.ERROR, "", 0, "update parked", None, sys.exc_info())

    line = Line().format(record)

    assert "update parked" in line
    assert "journal" in line
    assert NAME not in line
    assert "\\u5f20" not in line
