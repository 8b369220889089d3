"""The settings: every switch in place, pressed twice, forged, old, by whom it does not belong to."""

import pytest

from tests.world import World

SQLITE = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
MARKETING = "SELECT count(*) FROM member WHERE marketing_consent_at IS NOT NULL"


def facts(world: World, action: str) -> int:
    (found,) = world.rows("SELECT count(*) FROM journal WHERE action = ?", action)
    return int(found[0])


async def test_every_switch_shows_how_it_stands_in_place(world: World) -> None:
    member = await world.member()
    await world.says(member, "设置")
    said = len(world.said_to(member))
    assert "免打扰时段：22:00–08:00（跟群里一样）" in world.last_to(member)

    await world.taps(member, "打开优惠消息")
    await world.taps(member, "收哪几类")
    await world.taps(member, "✓ 菜谱和生活内容")
    await world.taps(member, "✓ 积分到期和调整")
    assert world.buttons(member)[:6] == [
        "✗ 积分到期和调整",
        "✓ 等级变化",
        "✓ 优惠券到期和到账",
        "✓ 优惠",
        "✗ 菜谱和生活内容",
        "✓ 购后关怀",
    ]
    await world.taps(member, "‹ 返回设置")
    await world.taps(member, "免打扰时段")
    await world.taps(member, "23:00–07:00")
    assert "现在：23:00–07:00（你自己选的）" in world.last_to(member)
    await world.taps(member, "静音 7 天")
    assert "提醒：静音到 2026年11月30日 09:00" in world.last_to(member)
    await world.taps(member, "结束静音")

    assert len(world.said_to(member)) == said
    assert [each for each in world.toasts(member) if each][-6:] == [
        "优惠消息：开",
        "菜谱和生活内容：关",
        "积分到期和调整：关",
        "免打扰时段：23:00–07:00（你自己选的）",
        "提醒：静音到 2026年11月30日 09:00",
        "提醒：照常",
    ]


async def test_offers_without_a_topic_are_not_called_on(world: World) -> None:
    member = await world.member()
    await world.says(member, "设置")
    await world.taps(member, "打开优惠消息")
    await world.taps(member, "收哪几类")
    for topic in ("优惠", "菜谱和生活内容", "购后关怀"):
        await world.taps(member, f"✓ {topic}")

    await world.taps(member, "‹ 返回设置")

    assert "优惠消息：开（几类都关着）" in world.last_to(member)


async def test_two_taps_on_a_switch_change_once(world: World) -> None:
    member = await world.member()
    await world.says(member, "免打扰")

    await world.taps(member, "静音 7 天", times=2)
    await world.says(member, "设置")
    await world.taps(member, "打开优惠消息", times=2)

    assert world.toasts(member)[-2:] == ["优惠消息：开", "优惠消息：开"]
    assert (facts(world, "outreach.muted"), facts(world, "member.marketing")) == (1, 1)


async def test_a_word_mutes_and_a_second_one_for_no_longer(world: World) -> None:
    member = await world.member()

    await world.says(member, "静音")
    await world.advance(days=1)
    await world.says(member, "静音。")

    assert "静音到 2026年11月30日 09:00" in world.last_to(member)


async def test_a_chosen_language_stays_whatever_telegram_speaks(world: World) -> None:
    member = await world.member()
    await world.says(member, "设置")

    await world.taps(member, "English")
    assert world.last_to(member).startswith("Settings\n")
    assert world.toasts(member)[-1] == "I speak English to you from now on."
    await world.says(member, "菜单")
    assert world.last_to(member).startswith("Hello 陈阿姨")
    await world.says(member, "never mind")
    await world.says(member, "取消")
    assert world.last_to(member).startswith("There is nothing to cancel")
    await world.says(member, "settings")
    await world.taps(member, "中文 (Chinese)")

    assert world.last_to(member).startswith("消息设置\n")
    assert world.rows("SELECT language, language_chosen FROM member WHERE user_id = ?", member) == [
        ("zh_CN", 1)
    ]


async def test_large_means_few_words_and_one_button_a_row(world: World) -> None:
    member = await world.member()
    await world.says(member, "设置")

    await world.taps(member, "简洁大按钮")
    assert world.toasts(member)[-1].startswith("好了：话少、一行一个按钮。")
    await world.says(member, "菜单")

    assert world.last_to(member) == "陈阿姨，你好\n成长值 10\n积分 10"
    rows = world.sandbox.messages(member)[-1]["reply_markup"]["inline_keyboard"]
    assert {len(row) for row in rows} == {1}
    await world.says(member, "设置")
    await world.taps(member, "换回普通样式")
    await world.says(member, "菜单")
    assert "点下面的按钮就行" in world.last_to(member)


async def test_a_language_is_chosen_by_its_name(world: World) -> None:
    member = await world.member()

    await world.says(member, "English")
    assert world.last_to(member).startswith("Settings\n")
    await world.says(member, "中文")

    assert world.last_to(member).startswith("消息设置\n")


@SQLITE
async def test_forged_switches_change_nothing(world: World, subtests: pytest.Subtests) -> None:
    member = await world.member()
    await world.says(member, "设置")
    for data in (
        "v1:settings.topic:weather:on",
        "v1:settings.topic:points",
        "v1:settings.topic:points:maybe",
        "v1:settings.quiet:2500-0800",
        "v1:settings.quiet:0100-0200",
        "v1:settings.language:fr",
        "v1:settings.mute:7",
        "v1:settings.large",
        "v1:members.switch:yes",
    ):
        with subtests.test(data=data):
            popped = world.toasts(member)
            await world.forges(member, data)

            assert world.toasts(member) == [*popped, "这个按钮不能用了。请打「菜单」重新打开。"]
            assert world.rows("SELECT count(*) FROM topic_off") == [(0,)]
            assert world.rows("SELECT count(*) FROM inbox WHERE state = 'parked'") == [(0,)]


@SQLITE
async def test_a_marketing_topic_needs_the_consent_to_all_of_them(world: World) -> None:
    member = await world.member()
    await world.says(member, "设置")

    await world.forges(member, "v1:settings.topic:offers:on")

    assert world.toasts(member)[-1] == "先打开优惠消息，才能挑想收哪几类。"


@SQLITE
async def test_a_switch_in_a_group_or_of_a_stranger_changes_nothing(world: World) -> None:
    member, stranger = await world.member(), await world.person("路人")
    await world.does(stranger, "start")

    await world.forges(member, "v1:settings.mute:on", chat=world.group)
    await world.forges(stranger, "v1:settings.mute:on")

    assert world.toasts(member)[-1] == "这个按钮不能用了。请打「菜单」重新打开。"
    assert world.toasts(stranger)[-1].startswith("我还没在群里见过你")
    assert world.rows("SELECT count(*) FROM preference") == [(0,)]


@pytest.mark.parametrize("word", ["/stop", "退订", "停", "TD"])
async def test_one_word_ends_offers_and_says_what_stays(world: World, word: str) -> None:
    member = await world.member()
    await world.says(member, "设置")
    await world.taps(member, "打开优惠消息")

    await world.says(member, word)

    assert "照常发：你自己的积分和订单的消息" in world.last_to(member)
    assert world.rows(MARKETING) == [(0,)]
    await world.taps(member, "‹ 返回设置")
    assert "优惠消息：关" in world.last_to(member)


async def test_who_is_away_can_unsubscribe_too(world: World) -> None:
    member = await world.member()
    await world.says(member, "设置")
    await world.taps(member, "打开优惠消息")
    await world.does(member, "leave", chat=world.group)

    await world.says(member, "退订")

    assert world.last_to(member).startswith("好，已经退订")
    assert world.rows(MARKETING) == [(0,)]


@SQLITE
async def test_a_stranger_is_told_that_there_is_nothing_to_end(world: World) -> None:
    stranger = await world.person("路人")
    await world.does(stranger, "start")

    await world.says(stranger, "/stop")

    assert world.last_to(stranger).startswith("我这里没有你的账户")


@SQLITE
async def test_stop_in_the_group_works_and_a_word_there_is_only_talk(world: World) -> None:
    member = await world.member("陈阿姨")
    await world.says(member, "设置")
    await world.taps(member, "打开优惠消息")
    said = world.said_to(member, world.group)

    await world.says(member, "停", chat=world.group)
    assert world.said_to(member, world.group) == said
    await world.says(member, "/stop", chat=world.group)

    assert world.last_to(member, world.group).startswith("陈阿姨，已经退订")
    assert world.rows(MARKETING) == [(0,)]
