"""Queries for operators: the latest rows, who stands where, what falls due next."""

from typing import Any

from sqlalchemy import Select, and_, func, select, text

from storage.groups import chat_group
from storage.growth import point_lot, points_due
from storage.journal import journal
from storage.members import member
from storage.outbox import outbox


def outbox_tail(limit: int) -> Select[Any]:
    """Return the latest messages, newest first."""
    return (
        select(
            outbox.c.id,
            outbox.c.created_at.label("at"),
            outbox.c.state,
            outbox.c.kind,
            outbox.c.message_class.label("class"),
            outbox.c.chat,
            outbox.c.call,
            outbox.c.text,
            outbox.c.language,
            outbox.c.not_before,
            outbox.c.error,
            outbox.c.sent_message.label("message_id"),
        )
        .order_by(outbox.c.id.desc())
        .limit(limit)
    )


def outbox_standing() -> Select[Any]:
    """Return how many messages wait, how many are in hand, and since when the longest due one waits.

    The conditions are written out as the partial indexes have them, so that no row but theirs is looked at.
    """
    in_hand = select(func.count()).select_from(outbox).where(text("epoch IS NOT NULL")).scalar_subquery()
    return (
        select(
            func.count().label("pending"),
            func.min(outbox.c.not_before).label("due_since"),
            in_hand.label("in_hand"),
        )
        .select_from(outbox)
        .where(text("state = 'pending'"))
    )


def journal_tail(limit: int) -> Select[Any]:
    """Return the latest facts, newest first, with today's names and the Telegram ids of person and group."""
    return (
        select(
            journal.c.id,
            journal.c.at,
            journal.c.action,
            func.nullif(member.c.name, "").label("member"),
            member.c.user_id.label("user"),
            chat_group.c.title.label("group"),
            chat_group.c.chat,
            journal.c.params,
        )
        .outerjoin(member, member.c.id == journal.c.member_id)
        .outerjoin(chat_group, chat_group.c.id == journal.c.group_id)
        .order_by(journal.c.id.desc())
        .limit(limit)
    )


def standings() -> Select[Any]:
    """Return everybody's consent, and the points that lapse first with their last day (both NULL: none)."""
    has_points = point_lot.c.unspent > 0
    first = (
        select(point_lot.c.member_id, func.min(point_lot.c.expires_on).label("expires_on"))
        .where(has_points)
        .group_by(point_lot.c.member_id)
        .subquery()
    )
    of_first = and_(
        point_lot.c.member_id == first.c.member_id, point_lot.c.expires_on == first.c.expires_on, has_points
    )
    shown = (member.c.user_id, member.c.service_consent_at, first.c.expires_on)
    return (
        select(*shown, func.sum(point_lot.c.unspent).label("points"))
        .select_from(member)
        .outerjoin(first, first.c.member_id == member.c.id)
        .outerjoin(point_lot, of_first)
        .group_by(*shown)
    )


def group_states() -> Select[Any]:
    """Return the state of every group."""
    return select(chat_group.c.chat, chat_group.c.state)


def points_due_next(limit: int) -> Select[Any]:
    """Return the pending work on points that falls due first: when, of which kind, for whom."""
    return (
        select(
            points_due.c.due_at.label("at"),
            points_due.c.kind,
            member.c.name.label("who"),
            member.c.user_id.label("user"),
        )
        .join(member, member.c.id == points_due.c.member_id)
        .where(points_due.c.outcome.is_(None))
        .order_by(points_due.c.due_at, points_due.c.id)
        .limit(limit)
    )
