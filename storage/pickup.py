"""Pick-up points in SQL."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, ForeignKey, Table, Text, and_, bindparam, exists, select, update

from features.pickup.model import PickupPoint
from kernel.ids import GroupId, MemberId, PickupPointId
from storage.dialect import insert_once
from storage.groups import chat_group, membership
from storage.prepared import Prepared
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

_OPEN = pickup_point.c.closed_at.is_(None)
_POINTS = Prepared(
    select(pickup_point)
    .where(pickup_point.c.group_id == bindparam("of_group"), _OPEN)
    .order_by(pickup_point.c.id)
)
_CHOSEN = Prepared(
    select(pickup_point)
    .join(membership, membership.c.pickup_point_id == pickup_point.c.id)
    .where(membership.c.member_id == bindparam("who"), membership.c.group_id == bindparam("of_group"))
    .where(membership.c.left_at.is_(None), _OPEN)
)


@dataclass(frozen=True, slots=True)
class SqlPickup:
    """Pick-up points over one connection."""

    connection: Connection

    def points(self, group: GroupId) -> tuple[PickupPoint, ...]:
        """Return the open points of a group, oldest first."""
        return tuple(_point(*row) for row in _POINTS.rows(self.connection, {"of_group": group}))

    def lock(self, group: GroupId) -> None:
        """Let other units that change the group's points wait for this one."""
        self.connection.execute(select(chat_group.c.id).where(chat_group.c.id == group).with_for_update())

    def get(self, point: PickupPointId) -> PickupPoint | None:
        """Return a point, open or closed."""
        row = self.connection.execute(select(pickup_point).where(pickup_point.c.id == point)).one_or_none()
        return None if row is None else _point(*row)

    def add(self, group: GroupId, *, name: str, hours: str, now: datetime) -> PickupPoint | None:
        """Open a point; None when the group has an open one of that name."""
        values = {"group_id": group, "name": name, "hours": hours, "added_at": now}
        if not insert_once(self.connection, pickup_point, values):
            return None
        return next(point for point in self.points(group) if point.name == name)

    def close(self, point: PickupPointId, *, group: GroupId, now: datetime) -> bool:
        """Close a group's point; False when it is not open, or another group's."""
        closed = self.connection.execute(
            update(pickup_point)
            .where(pickup_point.c.id == point, pickup_point.c.group_id == group, _OPEN)
            .values(closed_at=now)
        )
        return closed.rowcount == 1

    def reopen(self, point: PickupPointId, *, group: GroupId) -> bool:
        """Open a closed point of a group again; False when it is open, or its name is taken."""
        self.lock(group)
        same = pickup_point.alias("same")
        named_so = same.c.group_id == pickup_point.c.group_id, same.c.name == pickup_point.c.name
        taken = exists().where(*named_so, same.c.closed_at.is_(None))
        opened = self.connection.execute(
            update(pickup_point)
            .where(pickup_point.c.id == point, pickup_point.c.group_id == group)
            .where(pickup_point.c.closed_at.is_not(None), ~taken)
            .values(closed_at=None)
        )
        return opened.rowcount == 1

    def chosen(self, member: MemberId, group: GroupId) -> PickupPoint | None:
        """Return where a member of the group picks up; None without a choice that is still open."""
        row = _CHOSEN.row(self.connection, {"who": member, "of_group": group})
        return None if row is None else _point(*row)

    def choose(self, member: MemberId, point: PickupPointId, *, group: GroupId) -> bool:
        """Record where a member picks up; False unless the point is open there and the member in."""
        is_open = exists().where(pickup_point.c.id == point, pickup_point.c.group_id == group, _OPEN)
        stays = and_(membership.c.member_id == member, membership.c.group_id == group)
        chosen = self.connection.execute(
            update(membership)
            .where(stays, membership.c.left_at.is_(None), is_open)
            .values(pickup_point_id=point)
        )
        return chosen.rowcount == 1


def _point(*columns: Any) -> PickupPoint:
    """Return a point of the columns of its table, in their order."""
    own, group, name, hours, _, closed_at = columns
    return PickupPoint(PickupPointId(own), GroupId(group), name, hours, is_open=closed_at is None)
