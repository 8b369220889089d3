"""What growth needs kept."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Protocol

from features.growth.model import (
    Account,
    Booked,
    Credit,
    Due,
    DueKind,
    Entry,
    Event,
    Expiry,
    Found,
    LevelState,
    Lot,
    Period,
    Placed,
    Standing,
    Usage,
)
from features.growth.versions import RuleVersion
from kernel import uow
from kernel.ids import GroupId, MemberId


class RuleStore(Protocol):
    """The versions of the rules."""

    def versions(self) -> tuple[RuleVersion, ...]:
        """Return every version, in the order in which they hold."""
        ...

    def add(self, version: RuleVersion, *, now: datetime) -> None:
        """Keep a version. Raises an error of the database when another holds from that very instant."""
        ...

    def withdraw(self, *, after: datetime) -> None:
        """Drop what does not hold by `after`."""
        ...


class GrowthStore(Protocol):
    """Two append-only ledgers, the lots of points, and what falls due for them."""

    def hold(self, member: MemberId) -> Standing:
        """Return the account, opened if there is none, and keep others from it until the unit ends."""
        ...

    def usage(self, member: MemberId, *, event: Event, event_key: str, on: date, now: datetime) -> Usage:
        """Return how often `event` has earned in the day, week and month of `on`, reversed lines apart."""
        ...

    def credit(self, member: MemberId, credit: Credit, *, now: datetime) -> bool:
        """Write the ledgers and a lot; False when the key was credited before, ever."""
        ...

    def debit(self, member: MemberId, *, event: Event, event_key: str, points: int, now: datetime) -> bool:
        """Write a line that takes points; False when the key was used before, ever."""
        ...

    def has_line(self, event_key: str) -> bool:
        """Tell whether the points ledger has a line of that key."""
        ...

    def lots(self, member: MemberId, *, ahead: str = "") -> tuple[Lot, ...]:
        """Return the lots with points left: that of the key `ahead`, then by expiry and age."""
        ...

    def draw(self, lot: Lot, points: int) -> None:
        """Take points from a lot."""
        ...

    def owner_of(self, event_key: str) -> MemberId | None:
        """Return whose line of the points ledger has that key."""
        ...

    def booked(self, event_key: str) -> Booked:
        """Return the line of that key as it stands now. The account must be held."""
        ...

    def reverse(self, booked: Booked, *, points: int, now: datetime) -> None:
        """Write the lines that take back `booked`: its growth, and so many points."""
        ...

    def account(self, member: MemberId) -> Account:
        """Return the balances; zeros for somebody without an account."""
        ...

    def next_expiry(self, member: MemberId) -> Expiry | None:
        """Return the unspent points that lapse first."""
        ...

    def found(self, member: MemberId, *, on: date, now: datetime) -> Found | None:
        """Return the whole account in one read, the caps' use as of the local date `on`."""
        ...

    def history(self, member: MemberId, *, limit: int, offset: int) -> tuple[Entry, ...]:
        """Return ledger lines, newest first."""
        ...

    def export(self, member: MemberId) -> tuple[Mapping[str, int | str | None], ...]:
        """Return the account, its lots and all its lines as plain values."""
        ...

    def unspent(self, member: MemberId, *, expires_on: date) -> int:
        """Return the points left in the lots that expire on that date."""
        ...

    def lapse(self, member: MemberId, *, expires_on: date, now: datetime) -> int:
        """Empty the lots that expire on that date, write the ledger line, and return how many points went."""
        ...

    def close(self, member: MemberId, *, now: datetime) -> int:
        """Empty all lots, let nothing fall due any more, leave the boards; return how many points went."""
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


class LevelStore(Protocol):
    """Levels, and when they must be looked at."""

    def credits(self, member: MemberId, *, since: datetime) -> tuple[tuple[datetime, int], ...]:
        """Return instants and growth of the credits after `since` that were not reversed, oldest first."""
        ...

    def set(self, member: MemberId, state: LevelState) -> None:
        """Keep a level and its instants."""
        ...

    def call_review(self, member: MemberId, *, at: datetime) -> None:
        """Let a level above the lowest be looked at by `at`."""
        ...

    def due(self, *, now: datetime, limit: int) -> tuple[int, ...]:
        """Return the members whose level must be looked at, longest waiting first."""
        ...

    def next_due_at(self) -> datetime | None:
        """Return the instant at which the next level must be looked at."""
        ...

    def take(self, member: MemberId, *, now: datetime) -> LevelState | None:
        """Return a level that must be looked at still, its account held by this unit."""
        ...

    def back_off(self, member: MemberId, *, now: datetime) -> None:
        """Count a failed look and let it fall due again after a growing pause."""
        ...


class BoardStore(Protocol):
    """Growth of local weeks and months in a group, added up as it is earned."""

    def add(self, member: MemberId, group: GroupId, *, period: Period, starts_on: date, growth: int) -> None:
        """Add growth, or take it off where negative."""
        ...

    def top(self, group: GroupId, *, period: Period, starts_on: date, limit: int) -> tuple[Placed, ...]:
        """Return who leads, with whole names: who is in the group, agreed, and wants to be seen."""
        ...

    def own(self, member: MemberId, group: GroupId, *, period: Period, starts_on: date) -> tuple[int, bool]:
        """Return a member's growth in the period, and whether they want to be on boards."""
        ...

    def show(self, member: MemberId, *, shown: bool) -> bool:
        """Put a member on boards or take them off; False when nothing changed."""
        ...


class Uow(uow.Uow, Protocol):
    """What the use cases of growth may touch."""

    @property
    def rules(self) -> RuleStore:
        """Versions of the rules."""
        ...

    @property
    def growth(self) -> GrowthStore:
        """Accounts."""
        ...

    @property
    def levels(self) -> LevelStore:
        """Levels."""
        ...

    @property
    def boards(self) -> BoardStore:
        """Boards."""
        ...
