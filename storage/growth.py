"""Growth and points in SQL: two ledgers that only grow, lots that only shrink."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Update,
    and_,
    func,
    insert,
    select,
    update,
)

from features.growth.model import Account, Due, DueKind, Entry, Event, Expiry
from kernel.ids import MemberId
from storage.dialect import insert_once
from storage.types import BigId, LocalDate, UtcDateTime, metadata, partial_index

_FIRST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(hours=6)

growth_account = Table(
    "growth_account",
    metadata,
    Column("member_id", BigId, ForeignKey("member.id"), primary_key=True, autoincrement=False),
    Column("growth", Integer, CheckConstraint("growth >= 0", name="growth"), nullable=False),
    Column("points", Integer, nullable=False),  # negative: a debt that future points fill
    Column("level", Integer, CheckConstraint("level BETWEEN 0 AND 4", name="level"), nullable=False),
    Column("level_at", UtcDateTime),  # since when; NULL: from the beginning
    Column("falls_at", UtcDateTime),  # the level falls then unless growth comes back
    Column("review_at", UtcDateTime),  # the level is looked at then; NULL: nothing can take it
    Column("review_attempts", Integer, nullable=False),
    Column("on_board", Integer, CheckConstraint("on_board IN (0,1)", name="on_board"), nullable=False),
    sqlite_strict=True,
)
partial_index("ix_growth_account_review", "review_at IS NOT NULL", growth_account.c.review_at)


def _ledger(name: str) -> Table:
    return Table(
        name,
        metadata,
        Column("id", BigId, primary_key=True),
        Column("member_id", BigId, ForeignKey("member.id"), nullable=False),
        Column("event", Text, nullable=False),
        Column("event_key", Text, nullable=False),
        Column("amount", Integer, nullable=False),
        Column("at", UtcDateTime, nullable=False),
        Column("group_id", BigId, ForeignKey("chat_group.id")),
        Column("counted_on", LocalDate),  # the local date that caps count it to; NULL: no cap counts it
        Column("reverses", BigId),  # the line of this ledger that this one takes back
        UniqueConstraint("event_key"),
        UniqueConstraint("reverses"),
        Index(f"ix_{name}_member_id_id", "member_id", "id"),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )


growth_ledger = _ledger("growth_ledger")
points_ledger = _ledger("points_ledger")

point_lot = Table(
    "point_lot",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("member_id", BigId, ForeignKey("member.id"), nullable=False),
    Column("event_key", Text, nullable=False),
    Column("earned", Integer, CheckConstraint("earned > 0", name="earned"), nullable=False),
    Column("unspent", Integer, CheckConstraint("unspent >= 0", name="unspent"), nullable=False),
    Column("expires_on", LocalDate, nullable=False),
    Column("lapsed", Integer, CheckConstraint("lapsed >= 0", name="lapsed"), nullable=False),
    UniqueConstraint("event_key"),
    Index("ix_point_lot_member_id_expires_on", "member_id", "expires_on"),
    sqlite_strict=True,
)

# Growth of a local week or month in a group, added up as it is earned: what the board shows.
growth_period = Table(
    "growth_period",
    metadata,
    Column("group_id", BigId, ForeignKey("chat_group.id"), primary_key=True),
    Column("period", Text, CheckConstraint("period IN ('week','month')", name="period"), primary_key=True),
    Column("starts_on", LocalDate, primary_key=True),
    Column("member_id", BigId, ForeignKey("member.id"), primary_key=True),
    Column("growth", Integer, nullable=False),
    Index("ix_growth_period_growth", "group_id", "period", "starts_on", "growth"),
    sqlite_strict=True,
)

points_due = Table(
    "points_due",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("member_id", BigId, ForeignKey("member.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("expires_on", LocalDate, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("outcome", Text),  # NULL while pending; then done, or why not
    Column("attempts", Integer, nullable=False),
    UniqueConstraint("member_id", "kind", "expires_on"),
    sqlite_strict=True,
)
partial_index("ix_points_due_pending", "outcome IS NULL", points_due.c.due_at)


@dataclass(frozen=True, slots=True)
class SqlGrowth:
    """Accounts over one connection."""

    connection: Connection

    def credit(
        self, member: MemberId, *, event: Event, key: str, amount: int, expires_on: date, now: datetime
    ) -> bool:
        """Write `amount` to both ledgers and a lot; False when `key` was credited before, ever."""
        line = {"member_id": member, "event": event, "event_key": key, "amount": amount, "at": now}
        if not insert_once(self.connection, growth_ledger, line):
            return False
        self.connection.execute(insert(points_ledger).values(**line))
        self.connection.execute(
            insert(point_lot).values(
                member_id=member,
                event_key=key,
                earned=amount,
                unspent=amount,
                expires_on=expires_on,
                lapsed=0,
            )
        )
        self._add(member, growth=amount, points=amount)
        return True

    def account(self, member: MemberId) -> Account:
        """Return the balances; zeros for somebody without an account."""
        row = self.connection.execute(
            select(growth_account.c.growth, growth_account.c.points).where(
                growth_account.c.member_id == member
            )
        ).one_or_none()
        return Account(0, 0) if row is None else Account(row.growth, row.points)

    def next_expiry(self, member: MemberId) -> Expiry | None:
        """Return the unspent points that lapse first."""
        row = self.connection.execute(
            select(point_lot.c.expires_on, func.sum(point_lot.c.unspent).label("points"))
            .where(point_lot.c.member_id == member, point_lot.c.unspent > 0)
            .group_by(point_lot.c.expires_on)
            .order_by(point_lot.c.expires_on)
            .limit(1)
        ).one_or_none()
        return None if row is None else Expiry(row.expires_on, int(row.points))

    def history(self, member: MemberId, *, limit: int, offset: int) -> tuple[Entry, ...]:
        """Return ledger lines, newest first."""
        rows = self.connection.execute(
            select(
                points_ledger.c.at,
                points_ledger.c.event,
                points_ledger.c.amount.label("points"),
                func.coalesce(growth_ledger.c.amount, 0).label("growth"),
            )
            .outerjoin(growth_ledger, growth_ledger.c.event_key == points_ledger.c.event_key)
            .where(points_ledger.c.member_id == member)
            .order_by(points_ledger.c.id.desc())
            .limit(limit)
            .offset(offset)
        )
        return tuple(Entry(row.at, Event(row.event), row.growth, row.points) for row in rows)

    def unspent(self, member: MemberId, *, expires_on: date) -> int:
        """Return the points left in the lots that expire on that date."""
        query = select(func.coalesce(func.sum(point_lot.c.unspent), 0)).where(
            point_lot.c.member_id == member, point_lot.c.expires_on == expires_on
        )
        return int(self.connection.execute(query).scalar_one())

    def lapse(self, member: MemberId, *, expires_on: date, now: datetime) -> int:
        """Empty the lots that expire on that date, write the ledger line, and return how many points went."""
        of_that_day = and_(
            point_lot.c.member_id == member, point_lot.c.expires_on == expires_on, point_lot.c.unspent > 0
        )
        locked = select(point_lot.c.unspent).where(of_that_day).with_for_update()
        gone = sum(int(points) for points in self.connection.execute(locked).scalars())
        if gone == 0:
            return 0
        self.connection.execute(update(point_lot).where(of_that_day).values(unspent=0))
        self.connection.execute(
            insert(points_ledger).values(
                member_id=member,
                event=Event.EXPIRED,
                event_key=f"expired:{member}:{expires_on}",
                amount=-gone,
                at=now,
            )
        )
        self._add(member, growth=0, points=-gone)
        return gone

    def close(self, member: MemberId, *, now: datetime) -> int:
        """Let all points lapse and return how many went."""
        gone = 0
        while expiry := self.next_expiry(member):
            gone += self.lapse(member, expires_on=expiry.on, now=now)
        return gone

    def plan(self, member: MemberId, *, kind: DueKind, expires_on: date, due_at: datetime) -> None:
        """Note timed work once per member, kind and date."""
        values: dict[str, Any] = {"member_id": member, "kind": kind, "expires_on": expires_on}
        insert_once(self.connection, points_due, values | {"due_at": due_at, "attempts": 0})

    def due(self, *, now: datetime, limit: int) -> tuple[int, ...]:
        """Return the ids of timed work that has fallen due, longest waiting first."""
        query = (
            select(points_due.c.id)
            .where(points_due.c.outcome.is_(None), points_due.c.due_at <= now)
            .order_by(points_due.c.due_at, points_due.c.id)
            .limit(limit)
        )
        return tuple(int(due) for due in self.connection.execute(query).scalars())

    def next_due_at(self) -> datetime | None:
        """Return the instant at which the next timed work falls due."""
        query = select(func.min(points_due.c.due_at)).where(points_due.c.outcome.is_(None))
        earliest: datetime | None = self.connection.execute(query).scalar_one()
        return earliest

    def take(self, due: int, *, now: datetime) -> Due | None:
        """Return timed work that is still pending and due, locked for this unit."""
        row = self.connection.execute(
            select(points_due)
            .where(points_due.c.id == due, points_due.c.outcome.is_(None), points_due.c.due_at <= now)
            .with_for_update(skip_locked=True)
        ).one_or_none()
        if row is None:
            return None
        return Due(row.id, MemberId(row.member_id), DueKind(row.kind), row.expires_on)

    def finish(self, due: int, *, outcome: str) -> bool:
        """Close timed work as `done` or as skipped for a reason; False when it was closed already."""
        return self._change(due, outcome=outcome)

    def postpone(self, due: int, *, until: datetime) -> None:
        """Let pending timed work fall due later."""
        self._change(due, due_at=until)

    def back_off(self, due: int, *, now: datetime) -> None:
        """Count a failed attempt and let the work fall due again after a growing pause."""
        attempts = self.connection.execute(
            update(points_due)
            .where(points_due.c.id == due)
            .values(attempts=points_due.c.attempts + 1)
            .returning(points_due.c.attempts)
        ).scalar_one()
        self.postpone(due, until=now + min(_FIRST_PAUSE * 2 ** min(attempts - 1, 12), _LONGEST_PAUSE))

    def _change(self, due: int, **values: Any) -> bool:
        changed = self.connection.execute(
            update(points_due).where(points_due.c.id == due, points_due.c.outcome.is_(None)).values(**values)
        )
        return changed.rowcount == 1

    def _add(self, member: MemberId, *, growth: int, points: int) -> None:
        opened = {
            "member_id": member,
            "growth": 0,
            "points": 0,
            "level": 0,
            "review_attempts": 0,
            "on_board": 1,
        }
        insert_once(self.connection, growth_account, opened)
        self.connection.execute(
            update(growth_account)
            .where(growth_account.c.member_id == member)
            .values(growth=growth_account.c.growth + growth, points=growth_account.c.points + points)
        )


def restored(now: datetime) -> Update:
    """Return what closes the notices of a restored database that fell due: they may have been sent since."""
    return (
        update(points_due)
        .where(points_due.c.outcome.is_(None), points_due.c.due_at <= now)
        .where(points_due.c.kind.in_((DueKind.FIRST_NOTICE, DueKind.LAST_NOTICE)))
        .values(outcome="restored")
    )
