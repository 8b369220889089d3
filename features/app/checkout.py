"""A coupon on an order: the best one is offered, reserved by one tap, reckoned anew at the cut-off."""

from collections.abc import Sequence
from dataclasses import dataclass

from features.app.uow import Uow
from features.coupons.model import Basket, CannotUse, Coupon, Line, Offer, State
from features.coupons.service import Coupons
from features.groupbuy.model import Item
from features.orders import rules
from features.orders.model import Line as OrderLine
from features.orders.model import Order, OrderState, OrderView
from kernel.ids import CouponId, DealId
from kernel.money import NO_MONEY, Fen, amount_of


@dataclass(frozen=True, slots=True)
class Discount:
    """What an order saves by a coupon: one it has, or the best one that is offered; `refused`: why none."""

    coupon: Coupon | None = None
    offer: Offer | None = None
    refused: CannotUse | None = None

    @property
    def off(self) -> Fen:
        """What the coupon that the order has takes off."""
        return (self.coupon.off or NO_MONEY) if self.coupon else NO_MONEY


NO_DISCOUNT = Discount()


@dataclass(frozen=True, slots=True)
class Checkout:
    """Coupons of orders."""

    coupons: Coupons

    def discount(self, uow: Uow, view: OrderView) -> Discount:
        """Return what an open order saves as things stand; a coupon that no longer fits is given back."""
        order, basket = view.order, basket_of(view.lines)
        if order.state is not OrderState.OPEN:
            return Discount()
        if order.coupon is None:
            return Discount(offer=self.coupons.best(uow, member=order.member, basket=basket))
        refused = self._reckon(uow, order, order.coupon, basket)
        if refused is not None:
            return Discount(refused=refused)
        return Discount(uow.coupons.get(order.coupon))

    def use(self, uow: Uow, *, view: OrderView, coupon: CouponId) -> None:
        """Reserve a coupon for an open order. Raises the CannotUse that fits."""
        order = view.order
        basket = basket_of(view.lines)
        self.coupons.reserve(uow, coupon=coupon, member=order.member, order=order.id, basket=basket)
        uow.orders.set_coupon(order.id, coupon)

    def drop(self, uow: Uow, *, order: Order, ours: bool = False) -> None:
        """Give back what an order has reserved; `ours`: with time to use it, because the failure is ours."""
        if order.coupon is not None:
            self.coupons.release(uow, order=order.id, ours=ours)
            uow.orders.set_coupon(order.id, None)

    def settle(self, uow: Uow, *, deal: DealId, items: Sequence[Item]) -> None:
        """Use up the coupons of a deal that came together, at what its orders cost now."""
        known = {item.id: item for item in items}
        for order in uow.orders.with_coupons(deal):
            lines = [(known[line.item], line) for line in uow.orders.lines((order.id,))]
            if order.coupon is None or self._reckon(uow, order, order.coupon, basket_of(lines)) is not None:
                continue
            uow.orders.set_off(order.id, self.coupons.use(uow, order=order.id))

    def release_all(self, uow: Uow, *, deal: DealId) -> None:
        """Give back the coupons of a deal that comes to nothing, with time to use them."""
        for order in uow.orders.with_coupons(deal):
            self.drop(uow, order=order, ours=True)

    def _reckon(self, uow: Uow, order: Order, coupon: CouponId, basket: Basket) -> CannotUse | None:
        """Reckon anew what a reserved coupon takes off; give it back and say why where it does not fit."""
        piece = uow.coupons.get(coupon)
        try:
            if piece is None or piece.state is not State.RESERVED:
                raise CannotUse
            self.coupons.reserve(uow, coupon=coupon, member=order.member, order=order.id, basket=basket)
        except CannotUse as refused:
            self.drop(uow, order=order)
            return refused
        return None


def basket_of(lines: Sequence[tuple[Item, OrderLine]]) -> Basket:
    """Return the lines of an order as coupons see them, at the prices that hold now."""
    return tuple(
        Line(
            item.goods.sku,
            item.goods.category,
            amount_of(rules.price_of(item, line), line.quantity) if line.amount is None else line.amount,
        )
        for item, line in lines
    )
