"""A basic group that becomes a supergroup: two messages in any order, one new id, the same people."""

from typing import Any

import pytest
from telegram import Bot
from telegram.error import ChatMigrated

from sandbox.errors import ControlError
from tests.sandbox.town import Town, keyboard, town


def _small(place: Town) -> int:
    """Return a basic group with the bot as administrator and the user as member."""
    world, box = place.world, place.sandbox
    chat: int = box.add_group("Small", world.owner, kind="group")["id"]
    rights = ["can_delete_messages", "can_pin_messages"]
    box.act(world.owner, "promote", chat=chat, user=world.bot, rights=rights)
    box.act(world.user, "join", chat=chat)
    box.settle(started=[world.user])
    return chat


async def test_an_upgraded_group_answers_with_its_new_id() -> None:
    async with town() as place:
        old = _small(place)

        new = place.sandbox.act(place.world.owner, "migrate", chat=old)["id"]
        answer = (await place.post("sendMessage", {"chat_id": old, "text": "x"})).json()

        assert answer == {
            "ok": False,
            "error_code": 400,
            "description": "Bad Request: group chat was upgraded to a supergroup chat",
            "parameters": {"migrate_to_chat_id": new},
        }
        assert (await place.ok("sendMessage", chat_id=new, text="x"))["message_id"] == 2


@pytest.mark.parametrize("first", ["to", "from"])
async def test_both_messages_come_in_the_order_asked_for(first: str) -> None:
    async with town() as place:
        old = _small(place)

        new = place.sandbox.act(place.world.owner, "migrate", chat=old, first=first)["id"]
        messages = [update["message"] for update in await place.updates()]

        told = [(old, "migrate_to_chat_id", new), (new, "migrate_from_chat_id", old)]
        found = [(message["chat"]["id"], *list(message.items())[-1]) for message in messages]
        assert found == (told if first == "to" else told[::-1])
        assert {message["from"]["id"] for message in messages} == {place.world.owner}


async def test_people_rights_and_bans_move_along() -> None:
    async with town() as place:
        box, world = place.sandbox, place.world
        old = _small(place)
        box.act(world.owner, "kick", chat=old, user=world.members[1])

        new = box.act(world.owner, "migrate", chat=old)["id"]
        here = {"chat_id": new}
        me = await place.ok("getChatMember", **here, user_id=world.bot)
        banned = await place.ok("getChatMember", **here, user_id=world.members[1])
        owner, *_ = await place.ok("getChatAdministrators", **here)

        assert (me["status"], me["can_pin_messages"], me["can_invite_users"]) == (
            "administrator",
            True,
            False,
        )
        assert (banned["status"], owner["user"]["id"]) == ("kicked", world.owner)
        assert await place.ok("getChatMemberCount", **here) == 3
        assert box.act(world.user, "send", chat=new, text="still here")["message_id"] == 2


async def test_every_call_on_the_old_id_names_the_new_one() -> None:
    async with town() as place:
        old = _small(place)
        sent = await place.ok("sendMessage", chat_id=old, text="x", reply_markup=keyboard("A"))
        new = place.sandbox.act(place.world.owner, "migrate", chat=old)["id"]
        where = {"chat_id": old, "message_id": sent["message_id"]}
        calls: list[tuple[str, dict[str, Any]]] = [
            ("editMessageText", where | {"text": "y"}),
            ("deleteMessage", where),
            ("pinChatMessage", where),
            ("getChat", {"chat_id": old}),
            ("getChatMember", {"chat_id": old, "user_id": place.world.user}),
            ("sendChatAction", {"chat_id": old, "action": "typing"}),
            ("leaveChat", {"chat_id": old}),
        ]

        answers = [(await place.post(method, params)).json() for method, params in calls]

        assert [answer["parameters"] for answer in answers] == [{"migrate_to_chat_id": new}] * len(calls)


async def test_people_find_only_the_new_group() -> None:
    async with town() as place:
        box, world = place.sandbox, place.world
        old = _small(place)
        new = box.act(world.owner, "migrate", chat=old)["id"]

        with pytest.raises(ControlError, match="was upgraded"):
            box.act(world.user, "send", chat=old, text="x")
        with pytest.raises(ControlError, match="basic group"):
            box.act(world.owner, "migrate", chat=new)
        shown = [chat["id"] for chat in box.view(world.user)["chats"]]

        assert new in shown
        assert old not in shown


async def test_only_the_creator_upgrades_and_the_order_has_two_names() -> None:
    async with town() as place:
        old = _small(place)

        for user, first in ((place.world.user, "to"), (place.world.owner, "both")):
            with pytest.raises(ControlError):
                place.sandbox.act(user, "migrate", chat=old, first=first)

        assert await place.ok("sendMessage", chat_id=old, text="still the old one")


async def test_a_client_raises_its_own_error_with_the_new_id() -> None:
    async with town() as place, Bot(place.world.token, base_url=place.address.base) as bot:
        old = _small(place)
        new = place.sandbox.act(place.world.owner, "migrate", chat=old)["id"]

        with pytest.raises(ChatMigrated) as caught:
            await bot.send_message(old, "x")

        assert caught.value.new_chat_id == new
