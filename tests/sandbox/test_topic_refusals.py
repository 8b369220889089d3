"""What forums refuse: unknown and closed topics, missing rights, changes that change nothing."""

import pytest

from sandbox.errors import ControlError
from tests.sandbox.town import forum, topic_in, town


@pytest.mark.parametrize("wanted", [1, 2, 77, -1, 1 << 52])
async def test_general_by_its_id_and_unknown_topics_are_not_found(wanted: int) -> None:
    async with town() as place:
        chat = forum(place, "can_manage_topics")

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


async def test_a_closed_topic_takes_messages_only_from_who_manages_topics() -> None:
    async with town() as place:
        chat = forum(place)
        topic = topic_in(place, chat)
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
        chat = forum(place)
        place.sandbox.act(place.world.owner, "close_topic", chat=chat, topic=1)

        assert await place.refused("sendMessage", chat_id=chat, text="x") == "400 Bad Request: TOPIC_CLOSED"


async def test_what_changes_nothing_about_a_topic_is_refused() -> None:
    async with town() as place:
        chat = forum(place, "can_manage_topics")
        topic = topic_in(place, chat)
        where = {"chat_id": chat, "message_thread_id": topic}

        answers = [
            await place.refused("reopenForumTopic", **where),
            await place.refused("editForumTopic", **where, name="Fruit"),
            await place.refused("reopenGeneralForumTopic", chat_id=chat),
            await place.refused("unhideGeneralForumTopic", chat_id=chat),
            await place.refused("editGeneralForumTopic", chat_id=chat, name="General"),
        ]

        assert set(answers) == {"400 Bad Request: TOPIC_NOT_MODIFIED"}


async def test_topics_need_rights() -> None:
    async with town() as place:
        chat = forum(place)
        topic = topic_in(place, chat)
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
        chat = forum(place, "can_manage_topics")

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
