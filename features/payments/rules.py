"""Decisions about money: what is owed, what goes back, which receipt answers which claim."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from features.orders.model import OrderState, OrderView
from features.orders.rules import goods_of
from features.payments.model import Matched, OpenClaim, Receipt
from kernel.money import Fen, Milli, amount_of

_REFERENCE = re.compile(r"(?<![A-Za-z0-9])[Tt] ?(\d{1,6}) ?[-\u2010-\u2015\u2212\uff0d] ?(\d{1,6})(?!\d)")
_MONEY = re.compile(r"[+]?(\d{1,7})(?:\.(\d{1,2})0*)?")
_TIMES = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y-%m-%dT%H:%M:%S")


def owed(view: OrderView) -> Fen:
    """Return what is still to be paid of an order as things stand; negative: was paid too much."""
    order = view.order
    goods = Fen(0) if order.state is OrderState.VOID else goods_of(view)
    return Fen(goods - order.off + order.fee - order.paid + order.refunded)


def split(amount: Fen, *, owed: Fen) -> Fen:
    """Return how much of a reduction by `amount` is money that goes back: what is owed was not paid."""
    return Fen(max(0, amount - max(0, owed)))


def taken_from(amount: Fen, lines: Sequence[Fen]) -> tuple[Fen, ...]:
    """Spread `amount` over lines by what they cost; the parts sum to it exactly and none is below zero.

    Raises ValueError where the lines cost less than that.
    """
    whole = sum(lines)
    if amount > whole:
        raise ValueError(f"at most {whole} fen expected, got {amount}")
    parts, before, so_far = [], 0, 0
    for each in lines:
        so_far += each
        upto = amount * so_far // whole if whole else 0
        parts.append(Fen(upto - before))
        before = upto
    return tuple(parts)


def weighed_amount(price: Fen, weighed: Milli) -> Fen:
    """Return what a line costs by its real weight."""
    return amount_of(price, weighed)


def within(ordered: Milli, weighed: Milli, *, percent: int) -> bool:
    """Tell whether a real weight lies within the published tolerance of what was ordered."""
    return abs(weighed - ordered) * 100 <= ordered * percent


def reference(deal_no: int, order_no: int) -> str:
    """Return the short number that a payment bears."""
    return f"T{deal_no}-{order_no}"


def references(typed: str) -> frozenset[str]:
    """Return every reference number that stands in a text, however it was typed."""
    return frozenset(reference(int(deal), int(order)) for deal, order in _REFERENCE.findall(typed))


def match(receipts: Sequence[Receipt], claims: Sequence[OpenClaim], *, hours: int) -> Matched:
    """Pair receipts with claims: by reference first, then by an amount that only one of each has in time."""
    pairs: list[tuple[Receipt, OpenClaim]] = []
    open_claims = {claim.payment: claim for claim in claims}
    left: list[Receipt] = []
    for receipt in _once(receipts):
        named = references(receipt.note)
        found = [claim for claim in open_claims.values() if claim.reference in named]
        if len(found) == 1:
            pairs.append((receipt, open_claims.pop(found[0].payment)))
        else:
            left.append(receipt)
    span = timedelta(hours=hours)
    plain = [each for each in left if not references(each.note)]
    for receipt in plain:
        fits = [claim for claim in open_claims.values() if _fits(receipt, claim, span)]
        if len(fits) == 1 and sum(_fits(other, fits[0], span) for other in plain) == 1:
            pairs.append((receipt, open_claims.pop(fits[0].payment)))
    used = {receipt.no for receipt, _ in pairs}
    return Matched(tuple(pairs), tuple(each for each in receipts if each.no not in used))


def _fits(receipt: Receipt, claim: OpenClaim, span: timedelta) -> bool:
    return receipt.amount == claim.amount and abs(receipt.at - claim.at) <= span


def _once(receipts: Iterable[Receipt]) -> Iterable[Receipt]:
    """Yield each receipt of the channel once: a file may hold a line twice."""
    seen: set[str] = set()
    for receipt in receipts:
        if not receipt.reference or receipt.reference not in seen:
            seen.add(receipt.reference)
            yield receipt


def money(typed: str) -> Fen | None:
    """Return an amount in yuan as fen; None for what is none, or goes out."""
    plain = re.sub(r"[\s,\u00a5\uffe5\u5143]", "", typed)
    found = _MONEY.fullmatch(plain)
    if found is None:
        return None
    fen = Fen(int(found[1]) * 100 + int((found[2] or "").ljust(2, "0") or 0))
    return fen if fen > 0 else None


def instant(typed: str, zone: ZoneInfo) -> datetime | None:
    """Return the instant that a local time of a sheet means; None for none."""
    for shape in _TIMES:
        try:
            return datetime.strptime(typed.strip(), shape).replace(tzinfo=zone)
        except ValueError:
            continue
    return None
