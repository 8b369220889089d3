"""Methods about money: invoices in Stars, the word that lets them be paid, refunds."""

from sandbox import payments
from sandbox.delivery import post
from sandbox.entities import utf16_length
from sandbox.errors import bad_request
from sandbox.methods.messages import TOO_OLD
from sandbox.methods.sending import draft
from sandbox.model import Invoice, Json
from sandbox.world import Bot, World

MAX_TITLE, MAX_DESCRIPTION, MAX_PAYLOAD_BYTES = 32, 255, 128
MAX_STARS = 100_000


def send_invoice(world: World, bot: Bot, params: Json) -> Json:
    """Send an invoice in Telegram Stars; this world knows no other currency."""
    invoice = _invoice(params)
    markup = params.get("reply_markup")
    chat, message = draft(world, bot, params, pays=markup is not None)
    message.invoice = invoice
    return post(world, chat, message)


def _invoice(params: Json) -> Invoice:
    for name, limit in (("title", MAX_TITLE), ("description", MAX_DESCRIPTION)):
        if not 1 <= utf16_length(params[name].strip()) <= limit:
            raise bad_request(f"{name} must be 1-{limit} characters long")
    if not 1 <= len(params["payload"].encode("utf-8")) <= MAX_PAYLOAD_BYTES:
        raise bad_request("INVOICE_PAYLOAD_INVALID")
    if params.get("provider_token") or params["currency"] != "XTR":
        raise bad_request("PAYMENT_PROVIDER_INVALID")
    if len(params["prices"]) != 1 or params.get("max_tip_amount"):
        raise bad_request("STARS_INVOICE_INVALID")
    total = params["prices"][0]["amount"]
    if not 1 <= total <= MAX_STARS:
        raise bad_request("CURRENCY_TOTAL_AMOUNT_INVALID")
    title, description = params["title"].strip(), params["description"].strip()
    return Invoice(title, description, params["payload"], total, params.get("start_parameter", ""))


def answer_pre_checkout_query(world: World, bot: Bot, params: Json) -> bool:
    """Let a payment through or refuse it, once and within 10 seconds."""
    payments.expire(world)
    checkout = world.checkouts.get(params["pre_checkout_query_id"])
    if checkout is None or checkout.bot != bot.id or checkout.state != "waiting":
        raise bad_request(TOO_OLD)
    if params["ok"]:
        payments.accept(world, checkout)
        return True
    if not params.get("error_message"):
        raise bad_request('parameter "error_message" is required when ok is false')
    payments.refuse(world, checkout, params["error_message"])
    return True


def refund_star_payment(world: World, bot: Bot, params: Json) -> bool:
    """Give Stars back, once."""
    payment = world.payments.get(params["telegram_payment_charge_id"])
    if payment is None or payment.bot != bot.id or payment.user != params["user_id"]:
        raise bad_request("CHARGE_ID_INVALID")
    if payment.refunded:
        raise bad_request("CHARGE_ALREADY_REFUNDED")
    payments.give_back(world, payment)
    return True
