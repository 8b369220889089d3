"""A webhook while servers stop and start, bots change their mind, and foreign clients set it."""

import asyncio

import httpx
from aiogram import Bot as AiogramBot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiohttp import web
from telegram import Bot, WebhookInfo

from sandbox.seed import seeded
from sandbox.server import serve
from tests.sandbox.court import court
from tests.sandbox.hook import hook
from tests.sandbox.town import Town, town


def _say(place: Town, *texts: str) -> None:
    for text in texts:
        place.sandbox.act(place.world.user, "send", chat=place.world.group, text=text)


async def _stuck(_request: web.Request) -> web.StreamResponse:
    await asyncio.Event().wait()
    raise AssertionError("never reached")


async def test_a_server_that_stops_waits_for_no_target_and_the_next_one_delivers_the_rest() -> None:
    with court() as sits:
        world = seeded(pace=0.001, witness=sits)
        async with hook(_stuck) as target:
            async with serve(world.sandbox) as address, httpx.AsyncClient() as http:
                await http.post(f"{address.base}{world.token}/setWebhook", json={"url": target.url})
                world.sandbox.act(world.user, "send", chat=world.group, text="one")
                await target.count(1)
                loop = asyncio.get_running_loop()
                began = loop.time()
            assert loop.time() - began < 2
            world.sandbox.act(world.user, "send", chat=world.group, text="two")
            assert world.sandbox.pending() == 2

            async with serve(world.sandbox):
                await asyncio.wait_for(world.sandbox.drained(), 5)

    assert target.texts() == ["one", "one", "two"]


async def test_deleting_a_webhook_gives_what_it_had_under_way_to_the_next_poll() -> None:
    async with hook(_stuck) as target, town() as place:
        await place.ok("setWebhook", url=target.url)
        _say(place, "one", "two")
        await target.count(1)

        await place.ok("deleteWebhook")

        assert [update["message"]["text"] for update in await place.updates()] == ["one", "two"]
        assert target.texts() == ["one"]


async def test_dropping_pending_updates_drops_what_is_under_way() -> None:
    async with hook(_stuck) as target, town() as place:
        await place.ok("setWebhook", url=target.url)
        _say(place, "one", "two")
        await target.count(1)

        await place.ok("setWebhook", url=target.url, drop_pending_updates=True)
        _say(place, "three")
        await asyncio.wait_for(place.sandbox.drained(), 5)

        assert target.texts() == ["one", "three"]


async def test_setting_the_same_webhook_again_disturbs_nothing() -> None:
    async with hook(500) as target, town() as place:
        first = (await place.post("setWebhook", {"url": target.url})).json()
        again = (await place.post("setWebhook", {"url": target.url, "allowed_updates": ["message"]})).json()
        gone = (await place.post("deleteWebhook", {})).json()
        none = (await place.post("deleteWebhook", {})).json()

        assert [answer["description"] for answer in (first, again, gone, none)] == [
            "Webhook was set",
            "Webhook is already set",
            "Webhook was deleted",
            "Webhook is already deleted",
        ]
        assert (await place.ok("getWebhookInfo"))["allowed_updates"] == ["message"]


async def test_only_the_kinds_asked_for_are_pushed() -> None:
    async with hook() as target, town() as place:
        await place.ok("setWebhook", url=target.url, allowed_updates=["my_chat_member"])
        _say(place, "unheard")
        place.sandbox.act(place.world.user, "block")
        await asyncio.wait_for(place.sandbox.drained(), 5)

        assert ["my_chat_member" in update for update in target.updates] == [True]


async def test_a_redirect_is_not_followed() -> None:
    async def elsewhere(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=307, headers={"Location": other.url})

    async with hook() as other, hook(elsewhere) as target, town() as place:
        await place.ok("setWebhook", url=target.url)
        _say(place, "one")
        await asyncio.wait_for(place.sandbox.drained(), 5)

        assert (target.texts(), other.updates) == (["one", "one"], [])
        told = await place.ok("getWebhookInfo")
        assert told["last_error_message"].startswith("Wrong response from the webhook: 307 ")


async def test_credentials_in_the_address_are_sent_and_cookies_are_not_kept() -> None:
    async def sweet(_request: web.Request) -> web.StreamResponse:
        answer = web.Response()
        answer.set_cookie("a", "b")
        return answer

    async with hook(sweet) as target, town() as place:
        await place.ok("setWebhook", url=target.url.replace("//", "//user:pass@"))
        _say(place, "one", "two")
        await asyncio.wait_for(place.sandbox.drained(), 5)

        assert [headers.get("Authorization") for headers in target.headers] == ["Basic dXNlcjpwYXNz"] * 2
        assert [headers.get("Cookie") for headers in target.headers] == [None, None]


async def test_python_telegram_bot_sets_reads_and_deletes_it() -> None:
    async with hook() as target, town() as place:
        async with Bot(place.world.token, base_url=place.address.base) as bot:
            assert await bot.set_webhook(target.url, secret_token="abc", max_connections=500)
            told = await bot.get_webhook_info()
            assert await bot.delete_webhook(drop_pending_updates=True)

        assert isinstance(told, WebhookInfo)
        assert (told.url, told.max_connections, told.pending_update_count) == (target.url, 100, 0)
        assert (await place.ok("getWebhookInfo"))["url"] == ""


async def test_aiogram_sets_reads_and_deletes_it() -> None:
    async with hook() as target, town() as place:
        session = AiohttpSession(api=TelegramAPIServer.from_base(place.address.url))
        async with AiogramBot(place.world.token, session=session) as bot:
            assert await bot.set_webhook(target.url, allowed_updates=["message"])
            told = await bot.get_webhook_info()
            assert await bot.delete_webhook()

        assert (told.url, told.allowed_updates, told.max_connections) == (target.url, ["message"], 40)
