"""What the last message was for, asked by word, command or in reply."""

from kernel.ids import ChatId
from kernel.message import Kind, MessageClass, Outgoing, Text
from tests.world import World

REASON = Text("growth.no_expiry")


async def test_why_tells_what_the_last_message_was_for(world: World) -> None:
    person = await world.member()
    await world.says(person, "为什么")
    assert world.last_to(person).startswith("为什么收到上一条\n那是回答你的：2026年11月23日 09:00")
    notice = Outgoing(
        Kind.SEND, ChatId(person), MessageClass.NOTICE, text=Text("growth.debt", {"debt": 7}), reason=REASON
    )
    await world.runtime.db.run(lambda uow: uow.outbox.put(notice))
    await world.settle()
    told = world.sandbox.messages(person)[-1]["message_id"]
    await world.says(person, "菜单")

    await world.does(person, "send", text="/why", reply_to=told)

    assert "没有快到期的积分" in world.last_to(person)
    stranger = await world.person("路人")
    await world.does(stranger, "start")
    own = [m for m in world.sandbox.messages(stranger) if m["from"]["id"] == stranger][-1]
    await world.does(stranger, "send", text="/why", reply_to=own["message_id"])
    assert world.last_to(stranger).startswith("这条我查不到了")
