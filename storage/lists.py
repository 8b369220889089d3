"""Pasted lists that wait for staff, in SQL."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from features.orders.model import PastedList
from kernel.ids import GroupId, MemberId, MessageId
from storage.dialect import insert_once
from storage.orders import order_list


@dataclass(frozen=True, slots=True)
class SqlPastedLists:
    """Pasted lists over one connection."""

    connection: Connection

    def keep(
        self, group: GroupId, member: MemberId, message: MessageId, *, text: str, said_at: datetime
    ) -> int:
        """Keep a list until staff say that it counts, the newest words of it; return its number."""
        values = {"member_id": member, "text": text, "said_at": said_at}
        same = order_list.c.group_id == group, order_list.c.message == message
        if not insert_once(self.connection, order_list, {"group_id": group, "message": message, **values}):
            self.connection.execute(update(order_list).where(*same).values(values))
        return int(self.connection.execute(select(order_list.c.id).where(*same)).scalar_one())

    def waiting(self, group: GroupId, *, since: datetime, limit: int) -> tuple[int, ...]:
        """Return the numbers of the lists of a group, said since then, that wait; oldest first."""
        waits = order_list.c.group_id == group, order_list.c.text != "", order_list.c.said_at >= since
        query = select(order_list.c.id).where(*waits).order_by(order_list.c.id).limit(limit)
        return tuple(self.connection.execute(query).scalars())

    def take(self, number: int) -> PastedList | None:
        """Take a list that waits, once; None when it was taken, or is forgotten."""
        waits = order_list.c.id == number, order_list.c.text != ""
        row = self.connection.execute(select(order_list).where(*waits).with_for_update()).one_or_none()
        if row is None:
            return None
        self.connection.execute(update(order_list).where(*waits).values(text=""))
        return PastedList(
            GroupId(row.group_id), MemberId(row.member_id), MessageId(row.message), row.text, row.said_at
        )
