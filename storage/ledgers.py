"""Accounts of growth and points in SQL. What a unit does to one it does with its row locked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, Connection, and_, bindparam, case, func, insert, select, update

from features.growth.model import (
    Account,
    Booked,
    Credit,
    Due,
    DueKind,
    Entry,
    Event,
    Expiry,
    Found,
    Level,
    LevelState,
    Lot,
    Standing,
    Usage,
)
from kernel.ids import GroupId, MemberId
from storage import overview
from storage.dialect import insert_once
from storage.growth import growth_account, growth_ledger, point_lot, points_due, points_ledger
from storage.prepared import Prepared

_FIRST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(hours=6)

_MEMBER: BindParameter[Any] = bindparam("member")
_NEW = {"growth": 0, "points": 0, "level": 0, "review_attempts": 0, "on_board": 1}
_LINE = ("member_id", "event", "event_key", "amount", "at", "group_id", "counted_on", "reverses")

_HOLD = Prepared(
    select(
        *(
            growth_account.c[name]
            for name in ("growth", "points", "level", "level_at", "falls_at", "review_at")
        )
    )
    .where(growth_account.c.member_id == _MEMBER)
    .with_for_update()
)
_ADD = Prepared(
    update(growth_account)
    .where(growth_account.c.member_id == _MEMBER)
    .values(
        growth=growth_account.c.growth + bindparam("more_growth"),
        points=growth_account.c.points + bindparam("more_points"),
    )
)
_GROWTH_LINE = Prepared(insert(growth_ledger), _LINE)
_LOT = Prepared(insert(point_lot), ("member_id", "event_key", "earned", "unspent", "expires_on", "lapsed"))
_HAS_LINE = Prepared(select(points_ledger.c.member_id).where(points_ledger.c.event_key == bindparam("key")))
_LOTS = Prepared(
    select(point_lot.c.id, point_lot.c.event_key, point_lot.c.unspent)
    .where(point_lot.c.member_id == _MEMBER, point_lot.c.unspent > 0)
    .order_by(
        case((point_lot.c.event_key == bindparam("ahead"), 0), else_=1),
        point_lot.c.expires_on,
        point_lot.c.id,
    )
)
_DRAW = Prepared(
    update(point_lot)
    .where(point_lot.c.id == bindparam("lot"))
    .values(unspent=point_lot.c.unspent - bindparam("taken"))
)
_points_back = points_ledger.alias("points_back")
_BOOKED = Prepared(
    select(
        points_ledger.c.member_id,
        points_ledger.c.event_key,
        points_ledger.c.id,
        growth_ledger.c.id.label("growth_line"),
        func.coalesce(growth_ledger.c.amount, 0).label("growth"),
        point_lot.c.earned,
        func.coalesce(point_lot.c.lapsed, 0).label("lapsed"),
        points_ledger.c.group_id,
        points_ledger.c.counted_on,
        _points_back.c.id.label("reversed_by"),
    )
    .select_from(points_ledger)
    .outerjoin(growth_ledger, growth_ledger.c.event_key == points_ledger.c.event_key)
    .outerjoin(point_lot, point_lot.c.event_key == points_ledger.c.event_key)
    .outerjoin(_points_back, _points_back.c.reverses == points_ledger.c.id)
    .where(points_ledger.c.event_key == bindparam("key"))
)
_of_that_day = and_(
    point_lot.c.member_id == _MEMBER, point_lot.c.expires_on == bindparam("on"), point_lot.c.unspent > 0
)
_UNSPENT = Prepared(select(func.coalesce(func.sum(point_lot.c.unspent), 0)).where(_of_that_day))
_EMPTIED = {"unspent": 0, "lapsed": point_lot.c.lapsed + point_lot.c.unspent}
_EMPTY = Prepared(update(point_lot).where(_of_that_day).values(**_EMPTIED))
_TAKE = Prepared(
    select(points_due.c.id, points_due.c.member_id, points_due.c.kind, points_due.c.expires_on)
    .where(points_due.c.id == bindparam("due"), points_due.c.outcome.is_(None))
    .where(points_due.c.due_at <= bindparam("now"))
    .with_for_update(skip_locked=True)
)
_DUE = Prepared(
    select(points_due.c.id)
    .where(points_due.c.outcome.is_(None), points_due.c.due_at <= bindparam("now"))
    .order_by(points_due.c.due_at, points_due.c.id)
    .limit(bindparam("most"))
)
_NEXT = Prepared(select(func.min(points_due.c.due_at)).where(points_due.c.outcome.is_(None)))
_pending = and_(points_due.c.id == bindparam("due"), points_due.c.outcome.is_(None))
_FINISH = Prepared(update(points_due).where(_pending).values(outcome=bindparam("came_of_it")))
_POSTPONE = Prepared(update(points_due).where(_pending).values(due_at=bindparam("until")))


@dataclass(frozen=True, slots=True)
class SqlGrowth:
    """Accounts over one connection."""

    connection: Connection

    def hold(self, member: MemberId) -> Standing:
        """Return the account, opened if there is none, and keep others from it until the unit ends."""
        row = _HOLD.row(self.connection, {"member": member})
        if row is None:
            insert_once(self.connection, growth_account, _NEW | {"member_id": member})
            row = _HOLD.row(self.connection, {"member": member})
        if row is None:
            raise LookupError(f"no account of member {member} though it was opened")
        growth, points, level, level_at, falls_at, review_at = row
        return Standing(growth, points, LevelState(Level(level), level_at, falls_at, review_at))

    def usage(self, member: MemberId, *, event: Event, event_key: str, on: date, now: datetime) -> Usage:
        """Return how often `event` has earned in the day, week and month of `on`, reversed lines apart."""
        return overview.usage(self.connection, member, event=event, event_key=event_key, on=on, now=now)

    def credit(self, member: MemberId, credit: Credit, *, now: datetime) -> bool:
        """Write the ledgers and a lot; False when the key was credited before, ever."""
        line = _line(member, credit.event, credit.event_key, credit.points, now) | {
            "group_id": credit.group,
            "counted_on": credit.counted_on,
        }
        if not insert_once(self.connection, points_ledger, line):
            return False
        if credit.growth:
            _GROWTH_LINE.change(self.connection, line | {"amount": credit.growth})
        lot = {
            "member_id": member,
            "event_key": credit.event_key,
            "earned": credit.points,
            "unspent": credit.unspent,
            "expires_on": credit.expires_on,
            "lapsed": 0,
        }
        _LOT.change(self.connection, lot)
        self._add(member, growth=credit.growth, points=credit.points)
        return True

    def debit(self, member: MemberId, *, event: Event, event_key: str, points: int, now: datetime) -> bool:
        """Write a line that takes points; False when the key was used before, ever."""
        if not insert_once(self.connection, points_ledger, _line(member, event, event_key, -points, now)):
            return False
        self._add(member, growth=0, points=-points)
        return True

    def has_line(self, event_key: str) -> bool:
        """Tell whether the points ledger has a line of that key."""
        return self.owner_of(event_key) is not None

    def lots(self, member: MemberId, *, ahead: str = "") -> tuple[Lot, ...]:
        """Return the lots with points left: that of the key `ahead`, then by expiry and age."""
        return tuple(Lot(*row) for row in _LOTS.rows(self.connection, {"member": member, "ahead": ahead}))

    def draw(self, lot: Lot, points: int) -> None:
        """Take points from a lot."""
        _DRAW.change(self.connection, {"lot": lot.id, "taken": points})

    def owner_of(self, event_key: str) -> MemberId | None:
        """Return whose line of the points ledger has that key."""
        row = _HAS_LINE.row(self.connection, {"key": event_key})
        return None if row is None else MemberId(row[0])

    def booked(self, event_key: str) -> Booked:
        """Return the line of that key as it stands now. The account must be held."""
        row = _BOOKED.row(self.connection, {"key": event_key})
        if row is None:
            raise LookupError(f"no line {event_key!r} in the points ledger")
        member, key, line, growth_line, growth, earned, lapsed, group, on, reversed_by = row
        where = None if group is None else GroupId(group)
        return Booked(
            MemberId(member),
            key,
            line,
            growth_line,
            growth,
            earned,
            lapsed,
            where,
            on,
            reversed=reversed_by is not None,
        )

    def reverse(self, booked: Booked, *, points: int, now: datetime) -> None:
        """Write the lines that take back `booked`: its growth, and so many points."""
        key = f"{Event.REVERSED}:{booked.event_key}"
        line = _line(booked.member, Event.REVERSED, key, -points, now) | {"group_id": booked.group}
        self.connection.execute(insert(points_ledger).values(line | {"reverses": booked.points_line}))
        if booked.growth_line is not None:
            undone = {"amount": -booked.growth, "reverses": booked.growth_line}
            _GROWTH_LINE.change(self.connection, line | undone)
        self._add(booked.member, growth=-booked.growth, points=-points)

    def account(self, member: MemberId) -> Account:
        """Return the balances; zeros for somebody without an account."""
        row = self.connection.execute(
            select(growth_account.c.growth, growth_account.c.points, growth_account.c.level).where(
                growth_account.c.member_id == member
            )
        ).one_or_none()
        return Account(0, 0) if row is None else Account(row.growth, row.points, Level(row.level))

    def next_expiry(self, member: MemberId) -> Expiry | None:
        """Return the unspent points that lapse first."""
        query = overview.next_expiry(member)
        row = self.connection.execute(query).one_or_none()
        return None if row is None else Expiry(row.expires_on, int(row.points))

    def found(self, member: MemberId, *, on: date, now: datetime) -> Found | None:
        """Return the whole account in one read, the caps' use as of the local date `on`."""
        return overview.found(self.connection, member, on=on, now=now)

    def history(self, member: MemberId, *, limit: int, offset: int) -> tuple[Entry, ...]:
        """Return ledger lines, newest first."""
        rows = self.connection.execute(
            overview.lines(member).order_by(points_ledger.c.id.desc()).limit(limit).offset(offset)
        )
        return tuple(
            Entry(
                row.at,
                event := Event(row.event),
                row.growth,
                row.points,
                row.of and Event(row.of),
                "".join(row.event_key.split(":")[3:]) if event is Event.ADJUSTED else "",
            )
            for row in rows
        )

    def export(self, member: MemberId) -> tuple[Mapping[str, int | str | None], ...]:
        """Return the account, its lots and all its lines as plain values."""
        return overview.export(self.connection, member)

    def unspent(self, member: MemberId, *, expires_on: date) -> int:
        """Return the points left in the lots that expire on that date."""
        return int(_UNSPENT.rows(self.connection, {"member": member, "on": expires_on})[0][0])

    def lapse(self, member: MemberId, *, expires_on: date, now: datetime) -> int:
        """Empty the lots that expire on that date, write the ledger line, and return how many points went."""
        _HOLD.row(self.connection, {"member": member})
        gone = self.unspent(member, expires_on=expires_on)
        if gone == 0:
            return 0
        _EMPTY.change(self.connection, {"member": member, "on": expires_on})
        key = f"{Event.EXPIRED}:{member}:{expires_on}"
        # A lot of the same date that came once the first were gone lapses under a key of its own.
        if not self.debit(member, event=Event.EXPIRED, event_key=key, points=gone, now=now):
            self.debit(
                member, event=Event.EXPIRED, event_key=f"{key}:{now.isoformat()}", points=gone, now=now
            )
        return gone

    def close(self, member: MemberId, *, now: datetime) -> int:
        """Empty all lots, let nothing fall due any more, leave the boards; return how many points went."""
        of_member = points_due.c.member_id == member
        self.connection.execute(  # ahead of the account, as whoever does what is due locks them
            update(points_due).where(of_member, points_due.c.outcome.is_(None)).values(outcome="closed")
        )
        _HOLD.row(self.connection, {"member": member})
        gone = sum(lot.unspent for lot in self.lots(member))
        if gone:
            emptied = update(point_lot).where(point_lot.c.member_id == member, point_lot.c.unspent > 0)
            self.connection.execute(emptied.values(**_EMPTIED))
            key = f"{Event.CLOSED}:{member}:{now.isoformat()}"
            self.debit(member, event=Event.CLOSED, event_key=key, points=gone, now=now)
        self.connection.execute(
            update(growth_account)
            .where(growth_account.c.member_id == member)
            .values(on_board=0, falls_at=None, review_at=None)
        )
        return gone

    def plan(self, member: MemberId, *, kind: DueKind, expires_on: date, due_at: datetime) -> None:
        """Note timed work once per member, kind and date."""
        values: dict[str, Any] = {"member_id": member, "kind": kind, "expires_on": expires_on}
        insert_once(self.connection, points_due, values | {"due_at": due_at, "attempts": 0})

    def due(self, *, now: datetime, limit: int) -> tuple[int, ...]:
        """Return the ids of timed work that has fallen due, longest waiting first."""
        return tuple(int(row[0]) for row in _DUE.rows(self.connection, {"now": now, "most": limit}))

    def next_due_at(self) -> datetime | None:
        """Return the instant at which the next timed work falls due."""
        earliest: datetime | None = _NEXT.rows(self.connection, {})[0][0]
        return earliest

    def take(self, due: int, *, now: datetime) -> Due | None:
        """Return timed work that is still pending and due, locked for this unit."""
        row = _TAKE.row(self.connection, {"due": due, "now": now})
        return None if row is None else Due(row[0], MemberId(row[1]), DueKind(row[2]), row[3])

    def finish(self, due: int, *, outcome: str) -> bool:
        """Close timed work as `done` or as skipped for a reason; False when it was closed already."""
        return _FINISH.change(self.connection, {"due": due, "came_of_it": outcome}) == 1

    def postpone(self, due: int, *, until: datetime) -> None:
        """Let pending timed work fall due later."""
        _POSTPONE.change(self.connection, {"due": due, "until": until})

    def back_off(self, due: int, *, now: datetime) -> None:
        """Count a failed attempt and let the work fall due again after a growing pause."""
        attempts = self.connection.execute(
            update(points_due)
            .where(points_due.c.id == due)
            .values(attempts=points_due.c.attempts + 1)
            .returning(points_due.c.attempts)
        ).scalar_one()
        self.postpone(due, until=now + pause(attempts))

    def _add(self, member: MemberId, *, growth: int, points: int) -> None:
        given = {"member": member, "more_growth": growth, "more_points": points}
        if not _ADD.change(self.connection, given):
            insert_once(self.connection, growth_account, _NEW | {"member_id": member})
            _ADD.change(self.connection, given)


def pause(attempts: int) -> timedelta:
    """Return how long timed work waits after so many failed attempts: it doubles up to six hours."""
    return min(_FIRST_PAUSE * (1 << min(attempts - 1, 12)), _LONGEST_PAUSE)


def _line(member: MemberId, event: Event, event_key: str, amount: int, now: datetime) -> dict[str, Any]:
    """Return a line of a ledger that no cap counts."""
    return dict(zip(_LINE, (member, event, event_key, amount, now, None, None, None), strict=True))
