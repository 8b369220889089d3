"""The growth account: value, points, level, expiry, history."""

from functools import partial
from zoneinfo import ZoneInfo

from telegram import Update

from features.app import Home
from features.growth.model import Cap, Card, EarningRule, Entry, Event, History, Used
from features.growth.wording import change_lines, gives, level_name
from features.members.model import Started
from handlers.answers import show
from handlers.context import Context, Place
from handlers.keyboards import tapped_args
from handlers.menu import BOARD, COUPONS, GROWTH, HISTORY, REDEEM, TO_GROWTH, TO_MENU, lead_to_private
from handlers.routes import Routes, on_command, on_tap, on_words
from kernel import business_day
from kernel.message import Button, Keyboard, Moment, Outgoing, Tap, Text
from texts.catalog import Catalog

_TO_HISTORY = Tap(Text("home.to_history"), HISTORY, (0,))
_TO_BOARD = Tap(Text("growth.to_board"), BOARD, ("week",))
_TO_COUPONS = Tap(Text("coupons.to_wallet"), COUPONS, (0,))
_TO_REDEEM = Tap(Text("coupons.to_redeem"), REDEEM)
_REASONS = {
    Event.REGISTER: Text("growth.reason_register"),
    Event.FIRST_ORDER: Text("growth.reason_first_order"),
    Event.SHARE: Text("growth.reason_share"),
    Event.REPURCHASE: Text("growth.reason_repurchase"),
    Event.UGC: Text("growth.reason_ugc"),
    Event.SPENT: Text("growth.reason_spent"),
    Event.ADJUSTED: Text("growth.reason_adjusted"),
    Event.EXPIRED: Text("growth.reason_expired"),
    Event.CLOSED: Text("growth.reason_closed"),
}


async def on_growth(update: Update, context: Context) -> None:
    """The account at a glance, by word, command or button."""
    user = update.effective_user
    if user is None:
        return
    if not context.place.private:
        lead_to_private(user, context, TO_GROWTH)
        return
    context.plan(context.app.accounts.card, partial(card, context.place), person=context.person(user))


def card(place: Place, home: Home) -> Outgoing:
    """Show value, points, level, what is next, and what earns what."""
    known, found = home.known, home.card
    account = found.account
    text = Text(
        "growth.card",
        {
            "level": level_name(account.level),
            "growth": account.growth,
            "points": account.points,
            "expiry": _expiry(found),
            "next": _next(found, known.group.zone),
            "gives": gives(found.privileges),
            "rules": (*(_rule(rule, used, home) for rule, used in found.rules), *_coming(found)),
        },
    )
    keyboard: Keyboard = ((_TO_HISTORY, _TO_BOARD), (_TO_COUPONS, _TO_REDEEM), (TO_MENU,))
    return show(place.to(known.member), text, keyboard)


async def on_history(update: Update, context: Context) -> None:
    """A page of the history, by word or button."""
    user = update.effective_user
    if user is None:
        return
    if not context.place.private:
        lead_to_private(user, context, TO_GROWTH)
        return
    page = int(tapped_args(update)[0]) if tapped_args(update) else 0
    answer, person = partial(history, context.place), context.person(user)
    context.plan(context.app.accounts.history, answer, person=person, page=page)


def history(place: Place, found: tuple[Started, History]) -> Outgoing:
    """Show one page of the history with the way to its neighbours."""
    known, page = found
    lines = tuple(history_line(entry, known.group.zone.key) for entry in page.entries)
    shown = lines or Text("growth.nothing_yet")
    text = Text("growth.history", {"lines": shown})
    if page.page > 0 or page.has_more:
        text = Text("growth.history_page", {"page": page.page + 1, "lines": shown})
    turns: list[Button] = []
    if page.page > 0:
        turns.append(Tap(Text("growth.newer"), HISTORY, (page.page - 1,)))
    if page.has_more:
        turns.append(Tap(Text("growth.older"), HISTORY, (page.page + 1,)))
    keyboard: Keyboard = ((*turns,), (TO_MENU,)) if turns else ((TO_MENU,),)
    return show(place.to(known.member), text, keyboard)


def routes(catalog: Catalog) -> Routes:
    """Return what the growth account's updates are routed to, in order."""
    return (
        on_command("growth", on_growth),
        on_command("points", on_growth),
        on_command("history", on_history),
        on_words(catalog.words["growth.card"], on_growth),
        on_words(catalog.words["growth.history"], on_history),
        on_tap(GROWTH, on_growth),
        on_tap(HISTORY, on_history, r":\d{1,4}"),
    )


def _expiry(found: Card) -> Text:
    points, expiry = found.account.points, found.next_expiry
    if points < 0:
        return Text("growth.debt", {"debt": -points})
    if expiry is None:
        return Text("growth.no_expiry")
    return Text("growth.next_expiry", {"points": expiry.points, "on": expiry.on})


def _next(found: Card, zone: ZoneInfo) -> Text:
    """Say what is missing: to keep the level where it may fall, else to the next one."""
    if found.falls_at is not None:
        on = business_day.local_date(found.falls_at, zone)
        return Text("growth.may_fall", {"on": on, "missing": found.missing_to_stay})
    if found.next_level is None:
        return Text("growth.at_the_top")
    return Text("growth.next_level", {"level": level_name(found.next_level), "missing": found.missing})


def _coming(found: Card) -> tuple[Text, ...]:
    """Say which rules change soon, if any do."""
    if found.coming is None:
        return ()
    on, changes = found.coming.on, change_lines(found.coming.changes)
    return (Text("growth.coming", {"on": on, "changes": changes}),)


def _rule(rule: EarningRule, used: Used, home: Home) -> Text:
    what, cap = _REASONS[rule.event], _cap(rule.cap, used)
    if rule.event is Event.REGISTER and home.returning:
        cap = Text("growth.cap_once_had")  # before they were erased
    return Text("growth.rule", {"what": what, "amount": rule.amount, "cap": cap})


def _cap(cap: Cap, used: Used) -> Text:
    """Say how often something earns, and how often it has in the longest span that is capped."""
    if cap.once:
        return Text("growth.cap_once_had" if used.ever else "growth.cap_once")
    if cap.per_month is not None and cap.per_day is not None:
        given = {"day": cap.per_day, "month": cap.per_month, "used": used.month}
        return Text("growth.cap_day_month", given)
    if cap.per_month is not None:
        return Text("growth.cap_month", {"month": cap.per_month, "used": used.month})
    return Text(
        "growth.cap_day_week", {"day": cap.per_day or 0, "week": cap.per_week or 0, "used": used.week}
    )


def history_line(entry: Entry, zone: str) -> Text:
    """Return one line of a history, in the local time of `zone`."""
    reason = _REASONS[entry.event] if entry.of is None else _reversal(_REASONS[entry.of])
    if entry.why:
        reason = Text("growth.reason_adjusted_why", {"why": Text(f"staff.reason_{entry.why}")})
    return Text("growth.line", {"at": Moment(entry.at, zone), "reason": reason, "change": _change(entry)})


def _reversal(of: Text) -> Text:
    return Text("growth.reason_reversed", {"what": of})


def _change(entry: Entry) -> Text:
    growth, points = f"{entry.growth:+d}", f"{entry.points:+d}"
    if entry.growth == 0:
        return Text("growth.change_points", {"points": points})
    if entry.points == 0:
        return Text("growth.change_growth", {"growth": growth})
    return Text("growth.change_both", {"growth": growth, "points": points})
