"""What people say in a group: who speaks is known, and an order that is typed is taken."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fractions import Fraction

from features.app.baskets import Baskets
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
from features.orders.model import Did, Fixed, Op, Recipient, Source, Via, Wish
from features.orders.service import Orders
from features.staff.model import Act
from features.staff.rules import may
from kernel.ids import ChatId, MessageId
from kernel.money import NOTHING, Milli

_NO_CONTEXT = Context()


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

    @property
    def is_order(self) -> bool:
        """Whether the message touched an order, or wanted to."""
        return bool(self.done or self.asks or self.late)


@dataclass(frozen=True, slots=True)
class Hearing:
    """Who speaks in a group, and what they order."""

    members: Members
    groupbuy: Groupbuy
    orders: Orders
    baskets: Baskets

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
        offered, late, done = known.offered, [], list[Did]()
        source = Source(joined.member.id, message.said_at, Via.TEXT, message.id, called=joined.name)
        taking = []
        for deal in offered.deals:
            try:
                deals.check_takes(deal, said_at=message.said_at)
                taking.append(deal)
            except (TooLate, NotOpen):
                late.append(deal)
        touched = self._undo_edited(uow, joined, offered, taking, source) if message.is_edit else ()
        entries = reading.orders if reading.kind is Kind.ORDER else ()
        by_staff = any(entry.who for entry in entries) and self._leads(uow, joined)
        for entry in entries:
            whose = replace(source, by_staff=by_staff and _is_other(entry, joined))
            for deal in taking:
                try:
                    done += self._entry(uow, joined, offered, deal, entry, whose)
                except Fixed:  # closed in this moment
                    late.append(deal)
        late = [deal for deal in late if _touches(reading, offered, deal)]
        for deal in taking:
            its = [did for did in done if did.wish.item.deal == deal.id]
            self.baskets.after(uow, joined.group, deal, its)
        for deal in {item.deal: offered.deal_of(item) for item in touched}.values():
            uow.cards.changed(deal.id, now=uow.now)
        names = {str(item.id): item.goods.name for item in offered.items}
        asks = reading.clarify if reading.kind is Kind.ORDER else ()
        return Heard(joined, known, tuple(done), asks, tuple(late), reading.paid_claim, names)

    def _undo_edited(
        self, uow: Uow, joined: Joined, offered: Offered, taking: Sequence[Deal], source: Source
    ) -> tuple[Item, ...]:
        """Take back what the message changed before it was edited, and serve who waits for that."""
        freed = self.orders.take_back(uow, source=source, deals=taking, items=offered.items)
        items = tuple(item for item in offered.items if item.id in freed)
        for item in items:
            self.baskets.serve(uow, joined.group, offered.deal_of(item), item)
        return items

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
