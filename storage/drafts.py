"""Deals that are being put together, what leaders are asked about deals, and whom to warn, in SQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, String, cast, delete, func, literal, select, update

from features.groupbuy.model import Ask, Asked, DealState, GoalKind, Goods, Terms
from kernel.ids import DealId, GroupId, MemberId, MessageId, UserId
from storage.claims import SqlClaims, claim
from storage.deals import add_goods, terms_values
from storage.dialect import insert_once
from storage.groupbuy import deal, deal_item
from storage.members import SqlMembers, member
from storage.setup import prompt

_ASKS = "deal."  # before the question: other features' questions stand in the same table
_OF = "deal"
_WARNED = "deal-warned:"


@dataclass(frozen=True, slots=True)
class SqlDrafts:
    """Drafts over one connection, at the instant of its unit."""

    connection: Connection
    now: datetime

    def set_terms(self, deal_id: DealId, terms: Terms) -> bool:
        """Keep other terms of a draft; False where it is none."""
        return self._changed(deal_id, **terms_values(terms))

    def set_goods(self, deal_id: DealId, goods: Sequence[Goods]) -> bool:
        """Keep other goods of a draft, numbered from 1; False where it is none."""
        if not self._changed(deal_id):
            return False
        self.connection.execute(delete(deal_item).where(deal_item.c.deal_id == deal_id))
        add_goods(self.connection, deal_id, goods)
        return True

    def delete(self, deal_id: DealId) -> bool:
        """Forget a draft; False where it is none."""
        if not self._changed(deal_id):
            return False
        self.connection.execute(delete(deal_item).where(deal_item.c.deal_id == deal_id))
        self.connection.execute(delete(deal).where(deal.c.id == deal_id))
        return True

    def wait(self, asked: Asked, *, until: datetime) -> None:
        """Take the next text of a person as the answer, in the place of what was waited for."""
        values = {
            "group_id": asked.group,
            "asks": f"{_ASKS}{asked.ask}",
            "given": {**asked.given, _OF: str(asked.deal)},
            "message": asked.message,
            "expires_at": until,
        }
        if not insert_once(self.connection, prompt, {"member_id": asked.member.id, **values}):
            mine = prompt.c.member_id == asked.member.id
            self.connection.execute(update(prompt).where(mine).values(values))

    def waiting(self, user: UserId, *, now: datetime) -> Asked | None:
        """Return what a person is asked about a deal, if its time is not over."""
        row = self.connection.execute(
            select(prompt)
            .join(member, member.c.id == prompt.c.member_id)
            .where(member.c.user_id == user, prompt.c.expires_at > now, prompt.c.asks.startswith(_ASKS))
            .with_for_update(of=prompt)
        ).one_or_none()
        if row is None:
            return None
        given = dict(row.given)
        about = DealId(int(given.pop(_OF)))
        return Asked(
            member=SqlMembers(self.connection).get(MemberId(row.member_id)),
            group=GroupId(row.group_id),
            deal=about,
            ask=Ask(row.asks.removeprefix(_ASKS)),
            given=given,
            message=None if row.message is None else MessageId(row.message),
        )

    def forget(self, member_id: MemberId) -> None:
        """Ask a person nothing any more, whatever it was about."""
        self.connection.execute(delete(prompt).where(prompt.c.member_id == member_id))

    def to_warn(self, *, now: datetime, ahead: timedelta, limit: int) -> tuple[int, ...]:
        """Return the open deals with a goal that close within `ahead` and about which nobody was warned."""
        query = _unwarned(deal.c.id, now).where(deal.c.closes_at <= now + ahead)
        return tuple(
            self.connection.execute(query.order_by(deal.c.closes_at, deal.c.id).limit(limit)).scalars()
        )

    def next_warning_at(self, *, now: datetime, ahead: timedelta) -> datetime | None:
        """Return when somebody is warned about a deal next."""
        closes: datetime | None = self.connection.execute(
            _unwarned(func.min(deal.c.closes_at), now)
        ).scalar_one()
        return None if closes is None else closes - ahead

    def warned(self, deal_id: DealId) -> bool:
        """Record that somebody was warned about a deal; False where it was recorded before."""
        return SqlClaims(self.connection, self.now).take(f"{_WARNED}{deal_id}")

    def _changed(self, deal_id: DealId, **values: Any) -> bool:
        there = deal.c.id == deal_id, deal.c.state == DealState.DRAFT
        changed = update(deal).where(*there).values(**values, stamp=deal.c.stamp + 1)
        return self.connection.execute(changed).rowcount == 1


def _unwarned(what: ColumnElement[Any], now: datetime) -> Select[Any]:
    key = literal(_WARNED) + cast(deal.c.id, String)
    warned = select(claim.c.key).where(claim.c.key == key).exists()
    return select(what).where(
        deal.c.state == DealState.OPEN, deal.c.goal_kind != GoalKind.NONE, deal.c.closes_at > now, ~warned
    )
