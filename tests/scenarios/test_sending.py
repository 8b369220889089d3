"""What becomes of messages when Telegram or the network misbehaves."""

import asyncio
import json
import logging

import pytest

from features.members.model import Person
from kernel.ids import ChatId, UserId
from kernel.message import Kind, Language, MessageClass, Outgoing, Text
from storage.uow import SqlUow
from tests.world import World


def states(world: World) -> list[tuple[str, str]]:
    """Return text key and state of every message that is not a question to Telegram, oldest first."""
    rows = world.rows("SELECT text, state FROM outbox WHERE kind != 'call' ORDER BY id")
    return [(json.loads(text)["key"], state) for text, state in rows]


async def test_a_flood_limit_delays_a_message_and_loses_nothing(world: World) -> None:
    member = await world.member()
    world.sandbox.fault("flood", method="sendMessage", retry_after=7)

    await world.says(member, "积分")

    assert world.last_to(member).startswith("我的成长值")
    assert states(world)[-1] == ("growth.card", "sent")
    assert world.rows("SELECT attempts FROM outbox ORDER BY id DESC LIMIT 1") == [
        (1,)
    ]  # waiting is no attempt


async def test_an_answer_that_arrived_without_a_receipt_is_not_sent_again(world: World) -> None:
    member = await world.member()
    world.sandbox.fault("drop_after", method="sendMessage")

    await world.says(member, "积分")

    assert len([t for t in world.said_to(member) if t.startswith("我的成长值")]) == 1
    assert states(world)[-1] == ("growth.card", "unknown")


async def test_an_edit_without_a_receipt_is_done_again_because_twice_is_harmless(world: World) -> None:
    member = await world.member()
    world.sandbox.fault("drop_after", method="editMessageText")

    await world.taps(member, "我的成长值")

    assert world.last_to(member).startswith("我的成长值")
    assert states(world)[-1] == ("growth.card", "sent")


async def test_a_server_error_leaves_a_message_unknown_and_the_next_one_goes_out(world: World) -> None:
    member = await world.member()
    world.sandbox.fault("status", method="sendMessage", status=502)

    await world.says(member, "积分")
    await world.says(member, "帮助")

    assert [state for _, state in states(world)][-2:] == ["unknown", "sent"]
    [(error,)] = world.rows("SELECT error FROM outbox WHERE state = 'unknown'")
    assert "502" in error or "Bad Gateway" in error
    assert "html" not in error
    assert world.last_to(member).startswith("现在你可以")


async def test_who_blocks_the_bot_becomes_unreachable_and_start_mends_it(world: World) -> None:
    member = await world.member()

    await world.does(member, "block")
    assert world.rows("SELECT reachable FROM member WHERE user_id = ?", member) == [(0,)]
    await world.does(member, "start")

    assert world.rows("SELECT reachable FROM member WHERE user_id = ?", member) == [(1,)]


async def test_a_refused_private_message_marks_its_reader_unreachable(world: World) -> None:
    member = await world.member()
    world.sandbox.act(member, "send", text="积分")
    world.sandbox.act(member, "block")

    await world.settle()

    assert world.rows("SELECT reachable FROM member WHERE user_id = ?", member) == [(0,)]


async def test_the_list_of_administrators_survives_a_lost_answer(town: World) -> None:
    town.sandbox.fault("drop_after", method="getChatAdministrators")
    chat = await town.opens_group(enabled=False)

    await town.taps(town.leader, "启用本群", chat=chat)

    assert town.toasts(town.leader) == ["启用好了。"]


async def test_messages_of_one_chat_arrive_in_their_order(world: World) -> None:
    member = await world.member()
    words = ("积分", "帮助", "设置", "明细", "菜单")
    for word in words:
        world.sandbox.act(member, "send", text=word)

    await world.settle()

    heads = [text.splitlines()[0] for text in world.said_to(member)[-len(words) :]]
    assert heads == ["我的成长值", "现在你可以", "消息设置", "明细", "陈阿姨，你好"]


async def test_a_hundred_neighbours_who_tap_five_times_are_each_credited_once(world: World) -> None:
    people = [await world.person(f"邻居{n}") for n in range(100)]
    for person in people:
        world.sandbox.act(person, "join", chat=world.group)
        world.sandbox.act(person, "start")
    await world.settle()
    for person in people:
        card = world.message_with(person, "同意，开始用", person)
        for _ in range(5):
            world.sandbox.act(person, "tap", chat=person, message=card, button="同意，开始用")

    await world.settle()

    assert world.rows("SELECT count(*), sum(points) FROM growth_account") == [(100, 1000)]
    assert world.rows("SELECT count(*) FROM claim WHERE key LIKE 'tap:%'") == [(501,)]


async def test_an_update_that_cannot_be_handled_is_parked_and_holds_up_nobody(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    member = await world.member()
    await world.runtime.db.run(
        lambda uow: uow.connection.exec_driver_sql("ALTER TABLE growth_account RENAME TO gone")
    )

    with caplog.at_level(logging.ERROR):
        await world.says(member, "积分")
    await world.says(member, "帮助")

    assert "update parked" in [record.getMessage() for record in caplog.records]
    assert world.said_to(member)[-2].startswith("刚才没办成")
    assert world.last_to(member).startswith("现在你可以")
    assert world.rows("SELECT state, attempts FROM inbox WHERE state = 'parked'") == [("parked", 3)]


async def test_one_busy_group_does_not_keep_anybody_else_waiting(world: World) -> None:
    member = await world.member()
    world.runtime.monotonic.hurried = False
    for number in range(100):
        person = await world.person(f"邻居{number}")
        world.sandbox.act(person, "join", chat=world.group)
    await world.sandbox.drained()
    await world.runtime.lanes.idle()  # a hundred greetings wait for the group
    world.sandbox.act(member, "send", text="积分")

    async with asyncio.timeout(8):  # real pauses: the group may be written to twenty times a minute
        while not world.last_to(member).startswith("我的成长值"):
            await world.sandbox.changed()

    waiting = world.rows("SELECT count(*) FROM outbox WHERE state = 'pending' AND chat = ?", world.group)
    assert waiting[0][0] > 20  # more than a group may be sent in a minute


async def test_a_message_that_cannot_be_shown_fails_and_holds_up_nobody(world: World) -> None:
    member = await world.member()
    broken = Outgoing(Kind.SEND, ChatId(member), MessageClass.NOTICE, text=Text("no.such_text"))
    await world.runtime.db.run(lambda uow: uow.outbox.put(broken))

    await world.says(member, "积分")

    assert world.last_to(member).startswith("我的成长值")
    assert world.rows("SELECT state, error FROM outbox WHERE state = 'failed'") == [
        ("failed", "CatalogError")
    ]


async def test_a_page_whose_message_is_gone_is_shown_anew(world: World) -> None:
    member = await world.member()
    card = world.message_with(member, "我的成长值", member)
    world.sandbox.act(member, "tap", chat=member, message=card, button="我的成长值")
    world.sandbox.act(member, "delete", chat=member, message=card)

    await world.settle()

    assert world.last_to(member).startswith("我的成长值")
    assert states(world)[-1] == ("growth.card", "sent")


async def test_a_page_said_anew_that_may_have_arrived_is_not_said_twice(world: World) -> None:
    member = await world.member()
    card = world.message_with(member, "我的成长值", member)
    world.sandbox.fault("drop_after", method="sendMessage")
    world.sandbox.act(member, "tap", chat=member, message=card, button="我的成长值")
    world.sandbox.act(member, "delete", chat=member, message=card)

    await world.settle()

    assert len([text for text in world.said_to(member) if text.startswith("我的成长值")]) == 1
    newest = "SELECT kind, state FROM outbox ORDER BY id DESC LIMIT 1"
    assert world.rows(newest) == [("send", "unknown")]  # as an edit, a killed process would do it again


async def test_a_parked_tap_is_answered(world: World) -> None:
    member = await world.member()
    lose = "ALTER TABLE growth_account RENAME TO gone"
    await world.runtime.db.run(lambda uow: uow.connection.exec_driver_sql(lose))

    await world.taps(member, "我的成长值")

    assert world.toasts(member)[-1].startswith("刚才没办成")


async def test_a_question_that_stays_unanswered_is_told_to_who_waits(town: World) -> None:
    leader, early = await town.person("林姐"), await town.person("孙伯")
    await town.claims(leader)
    chat = int(town.sandbox.add_group("老群", leader)["id"])
    await town.does(early, "join", chat=chat)
    await town.does(leader, "add", chat=chat, user=town.bot)
    await town.does(leader, "promote", chat=chat, user=town.bot)
    await town.taps(leader, "启用本群", chat=chat)
    town.sandbox.fault("status", method="getChatMember", status=502, times=20)

    await town.does(early, "start")

    assert town.last_to(early).startswith("刚才没办成")


async def test_a_chat_that_telegram_does_not_know_becomes_unreachable(world: World) -> None:
    stranger = Person(UserId(7_999_999_999), "陈", Language.ZH_CN)
    notice = Outgoing(Kind.SEND, ChatId(stranger.user), MessageClass.NOTICE, text=Text("members.enabled"))

    def unit(uow: SqlUow) -> None:
        known = uow.members.meet(stranger, now=uow.now)
        uow.members.set_reachable(known.id, reachable=True)
        uow.outbox.put(notice)

    await world.runtime.db.run(unit)
    await world.settle()

    assert states(world)[-1] == ("members.enabled", "failed")
    assert world.rows("SELECT reachable FROM member WHERE user_id = ?", stranger.user) == [(0,)]
