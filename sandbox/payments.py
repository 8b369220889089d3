"""Payments in Stars: begun by a user, allowed by the bot, paid, given back."""

from sandbox.delivery import next_message, post
from sandbox.errors import ControlError
from sandbox.model import Chat, Checkout, Invoice, Json, Message, Payment, Toast, User
from sandbox.objects import user_object
from sandbox.world import World

ANSWER_SECONDS = 10
TIMEOUT = "BOT_PRECHECKOUT_TIMEOUT"


def begin(world: World, me: User, chat: Chat, message: Message) -> Checkout:
    """Ask the bot whether this invoice can be paid. Raises ControlError where there is none to pay."""
    if chat.blocked:
        raise ControlError("unblock the bot first")
    if message.invoice is None:
        raise ControlError(f"message {message.id} is no invoice; nothing to pay")
    author = message.sender if message.sender in world.bots else 0
    if not author:
        raise ControlError(f"message {message.id} was not sent by a bot; nobody takes the payment")
    now = world.clock.unix()
    until = now + ANSWER_SECONDS
    checkout = Checkout(world.digits(), author, me.id, chat, message.id, message.invoice, until)
    world.checkouts[checkout.id] = checkout
    world.bots[author].queue.push("pre_checkout_query", _query_object(world, checkout), date=now)
    world.touch()
    return checkout


def _query_object(world: World, checkout: Checkout) -> Json:
    return {
        "id": checkout.id,
        "from": user_object(world.users[checkout.user]),
        **_money(checkout.invoice),
    }


def _money(invoice: Invoice) -> Json:
    return {"currency": "XTR", "total_amount": invoice.total, "invoice_payload": invoice.payload}


def checkout_object(checkout: Checkout) -> Json:
    """Return how a payment stands: `state` is waiting, paid, refused or expired."""
    return {"query": checkout.id, "state": checkout.state, "error": checkout.error}


def latest_checkout(world: World, chat: Chat, message: Message, user: int) -> Json | None:
    """Return how the last payment stands that a user began for an invoice; None before any."""
    place = (user, chat.id, message.id)
    found = [one for one in world.checkouts.values() if (one.user, one.chat.id, one.message) == place]
    return checkout_object(found[-1]) if found else None


def accept(world: World, checkout: Checkout) -> Payment:
    """Let the money flow; a service message tells the bot."""
    checkout.state = "paid"
    payment = Payment(f"stx{world.letters(60)}", checkout.bot, checkout.user, checkout.invoice)
    world.payments[payment.charge] = payment
    invoice = checkout.chat.messages.get(checkout.message)
    topic = invoice.topic if invoice else 0
    message = next_message(world, checkout.chat, checkout.user, topic=topic)
    message.event = {"successful_payment": _charge(payment)}
    post(world, checkout.chat, message)
    return payment


def _charge(payment: Payment) -> Json:
    return {
        **_money(payment.invoice),
        "telegram_payment_charge_id": payment.charge,
        "provider_payment_charge_id": payment.charge,
    }


def refuse(world: World, checkout: Checkout, error: str, *, state: str = "refused") -> None:
    """End a payment; the user reads why."""
    checkout.state, checkout.error = state, error
    toast = Toast(world.touch(), checkout.user, error, True, checkout.chat.id, checkout.message, "")
    world.toasts.append(toast)


def expire(world: World) -> None:
    """End the payments their bot did not answer in time."""
    now = world.clock.unix()
    for checkout in world.checkouts.values():
        if checkout.state == "waiting" and checkout.until <= now:
            refuse(world, checkout, TIMEOUT, state="expired")


def give_back(world: World, payment: Payment) -> None:
    """Refund the Stars; a service message in the private chat tells of it."""
    payment.refunded = True
    chat = world.private(payment.bot, payment.user)
    message = next_message(world, chat, payment.bot)
    message.event = {"refunded_payment": _charge(payment)}
    post(world, chat, message)
