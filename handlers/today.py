"""What a leader has to do now: one page, most urgent first, each with the button that does it."""

from functools import partial

from telegram import Update

from features.app.claims import QUEUE
from features.app.deal_desk_model import DealStep
from features.app.deal_running import DEAL as SELLING
from features.app.settling import DESK
from features.app.till import CLAIMS
from features.app.today import Today
from features.staff.model import Choice
from handlers.answers import show
from handlers.cashier import REFUNDS, UNPAID
from handlers.checkoff import DEAL
from handlers.context import Context, Place
from handlers.hearing import COUNT
from handlers.menu import DEALS, TO_MENU, TODAY
from handlers.routes import Routes, on_command, on_tap, on_words
from handlers.staff import NUMBER, choice, chosen, lead_staff, on_link
from kernel.ids import UserId
from kernel.message import Button, Keyboard, Moment, Money, Outgoing, Param, Tap, Text
from texts.catalog import Catalog

_PAYLOAD = "today"  # of Start, before the group


async def on_today(update: Update, context: Context) -> None:
    """The page, by word, command, link or button."""
    user = update.effective_user
    if user is None:
        return
    if not context.place.private:
        lead_staff(user, context, _PAYLOAD)
        return
    context.plan(
        context.app.money.duties.today,
        partial(page, context.place),
        user=UserId(user.id),
        group=chosen(update, context),
    )


def page(place: Place, found: Today | Choice) -> Outgoing:
    """Show what waits, and what the day has brought."""
    if isinstance(found, Choice):
        return choice(place, TODAY, found.groups)
    waits = (*_answers(found), *_goods(found), *_money(found))
    words: dict[str, Param] = {
        "group": found.group.title,
        "selling": tuple(_selling(found)) or Text("today.none_selling"),
        "idle": Text("today.idle" if found.is_idle else "today.waits"),
        "orders": found.takings.orders,
        "homes": found.takings.homes,
        "worth": Money(found.takings.worth),
        "earned": Money(found.takings.earned),
        "balance": Money(found.balance),
    }
    rows: Keyboard = tuple((each,) for each in waits)
    first = found.selling[0] if found.selling else None
    sale = Tap(Text("today.open_deal"), DEALS, (found.group.id,))
    if first is not None:
        sale = Tap(Text("today.to_deal", {"title": first.terms.title}), SELLING, (first.id, DealStep.MAIN))
    money = Tap(Text("settlement.to_desk"), DESK, (found.group.id,))
    return show(place.to(found.reader), Text("today.page", words), (*rows, (sale, money), (TO_MENU,)))


def _answers(found: Today) -> list[Button]:
    """Return what people wait for."""
    waits: list[Button] = []
    if found.cases:
        waits.append(Tap(Text("today.cases", {"count": found.cases}), QUEUE))
    waits += [Tap(Text("today.list", {"number": number}), COUNT, (number,)) for number in found.lists]
    return waits


def _goods(found: Today) -> list[Button]:
    """Return what is to be done about goods."""
    coming = [
        Tap(Text("today.coming", {"title": each.terms.title}), DEAL, (each.id,)) for each in found.coming
    ]
    left = [
        Tap(Text("today.uncollected", {"title": deal.terms.title, "count": each.waiting}), DEAL, (deal.id,))
        for deal, each in found.uncollected
    ]
    return [*coming, *left]


def _money(found: Today) -> list[Button]:
    """Return what is to be done about money."""
    kinds = (
        (found.claims, Text("today.claims", {"count": found.claims}), CLAIMS),
        (found.refunds, Text("today.refunds", {"count": found.refunds}), REFUNDS),
        (found.unpaid, Text("today.unpaid", {"count": found.unpaid}), UNPAID),
    )
    return [Tap(text, act, (found.group.id,)) for count, text, act in kinds if count]


def _selling(found: Today) -> list[Text]:
    zone = found.group.zone.key
    return [
        Text("today.selling", {"title": each.terms.title, "at": Moment(each.terms.closes_at, zone)})
        for each in found.selling
    ]


def routes(catalog: Catalog) -> Routes:
    """Return what the page is routed to, in order."""
    return (
        on_link(r"today-\d", on_today),
        on_command("today", on_today),
        on_words(catalog.words["today.page"], on_today),
        on_tap(TODAY, on_today, rf"({NUMBER})?"),
    )
