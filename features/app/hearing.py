"""What people say in a group: who speaks is known, and an order that is typed is taken."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fractions import Fraction

from features.app.baskets import Baskets
from features.app.till import Till
from features.app.uow import Uow
from features.groupbuy import rules as deals
from features.groupbuy.model import Deal, Item, NotOpen, Offered, TooLate
from features.groupbuy.service import Groupbuy
from features.jielong.lexicon import Lexicon, compile_lexicon
from features.jielong.model import Clarify, Context, Goods, Kind, Offer, Reading
from features.jielong.model import Op as Said
from features.jielong.model import Order as Entry
from features.jielong.reading import read
from features.members.model import Joined, Person
from features.members.service import Members
from features.orders.model import Did, Fixed, ListOver, Op, Recipient, Source, Via, Wish
from features.orders.service import Orders
from features.staff.model import Act
from features.staff.rules import may
from features.staff.service import Staff
from kernel.ids import ChatId, MessageId
from kernel.money import NOTHING, Milli

_NO_CONTEXT = Context()
_LIST = 2  # homes of others from which on a message is a pasted list


@dataclass(frozen=True, slots=True)
class Known:
    """What the process remembers of a group's offer: it holds while the stamp does."""

    offered: Offered
    lexicon: Lexicon


@dataclass(frozen=True, slots=True)
class Message:
    """A message of a group. `said_at` is Telegram's time of it, or of its edit."""

    id: MessageId
    text: str
    said_at: datetime
    is_edit: bool = False
    context: Context = _NO_CONTEXT


@dataclass(frozen=True, slots=True)
class Heard:
    """What a message came to. `known` is to be remembered; None where nothing is on offer."""

    joined: Joined
    known: Known | None
    done: tuple[Did, ...] = ()
    asks: tuple[Clarify, ...] = ()
    late: tuple[Deal, ...] = ()
    paid_claim: bool = False
    names: Mapping[str, str] | None = None  # sku of the offer -> what the goods are called
    pasted: int = 0  # a list for several homes that counts once staff say so

    @property
    def is_order(self) -> bool:
        """Whether the message touched an order, or wanted to."""
        return bool(self.done or self.asks or self.late or self.pasted)


@dataclass(frozen=True, slots=True)
class Hearing:
    """Who speaks in a group, and what they order."""

    members: Members
    groupbuy: Groupbuy
    orders: Orders
    baskets: Baskets
    staff: Staff
    till: Till

    def heard(
        self,
        uow: Uow,
        *,
        chat: ChatId,
        person: Person,
        message: Message,
        known: Known | None,
        reading: Reading | None,
    ) -> Heard | None:
        """Record who speaks, and do what they order; `reading` is what `known` made of the message.

        Where the offer has changed since, the message is read anew. Raises NotListening.
        """
        joined = self.members.overheard(uow, chat=chat, person=person)
        if joined is None:
            return None
        offered = self.groupbuy.offered(uow, group=joined.group.id, known=known.offered if known else None)
        if known is None or offered is not known.offered:
            known = Known(offered, compile_lexicon(offer_of(offered)))
            reading = read(message.text, known.lexicon, message.context) if offered.deals else None
        self._bury(uow, offered, message)
        if reading is None or not (reading.kind is Kind.ORDER or message.is_edit):
            return Heard(joined, known)
        edition = int(message.said_at.timestamp()) if message.is_edit else 0
        if not uow.claims.take(f"heard:{joined.group.id}:{message.id}:{edition}"):
            return Heard(joined, known)
        return self._ordered(uow, joined, known, message, reading)

    def _bury(self, uow: Uow, offered: Offered, message: Message) -> None:
        policy = self.groupbuy.policy
        rested = uow.now - timedelta(minutes=policy.card_move_minutes)
        for deal in offered.deals:
            uow.cards.buried(
                deal.id, under=message.id, below=policy.card_buried, moved_before=rested, now=uow.now
            )

    def _ordered(self, uow: Uow, joined: Joined, known: Known, message: Message, reading: Reading) -> Heard:
        """Do what a message orders, deal by deal."""
        offered, is_order = known.offered, reading.kind is Kind.ORDER
        source = Source(joined.member.id, message.said_at, Via.TEXT, message.id, called=joined.name)
        taking, late = _in_time(offered, message.said_at)
        if message.is_edit:
            self._undo_edited(uow, joined, offered, taking, source)
        entries, pasted = self._entries(uow, joined, offered, message, reading) if is_order else ((), 0)
        by_staff = any(_is_other(entry, joined) for entry in entries) and self._leads(uow, joined)
        done: list[Did] = []
        for entry in entries:
            whose = replace(source, by_staff=by_staff and _is_other(entry, joined))
            for deal in taking:
                try:
                    done += self._entry(uow, joined, offered, deal, entry, whose)
                except Fixed:  # closed in this moment
                    late.append(deal)
        for deal in taking:
            its = [did for did in done if did.wish.item.deal == deal.id]
            self.baskets.after(uow, joined.group, deal, its)
        if reading.paid_claim:
            self.till.heard_paid(
                uow, member=joined.member.id, orders=[did.order for did in done if did.order]
            )
        return Heard(
            joined,
            known,
            done=tuple(done),
            asks=reading.clarify if is_order else (),
            late=tuple(deal for deal in late if _touches(reading, offered, deal)),
            paid_claim=reading.paid_claim,
            names={str(item.id): item.goods.name for item in offered.items},
            pasted=pasted,
        )

    def _entries(
        self, uow: Uow, joined: Joined, offered: Offered, message: Message, reading: Reading
    ) -> tuple[tuple[Entry, ...], int]:
        """Return the entries that count now, and the number of a pasted list that waits for staff, or 0."""
        entries = reading.orders
        if not any(_is_other(entry, joined) for entry in entries):
            return entries, 0
        own, strange = self._sorted_out(uow, joined, offered, entries)
        if len(strange) < _LIST or self._leads(uow, joined):
            return own + strange, 0
        waits = uow.pasted_lists.keep(
            joined.group.id, joined.member.id, message.id, text=message.text, said_at=message.said_at
        )
        return own, waits

    def count_list(self, uow: Uow, *, person: Person, number: int) -> Heard:
        """Count a pasted list, whose homes are collected by name from then on.

        Raises NotAllowed, ListOver or NotListening.
        """
        pasted = uow.pasted_lists.take(number)
        group = uow.groups.get(pasted.group) if pasted else None
        if pasted is None or group is None:
            raise ListOver
        self.staff.check(uow, user=person.user, group=group.id, act=Act.WHO)
        joined = self.members.in_group(uow, chat=group.chat, person=person)
        offered = self.groupbuy.offered(uow, group=group.id, known=None)
        known = Known(offered, compile_lexicon(offer_of(offered)))
        message = Message(pasted.message, pasted.text, pasted.said_at)
        return self._ordered(uow, joined, known, message, read(pasted.text, known.lexicon))

    def _sorted_out(
        self, uow: Uow, joined: Joined, offered: Offered, entries: Sequence[Entry]
    ) -> tuple[tuple[Entry, ...], tuple[Entry, ...]]:
        """Return the entries of a pasted list that are the writer's own, and those nobody ordered yet.

        What stands for a name already, with the same goods, is only repeated.
        """
        own, strange = list[Entry](), list[Entry]()
        for entry in entries:
            name = (entry.who.name or "") if entry.who and _is_other(entry, joined) else joined.name
            if not self._stands(uow, offered, entry, name):
                (strange if _is_other(entry, joined) else own).append(entry)
        return tuple(own), tuple(strange)

    @staticmethod
    def _stands(uow: Uow, offered: Offered, entry: Entry, name: str) -> bool:
        wanted = {line.sku: line.qty_milli for line in entry.lines}
        held: dict[str | None, int | None] = {}
        for deal in offered.deals:
            orders = uow.orders.named(deal.id, name)
            for line in uow.orders.lines([order.id for order in orders]) if orders else ():
                held[str(line.item)] = line.quantity
        return held == wanted

    def _undo_edited(
        self, uow: Uow, joined: Joined, offered: Offered, taking: Sequence[Deal], source: Source
    ) -> None:
        """Take back what the message changed before it was edited, and serve who waits for that."""
        freed = self.orders.take_back(uow, source=source, deals=taking, items=offered.items)
        items = tuple(item for item in offered.items if item.id in freed)
        for item in items:
            deal = offered.deal_of(item)
            self.baskets.serve(uow, joined.group, deal, item)
            uow.cards.changed(deal.id, now=uow.now)

    def _entry(
        self,
        uow: Uow,
        joined: Joined,
        offered: Offered,
        deal: Deal,
        entry: Entry,
        source: Source,
    ) -> tuple[Did, ...]:
        """Do what one person's entry says of one deal. Raises Fixed."""
        recipient = _recipient(entry, joined)
        by_sku = {str(item.id): item for item in offered.items}
        done: tuple[Did, ...] = ()
        if any(line.op is Said.CLEAR for line in entry.lines):
            done = self._clear(uow, offered, deal, recipient, source)
        wishes = tuple(
            _wish(by_sku[line.sku], line.op, line.qty_milli, line.note)
            for line in entry.lines
            if line.sku is not None and by_sku[line.sku].deal == deal.id
        )
        if not wishes:
            return done
        done += self.orders.place(uow, deal=deal, recipient=recipient, wishes=wishes, source=source)
        if entry.note and (order := uow.orders.find(deal.id, source.member, recipient.name)):
            uow.orders.describe(order.id, item=None, note=entry.note)
        return done

    def _clear(
        self, uow: Uow, offered: Offered, deal: Deal, recipient: Recipient, source: Source
    ) -> tuple[Did, ...]:
        order = uow.orders.find(deal.id, source.member, recipient.name)
        if order is None:
            return ()
        return self.orders.clear(uow, order=order.id, items=offered.items, source=source)

    @staticmethod
    def _leads(uow: Uow, joined: Joined) -> bool:
        roles = uow.staff.roles(joined.member.id, joined.group.id, now=uow.now)
        return may(roles, Act.WHO)


def offer_of(offered: Offered) -> Offer:
    """Return the goods of open deals as the reader knows them; each is told by the number of its item."""
    return Offer(
        tuple(
            Goods(
                sku=str(item.id),
                no=item.no,
                name=item.goods.name,
                base_unit=item.goods.unit,
                aliases=item.goods.aliases,
                step_milli=item.goods.step,
                units={word: Fraction(means, 1000) for word, means in item.goods.units},
                bulk={word: Fraction(holds) for word, holds in item.goods.bulk},
            )
            for item in offered.items
        )
    )


def _in_time(offered: Offered, said_at: datetime) -> tuple[list[Deal], list[Deal]]:
    """Return the deals that take what was said then, and those that do not any more."""
    taking: list[Deal] = []
    late: list[Deal] = []
    for deal in offered.deals:
        try:
            deals.check_takes(deal, said_at=said_at)
            taking.append(deal)
        except (TooLate, NotOpen):
            late.append(deal)
    return taking, late


def _wish(item: Item, op: Said, quantity: int | None, note: str | None) -> Wish:
    return Wish(item, Op(op.value), Milli(quantity) if quantity else NOTHING, note or "")


def _recipient(entry: Entry, joined: Joined) -> Recipient:
    """Return for whom an entry is; under one's own name it is one's own."""
    if entry.who is None or not _is_other(entry, joined):
        who = entry.who
        return Recipient("", (who.addr or "") if who else "", (who.tel or "") if who else "")
    return Recipient(entry.who.name or "", entry.who.addr or "", entry.who.tel or "")


def _is_other(entry: Entry, joined: Joined) -> bool:
    name = entry.who.name if entry.who else None
    return bool(name) and name not in (joined.name, joined.member.name)


def _touches(reading: Reading, offered: Offered, deal: Deal) -> bool:
    """Tell whether a message is about goods of a deal."""
    its = {str(item.id) for item in offered.items if item.deal == deal.id}
    lines = [line for entry in reading.orders for line in entry.lines]
    return any(line.sku in its or line.op is Said.CLEAR for line in lines)
