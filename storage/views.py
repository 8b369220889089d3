"""Queries for operators: the latest rows of the outbox and the journal."""

from typing import Any

from sqlalchemy import Select, select

from storage.journal import journal
from storage.members import chat_group, member
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


def journal_tail(limit: int) -> Select[Any]:
    """Return the latest facts with the names people and groups bear today, newest first."""
    return (
        select(
            journal.c.id,
            journal.c.at,
            journal.c.action,
            member.c.name.label("member"),
            chat_group.c.title.label("group"),
            journal.c.params,
        )
        .outerjoin(member, member.c.id == journal.c.member_id)
        .outerjoin(chat_group, chat_group.c.id == journal.c.group_id)
        .order_by(journal.c.id.desc())
        .limit(limit)
    )
