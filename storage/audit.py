"""What staff did, and what waits for a second person, in SQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from features.staff.model import Approval, AuditLine, Deed, Reason
from kernel.ids import GroupId, MemberId
from storage.staff import approval, audit


@dataclass(frozen=True, slots=True)
class SqlAudit:
    """Audit lines and approvals over one connection."""

    connection: Connection

    def lines(self, group: GroupId, *, limit: int, offset: int) -> tuple[AuditLine, ...]:
        """Return what staff did in a group, newest first."""
        query = select(audit).where(audit.c.group_id == group).order_by(audit.c.id.desc())
        return tuple(_line(row) for row in self.connection.execute(query.limit(limit).offset(offset)))

    def get(self, line: int) -> AuditLine | None:
        """Return a line."""
        row = self.connection.execute(select(audit).where(audit.c.id == line)).one_or_none()
        return None if row is None else _line(row)

    def mark_undone(self, line: int, *, now: datetime) -> bool:
        """Record that a line was taken back; False when it was before."""
        marked = self.connection.execute(
            update(audit).where(audit.c.id == line, audit.c.undone_at.is_(None)).values(undone_at=now)
        )
        return marked.rowcount == 1

    def corrected(self, *, by: MemberId, member: MemberId, since: datetime) -> int:
        """Return how many points somebody gave or took by hand for a member since then, signs aside."""
        query = select(audit.c.after).where(
            audit.c.actor_id == by,
            audit.c.subject_id == member,
            audit.c.act == Deed.POINTS_CORRECTED,
            audit.c.at > since,
            audit.c.undone_at.is_(None),
        )
        return sum(abs(int(after["points"])) for after in self.connection.execute(query).scalars())

    def ask(self, asked: Approval, *, now: datetime) -> int:
        """Keep a correction that waits for a second person, and return its number."""
        values = {
            "group_id": asked.group,
            "member_id": asked.member,
            "points": asked.points,
            "reason": asked.reason,
            "asked_by": asked.asked_by,
            "asked_at": now,
            "expires_at": asked.expires_at,
        }
        made = insert(approval).values(values).returning(approval.c.id)
        return int(self.connection.execute(made).scalar_one())

    def approval(self, number: int) -> Approval | None:
        """Return a correction that was asked for, decided or not."""
        row = self.connection.execute(select(approval).where(approval.c.id == number)).one_or_none()
        if row is None:
            return None
        return Approval(
            id=row.id,
            group=GroupId(row.group_id),
            member=MemberId(row.member_id),
            points=row.points,
            reason=Reason(row.reason),
            asked_by=MemberId(row.asked_by),
            expires_at=row.expires_at,
        )

    def decide(self, number: int, *, outcome: str, by: MemberId, now: datetime) -> bool:
        """Record a decision; False when there was one before, or it comes too late."""
        decided = self.connection.execute(
            update(approval)
            .where(approval.c.id == number, approval.c.outcome.is_(None), approval.c.expires_at > now)
            .values(outcome=outcome, decided_by=by, decided_at=now)
        )
        return decided.rowcount == 1

    def expire(self, number: int, *, now: datetime) -> bool:
        """Close a correction that nobody decided in time; False when it was decided, or has time."""
        closed = self.connection.execute(
            update(approval)
            .where(approval.c.id == number, approval.c.outcome.is_(None), approval.c.expires_at <= now)
            .values(outcome="expired", decided_at=now)
        )
        return closed.rowcount == 1

    def due(self, *, now: datetime, limit: int) -> tuple[int, ...]:
        """Return the corrections whose time is over, longest ago first."""
        query = (
            select(approval.c.id)
            .where(approval.c.outcome.is_(None), approval.c.expires_at <= now)
            .order_by(approval.c.expires_at, approval.c.id)
        )
        return tuple(self.connection.execute(query.limit(limit)).scalars())

    def next_due_at(self) -> datetime | None:
        """Return when the time of the next waiting correction is over."""
        query = select(func.min(approval.c.expires_at)).where(approval.c.outcome.is_(None))
        found: datetime | None = self.connection.execute(query).scalar_one()
        return found

    def back_off(self, number: int, *, until: datetime) -> None:
        """Let a correction that could not be closed wait until then."""
        self.connection.execute(
            update(approval)
            .where(approval.c.id == number, approval.c.outcome.is_(None))
            .values(expires_at=until)
        )


def _line(row: Sequence[Any]) -> AuditLine:
    own, at, group, actor, act, subject, before, after, undone_at = row
    return AuditLine(
        id=own,
        at=at,
        group=None if group is None else GroupId(group),
        actor=None if actor is None else MemberId(actor),
        act=Deed(act),
        subject=subject,
        before=before,
        after=after,
        undone_at=undone_at,
    )
