"""Reads over whole accounts: the card in one statement, the caps' use, the history, the export."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Connection,
    Select,
    Subquery,
    and_,
    bindparam,
    case,
    exists,
    func,
    select,
    true,
    type_coerce,
)

from features.growth import levels, rules
from features.growth.model import EARNED, Account, Event, Expiry, Found, Level, Period, Usage, Used
from kernel.ids import MemberId
from storage.growth import growth_account, growth_ledger, point_lot, points_ledger
from storage.prepared import Prepared
from storage.types import LocalDate, UtcDateTime

_MEMBER: BindParameter[Any] = bindparam("member")
_WINDOW_MS = levels.WINDOW // timedelta(milliseconds=1)

_back = growth_ledger.alias("back")
# A credit that was reversed neither fills a cap nor carries a level.
STANDS = and_(growth_ledger.c.amount > 0, ~exists().where(_back.c.reverses == growth_ledger.c.id))
_counted = growth_ledger.c.counted_on


def _between(period: str) -> ColumnElement[bool]:
    """Say whether a line counts to the asked day, or to the week or month that begins at a date."""
    first, last = (bindparam(f"{period}_{end}", type_=LocalDate()) for end in ("from", "to"))
    return and_(_counted >= first, _counted <= last)


def _count(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((and_(*conditions), 1), else_=0)), 0)


def _growth(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, growth_ledger.c.amount), else_=0)), 0)


_in_window = growth_ledger.c.at > bindparam("since", type_=UtcDateTime())
_of_event = growth_ledger.c.event == bindparam("event")
_USAGE = Prepared(
    select(
        exists().where(points_ledger.c.event_key == bindparam("key")),
        _count(_of_event),
        *(_count(_of_event, _between(period)) for period in ("day", "week", "month")),
        _growth(_in_window),
    ).where(growth_ledger.c.member_id == _MEMBER, STANDS)
)


def usage(
    connection: Connection, member: MemberId, *, event: Event, event_key: str, on: date, now: datetime
) -> Usage:
    """Return how often `event` has earned around `on`, and the growth of the trailing year."""
    given = {"member": member, "event": event, "key": event_key, "since": now - levels.WINDOW}
    row = _USAGE.rows(connection, given | _bounds(on))[0]
    known, *counts = row
    ever, day, week, month, window = map(int, counts)
    return Usage(bool(known), ever, day, week, month, window)


def _bounds(on: date) -> dict[str, date]:
    """Return the first and last local dates of the day, week and month of `on`."""
    week, month = (rules.starts_on(period, on) for period in (Period.WEEK, Period.MONTH))
    next_month = rules.starts_on(Period.MONTH, month + timedelta(days=31))
    return {
        "day_from": on,
        "day_to": on,
        "week_from": week,
        "week_to": week + timedelta(days=6),
        "month_from": month,
        "month_to": next_month - timedelta(days=1),
    }


def next_expiry(member: MemberId | ColumnElement[Any]) -> Select[Any]:
    """Return the query for the unspent points that lapse first."""
    return (
        select(point_lot.c.expires_on, func.sum(point_lot.c.unspent).label("points"))
        .where(point_lot.c.member_id == member, point_lot.c.unspent > 0)
        .group_by(point_lot.c.expires_on)
        .order_by(point_lot.c.expires_on)
        .limit(1)
    )


def _added_up() -> Subquery:
    """Add up a member's credits that stand: as the level, a fall and the caps need them."""
    falls_at = (
        select(type_coerce(growth_account.c.falls_at, BigInteger))
        .where(growth_account.c.member_id == _MEMBER)
        .scalar_subquery()
    )
    staying = type_coerce(growth_ledger.c.at, BigInteger) > falls_at - _WINDOW_MS
    columns: list[ColumnElement[int]] = [
        _growth(_in_window).label("window"),
        _growth(staying).label("staying"),
    ]
    for event in EARNED:
        is_event = growth_ledger.c.event == event
        columns.append(_count(is_event).label(f"{event}_ever"))
        columns += (
            _count(is_event, _between(period)).label(f"{event}_{period}")
            for period in ("day", "week", "month")
        )
    return select(*columns).where(growth_ledger.c.member_id == _MEMBER, STANDS).subquery("added_up")


_sums, _expiry = _added_up(), next_expiry(_MEMBER).subquery("next_expiry")
_account = ("growth", "points", "level", "falls_at")
_FOUND = Prepared(
    select(*(growth_account.c[name] for name in _account), *_expiry.c, *_sums.c)
    .select_from(growth_account.join(_sums, true()).outerjoin(_expiry, true()))
    .where(growth_account.c.member_id == _MEMBER)
)


def found(connection: Connection, member: MemberId, *, on: date, now: datetime) -> Found | None:
    """Return the whole account in one statement; None for somebody without one."""
    given = {"member": member, "since": now - levels.WINDOW}
    row = _FOUND.row(connection, given | _bounds(on))
    if row is None:
        return None
    growth, points, level, falls_at, expires_on, expiring, *sums = row
    window, staying, *used = map(int, sums)
    return Found(
        Account(growth, points, Level(level)),
        None if expires_on is None else Expiry(expires_on, int(expiring)),
        window,
        falls_at,
        staying,
        tuple(Used(*used[first : first + 4]) for first in range(0, len(used), 4)),
    )


_undone = points_ledger.alias("undone")


def lines(member: MemberId) -> Select[Any]:
    """Return the query for an account's lines; `of` is the event that a reversal took back."""
    return (
        select(
            points_ledger.c.at,
            points_ledger.c.event,
            points_ledger.c.event_key,
            points_ledger.c.amount.label("points"),
            func.coalesce(growth_ledger.c.amount, 0).label("growth"),
            _undone.c.event.label("of"),
        )
        .outerjoin(growth_ledger, growth_ledger.c.event_key == points_ledger.c.event_key)
        .outerjoin(_undone, _undone.c.id == points_ledger.c.reverses)
        .where(points_ledger.c.member_id == member)
    )


def export(connection: Connection, member: MemberId) -> tuple[Mapping[str, int | str | None], ...]:
    """Return the account, its lots and all its lines as plain values."""
    account = connection.execute(select(growth_account).where(growth_account.c.member_id == member))
    lots = connection.execute(
        select(point_lot).where(point_lot.c.member_id == member).order_by(point_lot.c.id)
    )
    told = connection.execute(lines(member).order_by(points_ledger.c.id))
    return (
        *(
            {
                "kind": "account",
                "growth": row.growth,
                "points": row.points,
                "level": Level(row.level).word,
                "on_board": row.on_board,
            }
            for row in account
        ),
        *(
            {
                "kind": "lot",
                "earned": row.earned,
                "unspent": row.unspent,
                "expires_on": row.expires_on.isoformat(),
            }
            for row in lots
        ),
        *(
            {
                "kind": "line",
                "at": row.at.isoformat(),
                "event": row.event,
                "of": row.of,
                "growth": row.growth,
                "points": row.points,
            }
            for row in told
        ),
    )
