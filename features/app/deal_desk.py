"""The deals of a group on their leaders' desk: the list, and drafts from nothing to published."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from features.app.deal_desk_model import (
    DRAFT_ASKS,
    DealDesk,
    DealList,
    DealPage,
    DealStep,
    DeskView,
    DraftPage,
    DraftStep,
    Earlier,
)
from features.app.deal_door import DealDoor, near
from features.app.deal_goods import DraftGoods
from features.app.deal_running import RunningDeals
from features.app.standing import STANDING
from features.app.uow import Uow
from features.catalogue.model import BatchOver, Unclear
from features.catalogue.reading import quantity
from features.groupbuy import answers
from features.groupbuy.drafting import default_terms, terms_like
from features.groupbuy.drafts import Drafts
from features.groupbuy.model import (
    Ask,
    Asked,
    BadTimes,
    Deal,
    DealState,
    Goods,
    Item,
    Lack,
    Terms,
)
from features.groupbuy.reading import is_unlimited
from features.members.model import Person
from features.staff.model import Choice, Deed
from kernel.ids import DealId, GroupId, MessageId, PickupPointId
from kernel.message import Text

_BEFORE = tuple(state for state in DealState if state not in (DealState.DRAFT, DealState.IN_REVIEW))
_LISTED = 8


@dataclass(frozen=True, slots=True)
class Drafting:
    """Drafts in the hands of leaders. Every use case asks anew whether they may."""

    door: DealDoor
    drafts: Drafts
    goods: DraftGoods
    running: RunningDeals

    # -- the list

    def list(
        self, uow: Uow, *, person: Person, group: GroupId | None, message: MessageId | None
    ) -> DealList | Choice:
        """Show what is under way in a group; a question that was open is over. Raises NotAllowed."""
        desk = self.door.desk(uow, person, group, message)
        return desk if isinstance(desk, Choice) else self._listed(uow, desk)

    def earlier(
        self, uow: Uow, *, person: Person, group: GroupId, message: MessageId | None
    ) -> Earlier | Choice:
        """Show the deals of before. Raises NotAllowed."""
        desk = self.door.desk(uow, person, group, message)
        if isinstance(desk, Choice):
            return desk
        return Earlier(desk, uow.deals.of_group(desk.group.id, states=_BEFORE, limit=_LISTED))

    # -- beginning

    def begin(
        self, uow: Uow, *, person: Person, group: GroupId, message: MessageId | None
    ) -> DraftPage | Choice:
        """Begin a draft with nothing in it yet. Raises NotAllowed."""
        desk = self.door.desk(uow, person, group, message)
        return desk if isinstance(desk, Choice) else self._begun(uow, desk, self._terms(uow, desk), (), 0)

    def copy(self, uow: Uow, *, person: Person, deal: DealId, message: MessageId | None) -> DraftPage:
        """Begin a draft like an earlier deal, with what is still sold. Raises NoDeal or NotAllowed."""
        desk, like = self.door.enter(uow, person, deal, message)
        items = uow.deals.items((deal,))
        kept = self.goods.renewed(uow, [item.goods for item in items], drop=True)
        terms = terms_like(
            like.terms,
            now=uow.now,
            zone=desk.group.zone,
            language=desk.group.language,
            point=self._point(uow, desk, like.terms.point),
        )
        return self._begun(uow, desk, terms, kept, len(items) - len(kept))

    def from_import(
        self, uow: Uow, *, person: Person, batch: int, group: GroupId | None, message: MessageId | None
    ) -> DraftPage | Choice:
        """Begin a draft with the products of a file and their stock. Raises NotAllowed or BatchOver."""
        desk = self.door.desk(uow, person, group, message)
        if isinstance(desk, Choice):
            return desk
        stocked = uow.catalogue.batch(batch)
        if not stocked:
            raise BatchOver
        chosen = self.goods.of_batch(uow, stocked)
        return self._begun(uow, desk, self._terms(uow, desk), chosen, len(stocked) - len(chosen))

    # -- a page

    def page(
        self,
        uow: Uow,
        *,
        person: Person,
        deal: DealId,
        step: DraftStep,
        sku: str,
        at: int,
        message: MessageId | None,
    ) -> DraftPage | DealPage:
        """Show a page of a draft; one that was published shows the deal. Raises NoDeal or NotAllowed."""
        desk, held = self.door.enter(uow, person, deal, message)
        if held.state is not DealState.DRAFT:
            return self._is_out(uow, desk, held)
        held = self._renewed(uow, held, step)
        if step is DraftStep.PREVIEW and (page := self._shown(uow, desk, held, DraftStep.MAIN)).lacks:
            return replace(page, problem=Text("deals.still_lacks"))
        return self._shown(uow, desk, held, step, sku=sku, at=at)

    # -- choosing

    def choose(
        self, uow: Uow, *, person: Person, deal: DealId, what: str, value: str, message: MessageId | None
    ) -> DraftPage | DealPage | None:
        """Keep what a button offers for the terms; None for a forged one. Raises as `page`, and BadTimes."""
        desk, held = self.door.enter(uow, person, deal, message)
        if held.state is not DealState.DRAFT:
            return self._is_out(uow, desk, held)
        points = uow.pickup.points(desk.group.id)
        terms = answers.chosen(held.terms, what, value, zone=desk.group.zone, points=points)
        return None if terms is None else self._with_terms(uow, desk, held, terms)

    def toggle(
        self,
        uow: Uow,
        *,
        person: Person,
        deal: DealId,
        sku: str,
        on: bool,
        at: int,
        message: MessageId | None,
    ) -> DraftPage | DealPage:
        """Take goods into a draft or out of it. Raises as `page`; ProductGone, NotSellable, TooManyGoods."""
        desk, held = self.door.enter(uow, person, deal, message)
        if held.state is not DealState.DRAFT:
            return self._is_out(uow, desk, held)
        kept = [item.goods for item in uow.deals.items((deal,))]
        if on is not any(each.sku == sku for each in kept):
            changed = (
                [*kept, self.goods.fresh(uow, sku)] if on else [each for each in kept if each.sku != sku]
            )
            held = self.drafts.set_goods(uow, deal=held, goods=changed)
        return self._shown(uow, desk, held, DraftStep.GOODS, at=at)

    def unlimit(
        self, uow: Uow, *, person: Person, deal: DealId, step: DraftStep, sku: str, message: MessageId | None
    ) -> DraftPage | DealPage:
        """Sell goods without a stock, or without a limit for a home. Raises NoDeal or NotAllowed."""
        desk, held = self.door.enter(uow, person, deal, message)
        if held.state is not DealState.DRAFT:
            return self._is_out(uow, desk, held)
        return self._amount_set(uow, desk, held, step, sku, None)

    # -- the end of a draft

    def publish(
        self, uow: Uow, *, person: Person, deal: DealId, stamp: int, message: MessageId | None
    ) -> DraftPage | DealPage:
        """Open a draft as it was previewed under `stamp`; one that has changed since is shown again.

        Raises NoDeal or NotAllowed.
        """
        desk, held = self.door.enter(uow, person, deal, message)
        if held.state is not DealState.DRAFT:
            return self._is_out(uow, desk, held)
        held = self._renewed(uow, held, DraftStep.PREVIEW)
        page = self._shown(uow, desk, held, DraftStep.MAIN)
        if page.lacks:
            return replace(page, problem=Text("deals.still_lacks"))
        if held.stamp != stamp:
            return self._shown(uow, desk, held, DraftStep.PREVIEW, news=Text("deals.changed_meanwhile"))
        opened = self.door.groupbuy.publish(uow, deal=deal, by=desk.reader.id)
        after: dict[str, int | str | None] = {"state": opened.state, "goods": len(page.shown.items)}
        self.door.note(uow, desk, Deed.DEAL_OPENED, deal, {"state": held.state}, after)
        return self.running.shown(uow, desk, opened, DealStep.MAIN, news=Text("deals.published"))

    def drop(
        self, uow: Uow, *, person: Person, deal: DealId, message: MessageId | None
    ) -> DealList | DealPage:
        """Forget a draft. Raises NoDeal or NotAllowed."""
        desk, held = self.door.enter(uow, person, deal, message)
        if held.state is not DealState.DRAFT:
            return self._is_out(uow, desk, held)
        self.drafts.drop(uow, deal=held, by=desk.reader.id)
        return replace(self._listed(uow, desk), news=Text("deals.dropped"))

    # -- typed

    def told(self, uow: Uow, *, person: Person, typed: str, at: MessageId) -> DeskView | None:
        """Take a text as the answer to what was asked about a deal; None where nothing was.

        Raises NoDeal or NotAllowed.
        """
        asked = uow.drafts.waiting(person.user, now=uow.now)
        if asked is None:
            return None
        if uow.deals.get(asked.deal) is None:
            return self._gone(uow, person, asked)
        desk, held = self.door.enter(uow, person, asked.deal, near(asked.message, at))
        if asked.ask not in DRAFT_ASKS.values():
            return self.running.told(uow, desk, held, asked, typed)
        if held.state is not DealState.DRAFT:
            return self._is_out(uow, desk, held)
        if asked.ask in (Ask.STOCK, Ask.LIMIT):
            return self._amount_told(uow, desk, held, asked, typed)
        terms = answers.said(held.terms, asked.ask, typed, now=uow.now, zone=desk.group.zone)
        if terms is None:
            return self._again(uow, desk, held, DraftStep(asked.ask), Text(f"deals.want_{asked.ask}"))
        try:
            return self._with_terms(uow, desk, held, terms)
        except BadTimes as no:
            return self._again(uow, desk, held, DraftStep(asked.ask), no.wording())

    def leave(self, uow: Uow, *, person: Person) -> DeskView | None:
        """Leave what was asked about a deal; None where nothing was. Raises NoDeal or NotAllowed."""
        asked = uow.drafts.waiting(person.user, now=uow.now)
        if asked is None:
            return None
        if uow.deals.get(asked.deal) is None:
            return self._gone(uow, person, asked)
        desk, held = self.door.enter(uow, person, asked.deal, None)
        left = Text("deals.left")
        if held.state is DealState.DRAFT:
            return self._shown(uow, desk, held, DraftStep.MAIN, news=left)
        return self.running.shown(uow, desk, held, DealStep.MAIN, news=left)

    # -- inside

    def _gone(self, uow: Uow, person: Person, asked: Asked) -> DealList | None:
        """Show the list to who is asked about a draft that somebody has dropped."""
        desk = self.door.desk(uow, person, asked.group, None)
        return None if isinstance(desk, Choice) else replace(self._listed(uow, desk), news=Text("deals.gone"))

    def _listed(self, uow: Uow, desk: DealDesk) -> DealList:
        uow.drafts.forget(desk.reader.id)
        group = desk.group.id
        before = uow.deals.of_group(group, states=_BEFORE, limit=1)
        return DealList(
            desk,
            uow.deals.of_group(group, states=(DealState.DRAFT,), limit=_LISTED),
            uow.deals.of_group(group, states=STANDING, limit=_LISTED),
            before[0] if before else None,
            has_goods=bool(uow.catalogue.active()),
        )

    def _terms(self, uow: Uow, desk: DealDesk) -> Terms:
        zone, language = desk.group.zone, desk.group.language
        return default_terms(now=uow.now, zone=zone, language=language, point=self._point(uow, desk, None))

    @staticmethod
    def _point(uow: Uow, desk: DealDesk, wanted: PickupPointId | None) -> PickupPointId | None:
        """Return the wanted point where it is open, else the group's first."""
        points = [point.id for point in uow.pickup.points(desk.group.id)]
        return wanted if wanted in points else (points[0] if points else None)

    def _begun(
        self, uow: Uow, desk: DealDesk, terms: Terms, goods: Sequence[Goods], left_out: int
    ) -> DraftPage:
        made = self.drafts.begin(uow, group=desk.group.id, terms=terms, goods=goods, by=desk.reader.id)
        news = Text("deals.left_out", {"count": left_out}) if left_out else None
        return self._shown(uow, desk, made, DraftStep.MAIN, news=news)

    def _renewed(self, uow: Uow, deal: Deal, step: DraftStep) -> Deal:
        """Let a draft say what the catalogue says by now, where it is looked at as a whole."""
        if step not in (DraftStep.MAIN, DraftStep.PREVIEW):
            return deal
        if deal.terms.point is None and (points := uow.pickup.points(deal.group)):
            placed = replace(deal.terms, point=points[0].id)
            deal = self.drafts.set_terms(uow, deal=deal, terms=placed)
        stands = [item.goods for item in uow.deals.items((deal.id,))]
        renewed = self.goods.renewed(uow, stands, drop=False)
        return deal if renewed == stands else self.drafts.set_goods(uow, deal=deal, goods=renewed)

    def _is_out(self, uow: Uow, desk: DealDesk, deal: Deal) -> DealPage:
        return self.running.shown(uow, desk, deal, DealStep.MAIN, news=Text("deals.is_out"))

    def _with_terms(self, uow: Uow, desk: DealDesk, deal: Deal, terms: Terms) -> DraftPage:
        changed = self.drafts.set_terms(uow, deal=deal, terms=terms)
        moved = terms.closes_at != deal.terms.closes_at and terms.pickup_at != deal.terms.pickup_at
        news = Text("deals.pickup_moved" if moved else "deals.kept")
        return self._shown(uow, desk, changed, DraftStep.MAIN, news=news)

    def _amount_told(self, uow: Uow, desk: DealDesk, deal: Deal, asked: Asked, typed: str) -> DraftPage:
        step, sku = DraftStep(asked.ask), asked.given["sku"]
        item = self._item(uow, deal, sku)
        if item is None:
            return self._shown(uow, desk, deal, DraftStep.GOODS)
        if is_unlimited(typed):
            return self._amount_set(uow, desk, deal, step, sku, None)
        try:
            amount = quantity(typed, "limit")
        except Unclear:
            problem = Text(f"deals.want_{step}", {"unit": item.goods.unit})
            return self._shown(uow, desk, deal, step, sku=sku, problem=problem)
        least = item.goods.step if step is DraftStep.LIMIT else amount
        return self._amount_set(uow, desk, deal, step, sku, max(amount, least))

    def _amount_set(
        self, uow: Uow, desk: DealDesk, deal: Deal, step: DraftStep, sku: str, amount: int | None
    ) -> DraftPage:
        changed = self.goods.with_amount(uow, deal, sku, step, amount)
        held = self.drafts.set_goods(uow, deal=deal, goods=changed)
        return self._shown(uow, desk, held, DraftStep.ITEM, sku=sku, news=Text("deals.kept"))

    @staticmethod
    def _item(uow: Uow, deal: Deal, sku: str) -> Item | None:
        return next((item for item in uow.deals.items((deal.id,)) if item.goods.sku == sku), None)

    def _again(
        self, uow: Uow, desk: DealDesk, deal: Deal, step: DraftStep, problem: Text | None
    ) -> DraftPage:
        return self._shown(uow, desk, deal, step, problem=problem)

    def _shown(
        self,
        uow: Uow,
        desk: DealDesk,
        deal: Deal,
        step: DraftStep,
        *,
        sku: str = "",
        at: int = 0,
        news: Text | None = None,
        problem: Text | None = None,
    ) -> DraftPage:
        """Return a page of a draft, and let the next text answer it where it asks something."""
        shown = self.running.standing.shown(uow, deal=deal, group=desk.group)
        given: Mapping[str, str] = {"sku": sku} if sku else {}
        item = next((each for each in shown.items if each.goods.sku == sku), None)
        if item is None and step in (DraftStep.ITEM, DraftStep.STOCK, DraftStep.LIMIT):
            step = DraftStep.GOODS  # somebody has taken it out
        self.door.ask(uow, desk, deal.id, DRAFT_ASKS.get(step), given)
        lacks = self.drafts.lacks(uow, deal=deal, goods=[each.goods for each in shown.items])
        withdrawn = self.goods.withdrawn(uow, shown.items)
        if withdrawn and Lack.GOODS not in lacks:
            lacks = (Lack.GOODS, *lacks)
        return DraftPage(
            desk,
            step,
            shown,
            lacks=lacks,
            points=uow.pickup.points(desk.group.id),
            withdrawn=withdrawn,
            choice=self.goods.choice(uow, at) if step is DraftStep.GOODS else None,
            item=item,
            news=news,
            problem=problem,
        )
