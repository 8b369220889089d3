"""Who is not what they seem: hidden administrators, channels, Telegram itself, other bots."""

from typing import Any

from tests.world import World

PEOPLE = "SELECT user_id FROM member ORDER BY id"
WORDS = ("积分", "菜单", "/start", "/help", "/growth", "大家好")
LED = "陈阿姨，点下面的按钮，我单独给你看。"


async def hidden(world: World, chat: int, *more: str) -> int:
    """Return an administrator of `chat` who writes in its name."""
    ghost = await world.person("影子")
    await world.does(ghost, "join", chat=chat)
    rights = ["is_anonymous", "can_invite_users", *more]
    await world.does(world.leader, "promote", chat=chat, user=ghost, rights=rights)
    return ghost


async def test_a_hidden_administrator_who_types_start_gets_the_card_and_enables_by_a_tap(town: World) -> None:
    chat = await town.opens_group(enabled=False)
    ghost = await hidden(town, chat)

    for text in ("积分", "/help", "/start@other_bot", "/start"):
        await town.says(ghost, text, chat=chat)
    cards = [text for text in town.said_to(ghost, chat) if text.startswith("大家好，我是菜博士")]
    await town.taps(ghost, "启用本群", chat=chat)
    await town.taps(town.owner, "同意")

    assert len(cards) == 2  # on coming in, and for /start
    assert town.toasts(ghost) == ["已经转给主人，请等一等。"]
    assert town.rows("SELECT state FROM chat_group") == [("enabled",)]
    assert town.rows("SELECT count(*) FROM member WHERE user_id = 1087968824") == [(0,)]


async def test_a_hidden_administrator_of_an_enabled_group_is_nobody_there_and_somebody_in_private(
    world: World,
) -> None:
    ghost = await hidden(world, world.group)
    said, people = world.said_to(ghost, world.group), world.rows(PEOPLE)

    for text in WORDS:
        await world.says(ghost, text, chat=world.group)
    assert world.said_to(ghost, world.group) == said
    assert world.rows(PEOPLE) == people
    await world.does(ghost, "start")

    assert world.last_to(ghost).startswith("影子，欢迎！")


async def test_a_hidden_administrator_is_not_told_to_be_none_where_the_bot_cannot_see(town: World) -> None:
    chat = await town.opens_group(enabled=False)
    ghost = await hidden(town, chat)
    await town.does(town.leader, "demote", chat=chat, user=town.bot)

    await town.taps(ghost, "启用本群", chat=chat)
    await town.advance(minutes=11)  # the list is old now, so Telegram is asked anew
    await town.taps(ghost, "启用本群", chat=chat)

    asked = "请先把我设为群管理员，不然我听不到大家说话。设好后再点一次。"
    assert town.toasts(ghost)[0] == asked
    assert town.said_to(ghost, chat)[-1] == asked
    assert town.rows("SELECT state FROM chat_group") == [("met",)]
    await town.does(town.leader, "promote", chat=chat, user=town.bot)
    await town.taps(ghost, "启用本群", chat=chat)
    await town.taps(town.owner, "同意")
    assert town.rows("SELECT state FROM chat_group") == [("enabled",)]


async def test_what_a_hidden_administrator_does_to_the_group_counts(world: World) -> None:
    ghost = await hidden(world, world.group, "can_change_info", "can_restrict_members")
    member, other = await world.member(), await world.member("何老师")

    await world.does(ghost, "title", chat=world.group, title="东门")
    await world.does(ghost, "kick", chat=world.group, user=other)
    for person in (member, other):
        await world.says(person, "菜单")

    assert "我是菜博士，东门的卡通小帮手" in world.last_to(member)
    assert world.last_to(other).startswith("你现在不在群里")


async def test_who_writes_as_a_channel_is_no_member_and_is_not_answered(world: World) -> None:
    person = await world.person("主播")
    await world.does(person, "join", chat=world.group)
    channel = int(world.sandbox.add_channel("频道", person)["id"])
    said, people = world.said_to(person, world.group), world.rows(PEOPLE)

    for text in WORDS:
        await world.does(person, "send", chat=world.group, text=text, as_channel=channel)

    assert world.said_to(person, world.group) == said
    assert world.rows(PEOPLE) == people


async def test_a_post_of_the_linked_channel_is_not_answered_and_a_comment_on_it_is(world: World) -> None:
    member = await world.member()
    channel = int(world.sandbox.add_channel("公告", world.leader, linked=world.group)["id"])
    said, people = world.said_to(member, world.group), world.rows(PEOPLE)

    for text in WORDS:
        await world.does(world.leader, "post", chat=channel, text=text)
    assert world.said_to(member, world.group) == said
    assert world.rows(PEOPLE) == people
    post = _forwarded(world, member)
    await world.does(member, "send", chat=world.group, text="积分", reply_to=post["message_id"])

    assert world.last_to(member, world.group) == LED


def _forwarded(world: World, person: int) -> dict[str, Any]:
    messages = world.sandbox.messages(person, world.group)
    return [message for message in messages if message.get("is_automatic_forward")][-1]


async def test_another_bot_is_neither_greeted_nor_a_member(world: World) -> None:
    other = int(world.sandbox.add_bot("别的", "another_bot")["id"])
    said, people = world.said_to(world.leader, world.group), world.rows(PEOPLE)

    for verb in ("add", "promote", "kick"):
        world.sandbox.act(world.leader, verb, chat=world.group, user=other)
        world.sandbox._world.bots[other].queue.drop()  # nobody runs that bot
        await world.settle()

    assert world.said_to(world.leader, world.group) == said
    assert world.rows(PEOPLE) == people


async def test_what_a_member_says_through_another_bot_is_theirs(world: World) -> None:
    member = await world.member()
    other = int(world.sandbox.add_bot("别的", "another_bot")["id"])

    await world.does(member, "send", chat=world.group, text="积分", via=other)

    assert world.last_to(member, world.group) == LED
    assert world.rows("SELECT count(*) FROM member WHERE user_id = ?", other) == [(0,)]
