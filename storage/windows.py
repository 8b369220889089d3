"""The times for complaints about orders, in SQL."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Connection, ForeignKey, Table, Text, func, select, update

from features.settlement.model import Window
from kernel.ids import OrderId
from storage.dialect import insert_once
from storage.types import BigId, LocalDate, UtcDateTime, metadata, partial_index

order_window = Table(
    "order_window",
    metadata,
    Column("order_id", BigId, ForeignKey("purchase_order.id"), primary_key=True, autoincrement=False),
    Column("collected_on", LocalDate, nullable=False),  # in the zone of the group
    Column("until", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    Column("event", Text),  # what the order earned its member
    Column("reversed_at", UtcDateTime),  # when that was taken back
    sqlite_strict=True,
)
partial_index("ix_order_window_due", "closed_at IS NULL", order_window.c.until, order_window.c.order_id)

_w = order_window.c


@dataclass(frozen=True, slots=True)
class SqlWindows:
    """After-sales windows over one connection."""

    connection: Connection

    def open(self, order: OrderId, *, collected_on: date, until: datetime) -> bool:
        """Keep until when complaints about an order can come; False where that is over."""
        values: dict[str, Any] = {"collected_on": collected_on, "until": until}
        if insert_once(self.connection, order_window, values | {"order_id": order}):
            return True
        lasts = _w.order_id == order, _w.closed_at.is_(None)
        return self.connection.execute(update(order_window).where(*lasts).values(values)).rowcount == 1

    def drop(self, order: OrderId) -> bool:
        """Forget that time, while it lasts: something was not picked up after all."""
        lasts = _w.order_id == order, _w.closed_at.is_(None)
        return self.connection.execute(order_window.delete().where(*lasts)).rowcount == 1

    def of(self, order: OrderId) -> Window | None:
        """Return the time for complaints about an order."""
        row = self.connection.execute(select(order_window).where(_w.order_id == order)).one_or_none()
        return None if row is None else _window(row)

    def close(self, order: OrderId, *, now: datetime) -> Window | None:
        """Close a window that is over, once; None where it is not, or was closed."""
        is_over = _w.order_id == order, _w.closed_at.is_(None), _w.until <= now
        closed = update(order_window).where(*is_over).values(closed_at=now)
        return self.of(order) if self.connection.execute(closed).rowcount == 1 else None

    def credit(self, order: OrderId, *, event: str) -> None:
        """Keep what an order earned its member."""
        self.connection.execute(update(order_window).where(_w.order_id == order).values(event=event))

    def reverse(self, order: OrderId, *, now: datetime) -> bool:
        """Record that what an order earned was taken back; False where it was, or it earned nothing."""
        stands = _w.order_id == order, _w.event.is_not(None), _w.reversed_at.is_(None)
        done = update(order_window).where(*stands).values(reversed_at=now)
        return self.connection.execute(done).rowcount == 1

    def due(self, *, now: datetime, limit: int) -> tuple[int, ...]:
        """Return the orders whose time for complaints is over."""
        query = select(_w.order_id).where(_w.closed_at.is_(None), _w.until <= now)
        ordered = query.order_by(_w.until, _w.order_id).limit(limit)
        return tuple(self.connection.execute(ordered).scalars())

    def next_due_at(self) -> datetime | None:
        """Return when the next window is over."""
        query = select(func.min(_w.until)).where(_w.closed_at.is_(None))
        at: datetime | None = self.connection.execute(query).scalar_one()
        return at

    def put_off(self, order: OrderId, *, until: datetime) -> None:
        """Look at a window again at `until`."""
        lasts = _w.order_id == order, _w.closed_at.is_(None)
        self.connection.execute(update(order_window).where(*lasts).values(until=until))


def _window(row: Any) -> Window:
    return Window(
        order=OrderId(row.order_id),
        collected_on=row.collected_on,
        until=row.until,
        closed_at=row.closed_at,
        event=row.event,
        reversed_at=row.reversed_at,
    )
