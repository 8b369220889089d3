"""The first conversation, from an empty group to the history of points."""

import pytest

from tests.world import World


async def test_an_old_list_of_administrators_is_asked_for_anew_and_one_tap_is_enough(town: World) -> None:
    chat = await town.opens_group(enabled=False)
    await town.advance(minutes=11)

    await town.taps(town.leader, "启用本群", chat=chat)

    assert town.toasts(town.leader) == [
        "正在向 Telegram 核对管理员名单，过几秒就好。要是没动静，请再点一次。"
    ]
    assert town.last_to(town.leader, chat).startswith("本群已启用\n")
    assert town.rows("SELECT state FROM chat_group") == [("enabled",)]
    await town.taps(town.leader, "启用本群", chat=chat)
    assert town.toasts(town.leader)[-1] == "本群已经启用了，不用再点。"
    assert town.said_to(town.leader, chat)[0] == "本群已启用"  # the old card has lost its button


async def test_a_newcomer_is_greeted_once_in_the_group(world: World) -> None:
    newcomer = await world.neighbour("小林")

    greetings = [t for t in world.said_to(newcomer, world.group) if "欢迎 小林" in t]
    assert greetings == ["欢迎 小林 来到阳光花园！点 开始，我在私聊里给你介绍，还有一份见面礼。"]


async def test_a_newcomer_consents_and_gets_ten_points_once_for_ever(world: World) -> None:
    newcomer = await world.neighbour("小林")
    await world.taps(newcomer, "开始", chat=world.group)
    assert "同意就点下面，送你 10 成长值和 10 积分" in world.last_to(newcomer)

    await world.taps(newcomer, "同意，开始用")

    assert world.toasts(newcomer) == ["到账 +10"]
    assert "现在成长值 10 · 积分 10" in world.last_to(newcomer)
    assert len(world.said_to(newcomer)) == 1  # the consent card itself was edited
    assert world.rows("SELECT growth, points FROM growth_account") == [(10, 10)]


async def test_two_taps_on_agree_credit_once(world: World) -> None:
    newcomer = await world.neighbour()
    await world.does(newcomer, "start")

    await world.taps(newcomer, "同意，开始用", times=2)

    assert world.toasts(newcomer) == ["到账 +10", "你已经同意过了，见面礼每人一次。"]
    assert world.rows("SELECT amount FROM growth_ledger") == [(10,)]


async def test_leaving_and_coming_back_earns_nothing_anew(world: World) -> None:
    member = await world.member()
    await world.does(member, "leave", chat=world.group)
    await world.does(member, "join", chat=world.group)

    await world.does(member, "start")

    assert "成长值 10 · 积分 10" in world.last_to(member)
    assert world.rows("SELECT count(*) FROM points_ledger") == [(1,)]


async def test_declining_opens_no_account(world: World) -> None:
    newcomer = await world.neighbour()
    await world.does(newcomer, "start")

    await world.taps(newcomer, "先不用")

    assert world.last_to(newcomer).startswith("好的，没有给你开账户，也不会给你发消息。")
    assert world.rows("SELECT service_consent_at FROM member WHERE user_id = ?", newcomer) == [(None,)]
    await world.taps(newcomer, "看说明")
    assert "同意就点下面，送你 10 成长值和 10 积分" in world.last_to(newcomer)


async def test_declining_after_agreeing_opens_the_menu(world: World) -> None:
    member = await world.member("陈阿姨")

    await world.forges(member, "v1:members.decline")

    assert world.toasts(member)[-1] == "你已经同意过了，见面礼每人一次。"
    assert world.last_to(member).startswith("陈阿姨，你好")


async def test_who_has_not_agreed_is_shown_the_way_to_the_note(world: World) -> None:
    newcomer = await world.neighbour()
    await world.does(newcomer, "start")

    await world.says(newcomer, "积分")
    assert world.last_to(newcomer) == "还差一步：先看一眼说明，点「同意」就能用。"
    await world.forges(newcomer, "v1:growth.history:0")
    assert world.toasts(newcomer) == ["还差一步：先看一眼说明，点「同意」就能用。"]
    await world.taps(newcomer, "看说明")

    assert "同意就点下面" in world.last_to(newcomer)


async def test_nothing_but_the_number_is_kept_of_who_has_not_agreed(world: World) -> None:
    newcomer = await world.neighbour("小林")
    await world.says(newcomer, "大家好", chat=world.group)
    await world.does(newcomer, "start")
    kept = "SELECT name FROM member WHERE user_id = ?"
    assert world.rows(kept, newcomer) == [("",)]
    assert world.last_to(newcomer).startswith("小林，欢迎！")

    await world.taps(newcomer, "同意，开始用")

    assert world.rows(kept, newcomer) == [("小林",)]


async def test_who_comes_back_is_greeted_without_a_gift(world: World) -> None:
    member = await world.member("陈阿姨")
    await world.does(member, "leave", chat=world.group)

    await world.does(member, "join", chat=world.group)

    assert world.last_to(member, world.group) == "欢迎 陈阿姨 回到阳光花园！"
    await world.taps(member, "打开菜单", chat=world.group)
    assert world.last_to(member).startswith("陈阿姨，你好")


async def test_a_member_of_another_group_is_not_greeted_as_if_they_came_back(world: World) -> None:
    member = await world.member("陈阿姨")
    other = await world.opens_group("东门小区")

    await world.does(member, "join", chat=other)

    assert world.last_to(member, other) == "欢迎 陈阿姨 来到东门小区！"
    assert world.buttons(member, other) == ["打开菜单"]


async def test_who_left_every_group_hears_that_the_account_is_kept(world: World) -> None:
    member = await world.member("陈阿姨")
    await world.does(member, "leave", chat=world.group)

    heard = []
    for text in ("积分", "/start"):
        await world.says(member, text)
        heard.append(world.last_to(member))

    assert heard == ["你现在不在群里。成长值和积分还给你留着，回到群里就能看。"] * 2


async def test_agreeing_in_words_shows_the_note_with_its_button_and_credits_nothing(world: World) -> None:
    newcomer = await world.neighbour()
    await world.does(newcomer, "start")

    await world.says(newcomer, "同意。")

    assert world.buttons(newcomer) == ["同意，开始用", "先不用"]
    assert world.rows("SELECT count(*) FROM growth_ledger") == [(0,)]


async def test_agreeing_with_a_neighbour_in_the_group_is_not_answered(world: World) -> None:
    member = await world.member()
    said = len(world.said_to(member, world.group))

    await world.says(member, "同意", chat=world.group)

    assert len(world.said_to(member, world.group)) == said


async def test_the_menu_is_edited_in_place(world: World) -> None:
    member = await world.member()
    before = len(world.said_to(member))

    await world.taps(member, "我的成长值")
    assert world.last_to(member).startswith("我的成长值\n成长值 10")
    await world.taps(member, "明细")
    assert "注册见面礼\n成长值 +10 · 积分 +10" in world.last_to(member)
    await world.taps(member, "‹ 返回菜单")

    assert world.last_to(member).startswith("陈阿姨，你好")
    assert len(world.said_to(member)) == before


async def test_plain_words_work_as_commands(world: World) -> None:
    member = await world.member()

    heard = []
    for word in ("菜单", " 积分 ", "明细", "设置", "帮助"):
        await world.says(member, word)
        heard.append(world.last_to(member).splitlines()[0])

    assert heard == ["陈阿姨，你好", "我的成长值", "明细", "消息设置", "现在你可以"]


async def test_a_word_is_understood_however_it_is_typed(world: World, subtests: pytest.Subtests) -> None:
    member = await world.member()
    for typed, opens in (
        ("「积分」", "我的成长值"),
        ("积分。", "我的成长值"),
        ("积分?", "我的成长值"),
        ("積分", "我的成长值"),
        ("\u200b积\u200d分", "我的成长值"),
        ("/points", "我的成长值"),
        ("菜 单", "陈阿姨，你好"),
        ("選單", "陈阿姨，你好"),
        ("幫助", "现在你可以"),
        ("设定", "消息设置"),
        ("設置！", "消息设置"),
        ("【明細】", "明细"),
        ("你好", "在呢！想看什么，点下面的按钮。"),
        ("谢谢！", "在呢！想看什么，点下面的按钮。"),
        ("Thanks", "在呢！想看什么，点下面的按钮。"),
    ):
        with subtests.test(typed=typed):
            before = world.said_to(member)
            await world.says(member, typed)

            assert len(world.said_to(member)) == len(before) + 1
            assert world.last_to(member).splitlines()[0] == opens


async def test_what_was_agreed_to_can_be_read_again(world: World) -> None:
    member = await world.member()
    await world.says(member, "帮助")

    await world.taps(member, "我同意了什么")

    assert "· 我会记：你的昵称和 Telegram 编号、你在哪个群、你的成长值和积分" in world.last_to(member)
    assert world.buttons(member) == ["‹ 返回菜单"]


async def test_offers_are_off_until_switched_on(world: World) -> None:
    member = await world.member()
    await world.says(member, "设置")
    assert "优惠消息：关" in world.last_to(member)

    await world.taps(member, "打开优惠消息")

    assert "优惠消息：开" in world.last_to(member)
    assert world.toasts(member)[-1] == "优惠消息：开"


async def test_private_matters_asked_in_the_group_lead_to_the_private_chat(world: World) -> None:
    member = await world.member()

    await world.says(member, "积分", chat=world.group)

    assert world.last_to(member, world.group) == "陈阿姨，点下面的按钮，我单独给你看。"
    await world.taps(member, "私聊里看", chat=world.group)
    assert world.last_to(member).startswith("我的成长值")


async def test_somebody_who_speaks_english_is_answered_in_english(world: World) -> None:
    alice = await world.member("Alice", language="en")

    await world.says(alice, "points")

    assert world.last_to(alice).startswith("My growth\nGrowth 10")


async def test_a_neighbour_from_before_the_bot_can_press_start(town: World) -> None:
    leader = await town.person("林姐")
    early = await town.person("孙伯")
    await town.claims(leader)
    chat = int(town.sandbox.add_group("老群", leader)["id"])
    await town.does(early, "join", chat=chat)
    await town.does(leader, "add", chat=chat, user=town.bot)
    await town.does(leader, "promote", chat=chat, user=town.bot)
    await town.taps(leader, "启用本群", chat=chat)

    await town.taps(early, "开始", chat=chat)

    assert town.last_to(early).startswith("孙伯，欢迎！")


async def test_the_start_button_of_a_group_leads_to_that_group(world: World) -> None:
    early = await world.person("孙伯")
    chat = await _another_group(world, "东门", early)

    await world.taps(early, "开始", chat=chat)

    assert "东门的卡通小帮手" in world.last_to(early)


async def _another_group(world: World, title: str, *early: int) -> int:
    """Open a group whose early neighbours the bot has never heard."""
    leader = await world.person("何老师")
    chat = int(world.sandbox.add_group(title, leader)["id"])
    for person in early:
        await world.does(person, "join", chat=chat)
    await world.does(leader, "add", chat=chat, user=world.bot)
    await world.does(leader, "promote", chat=chat, user=world.bot)
    await world.taps(leader, "启用本群", chat=chat)
    await world.taps(world.owner, "同意")
    return chat


async def test_a_start_that_names_no_group_finds_the_persons_own(world: World) -> None:
    early = await world.person("孙伯")
    await _another_group(world, "西门")
    await _another_group(world, "东门", early)

    await world.does(early, "start")

    assert len(world.said_to(early)) == 1
    assert "东门的卡通小帮手" in world.last_to(early)


async def test_a_stranger_to_several_groups_is_answered_once(world: World) -> None:
    stranger = await world.person("过客")
    for title in ("东门", "西门", "南门", "北门", "中门"):
        await _another_group(world, title)

    await world.does(stranger, "start")

    assert len(world.said_to(stranger)) == 1
    assert world.last_to(stranger).startswith("我还没在群里见过你")
    asked = [call for call in world.sandbox.calls() if call["method"] == "getChatMember"]
    assert len(asked) == 5


def _speaks(world: World, person: int, code: str) -> None:
    """Let a person change the language of their Telegram; empty: it tells none."""
    world.sandbox._world.users[person].language_code = code


async def test_a_member_whose_telegram_turns_english_is_answered_in_english(world: World) -> None:
    member = await world.member("Alice")
    _speaks(world, member, "en")

    await world.says(member, "points")
    await world.says(member, "help")

    assert world.said_to(member)[-2].startswith("My growth")
    assert world.last_to(member).startswith("What you can do now")


async def test_a_member_whose_update_tells_no_language_is_answered_in_their_own(world: World) -> None:
    member = await world.member("Alice", language="en")
    _speaks(world, member, "")

    await world.says(member, "points")
    await world.says(member, "help")

    assert world.said_to(member)[-2].startswith("My growth")
    assert world.last_to(member).startswith("What you can do now")


async def test_a_stranger_is_told_how_to_get_in_and_nothing_is_recorded(world: World) -> None:
    stranger = await world.person("过客")

    await world.does(stranger, "start")

    assert world.last_to(stranger).startswith("我还没在群里见过你")
    assert world.rows("SELECT count(*) FROM member WHERE user_id = ?", stranger) == [(0,)]
