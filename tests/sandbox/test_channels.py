"""Channels: posts, their discussion group, and people who write as a channel."""

from typing import Any

import pytest

from sandbox.errors import ControlError
from tests.sandbox.town import Town, keyboard, town


def _channel(place: Town, *, linked: bool = False, bot: bool = True) -> int:
    """Return a channel of the owner, discussed in the group if `linked`, with the bot as administrator."""
    world, box = place.world, place.sandbox
    chat: int = box.add_channel("Recipes", world.owner, linked=world.group if linked else 0)["id"]
    if bot:
        box.act(world.owner, "promote", chat=chat, user=world.bot)
    return chat


async def _posts(place: Town, kind: str = "channel_post") -> list[Any]:
    return [update[kind] for update in await place.updates() if kind in update]


async def test_a_bot_brought_into_a_channel_learns_it_and_its_rights() -> None:
    async with town() as place:
        chat = _channel(place)

        (update,) = await place.updates()
        new = update["my_chat_member"]["new_chat_member"]
        known = await place.ok("getChatMember", chat_id=chat, user_id=place.world.bot)

        assert update["my_chat_member"]["chat"] == {"id": chat, "title": "Recipes", "type": "channel"}
        assert (new["status"], new["can_post_messages"], new["can_edit_messages"]) == (
            "administrator",
            True,
            True,
        )
        assert "can_pin_messages" not in new
        assert known == new


async def test_posts_reach_the_bot_as_the_channels_and_edits_too() -> None:
    async with town() as place:
        chat = _channel(place)
        await place.updates()

        said = place.sandbox.act(place.world.owner, "post", chat=chat, text="Soup /today")
        place.sandbox.act(
            place.world.owner, "edit", chat=chat, message=said["message_id"], text="Stew", entities=[]
        )
        first, second = await place.updates()

        assert first["channel_post"]["sender_chat"] == first["channel_post"]["chat"]
        assert "from" not in first["channel_post"]
        assert first["channel_post"]["text"] == "Soup /today"
        assert second["edited_channel_post"]["text"] == "Stew"


async def test_a_bot_posts_edits_pins_and_deletes_in_a_channel() -> None:
    async with town() as place:
        chat = _channel(place)
        await place.updates()

        sent = await place.ok("sendMessage", chat_id=chat, text="Soup", reply_markup=keyboard("Yes"))
        where = {"chat_id": chat, "message_id": sent["message_id"]}
        await place.ok("editMessageText", **where, text="Stew")
        await place.ok("pinChatMessage", **where)
        await place.ok("deleteMessage", **where)
        await place.ok("setChatTitle", chat_id=chat, title="Dinners")

        posts = await _posts(place)
        assert "from" not in sent
        assert [next(reversed(post)) for post in posts] == ["pinned_message", "new_chat_title"]


async def test_two_bots_of_a_channel_read_each_others_posts() -> None:
    async with town() as place:
        other = place.sandbox.add_bot("Other", "other_one_bot")
        chat = _channel(place)
        place.sandbox.act(place.world.owner, "promote", chat=chat, user=other["id"])
        await place.updates()

        answer = await place.post("sendMessage", {"chat_id": chat, "text": "hi"}, token=other["token"])

        assert answer.json()["ok"] is True
        assert [post["text"] for post in await _posts(place)] == ["hi"]


async def test_a_bot_without_the_right_to_post_is_refused() -> None:
    async with town() as place:
        chat = _channel(place, bot=False)
        rights = ["can_edit_messages"]
        unknown = await place.refused("sendMessage", chat_id=chat, text="x")
        place.sandbox.act(place.world.owner, "promote", chat=chat, user=place.world.bot, rights=rights)
        helpless = await place.refused("sendMessage", chat_id=chat, text="x")
        place.sandbox.act(place.world.owner, "kick", chat=chat, user=place.world.bot)
        kicked = await place.refused("sendMessage", chat_id=chat, text="x")

        assert unknown == "400 Bad Request: chat not found"
        assert helpless == "400 Bad Request: need administrator rights in the channel chat"
        assert kicked == "403 Forbidden: bot was kicked from the channel chat"


async def test_subscribers_come_and_go_without_a_message_and_write_nothing() -> None:
    async with town(every_kind=True) as place:
        chat, user = _channel(place), place.world.user
        await place.updates()

        joined = place.sandbox.act(user, "join", chat=chat)
        with pytest.raises(ControlError, match="may not write"):
            place.sandbox.act(user, "send", chat=chat, text="x")
        with pytest.raises(ControlError, match="administrator only"):
            place.sandbox.act(
                place.world.owner, "add", chat=chat, user=place.sandbox.add_bot("B", "b_b_bot")["id"]
            )
        place.sandbox.act(user, "leave", chat=chat)
        kinds = [next(key for key in update if key != "update_id") for update in await place.updates()]

        assert joined["message"] is None
        assert kinds == ["chat_member", "chat_member"]
        assert await place.ok("getChatMemberCount", chat_id=chat) == 2


async def test_a_post_is_forwarded_to_the_discussion_group_by_telegram_itself() -> None:
    async with town() as place:
        chat = _channel(place, linked=True)
        await place.updates()

        said = place.sandbox.act(place.world.owner, "post", chat=chat, text="Soup")
        updates = await place.updates()
        forwarded = updates[1]["message"]

        assert forwarded["from"] == {"id": 777000, "is_bot": False, "first_name": "Telegram"}
        assert forwarded["sender_chat"]["id"] == chat
        assert forwarded["chat"]["id"] == place.world.group
        assert (forwarded["is_automatic_forward"], forwarded["text"]) == (True, "Soup")
        assert forwarded["forward_origin"] == {
            "type": "channel",
            "chat": said["chat"],
            "message_id": said["message_id"],
            "date": said["date"],
        }
        pinned = (await place.ok("getChat", chat_id=place.world.group))["pinned_message"]
        assert pinned["message_id"] == forwarded["message_id"]


async def test_the_bots_own_post_comes_back_to_it_in_the_discussion_group_without_buttons() -> None:
    async with town() as place:
        chat = _channel(place, linked=True)
        await place.updates()

        sent = await place.ok("sendMessage", chat_id=chat, text="Soup", reply_markup=keyboard("Yes"))
        (update,) = await place.updates()

        assert sent["reply_markup"] == keyboard("Yes")
        assert update["message"]["is_automatic_forward"] is True
        assert "reply_markup" not in update["message"]


async def test_a_changed_post_changes_in_the_discussion_group_too() -> None:
    async with town() as place:
        chat = _channel(place, linked=True)
        said = place.sandbox.act(place.world.owner, "post", chat=chat, text="Soup")
        sent = await place.ok("sendMessage", chat_id=chat, text="Tea")
        await place.updates()

        place.sandbox.act(place.world.owner, "edit", chat=chat, message=said["message_id"], text="Stew")
        await place.ok("editMessageText", chat_id=chat, message_id=sent["message_id"], text="Milk")
        edits = await _posts(place, "edited_message")
        copies = place.sandbox.messages(place.world.user, place.world.group)[-2:]

        assert [(edit["text"], edit["is_automatic_forward"]) for edit in edits] == [
            ("Stew", True),
            ("Milk", True),
        ]
        assert [copy["text"] for copy in copies] == ["Stew", "Milk"]


async def test_channel_and_group_name_each_other() -> None:
    async with town() as place:
        chat, group = _channel(place, linked=True), place.world.group

        of_channel = await place.ok("getChat", chat_id=chat)
        of_group = await place.ok("getChat", chat_id=group)
        shown = {found["id"]: found for found in place.sandbox.view(place.world.owner)["chats"]}

        assert of_channel["linked_chat_id"] == group
        assert of_group["linked_chat_id"] == chat
        assert "permissions" not in of_channel
        assert (shown[chat]["linked"], shown[group]["linked"]) == (group, chat)
        assert (shown[chat]["kind"], shown[chat]["can_write"]) == ("channel", True)


async def test_a_person_writes_as_their_channel_until_it_is_banned() -> None:
    async with town() as place:
        world, box = place.world, place.sandbox
        mine = box.add_channel("Mine", world.user)["id"]
        as_channel = {"chat": world.group, "as_channel": mine}

        said = box.act(world.user, "send", **as_channel, text="hello")
        (update,) = await place.updates()
        await place.ok("banChatSenderChat", chat_id=world.group, sender_chat_id=mine)
        with pytest.raises(ControlError, match="banned"):
            box.act(world.user, "send", **as_channel, text="again")
        await place.ok("unbanChatSenderChat", chat_id=world.group, sender_chat_id=mine)
        box.act(world.user, "send", **as_channel, text="again")

        assert update["message"] == said
        assert said["from"]["id"] == 136817688
        assert said["from"]["username"] == "Channel_Bot"
        assert said["sender_chat"] == {"id": mine, "title": "Mine", "type": "channel"}


async def test_nobody_writes_as_a_channel_of_another_or_outside_of_supergroups() -> None:
    async with town() as place:
        world, box = place.world, place.sandbox
        theirs, mine = (box.add_channel("C", user)["id"] for user in (world.owner, world.user))

        for fields in (
            {"chat": world.group, "as_channel": theirs},
            {"chat": world.group, "as_channel": world.group},
            {"as_channel": mine},
        ):
            with pytest.raises(ControlError):
                box.act(world.user, "send", text="x", **fields)


async def test_only_channels_are_banned_and_not_the_linked_one() -> None:
    async with town() as place:
        chat, group = _channel(place, linked=True), place.world.group

        answers = [
            await place.refused("banChatSenderChat", chat_id=group, sender_chat_id=other)
            for other in (-5, group, chat)
        ]

        assert answers == [
            "400 Bad Request: chat not found",
            "400 Bad Request: PARTICIPANT_ID_INVALID",
            "400 Bad Request: PARTICIPANT_ID_INVALID",
        ]


async def test_channels_are_made_by_control() -> None:
    async with town() as place:
        world = place.world

        made = await place.tell(
            "channels", title="News", creator=world.owner, linked=world.group, username="news1"
        )
        twice = await place.tell("channels", title="More", creator=world.owner, linked=world.group)
        wrong = await place.tell("groups", title="News", creator=world.owner, type="channel")
        posted = await place.tell(
            "act", **{"as": world.owner, "do": "post", "chat": made["result"]["id"], "text": "first"}
        )

        assert (made["result"]["type"], made["result"]["username"]) == ("channel", "news1")
        assert "not linked yet" in twice["error"]
        assert "channels" in wrong["error"]
        assert posted["result"]["text"] == "first"


async def test_new_buttons_below_a_post_are_no_news_to_the_discussion_group() -> None:
    async with town() as place:
        chat = _channel(place, linked=True)
        sent = await place.ok("sendMessage", chat_id=chat, text="Tea")
        await place.updates()

        where = {"chat_id": chat, "message_id": sent["message_id"]}
        await place.ok("editMessageReplyMarkup", **where, reply_markup=keyboard("Yes"))

        assert await place.updates() == []


async def test_a_bot_with_the_right_changes_posts_of_others() -> None:
    async with town() as place:
        chat = _channel(place)
        said = place.sandbox.act(place.world.owner, "post", chat=chat, text="Soup")
        where = {"chat_id": chat, "message_id": said["message_id"]}

        changed = await place.ok("editMessageText", **where, text="Stew")
        rights = ["can_post_messages"]
        place.sandbox.act(place.world.owner, "promote", chat=chat, user=place.world.bot, rights=rights)
        refused = await place.refused("editMessageText", **where, text="Tea")

        assert changed["text"] == "Stew"
        assert refused == "400 Bad Request: message can't be edited"


async def test_a_photo_is_sent_as_a_channel_and_a_post_forwarded_with_its_photo() -> None:
    async with town() as place:
        world, box = place.world, place.sandbox
        chat = _channel(place, linked=True)
        mine = box.add_channel("Mine", world.user)["id"]
        await place.updates()

        box.act(world.user, "photo", chat=world.group, as_channel=mine, caption="look")
        box.act(world.owner, "photo", chat=chat, caption="Soup")
        first, post, copy = await place.updates()

        assert first["message"]["sender_chat"]["id"] == mine
        assert post["channel_post"]["photo"] == copy["message"]["photo"]
        assert (copy["message"]["caption"], copy["message"]["is_automatic_forward"]) == ("Soup", True)


async def test_a_comment_belongs_to_the_thread_of_the_post() -> None:
    async with town() as place:
        chat, world = _channel(place, linked=True), place.world
        place.sandbox.act(world.owner, "post", chat=chat, text="Soup")
        root = place.sandbox.messages(world.user, world.group)[-1]["message_id"]

        said = place.sandbox.act(world.user, "send", chat=world.group, text="Yum", reply_to=root)

        assert said["message_thread_id"] == root
        assert said["reply_to_message"]["is_automatic_forward"] is True
