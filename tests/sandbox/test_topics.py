"""Forums: topics made by bots and people, what is written into them, and what is refused."""

from typing import Any

import pytest

from sandbox.errors import ControlError
from tests.sandbox.town import Town, keyboard, town


def _forum(place: Town, *rights: str) -> int:
    """Return a forum where the bot is a member, with `rights` an administrator, and the user a member."""
    world, box = place.world, place.sandbox
    chat: int = box.add_group("Forum", world.owner, forum=True)["id"]
    box.act(world.owner, "add", chat=chat, user=world.bot)
    if rights:
        box.act(world.owner, "promote", chat=chat, user=world.bot, rights=list(rights))
    box.act(world.user, "join", chat=chat)
    box.settle(started=[world.user])
    return chat


def _topic(place: Town, chat: int, name: str = "Fruit") -> int:
    found: int = place.sandbox.act(place.world.owner, "topic", chat=chat, name=name)["topic"]
    return found


def _shown(place: Town, chat: int) -> Any:
    chats = place.sandbox.view(place.world.owner)["chats"]
    return next(found for found in chats if found["id"] == chat)


async def test_a_bot_makes_a_topic_whose_id_is_that_of_its_first_message() -> None:
    async with town() as place:
        chat = _forum(place, "can_manage_topics")

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
        chat = _forum(place)
        topic = _topic(place, chat)
        place.sandbox.act(place.world.owner, "close_topic", chat=chat, topic=topic)

        shown = _shown(place, chat)

        assert shown["is_forum"] is True
        assert shown["topics"] == [
            {"id": 1, "name": "General", "closed": False, "hidden": False},
            {"id": topic, "name": "Fruit", "closed": True, "hidden": False},
        ]


async def test_messages_of_a_topic_carry_its_thread_and_answer_its_first_message() -> None:
    async with town() as place:
        chat = _forum(place, "can_manage_topics")
        topic = _topic(place, chat)

        sent = await place.ok("sendMessage", chat_id=chat, message_thread_id=topic, text="Apples")
        said = place.sandbox.act(place.world.user, "send", chat=chat, topic=topic, text="Two, please")

        for message in (sent, said):
            assert (message["message_thread_id"], message["is_topic_message"]) == (topic, True)
            assert message["reply_to_message"]["message_id"] == topic
            assert message["reply_to_message"]["forum_topic_created"]["name"] == "Fruit"


async def test_messages_of_general_carry_no_thread() -> None:
    async with town() as place:
        chat = _forum(place)

        sent = await place.ok("sendMessage", chat_id=chat, text="hello")
        said = place.sandbox.act(place.world.user, "send", chat=chat, topic=1, text="hello")

        for message in (sent, said):
            assert not {"message_thread_id", "is_topic_message", "reply_to_message"} & set(message)


@pytest.mark.parametrize("wanted", [1, 2, 77, -1, 1 << 52])
async def test_general_by_its_id_and_unknown_topics_are_not_found(wanted: int) -> None:
    async with town() as place:
        chat = _forum(place, "can_manage_topics")

        said = await place.refused("sendMessage", chat_id=chat, message_thread_id=wanted, text="x")

        assert said == "400 Bad Request: message thread not found"


async def test_a_chat_without_topics_knows_no_thread_not_even_a_chain_of_replies() -> None:
    async with town() as place:
        world = place.world
        said = place.sandbox.act(world.user, "send", chat=world.group, text="x")

        for chat in (world.group, world.user):
            refusal = await place.refused(
                "sendMessage", chat_id=chat, message_thread_id=said["message_id"], text="x"
            )
            assert refusal == "400 Bad Request: message thread not found"


async def test_the_bot_may_show_that_it_types_in_general() -> None:
    async with town() as place:
        chat = _forum(place)

        assert await place.ok("sendChatAction", chat_id=chat, message_thread_id=1, action="typing")
        refusal = await place.refused("sendChatAction", chat_id=chat, message_thread_id=9, action="typing")

        assert refusal == "400 Bad Request: message thread not found"


async def test_a_reply_goes_to_the_topic_of_what_it_answers() -> None:
    async with town() as place:
        chat = _forum(place)
        topic = _topic(place, chat)
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
        chat = _forum(place)
        for where in (chat, place.world.group):
            first = place.sandbox.act(place.world.user, "send", chat=where, text="1")["message_id"]
            second = place.sandbox.act(place.world.user, "send", chat=where, text="2", reply_to=first)

            third = await place.ok(
                "sendMessage", chat_id=where, text="3", reply_parameters={"message_id": second["message_id"]}
            )

            assert (second["message_thread_id"], third["message_thread_id"]) == (first, first)
            assert "is_topic_message" not in second
            assert "is_topic_message" not in third


async def test_a_closed_topic_takes_messages_only_from_who_manages_topics() -> None:
    async with town() as place:
        chat = _forum(place)
        topic = _topic(place, chat)
        place.sandbox.act(place.world.owner, "close_topic", chat=chat, topic=topic)

        said = await place.refused("sendMessage", chat_id=chat, message_thread_id=topic, text="x")
        with pytest.raises(ControlError, match="closed"):
            place.sandbox.act(place.world.user, "send", chat=chat, topic=topic, text="x")
        owners = place.sandbox.act(place.world.owner, "send", chat=chat, topic=topic, text="x")
        rights = ["can_manage_topics"]
        place.sandbox.act(place.world.owner, "promote", chat=chat, user=place.world.bot, rights=rights)
        sent = await place.ok("sendMessage", chat_id=chat, message_thread_id=topic, text="x")

        assert said == "400 Bad Request: TOPIC_CLOSED"
        assert owners["message_thread_id"] == sent["message_thread_id"] == topic


async def test_a_closed_general_takes_no_message_without_a_thread() -> None:
    async with town() as place:
        chat = _forum(place)
        place.sandbox.act(place.world.owner, "close_topic", chat=chat, topic=1)

        assert await place.refused("sendMessage", chat_id=chat, text="x") == "400 Bad Request: TOPIC_CLOSED"


async def test_closing_reopening_and_renaming_tell_of_themselves_in_the_topic() -> None:
    async with town() as place:
        chat = _forum(place, "can_manage_topics")
        topic = _topic(place, chat)
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


async def test_what_changes_nothing_about_a_topic_is_refused() -> None:
    async with town() as place:
        chat = _forum(place, "can_manage_topics")
        topic = _topic(place, chat)
        where = {"chat_id": chat, "message_thread_id": topic}

        answers = [
            await place.refused("reopenForumTopic", **where),
            await place.refused("editForumTopic", **where, name="Fruit"),
            await place.refused("reopenGeneralForumTopic", chat_id=chat),
            await place.refused("unhideGeneralForumTopic", chat_id=chat),
            await place.refused("editGeneralForumTopic", chat_id=chat, name="General"),
        ]

        assert set(answers) == {"400 Bad Request: TOPIC_NOT_MODIFIED"}


async def test_a_deleted_topic_takes_its_messages_along_and_no_more() -> None:
    async with town() as place:
        chat = _forum(place, "can_manage_topics", "can_delete_messages", "can_pin_messages")
        topic = _topic(place, chat)
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


async def test_topics_need_rights() -> None:
    async with town() as place:
        chat = _forum(place)
        topic = _topic(place, chat)
        where = {"chat_id": chat, "message_thread_id": topic}

        answers = [
            await place.refused("createForumTopic", chat_id=chat, name="x"),
            await place.refused("editForumTopic", **where, name="x"),
            await place.refused("closeForumTopic", **where),
            await place.refused("deleteForumTopic", **where),
            await place.refused("unpinAllForumTopicMessages", **where),
            await place.refused("hideGeneralForumTopic", chat_id=chat),
        ]

        assert answers == [
            "400 Bad Request: not enough rights to create a topic",
            "400 Bad Request: not enough rights to edit the topic",
            "400 Bad Request: not enough rights to edit the topic",
            "400 Bad Request: not enough rights to delete the topic",
            "400 Bad Request: not enough rights to manage pinned messages in the chat",
            "400 Bad Request: not enough rights to edit the topic",
        ]


async def test_topics_need_a_forum_and_a_name() -> None:
    async with town() as place:
        chat = _forum(place, "can_manage_topics")

        answers = [
            await place.refused("createForumTopic", chat_id=place.world.group, name="x"),
            await place.refused("createForumTopic", chat_id=chat, name=" "),
            await place.refused("createForumTopic", chat_id=chat, name="x" * 129),
            await place.refused("createForumTopic", chat_id=chat, name="x", icon_color=5),
            await place.refused("closeForumTopic", chat_id=chat, message_thread_id=1),
        ]

        assert answers == [
            "400 Bad Request: the chat is not a forum",
            "400 Bad Request: topic name must be 1-128 characters long",
            "400 Bad Request: topic name must be 1-128 characters long",
            "400 Bad Request: invalid icon color specified",
            "400 Bad Request: TOPIC_ID_INVALID",
        ]


async def test_general_is_hidden_closed_and_shown_again() -> None:
    async with town() as place:
        chat = _forum(place, "can_manage_topics")

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
        chat = _forum(place, "can_pin_messages")
        topic = _topic(place, chat)
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
        chat = _forum(place)
        topic = _topic(place, chat)
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
        chat = _forum(place)
        user = place.world.user
        with pytest.raises(ControlError, match="can_manage_topics"):
            place.sandbox.act(user, "topic", chat=chat, name="Mine")
        world = place.sandbox._world
        world.groups[chat].permissions |= {"can_manage_topics"}

        mine = place.sandbox.act(user, "topic", chat=chat, name="Mine")["topic"]
        theirs = _topic(place, chat)
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
