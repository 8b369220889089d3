"""What orders need kept."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from features.groupbuy import ports as groupbuy_ports
from features.orders.model import Line, Order, OrderState, PastedList, Recipient, Source, Via
from kernel.ids import CouponId, DealId, GroupId, ItemId, MemberId, MessageId, OrderId
from kernel.money import Fen, Milli


class OrderStore(Protocol):
    """Orders, their lines, every change of them, and who waits."""

    def find(self, deal: DealId, member: MemberId, name: str) -> Order | None:
        """Return what a member orders in a deal for somebody; empty name: for themself."""
        ...

    def open(self, deal: DealId, recipient: Recipient, source: Source, *, now: datetime) -> Order:
        """Return that order, open and locked for this unit; it is made where there is none."""
        ...

    def hold(self, order: OrderId) -> Order | None:
        """Return an order that no other unit changes before this one ends."""
        ...

    def of_member(
        self, member: MemberId, *, deals: Sequence[DealId] = (), limit: int = 20
    ) -> tuple[Order, ...]:
        """Return a member's orders that hold something or wait, newest first; of `deals`, where given."""
        ...

    def named(self, deal: DealId, name: str) -> tuple[Order, ...]:
        """Return the orders of a deal for somebody of that name, or of a member called so."""
        ...

    def of_deal(self, deal: DealId, *, after: OrderId, limit: int) -> tuple[Order, ...]:
        """Return the orders of a deal behind an order, oldest first, void ones as well."""
        ...

    def lines(self, orders: Sequence[OrderId]) -> tuple[Line, ...]:
        """Return the lines of orders that hold something."""
        ...

    def line(self, order: OrderId, item: ItemId) -> Line | None:
        """Return the line of one of the goods, also one that holds nothing any more."""
        ...

    def change(
        self, order: OrderId, item: ItemId, delta: Milli, *, price: Fen, source: Source, now: datetime
    ) -> bool:
        """Change a line by so much and keep the change; False where less than nothing would be left."""
        ...

    def describe(self, order: OrderId, *, item: ItemId | None, note: str) -> None:
        """Keep a remark on a line, or on the order."""
        ...

    def address(self, order: OrderId, recipient: Recipient) -> None:
        """Keep where somebody lives and their number, as far as they are told."""
        ...

    def home_quantity(self, order: Order, item: ItemId) -> Milli:
        """Return how much of the goods the order's home has, all its orders together."""
        ...

    def said(
        self, member: MemberId, message: MessageId, deals: Sequence[DealId]
    ) -> tuple[tuple[OrderId, ItemId, Milli], ...]:
        """Return what a message of a member has changed in these deals, summed up by line."""
        ...

    def set_state(self, order: OrderId, state: OrderState, *, before: OrderState) -> bool:
        """Move an order from one state to another; False unless it was there."""
        ...

    def recent(
        self, deal: DealId, *, limit: int
    ) -> tuple[tuple[str, str, tuple[tuple[ItemId, Milli], ...]], ...]:
        """Return the newest orders of a deal: name of the member (where kept), recipient, what they hold."""
        ...

    def set_coupon(self, order: OrderId, coupon: CouponId | None) -> None:
        """Keep which coupon an order has reserved."""
        ...

    def set_off(self, order: OrderId, off: Fen) -> None:
        """Keep what an order's coupon takes off its fixed amount."""
        ...

    def with_coupons(self, deal: DealId) -> tuple[Order, ...]:
        """Return the orders of a deal that have a coupon, whatever became of them."""
        ...

    # -- waiting

    def wait(self, order: OrderId, item: ItemId, quantity: Milli, *, now: datetime) -> bool:
        """Let an order wait for goods; False where it does already."""
        ...

    def waiting(self, item: ItemId) -> tuple[tuple[OrderId, Milli], ...]:
        """Return who waits for goods, first come first."""
        ...

    def waits_of(self, order: OrderId) -> tuple[tuple[ItemId, Milli], ...]:
        """Return what an order waits for."""
        ...

    def end_wait(self, order: OrderId, item: ItemId, *, given: bool) -> bool:
        """End a wait; False where there was none."""
        ...

    def count_waiting(self, deal: DealId) -> int:
        """Return how many orders of a deal wait for something."""
        ...

    # -- ends

    def fix(self, deal: DealId) -> None:
        """Fix the amounts of a deal's open orders at the prices reached, and lock them; a few statements."""
        ...

    def void_all(self, deal: DealId, *, via: Via, now: datetime) -> int:
        """Void a deal's orders and give their goods back, in a few statements; return how many orders."""
        ...

    def hold_until(self, order: OrderId, at: datetime | None) -> None:
        """Let an unpaid reservation lapse at `at`; None: it does not."""
        ...

    def lapsing(self, *, now: datetime, limit: int) -> tuple[int, ...]:
        """Return the orders whose reservation lapses now."""
        ...

    def next_lapse_at(self) -> datetime | None:
        """Return when the next reservation lapses."""
        ...


class PastedListStore(Protocol):
    """Pasted lists that wait for staff."""

    def keep(
        self, group: GroupId, member: MemberId, message: MessageId, *, text: str, said_at: datetime
    ) -> int:
        """Keep a list until staff say that it counts, the newest words of it; return its number."""
        ...

    def waiting(self, group: GroupId, *, since: datetime, limit: int) -> tuple[int, ...]:
        """Return the numbers of the lists of a group, said since then, that wait; oldest first."""
        ...

    def take(self, number: int) -> PastedList | None:
        """Take a list that waits, once; None when it was taken, or is forgotten."""
        ...


class Uow(groupbuy_ports.Uow, Protocol):
    """What the use cases of orders may touch."""

    @property
    def orders(self) -> OrderStore:
        """Orders."""
        ...

    @property
    def pasted_lists(self) -> PastedListStore:
        """Pasted lists."""
        ...
