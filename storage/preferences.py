"""When and about what people want to be written to, in SQL."""

from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    Table,
    Text,
    and_,
    bindparam,
    delete,
    or_,
    select,
    update,
)

from features.outreach.model import Preference, QuietHours, Topic
from kernel.ids import MemberId
from storage.dialect import insert_once
from storage.prepared import Prepared
from storage.types import BigId, UtcDateTime, metadata

preference = Table(
    "preference",
    metadata,
    Column("member_id", BigId, ForeignKey("member.id"), primary_key=True, autoincrement=False),
    Column("muted_until", UtcDateTime),
    Column("quiet_start", Text),  # local time, HH:MM; NULL: the group's
    Column("quiet_end", Text),
    sqlite_strict=True,
)

topic_off = Table(
    "topic_off",
    metadata,
    Column("member_id", BigId, ForeignKey("member.id"), primary_key=True, autoincrement=False),
    Column("topic", Text, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    sqlite_strict=True,
)

_TOPICS_OFF = Prepared(select(topic_off.c.topic).where(topic_off.c.member_id == bindparam("who")))
_OWN = Prepared(
    select(preference.c.muted_until, preference.c.quiet_start, preference.c.quiet_end).where(
        preference.c.member_id == bindparam("who")
    )
)


@dataclass(frozen=True, slots=True)
class SqlPreferences:
    """Preferences over one connection."""

    connection: Connection

    def get(self, member: MemberId) -> Preference:
        """Return what a member prefers; the defaults for somebody who chose nothing."""
        given = {"who": member}
        topics = (topic for (topic,) in _TOPICS_OFF.rows(self.connection, given))
        known = frozenset(Topic(topic) for topic in topics if topic in tuple(Topic))
        own = _OWN.row(self.connection, given)
        if own is None:
            return Preference(topics_off=known)
        muted_until, start, end = own
        return Preference(muted_until, _hours(start, end), known)

    def set_topic(self, member: MemberId, topic: Topic, *, wanted: bool, now: datetime) -> bool:
        """Switch a topic on or off; False when it was so already."""
        if not wanted:
            return insert_once(self.connection, topic_off, {"member_id": member, "topic": topic, "at": now})
        gone = delete(topic_off).where(topic_off.c.member_id == member, topic_off.c.topic == topic)
        return self.connection.execute(gone).rowcount == 1

    def set_quiet(self, member: MemberId, quiet: QuietHours | None) -> bool:
        """Keep quiet hours of one's own, or None for the group's; False when they were so already."""
        start, end = preference.c.quiet_start, preference.c.quiet_end
        if quiet is None:
            return self._change(member, {"quiet_start": None, "quiet_end": None}, start.is_not(None))
        written = {name: at.isoformat("minutes") for name, at in _named(quiet)}
        same = and_(start == written["quiet_start"], end == written["quiet_end"])
        return self._change(member, written, or_(start.is_(None), ~same))

    def mute(self, member: MemberId, *, until: datetime | None) -> bool:
        """Keep until when nothing is written unasked, or None; False when it was so already."""
        column = preference.c.muted_until
        differs = column.is_not(None) if until is None else or_(column.is_(None), column != until)
        return self._change(member, {"muted_until": until}, differs)

    def _change(self, member: MemberId, values: dict[str, Any], differs: ColumnElement[bool]) -> bool:
        insert_once(self.connection, preference, {"member_id": member})
        changed = self.connection.execute(
            update(preference).where(preference.c.member_id == member, differs).values(**values)
        )
        return changed.rowcount == 1


def _named(quiet: QuietHours) -> tuple[tuple[str, time], ...]:
    return ("quiet_start", quiet.start), ("quiet_end", quiet.end)


def _hours(start: str | None, end: str | None) -> QuietHours | None:
    if start is None or end is None:
        return None
    return QuietHours(time.fromisoformat(start), time.fromisoformat(end))
