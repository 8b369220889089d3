"""What happens to the bot and its group: rights given and taken, sent away, deleted, renamed, a channel."""

import pytest

from sandbox.rights import PERMISSIONS
from tests.world import World

GROUPS = "SELECT state, title FROM chat_group ORDER BY id"
WITHOUT_RIGHTS = ["can_manage_chat"]


async def test_a_demoted_bot_hears_only_commands_and_all_again_once_it_is_promoted(world: World) -> None:
    member, group = await world.member(), world.group
    heard = []
    for verb in ("demote", "promote"):
        await world.does(world.leader, verb, chat=group, user=world.bot)
        for text in ("积分", "/growth"):
            said = len(world.said_to(member, group))
            await world.says(member, text, chat=group)
            heard.append(len(world.said_to(member, group)) - said)

    assert heard == [0, 1, 1, 1]  # privacy mode: who is no administrator is shown commands only
    assert world.rows(GROUPS) == [("enabled", "阳光花园")]


async def test_a_demoted_bot_hears_of_nobody_coming_and_knows_them_once_they_speak(world: World) -> None:
    await world.does(world.leader, "demote", chat=world.group, user=world.bot)
    newcomer = await world.neighbour("小林")
    assert not [text for text in world.said_to(newcomer, world.group) if "小林" in text]

    await world.does(world.leader, "promote", chat=world.group, user=world.bot)
    await world.says(newcomer, "积分", chat=world.group)

    assert world.last_to(newcomer, world.group) == "小林，点下面的按钮，我单独给你看。"


async def test_a_silenced_bot_stays_in_the_group_and_speaks_again_once_it_may(world: World) -> None:
    member, group = await world.member(), world.group
    await world.does(world.leader, "demote", chat=group, user=world.bot)
    await world.does(world.leader, "restrict", chat=group, user=world.bot, permissions=[])
    said = world.said_to(member, group)

    await world.says(member, "/growth", chat=group)
    await world.says(member, "积分")

    assert world.said_to(member, group) == said
    assert world.last_to(member).startswith("我的成长值")
    assert world.rows("SELECT state, error FROM outbox WHERE state NOT IN ('sent', 'skipped')") == [
        ("failed", "Not enough rights to send text messages to the chat")
    ]
    everything = list(PERMISSIONS)
    await world.does(world.leader, "restrict", chat=group, user=world.bot, permissions=everything)
    await world.says(member, "/growth", chat=group)
    assert world.last_to(member, group) == "陈阿姨，点下面的按钮，我单独给你看。"


async def test_a_deleted_group_is_known_to_be_gone_by_the_first_refusal(world: World) -> None:
    member = await world.member()
    world.sandbox.act(member, "send", chat=world.group, text="积分")
    world.sandbox.act(world.leader, "delete_group", chat=world.group)

    await world.settle()

    assert world.rows(GROUPS) == [("left", "阳光花园")]
    await world.says(member, "积分")
    assert world.last_to(member).startswith("你现在不在群里")


async def test_a_bot_sent_away_while_it_answers_writes_there_no_more(world: World) -> None:
    member = await world.member()
    for text in ("积分", "设置", "菜单"):
        world.sandbox.act(member, "send", chat=world.group, text=text)
    world.sandbox.act(world.leader, "kick", chat=world.group, user=world.bot)

    await world.settle()
    calls = len(world.sandbox.calls())
    await world.says(member, "/growth", chat=world.group)

    assert len(world.sandbox.calls()) == calls
    assert world.rows(GROUPS) == [("left", "阳光花园")]
    assert world.rows("SELECT count(*) FROM outbox WHERE state IN ('pending', 'claimed', 'sending')") == [
        (0,)
    ]


async def test_a_renamed_group_is_called_by_its_new_title(world: World) -> None:
    member = await world.member()

    await world.does(world.leader, "title", chat=world.group, title="<b>东门</b> & \u202e西门")
    await world.does(world.leader, "username", chat=world.group, username="eastgate")
    await world.says(member, "菜单")

    assert "我是菜博士，<b>东门</b> & 西门的卡通小帮手" in world.last_to(member)


async def test_the_new_title_of_a_group_nobody_knows_is_nothing_to_the_bot(town: World) -> None:
    leader = await town.person("林姐")
    chat = int(town.sandbox.add_group("老群", leader)["id"])
    await town.does(leader, "add", chat=chat, user=town.bot)
    await town.does(leader, "kick", chat=chat, user=town.bot)

    await town.does(leader, "title", chat=chat, title="新群")

    assert town.rows(GROUPS) == [("left", "老群")]


async def test_a_bot_brought_into_a_channel_says_and_keeps_nothing(world: World) -> None:
    channel = int(world.sandbox.add_channel("公告", world.leader)["id"])
    calls = len(world.sandbox.calls())

    await world.does(world.leader, "promote", chat=channel, user=world.bot)
    post = await world.does(world.leader, "post", chat=channel, text="/start")
    await world.does(world.leader, "edit", chat=channel, message=post["message_id"], text="积分")
    await world.does(world.leader, "demote", chat=channel, user=world.bot)

    assert len(world.sandbox.calls()) == calls
    assert world.rows(GROUPS) == [("enabled", "阳光花园")]
    assert world.rows("SELECT count(*) FROM inbox WHERE state <> 'done'") == [(0,)]


async def test_a_newcomer_let_in_by_an_administrator_is_greeted_as_any_other(town: World) -> None:
    chat = await town.opens_group(join_by_request=True)
    newcomer = await town.person("小林")

    await town.does(newcomer, "join", chat=chat)
    assert not [text for text in town.said_to(town.leader, chat) if "欢迎 小林" in text]
    await town.does(town.leader, "approve", chat=chat, user=newcomer)

    assert town.last_to(newcomer, chat).startswith("欢迎 小林 来到阳光花园！")


async def test_somebody_silenced_who_leaves_is_gone_and_who_stays_is_inside(world: World) -> None:
    member = await world.member()
    await world.does(world.leader, "restrict", chat=world.group, user=member, permissions=[])
    await world.says(member, "积分")
    assert world.last_to(member).startswith("我的成长值")

    await world.does(member, "leave", chat=world.group)
    await world.says(member, "积分")

    assert world.last_to(member).startswith("你现在不在群里")


async def test_somebody_sent_away_is_gone_until_they_come_back(world: World) -> None:
    member = await world.member()
    await world.does(world.leader, "kick", chat=world.group, user=member)
    await world.says(member, "积分")
    assert world.last_to(member).startswith("你现在不在群里")

    await world.does(world.leader, "add", chat=world.group, user=member)
    await world.says(member, "积分")

    assert world.last_to(member).startswith("我的成长值")


@pytest.mark.parametrize(
    ("chat", "person"), [(-1_997_852_516_352, 2**52 - 1), (-1_000_000_000_001, 2**31 + 1)]
)
async def test_the_longest_ids_are_kept_whole(town: World, chat: int, person: int) -> None:
    await town.opens_group(chat_id=chat)
    newcomer = await town.person("小林", user_id=person)
    await town.does(newcomer, "join", chat=chat)

    await town.taps(newcomer, "开始", chat=chat)
    await town.taps(newcomer, "同意，开始用")

    assert town.rows("SELECT user_id FROM member WHERE service_consent_at IS NOT NULL") == [(person,)]
    assert town.rows("SELECT chat FROM chat_group") == [(chat,)]
    assert "现在成长值 10 · 积分 10" in town.last_to(newcomer)
