"""Deals and their goods, read and changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, text, update

from features.groupbuy.model import (
    Counts,
    Deal,
    DealState,
    GoalKind,
    Goods,
    Item,
    PayMode,
    Terms,
    Tier,
)
from features.groupbuy.rules import price_at
from kernel.ids import DealId, GroupId, ItemId, MemberId, PickupPointId
from kernel.money import Fen, Milli, amount_of
from storage.groupbuy import TALKED_OF, deal, deal_item
from storage.orders import order_line, purchase_order
from storage.prepared import Prepared

_STAMPS = Prepared(  # asked of every message in a group
    select(deal.c.id, deal.c.stamp, deal.c.state)
    .where(deal.c.group_id == bindparam("of_group"), text(TALKED_OF))
    .order_by(deal.c.id)
)
_TAKE = Prepared(
    update(deal_item)
    .where(deal_item.c.id == bindparam("item"))
    .where(deal_item.c.taken_milli + bindparam("by_more") >= 0)
    .where(
        deal_item.c.stock_milli.is_(None)
        | (bindparam("by_more") <= 0)
        | (deal_item.c.taken_milli + bindparam("by_more") <= deal_item.c.stock_milli)
    )
    .values(taken_milli=deal_item.c.taken_milli + bindparam("by_more"))
)
_GET = Prepared(select(deal).where(deal.c.id == bindparam("deal")))
_STATE = Prepared(select(deal.c.state).where(deal.c.id == bindparam("deal")).with_for_update(read=True))
_MORE = ("aliases", "units", "bulk", "was", "weighed", "storage", "origin", "is_green", "is_partner")


@dataclass(frozen=True, slots=True)
class SqlDeals:
    """Deals and their goods over one connection."""

    connection: Connection

    def add(
        self, group: GroupId, terms: Terms, goods: Sequence[Goods], *, by: MemberId, now: datetime
    ) -> Deal:
        """Keep a new deal as a draft, its goods numbered from 1."""
        del now
        values = {
            **terms_values(terms),
            "group_id": group,
            "state": DealState.DRAFT,
            "opened_by": by,
            "stamp": 1,
            "reason": "",
            "told": 0,
        }
        row = self.connection.execute(insert(deal).values(values).returning(deal)).one()
        made = _deal(row._asdict())
        add_goods(self.connection, made.id, goods)
        return made

    def get(self, deal_id: DealId) -> Deal | None:
        """Return a deal."""
        row = _GET.row(self.connection, {"deal": deal_id})
        return None if row is None else _deal(dict(zip(deal.columns.keys(), row, strict=True)))

    def hold(self, deal_id: DealId) -> Deal | None:
        """Return a deal that no other unit moves before this one ends."""
        row = self.connection.execute(
            select(deal).where(deal.c.id == deal_id).with_for_update()
        ).one_or_none()
        return None if row is None else _deal(row._asdict())

    def stays_open(self, deal_id: DealId) -> bool:
        """Tell whether a deal takes orders, and let nobody close it before this unit ends."""
        row = _STATE.row(self.connection, {"deal": deal_id})
        return row is not None and row[0] == DealState.OPEN

    def stamps(self, group: GroupId) -> tuple[tuple[DealId, int, bool], ...]:
        """Return a group's deals that take orders, or did until lately, with stamps and whether they do.

        Oldest first. It is all that every message asks for.
        """
        rows = _STAMPS.rows(self.connection, {"of_group": group})
        return tuple((DealId(own), stamp, state == DealState.OPEN) for own, stamp, state in rows)

    def of_group(self, group: GroupId, *, states: Sequence[DealState], limit: int) -> tuple[Deal, ...]:
        """Return a group's deals in such states, newest first."""
        query = select(deal).where(deal.c.group_id == group, deal.c.state.in_(states))
        rows = self.connection.execute(query.order_by(deal.c.id.desc()).limit(limit)).all()
        return tuple(_deal(row._asdict()) for row in rows)

    def items(self, deals: Sequence[DealId]) -> tuple[Item, ...]:
        """Return the goods of deals, in the order of the deals and of their numbers."""
        query = select(deal_item).where(deal_item.c.deal_id.in_(deals))
        rows = self.connection.execute(query.order_by(deal_item.c.deal_id, deal_item.c.no)).all()
        return tuple(_item(row._asdict()) for row in rows)

    def item(self, item: ItemId) -> Item | None:
        """Return one of the goods."""
        row = self.connection.execute(select(deal_item).where(deal_item.c.id == item)).one_or_none()
        return None if row is None else _item(row._asdict())

    def move(self, deal_id: DealId, *, before: DealState, after: DealState) -> bool:
        """Move a deal from one state to another; False unless it was there."""
        there = deal.c.id == deal_id, deal.c.state == before
        values = {"state": after, "stamp": deal.c.stamp + 1}
        return self.connection.execute(update(deal).where(*there).values(values)).rowcount == 1

    def set_terms(self, deal_id: DealId, terms: Terms) -> None:
        """Keep other terms; how messages are read changes with them."""
        self._set(deal_id, **terms_values(terms), stamp=deal.c.stamp + 1)

    def set_price(self, item: ItemId, price: Fen) -> None:
        """Keep another price for what is ordered from now on."""
        self.connection.execute(update(deal_item).where(deal_item.c.id == item).values(price_fen=price))
        self._touch(item)

    def set_stock(self, item: ItemId, stock: Milli | None) -> bool:
        """Keep how much there is; False where more than that is ordered already."""
        enough = deal_item.c.taken_milli <= stock if stock is not None else deal_item.c.id.is_not(None)
        there = deal_item.c.id == item, enough
        done = self.connection.execute(update(deal_item).where(*there).values(stock_milli=stock))
        if done.rowcount != 1:
            return False
        self._touch(item)
        return True

    def opened(self, deal_id: DealId, *, now: datetime) -> None:
        """Record when a deal opened."""
        self._set(deal_id, opened_at=now)

    def arrived(self, deal_id: DealId, *, now: datetime) -> None:
        """Record when a deal's goods arrived."""
        self._set(deal_id, arrived_at=now)

    def fill(self, deal_id: DealId, *, until: datetime | None) -> None:
        """Let a deal wait for its open cases to be filled; None: no longer."""
        self._set(deal_id, fill_until=until, stamp=deal.c.stamp + 1)

    def explain(self, deal_id: DealId, reason: str) -> None:
        """Keep why a deal ended."""
        self._set(deal_id, reason=reason)

    def look_at(self, deal_id: DealId, at: datetime | None) -> None:
        """Look at a deal by itself at `at`; None: no more."""
        self._set(deal_id, due_at=at)

    def due(self, *, now: datetime, limit: int) -> tuple[int, ...]:
        """Return the deals to be looked at."""
        query = select(deal.c.id).where(deal.c.due_at <= now).order_by(deal.c.due_at, deal.c.id)
        return tuple(self.connection.execute(query.limit(limit)).scalars())

    def next_due_at(self) -> datetime | None:
        """Return when a deal is looked at next."""
        at: datetime | None = self.connection.execute(select(func.min(deal.c.due_at))).scalar_one()
        return at

    def take(self, item: ItemId, more: Milli) -> bool:
        """Reserve more of the goods, or give some back; False where there is not so much."""
        return _TAKE.change(self.connection, {"item": item, "by_more": more}) == 1

    def tell(self, deal_id: DealId, what: str, *, now: datetime) -> None:
        """Let the buyers of a deal be told something, each once, from the first on."""
        self._set(deal_id, tell=what, told=0, tell_at=now)

    def telling(self, *, now: datetime, limit: int) -> tuple[int, ...]:
        """Return the deals whose buyers are being told something."""
        query = select(deal.c.id).where(deal.c.tell_at <= now).order_by(deal.c.tell_at, deal.c.id)
        return tuple(self.connection.execute(query.limit(limit)).scalars())

    def next_telling_at(self) -> datetime | None:
        """Return when buyers of a deal are told something next."""
        at: datetime | None = self.connection.execute(select(func.min(deal.c.tell_at))).scalar_one()
        return at

    def tell_at(self, deal_id: DealId, at: datetime) -> None:
        """Go on telling at `at`."""
        self._set(deal_id, tell_at=at)

    def told(self, deal_id: DealId) -> tuple[str, int] | None:
        """Return what a deal's buyers are told and the last order that was; None: nothing more."""
        query = select(deal.c.tell, deal.c.told).where(deal.c.id == deal_id, deal.c.tell.is_not(None))
        row = self.connection.execute(query.with_for_update()).one_or_none()
        return None if row is None else (row.tell, row.told)

    def told_up_to(self, deal_id: DealId, *, order: int | None) -> None:
        """Keep up to which order the buyers were told; None: all were."""
        self._set(deal_id, **({"tell": None, "tell_at": None} if order is None else {"told": order}))

    def counts(self, deal_id: DealId) -> Counts:
        """Return what has come together, at the prices that hold now."""
        items = {item.id: item for item in self.items((deal_id,))}
        money = sum(amount_of(price_at(item.goods, item.taken), item.taken) for item in items.values())
        homes, lines = self.connection.execute(
            select(func.count(purchase_order.c.id.distinct()), func.count())
            .select_from(purchase_order)
            .join(order_line, order_line.c.order_id == purchase_order.c.id)
            .where(purchase_order.c.deal_id == deal_id, purchase_order.c.state != "void")
            .where(order_line.c.qty_milli > 0)
        ).one()
        return Counts(homes, Fen(money), lines)

    def _set(self, deal_id: DealId, **values: Any) -> None:
        self.connection.execute(update(deal).where(deal.c.id == deal_id).values(values))

    def _touch(self, item: ItemId) -> None:
        """Let messages be read anew in the deal of an item."""
        its = select(deal_item.c.deal_id).where(deal_item.c.id == item).scalar_subquery()
        self.connection.execute(update(deal).where(deal.c.id == its).values(stamp=deal.c.stamp + 1))


def add_goods(connection: Connection, deal_id: DealId, goods: Sequence[Goods]) -> None:
    """Keep the goods of a deal that has none, numbered from 1."""
    if goods:
        rows = [{"deal_id": deal_id, "no": no, **_goods_values(each)} for no, each in enumerate(goods, 1)]
        connection.execute(insert(deal_item), rows)


def terms_values(terms: Terms) -> dict[str, Any]:
    """Return terms as the columns of a deal."""
    return {
        "title": terms.title,
        "closes_at": terms.closes_at,
        "point_id": terms.point,
        "pickup_at": terms.pickup_at,
        "pickup_until": terms.pickup_until,
        "goal_kind": terms.goal_kind,
        "goal": terms.goal,
        "pay": terms.pay,
        "note": terms.note,
    }


def _goods_values(goods: Goods) -> dict[str, Any]:
    more = {name: getattr(goods, name) for name in _MORE}
    return {
        "sku": goods.sku,
        "name": goods.name,
        "unit": goods.unit,
        "price_fen": goods.price,
        "step_milli": goods.step,
        "stock_milli": goods.stock,
        "taken_milli": 0,
        "case_milli": goods.case,
        "home_limit_milli": goods.home_limit,
        "category": goods.category,
        "batch": goods.batch,
        "supplier": goods.supplier,
        "more": more | {"tiers": [[tier.quantity, tier.price] for tier in goods.tiers]},
    }


def _deal(row: Mapping[str, Any]) -> Deal:
    terms = Terms(
        title=row["title"],
        closes_at=row["closes_at"],
        point=None if row["point_id"] is None else PickupPointId(row["point_id"]),
        pickup_at=row["pickup_at"],
        pickup_until=row["pickup_until"],
        goal_kind=GoalKind(row["goal_kind"]),
        goal=row["goal"],
        pay=PayMode(row["pay"]),
        note=row["note"],
    )
    return Deal(
        id=DealId(row["id"]),
        group=GroupId(row["group_id"]),
        state=DealState(row["state"]),
        terms=terms,
        opened_by=MemberId(row["opened_by"]),
        stamp=row["stamp"],
        opened_at=row["opened_at"],
        fill_until=row["fill_until"],
        reason=row["reason"],
        due_at=row["due_at"],
        arrived_at=row["arrived_at"],
    )


def _item(row: Mapping[str, Any]) -> Item:
    more = row["more"]
    optional = {"stock": "stock_milli", "case": "case_milli", "home_limit": "home_limit_milli"}
    goods = Goods(
        sku=row["sku"],
        name=row["name"],
        unit=row["unit"],
        price=Fen(row["price_fen"]),
        step=Milli(row["step_milli"]),
        category=row["category"],
        batch=row["batch"],
        supplier=row["supplier"],
        aliases=tuple(more["aliases"]),
        units=tuple((word, means) for word, means in more["units"]),
        bulk=tuple((word, holds) for word, holds in more["bulk"]),
        tiers=tuple(Tier(Milli(quantity), Fen(price)) for quantity, price in more["tiers"]),
        was=None if more["was"] is None else Fen(more["was"]),
        weighed=more["weighed"],
        storage=more["storage"],
        origin=more["origin"],
        is_green=more["is_green"],
        is_partner=more["is_partner"],
        **{name: None if row[column] is None else Milli(row[column]) for name, column in optional.items()},
    )
    return Item(ItemId(row["id"]), DealId(row["deal_id"]), row["no"], goods, Milli(row["taken_milli"]))
