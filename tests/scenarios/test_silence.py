"""The emergency brake: what the bot says by itself in a group stops at once, is kept, and goes on."""

import asyncio
from datetime import timedelta

from kernel.ids import ChatId, GroupId
from kernel.message import Kind, MessageClass, Outgoing, Text
from storage.uow import SqlUow
from tests.world import World

NOTICES = "SELECT count(*) FROM outbox WHERE group_id IS NOT NULL AND state = ?"

LEFT = "SELECT count(*) FROM outbox WHERE group_id IS NOT NULL AND state IN ('sending','sent')"


async def two_groups(town: World) -> tuple[int, int]:
    """Return the leader of 阳光花园 and the chat of 东门小区; both enabled by the owner 顾老板."""
    await town.claims(await town.person("顾老板"))
    await town.opens_group()
    leader, sunny = town.leader, town.group
    east = await town.opens_group("东门小区")
    town.leader, town.group = leader, sunny
    await town.does(leader, "start")
    return leader, east


async def announces(
    town: World, chat: int, group: int, *, hours: int = 0, lasts: int = 0, count: int = 1
) -> None:
    """Let the bot have something to say by itself, `hours` from now and no later than `lasts` hours."""

    def put(uow: SqlUow) -> None:
        for _ in range(count):
            uow.outbox.put(
                Outgoing(
                    Kind.SEND,
                    ChatId(chat),
                    MessageClass.NOTICE,
                    text=Text("home.greeting"),
                    group=GroupId(group),
                    not_before=uow.now + timedelta(hours=hours),
                    expires_at=uow.now + timedelta(hours=lasts) if lasts else None,
                )
            )

    await town.runtime.db.run(put)
    town.runtime.sender.wake()


async def test_the_brake_holds_what_waits_and_lets_it_go_at_its_time(town: World) -> None:
    leader, _ = await two_groups(town)
    await announces(town, town.group, 1, hours=2)
    await announces(town, town.group, 1, hours=30)

    await town.says(leader, "/panic", chat=town.group)

    assert town.last_to(leader, town.group).startswith("已经停下\n「阳光花园」里我自己发的消息都停了")
    assert "排着没发的 2 条先压住。" in town.last_to(leader, town.group)
    await town.advance(hours=4)
    assert town.rows(NOTICES, "sent") == [(0,)]
    await town.taps(leader, "恢复", chat=town.group)
    assert town.rows(NOTICES, "sent") == [(1,)]
    await town.advance(hours=25)
    assert town.rows(NOTICES, "sent") == [(1,)]
    await town.advance(hours=2)
    assert town.rows(NOTICES, "sent") == [(2,)]


async def test_it_goes_on_by_one_word_and_of_several_groups_one_is_asked_for(town: World) -> None:
    leader, _ = await two_groups(town)
    await town.says(leader, "急停")
    assert "眼下没有排着要发的。" in town.last_to(leader)

    await town.says(leader, "恢复")
    assert town.last_to(leader) == "好，「阳光花园」恢复了。没有压住的消息。"
    await town.says(leader, "恢复")
    assert town.last_to(leader) == "已经恢复了，不用再点。"

    await town.says(town.owner, "急停")
    await town.taps(town.owner, "东门小区")
    await town.says(town.owner, "恢复")
    await town.taps(town.owner, "东门小区")

    assert town.last_to(town.owner) == "好，「东门小区」恢复了。没有压住的消息。"
    assert town.rows("SELECT count(*) FROM chat_group WHERE silent_since IS NOT NULL") == [(0,)]


async def test_what_is_put_while_it_is_silent_is_held_too_and_other_groups_speak(town: World) -> None:
    leader, east = await two_groups(town)
    await town.says(leader, "急停")

    await announces(town, town.group, 1)
    await announces(town, east, 2)
    await town.settle()

    assert town.rows(NOTICES, "sent") == [(1,)]
    assert town.rows(NOTICES, "pending") == [(1,)]


async def test_what_is_late_by_then_never_leaves(town: World) -> None:
    leader, _ = await two_groups(town)
    await announces(town, town.group, 1, hours=1, lasts=2)
    await town.says(leader, "/panic", chat=town.group)

    await town.advance(hours=3)
    await town.taps(leader, "恢复", chat=town.group)

    assert town.rows(NOTICES, "sent") == [(0,)]


async def test_answers_still_come_while_it_is_silent(town: World) -> None:
    leader, _ = await two_groups(town)
    await town.says(leader, "/panic", chat=town.group)

    await town.says(leader, "帮助", chat=town.group)

    assert town.last_to(leader, town.group).startswith("在群里打「管理」")


async def test_twice_stopped_is_stopped_once_and_twice_resumed_too(town: World) -> None:
    leader, _ = await two_groups(town)
    await town.says(leader, "/panic", chat=town.group)
    await town.says(leader, "/panic", chat=town.group)

    assert town.last_to(leader, town.group).startswith("「阳光花园」已经是停下的")
    await town.taps(leader, "恢复", chat=town.group, times=2)
    assert town.toasts(leader)[-2:] == ["恢复了。", "已经恢复了，不用再点。"]
    acts = town.rows("SELECT act FROM audit WHERE act IN ('panic','resumed') ORDER BY id")
    assert acts == [("panic",), ("resumed",)]


async def test_an_administrator_without_a_role_and_one_who_hides_may_stop_it(town: World) -> None:
    leader, _ = await two_groups(town)
    helper = await town.neighbour("小周")
    await town.does(leader, "promote", chat=town.group, user=helper)

    await town.says(helper, "/panic", chat=town.group)
    assert town.rows("SELECT count(*) FROM chat_group WHERE silent_since IS NOT NULL") == [(1,)]
    await town.taps(helper, "恢复", chat=town.group)
    await town.does(leader, "anonymous", chat=town.group, on=True)
    await town.says(leader, "/panic", chat=town.group)

    assert town.rows("SELECT count(*) FROM chat_group WHERE silent_since IS NOT NULL") == [(1,)]
    assert town.rows("SELECT actor_id FROM audit WHERE act = 'panic' ORDER BY id DESC LIMIT 1") == [(None,)]


async def test_a_member_and_a_channel_stop_nothing(town: World) -> None:
    await two_groups(town)
    member = await town.neighbour("路人")

    await town.says(member, "/panic", chat=town.group)

    assert town.last_to(member, town.group) == "这件事要有相应角色的人来做。请找团长帮忙。"
    await town.does(member, "start")
    await town.forges(member, "v1:staff.resume:1")
    await town.forges(member, "v1:staff.panic:1")
    assert town.rows("SELECT count(*) FROM chat_group WHERE silent_since IS NOT NULL") == [(0,)]


async def test_an_old_list_of_administrators_is_asked_for_anew(town: World) -> None:
    leader, _ = await two_groups(town)
    helper = await town.neighbour("小周")
    await town.does(leader, "promote", chat=town.group, user=helper)
    await town.advance(hours=25)

    await town.says(helper, "/panic", chat=town.group)
    assert town.last_to(helper, town.group).startswith("这件事要群管理员或工作人员来做。正在向 Telegram 核对")
    await town.says(helper, "/panic", chat=town.group)

    assert town.last_to(helper, town.group).startswith("已经停下")


async def test_in_the_middle_of_a_broadcast_at_most_what_is_leaving_goes_out(town: World) -> None:
    leader, _ = await two_groups(town)
    people = [await town.person(f"n{number}") for number in range(60)]
    for person in people:
        town.sandbox.act(person, "start")
    await town.settle()
    town.sandbox.set_latency(0.2)
    for person in people:
        await announces(town, person, 1)
    await asyncio.sleep(0.3)

    town.sandbox.act(leader, "send", chat=town.group, text="/panic")
    async with asyncio.timeout(20):
        while town.rows("SELECT count(*) FROM chat_group WHERE silent_since IS NOT NULL") != [(1,)]:
            await asyncio.sleep(0.01)
    left_by_then = town.rows(
        "SELECT count(*) FROM outbox WHERE class='notice' AND state IN ('sending','sent')"
    )
    await town.settle()

    ((sent,),) = town.rows(NOTICES, "sent")
    assert sent <= left_by_then[0][0]
    assert sent < len(people)
    assert town.rows(NOTICES, "pending") == [(len(people) - sent,)]
