"""People as Telegram knows them: names of every kind, accounts deleted, strangers who never pressed Start."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel.ids import ChatId
from kernel.message import Kind, MessageClass, Outgoing, Text
from tests.world import World

SQLITE = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)  # for what is not the database's
REACHABLE = "SELECT reachable FROM member WHERE user_id = ?"
OUTCOMES = "SELECT outcome FROM points_due WHERE kind <> 'lapse' AND outcome IS NOT NULL ORDER BY kind"
_SHOWN = st.characters(codec="utf-8", exclude_categories=["Cs"])


@SQLITE
@pytest.mark.parametrize(
    ("first", "last", "shown"),
    [
        ("小林", "", "小林"),
        ("Anna", "O'Neil", "Anna O'Neil"),
        ("שלום", "עולם", "שלום עולם"),
        ("\u202eمحمد\u202c", "", "محمد"),
        ("李👩\u200d👩\u200d👧🇨🇳", "", "李👩👩👧🇨🇳"),
        ("🥬", "", "🥬"),
        ("<a href='x'>点我</a>", "", "<a href='x'>点我</a>"),
        ("&lt;b&gt;", "&amp;", "&lt;b&gt; &amp;"),
        ("@admin", "/start", "@admin /start"),
    ],
)
async def test_a_newcomer_is_called_by_the_name_they_bear(
    world: World, first: str, last: str, shown: str
) -> None:
    newcomer = await world.person(first, last_name=last)

    await world.does(newcomer, "join", chat=world.group)
    await world.taps(newcomer, "开始", chat=world.group)

    assert world.last_to(newcomer, world.group).startswith(f"欢迎 {shown} 来到阳光花园！")
    assert world.last_to(newcomer).startswith(f"{shown}，欢迎！")


@SQLITE
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(_SHOWN, min_size=1, max_size=64).filter(str.strip))
async def test_no_name_of_a_person_or_a_group_becomes_markup(world: World, name: str) -> None:
    calls = len(world.sandbox.calls())
    await world.does(world.leader, "title", chat=world.group, title=f"{name}{calls}")  # never the same twice
    newcomer = await world.person(name)

    await world.does(newcomer, "join", chat=world.group)

    greeting = world.sandbox.messages(newcomer, world.group)[-1]
    marked = [each for each in greeting["entities"] if each["type"] in ("bold", "text_link", "code")]
    assert [_text_of(greeting["text"], each) for each in marked] == ["开始"]
    assert all(call["ok"] for call in world.sandbox.calls(calls))


def _text_of(text: str, entity: dict[str, int]) -> str:
    """Return what an entity marks; its numbers count UTF-16 units."""
    start, end = 2 * entity["offset"], 2 * (entity["offset"] + entity["length"])
    return text.encode("utf-16-le")[start:end].decode("utf-16-le")


async def test_a_member_who_changes_their_name_is_called_by_the_new_one(world: World) -> None:
    member = await world.member("陈阿姨")
    world.sandbox._world.users[member].first_name = "陈奶奶"

    await world.says(member, "菜单")

    assert world.last_to(member).startswith("陈奶奶，你好")
    assert world.rows("SELECT name FROM member WHERE user_id = ?", member) == [("陈奶奶",)]


async def test_a_deleted_account_is_written_to_once_and_then_no_more(world: World) -> None:
    member = await world.member()
    await world.does(member, "deactivate")

    await world.advance(days=364)

    assert world.rows(REACHABLE, member) == [(0,)]
    assert world.rows(OUTCOMES) == [("done",), ("unreachable",)]
    refused = [call["description"] for call in world.sandbox.calls() if not call["ok"]]
    assert refused == ["Forbidden: user is deactivated"]


async def test_an_account_deleted_while_it_is_greeted_is_nobodys_fault(world: World) -> None:
    newcomer = await world.person("小林")
    world.sandbox.act(newcomer, "join", chat=world.group)
    world.sandbox.act(newcomer, "start")
    world.sandbox.act(newcomer, "deactivate")

    await world.settle()
    await world.says(world.leader, "积分", chat=world.group)

    assert world.last_to(world.leader, world.group) == "林姐，点下面的按钮，我单独给你看。"
    assert world.rows("SELECT count(*) FROM inbox WHERE state <> 'done'") == [(0,)]


async def test_who_never_pressed_start_is_only_spoken_to_in_the_group(world: World) -> None:
    shy = await world.neighbour("小林")

    for text in ("积分", "设置", "菜单"):
        await world.says(shy, text, chat=world.group)
    await world.advance(days=364)

    assert world.said_to(shy) == []
    assert world.buttons(shy, world.group) == ["私聊里看"]
    assert all(call["ok"] for call in world.sandbox.calls())
    await world.taps(shy, "私聊里看", chat=world.group)
    assert world.last_to(shy).startswith("小林，欢迎！")


async def test_telegram_refuses_a_first_word_to_who_never_pressed_start(world: World) -> None:
    member, shy = await world.member(), await world.neighbour()
    first = Outgoing(Kind.SEND, ChatId(shy), MessageClass.NOTICE, text=Text("home.greeting"))
    await world.runtime.db.run(lambda uow: uow.outbox.put(first))

    await world.says(member, "积分")

    assert world.last_to(member).startswith("我的成长值")
    assert world.rows("SELECT state, error FROM outbox WHERE chat = ?", shy) == [
        ("failed", "Forbidden: bot can't initiate conversation with a user")
    ]
    assert world.rows(REACHABLE, shy) == [(0,)]


async def test_who_unblocks_the_bot_is_written_to_again(world: World) -> None:
    member = await world.member()
    await world.does(member, "block")
    await world.does(member, "unblock")

    await world.advance(days=340)

    assert "积分快到期了" in world.last_to(member)
