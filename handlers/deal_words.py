"""Words and ways that all pages about deals share."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from features.app.deal_desk_model import DraftStep
from features.groupbuy.model import GoalKind, Item, PayMode, Shown, Terms
from features.groupbuy.wording import name_of, price_text
from kernel import business_day
from kernel.message import Button, Keyboard, Money, Param, Quantity, Tap, Text
from kernel.money import Fen

NEW, EARLIER, COPY = "deal.new", "deal.earlier", "deal.copy"
DRAFT, CHOICE, ITEM = "deal.draft", "deal.goods", "deal.item"
SET, TOGGLE, UNLIMIT = "deal.set", "deal.toggle", "deal.unlimit"
PUBLISH, DROP = "deal.publish", "deal.drop"
OF_ITEM, ENDLESS, CLOSE = "deal.care_item", "deal.endless", "deal.close"
SURE, CANCEL = "deal.sure", "deal.cancel"
TYPED = "typed"  # the argument for a reason that somebody wrote
_WEEK = 7
_TO_DRAFT = Text("deals.to_draft")
_NEAR = range(3)  # days ahead with a name of their own


def when(at: datetime, shown: Shown) -> Text:
    """Return an instant as people say it, with its date."""
    zone = shown.group.zone
    return Text("deals.when", {"said": short(at, shown), "on": business_day.local_date(at, zone)})


def short(at: datetime, shown: Shown) -> Text:
    """Return an instant as people say it: the day by its name, where it is one of the next seven."""
    zone = shown.group.zone
    return Text("deals.day_time", {"day": _day(at, shown.now, zone), "time": f"{at.astimezone(zone):%H:%M}"})


def span(opens: datetime, ends: datetime, shown: Shown) -> Text:
    """Return the hours of pick-up."""
    until = f"{ends.astimezone(shown.group.zone):%H:%M}"
    return Text("deals.span", {"opens": short(opens, shown), "until": until})


def _day(at: datetime, now: datetime, zone: ZoneInfo) -> Param:
    on = business_day.local_date(at, zone)
    ahead = (on - business_day.local_date(now, zone)).days
    if ahead in _NEAR:
        return Text(f"deals.day_{ahead}")
    return Text(f"deals.weekday_{on.isoweekday()}") if 0 <= ahead < _WEEK else on


def goal_of(kind: GoalKind, number: int) -> Text:
    """Return what has to come together."""
    if kind is GoalKind.NONE:
        return Text("deals.goal_none")
    return Text(f"groupbuy.goal_{kind}", {"goal": Money(Fen(number)) if kind is GoalKind.MONEY else number})


def pay_of(pay: PayMode) -> Text:
    """Return when a home pays."""
    return Text(f"deals.pay_{pay}")


def goods_line(item: Item) -> Text:
    """Return one of a draft's goods with its price, stock and limit."""
    goods = item.goods
    parts: dict[str, Param] = {
        "name": name_of(goods),
        "price": price_text(goods, goods.price),
        "stock": stock_of(item),
        "limit": limit_of(item),
    }
    return Text("deals.goods_line", parts)


def stock_of(item: Item) -> Text:
    """Return how much there is of the goods."""
    goods = item.goods
    if goods.stock is None:
        return Text("deals.no_stock")
    return Text("deals.stock", {"stock": Quantity(goods.stock, goods.unit)})


def limit_of(item: Item) -> Text:
    """Return how much of the goods one home may have."""
    goods = item.goods
    if goods.home_limit is None:
        return Text("deals.no_limit")
    return Text("deals.limit", {"limit": Quantity(goods.home_limit, goods.unit)})


def lines(news: Text | None, problem: Text | None, *told: Text) -> Text:
    """Return a page: what is new, what was wrong, and what there is."""
    before = [Text("deals.news", {"news": news})] if news else []
    before += [Text("deals.problem", {"problem": problem})] if problem else []
    return Text("deals.page", {"lines": (*before, *told)})


def pairs(buttons: Sequence[Button]) -> Keyboard:
    """Return buttons two in a row."""
    return tuple(tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2))


def place_of(shown: Shown, terms: Terms) -> Param:
    """Return where goods are picked up."""
    is_open = shown.point is not None and shown.point.is_open and terms.point is not None
    return shown.point.name if shown.point and is_open else Text("deals.no_place")


def to_draft(shown: Shown, step: DraftStep = DraftStep.MAIN, label: Text = _TO_DRAFT) -> Tap:
    """Return the way back to a draft's first page, or to another one."""
    return Tap(label, DRAFT, (shown.deal.id, step))
