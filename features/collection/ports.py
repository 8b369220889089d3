"""What collecting needs kept."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from features.collection.model import Asks, Ordered, Parcel, PickupCode, Progress, Round
from features.orders import ports as orders_ports
from kernel.ids import DealId, GroupId, ItemId, MemberId, OrderId, PickupPointId
from kernel.money import Fen, Milli


class CollectionStore(Protocol):
    """Codes, what came, what was handed over, and the reminders of arrived deals."""

    # -- codes

    def code(self, order: OrderId, *, friends: bool) -> PickupCode | None:
        """Return the code of an order, or the one it has for a friend."""
        ...

    def add_code(self, code: PickupCode, *, now: datetime) -> bool:
        """Keep a code; False where its deal has one of these digits, or its order one of its kind."""
        ...

    def codes(self, digits: str, *, groups: Sequence[GroupId]) -> tuple[PickupCode, ...]:
        """Return the codes of these digits in the deals of groups, newest deal first."""
        ...

    def redeem(self, order: OrderId, *, now: datetime) -> None:
        """Let no code of an order open anything any more."""
        ...

    def renew(self, order: OrderId, *, redeemed_at: datetime) -> None:
        """Let codes that were redeemed at that instant open their order again."""
        ...

    def locked_until(self, member: MemberId, *, now: datetime) -> datetime | None:
        """Return until when somebody's codes rest; None: they are taken. Locked for this unit."""
        ...

    def miss(self, member: MemberId, *, since: datetime, most: int, until: datetime, now: datetime) -> int:
        """Count a wrong code; let codes rest until `until` with the `most`th since then; return what is left.

        Counting begins anew with the first one after `since`.
        """
        ...

    # -- what is handed over

    def parcel(self, order: OrderId) -> Parcel | None:
        """Return what a home of a deal that came together collects."""
        ...

    def parcels(self, deal: DealId, *, after: OrderId, limit: int) -> tuple[Parcel, ...]:
        """Return the parcels of a deal behind an order, oldest first."""
        ...

    def found(self, deals: Sequence[DealId], asked: str, *, limit: int) -> tuple[Parcel, ...]:
        """Return the parcels of deals for a name or an address that holds this, or a phone that ends so."""
        ...

    def waiting(self, deal: DealId, *, limit: int, offset: int) -> tuple[Parcel, ...]:
        """Return the parcels of a deal that still hold something to hand over, oldest first."""
        ...

    def of_member(self, member: MemberId, *, limit: int) -> tuple[Parcel, ...]:
        """Return a member's parcels of arrived deals that hold something to collect, newest first."""
        ...

    def progress(self, deal: DealId) -> Progress:
        """Return how far collecting a deal has come."""
        ...

    def collect(self, lines: Sequence[int], *, by: MemberId, now: datetime) -> int:
        """Record that lines were handed over; return of how many that was not recorded before."""
        ...

    def uncollect(self, lines: Sequence[int], *, collected_at: datetime) -> int:
        """Forget that lines were handed over at that instant; return how many."""
        ...

    def dispose(self, lines: Sequence[int]) -> int:
        """Let nothing be there of lines that were not handed over; return of how many that is new."""
        ...

    def weigh(self, line: int, weighed: Milli) -> bool:
        """Keep the real weight of a line; False once it was handed over."""
        ...

    def move_order(self, order: OrderId, point: PickupPointId | None) -> None:
        """Keep where an order is collected; None: where its deal is."""
        ...

    def forget_places(self, deal: DealId) -> None:
        """Let every order of a deal be collected where the deal is."""
        ...

    # -- what came

    def came(self, deal: DealId) -> Mapping[ItemId, tuple[Milli, bool]]:
        """Return of which goods how much came, and whether it is shared out, where staff said so."""
        ...

    def set_came(self, item: ItemId, deal: DealId, quantity: Milli) -> bool:
        """Keep how much came; False once it is shared out."""
        ...

    def all_came(self, item: ItemId) -> bool:
        """Keep that all of it came; False once it is shared out."""
        ...

    def settle(self, item: ItemId, *, came: Milli) -> bool:
        """Record that so much was shared out; False where something else is kept, or it was."""
        ...

    def ordered(self, item: ItemId) -> tuple[Ordered, ...]:
        """Return the lines of goods that are not handed over, first come first."""
        ...

    def give(self, shares: Sequence[tuple[int, Milli]]) -> int:
        """Keep what there is for lines that nothing was handed over of; return for how many it was kept."""
        ...

    # -- reminders

    def begin(self, deal: DealId, *, stage: int, due_at: datetime) -> bool:
        """Let an arrived deal have reminders; False where it has."""
        ...

    def round(self, deal: DealId) -> Round | None:
        """Return the reminders of a deal, locked for this unit."""
        ...

    def keep_round(self, kept: Round) -> None:
        """Keep what is next for a deal."""
        ...

    def rounds_due(self, *, now: datetime, limit: int) -> tuple[int, ...]:
        """Return the deals of which somebody is reminded now."""
        ...

    def next_round_at(self) -> datetime | None:
        """Return when the next reminders are due."""
        ...

    def put_off_round(self, deal: DealId, *, until: datetime) -> None:
        """Look at a deal's reminders again at `until`."""
        ...

    # -- what somebody types next

    def wait(self, member: MemberId, asks: Asks, about: int, *, group: GroupId, until: datetime) -> None:
        """Take the next text that somebody writes in private as a weight of a line, or an order's address."""
        ...

    def awaited(self, member: MemberId, asks: Asks, *, now: datetime) -> int | None:
        """Return the line or the order that somebody is about to write of."""
        ...

    def end_wait(self, member: MemberId, asks: Asks) -> None:
        """Wait for it no more."""
        ...

    def bring(self, order: OrderId, *, fee: Fen, address: str) -> bool:
        """Let an order be brought to a door for a fee; False where it is, or is not locked."""
        ...

    def order_of(self, line: int) -> OrderId | None:
        """Return the order of a line."""
        ...


class Uow(orders_ports.Uow, Protocol):
    """What the use cases of collecting may touch."""

    @property
    def collection(self) -> CollectionStore:
        """Codes and what was handed over."""
        ...
