"""Use cases of the catalogue. Who may change it is asked by whoever calls."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from features.catalogue import rules
from features.catalogue.model import (
    Field,
    Priced,
    Product,
    ProductChanged,
    ProductGone,
    SkuTaken,
    Unclear,
)
from features.catalogue.ports import Uow
from features.catalogue.reading import with_fields
from kernel.ids import ProductId


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Products, changed by what people type about them."""

    def find(self, uow: Uow, *, product: ProductId) -> Product:
        """Return a product. Raises ProductGone."""
        found = uow.catalogue.get(product)
        if found is None:
            raise ProductGone
        return found

    def add(self, uow: Uow, *, values: Mapping[Field, str], codes: Iterator[str] | None = None) -> Product:
        """Add a product; without a code it gets the next one, of `codes` where many are added.

        Raises Unclear, BelowCost or SkuTaken.
        """
        for field in rules.NEEDED:
            if not values.get(field, "").strip():
                raise Unclear(field)
        product = self._whole(uow, with_fields(rules.blank(), values))
        if product.sku:
            added = uow.catalogue.add(product, now=uow.now)
            if added is None:
                raise SkuTaken(sku=product.sku)
        else:
            added = self._add_numbered(uow, product, codes or self.codes(uow))
        uow.journal.note("product.added", product=added.id)
        return added

    def codes(self, uow: Uow) -> Iterator[str]:
        """Return the codes that new products get, in order."""
        return rules.codes(each.sku for each in uow.catalogue.every())

    def change(self, uow: Uow, *, product: Product, values: Mapping[Field, str]) -> Product:
        """Change a product by what is typed; return it as it was where nothing is new.

        Raises Unclear, BelowCost, SkuTaken or ProductChanged.
        """
        changed = self._whole(uow, with_fields(product, values))
        if changed == product:
            return product
        if changed.price != product.price:
            history = (*uow.catalogue.prices(product.id), Priced(changed.price, uow.now))
            was = rules.struck_price(history, uow.now)
            changed = replace(changed, was_fen=was, since=None if was is None else uow.now)
        if changed.sku != product.sku and uow.catalogue.by_sku(changed.sku) is not None:
            raise SkuTaken(sku=changed.sku)
        kept = uow.catalogue.change(product, changed, now=uow.now)
        if kept is None:
            raise ProductChanged
        uow.journal.note("product.changed", product=kept.id)
        return kept

    def ambiguous(self, uow: Uow, *, product: Product) -> tuple[tuple[str, Product], ...]:
        """Return what people may type that means another product too."""
        return rules.ambiguous(uow.catalogue.every(), of=product)

    @staticmethod
    def _whole(uow: Uow, product: Product) -> Product:
        """Return a product with its supplier, and without a reason that nothing needs. Raises as `add`."""
        rules.check_whole(product)
        if product.cost_fen is None or rules.lowest(product) >= product.cost_fen:
            product = replace(product, reason=None)
        if product.supplier_name and product.supplier is None:
            supplier = uow.catalogue.supplier(product.supplier_name, now=uow.now)
            product = replace(product, supplier=supplier.id, supplier_name=supplier.name)
        return product

    @staticmethod
    def _add_numbered(uow: Uow, product: Product, codes: Iterator[str]) -> Product:
        """Add a product under the next free code, however many others do at this moment."""
        tried = (uow.catalogue.add(replace(product, sku=code), now=uow.now) for code in codes)
        return next(added for added in tried if added is not None)
