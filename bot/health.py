"""Whether the product works, looked at anew at every question."""

import asyncio
import sqlite3
from collections.abc import Mapping

from sqlalchemy.exc import SQLAlchemyError

from bot.contact import Contact
from storage import migrate
from storage.db import Db
from storage.reader import Reader
from storage.uow import SqlUow

_PATIENCE_SECONDS = 2.0
_UNWELL = (SQLAlchemyError, sqlite3.Error, OSError)  # a TimeoutError is an OSError


class Health:
    """Answers /readyz."""

    def __init__(self, *, db: Db, reader: Reader, contact: Contact) -> None:
        """Look at `db` itself: one that waits for a database to come back would hide that it is away."""
        self._db, self._reader, self._contact = db, reader, contact
        self.is_running = False

    async def checks(self) -> Mapping[str, bool]:
        """Return what must hold for the product to work."""
        if not self.is_running:  # not started yet, or on its way out
            return {"running": False}
        return {
            "running": True,
            "database": await self._reader.answers(),
            "schema": await self._is_current(),
            "writer": await self._writes(),
            "telegram": self._contact.is_fresh,
        }

    async def _is_current(self) -> bool:
        """Tell whether the schema is still the one this version needs: another one may have moved it on."""
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                rows = await self._reader.rows(migrate.standing_revision())
        except _UNWELL:
            return False
        return [row["version_num"] for row in rows] == [migrate.newest()]

    async def _writes(self) -> bool:
        """Tell whether a unit comes to its turn in time: the writing thread lives and nobody locks it out."""
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await self._db.run(_nothing)
        except _UNWELL:
            return False
        return True


def _nothing(_uow: SqlUow) -> None:
    """Commit without a change."""
