"""How a group fares: what is missing, and how every number came about."""

import pytest

from tests.world import World


async def asks_health(world: World, person: int | None = None) -> str:
    """Somebody asks in private; return the bot's last words."""
    who = person or world.leader
    await world.says(who, "/health")
    return world.last_to(who)


async def test_all_is_well_and_the_numbers_are_told(world: World) -> None:
    await world.member()
    await world.neighbour("小林")

    card = await asks_health(world)

    assert "● 我是群管理员，听得到群里说话\n● 需要的权限都有" in card
    assert "Telegram 说群里有 4 个（连机器人一起算）" in card
    assert "我见过、还没离开的：3 位" in card
    assert "能私聊的：2 位，占见过的 67 %" in card
    assert "点过「同意」的：1 位，占见过的 33 %" in card
    assert "上一次听到群里有动静：2026年11月23日 09:00" in card
    assert "自动消息照常发" in card


async def test_each_missing_right_says_how_to_mend_it(world: World) -> None:
    await world.does(
        world.leader, "promote", chat=world.group, user=world.bot, rights=["can_delete_messages"]
    )

    card = await asks_health(world)

    assert "○ 缺「邀请用户」" in card
    assert "○ 缺「置顶消息」" in card
    assert "缺「删除消息」" not in card


async def test_a_bot_that_is_no_administrator_says_what_it_does_not_hear(world: World) -> None:
    await world.does(world.leader, "demote", chat=world.group, user=world.bot)

    card = await asks_health(world)

    assert "○ 我不是群管理员" in card
    assert "○ 隐私模式开着" in card


async def test_from_the_group_it_leads_to_private(world: World) -> None:
    await world.says(world.leader, "/health", chat=world.group)
    await world.taps(world.leader, "私聊里看", chat=world.group)

    assert world.last_to(world.leader).startswith("体检 · 阳光花园")


async def test_with_several_groups_one_is_chosen(world: World) -> None:
    await world.opens_group("东门小区")
    owner = world.owner

    await world.says(owner, "体检")
    await world.taps(owner, "东门小区")

    assert world.last_to(owner).startswith("体检 · 东门小区")


async def test_whoever_is_no_staff_is_refused(world: World) -> None:
    member = await world.member()

    await asks_health(world, member)
    await world.forges(member, "v1:setup.health:1")
    await world.does(member, "start", payload="health-g1")

    assert not any(said.startswith("体检 ·") for said in world.said_to(member))
    assert world.rows("SELECT count(*) FROM outbox WHERE call = 'standing'") == [(0,)]


async def test_without_an_answer_of_telegram_the_rest_is_told(world: World) -> None:
    world.sandbox.fault("status", method="getChatMemberCount", status=500, times=99)

    await world.says(world.leader, "/health")
    await world.advance(minutes=10)

    assert "○ Telegram 没有回答" in world.last_to(world.leader)
    assert "Telegram 没说群里有多少人" in world.last_to(world.leader)


@pytest.mark.parametrize("payload", ["health-g0", "health-g999999999999999999", "health-gx", "setup-g"])
async def test_a_forged_payload_opens_nothing(world: World, payload: str) -> None:
    member = await world.member()

    await world.does(member, "start", payload=payload)

    assert world.rows("SELECT count(*) FROM inbox WHERE state = 'parked'") == [(0,)]
    assert not any(said.startswith(("体检 ·", "设置 ·")) for said in world.said_to(member))


async def test_silence_is_told(world: World) -> None:
    await world.says(world.leader, "/panic", chat=world.group)
    silent = world.rows("SELECT silent_since IS NOT NULL FROM chat_group")[0][0]

    card = await asks_health(world)

    assert ("自动消息停着" in card) == bool(silent)
