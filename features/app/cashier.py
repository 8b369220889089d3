"""The money of orders for staff: claims to confirm, who has not paid, what goes back, receipts of a file."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from features.app.letters import Letter, Letters
from features.app.refunding import group_of
from features.app.till import group_of_order
from features.app.uow import Uow
from features.members.model import Group
from features.orders.model import Order
from features.payments import rules
from features.payments.model import (
    Matched,
    Money,
    NoPayment,
    Payment,
    PaymentId,
    PayState,
    Refund,
    RefundId,
    Unpaid,
)
from features.payments.receipts import Columns, read
from features.payments.refunds import Refunds
from features.payments.service import Payments
from features.settlement.service import Settlement
from features.staff.model import Act, Choice, Deed, NotAllowed
from features.staff.service import Staff
from kernel.ids import GroupId, MemberId, OrderId, UserId
from kernel.message import Money as Shown
from kernel.message import Param, Text
from kernel.money import Fen

_ON_PAGE = 5
_MOST_UNPAID = 200  # orders looked at for reminders at once


@dataclass(frozen=True, slots=True)
class MoneyPage:
    """A list of a group: claims with what is owed now, or refunds."""

    group: Group
    rows: tuple[Money, ...]
    owed: tuple[Fen, ...]
    count: int
    now: datetime


@dataclass(frozen=True, slots=True)
class UnpaidPage:
    """Who has still to pay in a group."""

    group: Group
    rows: tuple[Unpaid, ...]
    total: Fen


@dataclass(frozen=True, slots=True)
class Decided:
    """A claim that was decided: the order's balance after it, and the line of the record to undo it by."""

    group: Group
    order: Order
    called: str
    reference: str
    amount: Fen
    owed: Fen
    confirmed: bool
    line: int = 0


@dataclass(frozen=True, slots=True)
class Reminded:
    """Whom a reminder went to, who was reminded a short while ago, and who cannot be reached."""

    group: Group
    told: int
    lately: int
    unreachable: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cashier:
    """What staff do about money; each act is checked and written down."""

    staff: Staff
    payments: Payments
    refunds: Refunds
    settlement: Settlement
    letters: Letters

    # -- claims

    def claims(self, uow: Uow, *, user: UserId, group: GroupId | None) -> MoneyPage | Choice:
        """Return the oldest claims of a group that wait. Raises NotAllowed."""
        standing = self.staff.the_group(uow, user=user, group=group, act=Act.MONEY)
        if isinstance(standing, Choice):
            return standing
        own = standing.group
        rows = uow.receivables.claims(own.id, after=0, limit=_ON_PAGE)
        owed = tuple(self.payments.owed(uow, self.payments.view(uow, order=each.order)) for each in rows)
        return MoneyPage(own, rows, owed, uow.receivables.counts(own.id)[0], uow.now)

    def decide(self, uow: Uow, *, user: UserId, payment: PaymentId, came: bool) -> Decided:
        """Confirm or reject a claim, tell who made it, and write it down. Raises NotAllowed or NoPayment."""
        found = uow.payments.get(payment)
        if found is None:
            raise NotAllowed
        actor = self._may(uow, user, found.order)
        act = self.payments.confirm if came else self.payments.reject
        done, order = act(uow, payment=payment, by=actor)
        return self._decided(uow, actor, done, order)

    def receive(self, uow: Uow, *, user: UserId, reference: str, amount: Fen) -> Decided:
        """Record an amount that came for an order by its reference. Raises NotAllowed or NoPayment."""
        order = uow.payments.by_reference(reference)
        if order is None:
            raise NoPayment
        actor = self._may(uow, user, order)
        done, held = self.payments.receive(uow, order=order, amount=amount, by=actor)
        return self._decided(uow, actor, done, held)

    def take_cash(self, uow: Uow, *, order: OrderId, by: MemberId) -> Payment | None:
        """Record that what is owed was paid at pick-up, for whoever checks goods off; None for nothing."""
        came = self.payments.record_cash(uow, order=order, by=by)
        if came is not None:
            self.settlement.recount(uow, order=order)
        return came

    def unconfirm(self, uow: Uow, *, payment: PaymentId) -> bool:
        """Take a confirmation back while nothing followed; the record asks, who checks. Raises Followed."""
        self.payments.unconfirm(uow, payment=payment)
        if found := uow.payments.get(payment):
            self.settlement.recount(uow, order=found.order)
        return True

    def _decided(self, uow: Uow, actor: MemberId, done: Payment, order: Order) -> Decided:
        group = group_of(uow, order.id)
        if group is None:
            raise NotAllowed
        self.settlement.recount(uow, order=order.id)
        confirmed = done.state is PayState.CONFIRMED
        deed = Deed.PAYMENT_CONFIRMED if confirmed else Deed.PAYMENT_REJECTED
        line = self.staff.note(
            uow,
            group=group.id,
            actor=actor,
            act=deed,
            subject=order.member,
            after={"payment": done.id, "fen": done.amount},
        )
        reference = uow.payments.reference(order.id)
        owed = self.payments.owed(uow, self.payments.view(uow, order=order.id))
        decided = Decided(
            group,
            order,
            order.recipient.name or order.called,
            reference,
            done.amount,
            owed,
            confirmed,
            line if done.id else 0,
        )
        self._tell(uow, decided, line)
        return decided

    def _tell(self, uow: Uow, decided: Decided, line: int) -> None:
        if decided.order.by_staff:
            return
        words: dict[str, Param] = {"amount": Shown(decided.amount), "reference": decided.reference}
        key = "payments.told_confirmed"
        if not decided.confirmed:
            key = "payments.told_rejected"
        elif decided.owed > 0:
            key = "payments.told_part"
            words |= {"owed": Shown(decided.owed)}
        letter = Letter(Text(key, words), Text("payments.why_told"), f"payment-decided:{line}")
        self.letters.put(uow, member=decided.order.member, group=decided.group, letter=letter)

    # -- unpaid

    def unpaid(self, uow: Uow, *, user: UserId, group: GroupId | None) -> UnpaidPage | Choice:
        """Return who has still to pay in a group. Raises NotAllowed."""
        standing = self.staff.the_group(uow, user=user, group=group, act=Act.MONEY)
        if isinstance(standing, Choice):
            return standing
        rows = uow.receivables.unpaid(standing.group.id, limit=_MOST_UNPAID)
        return UnpaidPage(standing.group, rows, Fen(sum(each.owed for each in rows)))

    def remind(self, uow: Uow, *, user: UserId, group: GroupId) -> Reminded:
        """Remind each home that has not paid, in private, at most once in some hours. Raises NotAllowed."""
        standing = self.staff.standing(uow, user=user, group=group, act=Act.MONEY)
        homes: dict[MemberId, list[Unpaid]] = {}
        for each in uow.receivables.unpaid(group, limit=_MOST_UNPAID):
            if not each.claimed:
                homes.setdefault(each.member, []).append(each)
        told, lately, unreachable = 0, 0, list[str]()
        for member, owing in homes.items():
            person = uow.members.find(member)
            if person is None or not person.reachable:
                unreachable += [each.called or each.reference for each in owing]
            elif self._remind(uow, standing.group, member, owing):
                told += 1
            else:
                lately += 1
        if told:
            after = {"homes": told}
            self.staff.note(uow, group=group, actor=standing.member, act=Deed.REMINDED, after=after)
        return Reminded(standing.group, told, lately, tuple(unreachable))

    def _remind(self, uow: Uow, group: Group, member: MemberId, owing: Sequence[Unpaid]) -> bool:
        since = uow.now - timedelta(hours=self.payments.policy.remind_hours)
        fresh = [uow.receivables.remind(each.order, since=since, now=uow.now) for each in owing]
        if not all(fresh):
            return False
        lines = tuple(
            Text(
                "payments.owing_line",
                {"title": each.title, "reference": each.reference, "amount": Shown(each.owed)},
            )
            for each in owing
        )
        text = Text("payments.reminder", {"lines": lines})
        once = f"remind:{owing[0].order}:{uow.now.isoformat()}"
        letter = Letter(text, Text("payments.why_reminded"), once)
        return self.letters.put(uow, member=member, group=group, letter=letter)

    # -- refunds

    def refunds_due(self, uow: Uow, *, user: UserId, group: GroupId | None) -> MoneyPage | Choice:
        """Return the oldest refunds of a group that are due. Raises NotAllowed."""
        standing = self.staff.the_group(uow, user=user, group=group, act=Act.MONEY)
        if isinstance(standing, Choice):
            return standing
        rows = uow.receivables.refunds_due(standing.group.id, after=0, limit=_ON_PAGE)
        count = uow.receivables.counts(standing.group.id)[2]
        return MoneyPage(standing.group, rows, (), count, uow.now)

    def refunded(self, uow: Uow, *, user: UserId, refund: RefundId) -> tuple[Group, Refund, str]:
        """Record that money went back, and tell who gets it, once. Raises NotAllowed or NoPayment."""
        found = uow.refunds.get(refund)
        if found is None:
            raise NotAllowed
        actor, group = self._may(uow, user, found.order), group_of(uow, found.order)
        done = self.refunds.done(uow, refund=refund, by=actor)
        held = uow.orders.hold(found.order)
        if done is None or group is None or held is None:
            raise NoPayment
        after = {"refund": int(refund), "fen": int(done.back)}
        self.staff.note(
            uow, group=group.id, actor=actor, act=Deed.REFUND_DONE, subject=held.member, after=after
        )
        reference = uow.payments.reference(found.order)
        if not held.by_staff:
            words: dict[str, Param] = {"amount": Shown(done.back), "reference": reference}
            text = Text("payments.told_refunded", words)
            letter = Letter(text, Text("payments.why_told"), f"refunded:{refund}:{uow.now.isoformat()}")
            self.letters.put(uow, member=held.member, group=group, letter=letter)
        return group, done, reference

    def unrefund(self, uow: Uow, *, refund: RefundId) -> bool:
        """Let a refund be due again that was said to be done; the record asks, who checks."""
        return self.refunds.undone(uow, refund=refund)

    # -- the group's own code, and files of receipts

    def keep_code(self, uow: Uow, *, user: UserId, photo: str, payee: str) -> tuple[Group, ...]:
        """Keep a photo as the code to pay to of every group the person leads. Raises NotAllowed."""
        groups = self.staff.groups_for(uow, user=user, act=Act.MONEY)
        if not groups:
            raise NotAllowed
        for group in groups:
            actor = self.staff.check(uow, user=user, group=group.id, act=Act.MONEY)
            self.payments.keep_code(uow, group=group.id, photo=photo, payee=payee, by=actor)
            self.staff.note(uow, group=group.id, actor=actor, act=Deed.PAY_CODE_SET)
        return groups

    def match(
        self,
        uow: Uow,
        *,
        user: UserId,
        group: GroupId,
        columns: Columns,
        rows: Sequence[Sequence[str]],
        sure: bool,
    ) -> Matched:
        """Pair the rows of a file of receipts with the claims of a group; confirm the pairs only when `sure`.

        Raises NotAllowed or BadSheet. A receipt recorded before is left out.
        """
        standing = self.staff.standing(uow, user=user, group=group, act=Act.MONEY)
        receipts, unread = read(columns, rows, standing.group.zone)
        known = self.payments.known_receipts(uow, [each.reference for each in receipts if each.reference])
        fresh = [each for each in receipts if each.reference not in known or not each.reference]
        hours = self.payments.policy.match_hours
        found = rules.match(fresh, uow.receivables.open_claims(group), hours=hours)
        if sure:
            for receipt, claim in found.pairs:
                done, order = self.payments.confirm(
                    uow,
                    payment=claim.payment,
                    by=standing.member,
                    amount=receipt.amount,
                    receipt=receipt.reference or None,
                )
                self._decided(uow, standing.member, done, order)
        return replace(found, unread=unread)

    def _may(self, uow: Uow, user: UserId, order: OrderId) -> MemberId:
        return self.staff.check(uow, user=user, group=group_of_order(uow, order), act=Act.MONEY)
