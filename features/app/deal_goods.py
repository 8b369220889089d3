"""Products as the goods of a deal: copied, renewed while it is a draft, chosen."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from features.app.deal_desk_model import DraftStep, GoodsChoice
from features.app.uow import Uow
from features.catalogue import rules
from features.catalogue.model import Product, ProductGone, Stocked
from features.groupbuy.drafts import MOST_GOODS
from features.groupbuy.model import Deal, Goods, Item, Tier
from kernel.money import WHOLE, Fen, Milli

_PAGE = 8  # products to choose from


def goods_of(product: Product, stock: Milli | None = None, *, was: Fen | None = None) -> Goods:
    """Return what a deal copies of a product; `was` is the price that may be shown struck through."""
    return Goods(
        sku=product.sku,
        name=product.name,
        unit=product.unit,
        price=product.price,
        aliases=product.aliases,
        units=tuple((word, count * WHOLE) for word, count in product.units.items()),
        bulk=tuple(product.bulk.items()),
        step=product.step,
        tiers=tuple(Tier(tier.quantity, tier.price) for tier in product.tiers),
        was=was,
        stock=stock,
        case=product.case_milli,
        home_limit=product.limit,
        weighed=product.weighed,
        category=product.category,
        storage=product.storage,
        origin=product.origin,
        batch=product.batch,
        supplier=product.supplier_name,
        is_green=product.green,
        is_partner=product.partner,
    )


@dataclass(frozen=True, slots=True)
class DraftGoods:
    """The goods of drafts."""

    def fresh(self, uow: Uow, sku: str) -> Goods:
        """Return a product as goods. Raises ProductGone or NotSellable."""
        product = uow.catalogue.by_sku(sku)
        if product is None or not product.active:
            raise ProductGone
        rules.check_sellable(product)
        return _copied(uow, product, None)

    def of_batch(self, uow: Uow, stocked: Sequence[Stocked]) -> tuple[Goods, ...]:
        """Return what of a file can be sold, as much as one deal holds."""
        ready = [each for each in stocked if each.product.active and not rules.missing(each.product)]
        return tuple(_copied(uow, each.product, each.stock) for each in ready[:MOST_GOODS])

    def renewed(self, uow: Uow, goods: Sequence[Goods], *, drop: bool) -> list[Goods]:
        """Return goods as their products are now, with the stock and limit they had.

        What is not sold any more stays as it was, or is left out with `drop`.
        """
        products = {product.sku: product for product in uow.catalogue.active()}
        renewed = []
        for each in goods:
            product = products.get(each.sku)
            if product is not None and not rules.missing(product):
                copied = _copied(uow, product, each.stock)
                renewed.append(replace(copied, home_limit=each.home_limit))
            elif not drop:
                renewed.append(each)
        return renewed

    def withdrawn(self, uow: Uow, items: Sequence[Item]) -> tuple[str, ...]:
        """Return the codes of goods whose products are not sold any more."""
        if not items:
            return ()
        sold = {product.sku for product in uow.catalogue.active()}
        return tuple(item.goods.sku for item in items if item.goods.sku not in sold)

    def with_amount(self, uow: Uow, deal: Deal, sku: str, step: DraftStep, amount: int | None) -> list[Goods]:
        """Return a draft's goods with another stock or limit of one of them; None: without."""
        much = None if amount is None else Milli(amount)

        def other(each: Goods) -> Goods:
            return replace(each, stock=much) if step is DraftStep.STOCK else replace(each, home_limit=much)

        goods = [item.goods for item in uow.deals.items((deal.id,))]
        return [other(each) if each.sku == sku else each for each in goods]

    def choice(self, uow: Uow, at: int) -> GoodsChoice:
        """Return a page of what can be chosen."""
        every = uow.catalogue.active()
        pages = max(1, -(-len(every) // _PAGE))
        at = min(at, pages - 1)
        here = every[at * _PAGE : (at + 1) * _PAGE]
        return GoodsChoice(here, at, pages, frozenset(each.sku for each in here if rules.missing(each)))


def _copied(uow: Uow, product: Product, stock: Milli | None) -> Goods:
    was = rules.struck_price(uow.catalogue.prices(product.id), uow.now)
    return goods_of(product, stock=stock, was=was)
