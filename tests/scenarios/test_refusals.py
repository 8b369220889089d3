"""What Telegram refuses or delays, and what people see all the same."""

import itertools
import json
import logging

import pytest

from kernel.ids import ChatId
from kernel.message import Kind, Language, MessageClass, Outgoing, Text
from tests.world import World

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)  # nothing here is the database's

NOT_SENT = "SELECT state, error FROM outbox WHERE state NOT IN ('sent', 'skipped')"


def calls(world: World, method: str, after: int = 0) -> list[bool]:
    """Return whether each call of a method was taken."""
    return [call["ok"] for call in world.sandbox.calls(after) if call["method"] == method]


async def test_a_page_that_stays_as_it_is_is_no_fault(world: World) -> None:
    member = await world.member()
    await world.taps(member, "我的成长值")
    said = world.said_to(member)

    await world.forges(member, "v1:growth.card")

    assert world.said_to(member) == said
    assert calls(world, "editMessageText")[-1] is False  # message is not modified
    assert world.rows(NOT_SENT) == []


async def test_a_page_opened_on_somebody_elses_message_comes_as_a_new_one(world: World) -> None:
    member = await world.member()
    own = await world.does(member, "send", text="随便说说")
    said = len(world.said_to(member))

    data = {"data": "v1:growth.card", "forge": True}
    await world.does(member, "tap", chat=member, message=own["message_id"], **data)

    assert world.last_to(member).startswith("我的成长值")
    assert len(world.said_to(member)) == said + 1


async def test_an_answer_to_a_message_that_is_gone_still_comes(world: World) -> None:
    member = await world.member()
    asked = world.sandbox.act(member, "send", chat=world.group, text="积分")
    world.sandbox.act(member, "delete", chat=world.group, message=asked["message_id"])

    await world.settle()

    answer = world.sandbox.messages(member, world.group)[-1]
    assert answer["text"] == "陈阿姨，点下面的按钮，我单独给你看。"
    assert "reply_to_message" not in answer


async def test_what_people_delete_leaves_everything_as_it_was(world: World) -> None:
    member = await world.member()
    for message in world.sandbox.messages(member):
        world.sandbox.act(member, "delete", chat=member, message=message["message_id"])

    await world.settle()
    await world.says(member, "积分")

    assert world.last_to(member).startswith("我的成长值\n成长值 10")


@pytest.mark.parametrize("seconds", [1, 35, 300])
async def test_a_change_that_has_to_wait_comes_and_holds_up_no_other_chat(world: World, seconds: int) -> None:
    member, other = await world.member(), await world.member("何老师")
    world.sandbox.fault("flood", method="editMessageText", retry_after=seconds)
    page = world.message_with(member, "我的成长值", member)
    world.sandbox.act(member, "tap", chat=member, message=page, button="我的成长值")
    world.sandbox.act(other, "send", text="积分")

    await world.settle()

    assert world.last_to(member).startswith("我的成长值")
    assert world.last_to(other).startswith("我的成长值")
    assert world.rows("SELECT max(attempts) FROM outbox") == [(1,)]
    assert world.rows(NOT_SENT) == []


async def test_a_change_made_obsolete_while_it_waited_is_left_out(world: World) -> None:
    member = await world.member()
    page = world.message_with(member, "我的成长值", member)
    for button in ("我的成长值", "明细", "消息设置"):
        world.sandbox.act(member, "tap", chat=member, message=page, button=button)
    world.sandbox.fault("flood", method="editMessageText", retry_after=3)

    await world.settle()

    assert world.last_to(member).startswith("消息设置")
    assert world.rows(NOT_SENT) == []


async def test_a_tap_that_cannot_be_answered_has_its_effect(world: World) -> None:
    newcomer = await world.neighbour()
    await world.does(newcomer, "start")
    world.sandbox.fault("flood", method="answerCallbackQuery", retry_after=120)

    await world.taps(newcomer, "同意，开始用")

    assert "现在成长值 10 · 积分 10" in world.last_to(newcomer)
    assert world.rows("SELECT state FROM inbox WHERE state <> 'done'") == []


async def test_a_text_that_is_no_html_comes_plain_and_is_told_as_our_fault(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    member = await world.member()
    broken = dict(world.runtime.catalog.texts[Language.ZH_CN]) | {"home.greeting": "1 < 2 <b>在呢"}
    monkeypatch.setitem(world.runtime.catalog.texts, Language.ZH_CN, broken)

    with caplog.at_level(logging.ERROR):
        await world.says(member, "你好")

    assert world.last_to(member) == "1 < 2 在呢"
    assert world.buttons(member) == ["‹ 返回菜单", "帮助"]
    assert [r.getMessage() for r in caplog.records if r.levelno >= logging.ERROR] == [
        "text is no valid HTML, sent plain"
    ]


@pytest.mark.parametrize(
    ("line", "shown"), [("<b>行</b>" * 40, "行" * 40), ("🥬" * 60, "🥬" * 60), ("a" * 100, "a" * 100)]
)
async def test_a_text_too_long_for_telegram_is_cut_behind_a_line(
    world: World, monkeypatch: pytest.MonkeyPatch, line: str, shown: str
) -> None:
    member = await world.member()
    most = 4096
    text = "\n".join(itertools.repeat(line, 2 * most // 40))
    longer = dict(world.runtime.catalog.texts[Language.ZH_CN]) | {"home.greeting": text}
    monkeypatch.setitem(world.runtime.catalog.texts, Language.ZH_CN, longer)

    await world.says(member, "你好")

    *lines, sign = world.last_to(member).split("\n")
    assert set(lines) == {shown}
    assert sign == "…"
    assert most - 300 < len(world.last_to(member).encode("utf-16-le")) // 2 <= most


async def test_markup_does_not_count_towards_the_length_of_a_text(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    member = await world.member()
    bold = dict(world.runtime.catalog.texts[Language.ZH_CN]) | {"home.greeting": "<b>行行行行</b>" * 1024}
    monkeypatch.setitem(world.runtime.catalog.texts, Language.ZH_CN, bold)

    await world.says(member, "你好")

    assert world.last_to(member) == "行" * 4096


async def test_a_text_of_the_greatest_length_comes_whole(world: World) -> None:
    member = await world.member()
    longest = Text("home.unknown_command_plain", {"command": "&" * (4096 - len(_around()))})
    said = Outgoing(Kind.SEND, ChatId(member), MessageClass.NOTICE, text=longest)
    await world.runtime.db.run(lambda uow: uow.outbox.put(said))

    await world.settle()

    assert world.last_to(member) == _around().replace("  ", f" {'&' * (4096 - len(_around()))} ")


def _around() -> str:
    return "没有  这个命令。打「帮助」看看能做什么。"


@pytest.mark.parametrize(("lost", "copies", "state"), [(1, 2, "sent"), (2, 2, "unknown")])
async def test_a_receipt_is_sent_twice_at_most(world: World, lost: int, copies: int, state: str) -> None:
    member = await world.member()
    receipt = Outgoing(Kind.SEND, ChatId(member), MessageClass.RECEIPT, text=Text("home.greeting"))
    world.sandbox.fault("drop_after", method="sendMessage", times=lost)
    await world.runtime.db.run(lambda uow: uow.outbox.put(receipt))

    await world.says(member, "积分")

    assert world.said_to(member).count("在呢！想看什么，点下面的按钮。") == copies
    assert world.last_to(member).startswith("我的成长值")
    ends = {
        json.loads(text)["key"]: end
        for text, end in world.rows("SELECT text, state FROM outbox WHERE text IS NOT NULL")
    }
    assert ends["home.greeting"] == state


async def test_a_flood_limit_upon_everybody_loses_nobodys_answer(world: World) -> None:
    people = [await world.member(f"邻居{number}") for number in range(4)]
    world.sandbox.fault("flood", method="sendMessage", retry_after=40, times=4)
    for person in people:
        world.sandbox.act(person, "send", text="积分")

    await world.settle()

    assert [world.last_to(person).splitlines()[0] for person in people] == ["我的成长值"] * 4
    assert world.rows(NOT_SENT) == []
