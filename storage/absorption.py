"""Two groups become one: a group that was met anew in its new chat, before the move was known, in SQL.

Every table that names a group takes part; those in which the two could clash are settled first. The
tables are looked up by name, because the modules they stand in know of groups.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, and_, delete, exists, select, update

from kernel.ids import GroupId
from storage.types import metadata

_FORGOTTEN = (
    "group_administrator",
    "join_request",
    "roll_call",
    "order_list",
)  # told or begun anew for the group that stays
_STANDING = (  # what stands once in a group: table, what ends it, what makes two the same
    ("membership", "left_at", ("member_id",)),
    ("staff_role", "ended_at", ("member_id", "role")),
    ("pickup_point", "closed_at", ("name",)),
)


def absorb(connection: Connection, met: GroupId, group: GroupId, *, now: datetime) -> None:
    """Give `group` everything of `met`, and forget that there was another."""
    for name in _FORGOTTEN:
        table = metadata.tables[name]
        connection.execute(delete(table).where(table.c.group_id == met))
    for name, ends, same in _STANDING:
        _end_doubles(connection, metadata.tables[name], met, group, ends=ends, same=same, now=now)
    _add_periods(connection, met, group)
    for table in _tables_of_groups():
        connection.execute(update(table).where(table.c.group_id == met).values(group_id=group))
    own = metadata.tables["chat_group"]
    connection.execute(delete(own).where(own.c.id == met))


def _end_doubles(
    connection: Connection,
    table: Table,
    met: GroupId,
    group: GroupId,
    *,
    ends: str,
    same: tuple[str, ...],
    now: datetime,
) -> None:
    """End what stands in `met` and in `group` too."""
    other = table.alias("other")
    twin = exists().where(
        other.c.group_id == group, other.c[ends].is_(None), *(other.c[name] == table.c[name] for name in same)
    )
    doubles = and_(table.c.group_id == met, table.c[ends].is_(None), twin)
    connection.execute(update(table).where(doubles).values({ends: now}))


def _add_periods(connection: Connection, met: GroupId, group: GroupId) -> None:
    """Add what was earned in `met` to the same period of `group`."""
    table = metadata.tables["growth_period"]
    other = table.alias("other")
    key = ("period", "starts_on", "member_id")
    same: tuple[Any, ...] = tuple(other.c[name] == table.c[name] for name in key)
    earned = select(other.c.growth).where(other.c.group_id == met, *same).scalar_subquery()
    both = and_(table.c.group_id == group, exists().where(other.c.group_id == met, *same))
    connection.execute(update(table).where(both).values(growth=table.c.growth + earned))
    counted = and_(table.c.group_id == met, exists().where(other.c.group_id == group, *same))
    connection.execute(delete(table).where(counted))


def _tables_of_groups() -> list[Table]:
    """Return the tables with a column for the group, whether the database checks it or not."""
    without = ("journal",)  # facts stay as they were written
    return [table for table in metadata.sorted_tables if "group_id" in table.c and table.name not in without]
