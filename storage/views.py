"""Queries for operators: the latest rows of the outbox and the journal."""

from typing import Any

from sqlalchemy import Select, select

from storage.journal import journal
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
            outbox.c.not_before,
            outbox.c.error,
            outbox.c.sent_message.label("message_id"),
        )
        .order_by(outbox.c.id.desc())
        .limit(limit)
    )


def journal_tail(limit: int) -> Select[Any]:
    """Return the latest facts, newest first."""
    return (
        select(
            journal.c.id,
            journal.c.at,
            journal.c.action,
            journal.c.member_id.label("member"),
            journal.c.group_id.label("group"),
            journal.c.params,
        )
        .order_by(journal.c.id.desc())
        .limit(limit)
    )
