"""One day in which every kind of update comes, polled and pushed, and every client reads every one."""

import asyncio
from typing import Any

import telebot.types
from aiogram.types import Update as AiogramUpdate
from telegram import Update

from tests.sandbox.hook import hook
from tests.sandbox.town import EVERY_KIND, Town, keyboard, town

TELEBOT: Any = telebot.types


async def _lived(place: Town) -> None:
    """Let people do whatever a bot can hear of; the bot only puts out what they need."""
    box, world = place.sandbox, place.world
    owner, user, group, here = world.owner, world.user, world.group, {"chat_id": world.group}
    card = await place.ok("sendMessage", **here, text="Greens", reply_markup=keyboard("+1"))
    poll = await place.ok(
        "sendPoll", **here, question="When?", options=[{"text": "Mon"}, {"text": "Tue"}], is_anonymous=False
    )
    price = {"currency": "XTR", "prices": [{"label": "Tea", "amount": 5}]}
    bill = await place.ok("sendInvoice", chat_id=user, title="Tea", description="Green", payload="7", **price)
    channel = box.add_channel("Recipes", owner, linked=group)["id"]
    box.act(owner, "promote", chat=channel, user=world.bot)
    written = box.act(user, "send", chat=group, text="hello")
    box.act(user, "edit", chat=group, message=written["message_id"], text="hello all")
    box.act(user, "tap", chat=group, message=card["message_id"], button="+1")
    box.act(user, "vote", chat=group, message=poll["message_id"], options=[1])
    box.act(user, "react", chat=group, message=card["message_id"], emoji="\U0001f44d")
    box.act(owner, "anonymous", chat=group)
    box.act(owner, "react", chat=group, message=card["message_id"], emoji="\U0001f44d")
    box.act(user, "pay", message=bill["message_id"])
    post = box.act(owner, "post", chat=channel, text="Soup")
    box.act(owner, "edit", chat=channel, message=post["message_id"], text="Stew")
    box.act(box.add_user("New")["id"], "request", chat=group)
    box.act(world.members[1], "leave", chat=group)


def _kinds(updates: list[Any]) -> list[str]:
    return sorted({kind for update in updates for kind in update if kind != "update_id"})


async def test_every_kind_comes_by_polling_and_every_client_reads_it() -> None:
    async with town(every_kind=True) as place:
        await _lived(place)

        updates = await place.updates()

        assert _kinds(updates) == sorted(EVERY_KIND)
        for update in updates:
            (kind,) = update.keys() - {"update_id"}
            assert getattr(Update.de_json(update, None), kind) is not None
            assert AiogramUpdate.model_validate(update).event_type == kind
            assert getattr(TELEBOT.Update.de_json(update), kind) is not None


async def test_every_kind_comes_by_webhook() -> None:
    async with hook() as target, town() as place:
        await place.ok("setWebhook", url=target.url, allowed_updates=EVERY_KIND)
        await _lived(place)

        await asyncio.wait_for(place.sandbox.drained(), 5)

        assert _kinds(target.updates) == sorted(EVERY_KIND)
