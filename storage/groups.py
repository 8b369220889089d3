"""Groups and who stays in them, in SQL."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    ForeignKey,
    Table,
    Text,
    UniqueConstraint,
    and_,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from features.members.model import Group, GroupState, MembersPolicy
from features.outreach.model import QuietHours
from kernel.ids import ChatId, GroupId, MemberId, MessageId, UserId
from kernel.message import Language
from storage.absorption import absorb
from storage.dialect import insert_once
from storage.prepared import Prepared
from storage.types import BigId, UtcDateTime, metadata, partial_index

chat_group = Table(
    "chat_group",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("chat", BigId, nullable=False),
    Column("title", Text, nullable=False),
    Column(
        "state",
        Text,
        CheckConstraint("state IN ('met','asked','enabled','refused','left')", name="state"),
        nullable=False,
    ),
    Column("state_at", UtcDateTime, nullable=False),
    Column("language", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("quiet_start", Text, nullable=False),  # local time, HH:MM
    Column("quiet_end", Text, nullable=False),
    Column("asked_by", BigId, ForeignKey("member.id")),  # who pressed the enabling button
    Column("card", BigId),  # the message with that button
    Column("silent_since", UtcDateTime),  # of all automatic sending; NULL: the bot speaks
    UniqueConstraint("chat"),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)

group_administrator = Table(
    "group_administrator",
    metadata,
    Column("group_id", BigId, ForeignKey("chat_group.id"), primary_key=True),
    Column("user_id", BigId, primary_key=True),
    Column("told_at", UtcDateTime, nullable=False),
    sqlite_strict=True,
)

# Where a group was before Telegram moved it: what was said there may still wait to be handled.
former_chat = Table(
    "former_chat",
    metadata,
    Column("chat", BigId, primary_key=True, autoincrement=False),
    Column("group_id", BigId, ForeignKey("chat_group.id"), nullable=False),
    sqlite_strict=True,
)

membership = Table(
    "membership",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("member_id", BigId, ForeignKey("member.id"), nullable=False),
    Column("group_id", BigId, ForeignKey("chat_group.id"), nullable=False),
    Column("entered_at", UtcDateTime, nullable=False),
    Column("left_at", UtcDateTime),
    Column("came_by", Text),  # plain, link, request, seen; NULL: from before this was kept
    Column("pickup_point_id", BigId, ForeignKey("pickup_point.id")),
    sqlite_strict=True,
)
_STANDING = membership.c.member_id, membership.c.group_id
partial_index("uq_membership_standing", "left_at IS NULL", *_STANDING, unique=True)
partial_index("ix_membership_group", "left_at IS NULL", membership.c.group_id, membership.c.id)

_EVER = datetime(1970, 1, 1, tzinfo=UTC)
_here = chat_group.alias("here")

_MOVED = select(former_chat.c.group_id).where(former_chat.c.chat == bindparam("in_chat")).scalar_subquery()
_THERE = select(_here.c.id).where(_here.c.chat == bindparam("in_chat")).scalar_subquery()
_BY_CHAT = Prepared(select(chat_group).where(chat_group.c.id == func.coalesce(_MOVED, _THERE)))


@dataclass(frozen=True, slots=True)
class SqlGroups:
    """Groups over one connection."""

    connection: Connection

    def by_chat(self, chat: ChatId) -> Group | None:
        """Return the group that is in `chat`, or was before it moved."""
        row = _BY_CHAT.row(self.connection, {"in_chat": chat})
        return None if row is None else group_of(row)

    def get(self, group: GroupId) -> Group | None:
        """Return the group of that number."""
        row = self.connection.execute(select(chat_group).where(chat_group.c.id == group)).one_or_none()
        return None if row is None else group_of(row)

    def enabled(self) -> tuple[Group, ...]:
        """Return the enabled groups, oldest first."""
        query = select(chat_group).where(chat_group.c.state == GroupState.ENABLED).order_by(chat_group.c.id)
        return tuple(group_of(row) for row in self.connection.execute(query))

    def asked(self) -> tuple[Group, ...]:
        """Return the groups that wait for the owner, longest waiting first."""
        query = select(chat_group).where(chat_group.c.state == GroupState.ASKED)
        rows = self.connection.execute(query.order_by(chat_group.c.state_at, chat_group.c.id))
        return tuple(group_of(row) for row in rows)

    def note_asker(self, group: GroupId, member: MemberId, card: MessageId | None) -> None:
        """Keep who pressed the enabling button last, and under which message."""
        self.connection.execute(
            update(chat_group).where(chat_group.c.id == group).values(asked_by=member, card=card)
        )

    def meet(self, chat: ChatId, *, title: str, policy: MembersPolicy, now: datetime) -> Group:
        """Record the group in `chat` as met unless it is known, and return it with the title it bears now."""
        known = self.by_chat(chat)
        if known and known.chat != chat:
            return known
        values = {
            "chat": chat,
            "title": title,
            "state": GroupState.MET,
            "state_at": now,
            "language": policy.language,
            "zone": policy.zone.key,
            "quiet_start": policy.quiet.start.isoformat("minutes"),
            "quiet_end": policy.quiet.end.isoformat("minutes"),
        }
        insert_once(self.connection, chat_group, values)
        group = self.by_chat(chat)
        if group is None:
            raise KeyError(chat)
        return self.rename(group, title)

    def rename(self, group: Group, title: str) -> Group:
        """Keep the title a group bears now, and return the group with it."""
        if group.title == title:
            return group
        self.connection.execute(update(chat_group).where(chat_group.c.id == group.id).values(title=title))
        return replace(group, title=title)

    def move(self, group: GroupId, *, to: GroupState, since: tuple[GroupState, ...], now: datetime) -> bool:
        """Move the group to a state; False unless it was in one of `since`."""
        moved = self.connection.execute(
            update(chat_group)
            .where(chat_group.c.id == group, chat_group.c.state.in_(since))
            .values(state=to, state_at=now)
        )
        return moved.rowcount == 1

    def change_chat(self, group: Group, chat: ChatId, *, now: datetime) -> bool:
        """Record that `group` is in `chat` now, and make one group of it and what was met there meanwhile.

        False where another unit was faster.
        """
        if not insert_once(self.connection, former_chat, {"chat": group.chat, "group_id": group.id}):
            return False
        met = self.by_chat(chat)
        if met:
            absorb(self.connection, met.id, group.id, now=now)
            if met.state is not GroupState.MET:  # newer than anything known of the chat left behind
                self.move(group.id, to=met.state, since=tuple(GroupState), now=now)
        there = update(chat_group).where(chat_group.c.id == group.id)
        self.connection.execute(there.values(chat=chat, card=None))  # messages have other numbers there
        return True

    def silence(self, group: GroupId, *, now: datetime) -> bool:
        """Record that nothing leaves by itself from now on; False when it was so."""
        speaks = and_(chat_group.c.id == group, chat_group.c.silent_since.is_(None))
        stopped = self.connection.execute(update(chat_group).where(speaks).values(silent_since=now))
        return stopped.rowcount == 1

    def speak(self, group: GroupId) -> bool:
        """Record that the bot speaks again; False when it did."""
        silent = and_(chat_group.c.id == group, chat_group.c.silent_since.is_not(None))
        spoke = self.connection.execute(update(chat_group).where(silent).values(silent_since=None))
        return spoke.rowcount == 1

    def set_administrators(self, group: GroupId, users: tuple[UserId, ...], *, now: datetime) -> None:
        """Replace the cached list of administrators."""
        # Two answers may come in through different lanes: the later one waits, or their rows would clash.
        self.connection.execute(select(chat_group.c.id).where(chat_group.c.id == group).with_for_update())
        self.connection.execute(delete(group_administrator).where(group_administrator.c.group_id == group))
        if users:
            rows = [{"group_id": group, "user_id": user, "told_at": now} for user in users]
            self.connection.execute(insert(group_administrator), rows)

    def administrators(self, group: GroupId, *, since: datetime) -> frozenset[UserId]:
        """Return the administrators Telegram told at `since` or later; empty when it has not."""
        query = select(group_administrator.c.user_id).where(
            group_administrator.c.group_id == group, group_administrator.c.told_at >= since
        )
        return frozenset(UserId(user) for user in self.connection.execute(query).scalars())

    def all_administrators(self, group: GroupId) -> frozenset[UserId]:
        """Return the administrators of Telegram's last word, however old."""
        return self.administrators(group, since=_EVER)

    def drop_administrator(self, group: GroupId, user: UserId) -> None:
        """Take somebody from the cached list."""
        self.connection.execute(
            delete(group_administrator).where(
                group_administrator.c.group_id == group, group_administrator.c.user_id == user
            )
        )


def group_of(row: Sequence[Any]) -> Group:
    """Return a group of the columns of its table, in their order."""
    own, chat, title, state, state_at, language, zone, *rest = row
    quiet_start, quiet_end, asked_by, card, silent_since = rest
    return Group(
        id=GroupId(own),
        chat=ChatId(chat),
        title=title,
        state=GroupState(state),
        language=Language(language),
        zone=ZoneInfo(zone),
        quiet=QuietHours(time.fromisoformat(quiet_start), time.fromisoformat(quiet_end)),
        asked_by=None if asked_by is None else MemberId(asked_by),
        card=None if card is None else MessageId(card),
        state_at=state_at,
        silent_since=silent_since,
    )
