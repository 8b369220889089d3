"""A deal that takes orders, in the hands of its leaders: extended, closed, cancelled, repriced, restocked."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from features.app.closing import Closing
from features.app.deal_desk_model import DEAL_ASKS, DealDesk, DealPage, DealStep
from features.app.deal_door import DealDoor
from features.app.standing import Standing
from features.app.uow import Uow
from features.catalogue import reading as amounts
from features.catalogue import rules as prices
from features.catalogue.model import BelowCost, Field, Unclear
from features.groupbuy import rules
from features.groupbuy.answers import one_line, packed
from features.groupbuy.model import Ask, Asked, BadTimes, Deal, DealState, Goods, Item, NoDeal, NotOpen
from features.groupbuy.reading import is_unlimited, read_moment
from features.groupbuy.service import Groupbuy
from features.groupbuy.wording import goal
from features.members.model import Group, Member, Person
from features.outreach.rules import next_allowed
from features.staff.model import Act, Deed
from kernel.errors import Refusal
from kernel.ids import DealId, ItemId, MessageId, private_chat
from kernel.message import Kind, MessageClass, Outgoing, Quantity, Tap, Text
from kernel.money import NOTHING, Fen, Milli

EXTEND, DEAL, LET_BE = "deal.extend", "deal.care", "deal.let_be"
"""Acts of the buttons of a warning: a later cut-off, a page of the deal, and letting it be."""

AHEAD = timedelta(hours=2)  # before the cut-off a leader is warned of a goal that is not reached
HOUR = timedelta(hours=1)
_FRESH = timedelta(minutes=30)  # opened so shortly before that moment, a deal needs no warning
_REASON = 120  # columns


@dataclass(frozen=True, slots=True)
class RunningDeals:
    """What leaders do to a deal once it is published. Every use case asks anew whether they may."""

    door: DealDoor
    groupbuy: Groupbuy
    closing: Closing
    standing: Standing

    def page(
        self,
        uow: Uow,
        *,
        person: Person,
        deal: DealId,
        step: DealStep,
        item: ItemId | None,
        message: MessageId | None,
    ) -> DealPage:
        """Show a page. Raises NoDeal, NotAllowed, and NotOpen for a draft."""
        desk, held = self._enter(uow, person, deal, message)
        return self.shown(uow, desk, held, step, item=item)

    def extend(
        self, uow: Uow, *, person: Person, deal: DealId, closes_at: datetime, message: MessageId | None
    ) -> DealPage:
        """Let a deal close later; tapped twice, or after somebody gave it more, nothing is changed.

        Raises NoDeal, NotAllowed, CannotMove or BadTimes.
        """
        desk, held = self._enter(uow, person, deal, message)
        if closes_at <= held.terms.closes_at and held.state is DealState.OPEN:
            return self.shown(uow, desk, held, DealStep.MAIN, news=Text("deals.is_extended"))
        return self._extended(uow, desk, held, closes_at)

    def close(self, uow: Uow, *, person: Person, deal: DealId, message: MessageId | None) -> DealPage:
        """Close a deal now. Raises NoDeal, NotAllowed or CannotMove."""
        desk, _ = self._enter(uow, person, deal, message)
        closed = self.closing.close(uow, deal=deal, by=desk.reader.id)
        self.door.note(uow, desk, Deed.DEAL_CLOSED, deal, {"state": DealState.OPEN}, {"state": closed.state})
        return self.shown(uow, desk, closed, DealStep.MAIN, news=Text("deals.closed_now"))

    def cancel(
        self, uow: Uow, *, person: Person, deal: DealId, reason: str, message: MessageId | None
    ) -> DealPage:
        """Cancel a deal for a reason; an empty one is what was typed last. Raises as `close`."""
        desk, held = self._enter(uow, person, deal, message)
        if not reason:
            asked = uow.drafts.waiting(person.user, now=uow.now)
            if asked is None or asked.deal != deal or asked.ask is not Ask.SURE:
                return self.shown(uow, desk, held, DealStep.REASON)
            reason = asked.given["reason"]
        ended = self.closing.cancel(uow, deal=deal, reason=reason, by=desk.reader.id)
        before, after = {"state": held.state}, {"state": ended.state}
        self.door.note(uow, desk, Deed.DEAL_CANCELLED, deal, before, after)
        shown = replace(ended, reason=reason)
        return self.shown(uow, desk, shown, DealStep.MAIN, news=Text("deals.cancelled"))

    def sure(
        self, uow: Uow, *, person: Person, deal: DealId, reason: str, message: MessageId | None
    ) -> DealPage:
        """Ask once more before a deal is cancelled for that reason. Raises NoDeal or NotAllowed."""
        desk, held = self._enter(uow, person, deal, message)
        return self.shown(uow, desk, held, DealStep.SURE, given={"reason": reason})

    def unlimit(self, uow: Uow, *, person: Person, item: ItemId, message: MessageId | None) -> DealPage:
        """Sell as much of the goods as is ordered. Raises NoDeal, NotAllowed or CannotMove."""
        desk, held, found = self._item(uow, person, item, message)
        return self._restocked(uow, desk, held, found, None)

    def let_be(self, uow: Uow, *, person: Person, deal: DealId, message: MessageId | None) -> DealPage:
        """Leave a deal to what comes of it at its cut-off. Raises NoDeal or NotAllowed."""
        desk, held = self._enter(uow, person, deal, message)
        return self.shown(uow, desk, held, DealStep.MAIN, news=Text("deals.let_be"))

    def told(self, uow: Uow, desk: DealDesk, deal: Deal, asked: Asked, typed: str) -> DealPage:
        """Take a text as the answer to what a page asked."""
        match asked.ask:
            case Ask.EXTEND:
                return self._extend_told(uow, desk, deal, typed)
            case Ask.PRICE | Ask.RESTOCK:
                return self._item_told(uow, desk, deal, asked, typed)
            case Ask.SURE:
                return self.shown(uow, desk, deal, DealStep.SURE, given=asked.given)
        reason = one_line(typed, _REASON)
        if reason is None:
            return self.shown(uow, desk, deal, DealStep.REASON, problem=Text("deals.want_reason"))
        return self.shown(uow, desk, deal, DealStep.SURE, given={"reason": reason})

    # -- the warning before the cut-off

    def warn(self, uow: Uow, *, deal: DealId) -> None:
        """Tell a leader once, in private, that a deal will not come together as it stands."""
        held = uow.deals.get(deal)
        group = uow.groups.get(held.group) if held else None
        if held is None or group is None or not uow.drafts.warned(deal):
            return
        is_fresh = held.opened_at is not None and held.opened_at > held.terms.closes_at - AHEAD - _FRESH
        if held.state is not DealState.OPEN or is_fresh:
            return
        shown = self.standing.shown(uow, deal=held, group=group)
        reader = self._leader(uow, held)
        if reader is not None and rules.missing(held.terms, shown.items, shown.counts):
            uow.outbox.put(_warning(uow, reader, group, held, goal(shown)))

    @staticmethod
    def _leader(uow: Uow, deal: Deal) -> Member | None:
        """Return who opened a deal if they still lead there, else who has led longest."""
        leaders = [
            each for each in uow.staff.holders(deal.group, act=Act.DEALS, now=uow.now) if each.reachable
        ]
        return next((each for each in leaders if each.id == deal.opened_by), leaders[0] if leaders else None)

    # -- inside

    def shown(
        self,
        uow: Uow,
        desk: DealDesk,
        deal: Deal,
        step: DealStep,
        *,
        item: ItemId | None = None,
        given: Mapping[str, str] | None = None,
        news: Text | None = None,
        problem: Text | None = None,
    ) -> DealPage:
        """Return a page of a deal, and let the next text answer it where it asks something."""
        shown = self.standing.shown(uow, deal=deal, group=desk.group)
        found = next((each for each in shown.items if each.id == item), None)
        if found is None and step in (DealStep.ITEM, DealStep.PRICE, DealStep.RESTOCK):
            raise NoDeal
        kept = dict(given or {}) | ({"item": str(found.id)} if found else {})
        self.door.ask(uow, desk, deal.id, DEAL_ASKS.get(step), kept)
        return DealPage(desk, step, shown, found, kept.get("reason", ""), news, problem)

    def _enter(
        self, uow: Uow, person: Person, deal: DealId, message: MessageId | None
    ) -> tuple[DealDesk, Deal]:
        desk, held = self.door.enter(uow, person, deal, message)
        if held.state in (DealState.DRAFT, DealState.IN_REVIEW):
            raise NotOpen(title=held.terms.title)
        return desk, held

    def _item(
        self, uow: Uow, person: Person, item: ItemId, message: MessageId | None
    ) -> tuple[DealDesk, Deal, Item]:
        found = uow.deals.item(item)
        if found is None:
            raise NoDeal
        desk, held = self._enter(uow, person, found.deal, message)
        return desk, held, found

    def _extend_told(self, uow: Uow, desk: DealDesk, deal: Deal, typed: str) -> DealPage:
        until = read_moment(typed, now=uow.now, zone=desk.group.zone)
        if until is None:
            return self.shown(uow, desk, deal, DealStep.EXTEND, problem=Text("deals.want_cutoff"))
        try:
            return self._extended(uow, desk, deal, until)
        except BadTimes as no:
            return self.shown(uow, desk, deal, DealStep.EXTEND, problem=no.wording())

    def _extended(self, uow: Uow, desk: DealDesk, deal: Deal, until: datetime) -> DealPage:
        before = _minutes(deal.terms.closes_at)
        later = self.groupbuy.extend(uow, deal=deal.id, closes_at=until, by=desk.reader.id)
        self.door.note(
            uow, desk, Deed.DEAL_EXTENDED, deal.id, {"minute": before}, {"minute": _minutes(until)}
        )
        return self.shown(uow, desk, later, DealStep.MAIN, news=Text("deals.extended"))

    def _item_told(self, uow: Uow, desk: DealDesk, deal: Deal, asked: Asked, typed: str) -> DealPage:
        found = uow.deals.item(ItemId(int(asked.given["item"])))
        if found is None or found.deal != deal.id:
            raise NoDeal
        if asked.ask is Ask.RESTOCK:
            if is_unlimited(typed):
                return self._restocked(uow, desk, deal, found, None)
            try:
                stock = NOTHING if typed.strip() == "0" else amounts.quantity(typed, "limit")
                return self._restocked(uow, desk, deal, found, stock)
            except Unclear:
                problem = Text("deals.want_stock", {"unit": found.goods.unit})
                return self.shown(uow, desk, deal, DealStep.RESTOCK, item=found.id, problem=problem)
        return self._price_told(uow, desk, deal, found, typed)

    def _price_told(self, uow: Uow, desk: DealDesk, deal: Deal, item: Item, typed: str) -> DealPage:
        try:
            price = Fen(amounts.read(Field.PRICE, typed)["price"])
            _check_cost(uow, item.goods, price)
        except Refusal as no:
            problem = no.wording() if isinstance(no, BelowCost) else Text("catalogue.want_price")
            return self.shown(uow, desk, deal, DealStep.PRICE, item=item.id, problem=problem)
        self.groupbuy.reprice(uow, item=item.id, price=price, by=desk.reader.id)
        before, after = {"price_fen": item.goods.price}, {"price_fen": price, "item": item.no}
        self.door.note(uow, desk, Deed.DEAL_REPRICED, deal.id, before, after)
        return self.shown(uow, desk, deal, DealStep.ITEM, item=item.id, news=Text("deals.repriced"))

    def _restocked(self, uow: Uow, desk: DealDesk, deal: Deal, item: Item, stock: Milli | None) -> DealPage:
        if stock is not None and stock < item.taken:
            taken = Text("deals.below_taken", {"taken": Quantity(item.taken, item.goods.unit)})
            return self.shown(uow, desk, deal, DealStep.RESTOCK, item=item.id, problem=taken)
        self.groupbuy.restock(uow, item=item.id, stock=stock, by=desk.reader.id)
        before, after = {"milli": item.goods.stock}, {"milli": stock, "item": item.no}
        self.door.note(uow, desk, Deed.DEAL_RESTOCKED, deal.id, before, after)
        return self.shown(uow, desk, deal, DealStep.ITEM, item=item.id, news=Text("deals.restocked"))


def _check_cost(uow: Uow, goods: Goods, price: Fen) -> None:
    """Raise BelowCost for a price below what the goods cost, unless their product says why."""
    product = uow.catalogue.by_sku(goods.sku)
    if product is not None:
        prices.check_whole(replace(product, price=price, tiers=()))


def _minutes(at: datetime) -> int:
    return int(at.timestamp()) // 60


def _warning(uow: Uow, reader: Member, group: Group, deal: Deal, missing: Text) -> Outgoing:
    opens = next_allowed(uow.now, group.zone, uow.preferences.get(reader.id).quiet or group.quiet)
    later = Tap(Text("deals.to_hour"), EXTEND, (deal.id, packed(deal.terms.closes_at + HOUR)))
    until = Tap(Text("deals.to_extend"), DEAL, (deal.id, DealStep.EXTEND))
    be = Tap(Text("deals.to_let_be"), LET_BE, (deal.id,))
    return Outgoing(
        Kind.SEND,
        private_chat(reader.user),
        MessageClass.NOTICE,
        text=Text("deals.warning", {"title": deal.terms.title, "group": group.title, "goal": missing}),
        keyboard=((later, until), (be,)),
        language=reader.language,
        not_before=opens,
        expires_at=deal.terms.closes_at,
        dedupe_key=f"deal-warning:{deal.id}",
        large=reader.large,
        reason=Text("staff.notice_why"),
        group=group.id,
    )
