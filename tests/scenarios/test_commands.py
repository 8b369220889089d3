"""Commands however they are written, and the list of them that everybody's client offers."""

from typing import Any

import pytest

from tests.world import World

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)  # nothing here is the database's

LED = "陈阿姨，点下面的按钮，我单独给你看。"
OFFERED = ["start", "menu", "growth", "settings", "help"]
NOT_UNDERSTOOD = "没看懂这句。你可以打「菜单」「积分」或「帮助」，也可以点下面的按钮。"


@pytest.mark.parametrize("typed", ["/growth", "/growth@caiboshi_test_bot", "/GROWTH@Caiboshi_Test_Bot 今天"])
async def test_a_command_is_heard_with_and_without_the_name_of_the_bot(world: World, typed: str) -> None:
    member = await world.member()

    await world.says(member, typed)
    await world.says(member, typed, chat=world.group)

    assert world.last_to(member).startswith("我的成长值")
    assert world.last_to(member, world.group) == LED


async def test_a_command_for_another_bot_is_its_own_affair(world: World) -> None:
    member = await world.member()
    said = len(world.said_to(member, world.group))

    for typed in ("/growth@another_bot", "/start@another_bot", "/help@another_bot x"):
        await world.says(member, typed, chat=world.group)
    await world.says(member, "/growth@another_bot")

    assert len(world.said_to(member, world.group)) == said
    assert world.last_to(member) == "没有 /growth@another_bot 这个命令。你是不是想用 /growth？"


async def test_a_command_below_a_picture_is_a_caption_and_no_command(world: World) -> None:
    member = await world.member()
    said = len(world.said_to(member, world.group))

    await world.does(member, "photo", chat=world.group, caption="/growth@caiboshi_test_bot")
    await world.does(member, "photo", caption="/growth")

    assert len(world.said_to(member, world.group)) == said
    assert world.last_to(member) == NOT_UNDERSTOOD


async def test_a_command_in_the_middle_of_a_sentence_is_talk(world: World) -> None:
    member = await world.member()
    said = len(world.said_to(member, world.group))

    for typed in ("🥬 /growth", "请打 /growth 看看"):
        await world.says(member, typed, chat=world.group)
    await world.says(member, "请打 /growth 看看")

    assert len(world.said_to(member, world.group)) == said
    assert world.last_to(member) == NOT_UNDERSTOOD


async def test_an_edited_command_in_private_is_heard_with_the_name_of_the_bot_too(world: World) -> None:
    member = await world.member()
    sent = await world.does(member, "send", text="/grwth@caiboshi_test_bot")

    edited = {"message": sent["message_id"], "text": "/growth@caiboshi_test_bot"}
    await world.does(member, "edit", chat=member, **edited)

    assert world.last_to(member).startswith("我的成长值")


async def test_an_album_is_answered_once(world: World) -> None:
    member = await world.member()
    said = len(world.said_to(member))

    await world.does(member, "album", count=10)
    await world.does(member, "album", count=2)
    await world.does(member, "album", chat=world.group, count=3)

    assert world.said_to(member)[said:] == [NOT_UNDERSTOOD] * 2


def offered(world: World, person: int, chat: int) -> list[tuple[str, str]]:
    """Return the commands with their descriptions that a person's client offers in a chat."""
    chats: list[dict[str, Any]] = world.sandbox.view(person)["chats"]
    (shown,) = (each for each in chats if each["id"] == chat)
    return [(each["command"], each["description"]) for each in shown["commands"]]


async def test_everybody_is_offered_the_commands_in_their_language_everywhere(world: World) -> None:
    member, foreigner = await world.member(), await world.member("Ann", language="en")

    lists = {
        person: [offered(world, person, chat) for chat in (person, world.group)]
        for person in (member, foreigner, world.leader)
    }

    for person, first in ((member, "开始，打开菜单"), (foreigner, "Start, open the menu")):
        private, group = lists[person]
        assert [name for name, _ in private] == OFFERED
        assert private[0][1] == first
        assert group == private
    assert lists[world.leader] == lists[member]  # administrators have no list of their own


@pytest.mark.parametrize("name", OFFERED)
async def test_every_command_offered_is_answered_in_private_and_in_the_group(world: World, name: str) -> None:
    member = await world.member()
    private, group = len(world.said_to(member)), len(world.said_to(member, world.group))

    await world.says(member, f"/{name}")
    await world.says(member, f"/{name}@caiboshi_test_bot", chat=world.group)

    assert len(world.said_to(member)) == private + 1
    assert len(world.said_to(member, world.group)) == group + 1
    assert not world.last_to(member).startswith(("没有", "没看懂", "刚才"))


@pytest.mark.parametrize(
    "payload", ["", "A-z_0" * 12 + "1234", "g999999999999999999", "g0", "growth", "menu"]
)
async def test_whatever_a_start_link_carries_the_private_chat_opens(world: World, payload: str) -> None:
    member = await world.member()
    before = world.rows("SELECT count(*) FROM membership")

    await world.does(member, "start", payload=payload)

    assert world.last_to(member).startswith("我的成长值" if payload == "growth" else "陈阿姨，你好")
    assert world.rows("SELECT count(*) FROM membership") == before
