"""What is forgotten with time: in chunks, each a short unit, from where the last one stopped.

The rows due first stand first in every table, so looking for work is one read of a key or an index. What a
sweep looks at is an age old rounded up to an hour: a quiet bot does nothing, a busy one once an hour.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Table,
    and_,
    bindparam,
    case,
    delete,
    or_,
    select,
    update,
)

from storage.claims import claim
from storage.dialect import insert_once
from storage.inbox import inbox
from storage.members import member
from storage.orders import order_list
from storage.outbox import UNFINISHED, outbox
from storage.prepared import Prepared
from storage.sweeps import sweep
from storage.tombstones import tombstone
from storage.types import to_milliseconds

CHUNK = 500
_HOUR = 3_600_000  # milliseconds
_DAY = 24 * _HOUR
_PAUSE = timedelta(minutes=5)  # after a chunk that failed
_KEPT_DAYS = 30  # reasons of messages, and keys of taps
_KEYS_DAYS = 400  # keys of messages that must not be said twice: longer than points last
_NOTHING: dict[str, Any] = {"text": None, "keyboard": None, "file": None}
_FINISHED = outbox.c.state.not_in(UNFINISHED)


@dataclass(frozen=True, slots=True)
class Sweep:
    """One kind of forgetting: rows of `table` in the order of `key`, each due by the age of `at`."""

    name: str
    table: Table
    key: Column[Any]
    at: Column[Any]
    age: str | int  # days, or whose number of days it is
    forget: Callable[[Connection, list[Any], datetime], None]


def _blank(connection: Connection, rows: list[Any], _now: datetime) -> None:
    """Take the words; of messages to people we do not know also the number."""
    chosen = and_(outbox.c.id.in_(rows), _FINISHED)
    connection.execute(update(outbox).where(chosen).values(_NOTHING))
    known = select(member.c.id).where(member.c.user_id == outbox.c.chat).exists()
    strangers = and_(chosen, outbox.c.chat > 0, ~known)
    connection.execute(update(outbox).where(strangers).values(chat=0, reason=None))


def _drop_messages(connection: Connection, rows: list[Any], now: datetime) -> None:
    """Remove messages; of those with a key that guards something only the key stays."""
    chosen = outbox.c.id.in_(rows)
    connection.execute(delete(outbox).where(chosen, _FINISHED, outbox.c.dedupe_key.is_(None)))
    ended = case((_FINISHED, outbox.c.state), else_="expired")
    bare = {**_NOTHING, "reason": None, "about_user": None, "sent_message": None, "chat": 0, "epoch": None}
    connection.execute(update(outbox).where(chosen).values({**bare, "state": ended, "finished_at": now}))


def _drop_keys(connection: Connection, rows: list[Any], _now: datetime) -> None:
    connection.execute(delete(outbox).where(outbox.c.id.in_(rows), _FINISHED))


def _drop_updates(connection: Connection, rows: list[Any], _now: datetime) -> None:
    chosen = inbox.c.id.in_(rows)
    connection.execute(delete(inbox).where(chosen, inbox.c.state == "done"))
    connection.execute(update(inbox).where(chosen, inbox.c.state == "parked").values(body={}, lane=0))


def _drop_taps(connection: Connection, rows: list[Any], _now: datetime) -> None:
    once = or_(claim.c.key.startswith("tap:"), claim.c.key.startswith("heard:"))
    connection.execute(delete(claim).where(claim.c.taken_at.in_(rows), once))


def _blank_lists(connection: Connection, rows: list[Any], _now: datetime) -> None:
    connection.execute(update(order_list).where(order_list.c.id.in_(rows)).values(text=""))


def _drop_tombstones(connection: Connection, rows: list[Any], _now: datetime) -> None:
    connection.execute(delete(tombstone).where(tombstone.c.until.in_(rows)))


SWEEPS = (
    Sweep("outbox.words", outbox, outbox.c.id, outbox.c.created_at, "words", _blank),
    Sweep("inbox.rows", inbox, inbox.c.id, inbox.c.received_at, "words", _drop_updates),
    Sweep("outbox.rows", outbox, outbox.c.id, outbox.c.created_at, _KEPT_DAYS, _drop_messages),
    Sweep("outbox.keys", outbox, outbox.c.id, outbox.c.created_at, _KEYS_DAYS, _drop_keys),
    Sweep("claim.taps", claim, claim.c.taken_at, claim.c.taken_at, _KEPT_DAYS, _drop_taps),
    Sweep("order_list.words", order_list, order_list.c.id, order_list.c.said_at, "words", _blank_lists),
    Sweep("tombstones", tombstone, tombstone.c.until, tombstone.c.until, 0, _drop_tombstones),
)
_FIRST = tuple(
    Prepared(select(each.at).where(each.key > bindparam("cursor")).order_by(each.key).limit(1))
    for each in SWEEPS
)
_CURSORS = Prepared(select(sweep.c.name, sweep.c.cursor))
_AGE, _REST = ":age", ":rest"  # beside a sweep's cursor: its age in days, and until when it rests


def due(connection: Connection, *, now: datetime, limit: int) -> tuple[int, ...]:
    """Return the numbers of the sweeps that have something to forget."""
    instants = _instants(connection)
    return tuple(which for which, at in sorted(instants.items()) if at <= to_milliseconds(now))[:limit]


def next_at(connection: Connection) -> datetime | None:
    """Return the instant at which the next sweep has something to forget."""
    first = min(_instants(connection).values(), default=None)
    return None if first is None else datetime.fromtimestamp(first / 1000, UTC)


def run(connection: Connection, which: int, ages: Mapping[str, int], *, now: datetime) -> int:
    """Forget one chunk and return how many rows it looked at."""
    each, cursors = SWEEPS[which], _cursors(connection)
    days = each.age if isinstance(each.age, int) else ages[each.age]
    _keep(connection, each.name + _AGE, days)
    old = and_(each.key > _instant_or_number(each, cursors), each.at <= now - timedelta(days=days))
    found = connection.execute(select(each.key).where(old).order_by(each.key).limit(CHUNK)).scalars().all()
    if found:
        each.forget(connection, list(found), now)
        last = found[-1]
        _keep(connection, each.name, to_milliseconds(last) if isinstance(last, datetime) else last)
    return len(found)


def back_off(connection: Connection, which: int, *, now: datetime) -> None:
    """Let a sweep rest that failed."""
    _keep(connection, SWEEPS[which].name + _REST, to_milliseconds(now + _PAUSE))


def _instants(connection: Connection) -> dict[int, int]:
    """Return when each sweep that has rows before it falls due, in milliseconds, at a full hour."""
    cursors = _cursors(connection)
    found = {}
    for which, each in enumerate(SWEEPS):
        row = _FIRST[which].row(connection, {"cursor": _instant_or_number(each, cursors)})
        if row is None:
            continue
        days = cursors.get(each.name + _AGE, each.age if isinstance(each.age, int) else 0)
        at = to_milliseconds(row[0]) + days * _DAY
        found[which] = max(-(-at // _HOUR) * _HOUR, cursors.get(each.name + _REST, 0))
    return found


def _instant_or_number(each: Sweep, cursors: Mapping[str, int]) -> Any:
    """Return how far a sweep has come, as its key's type has it."""
    cursor = cursors.get(each.name, 0)
    return cursor if each.key.name == "id" else datetime.fromtimestamp(cursor / 1000, UTC)


def _cursors(connection: Connection) -> dict[str, int]:
    return {str(row[0]): int(row[1]) for row in _CURSORS.rows(connection, {})}


def _keep(connection: Connection, name: str, cursor: int) -> None:
    if not insert_once(connection, sweep, {"name": name, "cursor": cursor}):
        connection.execute(update(sweep).where(sweep.c.name == name).values(cursor=cursor))
