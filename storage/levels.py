"""Levels in SQL: due by partial index, so that a look costs by the members due."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, func, select, update

from features.growth.model import Level, LevelState
from kernel.ids import MemberId
from storage.growth import growth_account, growth_ledger
from storage.ledgers import pause
from storage.overview import STANDS
from storage.prepared import Prepared

_account = growth_account.c
_MEMBER: BindParameter[Any] = bindparam("member")

_CREDITS = Prepared(
    select(growth_ledger.c.at, growth_ledger.c.amount)
    .where(growth_ledger.c.member_id == _MEMBER, STANDS, growth_ledger.c.at > bindparam("since"))
    .order_by(growth_ledger.c.at, growth_ledger.c.id)
)
_SET = Prepared(
    update(growth_account)
    .where(_account.member_id == _MEMBER)
    .values(
        level=bindparam("to_level"),
        level_at=bindparam("since"),
        falls_at=bindparam("falls"),
        review_at=bindparam("looked_at"),
        review_attempts=0,
    )
)
_CALL = Prepared(
    update(growth_account)
    .where(_account.member_id == _MEMBER, _account.level > 0)
    .values(review_at=bindparam("by"))
)
_DUE = Prepared(
    select(_account.member_id)
    .where(_account.review_at.is_not(None), _account.review_at <= bindparam("now"))
    .order_by(_account.review_at)
    .limit(bindparam("most"))
)
_NEXT = Prepared(select(func.min(_account.review_at)).where(_account.review_at.is_not(None)))
_TAKE = Prepared(
    select(_account.level, _account.level_at, _account.falls_at, _account.review_at)
    .where(_account.member_id == _MEMBER, _account.review_at <= bindparam("now"))
    .with_for_update(skip_locked=True)
)


@dataclass(frozen=True, slots=True)
class SqlLevels:
    """Levels over one connection."""

    connection: Connection

    def credits(self, member: MemberId, *, since: datetime) -> tuple[tuple[datetime, int], ...]:
        """Return instants and growth of the credits after `since` that were not reversed, oldest first."""
        rows = _CREDITS.rows(self.connection, {"member": member, "since": since})
        return tuple((row[0], row[1]) for row in rows)

    def set(self, member: MemberId, state: LevelState) -> None:
        """Keep a level and its instants."""
        given = {"since": state.level_at, "falls": state.falls_at, "looked_at": state.review_at}
        _SET.change(self.connection, given | {"member": member, "to_level": int(state.level)})

    def call_review(self, member: MemberId, *, at: datetime) -> None:
        """Let a level above the lowest be looked at by `at`."""
        _CALL.change(self.connection, {"member": member, "by": at})

    def due(self, *, now: datetime, limit: int) -> tuple[int, ...]:
        """Return the members whose level must be looked at, longest waiting first."""
        return tuple(int(row[0]) for row in _DUE.rows(self.connection, {"now": now, "most": limit}))

    def next_due_at(self) -> datetime | None:
        """Return the instant at which the next level must be looked at."""
        earliest: datetime | None = _NEXT.rows(self.connection, {})[0][0]
        return earliest

    def take(self, member: MemberId, *, now: datetime) -> LevelState | None:
        """Return a level that must be looked at still, its account held by this unit."""
        row = _TAKE.row(self.connection, {"member": member, "now": now})
        return None if row is None else LevelState(Level(row[0]), *row[1:])

    def back_off(self, member: MemberId, *, now: datetime) -> None:
        """Count a failed look and let it fall due again after a growing pause."""
        attempts = self.connection.execute(
            update(growth_account)
            .where(_account.member_id == member)
            .values(review_attempts=_account.review_attempts + 1)
            .returning(_account.review_attempts)
        ).scalar_one()
        self.call_review(member, at=now + pause(attempts))
