"""What payments need kept."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from features.coupons import ports as coupons_ports
from features.orders import ports as orders_ports
from features.payments.model import (
    Money,
    OpenClaim,
    PayKind,
    Payment,
    PaymentId,
    PaySetting,
    PayState,
    Refund,
    RefundId,
    RefundReason,
    RefundState,
    Unpaid,
    Weighing,
)
from kernel.ids import DealId, GroupId, MemberId, OrderId
from kernel.money import Fen


class PaymentStore(Protocol):
    """Money that came or is said to have, and what orders know of it."""

    def claim(
        self, order: OrderId, *, kind: PayKind, amount: Fen, by: MemberId, now: datetime
    ) -> Payment | None:
        """Keep that somebody says they paid; None where an open claim of the order stands."""
        ...

    def open_claim(self, order: OrderId) -> Payment | None:
        """Return the claim of an order that nobody has decided."""
        ...

    def get(self, payment: PaymentId) -> Payment | None:
        """Return a payment."""
        ...

    def record(self, payment: Payment, *, now: datetime) -> bool:
        """Keep money that came; False when its reference is known."""
        ...

    def decide(
        self,
        payment: PaymentId,
        state: PayState,
        *,
        by: MemberId | None,
        now: datetime,
        amount: Fen | None = None,
        reference: str | None = None,
    ) -> bool:
        """Confirm or reject a claim, with the amount that came; False when it was decided before."""
        ...

    def reopen(self, payment: PaymentId) -> bool:
        """Let a confirmed claim be open again; False where it is not confirmed."""
        ...

    def knows(self, kind: PayKind, references: Sequence[str]) -> frozenset[str]:
        """Return those of the channel's references that are recorded."""
        ...

    def add_paid(self, order: OrderId, amount: Fen, *, at: datetime) -> None:
        """Count money to an order; it is paid since the first of it."""
        ...

    def take_paid(self, order: OrderId, amount: Fen, *, paid_at: datetime | None) -> bool:
        """Count money to an order no more; False where it went back. `paid_at` holds if nothing is left."""
        ...

    def set_claimed(self, order: OrderId, at: datetime | None) -> None:
        """Keep since when an order is said to be paid, which its reservation rests on; None: it is not."""
        ...

    def pay_at_lock(self, deal: DealId, *, at: datetime) -> None:
        """Let the orders of a deal that are paid at pick-up count as paid from its lock on."""
        ...

    def reference(self, order: OrderId) -> str:
        """Return the short number that payments of an order bear."""
        ...

    def by_reference(self, reference: str) -> OrderId | None:
        """Return the order of that short number."""
        ...

    def setting(self, group: GroupId) -> PaySetting | None:
        """Return a group's own code to pay to."""
        ...

    def keep_setting(self, setting: PaySetting, *, by: MemberId, now: datetime) -> None:
        """Keep a group's own code to pay to."""
        ...


class RefundStore(Protocol):
    """Money that goes back, and what orders are worth after it."""

    def by_key(self, key: str) -> Refund | None:
        """Return the refund of that key."""
        ...

    def get(self, refund: RefundId) -> Refund | None:
        """Return a refund."""
        ...

    def of_order(self, order: OrderId) -> tuple[Refund, ...]:
        """Return the refunds of an order, oldest first."""
        ...

    def add(
        self,
        *,
        order: OrderId,
        line: int | None,
        amount: Fen,
        back: Fen,
        reason: RefundReason,
        rule: str,
        key: str,
        by: MemberId | None,
        now: datetime,
    ) -> Refund | None:
        """Keep a refund and count what goes back; None when its key is known. Never more than was paid."""
        ...

    def lower(self, refund: RefundId, parts: Sequence[tuple[int, Fen]], *, fee: Fen) -> None:
        """Let lines (by their numbers) and the delivery cost less, and keep by how much each."""
        ...

    def raise_again(self, refund: RefundId) -> None:
        """Let lines and the delivery of a refund cost again what they did before it."""
        ...

    def move(
        self,
        refund: RefundId,
        state: RefundState,
        *,
        before: RefundState,
        by: MemberId | None,
        now: datetime,
    ) -> bool:
        """Move a refund from one state to another; False unless it was there."""
        ...

    def uncount(self, refund: Refund) -> None:
        """Count no more what does not go back after all."""
        ...

    def line_order(self, line: int) -> OrderId | None:
        """Return the order of a line."""
        ...

    def weigh(self, weighing: Weighing, *, order: OrderId, by: MemberId | None, now: datetime) -> int:
        """Let a line cost another amount by its real weight; return the number of the act."""
        ...

    def fixed(self, order: OrderId) -> Fen:
        """Return what an order came to before any refund: goods and delivery, less coupons."""
        ...


class ReceivableStore(Protocol):
    """What staff look through: claims, what is unpaid, what goes back."""

    def claims(self, group: GroupId, *, after: int, limit: int) -> tuple[Money, ...]:
        """Return the open claims of a group behind one, oldest first."""
        ...

    def open_claims(self, group: GroupId) -> tuple[OpenClaim, ...]:
        """Return every open claim of a group that a receipt can answer."""
        ...

    def unpaid(self, group: GroupId, *, limit: int) -> tuple[Unpaid, ...]:
        """Return the fixed orders of a group of which something is to be paid, oldest first."""
        ...

    def overpaid(self, *, now: datetime, limit: int) -> tuple[int, ...]:
        """Return the fixed and void orders of which too much was paid, but for those put off."""
        ...

    def next_overpaid_at(self, *, now: datetime) -> datetime | None:
        """Return when such an order is to be looked at: `now` where there is one."""
        ...

    def put_off(self, order: OrderId, *, until: datetime) -> None:
        """Look at an overpaid order again at `until`."""
        ...

    def refunds_due(self, group: GroupId, *, after: int, limit: int) -> tuple[Money, ...]:
        """Return what goes back in a group, longest due first."""
        ...

    def counts(self, group: GroupId) -> tuple[int, int, int]:
        """Return how many claims wait, how many orders are unpaid and how many refunds are due."""
        ...

    def money(self, order: OrderId, *, amount: Fen, at: datetime) -> Money:
        """Return an amount of an order as staff see it."""
        ...

    def remind(self, order: OrderId, *, since: datetime, now: datetime) -> bool:
        """Record that a home is reminded; False where it was since then."""
        ...

    def group_of(self, order: OrderId) -> GroupId | None:
        """Return the group of an order."""
        ...


class Uow(coupons_ports.Uow, orders_ports.Uow, Protocol):
    """What the use cases of payments may touch."""

    @property
    def payments(self) -> PaymentStore:
        """Payments."""
        ...

    @property
    def refunds(self) -> RefundStore:
        """Refunds."""
        ...

    @property
    def receivables(self) -> ReceivableStore:
        """What staff look through."""
        ...
