"""Words and ways that all pages about deals share."""

from collections.abc import Sequence
from datetime import datetime

from features.app.deal_desk_model import DraftStep
from features.groupbuy.model import GoalKind, Item, PayMode, Shown
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
    on = business_day.local_date(at, shown.group.zone)
    return Text("deals.when", {"said": _said(at, shown, _named(at, shown)), "on": on})


def short(at: datetime, shown: Shown) -> Text:
    """Return an instant as people say it: the day by its name, where it is one of the next seven."""
    on = business_day.local_date(at, shown.group.zone)
    return _said(at, shown, _named(at, shown) if _ahead(at, shown) in range(_WEEK) else on)


def span(opens: datetime, ends: datetime, shown: Shown) -> Text:
    """Return the hours of pick-up."""
    return Text("deals.span", {"opens": short(opens, shown), "until": _clock(ends, shown)})


def there(shown: Shown) -> dict[str, Param]:
    """Return where and when goods are picked up, with the date."""
    terms = shown.deal.terms
    opens = _said(terms.pickup_at, shown, _named(terms.pickup_at, shown))
    return {
        "place": place_of(shown),
        "span": Text("deals.span", {"opens": opens, "until": _clock(terms.pickup_until, shown)}),
        "on": business_day.local_date(terms.pickup_at, shown.group.zone),
    }


def _said(at: datetime, shown: Shown, day: Param) -> Text:
    return Text("deals.day_time", {"day": day, "time": _clock(at, shown)})


def _clock(at: datetime, shown: Shown) -> str:
    return f"{at.astimezone(shown.group.zone):%H:%M}"


def _ahead(at: datetime, shown: Shown) -> int:
    zone = shown.group.zone
    return (business_day.local_date(at, zone) - business_day.local_date(shown.now, zone)).days


def _named(at: datetime, shown: Shown) -> Text:
    ahead = _ahead(at, shown)
    if ahead in _NEAR:
        return Text(f"deals.day_{ahead}")
    return Text(f"deals.weekday_{business_day.local_date(at, shown.group.zone).isoweekday()}")


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


def place_of(shown: Shown) -> Param:
    """Return where goods are picked up."""
    return shown.point.name if shown.point and shown.point.is_open else Text("deals.no_place")


def to_draft(shown: Shown, step: DraftStep = DraftStep.MAIN, label: Text = _TO_DRAFT) -> Tap:
    """Return the way back to a draft's first page, or to another one."""
    return Tap(label, DRAFT, (shown.deal.id, step))
