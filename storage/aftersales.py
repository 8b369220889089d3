"""Cases about goods that were not right, in SQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    Row,
    Table,
    Text,
    delete,
    exists,
    func,
    insert,
    select,
    update,
)

from features.aftersales.model import Batch, Case, Kind, Owned, Remedy, Rule, State
from features.groupbuy.freshness import is_fresh
from kernel.ids import DealId, GroupId, ItemId, MemberId, OrderId
from kernel.money import Fen, Milli, amount_of
from storage.groupbuy import deal, deal_item
from storage.orders import order_line, purchase_order
from storage.types import BigId, UtcDateTime, metadata, partial_index


def _one_of(column: str, values: type[State] | type[Kind] | type[Remedy]) -> CheckConstraint:
    listed = ",".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


aftersales_case = Table(
    "aftersales_case",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("member_id", BigId, ForeignKey("member.id"), nullable=False),
    Column("order_id", BigId, ForeignKey("purchase_order.id"), nullable=False),
    Column("line_id", BigId, ForeignKey("order_line.id"), nullable=False),
    Column("state", Text, _one_of("state", State), nullable=False),
    Column("kind", Text, _one_of("kind", Kind), nullable=False),
    Column("qty_milli", BigId, CheckConstraint("qty_milli >= 0", name="qty_milli"), nullable=False),
    Column("photo", Text, nullable=False),
    Column("photo_unique", Text, nullable=False),
    Column("remedy", Text, _one_of("remedy", Remedy), nullable=False),
    Column("amount_fen", BigId, CheckConstraint("amount_fen >= 0", name="amount_fen"), nullable=False),
    Column("rule", Text, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime),
    Column("look_at", UtcDateTime),
    Column("stage", Integer, nullable=False),
    Column("decided_by", BigId, ForeignKey("member.id")),
    Column("decided_at", UtcDateTime),
    Column("note", Text, nullable=False),
    Index("ix_aftersales_case_member", "member_id", "id"),
    Index("ix_aftersales_case_line", "line_id"),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)
_c, _o, _l = aftersales_case.c, purchase_order.c, order_line.c
partial_index("ix_aftersales_case_look", "look_at IS NOT NULL", _c.look_at, _c.id)
partial_index("ix_aftersales_case_photo", "photo_unique <> ''", _c.photo_unique)
partial_index("uq_aftersales_case_open", "state IN ('open','accepted')", _c.line_id, unique=True)

_WAITS = ("open", "accepted")
_COUNTED = ("open", "accepted", "done")
_ALIKE = ("broken", "spoiled", "short", "other")


@dataclass(frozen=True, slots=True)
class SqlCases:
    """Cases over one connection."""

    connection: Connection

    def owned(self, member: MemberId, *, since: datetime, limit: int) -> tuple[Owned, ...]:
        """Return what a member collected since then, newest first."""
        query = _owned().where(_o.member_id == member, _o.by_staff == 0, _l.collected_at >= since)
        rows = self.connection.execute(query.order_by(_l.collected_at.desc(), _l.id).limit(limit)).all()
        return tuple(_read_owned(row) for row in rows)

    def line(self, line: int) -> Owned | None:
        """Return a line that was collected."""
        row = self.connection.execute(_owned().where(_l.id == line)).one_or_none()
        return None if row is None else _read_owned(row)

    def begin(self, member: MemberId, owned: Owned, *, now: datetime) -> Case:
        """Keep a draft about a line, in the place of the member's other drafts."""
        drafts = _c.member_id == member, _c.state == State.DRAFT
        self.connection.execute(delete(aftersales_case).where(*drafts))
        values = {
            **{"member_id": member, "order_id": owned.order, "line_id": owned.line, "state": State.DRAFT},
            **{"kind": Kind.OTHER, "qty_milli": owned.there, "photo": "", "photo_unique": "", "note": ""},
            **{"remedy": Remedy.REFUND, "amount_fen": 0, "rule": Rule.PERSON, "opened_at": now, "stage": 0},
        }
        made = insert(aftersales_case).values(values).returning(aftersales_case)
        return _case(self.connection.execute(made).one())

    def get(self, case: int) -> Case | None:
        """Return a case, locked for this unit."""
        query = select(aftersales_case).where(_c.id == case).with_for_update()
        row = self.connection.execute(query).one_or_none()
        return None if row is None else _case(row)

    def draft(self, member: MemberId, *, since: datetime) -> Case | None:
        """Return the draft that a member began since then, locked for this unit."""
        own = _c.member_id == member, _c.state == State.DRAFT, _c.opened_at > since
        query = select(aftersales_case).where(*own).order_by(_c.id.desc()).limit(1).with_for_update()
        row = self.connection.execute(query).one_or_none()
        return None if row is None else _case(row)

    def keep(self, case: Case, *, before: State) -> bool:
        """Keep what a case says now; False unless it was in that state, or another is open for its line."""
        if case.state in _WAITS and before is State.DRAFT and self.is_open(case.line):
            return False
        values = {
            **{"state": case.state, "kind": case.kind, "qty_milli": case.quantity, "photo": case.photo},
            **{"photo_unique": case.photo_unique, "remedy": case.remedy, "amount_fen": case.amount},
            **{"rule": case.rule, "opened_at": case.opened_at, "due_at": case.due_at, "stage": case.stage},
            **{"look_at": case.look_at, "decided_by": case.decided_by, "decided_at": case.decided_at},
        }
        there = _c.id == case.id, _c.state == before
        kept = update(aftersales_case).where(*there).values(values | {"note": case.note})
        return self.connection.execute(kept).rowcount == 1

    def is_open(self, line: int) -> bool:
        """Tell whether a case about a line waits."""
        query = select(_c.id).where(_c.line_id == line, _c.state.in_(_WAITS))
        return self.connection.execute(query).first() is not None

    def given_back(self, line: int) -> Fen:
        """Return what cases about a line gave back so far."""
        done = _c.line_id == line, _c.state == State.DONE, _c.remedy == Remedy.REFUND
        query = select(func.coalesce(func.sum(_c.amount_fen), 0)).where(*done)
        return Fen(int(self.connection.execute(query).scalar_one()))

    def is_used(self, photo_unique: str, *, but: int) -> bool:
        """Tell whether another case has the same photo."""
        if not photo_unique:
            return False
        same = _c.photo_unique == photo_unique, _c.id != but, _c.state != State.DRAFT
        return self.connection.execute(select(_c.id).where(*same)).first() is not None

    def claims(self, member: MemberId, *, but: int, orders: int) -> int:
        """Return how many of a member's last collected orders had a case that was not turned down."""
        took = exists().where(_l.order_id == _o.id, _l.collected_at.is_not(None))
        mine = _o.member_id == member, _o.by_staff == 0
        last = select(_o.id).where(*mine, took).order_by(_o.id.desc()).limit(orders).subquery()
        counted = _c.order_id.in_(select(last.c.id)), _c.id != but, _c.state.in_(_COUNTED)
        query = select(func.count(_c.order_id.distinct())).where(*counted)
        return int(self.connection.execute(query).scalar_one())

    def queue(self, groups: Sequence[GroupId], *, limit: int) -> tuple[Case, ...]:
        """Return the cases of groups that wait for a person, soonest due first."""
        query = (
            select(aftersales_case)
            .join(purchase_order, _o.id == _c.order_id)
            .join(deal, deal.c.id == _o.deal_id)
            .where(_c.state == State.OPEN, deal.c.group_id.in_(groups))
            .order_by(_c.due_at, _c.id)
            .limit(limit)
        )
        return tuple(_case(row) for row in self.connection.execute(query).all())

    def batch(self, group: GroupId, item: ItemId, *, since: datetime) -> Batch | None:
        """Return the cases of the batch of goods in a group since then; None for goods without a batch."""
        of_item = select(deal_item.c.name, deal_item.c.batch, deal_item.c.supplier, deal_item.c.sku)
        goods = self.connection.execute(of_item.where(deal_item.c.id == item)).one()
        if not goods.batch:
            return None
        same = deal_item.c.batch == goods.batch, deal_item.c.supplier == goods.supplier
        its = (*same, deal_item.c.sku == goods.sku, deal.c.group_id == group)
        lines = (
            select(_l.id)
            .join(deal_item, deal_item.c.id == _l.item_id)
            .join(deal, deal.c.id == deal_item.c.deal_id)
            .where(*its, _l.collected_at.is_not(None))
        )
        told = _c.line_id.in_(lines), _c.opened_at >= since, _c.state.in_((*_COUNTED, "rejected"))
        counts = select(func.count(_c.id), func.count(_c.member_id.distinct()))
        cases, homes = self.connection.execute(counts.where(*told, _c.kind.in_(_ALIKE))).one()
        sold = self.connection.execute(select(func.count()).select_from(lines.subquery())).scalar_one()
        return Batch(goods.name, goods.batch, cases, homes, int(sold))

    def name_of(self, case: int) -> str:
        """Return who ordered the goods of a case, as the order calls them."""
        query = select(_o.recipient, _o.called).join(aftersales_case, _c.order_id == _o.id)
        row = self.connection.execute(query.where(_c.id == case)).one_or_none()
        return "" if row is None else row.recipient or row.called

    def selling(self, group: GroupId, batch: str) -> tuple[ItemId, ...]:
        """Return the goods of a batch in a group's open deals."""
        query = select(deal_item.c.id).join(deal, deal.c.id == deal_item.c.deal_id)
        here = deal.c.group_id == group, deal.c.state == "open", deal_item.c.batch == batch
        return tuple(map(ItemId, self.connection.execute(query.where(*here)).scalars()))

    def due(self, *, now: datetime, limit: int) -> tuple[int, ...]:
        """Return the cases with which something happens by itself now."""
        query = select(_c.id).where(_c.look_at <= now).order_by(_c.look_at, _c.id).limit(limit)
        return tuple(self.connection.execute(query).scalars())

    def next_due_at(self) -> datetime | None:
        """Return when something happens by itself next."""
        at: datetime | None = self.connection.execute(select(func.min(_c.look_at))).scalar_one()
        return at

    def put_off(self, case: int, *, until: datetime) -> None:
        """Look at a case again at `until`."""
        self.connection.execute(update(aftersales_case).where(_c.id == case).values(look_at=until))


def _owned() -> Any:
    columns = (_l.id, _l.order_id, _l.item_id, _l.qty_milli, _l.given_milli, _l.price_fen, _l.amount_fen)
    goods = (deal_item.c[name] for name in ("name", "unit", "category", "batch", "more"))
    return (
        select(*columns, _l.collected_at, *goods, deal.c.id.label("deal_id"), deal.c.group_id, deal.c.title)
        .join(deal_item, deal_item.c.id == _l.item_id)
        .join(purchase_order, _o.id == _l.order_id)
        .join(deal, deal.c.id == _o.deal_id)
        .where(_l.collected_at.is_not(None), func.coalesce(_l.given_milli, _l.qty_milli) > 0)
    )


def _read_owned(row: Row[*tuple[Any, ...]]) -> Owned:
    there, more = Milli(row.qty_milli if row.given_milli is None else row.given_milli), row.more
    is_whole = there == row.qty_milli and row.amount_fen is not None
    return Owned(
        line=row.id,
        order=OrderId(row.order_id),
        item=ItemId(row.item_id),
        deal=DealId(row.deal_id),
        group=GroupId(row.group_id),
        title=row.title,
        name=row.name,
        aliases=tuple(more["aliases"]),
        unit=row.unit,
        units=tuple((word, means) for word, means in more["units"]),
        bulk=tuple((word, holds) for word, holds in more["bulk"]),
        batch=row.batch,
        there=there,
        amount=Fen(row.amount_fen) if is_whole else amount_of(Fen(row.price_fen), there),
        is_fresh=is_fresh(row.category, more["storage"]),
        collected_at=row.collected_at,
    )


def _case(row: Row[*tuple[Any, ...]]) -> Case:
    return Case(
        id=row.id,
        member=MemberId(row.member_id),
        order=OrderId(row.order_id),
        line=row.line_id,
        state=State(row.state),
        kind=Kind(row.kind),
        quantity=Milli(row.qty_milli),
        photo=row.photo,
        photo_unique=row.photo_unique,
        remedy=Remedy(row.remedy),
        amount=Fen(row.amount_fen),
        rule=Rule(row.rule),
        opened_at=row.opened_at,
        due_at=row.due_at,
        look_at=row.look_at,
        stage=row.stage,
        decided_by=None if row.decided_by is None else MemberId(row.decided_by),
        decided_at=row.decided_at,
        note=row.note,
    )
