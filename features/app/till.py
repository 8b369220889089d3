"""The money of orders for members: the page to pay by, claims, Telegram's own payments."""

from collections.abc import Sequence
from dataclasses import dataclass

from features.app.letters import Letters
from features.app.refunding import group_of
from features.app.uow import Uow
from features.groupbuy.model import PayMode
from features.members.model import Group, Member
from features.orders.model import NoOrder, OrderState
from features.payments.model import Claimed, NothingDue, PayPage
from features.payments.service import Payments, is_payable
from features.settlement.service import Settlement
from features.staff.model import Act
from features.staff.wording import staff_notice
from kernel.errors import Refusal
from kernel.ids import GroupId, MemberId, OrderId, UserId
from kernel.message import Keyboard, Money, Param, Tap, Text
from kernel.money import Fen

CLAIMS = "pay.claims"  # the act that opens the list of claims


@dataclass(frozen=True, slots=True)
class Bill:
    """An order of which something is to be paid."""

    order: OrderId
    title: str
    recipient: str
    owed: Fen


@dataclass(frozen=True, slots=True)
class Bills:
    """What a member has to pay; the page of the only order, where there is only one."""

    member: Member
    bills: tuple[Bill, ...]
    page: PayPage | None = None
    claimed: Claimed | None = None


@dataclass(frozen=True, slots=True)
class Paid:
    """What Telegram took; `fresh` False: it was recorded before."""

    reference: str
    amount: Fen
    owed: Fen
    void: bool
    fresh: bool


@dataclass(frozen=True, slots=True)
class Till:
    """What members do about money."""

    payments: Payments
    settlement: Settlement
    letters: Letters

    def page(self, uow: Uow, *, user: UserId, order: OrderId) -> PayPage:
        """Return what somebody needs to pay an order of theirs. Raises NoOrder, NotYours or NothingDue."""
        page = self.payments.page(uow, member=_member(uow, user).id, order=order)
        if page.owed <= 0 and page.claim is None:
            raise NothingDue
        return page

    def bills(self, uow: Uow, *, user: UserId) -> Bills:
        """Return what somebody has to pay. Raises NothingDue."""
        member = _member(uow, user)
        bills = self._bills(uow, member)
        if not bills:
            raise NothingDue
        only = bills[0].order if len(bills) == 1 else None
        page = self.payments.page(uow, member=member.id, order=only) if only is not None else None
        return Bills(member, bills, page)

    def claim(self, uow: Uow, *, user: UserId, order: OrderId) -> tuple[Member, Claimed]:
        """Keep that somebody says they paid, and tell who confirms. Raises what `Payments.claim` raises."""
        member = _member(uow, user)
        claimed = self.payments.claim(uow, member=member.id, order=order)
        if claimed.fresh:
            self._tell_staff(uow, claimed)
        return member, claimed

    def say_paid(self, uow: Uow, *, user: UserId) -> Bills:
        """Take typed words as a claim where only one order can be meant. Raises NothingDue."""
        found = self.bills(uow, user=user)
        if found.page is None:
            return found
        _, claimed = self.claim(uow, user=user, order=found.page.view.order.id)
        return Bills(found.member, found.bills, found.page, claimed)

    def heard_paid(self, uow: Uow, *, member: MemberId, orders: Sequence[OrderId]) -> None:
        """Take what a message in the group says as a claim, for orders that are paid ahead."""
        for order in dict.fromkeys(orders):
            view = self.payments.view(uow, order=order)
            ahead = view.deal.terms.pay is PayMode.PREPAID and view.order.member == member
            if not ahead or self.payments.owed(uow, view) <= 0 or uow.payments.open_claim(order):
                continue
            self._tell_staff(uow, self.payments.claim(uow, member=member, order=order))

    def check_out(self, uow: Uow, *, user: UserId, payload: str, amount: int, currency: str) -> Text | None:
        """Tell why Telegram may not take the money of an order, or None where it may."""
        order = order_of(payload)
        try:
            if order is None or currency != self.payments.policy.telegram_currency:
                raise NoOrder
            member = _member(uow, user)
            self.payments.check_out(uow, member=member.id, order=order, amount=Fen(amount))
        except Refusal as no:
            return no.wording()
        return None

    def took(self, uow: Uow, *, user: UserId, payload: str, amount: int, charge: str) -> Paid | None:
        """Record what Telegram took, once per charge; None where it is for nothing of ours."""
        order, member = order_of(payload), uow.members.by_user(user)
        if order is None or member is None or uow.orders.hold(order) is None:
            uow.journal.note("payment.foreign", fen=amount)
            return None
        came = self.payments.record_telegram(
            uow, order=order, amount=Fen(amount), charge=charge, member=member.id
        )
        self.settlement.recount(uow, order=order)
        view = self.payments.view(uow, order=order)
        void = view.order.state is OrderState.VOID
        reference = uow.payments.reference(order)
        return Paid(reference, Fen(amount), self.payments.owed(uow, view), void, fresh=came is not None)

    def _bills(self, uow: Uow, member: Member) -> tuple[Bill, ...]:
        bills = []
        for order in uow.orders.of_member(member.id):
            view = self.payments.view(uow, order=order.id)
            owed = self.payments.owed(uow, view)
            waits = uow.payments.open_claim(order.id) is not None
            if owed > 0 and not waits and is_payable(view):
                bills.append(Bill(order.id, view.deal.terms.title, order.recipient.name, owed))
        return tuple(bills)

    def _tell_staff(self, uow: Uow, claimed: Claimed) -> None:
        order, group = claimed.order, group_of(uow, claimed.order.id)
        if group is None:
            return
        words: dict[str, Param] = {
            "name": order.recipient.name or order.called or Text("members.nameless"),
            "amount": Money(claimed.payment.amount),
            "reference": claimed.reference,
            "group": group.title,
        }
        see: Keyboard = ((Tap(Text("payments.to_claims"), CLAIMS, (group.id,)),),)
        for reader in readers(uow, group):
            once = f"claim:{claimed.payment.id}:{reader.id}"
            text = Text("payments.claim_came", words)
            uow.outbox.put(staff_notice(reader, text, about=order.member, once=once, keyboard=see))


def readers(uow: Uow, group: Group) -> tuple[Member, ...]:
    """Return who is told about the money of a group: its leaders; the owner where it has none."""
    held = uow.staff.holders(group.id, act=Act.MONEY, now=uow.now)
    there = {post.member for post in uow.staff.posts(group.id, now=uow.now)}
    near = tuple(each for each in held if each.id in there)
    return tuple(each for each in near or held if each.reachable)


def payload_of(order: OrderId) -> str:
    """Return what an invoice for an order bears."""
    return f"order-{order}"


def order_of(payload: str) -> OrderId | None:
    """Return the order that an invoice is for; None for none of ours."""
    head, _, number = payload.partition("-")
    is_ours = head == "order" and number.isascii() and number.isdecimal() and len(number) < 19
    return OrderId(int(number)) if is_ours else None


def _member(uow: Uow, user: UserId) -> Member:
    member = uow.members.by_user(user)
    if member is None:
        raise NoOrder
    return member


def group_of_order(uow: Uow, order: OrderId) -> GroupId:
    """Return the group of an order. Raises NoOrder."""
    own = uow.receivables.group_of(order)
    if own is None:
        raise NoOrder
    return own
