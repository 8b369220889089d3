"""People in SQL."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    ColumnElement,
    Connection,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    and_,
    bindparam,
    exists,
    or_,
    select,
    true,
    update,
)

from features.members.model import CameBy, Group, GroupState, Member, Person, Stay
from kernel.ids import ChatId, GroupId, MemberId, UserId
from kernel.message import Language
from storage.dialect import insert_once
from storage.groups import chat_group, group_of, membership
from storage.prepared import Prepared
from storage.tombstones import tombstone
from storage.types import BigId, UtcDateTime, metadata

member = Table(
    "member",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("user_id", BigId),  # NULL: erased
    Column("name", Text, nullable=False),  # empty before consent
    Column("language", Text, nullable=False),
    Column("met_at", UtcDateTime, nullable=False),
    Column("service_consent_at", UtcDateTime),
    Column("marketing_consent_at", UtcDateTime),
    Column("reachable", Integer, CheckConstraint("reachable IN (0,1)", name="reachable"), nullable=False),
    Column("large", Integer, CheckConstraint("large IN (0,1)", name="large"), nullable=False),
    Column(
        "language_chosen",  # by the person, whatever their Telegram speaks
        Integer,
        CheckConstraint("language_chosen IN (0,1)", name="language_chosen"),
        nullable=False,
    ),
    Column("erased_at", UtcDateTime),
    UniqueConstraint("user_id"),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)

_GROUPS_OF = Prepared(
    select(chat_group)
    .join(membership, membership.c.group_id == chat_group.c.id)
    .where(membership.c.member_id == bindparam("who"), membership.c.left_at.is_(None))
    .where(chat_group.c.state == GroupState.ENABLED)
    .order_by(membership.c.id)
)
_AT_HOME = Prepared(
    select(member, chat_group)
    .outerjoin(membership, and_(membership.c.member_id == member.c.id, membership.c.left_at.is_(None)))
    .outerjoin(
        chat_group,
        and_(chat_group.c.id == membership.c.group_id, chat_group.c.state == GroupState.ENABLED),
    )
    .where(member.c.user_id == bindparam("user"))
    .order_by(chat_group.c.id.is_(None), membership.c.id)
    .limit(1)
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
_BURIED = Prepared(select(tombstone.c.until).where(tombstone.c.hash == bindparam("by_hash")))

_REACH = Prepared(
    update(member)
    .where(
        member.c.id == bindparam("who"), member.c.erased_at.is_(None), member.c.reachable != bindparam("now")
    )
    .values(reachable=bindparam("now"))
)
_GET = Prepared(select(member).where(member.c.id == bindparam("who"), member.c.user_id.is_not(None)))


@dataclass(frozen=True, slots=True)
class SqlMembers:
    """People over one connection."""

    connection: Connection

    def by_user(self, user: UserId) -> Member | None:
        """Return the person behind a Telegram user."""
        row = _BY_USER.row(self.connection, {"user": user})
        return None if row is None else member_of(row)

    def at_home(self, user: UserId) -> tuple[Member | None, Group | None]:
        """Return the person behind a Telegram user and their first enabled group, in one read."""
        row = _AT_HOME.row(self.connection, {"user": user})
        if row is None:
            return None, None
        columns = len(member.columns)
        group = row[columns:]
        return member_of(row[:columns]), None if group[0] is None else group_of(group)

    def inside(self, user: UserId) -> Member | None:
        """Return the person behind a Telegram user who is in an enabled group; None for anybody else."""
        row = _INSIDE.row(self.connection, {"user": user})
        return None if row is None else member_of(row)

    def standing(self, chat: ChatId, user: UserId) -> tuple[Group, Member] | None:
        """Return group and person where `user` is known to be in the group of `chat`."""
        row = _KNOWN_IN.row(self.connection, {"in_chat": chat, "user": user})
        columns = len(chat_group.columns)
        return None if row is None else (group_of(row[:columns]), member_of(row[columns:]))

    def is_buried(self, tombstone_hash: str) -> bool:
        """Tell whether a tombstone stands for somebody erased."""
        return _BURIED.row(self.connection, {"by_hash": tombstone_hash}) is not None

    def get(self, member_id: MemberId) -> Member:
        """Return the person; KeyError when there is none, or was erased."""
        found = self.find(member_id)
        if found is None:
            raise KeyError(member_id)
        return found

    def find(self, member_id: MemberId) -> Member | None:
        """Return the person; None when there is none, or was erased."""
        row = _GET.row(self.connection, {"who": member_id})
        return None if row is None else member_of(row)

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
            "large": 0,
            "language_chosen": 0,
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
            language=known.language if known.language_chosen else person.language or known.language,
        )
        if renewed != known:
            self._change(known.id, true(), name=renewed.name, language=renewed.language)
        return renewed

    def enter(self, member_id: MemberId, group: GroupId, *, came_by: CameBy, now: datetime) -> bool:
        """Record a membership and how it began; False when the person was in already."""
        values = {"member_id": member_id, "group_id": group, "entered_at": now, "came_by": came_by}
        return insert_once(self.connection, membership, values)

    def is_in(self, member_id: MemberId, group: GroupId) -> bool:
        """Tell whether the person is in the group."""
        query = select(membership.c.id).where(
            membership.c.member_id == member_id,
            membership.c.group_id == group,
            membership.c.left_at.is_(None),
        )
        return self.connection.execute(query).first() is not None

    def stay(self, member_id: MemberId, group: GroupId) -> Stay | None:
        """Return since when and how the person is in the group; None when they are not."""
        query = select(membership.c.entered_at, membership.c.came_by).where(
            membership.c.member_id == member_id,
            membership.c.group_id == group,
            membership.c.left_at.is_(None),
        )
        row = self.connection.execute(query).one_or_none()
        return None if row is None else Stay(row.entered_at, CameBy(row.came_by) if row.came_by else None)

    def has_stayed(self, member_id: MemberId, group: GroupId) -> bool:
        """Tell whether the person was in the group at any time."""
        stays = exists().where(membership.c.member_id == member_id, membership.c.group_id == group)
        return bool(self.connection.execute(select(stays)).scalar_one())

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
        return tuple(group_of(row) for row in _GROUPS_OF.rows(self.connection, {"who": member_id}))

    def set_reachable(self, member_id: MemberId, *, reachable: bool) -> bool:
        """Record whether the bot may write first; False when that was known."""
        return _REACH.change(self.connection, {"who": member_id, "now": int(reachable)}) == 1

    def consent(self, member_id: MemberId, *, name: str, now: datetime) -> bool:
        """Record consent to service messages and the name; False when it was given before."""
        not_yet = member.c.service_consent_at.is_(None)
        return self._change(member_id, not_yet, service_consent_at=now, name=name)

    def choose_language(self, member_id: MemberId, language: Language) -> bool:
        """Keep the language a person chose, whatever their Telegram speaks; False when it was kept so."""
        other = or_(member.c.language != language, member.c.language_chosen == 0)
        return self._change(member_id, other, language=language, language_chosen=1)

    def set_large(self, member_id: MemberId, *, wanted: bool) -> bool:
        """Keep whether a person wants few words and one button a row; False when it was so already."""
        return self._change(member_id, member.c.large != int(wanted), large=int(wanted))

    def set_marketing(self, member_id: MemberId, *, wanted: bool, now: datetime) -> bool:
        """Record or withdraw consent to marketing messages; False when nothing changed."""
        column = member.c.marketing_consent_at
        differs = column.is_(None) if wanted else column.is_not(None)
        return self._change(member_id, differs, marketing_consent_at=now if wanted else None)

    def _change(self, member_id: MemberId, differs: ColumnElement[bool], **values: Any) -> bool:
        """Change a person who is not erased: what a unit read before that must not be written back."""
        there = and_(member.c.id == member_id, member.c.erased_at.is_(None))
        changed = self.connection.execute(update(member).where(there, differs).values(**values))
        return changed.rowcount == 1


def member_of(row: Sequence[Any]) -> Member:
    """Return a person of the columns of their table, in their order."""
    own, user, name, language, _, service, marketing, reachable, large, language_chosen, _ = row
    return Member(
        id=MemberId(own),
        user=UserId(user),
        name=name,
        language=Language(language),
        service_consent_at=service,
        marketing_consent_at=marketing,
        reachable=bool(reachable),
        large=bool(large),
        language_chosen=bool(language_chosen),
    )
