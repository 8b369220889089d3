"""Updates pushed to a webhook: setting it, the order they come in, and what its answers do."""

import asyncio
from typing import Any
from urllib.parse import urlencode

import pytest
from aiogram import Bot as AiogramBot
from aiogram import Dispatcher
from aiogram.methods import TelegramMethod
from aiogram.types import BufferedInputFile, Message
from aiogram.webhook.aiohttp_server import SimpleRequestHandler
from aiohttp import web

from tests.sandbox.hook import hook, receiving, saying
from tests.sandbox.pictures import png
from tests.sandbox.town import Town, keyboard, town


def _say(place: Town, *texts: str) -> None:
    for text in texts:
        place.sandbox.act(place.world.user, "send", chat=place.world.group, text=text)


async def test_updates_are_pushed_in_order_with_the_secret() -> None:
    async with hook() as target, town() as place:
        assert await place.ok("setWebhook", url=target.url, secret_token="s-3_cret") is True
        _say(place, "one", "two", "three")

        await asyncio.wait_for(place.sandbox.drained(), 5)

        assert target.texts() == ["one", "two", "three"]
        assert {headers["X-Telegram-Bot-Api-Secret-Token"] for headers in target.headers} == {"s-3_cret"}
        assert {headers["Content-Type"] for headers in target.headers} == {"application/json"}


async def test_what_waited_for_a_poll_is_pushed_first() -> None:
    async with hook() as target, town() as place:
        _say(place, "early")
        await place.ok("setWebhook", url=target.url)
        _say(place, "late")

        await asyncio.wait_for(place.sandbox.drained(), 5)

        assert target.texts() == ["early", "late"]
        assert "X-Telegram-Bot-Api-Secret-Token" not in target.headers[0]


async def test_a_set_webhook_refuses_polls_until_it_is_deleted() -> None:
    async with hook() as target, town() as place:
        await place.ok("setWebhook", url=target.url)

        assert await place.refused("getUpdates") == (
            "409 Conflict: can't use getUpdates method while webhook is active; "
            "use deleteWebhook to delete the webhook first"
        )
        await place.ok("deleteWebhook")
        _say(place, "polled")

        assert [update["message"]["text"] for update in await place.updates()] == ["polled"]
        assert target.updates == []


async def test_setting_a_webhook_ends_the_poll_that_waits() -> None:
    async with hook() as target, town() as place, asyncio.TaskGroup() as tasks:
        poll = tasks.create_task(place.refused("getUpdates", timeout=30))
        await asyncio.sleep(0.05)
        await place.ok("setWebhook", url=target.url)

        assert await poll == "409 Conflict: terminated by setWebhook request"


async def test_a_refused_update_comes_again_and_holds_up_its_chat() -> None:
    async with hook(500, 502) as target, town() as place:
        await place.ok("setWebhook", url=target.url)
        _say(place, "one", "two")

        await asyncio.wait_for(place.sandbox.drained(), 5)

        assert target.texts() == ["one", "one", "one", "two"]
        told = await place.ok("getWebhookInfo")
        assert told["last_error_message"] == "Wrong response from the webhook: 502 Bad Gateway"
        assert told["pending_update_count"] == 0


async def test_an_answer_with_a_method_is_done() -> None:
    async with hook() as target, town() as place:
        call = {"method": "sendMessage", "chat_id": place.world.group, "text": "pong"}
        target.answers.append(saying(call))
        await place.ok("setWebhook", url=target.url)
        _say(place, "ping")

        await asyncio.wait_for(place.sandbox.drained(), 5)

        shown = place.sandbox.messages(place.world.user, place.world.group)
        assert [message["text"] for message in shown[-2:]] == ["ping", "pong"]


async def test_an_answer_with_a_method_may_be_a_form() -> None:
    async def form(request: web.Request) -> web.StreamResponse:
        said = {"method": "sendMessage", "chat_id": str(place.world.group), "text": "你好 & pong"}
        return web.Response(text=urlencode(said), content_type="application/x-www-form-urlencoded")

    async with hook(form) as target, town() as place:
        await place.ok("setWebhook", url=target.url)
        _say(place, "ping")

        await asyncio.wait_for(place.sandbox.drained(), 5)

        shown = place.sandbox.messages(place.world.user, place.world.group)
        assert [message["text"] for message in shown[-2:]] == ["ping", "你好 & pong"]


async def test_what_a_handler_of_aiogram_returns_is_done() -> None:
    program = Dispatcher()

    @program.message()
    async def show(message: Message) -> TelegramMethod[Any]:
        return message.reply_photo(
            BufferedInputFile(png(), "tea.png"), caption="<b>tea</b>", parse_mode="HTML"
        )

    async with town() as place, AiogramBot(place.world.token) as bot:
        app = web.Application()
        SimpleRequestHandler(program, bot, handle_in_background=False).register(app, path="/hook")
        async with receiving(app) as url:
            await place.ok("setWebhook", url=url)
            _say(place, "tea?")
            await asyncio.wait_for(place.sandbox.drained(), 5)

        *_, asked, shown = place.sandbox.messages(place.world.user, place.world.group)
        assert place.sandbox.file(shown["photo"][-1]["file_id"]).body == png()
        assert (shown["caption"], shown["caption_entities"][0]["type"]) == ("tea", "bold")
        assert shown["reply_to_message"]["message_id"] == asked["message_id"]


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"url": "http://example.org/x"}, "the sandbox never calls out of the machine"),
        ({"url": "https://8.8.8.8/x"}, "the sandbox never calls out of the machine"),
        ({"url": "ftp://127.0.0.1/x"}, "An HTTPS URL must be provided for webhook"),
        ({"url": "http://127.0.0.1:99999/"}, "invalid webhook URL specified"),
        ({"url": "http://127.0.0.1/", "ip_address": "8.8.8.8"}, "never calls out of the machine"),
        ({"url": "http://127.0.0.1/", "secret_token": "a b"}, "secret token contains unallowed characters"),
        ({"url": "http://127.0.0.1/", "secret_token": "a" * 257}, "secret token is too long"),
    ],
)
async def test_a_webhook_that_makes_no_sense_is_refused(fields: dict[str, str], refusal: str) -> None:
    async with town() as place:
        assert refusal in await place.refused("setWebhook", **fields)
        assert (await place.ok("getWebhookInfo"))["url"] == ""


async def test_taps_do_not_wait_for_the_chat() -> None:
    release = asyncio.Event()

    async def stuck(_request: web.Request) -> web.Response:
        await release.wait()
        return web.Response()

    async with hook(stuck) as target, town() as place:
        sent = await place.ok(
            "sendMessage", chat_id=place.world.group, text="menu", reply_markup=keyboard("A")
        )
        await place.ok("setWebhook", url=target.url)
        _say(place, "stuck", "behind")
        place.sandbox.act(
            place.world.user, "tap", chat=place.world.group, message=sent["message_id"], button="A"
        )

        updates = await target.count(2)

        assert [sorted(set(update) - {"update_id"}) for update in updates] == [
            ["message"],
            ["callback_query"],
        ]
        release.set()
        await asyncio.wait_for(place.sandbox.drained(), 5)
        assert target.texts() == ["stuck", "behind"]
