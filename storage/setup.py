"""What a wizard waits to be told, a group's settings, and what rows say about a group, in SQL."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Table,
    Text,
    and_,
    bindparam,
    exists,
    func,
    select,
    update,
)

from features.members.model import Group
from features.outreach.model import QuietHours
from features.setup.model import Audience, Facts, Prompt, Step
from features.staff.model import Deed
from kernel.ids import ChatId, GroupId, MemberId, MessageId, UserId
from kernel.message import Language
from storage.dialect import insert_once
from storage.groups import chat_group, group_administrator, group_of, membership
from storage.inbox import TELEGRAM, inbox
from storage.members import SqlMembers, member
from storage.pickup import pickup_point
from storage.prepared import Prepared
from storage.staff import audit, staff_role
from storage.types import BigId, JsonText, UtcDateTime, metadata

# The next text this person writes in private is the answer to what a wizard asked.
prompt = Table(
    "prompt",
    metadata,
    Column("member_id", BigId, ForeignKey("member.id"), primary_key=True, autoincrement=False),
    Column("group_id", BigId, ForeignKey("chat_group.id"), nullable=False),
    Column("asks", Text, nullable=False),
    Column("given", JsonText, nullable=False),  # what was answered so far
    Column("message", BigId),  # the card to go on with
    Column("expires_at", UtcDateTime, nullable=False),
    sqlite_strict=True,
)
_ASKS = "setup."  # before the step, so that other features' questions stand beside ours
_WAITING = Prepared(  # asked of every private text
    select(prompt)
    .join(member, member.c.id == prompt.c.member_id)
    .where(member.c.user_id == bindparam("user"), prompt.c.expires_at > bindparam("now"))
    .where(prompt.c.asks.startswith(_ASKS))
    .with_for_update(of=prompt)
)
_LOOKED_BACK = 10_000  # updates among which the last one of a group is looked for


@dataclass(frozen=True, slots=True)
class SqlSetup:
    """Wizards over one connection."""

    connection: Connection

    def wait(
        self,
        member_id: MemberId,
        *,
        group: GroupId,
        step: Step,
        given: Mapping[str, str],
        message: MessageId | None,
        until: datetime,
    ) -> None:
        """Take the next text of a person as the answer to `step`, in the place of what was waited for."""
        asked = {
            "group_id": group,
            "asks": f"{_ASKS}{step}",
            "given": dict(given),
            "message": message,
            "expires_at": until,
        }
        if not insert_once(self.connection, prompt, {"member_id": member_id, **asked}):
            mine = prompt.c.member_id == member_id
            self.connection.execute(update(prompt).where(mine).values(asked))

    def waiting(self, user: UserId, *, now: datetime) -> Prompt | None:
        """Return the wizard whose answer is waited for from a person, if its time is not over."""
        row = _WAITING.row(self.connection, {"user": user, "now": now})
        return None if row is None else self._prompt(*row)

    def others(self, group: GroupId, *, but: MemberId, now: datetime) -> tuple[Prompt, ...]:
        """Return the wizards of a group that other people have open in a card."""
        rows = self.connection.execute(
            select(prompt)
            .join(member, member.c.id == prompt.c.member_id)
            .where(prompt.c.group_id == group, prompt.c.member_id != but, prompt.c.expires_at > now)
            .where(prompt.c.message.is_not(None), prompt.c.asks.startswith(_ASKS))
            .where(member.c.user_id.is_not(None))
            .order_by(prompt.c.member_id)
        )
        return tuple(self._prompt(*row) for row in rows.all())

    def forget(self, member_id: MemberId) -> bool:
        """Wait for nothing from a person any more; False when nothing was waited for."""
        gone = self.connection.execute(prompt.delete().where(prompt.c.member_id == member_id))
        return gone.rowcount == 1

    def lock(self, group: GroupId) -> Group:
        """Return a group whose settings nobody else changes before this unit ends."""
        query = select(chat_group).where(chat_group.c.id == group).with_for_update()
        return group_of(self.connection.execute(query).one())

    def set_zone(self, group: GroupId, zone: ZoneInfo) -> None:
        """Keep a group's zone."""
        self._set(group, zone=zone.key)

    def set_quiet(self, group: GroupId, quiet: QuietHours) -> None:
        """Keep a group's quiet hours."""
        ends = {"quiet_start": quiet.start, "quiet_end": quiet.end}
        self._set(group, **{name: at.isoformat("minutes") for name, at in ends.items()})

    def set_language(self, group: GroupId, language: Language) -> None:
        """Keep the language spoken in a group."""
        self._set(group, language=language)

    def facts(self, group: GroupId, *, bot: UserId, now: datetime) -> Facts:
        """Return what rows say about a group."""
        there = group_administrator.c.group_id == group, group_administrator.c.user_id == bot
        done = audit.c.group_id == group, audit.c.undone_at.is_(None)
        places = pickup_point.c.group_id == group, pickup_point.c.closed_at.is_(None)
        stays = membership.c.group_id == group, membership.c.left_at.is_(None)
        agreed = member.c.id == membership.c.member_id, member.c.service_consent_at.is_not(None)
        standing = and_(
            staff_role.c.group_id == group,
            staff_role.c.ended_at.is_(None),
            staff_role.c.until.is_(None) | (staff_role.c.until > now),
        )
        query = select(
            exists().where(*there),
            exists().where(*done, audit.c.act == Deed.ZONE_SET),
            exists().where(*done, audit.c.act == Deed.QUIET_SET),
            select(func.count()).select_from(pickup_point).where(*places).scalar_subquery(),
            select(func.count(staff_role.c.member_id.distinct())).where(standing).scalar_subquery(),
            exists().where(*stays, *agreed),
        )
        administrator, zone, quiet, points, staff, consented = self.connection.execute(query).one()
        return Facts(bool(administrator), bool(zone), bool(quiet), points, staff, bool(consented))

    def audience(self, group: GroupId, *, chat: ChatId) -> Audience:
        """Return the members seen in a group, and when its last update came."""
        counted = self.connection.execute(
            select(
                func.count(),
                func.coalesce(func.sum(member.c.reachable), 0),
                func.count(member.c.service_consent_at),
            )
            .select_from(membership)
            .join(member, member.c.id == membership.c.member_id)
            .where(membership.c.group_id == group, membership.c.left_at.is_(None))
            .where(member.c.user_id.is_not(None))
        ).one()
        newest = select(func.max(inbox.c.id)).scalar_subquery()
        heard_at = self.connection.execute(
            select(func.max(inbox.c.received_at)).where(
                inbox.c.lane == chat, inbox.c.source == TELEGRAM, inbox.c.id > newest - _LOOKED_BACK
            )
        ).scalar_one()
        seen, reachable, consented = counted
        return Audience(seen, int(reachable), consented, heard_at)

    def _set(self, group: GroupId, **values: str) -> None:
        self.connection.execute(update(chat_group).where(chat_group.c.id == group).values(values))

    def _prompt(self, *columns: Any) -> Prompt:
        """Return a prompt of the columns of its table, in their order."""
        who, group, asks, given, message, _ = columns
        return Prompt(
            member=SqlMembers(self.connection).get(MemberId(who)),
            group=GroupId(group),
            step=Step(asks.removeprefix(_ASKS)),
            given=given,
            message=None if message is None else MessageId(message),
        )
