"""What deals need kept."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from features.groupbuy.model import Asked, Card, Counts, Deal, DealState, Goods, Item, Terms
from features.pickup import ports as pickup_ports
from features.staff import ports as staff_ports
from kernel.ids import ChatId, DealId, GroupId, ItemId, MemberId, MessageId, UserId
from kernel.money import Fen, Milli


class DealStore(Protocol):
    """Deals and their goods."""

    def add(
        self, group: GroupId, terms: Terms, goods: Sequence[Goods], *, by: MemberId, now: datetime
    ) -> Deal:
        """Keep a new deal as a draft, its goods numbered from 1."""
        ...

    def get(self, deal: DealId) -> Deal | None:
        """Return a deal."""
        ...

    def hold(self, deal: DealId) -> Deal | None:
        """Return a deal that no other unit moves before this one ends."""
        ...

    def stays_open(self, deal: DealId) -> bool:
        """Tell whether a deal takes orders, and let nobody close it before this unit ends."""
        ...

    def stamps(self, group: GroupId) -> tuple[tuple[DealId, int, bool], ...]:
        """Return a group's deals that take orders, or did until lately, with stamps and whether they do.

        Oldest first. It is all that every message asks for.
        """
        ...

    def of_group(self, group: GroupId, *, states: Sequence[DealState], limit: int) -> tuple[Deal, ...]:
        """Return a group's deals in such states, newest first."""
        ...

    def items(self, deals: Sequence[DealId]) -> tuple[Item, ...]:
        """Return the goods of deals, in the order of the deals and of their numbers."""
        ...

    def item(self, item: ItemId) -> Item | None:
        """Return one of the goods."""
        ...

    def move(self, deal: DealId, *, before: DealState, after: DealState) -> bool:
        """Move a deal from one state to another; False unless it was there."""
        ...

    def set_terms(self, deal: DealId, terms: Terms) -> None:
        """Keep other terms; how messages are read changes with them."""
        ...

    def set_price(self, item: ItemId, price: Fen) -> None:
        """Keep another price for what is ordered from now on."""
        ...

    def set_stock(self, item: ItemId, stock: Milli | None) -> bool:
        """Keep how much there is; False where more than that is ordered already."""
        ...

    def opened(self, deal: DealId, *, now: datetime) -> None:
        """Record when a deal opened."""
        ...

    def arrived(self, deal: DealId, *, now: datetime) -> None:
        """Record when a deal's goods arrived."""
        ...

    def fill(self, deal: DealId, *, until: datetime | None) -> None:
        """Let a deal wait for its open cases to be filled; None: no longer."""
        ...

    def explain(self, deal: DealId, reason: str) -> None:
        """Keep why a deal ended."""
        ...

    def look_at(self, deal: DealId, at: datetime | None) -> None:
        """Look at a deal by itself at `at`; None: no more."""
        ...

    def due(self, *, now: datetime, limit: int) -> tuple[int, ...]:
        """Return the deals to be looked at."""
        ...

    def next_due_at(self) -> datetime | None:
        """Return when a deal is looked at next."""
        ...

    def take(self, item: ItemId, more: Milli) -> bool:
        """Reserve more of the goods, or give some back; False where there is not so much."""
        ...

    def tell(self, deal: DealId, what: str, *, now: datetime) -> None:
        """Let the buyers of a deal be told something, each once, from the first on."""
        ...

    def telling(self, *, now: datetime, limit: int) -> tuple[int, ...]:
        """Return the deals whose buyers are being told something."""
        ...

    def next_telling_at(self) -> datetime | None:
        """Return when buyers of a deal are told something next."""
        ...

    def tell_at(self, deal: DealId, at: datetime) -> None:
        """Go on telling at `at`."""
        ...

    def told(self, deal: DealId) -> tuple[str, int] | None:
        """Return what a deal's buyers are told and the last order that was; None: nothing more."""
        ...

    def told_up_to(self, deal: DealId, *, order: int | None) -> None:
        """Keep up to which order the buyers were told; None: all were."""
        ...

    def counts(self, deal: DealId) -> Counts:
        """Return what has come together, at the prices that hold now."""
        ...


class DraftStore(Protocol):
    """Deals that are being put together, and what leaders are asked about deals."""

    def set_terms(self, deal: DealId, terms: Terms) -> bool:
        """Keep other terms of a draft; False where it is none."""
        ...

    def set_goods(self, deal: DealId, goods: Sequence[Goods]) -> bool:
        """Keep other goods of a draft, numbered from 1; False where it is none."""
        ...

    def delete(self, deal: DealId) -> bool:
        """Forget a draft; False where it is none."""
        ...

    def wait(self, asked: Asked, *, until: datetime) -> None:
        """Take the next text of a person as the answer, in the place of what was waited for."""
        ...

    def waiting(self, user: UserId, *, now: datetime) -> Asked | None:
        """Return what a person is asked about a deal, if its time is not over."""
        ...

    def forget(self, member: MemberId) -> None:
        """Ask a person nothing any more, whatever it was about."""
        ...

    def to_warn(self, *, now: datetime, ahead: timedelta, limit: int) -> tuple[int, ...]:
        """Return the open deals with a goal that close within `ahead` and about which nobody was warned."""
        ...

    def next_warning_at(self, *, now: datetime, ahead: timedelta) -> datetime | None:
        """Return when somebody is warned about a deal next."""
        ...

    def warned(self, deal: DealId) -> bool:
        """Record that somebody was warned about a deal; False where it was recorded before."""
        ...


class CardStore(Protocol):
    """The standing messages of deals."""

    def card(self, deal: DealId) -> Card | None:
        """Return what is known of a deal's standing message, locked for this unit."""
        ...

    def add_card(self, deal: DealId, *, chat: ChatId, now: datetime) -> None:
        """Let a deal have a standing message, to be shown at once."""
        ...

    def changed(self, deal: DealId, *, now: datetime) -> None:
        """Let the standing message be changed as soon as it may."""
        ...

    def buried(
        self, deal: DealId, *, under: MessageId, below: int, moved_before: datetime, now: datetime
    ) -> None:
        """Let the standing message move where more than `below` messages stand under it; not too often."""
        ...

    def keep_card(self, card: Card, *, due_at: datetime | None) -> None:
        """Keep what is known of a standing message, and when it is due next."""
        ...

    def cards_due(self, *, now: datetime, limit: int) -> tuple[int, ...]:
        """Return the deals whose standing message is due."""
        ...

    def next_card_at(self) -> datetime | None:
        """Return when a standing message is due next."""
        ...

    def put_off_card(self, deal: DealId, *, until: datetime) -> None:
        """Look at a standing message again at `until`."""
        ...


class Uow(pickup_ports.Uow, staff_ports.Uow, Protocol):
    """What the use cases of deals may touch."""

    @property
    def deals(self) -> DealStore:
        """Deals."""
        ...

    @property
    def drafts(self) -> DraftStore:
        """Drafts."""
        ...

    @property
    def cards(self) -> CardStore:
        """Standing messages."""
        ...
