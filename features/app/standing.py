"""Standing messages of deals: posted once, edited as orders come, moved when they are buried."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from features.app.uow import Uow
from features.groupbuy.model import Card, Deal, DealState, GroupbuyPolicy, Item, Shown
from features.groupbuy.wording import holds, standing
from features.members.model import Group
from features.members.service import Members
from kernel.ids import ChatId, DealId, MessageId
from kernel.message import Call, Keyboard, Kind, MessageClass, Open, Outgoing, Param, Quantity, Tap, Text
from kernel.money import WHOLE, Milli

MORE, LESS, MINE = "orders.more", "orders.less", "orders.mine"
"""Acts of the buttons under a standing message: one more of an item, one less, one's own order."""
TO_DEAL = "deal"  # the Start payload that opens a deal's page, with its number behind a dash

_LOOK_AGAIN = timedelta(seconds=1)  # while a post is on its way
_MOST_DEALS = 20  # with a standing message in one group
_NAMES = 12  # of who ordered, newest
_COUNTDOWN = tuple(timedelta(minutes=each) for each in (1440, 720, 360, 180, 120, 60, 30, 10))
STANDING = (
    DealState.OPEN,
    DealState.LOCKED,
    DealState.FORMED,
    DealState.PURCHASING,
    DealState.ARRIVED,
    DealState.PICKING,
)
"""The states of a deal that its group still looks at."""
_ENDED = (DealState.FAILED, DealState.CANCELLED, DealState.CLOSED, DealState.SETTLED)


@dataclass(frozen=True, slots=True)
class Standing:
    """What keeps each deal's one message as it should be."""

    policy: GroupbuyPolicy
    members: Members

    def moved(self, uow: Uow, *, old: ChatId, new: ChatId) -> None:
        """Record that a group is in the chat `new` now, and post its standing messages there."""
        self.members.moved(uow, old=old, new=new)
        group = uow.groups.by_chat(new)
        for deal in uow.deals.of_group(group.id, states=STANDING, limit=_MOST_DEALS) if group else ():
            uow.cards.changed(deal.id, now=uow.now)

    def tend(self, uow: Uow, *, deal: DealId) -> None:
        """Look after a deal's standing message: learn its number, post, move or edit it."""
        card, found = uow.cards.card(deal), uow.deals.get(deal)
        group = uow.groups.get(found.group) if found else None
        if card is None or found is None or group is None:
            return
        if card.chat != group.chat:  # Telegram moved the group: what stood there is not ours any more
            card = replace(card, chat=group.chat, message=None, posting="")
        if card.posting:
            fate = uow.outbox.fate(card.posting)
            if fate is not None and fate.is_waiting:
                uow.cards.keep_card(card, due_at=uow.now + _LOOK_AGAIN)
                return
            card = self._landed(uow, card, fate.message if fate else None)
        if _is_true(card, found, uow.now):
            uow.cards.keep_card(card, due_at=next_countdown(found, uow.now))
        else:
            self._show(uow, card, found, group)

    @staticmethod
    def _landed(uow: Uow, card: Card, message: MessageId | None) -> Card:
        """Keep the number under which the message stands now, pin it, and take the one before away."""
        landed = replace(card, posting="")
        if message is None or message == card.message:
            return landed
        _ask(uow, card, Call.PIN, message)
        if card.message is not None:
            _ask(uow, card, Call.DELETE, card.message)
        return replace(landed, message=message)

    def _show(self, uow: Uow, card: Card, deal: Deal, group: Group) -> None:
        rested = card.shown_at is None or uow.now >= card.shown_at + timedelta(
            seconds=self.policy.card_seconds
        )
        if not rested and card.shown_at is not None:
            uow.cards.keep_card(card, due_at=card.shown_at + timedelta(seconds=self.policy.card_seconds))
            return
        moves = card.message is None or (card.newest is not None and deal.state is DealState.OPEN)
        posting = f"deal-card:{deal.id}:{card.posts + 1}"
        post = self._post(uow, deal, group, posting)
        if not moves:
            post = replace(post, kind=Kind.EDIT, message=card.message, message_class=MessageClass.UPKEEP)
        uow.outbox.put(post)
        if deal.state in _ENDED and card.message is not None:
            _ask(uow, card, Call.UNPIN, card.message)
        shown = replace(
            card,
            posting=posting,
            posts=card.posts + 1,
            changed_at=None,
            shown_at=uow.now,
            moved_at=uow.now if moves else card.moved_at,
            newest=None,
        )
        uow.cards.keep_card(shown, due_at=uow.now + _LOOK_AGAIN)

    def _post(self, uow: Uow, deal: Deal, group: Group, posting: str) -> Outgoing:
        shown = self.shown(uow, deal=deal, group=group)
        return Outgoing(
            Kind.SEND,
            group.chat,
            MessageClass.NOTICE,
            text=standing(shown),
            keyboard=self._buttons(shown),
            language=group.language,
            dedupe_key=posting,
            reason=Text("groupbuy.why_standing"),
            group=group.id,
        )

    def shown(self, uow: Uow, *, deal: Deal, group: Group) -> Shown:
        """Return everything a deal's message tells."""
        items = uow.deals.items((deal.id,))
        recent = uow.orders.recent(deal.id, limit=_NAMES)
        names = tuple(f"{recipient or called} {holds(held, items)}" for called, recipient, held in recent)
        return Shown(
            deal=deal,
            items=items,
            counts=uow.deals.counts(deal.id),
            group=group,
            point=uow.pickup.get(deal.terms.point) if deal.terms.point else None,
            now=uow.now,
            names=names,
            waiting=uow.orders.count_waiting(deal.id),
        )

    def _buttons(self, shown: Shown) -> Keyboard:
        deal = shown.deal
        mine = Tap(Text("orders.to_mine"), MINE, (deal.id,))
        page = Open(Text("orders.to_page"), f"{TO_DEAL}-{deal.id}")
        if deal.state is not DealState.OPEN:
            return ((mine, page),) if deal.state is not DealState.CANCELLED else ()
        return (*(one_and_less(item) for item in shown.items[: self.policy.shown_items]), (mine, page))


def one_and_less(item: Item) -> tuple[Tap, Tap]:
    """Return the two buttons of one of the goods: one less, and one more."""
    one = single(item)
    words: dict[str, Param] = {"name": item.goods.name, "one": Quantity(one, item.goods.unit)}
    less = Tap(Text("orders.one_less", {"name": item.goods.name}), LESS, (item.id, one))
    return less, Tap(Text("orders.one_more", words), MORE, (item.id, one))


def single(item: Item) -> Milli:
    """Return what one tap takes: a whole unit where its steps allow that, else a step."""
    return WHOLE if WHOLE % item.goods.step == 0 else item.goods.step


def _is_true(card: Card, deal: Deal, now: datetime) -> bool:
    """Tell whether a standing message says what is so, the time left included, and stands where it should."""
    if card.message is None or card.newest is not None or card.changed_at is not None:
        return False
    spoken_at = card.shown_at or now
    turns = next_countdown(deal, spoken_at)
    return turns is None or turns > now


def next_countdown(deal: Deal, now: datetime) -> datetime | None:
    """Return when the words about the time left stop being true; None once nothing is left."""
    over = deal.fill_until or deal.terms.closes_at
    ahead = [over - each for each in _COUNTDOWN if over - each > now]
    return ahead[0] if ahead and deal.state is DealState.OPEN else None


def _ask(uow: Uow, card: Card, call: Call, message: MessageId) -> None:
    uow.outbox.put(Outgoing(Kind.CALL, card.chat, MessageClass.UPKEEP, call=call, message=message))
