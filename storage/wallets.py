"""Coupons of members in SQL."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, func, or_, select, update

from features.coupons.model import Coupon, Issue, Move, Origin, State, TemplateId
from features.coupons.rules import OPEN
from kernel.ids import CouponId, GroupId, MemberId, OrderId
from kernel.money import Fen
from storage import coupons
from storage.coupon_templates import terms_of
from storage.coupons import FREE, coupon, coupon_template, moved
from storage.dialect import insert_once
from storage.ledgers import pause
from storage.prepared import Prepared

_own = coupon.c
_this = _own.id == bindparam("which")
_SHOWN: tuple[Any, ...] = (
    _own.id,
    _own.template_id,
    _own.member_id,
    _own.group_id,
    coupon_template.c.title,
    _own.origin,
    _own.state,
    _own.order_id,
    _own.off,
    _own.starts_at,
    _own.expires_at,
    _own.told,
    coupon_template.c.kind,
    coupon_template.c.amount,
    coupon_template.c.percent,
    coupon_template.c.minimum,
    coupon_template.c.reach,
    coupon_template.c["items"],
)
_LIVE = or_(
    _own.state == State.RESERVED, and_(_own.state == State.AVAILABLE, _own.expires_at > bindparam("now"))
)


def _pieces() -> Select[Any]:
    return select(*_SHOWN).join(coupon_template, coupon_template.c.id == _own.template_id)


_GET = Prepared(_pieces().where(_this))
_BY_KEY = Prepared(_pieces().where(_own.key == bindparam("under")))
_WALLET = Prepared(
    _pieces()
    .where(_own.member_id == bindparam("member"), _own.state.in_([str(state) for state in OPEN]), _LIVE)
    .order_by(_own.expires_at, _own.id)
)
_OF_ORDER = Prepared(
    _pieces().where(_own.order_id == bindparam("of_order")).order_by(_own.id).with_for_update(of=coupon)
)
_COUNT = Prepared(
    select(func.count()).where(
        _own.template_id == bindparam("template"), _own.member_id == bindparam("member")
    )
)
_on_it = _own.order_id == bindparam("of_order")
_RESERVE = Prepared(
    moved(
        Move.RESERVE,
        _own.expires_at > bindparam("now"),
        order_id=bindparam("for_order"),
        off=bindparam("takes"),
        due_at=None,
    )
)
_REPRICE = Prepared(
    update(coupon).where(_this, _on_it, _own.state == State.RESERVED).values(off=bindparam("takes"))
)
_AGAIN: dict[str, Any] = {
    "order_id": None,
    "off": None,
    "told": 0,
    "expires_at": bindparam("until"),
    "due_at": bindparam("looked_at"),
}
_RELEASE = Prepared(moved(Move.RELEASE, _on_it, **_AGAIN))
_RESTORE = Prepared(moved(Move.RESTORE, _on_it, **_AGAIN))
_USE = Prepared(moved(Move.USE, _on_it, due_at=None))
_EXPIRE = Prepared(
    moved(Move.EXPIRE, _own.expires_at <= bindparam("now"), due_at=None).returning(
        _own.template_id, _own.worth
    )
)
_none = {"order_id": None, "off": None, "due_at": None}
_VOID = Prepared(moved(Move.VOID, **_none).returning(_own.template_id, _own.worth))
_VOID_AVAILABLE = Prepared(
    moved(Move.VOID, _own.state == State.AVAILABLE, **_none).returning(_own.template_id, _own.worth)
)
_SPEND = Prepared(
    update(coupon_template)
    .where(coupon_template.c.id == select(_own.template_id).where(_this).scalar_subquery())
    .values(spent=coupon_template.c.spent + bindparam("more"))
)
_DUE = Prepared(
    select(_own.id)
    .where(_own.due_at.is_not(None), _own.due_at <= bindparam("now"))
    .order_by(_own.due_at, _own.id)
    .limit(bindparam("most"))
)
_NEXT = Prepared(select(func.min(_own.due_at)).where(_own.due_at.is_not(None)))
_TAKE = Prepared(
    _pieces()
    .where(_this, _own.state == State.AVAILABLE, _own.due_at <= bindparam("now"))
    .with_for_update(of=coupon, skip_locked=True)
)
_TOLD = Prepared(
    update(coupon).where(_this, _own.state == State.AVAILABLE).values(told=1, due_at=_own.expires_at)
)
_POSTPONE = Prepared(update(coupon).where(_this, _own.due_at.is_not(None)).values(due_at=bindparam("until")))


@dataclass(frozen=True, slots=True)
class SqlCoupons:
    """Coupons over one connection."""

    connection: Connection

    def get(self, which: CouponId) -> Coupon | None:
        """Return a coupon."""
        row = _GET.row(self.connection, {"which": which})
        return None if row is None else _coupon(row)

    def by_key(self, key: str) -> Coupon | None:
        """Return the coupon that was given out under a key."""
        row = _BY_KEY.row(self.connection, {"under": key})
        return None if row is None else _coupon(row)

    def known_keys(self, keys: Sequence[str]) -> frozenset[str]:
        """Return those of `keys` under which coupons were given out."""
        query = select(_own.key).where(_own.key.in_(keys))
        return frozenset(self.connection.execute(query).scalars())

    def count(self, template: TemplateId, member: MemberId) -> int:
        """Return how many coupons of a kind a member ever got."""
        return int(_COUNT.rows(self.connection, {"template": template, "member": member})[0][0])

    def counts(self, member: MemberId) -> Mapping[TemplateId, int]:
        """Return how many coupons of each kind a member ever got."""
        query = select(_own.template_id, func.count()).where(_own.member_id == member)
        rows = self.connection.execute(query.group_by(_own.template_id))
        return {TemplateId(template): int(count) for template, count in rows}

    def add(self, issue: Issue, *, now: datetime) -> CouponId | None:
        """Give a coupon out; None when its key, or the member's number of it, is taken."""
        values = {
            "template_id": issue.template,
            "member_id": issue.member,
            "group_id": issue.group,
            "nth": issue.nth,
            "origin": issue.origin,
            "key": issue.key,
            "state": State.AVAILABLE,
            "worth": issue.worth,
            "starts_at": issue.starts_at,
            "expires_at": issue.expires_at,
            "issued_at": now,
            "state_at": now,
            "told": 0,
            "due_at": issue.due_at,
            "attempts": 0,
        }
        if not insert_once(self.connection, coupon, values):
            return None
        found = self.by_key(issue.key)
        return found.id if found else None

    def wallet(self, member: MemberId, *, now: datetime) -> tuple[Coupon, ...]:
        """Return what a member can use or has reserved, what expires first ahead."""
        return tuple(_coupon(row) for row in _WALLET.rows(self.connection, {"member": member, "now": now}))

    def past(self, member: MemberId, *, now: datetime, limit: int, offset: int) -> tuple[Coupon, ...]:
        """Return what a member can use no more, newest first."""
        over = or_(
            _own.state.not_in([str(state) for state in OPEN]),
            and_(_own.state == State.AVAILABLE, _own.expires_at <= now),
        )
        query = _pieces().where(_own.member_id == member, over)
        newest = query.order_by(_own.state_at.desc(), _own.id.desc()).limit(limit).offset(offset)
        return tuple(_coupon(row) for row in self.connection.execute(newest).all())

    def of_order(self, order: OrderId) -> tuple[Coupon, ...]:
        """Return the coupons of an order, reserved or used, kept from others until the unit ends."""
        return tuple(_coupon(row) for row in _OF_ORDER.rows(self.connection, {"of_order": order}))

    def reserve(self, which: CouponId, *, order: OrderId, off: Fen, now: datetime) -> bool:
        """Reserve an available coupon that is not over for an order, off which it takes so much."""
        given = {"which": which, "for_order": order, "takes": off, "now": now}
        return _RESERVE.change(self.connection, given) == 1

    def reprice(self, which: CouponId, *, order: OrderId, off: Fen) -> bool:
        """Keep what a reserved coupon takes off the order that has changed."""
        return _REPRICE.change(self.connection, {"which": which, "of_order": order, "takes": off}) == 1

    def release(
        self, which: CouponId, *, order: OrderId, expires_at: datetime, due_at: datetime, now: datetime
    ) -> bool:
        """Give a reserved coupon back to its owner, from now on until `expires_at`."""
        given = {"which": which, "of_order": order, "until": expires_at, "looked_at": due_at, "now": now}
        return _RELEASE.change(self.connection, given) == 1

    def use(self, which: CouponId, *, order: OrderId, now: datetime) -> bool:
        """Use a reserved coupon up, and count what it takes off as spent."""
        if not _USE.change(self.connection, {"which": which, "of_order": order, "now": now}):
            return False
        self._spend(which, self._off(which))
        return True

    def restore(
        self, which: CouponId, *, order: OrderId, expires_at: datetime, due_at: datetime, now: datetime
    ) -> bool:
        """Give a used coupon back to its owner; what it took off is not spent."""
        off = self._off(which)
        given = {"which": which, "of_order": order, "until": expires_at, "looked_at": due_at, "now": now}
        if not _RESTORE.change(self.connection, given):
            return False
        self._spend(which, -off)
        return True

    def expire(self, which: CouponId, *, now: datetime) -> bool:
        """End an available coupon whose time is over; its part of the budget is free again."""
        return self._end(_EXPIRE, which, now)

    def void(self, which: CouponId, *, only_available: bool, now: datetime) -> bool:
        """Take an unused coupon back; its part of the budget is free again."""
        return self._end(_VOID_AVAILABLE if only_available else _VOID, which, now)

    def close(self, member: MemberId, *, now: datetime) -> int:
        """Void everything a member could still use, but for what an order has; return how many."""
        return coupons.close(self.connection, member, now=now)

    def due(self, *, now: datetime, limit: int) -> tuple[int, ...]:
        """Return the coupons that must be looked at, longest waiting first."""
        return tuple(int(row[0]) for row in _DUE.rows(self.connection, {"now": now, "most": limit}))

    def next_due_at(self) -> datetime | None:
        """Return the instant at which the next coupon must be looked at."""
        earliest: datetime | None = _NEXT.rows(self.connection, {})[0][0]
        return earliest

    def take(self, which: CouponId, *, now: datetime) -> Coupon | None:
        """Return an available coupon that must be looked at still, kept from others by this unit."""
        row = _TAKE.row(self.connection, {"which": which, "now": now})
        return None if row is None else _coupon(row)

    def told(self, which: CouponId) -> None:
        """Note that the notice was given, or never will be: only the end is left to look at."""
        _TOLD.change(self.connection, {"which": which})

    def postpone(self, which: CouponId, *, until: datetime) -> None:
        """Look at a coupon later."""
        _POSTPONE.change(self.connection, {"which": which, "until": until})

    def back_off(self, which: CouponId, *, now: datetime) -> None:
        """Count a failed look and look again after a growing pause."""
        attempts = self.connection.execute(
            update(coupon).where(_own.id == which).values(attempts=_own.attempts + 1).returning(_own.attempts)
        ).scalar_one()
        self.postpone(which, until=now + pause(attempts))

    def export(self, member: MemberId) -> tuple[Mapping[str, int | str | datetime | None], ...]:
        """Return every coupon a member ever had as plain values."""
        terms = [coupon_template.c[name] for name in ("title", "kind", "amount", "percent", "minimum")]
        query = (
            select(*terms, _own.origin, _own.state, _own.off, _own.issued_at, _own.expires_at, _own.state_at)
            .join(coupon_template, coupon_template.c.id == _own.template_id)
            .where(_own.member_id == member)
            .order_by(_own.id)
        )
        return tuple(dict(row) for row in self.connection.execute(query).mappings())

    def _end(self, ending: Prepared, which: CouponId, now: datetime) -> bool:
        row = ending.row(self.connection, {"which": which, "now": now})
        if row is None:
            return False
        FREE.change(self.connection, {"template": row[0], "freed": row[1]})
        return True

    def _off(self, which: CouponId) -> int:
        """Return what a coupon takes off its order, its row being held by this unit."""
        held = select(_own.off).where(_own.id == which)
        return int(self.connection.execute(held).scalar() or 0)

    def _spend(self, which: CouponId, more: int) -> None:
        _SPEND.change(self.connection, {"which": which, "more": more})


def _coupon(row: Sequence[Any]) -> Coupon:
    """Return a coupon of the columns in `_SHOWN`."""
    own, template, member, group, title, origin, state, order, off, starts_at, expires_at, told, *terms = row
    return Coupon(
        id=CouponId(own),
        template=TemplateId(template),
        owner=MemberId(member),
        group=None if group is None else GroupId(group),
        terms=terms_of(*terms),
        title=title,
        origin=Origin(origin),
        state=State(state),
        order=None if order is None else OrderId(order),
        off=None if off is None else Fen(off),
        starts_at=starts_at,
        expires_at=expires_at,
        is_told=bool(told),
    )
