"""What after-sales needs kept."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from features.aftersales.model import Batch, Case, Owned, State
from features.orders import ports as orders_ports
from kernel.ids import GroupId, ItemId, MemberId
from kernel.money import Fen


class CaseStore(Protocol):
    """Cases, and the goods they are about."""

    def owned(self, member: MemberId, *, since: datetime, limit: int) -> tuple[Owned, ...]:
        """Return what a member collected since then, newest first."""
        ...

    def line(self, line: int) -> Owned | None:
        """Return a line that was collected."""
        ...

    def begin(self, member: MemberId, owned: Owned, *, now: datetime) -> Case:
        """Keep a draft about a line, in the place of the member's other drafts."""
        ...

    def get(self, case: int) -> Case | None:
        """Return a case, locked for this unit."""
        ...

    def draft(self, member: MemberId, *, since: datetime) -> Case | None:
        """Return the draft that a member began since then, locked for this unit."""
        ...

    def keep(self, case: Case, *, before: State) -> bool:
        """Keep what a case says now; False unless it was in that state, or another is open for its line."""
        ...

    def is_open(self, line: int) -> bool:
        """Tell whether a case about a line waits."""
        ...

    def given_back(self, line: int) -> Fen:
        """Return what cases about a line gave back so far."""
        ...

    def is_used(self, photo_unique: str, *, but: int) -> bool:
        """Tell whether another case has the same photo."""
        ...

    def claims(self, member: MemberId, *, but: int, orders: int) -> int:
        """Return how many of a member's last collected orders had a case that was not turned down."""
        ...

    def queue(self, groups: Sequence[GroupId], *, limit: int) -> tuple[Case, ...]:
        """Return the cases of groups that wait for a person, soonest due first."""
        ...

    def batch(self, group: GroupId, item: ItemId, *, since: datetime) -> Batch | None:
        """Return the cases of the batch of goods in a group since then; None for goods without a batch."""
        ...

    def name_of(self, case: int) -> str:
        """Return who ordered the goods of a case, as the order calls them."""
        ...

    def selling(self, group: GroupId, batch: str) -> tuple[ItemId, ...]:
        """Return the goods of a batch in a group's open deals."""
        ...

    def due(self, *, now: datetime, limit: int) -> tuple[int, ...]:
        """Return the cases with which something happens by itself now."""
        ...

    def next_due_at(self) -> datetime | None:
        """Return when something happens by itself next."""
        ...

    def put_off(self, case: int, *, until: datetime) -> None:
        """Look at a case again at `until`."""
        ...


class Uow(orders_ports.Uow, Protocol):
    """What the use cases of after-sales may touch."""

    @property
    def cases(self) -> CaseStore:
        """Cases."""
        ...
