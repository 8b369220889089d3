"""Roles that one process holds at a time, with a number that grows whenever the holder changes.

Instants are the database's own on PostgreSQL: the holders may run on machines whose clocks differ.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Table,
    Text,
    bindparam,
    cast,
    func,
    literal,
    select,
    update,
)

from storage.dialect import insert_once
from storage.prepared import Prepared
from storage.types import BigId, metadata, to_milliseconds

lease = Table(
    "lease",
    metadata,
    Column("name", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("epoch", BigId, nullable=False),
    Column("until", BigId, nullable=False),  # epoch milliseconds by the database's clock
    sqlite_strict=True,
)


_ROW = select(lease.c.epoch).where(lease.c.name == bindparam("role"))
# The weakest lock of a row: it keeps `take` waiting, which asks for the strongest, but not `renew`, which
# the units that look would starve otherwise.
_HELD = Prepared(_ROW.with_for_update(read=True, key_share=True))
_FOR_ONESELF = Prepared(_ROW.with_for_update())


class LeaseLost(Exception):
    """Another process has taken over: whatever this one still wants to do, it must not."""


@dataclass(frozen=True, slots=True)
class SqlLeases:
    """The leases over one connection, at the instant of its unit."""

    connection: Connection
    now: datetime

    def take(self, name: str, owner: str, *, seconds: float, alone: bool) -> int | None:
        """Take the role for `seconds` and return its new epoch; None while another holds it.

        `alone`: the caller knows by other means that nobody else can hold it, as behind a file lock.
        """
        insert_once(self.connection, lease, {"name": name, "owner": "", "epoch": 0, "until": 0})
        _FOR_ONESELF.row(self.connection, {"role": name})
        free = lease.c.until <= self._clock()
        statement = (
            update(lease)
            .where(lease.c.name == name, literal(alone) if alone else free)
            .values(owner=owner, epoch=lease.c.epoch + 1, until=self._after(seconds))
            .returning(lease.c.epoch)
        )
        return self.connection.execute(statement).scalar_one_or_none()

    def renew(self, name: str, epoch: int, *, seconds: float) -> None:
        """Hold the role `seconds` from now. Raises LeaseLost when another has taken it."""
        renewed = self.connection.execute(
            update(lease)
            .where(lease.c.name == name, lease.c.epoch == epoch)
            .values(until=self._after(seconds))
        )
        if renewed.rowcount != 1:
            raise LeaseLost(name)

    def release(self, name: str, epoch: int) -> None:
        """Let the role go at once; nothing happens when another has taken it."""
        self.connection.execute(
            update(lease).where(lease.c.name == name, lease.c.epoch == epoch).values(until=0)
        )

    def check(self, name: str, epoch: int) -> None:
        """Raise LeaseLost unless the role is held; nobody can take it before this unit ends."""
        held = _HELD.row(self.connection, {"role": name})
        if held is None or held[0] != epoch:
            raise LeaseLost(name)

    def _clock(self) -> ColumnElement[int]:
        if self.connection.dialect.name == "sqlite":
            return literal(to_milliseconds(self.now))
        return cast(func.extract("epoch", func.clock_timestamp()) * 1000, BigInteger)

    def _after(self, seconds: float) -> ColumnElement[int]:
        return self._clock() + int(seconds * 1000)
