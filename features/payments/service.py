"""Use cases of payments. The bot holds no money: it records what the merchant's own channel received."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from features.groupbuy.model import Deal, PayMode
from features.orders.model import NoOrder, NotYours, Order, OrderState, OrderView
from features.orders.service import Orders
from features.payments import rules
from features.payments.model import (
    Claimed,
    Followed,
    Lapsed,
    NoPayment,
    NotFixed,
    NothingDue,
    PayKind,
    Payment,
    PaymentId,
    PaymentsPolicy,
    PayPage,
    PaySetting,
    PayState,
    WrongAmount,
)
from features.payments.ports import Uow
from kernel.ids import GroupId, MemberId, OrderId
from kernel.money import Fen

NO_PAYMENT = PaymentId(0)  # the number of one that is not kept yet


@dataclass(frozen=True, slots=True)
class Payments:
    """Claims, confirmations, cash, Telegram's own payments; `hold_minutes` are those of reservations."""

    policy: PaymentsPolicy
    hold_minutes: int

    # -- the member

    def page(self, uow: Uow, *, member: MemberId, order: OrderId) -> PayPage:
        """Return what somebody needs to pay an order of theirs. Raises NoOrder, NotYours or NotFixed."""
        _check_own(uow.orders.hold(order), member)
        view = self._payable(uow, order)
        group, who = uow.groups.get(view.deal.group), uow.members.find(member)
        if group is None or who is None:
            raise NoOrder
        return PayPage(
            view,
            group,
            who,
            uow.payments.reference(order),
            self.owed(uow, view),
            uow.payments.open_claim(order),
            uow.payments.setting(group.id),
            self.policy.takes_telegram,
        )

    def claim(self, uow: Uow, *, member: MemberId, order: OrderId) -> Claimed:
        """Keep that a member says they paid: no proof, but their reservation lapses no more. Once.

        Raises NoOrder, NotYours, Lapsed, NotFixed, or NothingDue where all is paid.
        """
        held = _check_own(uow.orders.hold(order), member)
        reference = uow.payments.reference(order)
        if standing := uow.payments.open_claim(order):
            return Claimed(standing, held, reference, fresh=False)
        if held.state is OrderState.VOID:
            raise Lapsed
        amount = self.owed(uow, self._payable(uow, order))
        if amount <= 0:
            raise NothingDue
        made = uow.payments.claim(order, kind=PayKind.QR, amount=amount, by=member, now=uow.now)
        if made is None:
            raise ArithmeticError(f"order {order} was claimed while it was held")
        uow.payments.set_claimed(order, held.claimed_at or uow.now)
        uow.journal.note("payment.claimed", member=member, order=order, payment=made.id, fen=amount)
        return Claimed(made, replace(held, claimed_at=uow.now), reference, fresh=True)

    # -- staff

    def confirm(
        self,
        uow: Uow,
        *,
        payment: PaymentId,
        by: MemberId,
        amount: Fen | None = None,
        receipt: str | None = None,
    ) -> tuple[Payment, Order]:
        """Record that the money of a claim came, as much as `amount` where it was another.

        The order counts as paid since the claim (rulings.md 1). Raises NoPayment for one decided before.
        """
        found, held = self._held(uow, payment)
        if not uow.payments.decide(
            payment, PayState.CONFIRMED, by=by, now=uow.now, amount=amount, reference=receipt
        ):
            raise NoPayment
        came = Fen(found.amount if amount is None else amount)
        uow.payments.add_paid(held.id, came, at=found.claimed_at)
        uow.payments.set_claimed(held.id, found.claimed_at)
        uow.journal.note("payment.confirmed", member=by, order=held.id, payment=payment, fen=came)
        return replace(found, amount=came, state=PayState.CONFIRMED), _again(uow, held)

    def receive(
        self, uow: Uow, *, order: OrderId, amount: Fen, by: MemberId, receipt: str | None = None
    ) -> tuple[Payment, Order]:
        """Record money that came by the merchant's code: for the claim that waits, else without one.

        Raises NoOrder, and NoPayment for a receipt known before.
        """
        held = uow.orders.hold(order)
        if held is None:
            raise NoOrder
        if waiting := uow.payments.open_claim(order):
            return self.confirm(uow, payment=waiting.id, by=by, amount=amount, receipt=receipt)
        kind = PayKind.RECEIPT if receipt else PayKind.QR
        came = self._record(uow, held, kind, amount, by=by, reference=receipt)
        if came is None:
            raise NoPayment
        return came, _again(uow, held)

    def reject(self, uow: Uow, *, payment: PaymentId, by: MemberId) -> tuple[Payment, Order]:
        """Record that the money of a claim did not come: the clock of the reservation runs anew.

        Raises NoPayment for one decided before.
        """
        found, held = self._held(uow, payment)
        if not uow.payments.decide(payment, PayState.REJECTED, by=by, now=uow.now):
            raise NoPayment
        if not held.paid:
            uow.payments.set_claimed(held.id, None)
        deal = uow.deals.get(held.deal)
        if deal and deal.terms.pay is PayMode.PREPAID and held.state is OrderState.OPEN and not held.paid:
            uow.orders.hold_until(held.id, uow.now + timedelta(minutes=self.hold_minutes))
        uow.journal.note("payment.rejected", member=by, order=held.id, payment=payment)
        return replace(found, state=PayState.REJECTED), held

    def unconfirm(self, uow: Uow, *, payment: PaymentId) -> None:
        """Let a confirmed claim be open again while nothing followed. Raises NoPayment or Followed."""
        found, held = self._held(uow, payment)
        deal = uow.deals.get(held.deal)
        at_lock = deal is not None and deal.terms.pay is PayMode.PICKUP and held.state is OrderState.LOCKED
        if uow.payments.open_claim(held.id) or any(
            line.collected_at for line in uow.orders.lines((held.id,))
        ):
            raise Followed
        if held.paid - found.amount < held.refunded:
            raise Followed
        if not uow.payments.reopen(payment):
            raise NoPayment
        if not uow.payments.take_paid(held.id, found.amount, paid_at=held.paid_at if at_lock else None):
            raise Followed
        uow.journal.note("payment.unconfirmed", order=held.id, payment=payment, fen=found.amount)

    def record_cash(self, uow: Uow, *, order: OrderId, by: MemberId) -> Payment | None:
        """Record that what is owed of a fixed order was paid at pick-up; None where nothing is owed.

        None too where the home says it paid already: that claim is to be decided. Raises NoOrder for an order
        that is not fixed.
        """
        held = uow.orders.hold(order)
        if held is None or held.state is not OrderState.LOCKED:
            raise NoOrder
        if held.due <= 0 or uow.payments.open_claim(order):
            return None
        return self._record(uow, held, PayKind.CASH, held.due, by=by, reference=None)

    def count_at_lock(self, uow: Uow, *, deal: Deal, at: datetime) -> None:
        """Let orders that are paid at pick-up count as paid from the lock of their deal (rulings.md 1)."""
        if deal.terms.pay is PayMode.PICKUP:
            uow.payments.pay_at_lock(deal.id, at=at)

    def known_receipts(self, uow: Uow, references: Sequence[str]) -> frozenset[str]:
        """Return those of a file's receipts that are recorded."""
        return uow.payments.knows(PayKind.RECEIPT, references)

    def keep_code(self, uow: Uow, *, group: GroupId, photo: str, payee: str, by: MemberId) -> None:
        """Keep the photo of a group's own code to pay to."""
        uow.payments.keep_setting(PaySetting(group, photo, payee), by=by, now=uow.now)
        uow.journal.note("payment.code_set", member=by, group=group)

    # -- Telegram's own payments

    def check_out(self, uow: Uow, *, member: MemberId, order: OrderId, amount: Fen) -> None:
        """Let Telegram take exactly what is owed, and keep the reservation while it does.

        Raises NoOrder, NotYours, Lapsed, NothingDue or WrongAmount.
        """
        held = _check_own(uow.orders.hold(order), member)
        if held.state is OrderState.VOID or not self.policy.takes_telegram:
            raise Lapsed
        owed = self.owed(uow, self._payable(uow, order))
        if owed <= 0 or uow.payments.open_claim(order):
            raise NothingDue
        if owed != amount:
            raise WrongAmount
        if held.hold_until is not None:
            kept = uow.now + timedelta(minutes=self.policy.checkout_minutes)
            uow.orders.hold_until(order, max(held.hold_until, kept))

    def record_telegram(
        self, uow: Uow, *, order: OrderId, amount: Fen, charge: str, member: MemberId
    ) -> Payment | None:
        """Record what Telegram took for an order, once per charge, even where the order is void by now.

        None for a charge known before. Raises NoOrder.
        """
        held = uow.orders.hold(order)
        if held is None:
            raise NoOrder
        return self._record(uow, held, PayKind.TELEGRAM, amount, by=member, reference=charge)

    def _record(
        self, uow: Uow, held: Order, kind: PayKind, amount: Fen, *, by: MemberId, reference: str | None
    ) -> Payment | None:
        came = Payment(NO_PAYMENT, held.id, kind, amount, PayState.CONFIRMED, uow.now, by, reference)
        if not uow.payments.record(came, now=uow.now):
            return None
        uow.payments.add_paid(held.id, amount, at=uow.now)
        uow.journal.note(f"payment.{kind}", member=by, order=held.id, fen=amount)
        return came

    # -- shared

    def owed(self, uow: Uow, view: OrderView) -> Fen:
        """Return what is still to be paid as things stand, less what a reserved coupon takes off."""
        order = view.order
        reserved = order.coupon if order.state is OrderState.OPEN else None
        coupon = uow.coupons.get(reserved) if reserved is not None else None
        return Fen(rules.owed(view) - ((coupon.off or 0) if coupon else 0))

    def view(self, uow: Uow, *, order: OrderId) -> OrderView:
        """Return an order with its lines. Raises NoOrder."""
        held = uow.orders.hold(order)
        deal = uow.deals.get(held.deal) if held else None
        if held is None or deal is None:
            raise NoOrder
        return Orders.view(uow, order=held, deal=deal, items=uow.deals.items((deal.id,)))

    def _payable(self, uow: Uow, order: OrderId) -> OrderView:
        """Return an order that can be paid. Raises NotFixed before the cut-off of a deal paid at pick-up."""
        view = self.view(uow, order=order)
        if not is_payable(view):
            raise NotFixed
        return view

    @staticmethod
    def _held(uow: Uow, payment: PaymentId) -> tuple[Payment, Order]:
        """Return a payment with its order, which nobody else changes before this unit ends."""
        found = uow.payments.get(payment)
        held = uow.orders.hold(found.order) if found else None
        fresh = uow.payments.get(payment)
        if fresh is None or held is None:
            raise NoPayment
        return fresh, held


def is_payable(view: OrderView) -> bool:
    """Tell whether an order can be paid now: at pick-up its amount is fixed first."""
    return view.deal.terms.pay is PayMode.PREPAID or view.order.state is not OrderState.OPEN


def _check_own(held: Order | None, member: MemberId) -> Order:
    if held is None:
        raise NoOrder
    if held.member != member:
        raise NotYours
    return held


def _again(uow: Uow, held: Order) -> Order:
    return uow.orders.hold(held.id) or held
