"""Payments in Stars: asked for, allowed in time, paid once, given back once."""

from typing import Any

import pytest

from sandbox.errors import ControlError
from tests.sandbox.town import Town, keyboard, town

BILL: dict[str, Any] = {
    "title": "Tea",
    "description": "Green tea",
    "payload": "order-7",
    "provider_token": "",
    "currency": "XTR",
    "prices": [{"label": "Tea", "amount": 5}],
}


async def _billed(place: Town, **params: Any) -> int:
    found: int = (await place.ok("sendInvoice", chat_id=place.world.user, **BILL, **params))["message_id"]
    return found


def _pay(place: Town, invoice: int) -> Any:
    return place.sandbox.act(place.world.user, "pay", message=invoice)


def _state(place: Town) -> Any:
    shown = place.sandbox.messages(place.world.user)
    return next(message["payment"] for message in shown if "invoice" in message)


async def _paid(place: Town) -> Any:
    asked = _pay(place, await _billed(place))
    await place.ok("answerPreCheckoutQuery", pre_checkout_query_id=asked["query"], ok=True)
    return (await place.updates())[-1]["message"]["successful_payment"]


async def test_an_invoice_that_the_bot_allows_is_paid() -> None:
    async with town() as place:
        invoice = await _billed(place)
        before = _state(place)

        asked = _pay(place, invoice)
        (update,) = await place.updates()
        waiting = _state(place)
        await place.ok("answerPreCheckoutQuery", pre_checkout_query_id=asked["query"], ok=True)
        (told,) = await place.updates()

        query, paid = update["pre_checkout_query"], told["message"]["successful_payment"]
        assert before is None
        assert (query["id"], query["from"]["id"]) == (asked["query"], place.world.user)
        assert (query["invoice_payload"], query["total_amount"], query["currency"]) == ("order-7", 5, "XTR")
        assert (paid["invoice_payload"], paid["total_amount"], paid["currency"]) == ("order-7", 5, "XTR")
        assert told["message"]["from"]["id"] == place.world.user
        assert (waiting["state"], _state(place)["state"]) == ("waiting", "paid")


async def test_a_payment_the_bot_refuses_says_why() -> None:
    async with town() as place:
        asked = _pay(place, await _billed(place))

        await place.ok(
            "answerPreCheckoutQuery",
            pre_checkout_query_id=asked["query"],
            ok=False,
            error_message="Sold out",
        )

        assert _state(place) == {"query": asked["query"], "state": "refused", "error": "Sold out"}
        assert [toast["text"] for toast in place.sandbox.toasts(place.world.user)] == ["Sold out"]
        assert not [m for m in place.sandbox.messages(place.world.user) if "successful_payment" in m]


async def test_after_ten_seconds_no_answer_counts() -> None:
    async with town() as place:
        asked = _pay(place, await _billed(place))
        place.sandbox.advance(10)

        late = await place.refused("answerPreCheckoutQuery", pre_checkout_query_id=asked["query"], ok=True)

        assert late.endswith("query is too old and response timeout expired or query ID is invalid")
        assert _state(place)["state"] == "expired"
        assert [toast["text"] for toast in place.sandbox.toasts(place.world.user)] == [
            "BOT_PRECHECKOUT_TIMEOUT"
        ]


async def test_a_query_is_answered_once_and_by_its_bot() -> None:
    async with town() as place:
        other = place.sandbox.add_bot("Other", "other_bot")
        asked = _pay(place, await _billed(place))
        answer = {"pre_checkout_query_id": asked["query"], "ok": True}

        foreign = (await place.post("answerPreCheckoutQuery", answer, token=other["token"])).json()
        no_reason = await place.refused("answerPreCheckoutQuery", **(answer | {"ok": False}))
        await place.ok("answerPreCheckoutQuery", **answer)
        again = await place.refused("answerPreCheckoutQuery", **answer)

        assert foreign["ok"] is False
        assert no_reason == '400 Bad Request: parameter "error_message" is required when ok is false'
        assert again.endswith("query is too old and response timeout expired or query ID is invalid")
        paid = [m for m in place.sandbox.messages(place.world.user) if "successful_payment" in m]
        assert len(paid) == 1


async def test_what_is_paid_in_a_topic_is_told_there() -> None:
    async with town() as place:
        box, world = place.sandbox, place.world
        forum = box.add_group("Forum", world.owner, forum=True)["id"]
        box.act(world.owner, "promote", chat=forum, user=world.bot)
        topic = box.act(world.owner, "topic", chat=forum, name="Greens")["topic"]
        bill = await place.ok("sendInvoice", chat_id=forum, message_thread_id=topic, **BILL)
        asked = box.act(world.owner, "pay", chat=forum, message=bill["message_id"])

        await place.ok("answerPreCheckoutQuery", pre_checkout_query_id=asked["query"], ok=True)

        told = (await place.updates())[-1]["message"]
        assert (told["message_thread_id"], "successful_payment" in told) == (topic, True)


async def test_two_payments_have_two_charges() -> None:
    async with town() as place:
        first, second = await _paid(place), await _paid(place)

        assert first["telegram_payment_charge_id"] != second["telegram_payment_charge_id"]


async def test_stars_are_given_back_once() -> None:
    async with town() as place:
        paid = await _paid(place)
        charge = {"telegram_payment_charge_id": paid["telegram_payment_charge_id"]}
        user = {"user_id": place.world.user}

        await place.ok("refundStarPayment", **user, **charge)
        told = (await place.updates())[-1]["message"]["refunded_payment"]

        assert told["total_amount"] == 5
        assert told["telegram_payment_charge_id"] == paid["telegram_payment_charge_id"]
        again = await place.refused("refundStarPayment", **user, **charge)
        assert again == "400 Bad Request: CHARGE_ALREADY_REFUNDED"
        stranger = await place.refused("refundStarPayment", user_id=place.world.owner, **charge)
        assert stranger == "400 Bad Request: CHARGE_ID_INVALID"


async def test_the_keyboard_of_an_invoice_begins_with_the_button_to_pay() -> None:
    async with town() as place:
        pay = {"inline_keyboard": [[{"text": "Pay", "pay": True}, {"text": "No", "callback_data": "no"}]]}
        await _billed(place, reply_markup=pay)

        answer = await place.refused(
            "sendInvoice", chat_id=place.world.user, **BILL, reply_markup=keyboard("No")
        )
        elsewhere = await place.refused("sendMessage", chat_id=place.world.user, text="x", reply_markup=pay)

        assert answer == elsewhere == "400 Bad Request: BUTTON_TYPE_INVALID"


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"title": "x" * 33}, "title must be 1-32 characters long"),
        ({"description": " "}, "description must be 1-255 characters long"),
        ({"payload": "x" * 129}, "INVOICE_PAYLOAD_INVALID"),
        ({"currency": "EUR"}, "PAYMENT_PROVIDER_INVALID"),
        ({"provider_token": "1:TEST"}, "PAYMENT_PROVIDER_INVALID"),
        ({"prices": []}, "STARS_INVOICE_INVALID"),
        ({"prices": BILL["prices"] * 2}, "STARS_INVOICE_INVALID"),
        ({"prices": [{"label": "Tea", "amount": 0}]}, "CURRENCY_TOTAL_AMOUNT_INVALID"),
    ],
)
async def test_what_is_no_invoice_is_refused(params: dict[str, Any], said: str) -> None:
    async with town() as place:
        answer = await place.refused("sendInvoice", chat_id=place.world.user, **(BILL | params))

        assert answer == f"400 Bad Request: {said}"


async def test_only_an_invoice_is_paid_and_only_where_the_bot_is_heard() -> None:
    async with town() as place:
        text = await place.ok("sendMessage", chat_id=place.world.user, text="free")
        invoice = await _billed(place)

        with pytest.raises(ControlError, match="is no invoice"):
            _pay(place, text["message_id"])
        place.sandbox.act(place.world.user, "block")
        with pytest.raises(ControlError, match="unblock the bot first"):
            _pay(place, invoice)
