"""Several bots in one world, each with its own updates, and tokens that are revoked."""

import asyncio
from typing import Any

from tests.sandbox.hook import hook
from tests.sandbox.town import Town, town


async def _second(place: Town) -> Any:
    found = (await place.tell("bots", first_name="Second", username="@second_bot"))["result"]
    place.sandbox.act(place.world.owner, "promote", chat=place.world.group, user=found["id"])
    return found


async def _polled(place: Town, token: str) -> list[Any]:
    updates: list[Any] = (await place.post("getUpdates", {}, token)).json()["result"]
    return updates


async def test_a_bot_made_by_control_can_be_called() -> None:
    async with town() as place:
        made = await _second(place)

        me = (await place.post("getMe", {}, made["token"])).json()["result"]
        listed = (await place.get("world"))["result"]["bots"]

        assert (me["id"], me["username"], me["is_bot"]) == (made["id"], "second_bot", True)
        assert [bot["id"] for bot in listed] == [place.world.bot, made["id"]]


async def test_each_bot_polls_its_own_updates() -> None:
    async with town() as place:
        made = await _second(place)
        await place.updates()
        await _polled(place, made["token"])
        place.sandbox.act(place.world.user, "send", chat=place.world.group, text="to both")
        place.sandbox.act(place.world.user, "start", bot=made["id"])

        mine = await place.updates()
        theirs = await _polled(place, made["token"])

        assert [update["message"]["text"] for update in mine] == ["to both"]
        texts = [update["message"].get("text") for update in theirs if "message" in update]
        assert texts[-2:] == ["to both", "/start"]


async def test_one_bot_polls_while_another_has_a_webhook() -> None:
    async with hook() as target, town() as place:
        made = await _second(place)
        await place.updates()
        await place.post("setWebhook", {"url": target.url, "drop_pending_updates": True}, made["token"])
        place.sandbox.act(place.world.user, "send", chat=place.world.group, text="to both")

        await target.count(1)

        assert target.texts() == ["to both"]
        assert [update["message"]["text"] for update in await place.updates()] == ["to both"]
        assert (await place.ok("getWebhookInfo"))["url"] == ""


async def test_bots_do_not_end_the_polls_of_others() -> None:
    async with town() as place, asyncio.TaskGroup() as tasks:
        made = await _second(place)
        await place.updates()
        poll = tasks.create_task(place.updates(timeout=30))
        await asyncio.sleep(0.05)
        await _polled(place, made["token"])
        place.sandbox.act(place.world.user, "send", text="mine")

        assert [update["message"]["text"] for update in await asyncio.wait_for(poll, 2)] == ["mine"]


async def test_a_revoked_token_answers_401_and_ends_its_poll_while_the_new_one_gets_what_waits() -> None:
    async with town() as place, asyncio.TaskGroup() as tasks:
        poll = tasks.create_task(place.refused("getUpdates", timeout=30))
        await asyncio.sleep(0.05)
        told = (await place.tell("bots/revoke"))["result"]
        place.sandbox.act(place.world.user, "send", text="after")

        assert await asyncio.wait_for(poll, 2) == "401 Unauthorized"
        assert await place.refused("getMe") == "401 Unauthorized"
        assert [update["message"]["text"] for update in await _polled(place, told["token"])] == ["after"]


async def test_revoking_a_token_ends_its_webhook() -> None:
    async with hook() as target, town() as place:
        await place.ok("setWebhook", url=target.url)
        token = place.sandbox.revoke_token()["token"]

        assert (await place.post("getWebhookInfo", {}, token)).json()["result"]["url"] == ""


async def test_a_bot_without_a_name_is_refused() -> None:
    async with town() as place:
        assert "a bot needs a username" in (await place.tell("bots", first_name="X", username=""))["error"]
        assert "is taken" in (await place.tell("bots", first_name="X", username="caiboshi_demo_bot"))["error"]
        assert "no bot has the id 5" in (await place.tell("bots/revoke", bot=5))["error"]
