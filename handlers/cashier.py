"""The money of orders, for staff: claims to confirm, reminders, what goes back, the group's code."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from telegram import Update
from telegram.ext import CommandHandler, MessageHandler, filters

from features.app import App
from features.app.cashier import Decided, MoneyPage, Reminded, UnpaidPage
from features.app.settling import DESK
from features.app.till import CLAIMS
from features.members.model import Group
from features.payments import model, rules
from features.payments.model import PaymentId, Refund, RefundId
from features.staff.model import Choice
from handlers.answers import say, show
from handlers.context import Callback, Context, Place
from handlers.keyboards import tapped_args
from handlers.menu import TO_MENU
from handlers.people import UNDO
from handlers.routes import IN_PRIVATE, Routes, on_tap, on_words
from handlers.staff import NUMBER, choice, chosen, lead_staff, on_link
from kernel.ids import GroupId, UserId
from kernel.message import Answer, Button, Keyboard, Moment, Money, Outgoing, Param, Tap, Text
from kernel.money import Fen
from texts.catalog import Catalog, heard

UNPAID, REMIND, REFUNDS = "pay.unpaid", "pay.remind", "pay.refunds"
CODE = "pay.code"
_CAME, _CAME_NOT, _REFUNDED = "pay.came", "pay.came_not", "pay.refunded"
_BIG = r":\d{1,18}"
_SHOWN = 30  # unpaid orders in a list
_LONGEST_PAYEE = 40


def back(group: GroupId) -> tuple[Button, ...]:
    """Return the row that leads back to the money of a group."""
    return Tap(Text("settlement.back"), DESK, (group,)), TO_MENU


def _on_page(
    name: str, use_case: Callable[[App], Callable[..., Any]], answer: Callable[..., Answer]
) -> Callback[Update]:
    """Return a handler of a page of staff, by word, link or button."""

    async def handle(update: Update, context: Context) -> None:
        user = update.effective_user
        if user is None:
            return
        if not context.place.private:
            lead_staff(user, context, name)
            return
        context.plan(
            use_case(context.app),
            partial(answer, context.place),
            user=UserId(user.id),
            group=chosen(update, context),
        )

    return handle


def claims(place: Place, found: MoneyPage | Choice) -> Outgoing:
    """Show the oldest claims, two buttons each."""
    if isinstance(found, Choice):
        return choice(place, CLAIMS, found.groups)
    group = found.group
    if not found.rows:
        return show(place, Text("payments.claims_none", {"group": group.title}), (back(group.id),))
    rows = tuple(
        (
            Tap(Text("payments.came", {"number": at}), _CAME, (each.number,)),
            Tap(Text("payments.came_not", {"number": at}), _CAME_NOT, (each.number,)),
        )
        for at, each in enumerate(found.rows, start=1)
    )
    lines = tuple(
        _claim_line(at, each, owed, group)
        for at, (each, owed) in enumerate(zip(found.rows, found.owed, strict=True), start=1)
    )
    words: dict[str, Param] = {"group": group.title, "count": found.count, "lines": lines}
    return show(place, Text("payments.claims", words), (*rows, back(group.id)))


def _claim_line(number: int, each: model.Money, owed: Fen, group: Group) -> Text:
    words = _whose(number, each) | {"at": Moment(each.at, group.zone.key), "title": each.title}
    if owed == each.amount:
        return Text("payments.claim_line", words)
    return Text("payments.claim_line_differs", words | {"owed": Money(max(owed, Fen(0)))})


def _whose(number: int, each: model.Money) -> dict[str, Param]:
    return {
        "number": number,
        "name": each.called or Text("members.nameless"),
        "amount": Money(each.amount),
        "reference": each.reference,
    }


async def on_decide(came: bool, update: Update, context: Context) -> None:
    """A claim is decided by one tap."""
    if update.effective_user:
        context.plan(
            context.app.money.cashier.decide,
            partial(decided, context.place),
            user=UserId(update.effective_user.id),
            payment=PaymentId(int(tapped_args(update)[0])),
            came=came,
        )


def decided(place: Place, done: Decided) -> Answer:
    """Say what became of a claim, what is missing or too much, and how to take it back."""
    words: dict[str, Param] = {
        "name": done.called or Text("members.nameless"),
        "amount": Money(done.amount),
        "reference": done.reference,
    }
    text = Text("payments.rejected", words)
    rows: Keyboard = ()
    if done.confirmed:
        text = Text("payments.confirmed", words | {"balance": _balance(done.owed)})
        rows = ((Tap(Text("payments.undo"), UNDO, (done.line,)),),) if done.line else ()
    on = Tap(Text("payments.to_claims"), CLAIMS, (done.group.id,))
    return show(place, text, (*rows, (on,), back(done.group.id)))


def _balance(owed: Fen) -> Text:
    if owed == 0:
        return Text("payments.balance_even")
    key = "payments.balance_owed" if owed > 0 else "payments.balance_over"
    return Text(key, {"owed": Money(Fen(abs(owed)))})


async def on_receive(update: Update, context: Context) -> None:
    """An amount that came, typed with its reference: /paid T1-2 12.5"""
    typed = context.args or []
    named, amount = rules.references(typed[0]) if typed else frozenset(), None
    if len(typed) == 2:
        amount = rules.money(typed[1])
    if update.effective_user is None or len(named) != 1 or amount is None:
        context.say(partial(say, context.place, Text("payments.receive_how")))
        return
    context.plan(
        context.app.money.cashier.receive,
        partial(decided, context.place),
        user=UserId(update.effective_user.id),
        reference=next(iter(named)),
        amount=amount,
    )


def unpaid(place: Place, found: UnpaidPage | Choice) -> Outgoing:
    """Show who has still to pay, and the button that reminds them."""
    if isinstance(found, Choice):
        return choice(place, UNPAID, found.groups)
    group, rows = found.group, found.rows
    if not rows:
        return show(place, Text("payments.unpaid_none", {"group": group.title}), (back(group.id),))
    lines = [
        Text(
            "payments.unpaid_line_claimed" if each.claimed else "payments.unpaid_line",
            {
                "name": each.called or Text("members.nameless"),
                "amount": Money(each.owed),
                "reference": each.reference,
            },
        )
        for each in rows[:_SHOWN]
    ]
    if len(rows) > _SHOWN:
        lines.append(Text("payments.unpaid_more", {"count": len(rows) - _SHOWN}))
    words: dict[str, Param] = {
        "group": group.title,
        "count": len(rows),
        "total": Money(found.total),
        "lines": tuple(lines),
    }
    remind = Tap(Text("payments.remind_all"), REMIND, (group.id,))
    return show(place, Text("payments.unpaid", words), ((remind,), back(group.id)))


async def on_remind(update: Update, context: Context) -> None:
    """Everybody who has not paid is reminded."""
    if update.effective_user:
        context.plan(
            context.app.money.cashier.remind,
            partial(reminded, context.place),
            user=UserId(update.effective_user.id),
            group=GroupId(int(tapped_args(update)[0])),
        )


def reminded(place: Place, done: Reminded) -> Outgoing:
    """Say who was reminded, and whom somebody has to tell."""
    lines = [Text("payments.reminded_told", {"told": done.told})]
    if done.lately:
        lines.append(Text("payments.reminded_lately", {"count": done.lately}))
    if done.unreachable:
        lines.append(Text("payments.reminded_unreachable", {"names": " ".join(done.unreachable)}))
    text = Text("payments.reminded", {"lines": tuple(lines)})
    return show(place, text, (back(done.group.id),))


def refunds(hours: int, place: Place, found: MoneyPage | Choice) -> Outgoing:
    """Show what goes back and until when."""
    if isinstance(found, Choice):
        return choice(place, REFUNDS, found.groups)
    group = found.group
    if not found.rows:
        return show(place, Text("payments.refunds_none", {"group": group.title}), (back(group.id),))
    buttons = tuple(
        (Tap(Text("payments.refunded_button", {"number": at}), _REFUNDED, (each.number,)),)
        for at, each in enumerate(found.rows, start=1)
    )
    lines = tuple(
        Text(
            "payments.refund_line",
            _whose(at, each)
            | {
                "reason": Text(f"payments.because_{each.reason}"),
                "until": _until(each, found, hours),
            },
        )
        for at, each in enumerate(found.rows, start=1)
    )
    words: dict[str, Param] = {"group": group.title, "count": found.count, "lines": lines}
    return show(place, Text("payments.refunds", words), (*buttons, back(group.id)))


def _until(each: model.Money, found: MoneyPage, hours: int) -> Text:
    at = each.at + timedelta(hours=hours)
    key = "payments.refund_late" if at < found.now else "payments.refund_until"
    return Text(key, {"at": Moment(at, found.group.zone.key)})


async def on_refunds(update: Update, context: Context) -> None:
    """What goes back, by word, link or button."""
    hours = context.app.money.payments.policy.refund_hours
    handle = _on_page("refunds", lambda app: app.money.cashier.refunds_due, partial(refunds, hours))
    await handle(update, context)


async def on_refunded(update: Update, context: Context) -> None:
    """Money went back."""
    if update.effective_user:
        context.plan(
            context.app.money.cashier.refunded,
            partial(refunded, context.place),
            user=UserId(update.effective_user.id),
            refund=RefundId(int(tapped_args(update)[0])),
        )


def refunded(place: Place, done: tuple[Group, Refund, str]) -> Answer:
    """Say so, with the way to the others."""
    group, refund, reference = done
    words: dict[str, Param] = {"amount": Money(refund.back), "reference": reference}
    on = Tap(Text("settlement.to_refunds", {"count": ""}), REFUNDS, (group.id,))
    return show(place, Text("payments.refunded", words), ((on,), back(group.id)))


async def on_photo(update: Update, context: Context) -> None:
    """A photo whose caption begins with the word: the group's code to pay to."""
    message, user = update.effective_message, update.effective_user
    if message is None or user is None or not message.photo:
        return
    _, _, payee = (message.caption or "").strip().partition(" ")
    context.plan(
        context.app.money.cashier.keep_code,
        partial(code_kept, context.place),
        user=UserId(user.id),
        photo=message.photo[-1].file_id,
        payee=payee.strip()[:_LONGEST_PAYEE],
    )


def code_kept(place: Place, groups: tuple[Group, ...]) -> Outgoing:
    """Say where the code is used now."""
    titles = " · ".join(group.title for group in groups)
    return say(place, Text("payments.code_set", {"groups": titles}), ((TO_MENU,),))


async def on_code_how(update: Update, context: Context) -> None:
    """How the code to pay to is changed."""
    del update
    context.say(lambda: show(context.place, Text("payments.code_how"), ((TO_MENU,),)))


class Captioned(filters.MessageFilter):
    """A photo whose caption begins with one of these words."""

    def __init__(self, words: frozenset[str]) -> None:
        super().__init__()
        self._words = words

    def filter(self, message: Any) -> bool:
        """Tell whether the first word of the caption is one of them."""
        first = (message.caption or "").strip().partition(" ")[0]
        return heard(first) in self._words


def routes(catalog: Catalog) -> Routes:
    """Return what the money of orders is routed to, in order."""
    on_claims = _on_page("claims", lambda app: app.money.cashier.claims, claims)
    on_unpaid = _on_page("unpaid", lambda app: app.money.cashier.unpaid, unpaid)
    return (
        on_link(r"claims-\d", on_claims),
        on_link(r"unpaid-\d", on_unpaid),
        on_link(r"refunds-\d", on_refunds),
        CommandHandler("paid", on_receive, IN_PRIVATE),
        on_words(catalog.words["payments.claims"], on_claims),
        on_words(catalog.words["payments.unpaid"], on_unpaid),
        on_words(catalog.words["payments.refunds"], on_refunds),
        on_tap(CLAIMS, on_claims, rf"({NUMBER})?"),
        on_tap(UNPAID, on_unpaid, rf"({NUMBER})?"),
        on_tap(REFUNDS, on_refunds, rf"({NUMBER})?"),
        on_tap(_CAME, partial(on_decide, True), _BIG),
        on_tap(_CAME_NOT, partial(on_decide, False), _BIG),
        on_tap(CODE, on_code_how),
        on_tap(REMIND, on_remind, NUMBER),
        on_tap(_REFUNDED, on_refunded, _BIG),
        MessageHandler(IN_PRIVATE & filters.PHOTO & Captioned(catalog.words["payments.code"]), on_photo),
    )
