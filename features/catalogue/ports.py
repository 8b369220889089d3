"""What the catalogue needs kept."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from features.catalogue.model import BatchState, Field, Line, Priced, Product, Question, Stocked, Supplier
from features.members import ports as members_ports
from kernel.ids import GroupId, MemberId, MessageId, ProductId, UserId


class CatalogueStore(Protocol):
    """Products with their prices, suppliers, what is asked about them, and files that wait."""

    def get(self, product: ProductId) -> Product | None:
        """Return a product, on sale or not."""
        ...

    def by_sku(self, sku: str) -> Product | None:
        """Return the product of that code, whatever its case."""
        ...

    def active(self) -> tuple[Product, ...]:
        """Return what is on sale, by code."""
        ...

    def get_many(self, products: Sequence[ProductId]) -> Mapping[ProductId, Product]:
        """Return those of the products that are there, by number."""
        ...

    def every(self) -> tuple[Product, ...]:
        """Return all products, by code."""
        ...

    def add(self, product: Product, *, now: datetime) -> Product | None:
        """Keep a new product and its first price; None where its code is taken."""
        ...

    def change(self, before: Product, after: Product, *, now: datetime) -> Product | None:
        """Keep a product as it is now, and its new price; None unless it still is as `before` says."""
        ...

    def prices(self, product: ProductId) -> tuple[Priced, ...]:
        """Return every price of a product in order of time; the last one holds."""
        ...

    def supplier(self, name: str, *, now: datetime) -> Supplier:
        """Return the supplier of that name, new or known."""
        ...

    def suppliers(self, *, limit: int) -> tuple[Supplier, ...]:
        """Return the suppliers of the goods that were changed last."""
        ...

    def wait(
        self,
        member: MemberId,
        *,
        group: GroupId,
        field: Field,
        product: ProductId | None,
        given: Mapping[str, str],
        message: MessageId | None,
        until: datetime,
    ) -> None:
        """Take the next text of a person as the answer to `field`, in the place of what was waited for."""
        ...

    def waiting(self, user: UserId, *, now: datetime) -> Question | None:
        """Return what a person is asked about a product, if its time is not over."""
        ...

    def forget(self, member: MemberId) -> bool:
        """Ask a person about no product any more; False when nothing was asked."""
        ...

    def keep_batch(
        self, *, by: MemberId, group: GroupId, lines: Sequence[Line], now: datetime, until: datetime
    ) -> int:
        """Keep the good rows of a file until they are wanted; earlier files of theirs are dropped."""
        ...

    def close_batch(
        self, batch: int, *, by: MemberId, to: BatchState, now: datetime
    ) -> tuple[Line, ...] | None:
        """Take the rows of a file out; None where somebody did, they are not theirs, or it is too late."""
        ...

    def fill_batch(self, batch: int, stocked: Sequence[Stocked]) -> None:
        """Keep which products came with a file, and how much there is."""
        ...

    def batch(self, batch: int) -> tuple[Stocked, ...]:
        """Return the products that came with a file that was imported, as they are now, in its order."""
        ...


class Uow(members_ports.Uow, Protocol):
    """What the use cases of the catalogue may touch."""

    @property
    def catalogue(self) -> CatalogueStore:
        """Products."""
        ...
