"""Roles, invitations to them, what staff did, and what needs a second person, in SQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    and_,
    bindparam,
    case,
    func,
    insert,
    or_,
    select,
    true,
    update,
)

from features.members.model import Group, GroupState, Member
from features.staff.model import Act, Post, Role, Values
from features.staff.rules import roles_for
from kernel.ids import GroupId, MemberId, UserId
from storage.dialect import insert_once
from storage.groups import chat_group, group_administrator, group_of, membership
from storage.members import member as member_table
from storage.members import member_of
from storage.prepared import Prepared
from storage.types import BigId, JsonText, UtcDateTime, metadata, partial_index

staff_role = Table(
    "staff_role",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("group_id", BigId, ForeignKey("chat_group.id")),  # NULL: of every group, for the owner
    Column("member_id", BigId, ForeignKey("member.id"), nullable=False),
    Column("role", Text, nullable=False),
    Column("given_by", BigId, ForeignKey("member.id")),  # NULL: by what Telegram or the console said
    Column("given_at", UtcDateTime, nullable=False),
    Column("until", UtcDateTime),  # NULL: until taken back
    Column("ended_at", UtcDateTime),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)
partial_index(
    "uq_staff_role_standing",
    "ended_at IS NULL",
    staff_role.c.group_id,
    staff_role.c.member_id,
    staff_role.c.role,
    unique=True,
)
partial_index("uq_staff_role_owner", "role = 'owner' AND ended_at IS NULL", staff_role.c.role, unique=True)
partial_index("ix_staff_role_member", "ended_at IS NULL", staff_role.c.member_id)
partial_index("ix_staff_role_over", "ended_at IS NULL AND until IS NOT NULL", staff_role.c.until)

# A link that makes whoever follows it first something: the owner, staff of a group, somebody's stand-in.
invitation = Table(
    "invitation",
    metadata,
    Column("code_hash", Text, primary_key=True),  # SHA-256 of the code, which is kept nowhere
    Column("role", Text, nullable=False),
    Column("group_id", BigId, ForeignKey("chat_group.id")),
    Column("days", Integer),  # how long the role lasts; NULL: until taken back
    Column("made_by", BigId, ForeignKey("member.id")),  # NULL: by the console
    Column("made_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_by", BigId, ForeignKey("member.id")),
    Column("used_at", UtcDateTime),
    sqlite_strict=True,
)

audit = Table(
    "audit",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("group_id", BigId, ForeignKey("chat_group.id")),
    Column("actor_id", BigId, ForeignKey("member.id")),  # NULL: an administrator who hides, or the console
    Column("act", Text, nullable=False),
    Column("subject_id", BigId),  # whom or what it was done to
    Column("before", JsonText),
    Column("after", JsonText),
    Column("undone_at", UtcDateTime),
    Index("ix_audit_group_id_id", "group_id", "id"),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)

approval = Table(
    "approval",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("group_id", BigId, ForeignKey("chat_group.id"), nullable=False),
    Column("member_id", BigId, ForeignKey("member.id"), nullable=False),
    Column("points", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("asked_by", BigId, ForeignKey("member.id"), nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("outcome", Text),  # NULL while it waits
    Column("decided_by", BigId, ForeignKey("member.id")),
    Column("decided_at", UtcDateTime),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)
partial_index("ix_approval_waiting", "outcome IS NULL", approval.c.expires_at)


_RANK = case({role.value: rank for rank, role in enumerate(Role)}, value=staff_role.c.role)
_IN_ITS_GROUP = (
    select(membership.c.id)
    .where(membership.c.member_id == staff_role.c.member_id, membership.c.left_at.is_(None))
    .where(membership.c.group_id == staff_role.c.group_id)
    .exists()
)
_OF_ALL = staff_role.c.role == Role.OWNER
_HAS_DAYS = and_(staff_role.c.ended_at.is_(None), staff_role.c.until.is_not(None))


def _counts(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """Return when a role counts: not taken back, not over, and its holder in the group or the owner."""
    lasts = or_(staff_role.c.until.is_(None), staff_role.c.until > now)
    return and_(staff_role.c.ended_at.is_(None), lasts, or_(_OF_ALL, _IN_ITS_GROUP))


_HOLDS_ONE = (
    select(staff_role.c.id)
    .where(
        staff_role.c.member_id == bindparam("who"), staff_role.c.role.in_(bindparam("one_of", expanding=True))
    )
    .where(
        _counts(bindparam("now", type_=UtcDateTime())), or_(_OF_ALL, staff_role.c.group_id == chat_group.c.id)
    )
    .exists()
)
_GROUPS_WITH = Prepared(
    select(chat_group).where(chat_group.c.state == GroupState.ENABLED, _HOLDS_ONE).order_by(chat_group.c.id)
)
_ADMINISTERED = Prepared(
    select(chat_group)
    .join(group_administrator, group_administrator.c.group_id == chat_group.c.id)
    .where(group_administrator.c.user_id == bindparam("user"), chat_group.c.state == GroupState.ENABLED)
    .order_by(chat_group.c.id)
)


@dataclass(frozen=True, slots=True)
class SqlStaff:
    """Staff over one connection."""

    connection: Connection

    def roles(self, member: MemberId, group: GroupId, *, now: datetime) -> frozenset[Role]:
        """Return the roles that count in a group: not over, their holder in it, or those of the owner."""
        query = select(staff_role.c.role).where(
            staff_role.c.member_id == member,
            or_(_OF_ALL, staff_role.c.group_id == group),
            _counts(now),
        )
        return frozenset(Role(role) for role in self.connection.execute(query).scalars())

    def groups_with(self, member: MemberId, roles: tuple[Role, ...], *, now: datetime) -> tuple[Group, ...]:
        """Return the enabled groups in which one of `roles` counts for the person; all for the owner."""
        given = {"who": member, "one_of": roles, "now": now}
        return tuple(group_of(row) for row in _GROUPS_WITH.rows(self.connection, given))

    def administered(self, user: UserId) -> tuple[Group, ...]:
        """Return the enabled groups of which Telegram last said that `user` is an administrator."""
        return tuple(group_of(row) for row in _ADMINISTERED.rows(self.connection, {"user": user}))

    def owner(self) -> MemberId | None:
        """Return who owns the bot; None while nobody does."""
        query = select(staff_role.c.member_id).where(_OF_ALL, staff_role.c.ended_at.is_(None))
        found = self.connection.execute(query).scalar_one_or_none()
        return None if found is None else MemberId(found)

    def posts(self, group: GroupId, *, now: datetime) -> tuple[Post, ...]:
        """Return the roles that count in a group, by rank and age; not the owner's."""
        query = (
            select(staff_role)
            .where(staff_role.c.group_id == group, _counts(now))
            .order_by(_RANK, staff_role.c.id)
        )
        return tuple(_post(row) for row in self.connection.execute(query))

    def give(
        self,
        member: MemberId,
        role: Role,
        *,
        group: GroupId | None,
        given_by: MemberId | None,
        until: datetime | None,
        now: datetime,
    ) -> bool:
        """Record a role; False when the person has it, or the bot has an owner."""
        over = and_(_held(member, role, group), staff_role.c.until <= now)
        self.connection.execute(update(staff_role).where(over).values(ended_at=staff_role.c.until))
        values = {
            "group_id": group,
            "member_id": member,
            "role": role,
            "given_by": given_by,
            "given_at": now,
            "until": until,
        }
        return insert_once(self.connection, staff_role, values)

    def end(self, member: MemberId, role: Role, *, group: GroupId | None, now: datetime) -> Post | None:
        """End a role and return what it was; None when the person does not have it."""
        row = self.connection.execute(
            update(staff_role)
            .where(_held(member, role, group))
            .values(ended_at=now)
            .returning(*staff_role.columns)
        ).one_or_none()
        return None if row is None else _post(row)

    def over(self, *, now: datetime, limit: int) -> tuple[int, ...]:
        """Return the roles whose days are over and that nobody has ended yet, longest ago first."""
        query = select(staff_role.c.id).where(_HAS_DAYS, staff_role.c.until <= now)
        found = self.connection.execute(query.order_by(staff_role.c.until, staff_role.c.id).limit(limit))
        return tuple(found.scalars())

    def next_over_at(self) -> datetime | None:
        """Return when the days of the next role are over."""
        found: datetime | None = self.connection.execute(
            select(func.min(staff_role.c.until)).where(_HAS_DAYS)
        ).scalar_one()
        return found

    def end_over(self, role: int, *, now: datetime) -> Post | None:
        """End a role whose days are over and return what it was; None where there is nothing to end."""
        row = self.connection.execute(
            update(staff_role)
            .where(staff_role.c.id == role, _HAS_DAYS, staff_role.c.until <= now)
            .values(ended_at=staff_role.c.until)
            .returning(*staff_role.columns)
        ).one_or_none()
        return None if row is None else _post(row)

    def holders(
        self, group: GroupId, *, act: Act, not_by: MemberId | None = None, now: datetime
    ) -> tuple[Member, ...]:
        """Return who may do `act` in a group by a role that counts, known longest first.

        Roles that `not_by` gave do not count.
        """
        holds = (
            select(staff_role.c.id)
            .where(staff_role.c.member_id == member_table.c.id, staff_role.c.role.in_(roles_for(act)))
            .where(or_(_OF_ALL, staff_role.c.group_id == group), _counts(now))
            .where(staff_role.c.given_by.is_distinct_from(not_by) if not_by else true())
            .exists()
        )
        query = select(member_table).where(member_table.c.user_id.is_not(None), holds)
        return tuple(member_of(row) for row in self.connection.execute(query.order_by(member_table.c.id)))

    def leaders_by_telegram(self, group: GroupId) -> tuple[Member, ...]:
        """Return who leads a group because Telegram called them its administrator."""
        query = (
            select(member_table)
            .join(staff_role, staff_role.c.member_id == member_table.c.id)
            .where(staff_role.c.group_id == group, staff_role.c.role == Role.LEADER)
            .where(staff_role.c.given_by.is_(None), staff_role.c.ended_at.is_(None))
            .where(member_table.c.user_id.is_not(None))
            .order_by(staff_role.c.id)
        )
        return tuple(member_of(row) for row in self.connection.execute(query))

    def note(
        self,
        *,
        group: GroupId | None,
        actor: MemberId | None,
        act: str,
        subject: int | None,
        before: Values | None,
        after: Values | None,
        now: datetime,
    ) -> int:
        """Write an audit line and return its number."""
        values = {
            "at": now,
            "group_id": group,
            "actor_id": actor,
            "act": act,
            "subject_id": subject,
            "before": None if before is None else dict(before),
            "after": None if after is None else dict(after),
        }
        written = insert(audit).values(values).returning(audit.c.id)
        return int(self.connection.execute(written).scalar_one())


def _held(member: MemberId, role: Role, group: GroupId | None) -> ColumnElement[bool]:
    of_group = staff_role.c.group_id.is_(None) if group is None else staff_role.c.group_id == group
    return and_(
        staff_role.c.member_id == member,
        staff_role.c.role == role,
        of_group,
        staff_role.c.ended_at.is_(None),
    )


def _post(row: Sequence[Any]) -> Post:
    own, group, member, role, given_by, given_at, until, _ = row
    return Post(
        id=own,
        member=MemberId(member),
        role=Role(role),
        group=None if group is None else GroupId(group),
        given_by=None if given_by is None else MemberId(given_by),
        given_at=given_at,
        until=until,
    )
