"""Forums: topics made by bots and people, what is written into them, and what is refused."""

from typing import Any

import pytest

from sandbox.errors import ControlError
from tests.sandbox.town import Town, forum, keyboard, topic_in, town

OPTIONS = [{"text": "yes"}, {"text": "no"}]


def _shown(place: Town, chat: int) -> Any:
    chats = place.sandbox.view(place.world.owner)["chats"]
    return next(found for found in chats if found["id"] == chat)


async def test_a_bot_makes_a_topic_whose_id_is_that_of_its_first_message() -> None:
    async with town() as place:
        chat = forum(place, "can_manage_topics")

        made = await place.ok("createForumTopic", chat_id=chat, name="Fruit", icon_color=9367192)
        (update,) = await place.updates()

        thread = made["message_thread_id"]
        assert made == {"message_thread_id": thread, "name": "Fruit", "icon_color": 9367192}
        assert update["message"]["message_id"] == thread
        assert update["message"]["forum_topic_created"] == {"name": "Fruit", "icon_color": 9367192}
        assert update["message"]["is_topic_message"] is True
        assert update["message"]["message_thread_id"] == thread
        assert update["message"]["chat"]["is_forum"] is True


async def test_the_view_lists_the_topics_general_first() -> None:
    async with town() as place:
        chat = forum(place)
        topic = topic_in(place, chat)
        place.sandbox.act(place.world.owner, "close_topic", chat=chat, topic=topic)

        shown = _shown(place, chat)

        assert shown["is_forum"] is True
        assert shown["topics"] == [
            {"id": 1, "name": "General", "closed": False, "hidden": False},
            {"id": topic, "name": "Fruit", "closed": True, "hidden": False},
        ]


async def test_messages_of_a_topic_carry_its_thread_and_answer_its_first_message() -> None:
    async with town() as place:
        chat = forum(place, "can_manage_topics")
        topic = topic_in(place, chat)

        sent = await place.ok("sendMessage", chat_id=chat, message_thread_id=topic, text="Apples")
        said = place.sandbox.act(place.world.user, "send", chat=chat, topic=topic, text="Two, please")

        for message in (sent, said):
            assert (message["message_thread_id"], message["is_topic_message"]) == (topic, True)
            assert message["reply_to_message"]["message_id"] == topic
            assert message["reply_to_message"]["forum_topic_created"]["name"] == "Fruit"


async def test_messages_of_general_carry_no_thread() -> None:
    async with town() as place:
        chat = forum(place)

        sent = await place.ok("sendMessage", chat_id=chat, text="hello")
        said = place.sandbox.act(place.world.user, "send", chat=chat, topic=1, text="hello")

        for message in (sent, said):
            assert not {"message_thread_id", "is_topic_message", "reply_to_message"} & set(message)


async def test_the_bot_may_show_that_it_types_in_general() -> None:
    async with town() as place:
        chat = forum(place)

        assert await place.ok("sendChatAction", chat_id=chat, message_thread_id=1, action="typing")
        refusal = await place.refused("sendChatAction", chat_id=chat, message_thread_id=9, action="typing")

        assert refusal == "400 Bad Request: message thread not found"


async def test_a_reply_goes_to_the_topic_of_what_it_answers() -> None:
    async with town() as place:
        chat = forum(place)
        topic = topic_in(place, chat)
        said = place.sandbox.act(place.world.user, "send", chat=chat, topic=topic, text="Apples?")

        reply = {"message_id": said["message_id"]}
        sent = await place.ok("sendMessage", chat_id=chat, text="Yes", reply_parameters=reply)
        again = place.sandbox.act(
            place.world.user, "send", chat=chat, reply_to=sent["message_id"], text="Good"
        )

        assert (sent["message_thread_id"], sent["is_topic_message"]) == (topic, True)
        assert sent["reply_to_message"]["text"] == "Apples?"
        assert (again["message_thread_id"], again["reply_to_message"]["text"]) == (topic, "Yes")


async def test_a_chain_of_replies_outside_of_topics_carries_its_first_message_as_thread() -> None:
    async with town() as place:
        chat = forum(place)
        for where in (chat, place.world.group):
            first = place.sandbox.act(place.world.user, "send", chat=where, text="1")["message_id"]
            second = place.sandbox.act(place.world.user, "send", chat=where, text="2", reply_to=first)

            third = await place.ok(
                "sendMessage", chat_id=where, text="3", reply_parameters={"message_id": second["message_id"]}
            )

            assert (second["message_thread_id"], third["message_thread_id"]) == (first, first)
            assert "is_topic_message" not in second
            assert "is_topic_message" not in third


async def test_closing_reopening_and_renaming_tell_of_themselves_in_the_topic() -> None:
    async with town() as place:
        chat = forum(place, "can_manage_topics")
        topic = topic_in(place, chat)
        await place.updates()
        where = {"chat_id": chat, "message_thread_id": topic}

        await place.ok("closeForumTopic", **where)
        await place.ok("reopenForumTopic", **where)
        await place.ok(
            "editForumTopic", **where, name="Vegetables", icon_custom_emoji_id="5368324170671202286"
        )
        found = [update["message"] for update in await place.updates()]

        assert [message["message_thread_id"] for message in found] == [topic] * 3
        assert found[0]["forum_topic_closed"] == {}
        assert found[1]["forum_topic_reopened"] == {}
        assert found[2]["forum_topic_edited"] == {
            "name": "Vegetables",
            "icon_custom_emoji_id": "5368324170671202286",
        }


async def test_a_deleted_topic_takes_its_messages_along_and_no_more() -> None:
    async with town() as place:
        chat = forum(place, "can_manage_topics", "can_delete_messages", "can_pin_messages")
        topic = topic_in(place, chat)
        where = {"chat_id": chat, "message_thread_id": topic}
        sent = await place.ok("sendMessage", **where, text="Apples")
        await place.ok("pinChatMessage", chat_id=chat, message_id=sent["message_id"])
        kept = await place.ok("sendMessage", chat_id=chat, text="hello")

        assert await place.ok("deleteForumTopic", **where)

        left = [message["message_id"] for message in place.sandbox.messages(place.world.owner, chat)]
        assert left[-1] == kept["message_id"]
        assert topic not in left
        assert sent["message_id"] not in left
        assert _shown(place, chat)["pinned"] is None
        assert (
            await place.refused("sendMessage", **where, text="x")
            == "400 Bad Request: message thread not found"
        )
        assert await place.refused("deleteForumTopic", **where) == "400 Bad Request: TOPIC_ID_INVALID"


async def test_general_is_hidden_closed_and_shown_again() -> None:
    async with town() as place:
        chat = forum(place, "can_manage_topics")

        await place.ok("hideGeneralForumTopic", chat_id=chat)
        hidden = _shown(place, chat)["topics"][0]
        await place.ok("unhideGeneralForumTopic", chat_id=chat)
        await place.ok("reopenGeneralForumTopic", chat_id=chat)
        await place.ok("editGeneralForumTopic", chat_id=chat, name="Hall")
        await place.ok("closeGeneralForumTopic", chat_id=chat)
        messages = [update["message"] for update in await place.updates()]

        assert (hidden["closed"], hidden["hidden"]) == (True, True)
        assert _shown(place, chat)["topics"] == [{"id": 1, "name": "Hall", "closed": True, "hidden": False}]
        assert [next(reversed(message)) for message in messages] == [
            "general_forum_topic_hidden",
            "general_forum_topic_unhidden",
            "forum_topic_reopened",
            "forum_topic_edited",
            "forum_topic_closed",
        ]
        assert not any("message_thread_id" in message for message in messages)


async def test_pins_of_one_topic_are_taken_away_alone() -> None:
    async with town() as place:
        chat = forum(place, "can_pin_messages")
        topic = topic_in(place, chat)
        inside = await place.ok("sendMessage", chat_id=chat, message_thread_id=topic, text="in")
        outside = await place.ok("sendMessage", chat_id=chat, text="out")
        for sent in (outside, inside):
            await place.ok("pinChatMessage", chat_id=chat, message_id=sent["message_id"])
        notice = place.sandbox.messages(place.world.owner, chat)[-1]

        await place.ok("unpinAllForumTopicMessages", chat_id=chat, message_thread_id=topic)
        first = _shown(place, chat)["pinned"]
        await place.ok("unpinAllGeneralForumTopicMessages", chat_id=chat)

        assert (notice["pinned_message"]["text"], notice["message_thread_id"]) == ("in", topic)
        assert first == outside["message_id"]
        assert _shown(place, chat)["pinned"] is None


async def test_a_tap_in_a_topic_brings_the_thread_with_its_message() -> None:
    async with town() as place:
        chat = forum(place)
        topic = topic_in(place, chat)
        sent = await place.ok(
            "sendMessage", chat_id=chat, message_thread_id=topic, text="x", reply_markup=keyboard("A")
        )
        await place.updates()

        place.sandbox.act(place.world.user, "tap", chat=chat, message=sent["message_id"], button="A")
        (update,) = await place.updates()

        assert update["callback_query"]["message"]["message_thread_id"] == topic
        assert update["callback_query"]["message"]["is_topic_message"] is True


async def test_members_open_topics_where_the_group_lets_them_and_manage_their_own() -> None:
    async with town() as place:
        chat = forum(place)
        user = place.world.user
        with pytest.raises(ControlError, match="can_manage_topics"):
            place.sandbox.act(user, "topic", chat=chat, name="Mine")
        place.sandbox.act(place.world.owner, "promote", chat=chat, user=place.world.bot)
        permissions = {"can_send_messages": True, "can_manage_topics": True}
        await place.ok("setChatPermissions", chat_id=chat, permissions=permissions)

        mine = place.sandbox.act(user, "topic", chat=chat, name="Mine")["topic"]
        theirs = topic_in(place, chat)
        place.sandbox.act(user, "rename_topic", chat=chat, topic=mine, name="Ours")
        place.sandbox.act(user, "close_topic", chat=chat, topic=mine)
        place.sandbox.act(user, "send", chat=chat, topic=mine, text="still mine")

        with pytest.raises(ControlError, match="can_manage_topics"):
            place.sandbox.act(user, "close_topic", chat=chat, topic=theirs)
        with pytest.raises(ControlError, match="closed already"):
            place.sandbox.act(user, "close_topic", chat=chat, topic=mine)
        with pytest.raises(ControlError, match="no topic"):
            place.sandbox.act(user, "send", chat=chat, topic=500, text="x")


async def test_a_forum_is_made_by_control_and_only_as_supergroup() -> None:
    async with town() as place:
        made = await place.tell("groups", title="F", creator=place.world.owner, forum=True)
        refused = await place.tell("groups", title="F", creator=place.world.owner, forum=True, type="group")
        acted = await place.tell(
            "act", **{"as": place.world.owner, "do": "topic", "chat": made["result"]["id"], "name": "T"}
        )

        assert made["result"]["is_forum"] is True
        assert refused["ok"] is False
        assert acted["result"]["topic"] == 2
        assert acted["result"]["message"]["forum_topic_created"]["name"] == "T"


async def test_photos_and_albums_go_into_topics_too() -> None:
    async with town() as place:
        chat = forum(place, "can_manage_topics")
        topic = topic_in(place, chat)
        await place.updates()

        photo = place.sandbox.act(place.world.user, "photo", chat=chat, topic=topic, caption="Figs")
        album = place.sandbox.act(place.world.user, "album", chat=chat, topic=topic)["messages"]
        bots = await place.ok(
            "sendPoll", chat_id=chat, message_thread_id=topic, question="?", options=OPTIONS
        )
        heard = [update["message"] for update in await place.updates()]

        assert {message["message_thread_id"] for message in [photo, *album, bots, *heard]} == {topic}
        assert [message["message_id"] for message in heard] == [
            message["message_id"] for message in [photo, *album]
        ]
