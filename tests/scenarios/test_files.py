"""Files leave through the same wire, and are kept no longer than they wait."""

from dataclasses import replace

from kernel.ids import ChatId
from kernel.message import File, Kind, MessageClass, Outgoing, Tap, Text
from tests.world import World

CONTENT = '{\n  "名字": "陈阿姨 🥬\\n"\n}'
KEPT = "SELECT state, file FROM outbox ORDER BY id DESC LIMIT 1"


def a_file(chat: int) -> Outgoing:
    return Outgoing(
        Kind.SEND,
        ChatId(chat),
        MessageClass.ANSWER,
        text=Text("home.greeting"),
        keyboard=((Tap(Text("home.to_menu"), "home.menu"),),),
        file=File("信息.json", CONTENT),
    )


async def _leaves(world: World, message: Outgoing) -> None:
    await world.runtime.db.run(lambda uow: uow.outbox.put(message))
    await world.settle()


async def test_a_file_arrives_byte_by_byte_with_caption_and_button(world: World) -> None:
    person = await world.member()

    await _leaves(world, a_file(person))

    message = world.sandbox.messages(person)[-1]
    stored = world.sandbox.file(message["document"]["file_id"])
    assert (stored.name, stored.body.decode()) == ("信息.json", CONTENT)
    assert message["caption"] == "在呢！想看什么，点下面的按钮。"
    assert world.buttons(person) == ["‹ 返回菜单"]
    assert world.rows(KEPT) == [("sent", None)]


async def test_bytes_arrive_as_they_are(world: World) -> None:
    person, content = await world.member(), bytes(range(256))

    await _leaves(world, replace(a_file(person), file=File("b.bin", content)))

    message = world.sandbox.messages(person)[-1]
    assert world.sandbox.file(message["document"]["file_id"]).body == content
    assert world.rows(KEPT) == [("sent", None)]


async def test_a_caption_too_long_is_cut(world: World) -> None:
    person = await world.member()
    long = replace(a_file(person), text=Text("growth.history", {"lines": "一行\n" * 600}))

    await _leaves(world, long)

    caption = world.sandbox.messages(person)[-1]["caption"]
    assert len(caption) <= 1024
    assert caption.endswith("\n…")


async def test_a_file_for_who_blocked_the_bot_is_not_kept(world: World) -> None:
    person = await world.member()
    await world.does(person, "block")

    await _leaves(world, a_file(person))

    assert world.rows(KEPT) == [("failed", None)]
    assert world.rows("SELECT reachable FROM member WHERE user_id = ?", person) == [(0,)]
