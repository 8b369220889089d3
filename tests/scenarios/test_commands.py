"""Commands however they are written, and the list of them that everybody's client offers."""

from typing import Any

import pytest

from handlers.commands import ADMINISTRATORS, GROUPS, OFFERED, PRIVATE
from tests.world import World

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)  # nothing here is the database's

LED = "陈阿姨，点下面的按钮，我单独给你看。"
MOST = 8
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
    member, foreigner, french = (
        await world.member(),
        await world.member("Ann", language="en"),
        await world.neighbour("Marie", language="fr"),
    )

    for person, first in ((member, "打开菜单"), (foreigner, "Open the menu"), (french, "打开菜单")):
        private, group = offered(world, person, person), offered(world, person, world.group)
        assert [name for name, _ in private] == list(PRIVATE)
        assert [name for name, _ in group] == list(GROUPS)
        assert dict(private)["menu"] == dict(group)["menu"] == first


async def test_administrators_are_offered_their_own_commands_in_groups(world: World) -> None:
    lists = [offered(world, world.leader, chat) for chat in (world.leader, world.group)]

    assert max(len(names) for names in OFFERED.values()) <= MOST
    assert [[name for name, _ in each] for each in lists] == [list(PRIVATE), list(ADMINISTRATORS)]


@pytest.mark.parametrize("name", PRIVATE)
async def test_every_command_offered_in_private_is_answered(world: World, name: str) -> None:
    member = await world.member()
    said = len(world.said_to(member))

    await world.says(member, f"/{name}")

    assert len(world.said_to(member)) == said + 1
    assert not world.last_to(member).startswith(("没有", "没看懂", "刚才"))


@pytest.mark.parametrize("name", GROUPS)
async def test_every_command_offered_in_groups_is_answered(world: World, name: str) -> None:
    member = await world.member()
    said = len(world.said_to(member, world.group))

    await world.says(member, f"/{name}@caiboshi_test_bot", chat=world.group)

    assert len(world.said_to(member, world.group)) == said + 1


@pytest.mark.parametrize("name", ADMINISTRATORS)
async def test_every_command_offered_to_administrators_is_answered(world: World, name: str) -> None:
    said = len(world.said_to(world.leader, world.group))

    await world.says(world.leader, f"/{name}@caiboshi_test_bot", chat=world.group)

    assert len(world.said_to(world.leader, world.group)) == said + 1
    assert not world.last_to(world.leader, world.group).startswith(("没有", "没看懂", "刚才"))


@pytest.mark.parametrize(
    ("typed", "nearest"), [("/grwth", "/growth"), ("/setpu", "/setup"), ("/helth", "/health")]
)
async def test_an_unknown_command_is_answered_with_the_nearest_that_works_for_who_typed_it(
    world: World, typed: str, nearest: str
) -> None:
    member = await world.member()

    await world.says(world.leader, typed)
    await world.says(member, typed)

    assert world.last_to(world.leader) == f"没有 {typed} 这个命令。你是不是想用 {nearest}？"
    assert (nearest in world.last_to(member)) == (nearest in ("/growth",))


@pytest.mark.parametrize(
    "payload", ["", "A-z_0" * 12 + "1234", "g999999999999999999", "g0", "growth", "menu"]
)
async def test_whatever_a_start_link_carries_the_private_chat_opens(world: World, payload: str) -> None:
    member = await world.member()
    before = world.rows("SELECT count(*) FROM membership")

    await world.does(member, "start", payload=payload)

    assert world.last_to(member).startswith("我的成长值" if payload == "growth" else "陈阿姨，你好")
    assert world.rows("SELECT count(*) FROM membership") == before
