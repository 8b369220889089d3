"""Garbage, forgeries, ids of others, double deliveries: a polite answer, nothing changed, no fault logged."""

import logging

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.world import World

EVERYTHING = """
SELECT (SELECT sum(growth) FROM growth_account), (SELECT sum(points) FROM growth_account),
       (SELECT count(*) FROM growth_account), (SELECT count(*) FROM points_ledger),
       (SELECT count(*) FROM membership WHERE left_at IS NULL),
       (SELECT count(*) FROM chat_group), (SELECT count(*) FROM chat_group WHERE state = 'enabled'),
       (SELECT count(*) FROM member WHERE marketing_consent_at IS NOT NULL)
"""


CHANNEL = {"id": -1009, "type": "channel", "title": "C"}


@pytest.fixture(autouse=True)
def no_fault_is_logged(caplog: pytest.LogCaptureFixture) -> object:
    """Whatever a member sends is not our fault."""
    yield
    assert _complaints(caplog) == []


def _complaints(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what the test's own phase logged; at teardown `caplog.records` holds only teardown's."""
    return [r.getMessage() for r in caplog.get_records("call") if r.levelno >= logging.WARNING]


def test_a_logged_fault_is_seen(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("bot.lanes").error("update parked")

    assert _complaints(caplog) == ["update parked"]
    caplog.clear()


async def test_what_nobody_understands_gets_a_polite_answer(world: World, subtests: pytest.Subtests) -> None:
    member = await world.member()
    before = world.rows(EVERYTHING)
    for typed, answer in (
        ("/grwth", "没有 /grwth 这个命令。你是不是想用 /growth？"),
        ("/xyzzy", "没有 /xyzzy 这个命令。打「帮助」看看能做什么。"),
        ("/" + "a" * 32, "没有 /" + "a" * 31 + " 这个命令。打「帮助」看看能做什么。"),
        ("/<b>", "没看懂这句。你可以打「菜单」「积分」或「帮助」，也可以点下面的按钮。"),
        ("今天天气不错", "没看懂这句。你可以打「菜单」「积分」或「帮助」，也可以点下面的按钮。"),
        ("？", "没看懂这句。你可以打「菜单」「积分」或「帮助」，也可以点下面的按钮。"),
        ("x" * 4096, "没看懂这句。你可以打「菜单」「积分」或「帮助」，也可以点下面的按钮。"),
        ("\u202eedoc\u200b\u200d", "没看懂这句。你可以打「菜单」「积分」或「帮助」，也可以点下面的按钮。"),
        ("'; DROP TABLE member; --", "没看懂这句。你可以打「菜单」「积分」或「帮助」，也可以点下面的按钮。"),
    ):
        with subtests.test(typed=typed):
            said = world.said_to(member)
            await world.says(member, typed)

            assert world.said_to(member) == [*said, answer]
            assert world.rows(EVERYTHING) == before


async def test_forged_buttons_change_nothing_and_are_answered(
    world: World, subtests: pytest.Subtests
) -> None:
    member = await world.member()
    before = world.rows(EVERYTHING)
    for data in (
        "v1:members.enable",
        "v1:growth.history:99999999999999999999",
        "v1:growth.history:-1",
        "v1:members.switch:maybe",
        "v1:members.agree:7001",
        "v0:home.menu",
        "v1:",
        ":::",
        "growth",
        "\u202e\u0000",
        "v1:growth.history:0\n",
        "x" * 64,
    ):
        with subtests.test(data=data):
            answered = len(world.toasts(member))

            await world.forges(member, data)

            assert world.rows(EVERYTHING) == before
            assert len(world.toasts(member)) == answered + 1


async def test_a_private_page_forged_in_the_group_does_not_open_there(
    world: World, subtests: pytest.Subtests
) -> None:
    member = await world.member()
    said, before = world.said_to(member, world.group), world.rows(EVERYTHING)
    for data in ("v1:growth.card", "v1:home.menu", "v1:members.agree", "v1:members.decline"):
        with subtests.test(data=data):
            popped = world.toasts(member)
            await world.forges(member, data, chat=world.group)

            assert world.said_to(member, world.group) == said
            assert world.rows(EVERYTHING) == before
            assert world.toasts(member) == [*popped, "这个按钮不能用了。请打「菜单」重新打开。"]


async def test_a_page_of_history_beyond_the_end_is_empty(world: World) -> None:
    member = await world.member()

    await world.forges(member, "v1:growth.history:9999")

    assert "这一页没有记录。" in world.last_to(member)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.text(min_size=1, max_size=20), said=st.text(min_size=1, max_size=60))
async def test_no_text_and_no_callback_data_is_a_fault(world: World, data: str, said: str) -> None:
    person = await world.member()
    before = world.rows(EVERYTHING)

    if said.strip() and "\u0000" not in said:
        await world.says(person, said)
    await world.forges(person, data if len(data.encode()) <= 64 else "x")

    assert world.rows(EVERYTHING) == before
    assert not [call for call in world.sandbox.calls() if not call["ok"]]


async def test_somebody_else_cannot_agree_for_a_neighbour(world: World) -> None:
    rival = await world.person("路人")
    await world.does(rival, "start")

    await world.forges(rival, "v1:members.agree")

    assert world.toasts(rival)[-1].startswith("我还没在群里见过你")
    assert world.rows("SELECT count(*) FROM growth_account") == [(0,)]


async def test_a_member_of_another_group_sees_only_their_own_account(world: World) -> None:
    first = await world.member("陈阿姨")
    await world.opens_group("东门")
    other = await world.member("何老师")

    await world.says(other, "菜单")

    assert "东门的卡通小帮手" in world.last_to(other)
    await world.says(first, "菜单")
    assert "阳光花园的卡通小帮手" in world.last_to(first)


async def test_a_group_that_is_not_enabled_gets_no_answers(town: World) -> None:
    chat = await town.opens_group(enabled=False)
    person = await town.person("路人")
    await town.does(person, "join", chat=chat)
    said = len(town.said_to(person, chat))

    for text in ("菜单", "积分", "/help", "/growth", "你好"):
        await town.says(person, text, chat=chat)

    assert len(town.said_to(person, chat)) == said
    assert town.rows("SELECT count(*) FROM member") == [(1,)]  # the owner


async def test_ordinary_group_chat_is_not_answered(world: World) -> None:
    member = await world.member()
    said = len(world.said_to(member, world.group))

    for text in (
        "早",
        "谢谢",
        "hi",
        "?",
        "开始！",
        "菜单。",
        "积分怎么用",
        "/start@other_bot",
        "/nosuchcommand",
        "明天有菜吗",
    ):
        await world.says(member, text, chat=world.group)

    assert len(world.said_to(member, world.group)) == said


async def test_a_typing_error_mended_in_private_is_answered(world: World) -> None:
    member = await world.member()
    sent = await world.does(member, "send", text="采单")

    await world.does(member, "edit", chat=member, message=sent["message_id"], text="菜单")

    assert world.last_to(member).startswith("陈阿姨，你好")


async def test_an_edit_that_is_no_word_is_not_answered(world: World) -> None:
    member = await world.member()
    sent = await world.does(member, "send", text="积分")
    said = len(world.said_to(member))

    for text in ("天气真好", "你好", "/xyzzy"):
        await world.does(member, "edit", chat=member, message=sent["message_id"], text=text)

    assert len(world.said_to(member)) == said


async def test_an_edit_in_the_group_is_not_answered(world: World) -> None:
    member = await world.member()
    sent = await world.does(member, "send", chat=world.group, text="大家早")
    said = len(world.said_to(member, world.group))

    for text in ("积分", "/start"):
        await world.does(member, "edit", chat=world.group, message=sent["message_id"], text=text)

    assert len(world.said_to(member, world.group)) == said


async def test_what_no_person_wrote_makes_no_member_and_is_not_answered(
    world: World, subtests: pytest.Subtests
) -> None:
    said, before = world.said_to(world.leader, world.group), world.rows(EVERYTHING)
    chat = {"id": world.group, "type": "supergroup", "title": "阳光花园"}
    for author in (
        {"from": {"id": 136817688, "is_bot": True, "first_name": "Channel"}, "sender_chat": CHANNEL},
        {"from": {"id": 777000, "is_bot": False, "first_name": "Telegram"}, "is_automatic_forward": True},
        {"from": {"id": 1087968824, "is_bot": True, "first_name": "Group"}},
        {"from": {"id": 4711, "is_bot": True, "first_name": "Some bot"}},
        {"from": {"id": 4712, "is_bot": False, "first_name": "Li"}, "sender_chat": CHANNEL},
    ):
        with subtests.test(author=author):
            for text in ("积分", "菜单", "/start", "/help", "大家好"):
                entities = (
                    [{"type": "bot_command", "offset": 0, "length": len(text)}] if text[0] == "/" else []
                )
                message = {"message_id": 900, "date": 1, "chat": chat, "text": text, "entities": entities}
                await world.brings({"message": message | author})

            assert world.said_to(world.leader, world.group) == said
            assert world.rows(EVERYTHING) == before
            assert world.rows(
                "SELECT count(*) FROM member WHERE user_id IN (136817688, 777000, 1087968824)"
            ) == [(0,)]


async def test_an_anonymous_administrator_makes_no_member(world: World) -> None:
    ghost = await world.person("影子")
    await world.does(ghost, "join", chat=world.group)
    rights = ["is_anonymous", "can_invite_users"]
    await world.does(world.leader, "promote", chat=world.group, user=ghost, rights=rights)
    said = world.said_to(world.leader, world.group)

    for text in ("积分", "/start"):
        await world.says(ghost, text, chat=world.group)

    assert world.said_to(world.leader, world.group) == said
    assert world.rows("SELECT count(*) FROM member WHERE user_id = 1087968824") == [(0,)]


async def test_a_tap_without_its_message_is_answered_and_not_parked(world: World) -> None:
    member = await world.member()
    tap = {"id": "9001", "from": {"id": member, "is_bot": False, "first_name": "A"}, "chat_instance": "1"}

    await world.brings({"callback_query": tap | {"inline_message_id": "x", "data": "v1:home.menu"}})

    assert world.rows("SELECT count(*) FROM inbox WHERE state <> 'done'") == [(0,)]


async def test_a_tap_on_a_message_too_old_to_be_shown_still_works(world: World) -> None:
    member = await world.member()
    old = {"message_id": world.message_with(member, "我的成长值", member), "date": 0}
    tap = {"id": "9002", "from": {"id": member, "is_bot": False, "first_name": "A"}, "chat_instance": "1"}

    message = old | {"chat": {"id": member, "type": "private", "first_name": "A"}}
    await world.brings({"callback_query": tap | {"message": message, "data": "v1:growth.card"}})

    assert world.last_to(member).startswith("我的成长值")


async def test_names_cannot_break_or_hide_anything(world: World) -> None:
    person = await world.neighbour("\u202e<b>&x\u200b" + "王" * 40)
    await world.does(person, "start")

    assert world.last_to(person).startswith("<b>&x王王王王王王王王王…，欢迎！")


async def test_a_name_with_nothing_visible_gets_a_friendly_stand_in(world: World) -> None:
    person = await world.neighbour("\u2063\u2063")

    await world.does(person, "start")

    assert world.last_to(person).startswith("新邻居，欢迎！")


async def test_an_update_delivered_twice_has_one_effect(world: World) -> None:
    member = await world.member()
    world.sandbox.fault("duplicate", method="getUpdates", ratio=1, times=10)

    await world.says(member, "积分")

    cards = [text for text in world.said_to(member) if text.startswith("我的成长值")]
    assert len(cards) == 1


async def test_the_same_tap_under_a_new_update_id_has_one_effect(world: World) -> None:
    newcomer = await world.neighbour()
    await world.does(newcomer, "start")
    await world.taps(newcomer, "同意，开始用")
    (tap,) = (
        row
        for row in world.rows(
            "SELECT source_id, lane FROM inbox WHERE source = 'telegram' ORDER BY id DESC LIMIT 1"
        )
    )

    world.sandbox.redeliver(int(tap[0]), new_id=True)
    await world.settle()

    assert world.rows("SELECT amount FROM growth_ledger") == [(10,)]
    assert world.rows("SELECT count(*) FROM claim WHERE key LIKE 'tap:%'") == [(2,)]  # enabling, agreeing


async def test_a_group_removed_from_the_bot_falls_silent_and_can_come_back(world: World) -> None:
    member = await world.member()
    await world.does(world.leader, "kick", chat=world.group, user=world.bot)
    await world.says(member, "积分")
    assert world.last_to(member).startswith("你现在不在群里")

    await world.does(world.leader, "add", chat=world.group, user=world.bot)
    await world.does(world.leader, "promote", chat=world.group, user=world.bot)
    await world.taps(world.leader, "启用本群", chat=world.group)
    await world.says(member, "积分")

    assert world.last_to(member).startswith("我的成长值")
