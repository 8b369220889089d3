"""The money of a group at a glance, for staff: deals, what is to be bought, the leader's commission."""

from functools import partial

from telegram import Update

from features.app.settling import DESK, SettleDesk
from features.app.till import CLAIMS
from features.groupbuy.model import DealState
from features.members.model import Group
from features.settlement.model import DealSheet, Entry, Statement
from features.settlement.wording import sheet_lines, sku_line
from features.staff.model import Choice
from handlers.answers import show, toast
from handlers.cashier import CODE, REFUNDS, UNPAID, back
from handlers.context import Context, Place
from handlers.keyboards import tapped_args
from handlers.menu import TO_MENU
from handlers.routes import Routes, on_command, on_tap, on_words
from handlers.staff import NUMBER, choice, chosen, lead_staff, on_link
from kernel.ids import DealId, GroupId, MemberId, UserId
from kernel.message import Answer, Button, Keyboard, Moment, Money, Outgoing, Param, Tap, Text
from kernel.money import Fen
from texts.catalog import Catalog

_BUYING, _STATEMENT, _PAY_OUT = "settle.buying", "settle.statement", "settle.pay_out"
_BIG = r":\d{1,18}"


async def on_desk(update: Update, context: Context) -> None:
    """The money of a group, by word, command, link or button."""
    user = update.effective_user
    if user is None:
        return
    if not context.place.private:
        lead_staff(user, context, "settle")
        return
    context.plan(
        context.app.money.settling.desk,
        partial(desk, context.place),
        user=UserId(user.id),
        group=chosen(update, context),
    )


def desk(place: Place, found: SettleDesk | Choice) -> Outgoing:
    """Show each deal under way and what waits to be done."""
    if isinstance(found, Choice):
        return choice(place, DESK, found.groups)
    own = found.group.id
    lines = tuple(line for sheet in found.sheets for line in sheet_lines(sheet))
    if not all(sheet.sound for sheet in found.sheets):
        lines = (*lines, Text("settlement.unsound"))
    waits: tuple[Button, ...] = (
        Tap(Text("settlement.to_claims", {"count": found.claims}), CLAIMS, (own,)),
        Tap(Text("settlement.to_unpaid", {"count": found.unpaid}), UNPAID, (own,)),
        Tap(Text("settlement.to_refunds", {"count": found.refunds}), REFUNDS, (own,)),
    )
    sold = [sheet for sheet in found.sheets if sheet.deal.state is not DealState.OPEN]
    buying: Keyboard = tuple(
        (Tap(Text("settlement.to_buying", {"title": each.deal.terms.title}), _BUYING, (each.deal.id,)),)
        for each in sold
    )
    commission = Text("settlement.to_statement", {"amount": Money(found.commission)})
    mine = Tap(commission, _STATEMENT, (own, found.leader, 0))
    code = Tap(Text("payments.to_code"), CODE)
    words: dict[str, Param] = {
        "group": found.group.title,
        "lines": lines or Text("settlement.desk_none"),
    }
    return show(place, Text("settlement.desk", words), (waits, *buying, (mine, code), (TO_MENU,)))


async def on_buying(update: Update, context: Context) -> None:
    """What is to be bought for a deal."""
    if update.effective_user:
        context.plan(
            context.app.money.settling.buying,
            partial(buying, context.place),
            user=UserId(update.effective_user.id),
            deal=DealId(int(tapped_args(update)[0])),
        )


def buying(place: Place, found: tuple[Group, DealSheet]) -> Outgoing:
    """Show how much of each of the goods, in units and in cases."""
    group, sheet = found
    lines: Param = tuple(sku_line(each) for each in sheet.skus) or Text("settlement.buying_none")
    words: dict[str, Param] = {"title": sheet.deal.terms.title, "lines": lines}
    return show(place, Text("settlement.buying", words), (back(group.id),))


async def on_statement(update: Update, context: Context) -> None:
    """A page of a leader's statement."""
    group, leader, page = map(int, tapped_args(update))
    if update.effective_user:
        context.plan(
            context.app.money.settling.statement,
            partial(statement, context.place),
            user=UserId(update.effective_user.id),
            group=GroupId(group),
            leader=MemberId(leader),
            page=page,
        )


def statement(place: Place, found: Statement) -> Outgoing:
    """Show what a leader earned, line by line."""
    zone, own = found.group.zone.key, (found.group.id, found.leader)
    lines: Param = tuple(_entry(each, zone) for each in found.entries) or Text("settlement.statement_none")
    words: dict[str, Param] = {
        "group": found.group.title,
        "balance": Money(found.balance),
        "lines": lines,
    }
    turn: list[Button] = []
    if found.page > 0:
        turn.append(Tap(Text("settlement.newer"), _STATEMENT, (*own, found.page - 1)))
    if found.has_more:
        turn.append(Tap(Text("settlement.older"), _STATEMENT, (*own, found.page + 1)))
    rows: Keyboard = (tuple(turn),) if turn else ()
    if found.may_pay and found.balance > 0:
        amount = Text("settlement.pay_out", {"amount": Money(found.balance)})
        rows = (*rows, (Tap(amount, _PAY_OUT, (*own, found.balance)),))
    return show(place, Text("settlement.statement", words), (*rows, back(found.group.id)))


def _entry(each: Entry, zone: str) -> Text:
    rate = f"{each.rate // 100}.{each.rate % 100:02}".rstrip("0").rstrip(".")
    amount = Fen(abs(each.amount)) if each.kind == "paid" else each.amount
    words: dict[str, Param] = {
        "at": Moment(each.at, zone),
        "title": each.title,
        "item": each.item,
        "who": each.called or Text("members.nameless"),
        "base": Money(each.base),
        "rate": rate,
        "amount": Money(amount),
    }
    return Text(f"settlement.{each.kind}", words)


async def on_pay_out(update: Update, context: Context) -> None:
    """A leader was paid what the button says."""
    group, leader, amount = map(int, tapped_args(update))
    if update.effective_user:
        context.plan(
            context.app.money.settling.pay_out,
            partial(paid_out, context.place, Fen(amount)),
            user=UserId(update.effective_user.id),
            group=GroupId(group),
            leader=MemberId(leader),
            amount=Fen(amount),
        )


def paid_out(place: Place, amount: Fen, found: Statement) -> Answer:
    """Show the statement as it is then."""
    return statement(place, found), toast(place, "settlement.paid_out", amount=Money(amount))


def routes(catalog: Catalog) -> Routes:
    """Return what settlement is routed to, in order."""
    return (
        on_link(r"settle-\d", on_desk),
        on_command("settle", on_desk),
        on_words(catalog.words["settlement.desk"], on_desk),
        on_tap(DESK, on_desk, rf"({NUMBER})?"),
        on_tap(_BUYING, on_buying, _BIG),
        on_tap(_STATEMENT, on_statement, rf"{NUMBER}{_BIG}:\d{{1,4}}"),
        on_tap(_PAY_OUT, on_pay_out, rf"{NUMBER}{_BIG}:\d{{1,12}}"),
    )
