"""What is held of somebody's orders and money, for their own eyes."""

from typing import Any

from sqlalchemy import Select, select

from kernel.ids import MemberId
from storage.groupbuy import deal, deal_item
from storage.orders import order_line, purchase_order
from storage.payments import payment
from storage.refunds import refund
from storage.settlement import commission_entry

_o, _l, _i, _c = purchase_order.c, order_line.c, deal_item.c, commission_entry.c


def trade_of(member: MemberId) -> dict[str, Select[Any]]:
    """Return the queries of a person's orders, lines, payments, refunds and commission."""
    own = _o.member_id == member
    told = (_o.called, _o.recipient, _o.address, _o.phone, _o.state, _o.placed_at, _o.note)
    sums = (_o.goods_fen, _o.off_fen, _o.fee_fen, _o.paid_fen, _o.refunded_fen, _o.paid_at)
    orders = select(deal.c.title, *told, *sums).join(deal, deal.c.id == _o.deal_id)
    held = (_l.qty_milli, _i.unit, _l.price_fen, _l.amount_fen, _l.weighed_milli, _l.collected_at, _l.note)
    lines = (
        select(deal.c.title, _i.name, *held)
        .join(purchase_order, _o.id == _l.order_id)
        .join(deal, deal.c.id == _o.deal_id)
        .join(deal_item, _i.id == _l.item_id)
    )
    p, r = payment.c, refund.c
    paid = select(p.kind, p.state, p.amount_fen, p.claimed_at, p.decided_at, p.reference)
    back = select(r.amount_fen, r.back_fen, r.reason.label("because"), r.state, r.at, r.done_at)
    earned = select(_c.kind, _c.base_fen, _c.rate, _c.amount_fen, _c.at)
    return {
        "orders": orders.where(own).order_by(_o.id),
        "order_lines": lines.where(own).order_by(_l.id),
        "payments": paid.join(purchase_order, _o.id == p.order_id).where(own).order_by(p.id),
        "refunds": back.join(purchase_order, _o.id == r.order_id).where(own).order_by(r.id),
        "commission": earned.where(_c.leader_id == member).order_by(_c.id),
    }
