"""Settlements that were drawn up and leaders' statements, in SQL; a deal is summed up in a few statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
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
    and_,
    case,
    cast,
    func,
    insert,
    select,
    update,
)

from features.payments.model import PayState, RefundState
from features.settlement.model import (
    DueRun,
    Earning,
    Entry,
    Figures,
    LineShare,
    RunKind,
    SkuTotal,
    Takings,
)
from kernel.ids import DealId, GroupId, ItemId, MemberId, OrderId
from kernel.money import WHOLE, Fen, Milli
from storage.dialect import insert_once
from storage.groupbuy import deal, deal_item
from storage.members import member
from storage.orders import order_line, order_wait, purchase_order
from storage.payments import payment
from storage.refunds import refund
from storage.types import BigId, JsonText, LocalDate, UtcDateTime, metadata, partial_index

settlement_run = Table(
    "settlement_run",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("key", Text, nullable=False),
    Column("kind", Text, CheckConstraint("kind IN ('cutoff','daily')", name="kind"), nullable=False),
    Column("group_id", BigId, ForeignKey("chat_group.id"), nullable=False),
    Column("deal_id", BigId, ForeignKey("deal.id")),
    Column("on_date", LocalDate, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("numbers", JsonText, nullable=False),
    Column("sound", Integer, CheckConstraint("sound IN (0,1)", name="sound"), nullable=False),
    UniqueConstraint("key"),
    Index("ix_settlement_run_group", "group_id", "kind", "on_date"),
    Index("ix_settlement_run_deal", "deal_id"),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)

# Only ever added to: what a leader is owed is the sum.
commission_entry = Table(
    "commission_entry",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("group_id", BigId, ForeignKey("chat_group.id"), nullable=False),
    Column("leader_id", BigId, ForeignKey("member.id"), nullable=False),
    Column("order_id", BigId, ForeignKey("purchase_order.id")),
    Column("line_id", BigId, ForeignKey("order_line.id")),
    Column(
        "kind", Text, CheckConstraint("kind IN ('earned','corrected','paid')", name="kind"), nullable=False
    ),
    Column("base_fen", BigId, nullable=False),
    Column("rate", Integer, nullable=False),
    Column("amount_fen", BigId, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_commission_entry_leader", "leader_id", "group_id", "id"),
    Index("ix_commission_entry_line", "line_id"),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)

# When a settlement is drawn up; NULL: it was.
settlement_due = Table(
    "settlement_due",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("key", Text, nullable=False),
    Column("kind", Text, CheckConstraint("kind IN ('cutoff','daily')", name="kind"), nullable=False),
    Column("group_id", BigId, ForeignKey("chat_group.id"), nullable=False),
    Column("deal_id", BigId, ForeignKey("deal.id")),
    Column("due_at", UtcDateTime),
    UniqueConstraint("key"),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)
partial_index("ix_settlement_due_due", "due_at IS NOT NULL", settlement_due.c.due_at, settlement_due.c.id)

_d = settlement_due.c
_o, _l, _i, _c = purchase_order.c, order_line.c, deal_item.c, commission_entry.c


def _sum(column: Any) -> Any:
    return func.coalesce(func.sum(column), 0)


@dataclass(frozen=True, slots=True)
class SqlSettlement:
    """Settlements over one connection."""

    connection: Connection

    def figures(self, own: DealId) -> Figures:
        """Return what a deal comes to, in a few statements however many lines it has."""
        of_orders, of_lines, of_money = self._orders(own), self._lines(own), self._money(own)
        return Figures(**{name: Fen(int(value)) for name, value in (of_orders | of_lines | of_money).items()})

    def _orders(self, own: DealId) -> dict[str, Any]:
        due = _o.goods_fen - _o.off_fen + _o.fee_fen - _o.paid_fen + _o.refunded_fen
        home = case((_o.by_staff == 1, -_o.id), else_=_o.member_id)
        stands = _o.state != "void"
        return self._one(
            func.count(case((stands, 1))).label("orders"),
            func.count(case((stands, home)).distinct()).label("homes"),
            _sum(_o.goods_fen).label("goods"),
            _sum(_o.off_fen).label("off"),
            _sum(_o.fee_fen).label("fee"),
            _sum(_o.paid_fen).label("paid"),
            _sum(_o.refunded_fen).label("refunded"),
            _sum(case((due > 0, due), else_=0)).label("unpaid"),
            func.count(case((due > 0, 1))).label("unpaid_orders"),
            _sum(case((due < 0, -due), else_=0)).label("overpaid"),
            where=_o.deal_id == own,
        )

    def _lines(self, own: DealId) -> dict[str, Any]:
        orders, wait = select(_o.id).where(_o.deal_id == own), order_wait.c
        lines = self._one(
            _sum(_l.amount_fen).label("lines"),
            func.count(case((_l.qty_milli > 0, 1))).label("line_count"),
            where=_l.order_id.in_(orders),
        )
        waits = self._one(
            func.count(wait.order_id.distinct()).label("waiting"),
            where=and_(wait.order_id.in_(orders), wait.state == "waiting"),
        )
        return lines | waits

    def _money(self, own: DealId) -> dict[str, Any]:
        orders = select(_o.id).where(_o.deal_id == own)
        came, claimed = payment.c.state == PayState.CONFIRMED, payment.c.state == PayState.CLAIMED
        money = self._one(
            _sum(case((came, payment.c.amount_fen), else_=0)).label("payments"),
            func.count(case((claimed, 1))).label("claims"),
            where=payment.c.order_id.in_(orders),
        )
        stands = and_(refund.c.order_id.in_(orders), refund.c.state != RefundState.VOID)
        return money | self._one(_sum(refund.c.back_fen).label("backs"), where=stands)

    def _one(self, *columns: Any, where: Any) -> dict[str, Any]:
        return self.connection.execute(select(*columns).where(where)).one()._asdict()

    def skus(self, own: DealId) -> tuple[SkuTotal, ...]:
        """Return how much of each of the goods is to be bought."""
        query = (
            select(_i.id, _i.no, _i.name, _i.unit, _sum(_l.qty_milli).label("quantity"), _i.case_milli)
            .join(order_line, _l.item_id == _i.id)
            .where(_i.deal_id == own, _l.qty_milli > 0)
            .group_by(_i.id, _i.no, _i.name, _i.unit, _i.case_milli)
            .order_by(_i.no)
        )
        return tuple(
            SkuTotal(ItemId(item), no, name, unit, Milli(int(much)), None if holds is None else Milli(holds))
            for item, no, name, unit, much, holds in self.connection.execute(query).all()
        )

    def keep(
        self,
        *,
        key: str,
        kind: RunKind,
        group: GroupId,
        deal: DealId | None,
        on: date,
        numbers: Sequence[dict[str, int]],
        sound: bool,
        now: datetime,
    ) -> bool:
        """Keep a settlement, once per key; False where it was drawn up."""
        values = {
            "key": key,
            "kind": kind,
            "group_id": group,
            "deal_id": deal,
            "on_date": on,
            "at": now,
            "numbers": list(numbers),
            "sound": int(sound),
        }
        return insert_once(self.connection, settlement_run, values)

    def last(self, group: GroupId) -> list[dict[str, int]] | None:
        """Return the numbers of a group's latest day; None where no day was drawn up."""
        of_group = settlement_run.c.group_id == group, settlement_run.c.kind == RunKind.DAILY
        query = (
            select(settlement_run.c.numbers).where(*of_group).order_by(settlement_run.c.id.desc()).limit(1)
        )
        numbers: list[dict[str, int]] | None = self.connection.execute(query).scalar()
        return numbers

    def plan(self, kind: RunKind, *, group: GroupId, deal: DealId | None, at: datetime) -> None:
        """Let a settlement be drawn up at `at`, unless that is planned already; a later one moves it."""
        key = f"{kind}:{deal or group}"
        values = {"key": key, "kind": kind, "group_id": group, "deal_id": deal, "due_at": at}
        if not insert_once(self.connection, settlement_due, values):
            self.connection.execute(update(settlement_due).where(_d.key == key).values(due_at=at))

    def take(self, due: int, *, now: datetime) -> DueRun | None:
        """Take a settlement that is due, and let it be due no more; None where it is not."""
        is_due = _d.id == due, _d.due_at <= now
        taken = update(settlement_due).where(*is_due).values(due_at=None)
        row = self.connection.execute(taken.returning(_d.kind, _d.group_id, _d.deal_id)).one_or_none()
        if row is None:
            return None
        deal = None if row.deal_id is None else DealId(row.deal_id)
        return DueRun(due, RunKind(row.kind), GroupId(row.group_id), deal)

    def due(self, *, now: datetime, limit: int) -> tuple[int, ...]:
        """Return the settlements that are due, longest due first."""
        query = select(_d.id).where(_d.due_at <= now).order_by(_d.due_at, _d.id).limit(limit)
        return tuple(self.connection.execute(query).scalars())

    def next_due_at(self) -> datetime | None:
        """Return when the next settlement is due."""
        at: datetime | None = self.connection.execute(select(func.min(_d.due_at))).scalar_one()
        return at

    def put_off(self, due: int, *, until: datetime) -> None:
        """Look at a settlement again at `until`."""
        self.connection.execute(update(settlement_due).where(_d.id == due).values(due_at=until))

    def line_shares(self, order: OrderId) -> tuple[LineShare, ...]:
        """Return the lines of an order and what has been counted of them for the leader."""
        query = (
            select(_l.id, _i.category, _l.amount_fen, _sum(_c.base_fen), _sum(_c.amount_fen))
            .join(deal_item, _i.id == _l.item_id)
            .outerjoin(commission_entry, _c.line_id == _l.id)
            .where(_l.order_id == order)
            .group_by(_l.id, _i.category, _l.amount_fen)
            .order_by(_l.id)
        )
        return tuple(
            LineShare(line, category, Fen(amount or 0), Fen(int(base)), Fen(int(counted)))
            for line, category, amount, base, counted in self.connection.execute(query).all()
        )

    def count_share(
        self,
        *,
        group: GroupId,
        leader: MemberId,
        order: OrderId | None,
        line: int | None,
        kind: Earning,
        base: Fen,
        rate: int,
        amount: Fen,
        now: datetime,
    ) -> None:
        """Write a line of a leader's statement."""
        values = {
            "group_id": group,
            "leader_id": leader,
            "order_id": order,
            "line_id": line,
            "kind": kind,
            "base_fen": base,
            "rate": rate,
            "amount_fen": amount,
            "at": now,
        }
        self.connection.execute(insert(commission_entry).values(values))

    def balance(self, leader: MemberId, group: GroupId) -> Fen:
        """Return what a leader is owed in a group; negative: is carried."""
        query = select(_sum(_c.amount_fen)).where(_c.leader_id == leader, _c.group_id == group)
        return Fen(int(self.connection.execute(query).scalar_one()))

    def entries(self, leader: MemberId, group: GroupId, *, limit: int, offset: int) -> tuple[Entry, ...]:
        """Return lines of a leader's statement, newest first."""
        query = (
            select(_c.at, _c.kind, deal.c.title, _i.name, _o.called, _c.base_fen, _c.rate, _c.amount_fen)
            .select_from(commission_entry)
            .outerjoin(purchase_order, _o.id == _c.order_id)
            .outerjoin(deal, deal.c.id == _o.deal_id)
            .outerjoin(order_line, _l.id == _c.line_id)
            .outerjoin(deal_item, _i.id == _l.item_id)
            .where(_c.leader_id == leader, _c.group_id == group)
            .order_by(_c.id.desc())
        )
        rows = self.connection.execute(query.limit(limit).offset(offset)).all()
        return tuple(
            Entry(at, Earning(kind), title or "", item or "", called or "", Fen(base), rate, Fen(amount))
            for at, kind, title, item, called, base, rate, amount in rows
        )

    def takings(self, group: GroupId, *, leader: MemberId, since: datetime) -> Takings:
        """Return what was ordered in a group since then, and what its leader earned."""
        at_ordering = (_l.price_fen * _l.qty_milli * 2 + WHOLE) / (2 * WHOLE)
        whole = at_ordering if self.connection.dialect.name == "sqlite" else func.floor(at_ordering)
        home = case((_o.by_staff == 1, -_o.id), else_=_o.member_id)
        ordered = self.connection.execute(
            select(
                func.count(_o.id.distinct()),
                func.count(home.distinct()),
                _sum(func.coalesce(_l.amount_fen, cast(whole, BigId))),
            )
            .join(order_line, _l.order_id == _o.id)
            .join(deal, deal.c.id == _o.deal_id)
            .where(deal.c.group_id == group, _o.state != "void", _o.placed_at >= since, _l.qty_milli > 0)
        ).one()
        own = _c.leader_id == leader, _c.group_id == group, _c.kind != Earning.PAID, _c.at >= since
        earned = self.connection.execute(select(_sum(_c.amount_fen)).where(*own)).scalar_one()
        orders, homes, worth = ordered
        return Takings(orders, homes, Fen(int(worth)), Fen(int(earned)))

    def hold_statement(self, leader: MemberId) -> None:
        """Let nobody else pay a leader out before this unit ends."""
        self.connection.execute(select(member.c.id).where(member.c.id == leader).with_for_update())
