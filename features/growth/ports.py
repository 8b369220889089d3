"""What growth needs kept."""

from datetime import date, datetime
from typing import Protocol

from features.growth.model import Account, Due, DueKind, Entry, Event, Expiry
from kernel import uow
from kernel.ids import MemberId


class GrowthStore(Protocol):
    """Two append-only ledgers, the lots of points, and what falls due for them."""

    def credit(
        self, member: MemberId, *, event: Event, key: str, amount: int, expires_on: date, now: datetime
    ) -> bool:
        """Write `amount` to both ledgers and a lot; False when `key` was credited before, ever."""
        ...

    def account(self, member: MemberId) -> Account:
        """Return the balances; zeros for somebody without an account."""
        ...

    def next_expiry(self, member: MemberId) -> Expiry | None:
        """Return the unspent points that lapse first."""
        ...

    def history(self, member: MemberId, *, limit: int, offset: int) -> tuple[Entry, ...]:
        """Return ledger lines, newest first."""
        ...

    def unspent(self, member: MemberId, *, expires_on: date) -> int:
        """Return the points left in the lots that expire on that date."""
        ...

    def lapse(self, member: MemberId, *, expires_on: date, now: datetime) -> int:
        """Empty the lots that expire on that date, write the ledger line, and return how many points went."""
        ...

    def close(self, member: MemberId, *, now: datetime) -> int:
        """Let all points lapse and return how many went."""
        ...

    def plan(self, member: MemberId, *, kind: DueKind, expires_on: date, due_at: datetime) -> None:
        """Note timed work once per member, kind and date."""
        ...

    def due(self, *, now: datetime, limit: int) -> tuple[int, ...]:
        """Return the ids of timed work that has fallen due, longest waiting first."""
        ...

    def next_due_at(self) -> datetime | None:
        """Return the instant at which the next timed work falls due."""
        ...

    def take(self, due: int, *, now: datetime) -> Due | None:
        """Return timed work that is still pending and due, locked for this unit."""
        ...

    def finish(self, due: int, *, outcome: str) -> bool:
        """Close timed work as `done` or as skipped for a reason; False when it was closed already."""
        ...

    def postpone(self, due: int, *, until: datetime) -> None:
        """Let pending timed work fall due later."""
        ...

    def back_off(self, due: int, *, now: datetime) -> None:
        """Count a failed attempt and let the work fall due again after a growing pause."""
        ...


class Uow(uow.Uow, Protocol):
    """What the use cases of growth may touch."""

    @property
    def growth(self) -> GrowthStore:
        """Accounts."""
        ...
