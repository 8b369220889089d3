"""What the buyers of a deal are told, a few at a time, each once."""

from dataclasses import dataclass
from datetime import timedelta

from features.app import handing_news
from features.app.handing_news import News
from features.app.uow import Uow
from features.collection.service import Collection
from features.groupbuy.model import Deal
from features.groupbuy.wording import basket, pay_text, reason_of
from features.members.model import Group
from features.orders import rules
from features.orders.model import Order, OrderState, OrderView
from features.orders.service import Orders
from features.outreach.rules import next_allowed
from kernel.ids import DealId, OrderId, private_chat
from kernel.message import Kind, Moment, Money, Outgoing, Param, Text
from kernel.money import Fen

_AT_ONCE = 50  # orders looked at in one unit
_NEWS_LASTS = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Telling:
    """Tells buyers what became of a deal; the deal keeps how far it has come."""

    orders: Orders
    collection: Collection

    def tell(self, uow: Uow, *, deal: DealId) -> None:
        """Tell the next few buyers of a deal; who cannot be written to reads it in the group."""
        found, told = uow.deals.get(deal), uow.deals.told(deal)
        group = uow.groups.get(found.group) if found else None
        if found is None or told is None or group is None:
            return
        what, after = told
        orders = uow.orders.of_deal(deal, after=OrderId(after), limit=_AT_ONCE)
        for order in orders:
            self._tell(uow, found, group, order, what)
        uow.deals.told_up_to(deal, order=orders[-1].id if len(orders) == _AT_ONCE else None)

    def _tell(self, uow: Uow, deal: Deal, group: Group, order: Order, what: str) -> None:
        member = uow.members.find(order.member)
        is_left_out = order.state is not OrderState.LOCKED and what not in _OF_VOID
        if member is None or not member.reachable or order.by_staff or is_left_out:
            return
        news = self._news(uow, deal, group, order, what)
        if news is None:
            return
        opens = next_allowed(uow.now, group.zone, uow.preferences.get(member.id).quiet or group.quiet)
        uow.outbox.put(
            Outgoing(
                Kind.SEND,
                private_chat(member.user),
                news.message_class,
                text=news.text,
                keyboard=news.keyboard,
                language=member.language,
                not_before=opens,
                expires_at=opens + _NEWS_LASTS,
                dedupe_key=f"deal:{deal.id}:{what}{news.once}:{order.id}",
                large=member.large,
                file=news.picture,
                reason=Text("groupbuy.why_told"),
                group=group.id,
            )
        )

    def _news(self, uow: Uow, deal: Deal, group: Group, order: Order, what: str) -> News | None:
        """Return what a buyer is told; None: nothing."""
        if what in handing_news.TOLD:
            return handing_news.told(uow, self.collection, deal, group, order, what)
        view = self.orders.view(uow, order=order, deal=deal, items=uow.deals.items((deal.id,)))
        return News(Text(f"groupbuy.told_{what}", self._words(uow, deal, group, view)))

    @staticmethod
    def _words(uow: Uow, deal: Deal, group: Group, view: OrderView) -> dict[str, Param]:
        point = uow.pickup.get(deal.terms.point) if deal.terms.point else None
        lines = [(item, line.quantity, rules.price_of(item, line)) for item, line in view.lines]
        until = deal.terms.pickup_until.astimezone(group.zone)
        return {
            "title": _title(deal, view),
            "reason": reason_of(deal.reason),
            "basket": basket(lines),
            "total": Money(Fen(rules.goods_of(view) - view.order.off)),
            "pay": pay_text(deal.terms),
            "place": point.name if point else "–",
            "at": Moment(deal.terms.pickup_at, group.zone.key),
            "until": f"{until:%H:%M}",
        }


def _title(deal: Deal, view: OrderView) -> Param:
    if not view.order.recipient.name:
        return deal.terms.title
    return Text("groupbuy.title_for", {"title": deal.terms.title, "name": view.order.recipient.name})


_OF_VOID = ("failed", "cancelled")
