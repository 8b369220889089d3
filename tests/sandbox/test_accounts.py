"""Accounts that are not what they seem, or no longer there: anonymous, deleted, restricted, other bots."""

from typing import Any

import pytest

from sandbox.errors import ControlError
from tests.sandbox.town import keyboard, town

DEACTIVATED = "403 Forbidden: user is deactivated"
DELETED = "403 Forbidden: the group chat was deleted"


def _messages(updates: list[Any]) -> list[Any]:
    return [update["message"] for update in updates if "message" in update]


async def test_an_anonymous_administrator_writes_as_the_group() -> None:
    async with town() as place:
        box, world = place.sandbox, place.world
        rights = ["is_anonymous", "can_delete_messages"]
        box.act(world.owner, "promote", chat=world.group, user=world.user, rights=rights, title="Cook")
        box.act(world.user, "send", chat=world.group, text="who am I")
        (message,) = _messages(await place.updates())

        assert message["from"] == {
            "id": 1087968824,
            "is_bot": True,
            "first_name": "Group",
            "username": "GroupAnonymousBot",
        }
        assert message["sender_chat"] == message["chat"]
        assert message["author_signature"] == "Cook"


async def test_what_an_anonymous_administrator_does_is_signed_by_the_group_but_a_tap() -> None:
    async with town() as place:
        box, world = place.sandbox, place.world
        sent = await place.ok("sendMessage", chat_id=world.group, text="deal", reply_markup=keyboard("A"))
        box.act(world.owner, "anonymous", chat=world.group)
        where = {"chat": world.group, "message": sent["message_id"]}

        box.act(world.owner, "pin", **where)
        box.act(world.owner, "title", chat=world.group, title="Autumn")
        box.act(world.owner, "tap", **where, button="A")
        updates = await place.updates()

        assert [message["from"]["id"] for message in _messages(updates)] == [1087968824] * 2
        assert updates[-1]["callback_query"]["from"]["id"] == world.owner


async def test_who_hides_stands_in_the_list_of_administrators_for_administrators_only() -> None:
    async with town() as place:
        box, world = place.sandbox, place.world
        here = {"chat_id": world.group}
        box.act(world.owner, "anonymous", chat=world.group)

        listed = await place.ok("getChatAdministrators", **here)
        box.act(world.owner, "demote", chat=world.group, user=world.bot)
        hidden = await place.ok("getChatAdministrators", **here)
        box.act(world.owner, "anonymous", chat=world.group, on=False)
        shown = await place.ok("getChatAdministrators", **here)

        assert (listed[0]["user"]["id"], listed[0]["is_anonymous"]) == (world.owner, True)
        assert hidden == []
        assert (shown[0]["user"]["id"], shown[0]["is_anonymous"]) == (world.owner, False)


async def test_only_administrators_of_supergroups_hide() -> None:
    async with town() as place:
        box, world = place.sandbox, place.world
        small = box.add_group("Small", world.owner, kind="group")["id"]

        for user, chat in ((world.user, world.group), (world.owner, small)):
            with pytest.raises(ControlError, match="only administrators of a supergroup"):
                box.act(user, "anonymous", chat=chat)


async def test_the_stand_ins_are_known_and_nobody_can_be_them() -> None:
    async with town() as place:
        here = {"chat_id": place.world.group}
        for known in (1087968824, 136817688, 777000):
            found = await place.ok("getChatMember", **here, user_id=known)
            assert (found["user"]["id"], found["status"]) == (known, "left")
            with pytest.raises(ControlError, match="taken"):
                place.sandbox.add_user("Impostor", user_id=known)


async def test_a_bot_titles_the_administrators_it_promoted() -> None:
    async with town() as place:
        world, here = place.world, {"chat_id": place.world.group}
        user = here | {"user_id": world.user}
        early = await place.refused("setChatAdministratorCustomTitle", **user, custom_title="Cook")
        await place.ok("promoteChatMember", **user, can_pin_messages=True)
        await place.ok("setChatAdministratorCustomTitle", **user, custom_title="Cook")
        known = await place.ok("getChatMember", **user)
        long = await place.refused("setChatAdministratorCustomTitle", **user, custom_title="x" * 17)

        assert early == "400 Bad Request: user is not an administrator"
        assert known["custom_title"] == "Cook"
        assert long == "400 Bad Request: ADMIN_RANK_INVALID"


async def test_a_deleted_account_gets_nothing_and_does_nothing_more() -> None:
    async with town() as place:
        box, world = place.sandbox, place.world
        sent = await place.ok("sendMessage", chat_id=world.user, text="x")
        where = {"chat_id": world.user, "message_id": sent["message_id"]}

        box.act(world.user, "deactivate")
        answers = [
            await place.refused("sendMessage", chat_id=world.user, text="x"),
            await place.refused("editMessageText", **where, text="y"),
            await place.refused("sendChatAction", chat_id=world.user, action="typing"),
        ]
        with pytest.raises(ControlError, match="deleted"):
            box.act(world.user, "send", text="x")
        known = await place.ok("getChatMember", chat_id=world.group, user_id=world.user)

        assert answers == [DEACTIVATED] * 3
        assert known["user"] == {"id": world.user, "is_bot": False, "first_name": ""}
        assert await place.updates() == []


async def test_a_deleted_group_refuses_every_call_and_is_seen_by_nobody() -> None:
    async with town() as place:
        box, world = place.sandbox, place.world
        with pytest.raises(ControlError, match="only the creator"):
            box.act(world.user, "delete_group", chat=world.group)

        box.act(world.owner, "delete_group", chat=world.group)
        answers = [
            await place.refused("sendMessage", chat_id=world.group, text="x"),
            await place.refused("getChat", chat_id=world.group),
            await place.refused("leaveChat", chat_id=world.group),
        ]

        assert answers == [DELETED] * 3
        assert await place.updates() == []
        assert world.group not in [chat["id"] for chat in box.view(world.owner)["chats"]]
        with pytest.raises(ControlError, match="was deleted"):
            box.act(world.user, "send", chat=world.group, text="x")


async def test_a_deleted_channel_leaves_its_group_alone() -> None:
    async with town() as place:
        box, world = place.sandbox, place.world
        channel = box.add_channel("C", world.owner, linked=world.group, username="public1")["id"]

        box.act(world.owner, "delete_group", chat=channel)

        assert "linked_chat_id" not in await place.ok("getChat", chat_id=world.group)
        assert await place.refused("getChat", chat_id="@public1") == "400 Bad Request: chat not found"
        assert box.add_channel("D", world.owner, linked=world.group)["id"] != channel


async def test_a_bot_sent_away_or_silenced_hears_so_and_is_told_why() -> None:
    async with town() as place:
        box, world = place.sandbox, place.world
        box.act(world.owner, "demote", chat=world.group, user=world.bot)
        box.act(world.owner, "restrict", chat=world.group, user=world.bot, permissions=[])
        silenced = await place.refused("sendMessage", chat_id=world.group, text="x")
        box.act(world.owner, "kick", chat=world.group, user=world.bot)
        kicked = await place.refused("sendMessage", chat_id=world.group, text="x")
        changes = [update["my_chat_member"] for update in await place.updates()]

        assert silenced == "400 Bad Request: not enough rights to send text messages to the chat"
        assert kicked == "403 Forbidden: bot was kicked from the supergroup chat"
        assert [change["new_chat_member"]["status"] for change in changes] == [
            "member",
            "restricted",
            "kicked",
        ]


async def test_no_bot_hears_another_but_what_is_sent_through_it() -> None:
    async with town() as place:
        box, world = place.sandbox, place.world
        other = box.add_bot("Other", "other_one_bot")
        box.act(world.owner, "add", chat=world.group, user=other["id"])
        await place.updates()

        answer = await place.post("sendMessage", {"chat_id": world.group, "text": "hi"}, token=other["token"])
        box.act(world.user, "send", chat=world.group, text="a card", via=other["id"])
        (heard,) = _messages(await place.updates())
        polled = await place.post("getUpdates", {}, token=other["token"])
        theirs = _messages(polled.json()["result"])

        assert answer.json()["ok"] is True
        assert (heard["text"], heard["from"]["id"]) == ("a card", world.user)
        assert heard["via_bot"] == {key: other[key] for key in ("id", "is_bot", "first_name", "username")}
        assert [message["text"] for message in theirs if "text" in message] == ["a card"]


async def test_privacy_changes_for_a_group_when_the_bot_comes_in_anew() -> None:
    async with town() as place:
        box, world = place.sandbox, place.world
        about = {"chat": world.group, "user": world.bot}
        box.act(world.owner, "demote", **about)
        changed = await place.tell("bots/privacy", privacy=False)
        heard = []

        for step in ("changed", "anew"):
            if step == "anew":
                box.act(world.owner, "kick", **about)
                box.act(world.owner, "add", **about)
            box.act(world.user, "send", chat=world.group, text=step)
            heard += [message["text"] for message in _messages(await place.updates()) if "text" in message]

        assert changed["result"]["privacy"] is False
        assert (await place.ok("getMe"))["can_read_all_group_messages"] is True
        assert heard == ["anew"]


async def test_a_person_without_a_username_is_mentioned_by_their_account() -> None:
    async with town() as place:
        box, world = place.sandbox, place.world
        someone = world.members[1]
        mention = {"type": "text_mention", "offset": 3, "length": 2, "user": {"id": someone}}

        box.act(world.user, "send", chat=world.group, text="\U0001f34e 小李 2", entities=[mention])
        (message,) = _messages(await place.updates())

        (entity,) = message["entities"]
        assert (entity["type"], entity["offset"], entity["length"]) == ("text_mention", 3, 2)
        assert (entity["user"]["id"], entity["user"]["is_bot"]) == (someone, False)


async def test_the_longest_id_is_mentioned_by_link_too() -> None:
    async with town() as place:
        far = place.sandbox.add_user("Far", user_id=(1 << 52) - 1)["id"]

        text = f'<a href="tg://user?id={far}">Far</a>'
        sent = await place.ok("sendMessage", chat_id=place.world.group, text=text, parse_mode="HTML")

        assert sent["entities"][0]["user"]["id"] == 4503599627370495


async def test_a_command_for_the_bot_is_heard_in_an_edit_and_one_for_another_is_not() -> None:
    async with town() as place:
        box, world = place.sandbox, place.world
        box.act(world.owner, "kick", chat=world.group, user=world.bot)
        box.act(world.owner, "add", chat=world.group, user=world.bot)
        said = box.act(world.user, "send", chat=world.group, text="hm")
        await place.updates()

        for text in ("/help@another_bot", "do /help@caiboshi_demo_bot please"):
            box.act(world.user, "edit", chat=world.group, message=said["message_id"], text=text)
        (update,) = await place.updates()

        assert update["edited_message"]["text"] == "do /help@caiboshi_demo_bot please"
        assert update["edited_message"]["entities"] == [{"type": "bot_command", "offset": 3, "length": 23}]


async def test_a_command_in_a_caption_is_heard_too() -> None:
    async with town() as place:
        box, world = place.sandbox, place.world
        box.act(world.owner, "kick", chat=world.group, user=world.bot)
        box.act(world.owner, "add", chat=world.group, user=world.bot)
        await place.updates()

        for caption in ("a photo", "/sell@another_bot", "/sell@caiboshi_demo_bot figs"):
            box.act(world.user, "photo", chat=world.group, caption=caption)
        (message,) = _messages(await place.updates())

        assert message["caption"] == "/sell@caiboshi_demo_bot figs"
        assert message["caption_entities"] == [{"type": "bot_command", "offset": 0, "length": 23}]
