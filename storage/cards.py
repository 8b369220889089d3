"""Standing messages of deals, read and changed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, case, func, select, update

from features.groupbuy.model import Card
from kernel.ids import ChatId, DealId, MessageId
from storage.dialect import insert_once
from storage.groupbuy import deal_card
from storage.prepared import Prepared
from storage.types import UtcDateTime

_AT = bindparam("at", type_=UtcDateTime())
_CHANGED = Prepared(  # at every order; most find it waiting already
    update(deal_card)
    .where(deal_card.c.deal_id == bindparam("deal"), deal_card.c.changed_at.is_(None))
    .values(
        changed_at=_AT,
        due_at=case((deal_card.c.due_at < _AT, deal_card.c.due_at), else_=_AT),
    )
)

_BURIED = Prepared(  # at every message while a deal is open
    update(deal_card)
    .where(deal_card.c.deal_id == bindparam("deal"), deal_card.c.message < bindparam("top"))
    .where(deal_card.c.moved_at <= bindparam("rested"), deal_card.c.newest.is_(None))
    .values(newest=bindparam("under"), due_at=_AT)
)


@dataclass(frozen=True, slots=True)
class SqlCards:
    """Standing messages over one connection."""

    connection: Connection

    def card(self, deal_id: DealId) -> Card | None:
        """Return what is known of a deal's standing message, locked for this unit."""
        query = select(deal_card).where(deal_card.c.deal_id == deal_id).with_for_update()
        row = self.connection.execute(query).one_or_none()
        if row is None:
            return None
        return Card(
            deal=DealId(row.deal_id),
            chat=ChatId(row.chat),
            message=None if row.message is None else MessageId(row.message),
            posting=row.posting,
            posts=row.posts,
            changed_at=row.changed_at,
            shown_at=row.shown_at,
            moved_at=row.moved_at,
            newest=None if row.newest is None else MessageId(row.newest),
        )

    def add_card(self, deal_id: DealId, *, chat: ChatId, now: datetime) -> None:
        """Let a deal have a standing message, to be shown at once."""
        values = {"chat": chat, "posting": "", "posts": 0, "changed_at": now, "due_at": now}
        insert_once(self.connection, deal_card, {"deal_id": deal_id, **values})

    def changed(self, deal_id: DealId, *, now: datetime) -> None:
        """Let the standing message be changed as soon as it may."""
        _CHANGED.change(self.connection, {"deal": deal_id, "at": now})

    def buried(
        self, deal_id: DealId, *, under: MessageId, below: int, moved_before: datetime, now: datetime
    ) -> None:
        """Let the standing message move where more than `below` messages stand under it; not too often."""
        given = {"deal": deal_id, "under": under, "top": under - below, "rested": moved_before, "at": now}
        _BURIED.change(self.connection, given)

    def keep_card(self, card: Card, *, due_at: datetime | None) -> None:
        """Keep what is known of a standing message, and when it is due next."""
        values = {
            "chat": card.chat,
            "message": card.message,
            "posting": card.posting,
            "posts": card.posts,
            "changed_at": card.changed_at,
            "shown_at": card.shown_at,
            "moved_at": card.moved_at,
            "newest": card.newest,
            "due_at": due_at,
        }
        self.connection.execute(update(deal_card).where(deal_card.c.deal_id == card.deal).values(values))

    def cards_due(self, *, now: datetime, limit: int) -> tuple[int, ...]:
        """Return the deals whose standing message is due."""
        column = deal_card.c.due_at
        query = select(deal_card.c.deal_id).where(column <= now).order_by(column, deal_card.c.deal_id)
        return tuple(self.connection.execute(query.limit(limit)).scalars())

    def next_card_at(self) -> datetime | None:
        """Return when a standing message is due next."""
        at: datetime | None = self.connection.execute(select(func.min(deal_card.c.due_at))).scalar_one()
        return at

    def put_off_card(self, deal_id: DealId, *, until: datetime) -> None:
        """Look at a standing message again at `until`."""
        self.connection.execute(update(deal_card).where(deal_card.c.deal_id == deal_id).values(due_at=until))
