"""Pick-up points in SQL."""

from dataclasses import dataclass

from sqlalchemy import Column, Connection, ForeignKey, Table, Text

from storage.types import BigId, UtcDateTime, metadata, partial_index

pickup_point = Table(
    "pickup_point",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("group_id", BigId, ForeignKey("chat_group.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("hours", Text, nullable=False),  # as people read it
    Column("added_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)
_NAMED = pickup_point.c.group_id, pickup_point.c.name
partial_index("uq_pickup_point_open", "closed_at IS NULL", *_NAMED, unique=True)


@dataclass(frozen=True, slots=True)
class SqlPickup:
    """Pick-up points over one connection."""

    connection: Connection
