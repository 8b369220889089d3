"""What is held of a person, erasing them, and forgetting with time, in SQL."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select, update

from features.privacy.model import Held, Row, Sections, Sent, Whose
from features.staff.model import Role
from kernel.ids import ChatId, MemberId, MessageId
from storage import erasure, purge
from storage.aftersales import aftersales_case
from storage.collection import pickup_code
from storage.dialect import insert_once
from storage.groups import chat_group, group_administrator, membership
from storage.growth import points_due
from storage.inbox import inbox
from storage.joining import join_request
from storage.journal import journal
from storage.members import member
from storage.message_codec import text_from_json
from storage.orders import purchase_order
from storage.outbox import outbox
from storage.pickup import pickup_point
from storage.preferences import preference, topic_off
from storage.setup import prompt
from storage.staff import approval, audit, staff_role
from storage.tombstones import tombstone
from storage.trade_export import trade_of

_LAST_ROWS = 200  # of a chat, among which the message asked about is looked for


@dataclass(frozen=True, slots=True)
class SqlPrivacy:
    """Erasing and forgetting over one connection."""

    connection: Connection

    def is_owner(self, member_id: MemberId) -> bool:
        """Tell whether the bot is owned by this member."""
        owns = select(staff_role.c.id).where(
            staff_role.c.member_id == member_id,
            staff_role.c.role == Role.OWNER,
            staff_role.c.ended_at.is_(None),
        )
        return self.connection.execute(owns).first() is not None

    def held(self, whose: Whose) -> Held:
        """Return at a glance what is held of a person."""
        row = self.connection.execute(select(member).where(member.c.id == whose.member)).one()
        titles = select(chat_group.c.title).join(membership, membership.c.group_id == chat_group.c.id)
        stays = titles.where(membership.c.member_id == whose.member, membership.c.left_at.is_(None))
        stands = staff_role.c.member_id == whose.member, staff_role.c.ended_at.is_(None)
        return Held(
            met_at=row.met_at,
            service_consent_at=row.service_consent_at,
            marketing_consent_at=row.marketing_consent_at,
            groups=tuple(self.connection.execute(stays.order_by(membership.c.id)).scalars()),
            roles=self._count(staff_role.c.id, *stands),
            messages=self._count(outbox.c.id, outbox.c.chat == whose.user, outbox.c.text.is_not(None)),
        )

    def _count(self, column: ColumnElement[Any], *where: ColumnElement[bool]) -> int:
        return int(self.connection.execute(select(func.count(column)).where(*where)).scalar_one())

    def export(self, whose: Whose) -> Sections:
        """Return everything held of a person but the growth account, with names for numbers of ours."""
        queries = {
            **_of_person(whose),
            **_of_staff(whose),
            **_of_messages(whose),
            **_of_goods(whose),
            **trade_of(whose.member),
        }
        return {section: self._rows(query) for section, query in queries.items()}

    def _rows(self, query: Select[Any]) -> tuple[Row, ...]:
        return tuple(_readable(dict(row)) for row in self.connection.execute(query).mappings())

    def erase_person(self, whose: Whose, *, now: datetime) -> bool:
        """Take number, name and consents from a person; False when somebody was faster."""
        return erasure.erase_person(self.connection, whose, now=now)

    def erase_traces(self, whose: Whose, *, now: datetime) -> None:
        """Leave nothing that leads to a person in any other table."""
        erasure.erase_traces(self.connection, whose, now=now)

    def bury(self, tombstone_hash: str, *, now: datetime, until: datetime) -> None:
        """Keep until `until` that the person of that hash was erased; an earlier stone stands longer."""
        stone = {"hash": tombstone_hash, "erased_at": now, "until": until}
        if not insert_once(self.connection, tombstone, stone):
            same = tombstone.c.hash == tombstone_hash
            self.connection.execute(update(tombstone).where(same).values(erased_at=now, until=until))

    def last_sent(self, chat: ChatId, message: MessageId | None) -> Sent | None:
        """Return what was sent last to a private chat, or that message of it."""
        rows = self.connection.execute(
            select(outbox.c.sent_message, outbox.c.finished_at, outbox.c.reason)
            .where(outbox.c.chat == chat, outbox.c.state.in_(("sent", "unknown")), outbox.c.call.is_(None))
            .order_by(outbox.c.id.desc())
            .limit(_LAST_ROWS)
        )
        for row in rows:
            if message is None or row.sent_message == message:
                return Sent(row.finished_at, text_from_json(row.reason) if row.reason else None)
        return None

    def sweeps_due(self, *, now: datetime, limit: int) -> tuple[int, ...]:
        """Return the numbers of the sweeps that have something to forget."""
        return purge.due(self.connection, now=now, limit=limit)

    def next_sweep_at(self) -> datetime | None:
        """Return the instant at which the next sweep has something to forget."""
        return purge.next_at(self.connection)

    def sweep(self, which: int, ages: Mapping[str, int], *, now: datetime) -> int:
        """Forget one chunk of what is older than its age in days; return how many rows that were."""
        return purge.run(self.connection, which, ages, now=now)

    def back_off(self, which: int, *, now: datetime) -> None:
        """Let a sweep rest that failed."""
        purge.back_off(self.connection, which, now=now)


def _of_person(whose: Whose) -> dict[str, Select[Any]]:
    stay = select(
        chat_group.c.title,
        membership.c.entered_at,
        membership.c.left_at,
        membership.c.came_by,
        pickup_point.c.name.label("pickup_point"),
    ).join(chat_group, chat_group.c.id == membership.c.group_id)
    with_point = stay.outerjoin(pickup_point, pickup_point.c.id == membership.c.pickup_point_id)
    requests = select(chat_group.c.title, join_request.c.asked_at, join_request.c.expires_at).join(
        chat_group, chat_group.c.id == join_request.c.group_id
    )
    administers = select(chat_group.c.title, group_administrator.c.told_at).join(
        chat_group, chat_group.c.id == group_administrator.c.group_id
    )
    return {
        "person": select(*(each for each in member.c if each.name != "id")).where(
            member.c.id == whose.member
        ),
        "groups": with_point.where(membership.c.member_id == whose.member).order_by(membership.c.id),
        "preferences": select(
            preference.c.muted_until, preference.c.quiet_start, preference.c.quiet_end
        ).where(preference.c.member_id == whose.member),
        "topics_off": select(topic_off.c.topic, topic_off.c.at).where(topic_off.c.member_id == whose.member),
        "join_requests": requests.where(join_request.c.user_id == whose.user),
        "administrator_of": administers.where(group_administrator.c.user_id == whose.user),
        "due": select(points_due.c.kind, points_due.c.expires_on, points_due.c.due_at, points_due.c.outcome)
        .where(points_due.c.member_id == whose.member)
        .order_by(points_due.c.id),
    }


def _of_staff(whose: Whose) -> dict[str, Select[Any]]:
    roles = select(
        staff_role.c.role,
        chat_group.c.title,
        staff_role.c.given_at,
        staff_role.c.until,
        staff_role.c.ended_at,
    ).outerjoin(chat_group, chat_group.c.id == staff_role.c.group_id)
    asked = select(approval.c.points, approval.c.reason, approval.c.asked_at, approval.c.outcome)
    return {
        "roles": roles.where(staff_role.c.member_id == whose.member).order_by(staff_role.c.id),
        "acts": select(audit.c.at, audit.c.act).where(audit.c.actor_id == whose.member).order_by(audit.c.id),
        "approvals": asked.where(approval.c.member_id == whose.member).order_by(approval.c.id),
    }


def _of_goods(whose: Whose) -> dict[str, Select[Any]]:
    codes = select(pickup_code.c.digits, pickup_code.c.for_friend, pickup_code.c.redeemed_at)
    of_order = codes.join(purchase_order, purchase_order.c.id == pickup_code.c.order_id)
    told = ("state", "kind", "qty_milli", "photo", "remedy", "amount_fen", "rule", "opened_at", "decided_at")
    cases = select(*(aftersales_case.c[name] for name in told))
    return {
        "pickup_codes": of_order.where(purchase_order.c.member_id == whose.member).order_by(pickup_code.c.id),
        "cases": cases.where(aftersales_case.c.member_id == whose.member).order_by(aftersales_case.c.id),
    }


def _of_messages(whose: Whose) -> dict[str, Select[Any]]:
    told = select(outbox.c.created_at, outbox.c.state, outbox.c.text, outbox.c.reason)
    return {
        "facts": select(journal.c.at, journal.c.action, journal.c.params)
        .where(journal.c.member_id == whose.member)
        .order_by(journal.c.id),
        "told": told.where(outbox.c.chat == whose.user, outbox.c.text.is_not(None)).order_by(outbox.c.id),
        "written": select(inbox.c.received_at, inbox.c.state, inbox.c.body)
        .where(inbox.c.lane == whose.user, inbox.c.state.in_(("new", "parked")))
        .order_by(inbox.c.id),
        "wizard": select(prompt.c.asks, prompt.c.given).where(prompt.c.member_id == whose.member),
    }


def _readable(row: Mapping[str, Any]) -> Row:
    """Return a row with texts of ours as texts."""
    read = dict(row)
    for name in ("text", "reason"):
        if isinstance(read.get(name), dict):
            read[name] = text_from_json(read[name])
    return read
