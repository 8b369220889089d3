"""Use cases of orders that are brought to a door, for a fee."""

from dataclasses import dataclass
from datetime import timedelta

from features.collection.model import Asks, NoAddress, NoDoor, NothingWaits, OwnCode
from features.collection.ports import Uow
from features.collection.service import Collection
from features.members.rules import clean_name
from kernel.ids import OrderId, UserId
from kernel.money import Fen

_WAITS = timedelta(minutes=15)
_COLUMNS = 60  # of an address; a Chinese character takes two


@dataclass(frozen=True, slots=True)
class Door:
    """Bringing orders to doors; the address is asked for only then."""

    collection: Collection

    def ask(self, uow: Uow, *, user: UserId, order: OrderId) -> Fen:
        """Take the next text of somebody as the address of an order; return the fee.

        Raises NothingWaits, or NoDoor where nobody brings orders, or it is brought already.
        """
        parcel, fee = self.collection.own_parcel(uow, user=user, order=order), self.fee
        deal = uow.deals.get(parcel.deal)
        if not fee or parcel.fee or deal is None:
            raise NoDoor
        until = uow.now + _WAITS
        uow.collection.wait(parcel.member, Asks.ADDRESS, order, group=deal.group, until=until)
        return fee

    def told(self, uow: Uow, *, user: UserId, typed: str) -> OwnCode | None:
        """Take a text as the address that was asked for; None where none was.

        Raises NothingWaits, NoDoor or NoAddress.
        """
        member = uow.members.by_user(user)
        order = uow.collection.awaited(member.id, Asks.ADDRESS, now=uow.now) if member else None
        if member is None or order is None:
            return None
        parcel = self.collection.own_parcel(uow, user=user, order=OrderId(order))
        address = clean_name(typed, None, columns=_COLUMNS, fallback="")
        if not any(character.isalnum() for character in address) or address.endswith("\u2026"):
            raise NoAddress
        if not uow.collection.bring(parcel.order, fee=self.fee, address=address):
            raise NoDoor
        uow.collection.end_wait(member.id, Asks.ADDRESS)
        uow.journal.note("order.brought", member=member.id, order=parcel.order, fen=self.fee)
        fresh = uow.collection.parcel(parcel.order)
        if fresh is None:
            raise NothingWaits
        return self.collection.own(uow, fresh, friends=False)

    @property
    def fee(self) -> Fen:
        """What it costs; nothing: nobody does it."""
        return Fen(self.collection.policy.door_fee_fen)
