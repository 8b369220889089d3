"""Wishes to join that wait for an answer, and roll calls, in SQL."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    delete,
    func,
    insert,
    select,
    update,
)

from features.joining.model import Asker, JoinRequest
from kernel.ids import ChatId, GroupId, UserId
from kernel.message import Language
from storage.dialect import insert_once
from storage.groups import chat_group, membership
from storage.members import member
from storage.types import BigId, UtcDateTime, metadata

# Only open ones: what became of one stands in the journal, without the number of who asked.
join_request = Table(
    "join_request",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("group_id", BigId, ForeignKey("chat_group.id"), nullable=False),
    Column("user_id", BigId, nullable=False),
    Column("chat", BigId, nullable=False),  # where the person can be written to for five minutes
    Column("language", Text, nullable=False),
    Column("answer", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    UniqueConstraint("group_id", "user_id"),
    Index("ix_join_request_expires_at", "expires_at"),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)

# Groups whose members are looked after one by one, because the bot was deaf for a while.
roll_call = Table(
    "roll_call",
    metadata,
    Column("group_id", BigId, ForeignKey("chat_group.id"), primary_key=True, autoincrement=False),
    Column("cursor", BigId, nullable=False),  # the last membership asked about
    Column("due_at", UtcDateTime, nullable=False),
    Index("ix_roll_call_due_at", "due_at"),
    sqlite_strict=True,
)


@dataclass(frozen=True, slots=True)
class SqlJoining:
    """Wishes to join and roll calls over one connection."""

    connection: Connection

    def ask(self, group: GroupId, asker: Asker, *, answer: int, now: datetime) -> JoinRequest:
        """Keep a wish to join in the place of an earlier one, which can be answered no more."""
        # Its group's row is locked, or of two wishes at once both would find no earlier one.
        self.connection.execute(select(chat_group.c.id).where(chat_group.c.id == group).with_for_update())
        of_person = join_request.c.group_id == group, join_request.c.user_id == asker.user
        self.connection.execute(delete(join_request).where(*of_person))
        values = {
            "group_id": group,
            "user_id": asker.user,
            "chat": asker.chat,
            "language": asker.language,
            "answer": answer,
            "attempts": 0,
            "asked_at": now,
            "expires_at": asker.until,
        }
        row = self.connection.execute(insert(join_request).values(values).returning(join_request)).one()
        return _wish(*row)

    def take(self, request: int) -> JoinRequest | None:
        """Return an open wish, locked for this unit; None when it is closed."""
        query = select(join_request).where(join_request.c.id == request).with_for_update()
        row = self.connection.execute(query).one_or_none()
        return None if row is None else _wish(*row)

    def ask_again(self, request: int, *, answer: int) -> None:
        """Count an attempt and keep the answer of the next question."""
        counted = join_request.c.attempts + 1
        self.connection.execute(
            update(join_request).where(join_request.c.id == request).values(attempts=counted, answer=answer)
        )

    def close(self, request: int) -> bool:
        """Forget a wish; False when it was closed already."""
        closed = self.connection.execute(delete(join_request).where(join_request.c.id == request))
        return closed.rowcount == 1

    def due(self, *, now: datetime, limit: int) -> tuple[int, ...]:
        """Return the wishes whose time is over."""
        column = join_request.c.expires_at
        query = select(join_request.c.id).where(column <= now).order_by(column, join_request.c.id)
        return tuple(self.connection.execute(query.limit(limit)).scalars())

    def next_due_at(self) -> datetime | None:
        """Return the instant at which the next wish's time is over."""
        found: datetime | None = self.connection.execute(
            select(func.min(join_request.c.expires_at))
        ).scalar_one()
        return found

    def back_off(self, request: int, *, until: datetime) -> None:
        """Look at a wish again at `until`."""
        self.connection.execute(
            update(join_request).where(join_request.c.id == request).values(expires_at=until)
        )

    def begin_roll(self, group: GroupId, *, now: datetime) -> None:
        """Begin to look who of a group's members is still there; anew where it is under way."""
        values = {"group_id": group, "cursor": 0, "due_at": now}
        if not insert_once(self.connection, roll_call, values):
            self.connection.execute(update(roll_call).where(roll_call.c.group_id == group).values(values))

    def rolls_due(self, *, now: datetime, limit: int) -> tuple[int, ...]:
        """Return the groups whose roll call goes on now."""
        column = roll_call.c.due_at
        query = select(roll_call.c.group_id).where(column <= now).order_by(column, roll_call.c.group_id)
        return tuple(self.connection.execute(query.limit(limit)).scalars())

    def next_roll_at(self) -> datetime | None:
        """Return the instant at which the next roll call goes on."""
        found: datetime | None = self.connection.execute(select(func.min(roll_call.c.due_at))).scalar_one()
        return found

    def call_roll(self, group: GroupId, *, most: int, until: datetime) -> tuple[ChatId, tuple[UserId, ...]]:
        """Return the group's chat and its next standing members, at most `most`; go on at `until`.

        Empty when all were called, or the roll call was ended: it is over then.
        """
        at_it = (
            select(roll_call.c.cursor, chat_group.c.chat)
            .join(chat_group, chat_group.c.id == roll_call.c.group_id)
            .where(roll_call.c.group_id == group)
            .with_for_update(of=roll_call)
        )
        stands = self.connection.execute(at_it).one_or_none()
        if stands is None:
            return ChatId(0), ()
        cursor, chat = stands
        rows = self.connection.execute(
            select(membership.c.id, member.c.user_id)
            .join(member, member.c.id == membership.c.member_id)
            .where(membership.c.group_id == group, membership.c.left_at.is_(None), membership.c.id > cursor)
            .where(member.c.user_id.is_not(None))
            .order_by(membership.c.id)
            .limit(most)
        ).all()
        of_group = roll_call.c.group_id == group
        if rows:
            went_on = {"cursor": rows[-1][0], "due_at": until}
            self.connection.execute(update(roll_call).where(of_group).values(went_on))
        else:
            self.connection.execute(delete(roll_call).where(of_group))
        return ChatId(chat), tuple(UserId(user) for _, user in rows)

    def put_off_roll(self, group: GroupId, *, until: datetime) -> None:
        """Go on with a roll call at `until`."""
        self.connection.execute(update(roll_call).where(roll_call.c.group_id == group).values(due_at=until))


def _wish(*columns: Any) -> JoinRequest:
    """Return a wish of the columns of its table, in their order."""
    own, group, user, chat, language, answer, attempts, _, until = columns
    asker = Asker(UserId(user), ChatId(chat), Language(language), until)
    return JoinRequest(own, GroupId(group), asker, answer, attempts)
