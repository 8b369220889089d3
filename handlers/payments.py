"""Paying, for members: the page of an order, the claim, Telegram's own payments."""

from dataclasses import replace
from functools import partial

from telegram import Update
from telegram.ext import MessageHandler, PreCheckoutQueryHandler, filters

from features.app.till import Bill, Bills, Paid, payload_of
from features.members.model import Member
from features.payments.model import Claimed, PayPage
from handlers.answers import say, show, toast
from handlers.context import Context, Place
from handlers.keyboards import tapped_args
from handlers.menu import TO_MENU, lead_to_private
from handlers.routes import IN_PRIVATE, Routes, on_command, on_payload, on_tap, on_words
from kernel.ids import OrderId, UserId, private_chat
from kernel.message import (
    Answer,
    Call,
    Checkout,
    Invoice,
    Keyboard,
    Kind,
    MessageClass,
    Money,
    Outgoing,
    Param,
    Photo,
    Tap,
    Text,
)
from texts.catalog import Catalog

ORDER, CLAIM, BILL, PUT_OFF = "pay.order", "pay.claim", "pay.bill", "pay.later"
TO_BILLS = "pay"  # the Start payload that opens what is to be paid
_NUMBER = r":\d{1,18}"


async def on_order(update: Update, context: Context) -> None:
    """The page to pay an order, by a button."""
    if update.effective_user:
        context.plan(
            context.app.money.till.page,
            partial(pay_page, context.place),
            user=UserId(update.effective_user.id),
            order=OrderId(int(tapped_args(update)[0])),
        )


def pay_page(place: Place, page: PayPage) -> Outgoing:
    """Show how much, with which note and to whom; the code's own photo bears it where there is one."""
    place = place.to(page.member)
    if page.claim is not None:
        words: dict[str, Param] = {
            "reference": page.reference,
            "title": page.view.deal.terms.title,
            "amount": Money(page.claim.amount),
        }
        return show(place, Text("payments.claimed_page", words), ((TO_MENU,),))
    words = {
        "amount": Money(page.owed),
        "title": page.view.deal.terms.title,
        "reference": page.reference,
        "how": _how(page),
    }
    text, order = Text("payments.page", words), page.view.order.id
    rows: Keyboard = ((Tap(Text("payments.to_claim"), CLAIM, (order,)),),)
    if page.telegram:
        rows = (*rows, (Tap(Text("payments.to_telegram"), BILL, (order,)),))
    keyboard: Keyboard = (*rows, (Tap(Text("payments.not_now"), PUT_OFF),))
    if page.setting is None:
        return show(place, text, keyboard)
    return replace(say(place, text, keyboard), file=Photo(page.setting.photo))


def _how(page: PayPage) -> Text:
    if page.setting is None:
        return Text("payments.how_leader")
    if page.setting.payee:
        return Text("payments.how_code", {"payee": page.setting.payee})
    return Text("payments.how_code_plain")


async def on_bills(update: Update, context: Context) -> None:
    """What is to be paid, by word, command or link."""
    user = update.effective_user
    if user is None:
        return
    if not context.place.private:
        lead_to_private(user, context, TO_BILLS)
        return
    context.plan(context.app.money.till.bills, partial(bills, context.place), user=UserId(user.id))


def bills(place: Place, found: Bills) -> Answer:
    """Show the only bill, or let somebody choose one."""
    if found.claimed is not None:
        return claimed(place, (found.member, found.claimed))
    if found.page is not None:
        return pay_page(place, found.page)
    rows = tuple((_button(bill),) for bill in found.bills)
    lines = tuple(_line(bill) for bill in found.bills)
    return show(place.to(found.member), Text("payments.bills", {"lines": lines}), (*rows, (TO_MENU,)))


def _button(bill: Bill) -> Tap:
    words: dict[str, Param] = {"title": bill.title, "amount": Money(bill.owed)}
    return Tap(Text("payments.bill_button", words), ORDER, (bill.order,))


def _line(bill: Bill) -> Text:
    words: dict[str, Param] = {"title": bill.title, "amount": Money(bill.owed)}
    if bill.recipient:
        return Text("payments.bill_line_for", words | {"name": bill.recipient})
    return Text("payments.bill_line", words)


async def on_paid(update: Update, context: Context) -> None:
    """Somebody types that they paid: it is a claim where only one order can be meant."""
    if update.effective_user:
        context.plan(
            context.app.money.till.say_paid,
            partial(bills, context.place),
            user=UserId(update.effective_user.id),
        )


async def on_claim(update: Update, context: Context) -> None:
    """The button that says it is paid."""
    if update.effective_user:
        context.plan(
            context.app.money.till.claim,
            partial(claimed, context.place),
            user=UserId(update.effective_user.id),
            order=OrderId(int(tapped_args(update)[0])),
        )


def claimed(place: Place, done: tuple[Member, Claimed]) -> Answer:
    """Say that the claim is noted, below what stands: a photo's caption cannot become a message."""
    member, claim = done
    place = place.to(member)
    if not claim.fresh:
        told = Text("payments.claimed_before")
        return toast(place, "payments.claimed_before") if place.tap_id else say(place, told)
    words: dict[str, Param] = {"reference": claim.reference, "amount": Money(claim.payment.amount)}
    return say(place, Text("payments.claimed", words), ((TO_MENU,),))


async def on_put_off(update: Update, context: Context) -> None:
    """The page is closed: its message goes."""
    del update

    def gone() -> Answer:
        place = context.place
        away = Outgoing(Kind.CALL, place.chat, MessageClass.UPKEEP, call=Call.DELETE, message=place.message)
        return away, toast(place, "payments.put_off")

    context.say(gone)


# -- Telegram's own payments


async def on_bill(update: Update, context: Context) -> None:
    """The button that asks for Telegram's bill."""
    if update.effective_user:
        currency = context.app.money.payments.policy.telegram_currency
        context.plan(
            context.app.money.till.page,
            partial(bill, context.place, currency),
            user=UserId(update.effective_user.id),
            order=OrderId(int(tapped_args(update)[0])),
        )


def bill(place: Place, currency: str, page: PayPage) -> Answer:
    """Send the bill for exactly what is owed."""
    place = place.to(page.member)
    if page.claim is not None or not page.telegram:
        return toast(place, "payments.claimed_before")
    title = Text("payments.invoice_title", {"reference": page.reference})
    invoice = Invoice(title, payload_of(page.view.order.id), currency, page.owed)
    text = Text("payments.invoice", {"title": page.view.deal.terms.title})
    return replace(say(place.apart(), text), file=invoice)


async def on_check_out(update: Update, context: Context) -> None:
    """Telegram asks whether the money may be taken; it waits ten seconds."""
    query = update.pre_checkout_query
    if query:
        user = UserId(query.from_user.id)
        context.plan(
            context.app.money.till.check_out,
            partial(checked_out, user, query.id),
            user=user,
            payload=query.invoice_payload,
            amount=query.total_amount,
            currency=query.currency,
        )


def checked_out(user: UserId, query: str, no: Text | None) -> Outgoing:
    """Tell Telegram to go on, or why not."""
    chat = private_chat(user)
    return Outgoing(Kind.CALL, chat, MessageClass.ANSWER, text=no, call=Call.CHECKOUT, file=Checkout(query))


async def on_successful_payment(update: Update, context: Context) -> None:
    """Telegram took the money."""
    message, user = update.effective_message, update.effective_user
    came = message.successful_payment if message else None
    if came and user:
        context.plan(
            context.app.money.till.took,
            partial(took, context.place.apart()),
            user=UserId(user.id),
            payload=came.invoice_payload,
            amount=came.total_amount,
            charge=came.telegram_payment_charge_id,
        )


def took(place: Place, paid: Paid | None) -> Answer:
    """Say thanks, once."""
    if paid is None:
        return say(place, Text("payments.took_foreign"))
    if not paid.fresh:
        return None
    words: dict[str, Param] = {"amount": Money(paid.amount), "reference": paid.reference}
    return say(place, Text("payments.took_void" if paid.void else "payments.took", words), ((TO_MENU,),))


def routes(catalog: Catalog) -> Routes:
    """Return what paying is routed to, in order."""
    return (
        on_payload(TO_BILLS, on_bills),
        on_command("pay", on_bills),
        on_words(catalog.words["payments.pay"], on_bills),
        on_words(catalog.words["payments.code"], on_bills, IN_PRIVATE),
        on_words(catalog.words["payments.paid"], on_paid, IN_PRIVATE),
        on_tap(ORDER, on_order, _NUMBER),
        on_tap(CLAIM, on_claim, _NUMBER),
        on_tap(BILL, on_bill, _NUMBER),
        on_tap(PUT_OFF, on_put_off),
        PreCheckoutQueryHandler(on_check_out),
        MessageHandler(filters.SUCCESSFUL_PAYMENT, on_successful_payment),
    )
