"""A basic group becomes a supergroup: another id, no old message ids, the same neighbours."""

import pytest

from tests.world import World

GROUPS = "SELECT chat, state FROM chat_group"
ENDS = "SELECT DISTINCT state FROM outbox WHERE kind <> 'call'"
ORDERS = pytest.mark.parametrize("first", ["to", "from"])


def migrates(world: World, **order: str) -> int:
    """Let the leader upgrade the group before the bot has had a look, and return the new id."""
    return int(world.sandbox.act(world.leader, "migrate", chat=world.group, **order)["id"])


@ORDERS
async def test_what_was_being_said_arrives_in_the_new_chat_and_nobody_is_lost(
    town: World, first: str
) -> None:
    old = await town.opens_group(kind="group")
    member = await town.member("陈阿姨")
    newcomer = await town.person("小林")
    town.sandbox.act(newcomer, "join", chat=old)
    for text in ("积分", "菜单"):
        town.sandbox.act(member, "send", chat=old, text=text)

    new = migrates(town, first=first)
    await town.settle()

    led = [text for text in town.said_to(member, new) if text.startswith("陈阿姨，点下面的按钮")]
    assert len(led) == 2
    assert [text for text in town.said_to(member, new) if "欢迎 小林" in text]
    assert town.rows(GROUPS) == [(new, "enabled")]
    assert town.rows("SELECT count(*) FROM membership WHERE left_at IS NULL") == [(3,)]
    assert town.rows("SELECT count(*) FROM journal WHERE action = 'group.moved'") == [(1,)]
    assert town.rows("SELECT state, error FROM outbox WHERE state NOT IN ('sent', 'skipped')") == []


@ORDERS
async def test_the_group_goes_on_in_its_new_chat(town: World, first: str) -> None:
    await town.opens_group(kind="group")
    member = await town.member("陈阿姨")

    new = migrates(town, first=first)
    await town.settle()
    newcomer = await town.person("小林")
    await town.does(newcomer, "join", chat=new)
    await town.says(member, "积分", chat=new)
    await town.taps(newcomer, "开始", chat=new)

    assert town.last_to(newcomer).startswith("小林，欢迎！")
    assert "阳光花园的卡通小帮手" in town.last_to(newcomer)
    assert town.last_to(member, new) == "陈阿姨，点下面的按钮，我单独给你看。"
    assert town.rows(GROUPS) == [(new, "enabled")]


@ORDERS
async def test_a_group_upgraded_in_the_middle_of_enabling_is_enabled(town: World, first: str) -> None:
    old = await town.opens_group(kind="group", enabled=False)
    card = town.message_with(town.leader, "启用本群", old)
    town.group = old
    town.sandbox.act(town.leader, "tap", chat=old, message=card, button="启用本群")

    new = migrates(town, first=first)
    await town.settle()

    assert town.rows(GROUPS) == [(new, "enabled")]
    assert town.last_to(town.leader, new).startswith("本群已启用\n")
    assert town.buttons(town.leader, new) == ["开始"]
    assert town.said_to(town.leader, new)[-2] == "本群已启用"  # the old card is out of reach: said anew
    assert town.rows("SELECT state, error FROM outbox WHERE state <> 'sent'") == []


async def test_a_group_upgraded_before_it_was_enabled_gets_its_card_by_start(town: World) -> None:
    town.group = await town.opens_group(kind="group", enabled=False)
    new = migrates(town)
    await town.settle()

    await town.says(town.leader, "/start", chat=new)
    await town.taps(town.leader, "启用本群", chat=new)

    assert town.rows(GROUPS) == [(new, "enabled")]


async def test_an_upgrade_nobody_told_of_is_learned_from_the_first_refusal(town: World) -> None:
    await town.opens_group(kind="group")
    early = await town.person("孙伯")
    town.sandbox.act(early, "join", chat=town.group)
    new = migrates(town)
    town.passes_unseen(hours=25)  # nothing of it reaches the bot any more
    await town.settle()
    assert town.rows(GROUPS) == [(town.group, "enabled")]

    await town.does(early, "start")

    assert town.rows(GROUPS) == [(new, "enabled")]
    assert town.last_to(early).startswith("孙伯，欢迎！")


async def test_the_end_of_the_old_chat_is_no_news_of_the_new_one(town: World) -> None:
    old = await town.opens_group(kind="group")
    member = await town.member()
    new = migrates(town)
    await town.settle()

    bot = {"id": town.bot, "is_bot": True, "first_name": "菜博士"}
    change = {"chat": {"id": old, "type": "group", "title": "阳光花园"}, "date": 1, "from": bot}
    was, now = {"user": bot, "status": "member"}, {"user": bot, "status": "left"}
    await town.brings({"my_chat_member": change | {"old_chat_member": was, "new_chat_member": now}})
    await town.says(member, "积分", chat=new)

    assert town.rows(GROUPS) == [(new, "enabled")]
    assert town.last_to(member, new) == "陈阿姨，点下面的按钮，我单独给你看。"


@pytest.mark.parametrize("enabled", [True, False])
async def test_a_group_met_anew_in_its_new_chat_is_one_with_the_old_once_that_is_known(
    town: World, enabled: bool
) -> None:
    await town.opens_group(kind="group")
    member, early = await town.member("陈阿姨"), await town.person("孙伯")
    town.sandbox.act(early, "join", chat=town.group)
    new = migrates(town)
    town.passes_unseen(hours=25)  # nothing of it reaches the bot any more
    await town.says(town.leader, "/start", chat=new)
    if enabled:
        await town.taps(town.leader, "启用本群", chat=new)
        await town.says(member, "积分", chat=new)
    assert len(town.rows(GROUPS)) == 2

    await town.does(early, "start", payload="g1")  # Telegram is asked about the old chat

    assert town.rows(GROUPS) == [(new, "enabled")]
    assert town.rows("SELECT count(*) FROM membership WHERE left_at IS NULL") == [(3,)]
    assert town.last_to(early).startswith("孙伯，欢迎！")


async def test_a_group_enabled_in_its_new_chat_stays_so_when_the_old_one_turns_up(town: World) -> None:
    old = town.group = await town.opens_group(kind="group", enabled=False)
    new = migrates(town)
    town.passes_unseen(hours=25)
    await town.says(town.leader, "/start", chat=new)
    await town.taps(town.leader, "启用本群", chat=new)

    moved = {"id": old, "type": "group", "title": "阳光花园"}
    told = {"message_id": 9, "date": 1, "chat": moved, "migrate_to_chat_id": new}
    await town.brings({"message": told})

    assert town.rows(GROUPS) == [(new, "enabled")]
