"""Codes, what came and what was handed over, read and changed."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, bindparam, delete, exists, func, or_, select, update

from features.collection.model import Asks, Ordered, Packed, Parcel, PickupCode, Progress, Round
from features.groupbuy.freshness import is_fresh
from kernel.ids import DealId, GroupId, ItemId, MemberId, OrderId, PickupPointId
from kernel.money import Fen, Milli
from storage.collection import code_miss, item_came, order_place, pickup_code, pickup_round
from storage.dialect import insert_once
from storage.groupbuy import deal, deal_item
from storage.orders import order_line, purchase_order
from storage.setup import prompt

_c, _o, _l = pickup_code.c, purchase_order.c, order_line.c
_ASKS = "collection."  # before what is asked, so that other features' questions stand beside ours
_CALLED, _TAIL = (_o.recipient, _o.called, _o.address), 3  # at least so many digits of a phone
_GIVE = (
    update(order_line)
    .where(_l.id == bindparam("line"), _l.collected_at.is_(None), _l.given_milli.is_(None))
    .where(_l.qty_milli >= bindparam("given"))
    .values(given_milli=bindparam("given"))
)
_GOODS = ("no", "name", "unit", "category", "more")
_THERE = func.coalesce(_l.given_milli, _l.qty_milli) > 0
_WAITS: tuple[ColumnElement[bool], ...] = (_l.order_id == _o.id, _l.collected_at.is_(None), _THERE)


@dataclass(frozen=True, slots=True)
class SqlCollection:
    """Collecting over one connection."""

    connection: Connection

    # -- codes

    def code(self, order: OrderId, *, friends: bool) -> PickupCode | None:
        """Return the code of an order, or the one it has for a friend."""
        query = select(pickup_code).where(_c.order_id == order, _c.for_friend == int(friends))
        row = self.connection.execute(query).one_or_none()
        return None if row is None else _code(row)

    def add_code(self, code: PickupCode, *, now: datetime) -> bool:
        """Keep a code; False where its deal has one of these digits, or its order one of its kind."""
        values = {"deal_id": code.deal, "order_id": code.order, "digits": code.digits, "made_at": now}
        return insert_once(self.connection, pickup_code, values | {"for_friend": int(code.is_friends)})

    def codes(self, digits: str, *, groups: Sequence[GroupId]) -> tuple[PickupCode, ...]:
        """Return the codes of these digits in the deals of groups, newest deal first."""
        query = (
            select(pickup_code)
            .join(deal, deal.c.id == _c.deal_id)
            .where(_c.digits == digits, deal.c.group_id.in_(groups))
            .order_by(_c.deal_id.desc())
        )
        return tuple(_code(row) for row in self.connection.execute(query).all())

    def redeem(self, order: OrderId, *, now: datetime) -> None:
        """Let no code of an order open anything any more."""
        its = _c.order_id == order, _c.redeemed_at.is_(None)
        self.connection.execute(update(pickup_code).where(*its).values(redeemed_at=now))

    def renew(self, order: OrderId, *, redeemed_at: datetime) -> None:
        """Let codes that were redeemed at that instant open their order again."""
        its = _c.order_id == order, _c.redeemed_at == redeemed_at
        self.connection.execute(update(pickup_code).where(*its).values(redeemed_at=None))

    def locked_until(self, member: MemberId, *, now: datetime) -> datetime | None:
        """Return until when somebody's codes rest; None: they are taken. Locked for this unit."""
        first = {"member_id": member, "count": 0, "first_at": now}
        insert_once(self.connection, code_miss, first)
        query = select(code_miss.c.locked_until).where(code_miss.c.member_id == member).with_for_update()
        until: datetime | None = self.connection.execute(query).scalar_one()
        return until if until is not None and until > now else None

    def miss(self, member: MemberId, *, since: datetime, most: int, until: datetime, now: datetime) -> int:
        """Count a wrong code; let codes rest until `until` with the `most`th since then; return what is left.

        Counting begins anew with the first one after `since`.
        """
        c = code_miss.c
        own = update(code_miss).where(c.member_id == member)
        anew = {"count": 0, "first_at": now, "locked_until": None}
        self.connection.execute(own.where((c.first_at <= since) | (c.count >= most)).values(anew))
        counted = own.values(count=c.count + 1).returning(c.count)
        left = most - int(self.connection.execute(counted).scalar_one())
        if left <= 0:
            self.connection.execute(own.values(locked_until=until))
        return max(0, left)

    # -- what is handed over

    def parcel(self, order: OrderId) -> Parcel | None:
        """Return what a home of a deal that came together collects."""
        found = self._parcels(_o.id == order)
        return found[0] if found else None

    def parcels(self, deal_id: DealId, *, after: OrderId, limit: int) -> tuple[Parcel, ...]:
        """Return the parcels of a deal behind an order, oldest first."""
        return self._parcels(_o.deal_id == deal_id, _o.id > after, limit=limit)

    def found(self, deals: Sequence[DealId], asked: str, *, limit: int) -> tuple[Parcel, ...]:
        """Return the parcels of deals for a name or an address that holds this, or a phone that ends so."""
        named = [func.lower(column).contains(asked.lower(), autoescape=True) for column in _CALLED]
        if asked.isdigit() and len(asked) >= _TAIL:
            named.append(_o.phone.endswith(asked, autoescape=True))
        return self._parcels(_o.deal_id.in_(deals), or_(*named), limit=limit)

    def waiting(self, deal_id: DealId, *, limit: int, offset: int) -> tuple[Parcel, ...]:
        """Return the parcels of a deal that still hold something to hand over, oldest first."""
        return self._parcels(_o.deal_id == deal_id, exists().where(*_WAITS), limit=limit, offset=offset)

    def of_member(self, member: MemberId, *, limit: int) -> tuple[Parcel, ...]:
        """Return a member's parcels of arrived deals that hold something to collect, newest first."""
        here = deal.c.state.in_(("arrived", "picking"))
        found = self._parcels(_o.member_id == member, _o.by_staff == 0, here, exists().where(*_WAITS))
        return found[::-1][:limit]

    def progress(self, deal_id: DealId) -> Progress:
        """Return how far collecting a deal has come."""
        mine = _o.deal_id == deal_id, _o.state == "locked"
        something = exists().where(_l.order_id == _o.id, _THERE)
        query = select(
            select(func.count(_o.id)).where(*mine, something).scalar_subquery(),
            select(func.count(_o.id)).where(*mine, exists().where(*_WAITS)).scalar_subquery(),
        )
        homes, waiting = self.connection.execute(query).one()
        return Progress(homes, waiting)

    def collect(self, lines: Sequence[int], *, by: MemberId, now: datetime) -> int:
        """Record that lines were handed over; return of how many that was not recorded before."""
        fresh = _l.id.in_(lines), _l.collected_at.is_(None), _THERE
        values = {"collected_at": now, "collected_by": by}
        return self.connection.execute(update(order_line).where(*fresh).values(values)).rowcount

    def uncollect(self, lines: Sequence[int], *, collected_at: datetime) -> int:
        """Forget that lines were handed over at that instant; return how many."""
        then = _l.id.in_(lines), _l.collected_at == collected_at
        values = {"collected_at": None, "collected_by": None}
        return self.connection.execute(update(order_line).where(*then).values(values)).rowcount

    def dispose(self, lines: Sequence[int]) -> int:
        """Let nothing be there of lines that were not handed over; return of how many that is new."""
        left = _l.id.in_(lines), _l.collected_at.is_(None), _THERE
        return self.connection.execute(update(order_line).where(*left).values(given_milli=0)).rowcount

    def weigh(self, line: int, weighed: Milli) -> bool:
        """Keep the real weight of a line; False once it was handed over."""
        there = _l.id == line, _l.collected_at.is_(None)
        done = self.connection.execute(update(order_line).where(*there).values(weighed_milli=weighed))
        return done.rowcount == 1

    def move_order(self, order: OrderId, point: PickupPointId | None) -> None:
        """Keep where an order is collected; None: where its deal is."""
        its = order_place.c.order_id == order
        if point is None:
            self.connection.execute(delete(order_place).where(its))
        elif not insert_once(self.connection, order_place, {"order_id": order, "point_id": point}):
            self.connection.execute(update(order_place).where(its).values(point_id=point))

    def forget_places(self, deal_id: DealId) -> None:
        """Let every order of a deal be collected where the deal is."""
        its = select(_o.id).where(_o.deal_id == deal_id)
        self.connection.execute(delete(order_place).where(order_place.c.order_id.in_(its)))

    def order_of(self, line: int) -> OrderId | None:
        """Return the order of a line."""
        own = self.connection.execute(select(_l.order_id).where(_l.id == line)).scalar_one_or_none()
        return None if own is None else OrderId(own)

    def _parcels(self, *where: ColumnElement[bool], limit: int = 1000, offset: int = 0) -> tuple[Parcel, ...]:
        columns = (
            *(_o.id, _o.deal_id, _o.member_id, _o.called, _o.recipient, _o.address, _o.phone, _o.by_staff),
            *(_o.placed_at, _o.goods_fen, _o.off_fen, _o.fee_fen, _o.paid_fen, _o.refunded_fen),
            func.coalesce(order_place.c.point_id, deal.c.point_id).label("point_id"),
        )
        query = (
            select(*columns)
            .join(deal, deal.c.id == _o.deal_id)
            .outerjoin(order_place, order_place.c.order_id == _o.id)
            .where(*where, _o.state == "locked", exists().where(_l.order_id == _o.id, _l.qty_milli > 0))
            .order_by(_o.id)
            .limit(limit)
            .offset(offset)
        )
        rows = self.connection.execute(query).all()
        held = self._packed([row.id for row in rows]) if rows else {}
        return tuple(_parcel(row, tuple(held[row.id])) for row in rows)

    def _packed(self, orders: Sequence[int]) -> Mapping[int, list[Packed]]:
        query = (
            select(order_line, *(deal_item.c[name] for name in _GOODS))
            .join(deal_item, deal_item.c.id == _l.item_id)
            .where(_l.order_id.in_(orders), _l.qty_milli > 0)
            .order_by(_l.order_id, deal_item.c.no)
        )
        held: defaultdict[int, list[Packed]] = defaultdict(list)
        for row in self.connection.execute(query).all():
            held[row.order_id].append(_packed(row))
        return held

    # -- what came

    def came(self, deal_id: DealId) -> Mapping[ItemId, tuple[Milli, bool]]:
        """Return of which goods how much came, and whether it is shared out, where staff said so."""
        rows = self.connection.execute(select(item_came).where(item_came.c.deal_id == deal_id)).all()
        return {ItemId(row.item_id): (Milli(row.came_milli), bool(row.settled)) for row in rows}

    def set_came(self, item: ItemId, deal_id: DealId, quantity: Milli) -> bool:
        """Keep how much came; False once it is shared out."""
        values = {"item_id": item, "deal_id": deal_id, "came_milli": quantity, "settled": 0}
        if insert_once(self.connection, item_came, values):
            return True
        open_ = item_came.c.item_id == item, item_came.c.settled == 0
        changed = update(item_came).where(*open_).values(came_milli=quantity)
        return self.connection.execute(changed).rowcount == 1

    def all_came(self, item: ItemId) -> bool:
        """Keep that all of it came; False once it is shared out."""
        its = item_came.c.item_id == item
        self.connection.execute(delete(item_came).where(its, item_came.c.settled == 0))
        return self.connection.execute(select(item_came.c.item_id).where(its)).first() is None

    def settle(self, item: ItemId, *, came: Milli) -> bool:
        """Record that so much was shared out; False where something else is kept, or it was."""
        c = item_came.c
        same = c.item_id == item, c.came_milli == came, c.settled == 0
        return self.connection.execute(update(item_came).where(*same).values(settled=1)).rowcount == 1

    def ordered(self, item: ItemId) -> tuple[Ordered, ...]:
        """Return the lines of goods that are not handed over, first come first."""
        query = (
            select(order_line, _o.recipient, _o.called)
            .join(purchase_order, _o.id == _l.order_id)
            .where(_l.item_id == item, _l.qty_milli > 0, _l.collected_at.is_(None), _o.state == "locked")
            .order_by(_l.placed_at, _l.id)
        )
        return tuple(_ordered(row) for row in self.connection.execute(query).all())

    def give(self, shares: Sequence[tuple[int, Milli]]) -> int:
        """Keep what there is for lines that nothing was handed over of; return for how many it was kept."""
        given = [{"line": line, "given": much} for line, much in shares]
        return sum(self.connection.execute(_GIVE, each).rowcount for each in given)

    # -- reminders

    def begin(self, deal_id: DealId, *, stage: int, due_at: datetime) -> bool:
        """Let an arrived deal have reminders; False where it has."""
        values = {"deal_id": deal_id, "stage": stage, "due_at": due_at, "told": 0}
        return insert_once(self.connection, pickup_round, values)

    def round(self, deal_id: DealId) -> Round | None:
        """Return the reminders of a deal, locked for this unit."""
        query = select(pickup_round).where(pickup_round.c.deal_id == deal_id).with_for_update()
        row = self.connection.execute(query).one_or_none()
        return None if row is None else Round(DealId(row.deal_id), row.stage, row.due_at, OrderId(row.told))

    def keep_round(self, kept: Round) -> None:
        """Keep what is next for a deal."""
        values = {"stage": kept.stage, "due_at": kept.due_at, "told": kept.told}
        its = pickup_round.c.deal_id == kept.deal
        self.connection.execute(update(pickup_round).where(its).values(values))

    def rounds_due(self, *, now: datetime, limit: int) -> tuple[int, ...]:
        """Return the deals of which somebody is reminded now."""
        c = pickup_round.c
        query = select(c.deal_id).where(c.due_at <= now).order_by(c.due_at, c.deal_id).limit(limit)
        return tuple(self.connection.execute(query).scalars())

    def next_round_at(self) -> datetime | None:
        """Return when the next reminders are due."""
        at: datetime | None = self.connection.execute(select(func.min(pickup_round.c.due_at))).scalar_one()
        return at

    def put_off_round(self, deal_id: DealId, *, until: datetime) -> None:
        """Look at a deal's reminders again at `until`."""
        its = pickup_round.c.deal_id == deal_id
        self.connection.execute(update(pickup_round).where(its).values(due_at=until))

    # -- what somebody types next

    def wait(self, member: MemberId, asks: Asks, about: int, *, group: GroupId, until: datetime) -> None:
        """Take the next text that somebody writes in private as a weight of a line, or an order's address."""
        values = {"group_id": group, "asks": f"{_ASKS}{asks}", "given": {"about": about}, "expires_at": until}
        if not insert_once(self.connection, prompt, {"member_id": member, "message": None, **values}):
            own = update(prompt).where(prompt.c.member_id == member)
            self.connection.execute(own.values({**values, "message": None}))

    def awaited(self, member: MemberId, asks: Asks, *, now: datetime) -> int | None:
        """Return the line or the order that somebody is about to write of."""
        own = prompt.c.member_id == member, prompt.c.asks == f"{_ASKS}{asks}", prompt.c.expires_at > now
        given = self.connection.execute(select(prompt.c.given).where(*own)).scalar_one_or_none()
        return None if given is None else int(given["about"])

    def end_wait(self, member: MemberId, asks: Asks) -> None:
        """Wait for it no more."""
        own = prompt.c.member_id == member, prompt.c.asks == f"{_ASKS}{asks}"
        self.connection.execute(delete(prompt).where(*own))

    def bring(self, order: OrderId, *, fee: Fen, address: str) -> bool:
        """Let an order be brought to a door for a fee; False where it is, or is not locked."""
        may = _o.id == order, _o.state == "locked", _o.fee_fen == 0
        brought = update(purchase_order).where(*may).values(fee_fen=fee, address=address)
        return self.connection.execute(brought).rowcount == 1


def _code(row: Row[*tuple[Any, ...]]) -> PickupCode:
    is_friends = bool(row.for_friend)
    return PickupCode(OrderId(row.order_id), DealId(row.deal_id), row.digits, is_friends, row.redeemed_at)


def _ordered(row: Row[*tuple[Any, ...]]) -> Ordered:
    return Ordered(
        line=row.id,
        order=OrderId(row.order_id),
        quantity=Milli(row.qty_milli),
        placed_at=row.placed_at,
        price=Fen(row.price_fen),
        amount=None if row.amount_fen is None else Fen(row.amount_fen),
        name=row.recipient or row.called,
    )


def _parcel(row: Row[*tuple[Any, ...]], packed: tuple[Packed, ...]) -> Parcel:
    return Parcel(
        order=OrderId(row.id),
        deal=DealId(row.deal_id),
        member=MemberId(row.member_id),
        name=row.recipient or row.called,
        address=row.address,
        phone=row.phone,
        by_staff=bool(row.by_staff),
        placed_at=row.placed_at,
        point=None if row.point_id is None else PickupPointId(row.point_id),
        fee=Fen(row.fee_fen),
        due=Fen(row.goods_fen - row.off_fen + row.fee_fen - row.paid_fen + row.refunded_fen),
        packed=packed,
    )


def _packed(row: Row[*tuple[Any, ...]]) -> Packed:
    return Packed(
        line=row.id,
        item=ItemId(row.item_id),
        no=row.no,
        name=row.name,
        unit=row.unit,
        quantity=Milli(row.qty_milli),
        price=Fen(row.price_fen),
        amount=None if row.amount_fen is None else Fen(row.amount_fen),
        given=None if row.given_milli is None else Milli(row.given_milli),
        is_weighed=bool(row.more["weighed"]),
        weighed=None if row.weighed_milli is None else Milli(row.weighed_milli),
        collected_at=row.collected_at,
        is_fresh=is_fresh(row.category, row.more["storage"]),
    )
