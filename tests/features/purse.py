"""Coupons of a small shop: kinds, pieces and baskets, as values and over a real database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.config import load
from bot.services import build_app
from features.coupons.model import (
    Coupon,
    Design,
    Kind,
    Limits,
    Line,
    Origin,
    Scope,
    State,
    TemplateId,
    TemplateState,
    Term,
    Terms,
    Way,
)
from kernel.ids import CouponId, GroupId, MemberId, OrderId
from kernel.money import Fen
from storage.uow import SqlUow

APP = build_app(load(None, {}))
COUPONS = APP.coupons
NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
ME, OTHER = MemberId(1), MemberId(2)
ORDER = OrderId(17)
EVERYTHING = Scope()


def amount_off(amount: int = 500, minimum: int = 3900, scope: Scope = EVERYTHING) -> Terms:
    return Terms(Kind.AMOUNT, Fen(amount), 0, Fen(minimum), scope)


def percent_off(percent: int, cap: int, minimum: int = 0, scope: Scope = EVERYTHING) -> Terms:
    return Terms(Kind.PERCENT, Fen(cap), percent, Fen(minimum), scope)


def a_coupon(terms: Terms | None = None, **changed: Any) -> Coupon:
    made = Coupon(
        id=CouponId(1),
        template=TemplateId(1),
        owner=ME,
        group=None,
        terms=terms or amount_off(),
        title="",
        origin=Origin.CLAIMED,
        state=State.AVAILABLE,
        order=None,
        off=None,
        starts_at=NOW - timedelta(days=1),
        expires_at=NOW + timedelta(days=30),
    )
    return replace(made, **changed)


def a_basket(*amounts: int, category: str = "veg") -> tuple[Line, ...]:
    return tuple(Line(f"A{at}", category, Fen(amount)) for at, amount in enumerate(amounts, start=1))


def a_design(
    terms: Terms | None = None,
    *,
    total: int | None = None,
    per_member: int = 1,
    budget: int | None = None,
    days: int = 30,
    way: Way = Way.CLAIM,
    group: GroupId | None = None,
) -> Design:
    limits = Limits(total, per_member, None if budget is None else Fen(budget))
    return Design(terms or amount_off(), Term(days=days), limits, way, group)


def an_open(uow: SqlUow, design: Design) -> TemplateId:
    """Keep a kind that is given out."""
    made = uow.coupon_templates.add(design, state=TemplateState.OPEN, made_by=None, now=uow.now)
    assert made is not None
    return made


def give(uow: SqlUow, template: TemplateId, member: MemberId, key: str) -> Coupon | None:
    return COUPONS.issue(uow, template=template, member=member, group=None, origin=Origin.STAFF, key=key)
