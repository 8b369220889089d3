"""In a group with topics an answer stays where it was asked for, and goes to the chat where it cannot."""

from typing import Any

import pytest

from sandbox.rights import ADMIN_RIGHTS
from tests.world import World

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)  # nothing here is the database's

NO_TOPICS = [right for right in ADMIN_RIGHTS if right not in ("can_manage_topics", "is_anonymous")]
LED = "陈阿姨，点下面的按钮，我单独给你看。"


@pytest.fixture
async def forum(town: World) -> World:
    """A town with one enabled group that has topics; the bot may not manage them."""
    chat = await town.opens_group(forum=True)
    await town.does(town.leader, "promote", chat=chat, user=town.bot, rights=NO_TOPICS)
    return town


def topic(world: World, name: str = "水果") -> int:
    """Let the leader open a topic; return its id."""
    return int(world.sandbox.act(world.leader, "topic", chat=world.group, name=name)["topic"])


def newest(world: World, person: int) -> dict[str, Any]:
    """Return the bot's newest message in the group."""
    messages = world.sandbox.messages(person, world.group)
    return [m for m in messages if m["from"]["id"] == world.bot and "text" in m][-1]


async def test_an_answer_stays_in_the_topic_it_was_asked_for_in(forum: World) -> None:
    member, fruit, greens = await forum.member(), topic(forum), topic(forum, "青菜")

    found = []
    for each in (fruit, greens):
        await forum.does(member, "send", chat=forum.group, text="积分", topic=each)
        found.append((newest(forum, member)["text"], newest(forum, member)["message_thread_id"]))

    assert found == [(LED, fruit), (LED, greens)]


async def test_what_is_asked_in_general_is_answered_there_without_a_thread(forum: World) -> None:
    member = await forum.member()
    topic(forum)

    await forum.says(member, "积分", chat=forum.group)

    assert newest(forum, member)["text"] == LED
    assert "is_topic_message" not in newest(forum, member)
    sends = [call["params"] for call in forum.sandbox.calls() if call["method"] == "sendMessage"]
    assert not [params for params in sends if "message_thread_id" in params]


async def test_a_deleted_topic_is_answered_in_the_chat(forum: World) -> None:
    member, fruit = await forum.member(), topic(forum)
    forum.sandbox.act(member, "send", chat=forum.group, text="积分", topic=fruit)
    forum.sandbox.act(forum.leader, "delete_topic", chat=forum.group, topic=fruit)

    await forum.settle()

    assert newest(forum, member)["text"] == LED
    assert "message_thread_id" not in newest(forum, member)


async def test_a_closed_topic_is_answered_in_the_chat(forum: World) -> None:
    member, fruit = await forum.member(), topic(forum)
    forum.sandbox.act(member, "send", chat=forum.group, text="积分", topic=fruit)
    forum.sandbox.act(forum.leader, "close_topic", chat=forum.group, topic=fruit)

    await forum.settle()

    assert newest(forum, member)["text"] == LED
    assert "is_topic_message" not in newest(forum, member)


async def test_a_closed_general_keeps_one_message_back_and_no_other(forum: World) -> None:
    member, fruit = await forum.member(), topic(forum)
    await forum.does(forum.leader, "close_topic", chat=forum.group, topic=1)
    newcomer = await forum.neighbour("小林")  # the greeting belongs in General

    await forum.does(member, "send", chat=forum.group, text="积分", topic=fruit)

    assert newest(forum, member)["message_thread_id"] == fruit
    assert not [text for text in forum.said_to(newcomer, forum.group) if "欢迎 小林" in text]
    assert forum.rows("SELECT state FROM chat_group") == [("enabled",)]
    assert forum.rows("SELECT count(*) FROM outbox WHERE state = 'failed'") == [(1,)]


async def test_a_group_with_topics_is_enabled_in_the_topic_of_its_card(town: World) -> None:
    chat = town.group = await town.opens_group(forum=True, enabled=False)
    fruit = topic(town)
    await town.does(town.leader, "send", chat=chat, text="/start", topic=fruit)

    await town.taps(town.leader, "启用本群", chat=chat)

    assert newest(town, town.leader)["text"].startswith("本群已启用\n")
    assert newest(town, town.leader)["message_thread_id"] == fruit


async def test_a_card_that_is_gone_is_shown_anew_in_its_topic(town: World) -> None:
    chat = town.group = await town.opens_group(forum=True, enabled=False)
    fruit = topic(town)
    await town.does(town.leader, "send", chat=chat, text="/start", topic=fruit)
    card = town.message_with(town.leader, "启用本群", chat)
    town.sandbox.act(town.leader, "tap", chat=chat, message=card, button="启用本群")
    town.sandbox.act(town.leader, "delete", chat=chat, message=card)

    await town.settle()

    shown = [m for m in town.sandbox.messages(town.leader, chat) if m.get("text") == "本群已启用"]
    assert [m["message_thread_id"] for m in shown] == [fruit]
