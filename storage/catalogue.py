"""Products, their prices and suppliers, what staff are asked about them, and files that wait, in SQL."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    func,
    insert,
    or_,
    select,
    update,
)

from features.catalogue.model import (
    BatchState,
    Field,
    FloorReason,
    Line,
    Priced,
    Product,
    Question,
    Stocked,
    Supplier,
    Tier,
)
from kernel.ids import GroupId, MemberId, MessageId, ProductId, SupplierId, UserId
from kernel.money import Fen, Milli
from storage.dialect import insert_once
from storage.members import SqlMembers, member
from storage.setup import prompt
from storage.types import BigId, JsonText, UtcDateTime, metadata

supplier = Table(
    "supplier",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("name", Text, nullable=False),
    Column("added_at", UtcDateTime, nullable=False),
    UniqueConstraint("name"),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)

product = Table(
    "product",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("sku", Text, nullable=False),  # in capitals
    Column("name", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("price_fen", BigId, CheckConstraint("price_fen > 0", name="price_fen"), nullable=False),
    Column("step_milli", BigId, CheckConstraint("step_milli > 0", name="step_milli"), nullable=False),
    Column("aliases", JsonText, nullable=False),
    Column("units", JsonText, nullable=False),
    Column("bulk", JsonText, nullable=False),
    Column("case_milli", BigId),
    Column("tiers", JsonText, nullable=False),  # [[milli, fen], …]
    Column("was_fen", BigId),
    Column("was_since", UtcDateTime),
    Column("limit_milli", BigId),
    Column("category", Text, nullable=False),
    Column("storage", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("batch", Text, nullable=False),
    Column("supplier_id", BigId, ForeignKey("supplier.id")),
    Column("tolerance_percent", Integer),  # NULL: not weighed
    Column("proof", Text, nullable=False),  # empty: not called green
    Column("partner", Integer, CheckConstraint("partner IN (0,1)", name="partner"), nullable=False),
    Column("photo", Text),  # Telegram's file_id
    Column("cost_fen", BigId),
    Column("reason", Text),  # why it may cost less than that
    Column("active", Integer, CheckConstraint("active IN (0,1)", name="active"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    UniqueConstraint("sku"),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)

product_price = Table(
    "product_price",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("product_id", BigId, ForeignKey("product.id"), nullable=False),
    Column("price_fen", BigId, nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Index("ix_product_price_product_id_id", "product_id", "id"),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)

_STATES = ",".join(f"'{state}'" for state in BatchState)
# The good rows of a file somebody sent, until they say what becomes of it; then what came of them.
import_batch = Table(
    "import_batch",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("asked_by", BigId, ForeignKey("member.id"), nullable=False),
    Column("group_id", BigId, ForeignKey("chat_group.id"), nullable=False),
    Column("state", Text, CheckConstraint(f"state IN ({_STATES})", name="state"), nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("lines", JsonText, nullable=False),  # [[row, {field: typed}, stock], …]
    Column("stocked", JsonText, nullable=False),  # [[product, stock], …]
    Index("ix_import_batch_asked_by", "asked_by"),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)

_ASKS = "catalogue."  # before the field: other features' questions stand in the same table
_OF = "product"
_JOINED = select(product, supplier.c.name.label("supplier_name")).outerjoin(
    supplier, supplier.c.id == product.c.supplier_id
)


@dataclass(frozen=True, slots=True)
class SqlCatalogue:
    """The catalogue over one connection."""

    connection: Connection

    def get(self, product_id: ProductId) -> Product | None:
        """Return a product, on sale or not."""
        return self._one(product.c.id == product_id)

    def by_sku(self, sku: str) -> Product | None:
        """Return the product of that code, whatever its case."""
        return self._one(product.c.sku == sku.upper())

    def active(self) -> tuple[Product, ...]:
        """Return what is on sale, by code."""
        return self._found(product.c.active == 1)

    def every(self) -> tuple[Product, ...]:
        """Return all products, by code."""
        return self._found()

    def get_many(self, products: Sequence[ProductId]) -> Mapping[ProductId, Product]:
        """Return those of the products that are there, by number."""
        return {each.id: each for each in self._found(product.c.id.in_(products))}

    def add(self, new: Product, *, now: datetime) -> Product | None:
        """Keep a new product and its first price; None where its code is taken."""
        values = {**_values(new), "version": 1, "changed_at": now}
        if not insert_once(self.connection, product, values):
            return None
        added = self.by_sku(new.sku)
        if added is not None:
            self._note_price(added, now)
        return added

    def change(self, before: Product, after: Product, *, now: datetime) -> Product | None:
        """Keep a product as it is now, and its new price; None unless it still is as `before` says."""
        changed = self.connection.execute(
            update(product)
            .where(product.c.id == before.id, product.c.version == before.version)
            .values(**_values(after), version=product.c.version + 1, changed_at=now)
        )
        if changed.rowcount != 1:
            return None
        if after.price != before.price:
            self._note_price(after, now)
        return self.get(before.id)

    def prices(self, product_id: ProductId) -> tuple[Priced, ...]:
        """Return every price of a product in order of time; the last one holds."""
        rows = self.connection.execute(
            select(product_price.c.price_fen, product_price.c.since)
            .where(product_price.c.product_id == product_id)
            .order_by(product_price.c.id)
        )
        return tuple(Priced(Fen(price), since) for price, since in rows)

    def supplier(self, name: str, *, now: datetime) -> Supplier:
        """Return the supplier of that name, new or known."""
        insert_once(self.connection, supplier, {"name": name, "added_at": now})
        own = self.connection.execute(select(supplier.c.id).where(supplier.c.name == name)).scalar_one()
        return Supplier(SupplierId(own), name)

    def suppliers(self, *, limit: int) -> tuple[Supplier, ...]:
        """Return the suppliers of the goods that were changed last."""
        last = func.max(product.c.changed_at)
        rows = self.connection.execute(
            select(supplier.c.id, supplier.c.name)
            .join(product, product.c.supplier_id == supplier.c.id)
            .group_by(supplier.c.id, supplier.c.name)
            .order_by(last.desc(), supplier.c.id)
            .limit(limit)
        )
        return tuple(Supplier(SupplierId(own), name) for own, name in rows)

    # -- what is asked

    def wait(
        self,
        member_id: MemberId,
        *,
        group: GroupId,
        field: Field,
        product: ProductId | None,
        given: Mapping[str, str],
        message: MessageId | None,
        until: datetime,
    ) -> None:
        """Take the next text of a person as the answer to `field`, in the place of what was waited for."""
        asked = {
            "group_id": group,
            "asks": f"{_ASKS}{field}",
            "given": dict(given) if product is None else {**given, _OF: str(product)},
            "message": message,
            "expires_at": until,
        }
        if not insert_once(self.connection, prompt, {"member_id": member_id, **asked}):
            self.connection.execute(update(prompt).where(prompt.c.member_id == member_id).values(asked))

    def waiting(self, user: UserId, *, now: datetime) -> Question | None:
        """Return what a person is asked about a product, if its time is not over."""
        row = self.connection.execute(
            select(prompt)
            .join(member, member.c.id == prompt.c.member_id)
            .where(member.c.user_id == user, prompt.c.expires_at > now, prompt.c.asks.startswith(_ASKS))
            .with_for_update(of=prompt)
        ).one_or_none()
        if row is None:
            return None
        given = dict(row.given)
        about = given.pop(_OF, None)
        return Question(
            member=SqlMembers(self.connection).get(MemberId(row.member_id)),
            group=GroupId(row.group_id),
            field=Field(row.asks.removeprefix(_ASKS)),
            product=None if about is None else ProductId(int(about)),
            given=given,
            message=None if row.message is None else MessageId(row.message),
        )

    def forget(self, member_id: MemberId) -> bool:
        """Ask a person about no product any more; False when nothing was asked."""
        mine = prompt.c.member_id == member_id, prompt.c.asks.startswith(_ASKS)
        return self.connection.execute(prompt.delete().where(*mine)).rowcount == 1

    # -- files

    def keep_batch(
        self, *, by: MemberId, group: GroupId, lines: Sequence[Line], now: datetime, until: datetime
    ) -> int:
        """Keep the good rows of a file until they are wanted; earlier files of theirs are dropped."""
        waits = import_batch.c.state == BatchState.ASKED
        outdated = or_(import_batch.c.asked_by == by, import_batch.c.expires_at <= now)
        dropped = update(import_batch).where(waits, outdated).values(state=BatchState.DROPPED, lines=[])
        self.connection.execute(dropped)
        kept = {
            "asked_by": by,
            "group_id": group,
            "state": BatchState.ASKED,
            "asked_at": now,
            "expires_at": until,
            "lines": [[line.row, dict(line.values), line.stock] for line in lines],
            "stocked": [],
        }
        own = self.connection.execute(insert(import_batch).values(kept).returning(import_batch.c.id))
        return int(own.scalar_one())

    def close_batch(
        self, batch: int, *, by: MemberId, to: BatchState, now: datetime
    ) -> tuple[Line, ...] | None:
        """Take the rows of a file out; None where somebody did, they are not theirs, or it is too late."""
        own = import_batch.c.id == batch
        lines = self.connection.execute(select(import_batch.c.lines).where(own)).scalar_one_or_none()
        waits = own, import_batch.c.asked_by == by, import_batch.c.state == BatchState.ASKED
        closed = self.connection.execute(
            update(import_batch).where(*waits, import_batch.c.expires_at > now).values(state=to, lines=[])
        )
        if closed.rowcount != 1:
            return None
        return tuple(_line(*plain) for plain in lines or ())

    def fill_batch(self, batch: int, stocked: Sequence[Stocked]) -> None:
        """Keep which products came with a file, and how much there is."""
        came = [[each.product.id, each.stock] for each in stocked]
        self.connection.execute(update(import_batch).where(import_batch.c.id == batch).values(stocked=came))

    def batch(self, batch: int) -> tuple[Stocked, ...]:
        """Return the products that came with a file that was imported, as they are now, in its order."""
        came = self.connection.execute(
            select(import_batch.c.stocked).where(import_batch.c.id == batch)
        ).scalar_one_or_none()
        there = self.get_many([ProductId(own) for own, _ in came or ()])
        return tuple(Stocked(there[own], stock) for own, stock in came or () if own in there)

    # -- inside

    def _one(self, condition: Any) -> Product | None:
        row = self.connection.execute(_JOINED.where(condition)).one_or_none()
        return None if row is None else _product(row)

    def _found(self, *conditions: Any) -> tuple[Product, ...]:
        rows = self.connection.execute(_JOINED.where(*conditions)).all()
        return tuple(sorted(map(_product, rows), key=lambda each: each.sku))  # alike on both databases

    def _note_price(self, priced: Product, now: datetime) -> None:
        values = {"product_id": priced.id, "price_fen": priced.price, "since": now}
        self.connection.execute(insert(product_price).values(values))


def _values(kept: Product) -> dict[str, Any]:
    return {
        "sku": kept.sku,
        "name": kept.name,
        "unit": kept.unit,
        "price_fen": kept.price,
        "step_milli": kept.step,
        "aliases": list(kept.aliases),
        "units": dict(kept.units),
        "bulk": dict(kept.bulk),
        "case_milli": kept.case_milli,
        "tiers": [list(tier) for tier in kept.tiers],
        "was_fen": kept.was_fen,
        "was_since": kept.since,
        "limit_milli": kept.limit,
        "category": kept.category,
        "storage": kept.storage,
        "origin": kept.origin,
        "batch": kept.batch,
        "supplier_id": kept.supplier,
        "tolerance_percent": kept.tolerance_percent,
        "proof": kept.proof,
        "partner": int(kept.partner),
        "photo": kept.photo,
        "cost_fen": kept.cost_fen,
        "reason": kept.reason,
        "active": int(kept.active),
    }


def _product(row: Any) -> Product:
    return Product(
        id=ProductId(row.id),
        sku=row.sku,
        name=row.name,
        unit=row.unit,
        price=Fen(row.price_fen),
        step=Milli(row.step_milli),
        aliases=tuple(row.aliases),
        units=row.units,
        bulk=row.bulk,
        case_milli=row.case_milli,
        tiers=tuple(Tier(Milli(quantity), Fen(price)) for quantity, price in row.tiers),
        was_fen=row.was_fen,
        since=row.was_since,
        limit=row.limit_milli,
        category=row.category,
        storage=row.storage,
        origin=row.origin,
        batch=row.batch,
        supplier=row.supplier_id,
        supplier_name=row.supplier_name or "",
        tolerance_percent=row.tolerance_percent,
        proof=row.proof,
        partner=bool(row.partner),
        photo=row.photo,
        cost_fen=row.cost_fen,
        reason=FloorReason(row.reason) if row.reason else None,
        active=bool(row.active),
        version=row.version,
    )


def _line(row: int, values: Mapping[str, str], stock: int | None) -> Line:
    typed = {Field(field): said for field, said in values.items()}
    return Line(row, typed, None if stock is None else Milli(stock))
