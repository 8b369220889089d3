"""Orders by button: one more, one less, one's own order, everything given back; in a group and in private."""

from collections.abc import Sequence
from dataclasses import dataclass

from features.app.checkout import NO_DISCOUNT, Checkout, Discount
from features.app.standing import STANDING, Standing
from features.app.uow import Uow
from features.groupbuy import rules as deals
from features.groupbuy.model import Deal, DealState, Item, NoDeal, Shown
from features.groupbuy.service import Groupbuy
from features.members.model import Checking, Group, Joined, Member, Person
from features.members.service import Members
from features.orders.model import (
    Became,
    Did,
    NoOrder,
    NotYours,
    Op,
    Order,
    OrderView,
    Recipient,
    Source,
    Via,
    Wish,
)
from features.orders.service import Orders
from kernel.ids import ChatId, CouponId, DealId, ItemId, MemberId, OrderId, private_chat
from kernel.message import Kind, MessageClass, Outgoing, Param, Quantity, Text
from kernel.money import Milli

_MOST = 1000  # orders of one person


@dataclass(frozen=True, slots=True)
class Tapped:
    """What came of a button: the order as it is now, None where the home has none."""

    member: Member
    group: Group
    deal: Deal
    did: Did | None
    view: OrderView | None


@dataclass(frozen=True, slots=True)
class DealPage:
    """A deal as one home sees it in private."""

    member: Member
    shown: Shown
    view: OrderView | None
    discount: Discount = NO_DISCOUNT


@dataclass(frozen=True, slots=True)
class Baskets:
    """What a member does with buttons."""

    members: Members
    groupbuy: Groupbuy
    orders: Orders
    standing: Standing
    checkout: Checkout

    def one(self, uow: Uow, *, person: Person, chat: ChatId | None, item: ItemId, more: Milli) -> Tapped:
        """Take `more` of the goods, or give back; a button means now. Raises what `check_takes` raises."""
        found = uow.deals.item(item)
        deal = uow.deals.get(found.deal) if found else None
        if found is None or deal is None:
            raise NoDeal
        member, group = self._who(uow, person, chat, deal)
        deals.check_takes(deal, said_at=uow.now)
        op = Op.ADD if more > 0 else Op.SUB
        source = Source(member.id, uow.now, Via.TAP, called=person.name)
        wish = Wish(found, op, Milli(abs(more)))
        did = self.orders.place(uow, deal=deal, recipient=Recipient(), wishes=(wish,), source=source)[0]
        self.after(uow, group, deal, (did,))
        return Tapped(member, group, deal, did, self._own(uow, deal, member))

    def put(self, uow: Uow, *, person: Person, item: ItemId, more: Milli) -> tuple[DealPage, Did | None]:
        """Do the same on a deal's page in private, and return the page as it is then."""
        tapped = self.one(uow, person=person, chat=None, item=item, more=more)
        return self._page(uow, tapped.member, tapped.deal, tapped.group), tapped.did

    def mine(self, uow: Uow, *, person: Person, chat: ChatId | None, deal: DealId) -> Tapped:
        """Return a home's order in a deal. Raises NoDeal."""
        found = uow.deals.get(deal)
        if found is None:
            raise NoDeal
        member, group = self._who(uow, person, chat, found)
        return Tapped(member, group, found, None, self._own(uow, found, member))

    def start(self, uow: Uow, *, person: Person, deal: DealId) -> DealPage | None:
        """Open a deal's page for who presses Start; None while Telegram is asked who they are."""
        if isinstance(self.members.start(uow, person=person, payload=""), Checking):
            return None
        return self.page(uow, person=person, deal=deal)

    def page(self, uow: Uow, *, person: Person, deal: DealId) -> DealPage:
        """Return a deal as a member sees it in private. Raises NoDeal, NotMember or Away."""
        found = uow.deals.get(deal)
        if found is None or found.state is DealState.DRAFT:
            raise NoDeal
        member, group = self._who(uow, person, None, found)
        return self._page(uow, member, found, group)

    def coupon(self, uow: Uow, *, person: Person, order: OrderId, coupon: CouponId | None) -> DealPage:
        """Use a coupon on an open order, None for none, and return the page as it is then.

        Raises NoOrder, NotYours, what `check_takes` raises, and the CannotUse that fits.
        """
        held = uow.orders.hold(order)
        deal = uow.deals.get(held.deal) if held else None
        if held is None or deal is None:
            raise NoOrder
        member, group = self._owner(uow, person, held, deal)
        deals.check_takes(deal, said_at=uow.now)
        self.checkout.drop(uow, order=held)
        if coupon is not None:
            self.checkout.use(uow, view=self._view(uow, held, deal), coupon=coupon)
        return self._page(uow, member, deal, group)

    def _page(self, uow: Uow, member: Member, deal: Deal, group: Group) -> DealPage:
        view = self._own(uow, deal, member)
        discount = self.checkout.discount(uow, view) if view and view.lines else Discount()
        return DealPage(member, self.standing.shown(uow, deal=deal, group=group), view, discount)

    def listed(self, uow: Uow, *, person: Person) -> tuple[Member, tuple[DealPage, ...]]:
        """Return the deals that a member can order in, or has goods in. Raises NotMember or Away."""
        known = self.members.known(uow, person=person)
        pages = []
        for group in uow.members.groups_of(known.member.id):
            for deal in uow.deals.of_group(group.id, states=STANDING, limit=8):
                view = self._own(uow, deal, known.member)
                if view is not None or deal.state is DealState.OPEN:
                    pages.append(self._page(uow, known.member, deal, group))
        return known.member, tuple(pages)

    def set_to(
        self, uow: Uow, *, person: Person, order: OrderId, item: ItemId, quantity: Milli, before: Milli
    ) -> Tapped:
        """Set a line to what was offered, where it still is what it was then.

        Raises NoOrder, NotYours, Fixed or what `check_takes` raises.
        """
        held, deal, member, group, found = self._of_order(uow, person, order, item)
        line = uow.orders.line(order, item)
        if (line.quantity if line else 0) != before:
            return Tapped(member, group, deal, None, self._view(uow, held, deal))
        source = Source(member.id, uow.now, Via.TAP, by_staff=held.by_staff)
        wish = Wish(found, Op.SET if quantity else Op.REMOVE, quantity)
        did = self.orders.place(uow, deal=deal, recipient=held.recipient, wishes=(wish,), source=source)[0]
        self.after(uow, group, deal, (did,))
        return Tapped(member, group, deal, did, self._view(uow, held, deal))

    def wait(
        self, uow: Uow, *, person: Person, order: OrderId, item: ItemId, quantity: Milli
    ) -> tuple[Tapped, bool]:
        """Let a home wait for goods that are sold out; tell whether it did not before."""
        held, deal, member, group, found = self._of_order(uow, person, order, item)
        fresh = self.orders.wait(uow, order=held, item=found, quantity=quantity)
        uow.cards.changed(deal.id, now=uow.now)
        return Tapped(member, group, deal, None, self._view(uow, held, deal)), fresh

    def clear(self, uow: Uow, *, person: Person, order: OrderId) -> Tapped:
        """Give a home's whole order back. Raises NoOrder, NotYours, Fixed or what `check_takes` raises."""
        held = uow.orders.hold(order)
        deal = uow.deals.get(held.deal) if held else None
        if held is None or deal is None:
            raise NoOrder
        member, group = self._owner(uow, person, held, deal)
        deals.check_takes(deal, said_at=uow.now)
        items = uow.deals.items((deal.id,))
        source = Source(member.id, uow.now, Via.TAP)
        self.checkout.drop(uow, order=held)
        done = self.orders.clear(uow, order=order, items=items, source=source)
        self.after(uow, group, deal, done)
        return Tapped(member, group, deal, done[0] if done else None, None)

    def give_up(self, uow: Uow, *, member: MemberId) -> None:
        """Give back what somebody who goes for good has ordered and can still be given back."""
        for order in uow.orders.of_member(member, limit=_MOST):
            deal = uow.deals.get(order.deal)
            group = uow.groups.get(deal.group) if deal else None
            if deal is None or group is None or not uow.deals.stays_open(deal.id):
                continue
            source = Source(member, uow.now, Via.TAP)
            items = uow.deals.items((deal.id,))
            self.checkout.drop(uow, order=order)
            self.after(uow, group, deal, self.orders.clear(uow, order=order.id, items=items, source=source))

    def after(self, uow: Uow, group: Group, deal: Deal, done: Sequence[Did]) -> None:
        """Let the standing message follow, and give what became free to who waits for it."""
        moved = [did for did in done if did.became in (Became.TAKEN, Became.GONE)]
        if not moved:
            return
        uow.cards.changed(deal.id, now=uow.now)
        for did in moved:
            if did.now < did.before:
                self.serve(uow, group, deal, did.wish.item)

    def serve(self, uow: Uow, group: Group, deal: Deal, item: Item) -> None:
        """Give goods that became free to who waits, and tell them."""
        for order, much in self.orders.serve(uow, deal=deal, item=item):
            member = uow.members.find(order.member)
            if member is None or not member.reachable or order.by_staff:
                continue
            words: dict[str, Param] = {
                "title": deal.terms.title,
                "name": item.goods.name,
                "quantity": Quantity(much, item.goods.unit),
            }
            uow.outbox.put(
                Outgoing(
                    Kind.SEND,
                    private_chat(member.user),
                    MessageClass.RECEIPT,
                    text=Text("orders.came_up", words),
                    language=member.language,
                    large=member.large,
                    group=group.id,
                )
            )

    def _of_order(
        self, uow: Uow, person: Person, order: OrderId, item: ItemId
    ) -> tuple[Order, Deal, Member, Group, Item]:
        held, found = uow.orders.hold(order), uow.deals.item(item)
        deal = uow.deals.get(held.deal) if held else None
        if held is None or deal is None or found is None or found.deal != deal.id:
            raise NoOrder
        member, group = self._owner(uow, person, held, deal)
        deals.check_takes(deal, said_at=uow.now)
        return held, deal, member, group, found

    def _owner(self, uow: Uow, person: Person, order: Order, deal: Deal) -> tuple[Member, Group]:
        member = uow.members.by_user(person.user)
        group = uow.groups.get(deal.group)
        if member is None or group is None or member.id != order.member:
            raise NotYours
        return member, group

    def _who(self, uow: Uow, person: Person, chat: ChatId | None, deal: Deal) -> tuple[Member, Group]:
        """Return who taps, in the group of the deal or in private. Raises NoDeal for another group's deal."""
        if chat is not None:
            joined: Joined = self.members.in_group(uow, chat=chat, person=person)
            if joined.group.id != deal.group:
                raise NoDeal
            return joined.member, joined.group
        known = self.members.known(uow, person=person)
        group = uow.groups.get(deal.group)
        if group is None or not uow.members.is_in(known.member.id, deal.group):
            raise NoDeal
        return known.member, group

    def _own(self, uow: Uow, deal: Deal, member: Member) -> OrderView | None:
        order = uow.orders.find(deal.id, member.id, "")
        return self._view(uow, order, deal) if order else None

    def _view(self, uow: Uow, order: Order, deal: Deal) -> OrderView:
        fresh = uow.orders.hold(order.id) or order
        return self.orders.view(uow, order=fresh, deal=deal, items=uow.deals.items((deal.id,)))
