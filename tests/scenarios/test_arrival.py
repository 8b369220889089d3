"""How updates come: too late, twice, in another order than they happened."""

from pathlib import Path

from bot.config import Mode
from tests.world import World, open_world

HANDLED = "SELECT count(*) FROM inbox WHERE source = 'telegram'"
NUMBERS = "SELECT source_id FROM inbox WHERE source = 'telegram' ORDER BY id"


async def test_what_was_said_over_a_day_ago_is_not_answered_any_more(world: World) -> None:
    member = await world.member()
    said, handled = len(world.said_to(member)), world.rows(HANDLED)
    world.sandbox.act(member, "send", text="积分")
    world.passes_unseen(hours=24, seconds=1)

    await world.settle()

    assert len(world.said_to(member)) == said
    assert world.rows(HANDLED) == handled
    await world.says(member, "积分")
    assert world.last_to(member).startswith("我的成长值")


async def test_what_was_said_while_the_bot_was_away_for_hours_is_answered(world: World) -> None:
    member = await world.member()
    world.sandbox.act(member, "send", text="积分")
    world.passes_unseen(hours=23)

    await world.settle()

    assert world.last_to(member).startswith("我的成长值")


async def test_a_tap_that_waited_too_long_is_lost_and_the_next_one_works(world: World) -> None:
    newcomer = await world.neighbour()
    await world.does(newcomer, "start")
    card = world.message_with(newcomer, "同意，开始用", newcomer)
    world.sandbox.act(newcomer, "tap", chat=newcomer, message=card, button="同意，开始用")
    world.passes_unseen(seconds=151)

    await world.settle()
    assert world.rows("SELECT count(*) FROM growth_ledger") == [(0,)]
    await world.taps(newcomer, "同意，开始用")

    assert world.rows("SELECT amount FROM growth_ledger") == [(10,)]


async def test_a_tap_answered_too_late_for_telegram_has_its_effect(world: World) -> None:
    newcomer = await world.neighbour()
    await world.does(newcomer, "start")
    world.sandbox.fault("status", method="answerCallbackQuery", status=500)

    await world.taps(newcomer, "同意，开始用")

    assert world.toasts(newcomer) == []
    assert "现在成长值 10 · 积分 10" in world.last_to(newcomer)


async def test_taps_that_overtake_messages_and_news_of_members_change_nothing(tmp_path: Path) -> None:
    async with open_world(f"sqlite:///{tmp_path / 'one.db'}", mode=Mode.WEBHOOK) as world:
        await world.opens_group()
        world.sandbox.fault("reorder", ratio=0.5)
        people = [await world.person(f"邻居{number}") for number in range(5)]
        for person in people:
            world.sandbox.act(person, "join", chat=world.group)
            world.sandbox.act(person, "start")
        await world.settle()
        for person in people:
            card = world.message_with(person, "同意，开始用", person)
            world.sandbox.act(person, "send", text="积分")
            world.sandbox.act(person, "tap", chat=person, message=card, button="同意，开始用")
            world.sandbox.act(person, "send", chat=world.group, text="积分")
        await world.settle()

        came = world.rows(NUMBERS)
        assert came != sorted(came)  # else nothing was overtaken
        for person in people:
            await world.says(person, "积分")
            assert world.last_to(person).startswith("我的成长值\n成长值 10")
        assert world.rows("SELECT amount FROM growth_ledger") == [(10,)] * 5
        assert world.rows("SELECT count(*) FROM membership") == [(6,)]
        assert world.rows("SELECT count(*) FROM inbox WHERE state <> 'done'") == [(0,)]


async def test_somebody_heard_before_the_news_of_their_coming_is_greeted_once_at_most(
    tmp_path: Path,
) -> None:
    async with open_world(f"sqlite:///{tmp_path / 'one.db'}", mode=Mode.WEBHOOK) as world:
        await world.opens_group()
        world.sandbox.fault("reorder", ratio=1, times=1)  # the news of the coming is held back
        newcomer = await world.person("小林")
        world.sandbox.act(newcomer, "join", chat=world.group)
        world.sandbox.act(newcomer, "send", chat=world.group, text="积分")

        await world.settle()

        came = world.rows(NUMBERS)
        assert came != sorted(came)
        assert len([t for t in world.said_to(newcomer, world.group) if "欢迎 小林" in t]) <= 1
        assert world.rows("SELECT count(*) FROM membership") == [(2,)]
