"""What settlement needs kept."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from features.payments import ports as payments_ports
from features.settlement.model import (
    DueRun,
    Earning,
    Entry,
    Figures,
    LineShare,
    RunKind,
    SkuTotal,
    Takings,
    Window,
)
from kernel.ids import DealId, GroupId, MemberId, OrderId
from kernel.money import Fen


class WindowStore(Protocol):
    """The times for complaints about orders."""

    def open(self, order: OrderId, *, collected_on: date, until: datetime) -> bool:
        """Keep until when complaints about an order can come; False where that is over."""
        ...

    def drop(self, order: OrderId) -> bool:
        """Forget that time, while it lasts: something was not picked up after all."""
        ...

    def of(self, order: OrderId) -> Window | None:
        """Return the time for complaints about an order."""
        ...

    def close(self, order: OrderId, *, now: datetime) -> Window | None:
        """Close a window that is over, once; None where it is not, or was closed."""
        ...

    def credit(self, order: OrderId, *, event: str) -> None:
        """Keep what an order earned its member."""
        ...

    def reverse(self, order: OrderId, *, now: datetime) -> bool:
        """Record that what an order earned was taken back; False where it was, or it earned nothing."""
        ...

    def due(self, *, now: datetime, limit: int) -> tuple[int, ...]:
        """Return the orders whose time for complaints is over."""
        ...

    def next_due_at(self) -> datetime | None:
        """Return when the next window is over."""
        ...

    def put_off(self, order: OrderId, *, until: datetime) -> None:
        """Look at a window again at `until`."""
        ...


class SettlementStore(Protocol):
    """Settlements that were drawn up, and leaders' statements."""

    def figures(self, deal: DealId) -> Figures:
        """Return what a deal comes to, in a few statements however many lines it has."""
        ...

    def skus(self, deal: DealId) -> tuple[SkuTotal, ...]:
        """Return how much of each of the goods is to be bought."""
        ...

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
        ...

    def last(self, group: GroupId) -> list[dict[str, int]] | None:
        """Return the numbers of a group's latest day; None where no day was drawn up."""
        ...

    def plan(self, kind: RunKind, *, group: GroupId, deal: DealId | None, at: datetime) -> None:
        """Let a settlement be drawn up at `at`, unless that is planned already; a later one moves it."""
        ...

    def take(self, due: int, *, now: datetime) -> DueRun | None:
        """Take a settlement that is due, and let it be due no more; None where it is not."""
        ...

    def due(self, *, now: datetime, limit: int) -> tuple[int, ...]:
        """Return the settlements that are due, longest due first."""
        ...

    def next_due_at(self) -> datetime | None:
        """Return when the next settlement is due."""
        ...

    def put_off(self, due: int, *, until: datetime) -> None:
        """Look at a settlement again at `until`."""
        ...

    def line_shares(self, order: OrderId) -> tuple[LineShare, ...]:
        """Return the lines of an order and what has been counted of them for the leader."""
        ...

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
        ...

    def balance(self, leader: MemberId, group: GroupId) -> Fen:
        """Return what a leader is owed in a group; negative: is carried."""
        ...

    def entries(self, leader: MemberId, group: GroupId, *, limit: int, offset: int) -> tuple[Entry, ...]:
        """Return lines of a leader's statement, newest first."""
        ...

    def takings(self, group: GroupId, *, leader: MemberId, since: datetime) -> Takings:
        """Return what was ordered in a group since then, and what its leader earned."""
        ...

    def hold_statement(self, leader: MemberId) -> None:
        """Let nobody else pay a leader out before this unit ends."""
        ...


class Uow(payments_ports.Uow, Protocol):
    """What the use cases of settlement may touch."""

    @property
    def windows(self) -> WindowStore:
        """After-sales windows."""
        ...

    @property
    def settlement(self) -> SettlementStore:
        """Settlements."""
        ...
