"""Groups, people and memberships in SQL."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    ForeignKey,
    Integer,
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

from features.members.model import Group, GroupState, Member, MembersPolicy, Person
from features.outreach.model import QuietHours
from kernel.ids import ChatId, GroupId, MemberId, UserId
from kernel.message import Language
from storage.dialect import insert_once
from storage.prepared import Prepared
from storage.types import BigId, UtcDateTime, metadata, partial_index

chat_group = Table(
    "chat_group",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("chat", BigId, nullable=False),
    Column("title", Text, nullable=False),
    Column("state", Text, CheckConstraint("state IN ('met','enabled','left')", name="state"), nullable=False),
    Column("state_at", UtcDateTime, nullable=False),
    Column("language", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("quiet_start", Text, nullable=False),  # local time, HH:MM
    Column("quiet_end", Text, nullable=False),
    UniqueConstraint("chat"),
    sqlite_strict=True,
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

member = Table(
    "member",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("user_id", BigId, nullable=False),
    Column("name", Text, nullable=False),  # empty before consent
    Column("language", Text, nullable=False),
    Column("met_at", UtcDateTime, nullable=False),
    Column("service_consent_at", UtcDateTime),
    Column("marketing_consent_at", UtcDateTime),
    Column("reachable", Integer, CheckConstraint("reachable IN (0,1)", name="reachable"), nullable=False),
    UniqueConstraint("user_id"),
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
    sqlite_strict=True,
)
_STANDING = membership.c.member_id, membership.c.group_id
partial_index("uq_membership_standing", "left_at IS NULL", *_STANDING, unique=True)


_here, _stay = chat_group.alias("here"), membership.alias("stay")

_MOVED = select(former_chat.c.group_id).where(former_chat.c.chat == bindparam("in_chat")).scalar_subquery()
_THERE = select(_here.c.id).where(_here.c.chat == bindparam("in_chat")).scalar_subquery()
_BY_CHAT = Prepared(select(chat_group).where(chat_group.c.id == func.coalesce(_MOVED, _THERE)))
_GROUPS_OF = Prepared(
    select(chat_group)
    .join(membership, membership.c.group_id == chat_group.c.id)
    .where(membership.c.member_id == bindparam("who"), membership.c.left_at.is_(None))
    .where(chat_group.c.state == GroupState.ENABLED)
    .order_by(membership.c.id)
)
_IN_AN_ENABLED_GROUP = (
    select(membership.c.id)
    .join(chat_group, chat_group.c.id == membership.c.group_id)
    .where(membership.c.member_id == member.c.id, membership.c.left_at.is_(None))
    .where(chat_group.c.state == GroupState.ENABLED)
    .exists()
)
_INSIDE = Prepared(select(member).where(member.c.user_id == bindparam("user"), _IN_AN_ENABLED_GROUP))
_KNOWN_IN = Prepared(
    select(chat_group, member)
    .join(membership, membership.c.group_id == chat_group.c.id)
    .join(member, member.c.id == membership.c.member_id)
    .where(chat_group.c.chat == bindparam("in_chat"), member.c.user_id == bindparam("user"))
    .where(membership.c.left_at.is_(None))
)
_BY_USER = Prepared(select(member).where(member.c.user_id == bindparam("user")))


@dataclass(frozen=True, slots=True)
class SqlGroups:
    """Groups over one connection."""

    connection: Connection

    def by_chat(self, chat: ChatId) -> Group | None:
        """Return the group that is in `chat`, or was before it moved."""
        row = _BY_CHAT.row(self.connection, {"in_chat": chat})
        return None if row is None else _group(row)

    def enabled(self) -> tuple[Group, ...]:
        """Return the enabled groups, oldest first."""
        query = select(chat_group).where(chat_group.c.state == GroupState.ENABLED).order_by(chat_group.c.id)
        return tuple(_group(row) for row in self.connection.execute(query))

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

    def change_chat(self, group: Group, chat: ChatId, *, now: datetime) -> None:
        """Record that `group` is in `chat` now, and make one group of it and what was met there meanwhile."""
        if not insert_once(self.connection, former_chat, {"chat": group.chat, "group_id": group.id}):
            return
        met = self.by_chat(chat)
        if met:
            self._absorb(met.id, group.id, now)
            if met.state is not GroupState.MET:  # newer than anything known of the chat left behind
                self.move(group.id, to=met.state, since=tuple(GroupState), now=now)
        self.connection.execute(update(chat_group).where(chat_group.c.id == group.id).values(chat=chat))

    def _absorb(self, met: GroupId, group: GroupId, now: datetime) -> None:
        of_met = membership.c.group_id == met
        stays = select(_stay.c.member_id).where(_stay.c.group_id == group, _stay.c.left_at.is_(None))
        twice = and_(of_met, membership.c.left_at.is_(None), membership.c.member_id.in_(stays))
        self.connection.execute(update(membership).where(twice).values(left_at=now))
        self.connection.execute(update(membership).where(of_met).values(group_id=group))
        self.connection.execute(delete(group_administrator).where(group_administrator.c.group_id == met))
        self.connection.execute(delete(chat_group).where(chat_group.c.id == met))

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


@dataclass(frozen=True, slots=True)
class SqlMembers:
    """People over one connection."""

    connection: Connection

    def by_user(self, user: UserId) -> Member | None:
        """Return the person behind a Telegram user."""
        row = _BY_USER.row(self.connection, {"user": user})
        return None if row is None else _member(row)

    def inside(self, user: UserId) -> Member | None:
        """Return the person behind a Telegram user who is in an enabled group; None for anybody else."""
        row = _INSIDE.row(self.connection, {"user": user})
        return None if row is None else _member(row)

    def standing(self, chat: ChatId, user: UserId) -> tuple[Group, Member] | None:
        """Return group and person where `user` is known to be in the group of `chat`."""
        row = _KNOWN_IN.row(self.connection, {"in_chat": chat, "user": user})
        columns = len(chat_group.columns)
        return None if row is None else (_group(row[:columns]), _member(row[columns:]))

    def get(self, member_id: MemberId) -> Member:
        """Return the person; KeyError when there is none."""
        row = self.connection.execute(select(member).where(member.c.id == member_id)).one_or_none()
        if row is None:
            raise KeyError(member_id)
        return _member(row)

    def meet(self, person: Person, *, now: datetime) -> Member:
        """Record a person unless they are known, and return them renewed. Names wait for consent."""
        known = self.by_user(person.user)
        if known is not None:
            return self.renew(known, person)
        values = {
            "user_id": person.user,
            "name": "",
            "language": person.language or Language.of(None),
            "met_at": now,
            "reachable": 0,
        }
        insert_once(self.connection, member, values)
        found = self.by_user(person.user)
        if found is None:
            raise KeyError(person.user)
        return found

    def renew(self, known: Member, person: Person) -> Member:
        """Keep what an update says anew of a person: the language, and with consent the name."""
        renewed = replace(
            known,
            name=person.name if known.consented else known.name,
            language=person.language or known.language,
        )
        if renewed != known:
            self.connection.execute(
                update(member)
                .where(member.c.id == known.id)
                .values(name=renewed.name, language=renewed.language)
            )
        return renewed

    def enter(self, member_id: MemberId, group: GroupId, *, now: datetime) -> bool:
        """Record a membership; False when the person was in already."""
        values = {"member_id": member_id, "group_id": group, "entered_at": now}
        return insert_once(self.connection, membership, values)

    def leave(self, member_id: MemberId, group: GroupId, *, now: datetime) -> bool:
        """End a membership; False when there was none."""
        ended = self.connection.execute(
            update(membership)
            .where(
                membership.c.member_id == member_id,
                membership.c.group_id == group,
                membership.c.left_at.is_(None),
            )
            .values(left_at=now)
        )
        return ended.rowcount == 1

    def groups_of(self, member_id: MemberId) -> tuple[Group, ...]:
        """Return the enabled groups the person is in, oldest membership first."""
        return tuple(_group(row) for row in _GROUPS_OF.rows(self.connection, {"who": member_id}))

    def set_reachable(self, member_id: MemberId, *, reachable: bool) -> bool:
        """Record whether the bot may write first; False when that was known."""
        changed = self.connection.execute(
            update(member)
            .where(member.c.id == member_id, member.c.reachable != int(reachable))
            .values(reachable=int(reachable))
        )
        return changed.rowcount == 1

    def consent(self, member_id: MemberId, *, name: str, now: datetime) -> bool:
        """Record consent to service messages and the name; False when it was given before."""
        given = self.connection.execute(
            update(member)
            .where(member.c.id == member_id, member.c.service_consent_at.is_(None))
            .values(service_consent_at=now, name=name)
        )
        return given.rowcount == 1

    def set_marketing(self, member_id: MemberId, *, wanted: bool, now: datetime) -> bool:
        """Record or withdraw consent to marketing messages; False when nothing changed."""
        column = member.c.marketing_consent_at
        changed = self.connection.execute(
            update(member)
            .where(member.c.id == member_id, column.is_(None) if wanted else column.is_not(None))
            .values(marketing_consent_at=now if wanted else None)
        )
        return changed.rowcount == 1


def _group(row: Sequence[Any]) -> Group:
    """Return a group of the columns of its table, in their order."""
    own, chat, title, state, _, language, zone, quiet_start, quiet_end = row
    return Group(
        id=GroupId(own),
        chat=ChatId(chat),
        title=title,
        state=GroupState(state),
        language=Language(language),
        zone=ZoneInfo(zone),
        quiet=QuietHours(time.fromisoformat(quiet_start), time.fromisoformat(quiet_end)),
    )


def _member(row: Sequence[Any]) -> Member:
    """Return a person of the columns of their table, in their order."""
    own, user, name, language, _, service_consent_at, marketing_consent_at, reachable = row
    return Member(
        id=MemberId(own),
        user=UserId(user),
        name=name,
        language=Language(language),
        service_consent_at=service_consent_at,
        marketing_consent_at=marketing_consent_at,
        reachable=bool(reachable),
    )
