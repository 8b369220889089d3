"""Whose bot it is: claimed once, handed over, and asked about every new group."""

import asyncio

import pytest

from features.members.model import Person
from features.staff.model import Following
from kernel.ids import UserId
from kernel.message import Language
from tests.world import World

OWNERS = "SELECT count(*) FROM staff_role WHERE role = 'owner' AND ended_at IS NULL"


async def owner_and_group(town: World, title: str = "东门小区") -> tuple[int, int, int]:
    """Return the owner 顾老板, and another leader's group that nobody has enabled yet."""
    owner = await town.person("顾老板")
    await town.claims(owner)
    chat = await town.opens_group(title, enabled=False)
    return owner, town.leader, chat


async def test_who_follows_the_link_of_the_console_owns_the_bot(town: World) -> None:
    owner = await town.person("顾老板")

    await town.claims(owner)

    assert town.last_to(owner).startswith("顾老板，菜博士归你了")
    assert town.rows(OWNERS) == [(1,)]
    with pytest.raises(LookupError):
        await town.owner_code()


async def test_the_code_can_be_typed_behind_the_command(town: World) -> None:
    owner = await town.person("顾老板")
    await town.does(owner, "start")
    code = await town.owner_code()

    await town.says(owner, f"/owner {code.upper()}")

    assert town.last_to(owner).startswith("顾老板，菜博士归你了")


async def test_a_code_works_once_and_an_older_one_not_at_all(town: World) -> None:
    older, newer = await town.owner_code(), await town.owner_code()
    first, second = await town.person("顾老板"), await town.person("路人")

    await town.does(first, "start", payload=f"own-{older}")
    assert town.last_to(first).startswith("这条链接不能用了")
    await town.does(first, "start", payload=f"own-{newer}")
    await town.does(second, "start", payload=f"own-{newer}")

    assert town.last_to(second).startswith("这条链接不能用了")
    assert town.rows(OWNERS) == [(1,)]


async def test_a_code_is_over_after_a_day(town: World) -> None:
    owner, code = await town.person("顾老板"), await town.owner_code()

    await town.advance(hours=24)
    await town.does(owner, "start", payload=f"own-{code}")

    assert town.rows(OWNERS) == [(0,)]


async def test_who_tries_codes_is_slowed_down_and_others_are_not(town: World) -> None:
    rival, owner, code = await town.person("路人"), await town.person("顾老板"), await town.owner_code()

    for number in range(11):
        await town.does(rival, "start", payload=f"own-guess{number}")
    await town.does(rival, "start", payload=f"own-{code}")

    assert town.last_to(rival) == "试得太多了，请过一个小时再来。"
    assert town.rows("SELECT count(*) FROM journal WHERE action = 'staff.wrong_code'") == [(10,)]
    await town.does(owner, "start", payload=f"own-{code}")
    assert town.rows(OWNERS) == [(1,)]


async def test_a_payload_of_nonsense_is_answered(town: World, subtests: pytest.Subtests) -> None:
    rival = await town.person("路人")
    await town.does(rival, "start")
    for payload in ("own-", "own--", "own-%27", "job-x", "own-" + "a" * 60):
        with subtests.test(payload=payload):
            before = town.said_to(rival)
            await town.says(rival, f"/start {payload}")

            assert town.rows(OWNERS) == [(0,)]
            assert len(town.said_to(rival)) == len(before) + 1


async def test_the_code_is_kept_nowhere(town: World) -> None:
    owner, code = await town.person("顾老板"), await town.owner_code()

    await town.does(owner, "start", payload=f"own-{code}")

    for table in ("inbox", "outbox", "journal", "invitation", "claim", "audit"):
        assert code not in str(town.rows(f"SELECT * FROM {table}"))


async def test_only_one_of_many_becomes_the_owner(town: World) -> None:
    code = await town.owner_code()
    roles = town.runtime.app.roles

    async def follow(user: int) -> Following:
        person = Person(UserId(user), "somebody", Language.EN)
        done = await town.runtime.db.run(lambda uow: roles.follow(uow, person=person, code=code))
        return done.outcome

    outcomes = await asyncio.gather(*(follow(9000 + number) for number in range(64)))

    assert sorted(outcomes).count(Following.OWNER) == 1
    assert sorted(outcomes).count(Following.WRONG) == 63
    assert town.rows(OWNERS) == [(1,)]


async def test_a_group_waits_for_the_owner_who_agrees(town: World) -> None:
    owner, leader, chat = await owner_and_group(town)

    await town.taps(leader, "启用本群", chat=chat)

    assert town.last_to(leader, chat).startswith("收到，已经转给菜博士的主人。")
    assert town.rows("SELECT state FROM chat_group") == [("asked",)]
    card = town.last_to(owner)
    assert "群：东门小区" in card
    assert "谁提的：林姐" in card
    await town.taps(owner, "同意")
    assert town.last_to(owner) == "好，东门小区已经启用，我在群里说过了。"
    card, news = town.said_to(leader, chat)
    assert card == "本群已启用"
    assert news.startswith("本群已启用\n我会在这里迎接新邻居")
    assert town.rows("SELECT role, given_by FROM staff_role WHERE role <> 'owner'") == [("leader", None)]


async def test_a_refused_group_may_ask_again_after_a_day(town: World) -> None:
    owner, leader, chat = await owner_and_group(town)
    await town.taps(leader, "启用本群", chat=chat)

    await town.taps(owner, "不同意")

    assert town.said_to(leader, chat)[0].startswith("主人这次没有同意启用本群。")
    await town.advance(minutes=5)
    await town.taps(leader, "启用本群", chat=chat)
    await town.taps(leader, "启用本群", chat=chat)
    assert town.toasts(leader)[-1] == "主人这次没有同意。过一天可以再申请。"
    await town.advance(days=1)
    await town.taps(leader, "启用本群", chat=chat)
    await town.taps(leader, "启用本群", chat=chat)
    await town.taps(owner, "同意")
    assert town.rows("SELECT state FROM chat_group") == [("enabled",)]


async def test_removing_the_bot_does_not_shorten_the_wait_of_a_refused_group(town: World) -> None:
    owner, leader, chat = await owner_and_group(town)
    await town.taps(leader, "启用本群", chat=chat)
    await town.taps(owner, "不同意")

    await town.does(leader, "kick", chat=chat, user=town.bot)
    await town.does(leader, "add", chat=chat, user=town.bot)
    await town.does(leader, "promote", chat=chat, user=town.bot)
    await town.taps(leader, "启用本群", chat=chat)

    assert town.toasts(leader)[-1] == "主人这次没有同意。过一天可以再申请。"


async def test_two_taps_and_a_stale_card_decide_once(town: World) -> None:
    owner, leader, chat = await owner_and_group(town)
    await town.taps(leader, "启用本群", chat=chat)

    await town.taps(owner, "同意", times=2)

    assert town.toasts(owner) == ["记下了。", "这个群现在没有在等你决定。"]
    assert len(town.said_to(leader, chat)) == 2


async def test_a_card_of_a_group_that_threw_the_bot_out_decides_nothing(town: World) -> None:
    owner, leader, chat = await owner_and_group(town)
    await town.taps(leader, "启用本群", chat=chat)
    await town.does(leader, "kick", chat=chat, user=town.bot)

    await town.taps(owner, "同意")

    assert town.last_to(owner) == "这个群现在没有在等你决定。"
    assert town.rows("SELECT state FROM chat_group") == [("left",)]


async def test_who_asked_and_left_does_not_lead(town: World) -> None:
    owner, leader, chat = await owner_and_group(town)
    helper = await town.person("小周")
    await town.does(helper, "join", chat=chat)
    await town.does(leader, "promote", chat=chat, user=helper)
    await town.taps(helper, "启用本群", chat=chat)

    await town.does(leader, "demote", chat=chat, user=helper)
    await town.taps(owner, "同意")

    assert town.rows("SELECT state FROM chat_group") == [("enabled",)]
    assert town.rows("SELECT count(*) FROM staff_role WHERE role = 'leader'") == [(0,)]


async def test_without_an_owner_groups_wait_until_somebody_claims_the_bot(town: World) -> None:
    leader, owner = await town.person("林姐"), await town.person("顾老板")
    chat = int(town.sandbox.add_group("东门小区", leader)["id"])
    await town.does(leader, "add", chat=chat, user=town.bot)
    await town.does(leader, "promote", chat=chat, user=town.bot)
    await town.taps(leader, "启用本群", chat=chat)

    await town.claims(owner)
    await town.says(owner, "/owner")
    assert "· 东门小区（" in town.last_to(owner)
    await town.taps(owner, "看看：东门小区")
    await town.taps(owner, "同意")

    assert town.rows("SELECT state FROM chat_group") == [("enabled",)]


async def test_a_group_that_became_a_supergroup_while_it_waited_is_enabled_there(town: World) -> None:
    owner = await town.person("顾老板")
    await town.claims(owner)
    chat = await town.opens_group("东门小区", enabled=False, kind="group")
    await town.taps(town.leader, "启用本群", chat=chat)

    await town.does(town.leader, "migrate", chat=chat)
    await town.taps(owner, "同意")

    assert town.rows("SELECT state FROM chat_group") == [("enabled",)]
    assert town.rows("SELECT count(*) FROM outbox WHERE state = 'failed'") == [(0,)]


async def test_forged_buttons_of_the_owner_do_nothing(town: World, subtests: pytest.Subtests) -> None:
    _, leader, chat = await owner_and_group(town)
    await town.taps(leader, "启用本群", chat=chat)
    await town.does(leader, "start")
    for act in ("approve:1", "refuse:1", "look:1", "hand_over", "desk"):
        with subtests.test(act=act):
            popped = town.toasts(leader)
            await town.forges(leader, f"v1:owner.{act}")

            assert town.toasts(leader) == [*popped, "这是给菜博士的主人用的。"]
            assert town.rows("SELECT state FROM chat_group") == [("asked",)]


async def test_the_owner_hands_the_bot_over(town: World) -> None:
    owner, heir = await town.person("顾老板"), await town.person("小顾")
    await town.claims(owner)
    await town.says(owner, "/owner")

    await town.taps(owner, "转让给别人")
    code = town.last_to(owner).partition("own-")[2].split()[0]
    await town.does(heir, "start", payload=f"own-{code}")
    assert town.last_to(heir).startswith("要接手菜博士吗？")
    assert town.rows(OWNERS) == [(1,)]
    await town.taps(heir, "确认接手", times=2)

    assert town.said_to(heir)[-1] in (
        "菜博士现在归你了。打 /owner 看看有什么等你决定。",
        "这条链接不能用了。请主人再发一条。",
    )
    assert town.last_to(owner) == "菜博士已经转给 小顾，你不再是主人了。"
    await town.says(owner, "/owner")
    assert town.last_to(owner) == "这是给菜博士的主人用的。"
    await town.says(heir, "/owner")
    assert town.last_to(heir).startswith("你是菜博士的主人")


async def test_the_code_of_a_link_that_was_used_is_kept_nowhere(town: World) -> None:
    owner, heir = await town.person("顾老板"), await town.person("小顾")
    await town.claims(owner)
    await town.says(owner, "/owner")
    await town.taps(owner, "转让给别人")
    code = town.last_to(owner).partition("own-")[2].split()[0]

    await town.does(heir, "start", payload=f"own-{code}")
    await town.taps(heir, "确认接手")

    for table in ("inbox", "outbox", "journal", "invitation", "claim", "audit"):
        assert code not in str(town.rows(f"SELECT * FROM {table}"))


async def test_a_second_link_ends_the_first_and_ones_own_is_no_use(town: World) -> None:
    owner, heir = await town.person("顾老板"), await town.person("小顾")
    await town.claims(owner)
    codes = []
    for _ in range(2):
        await town.says(owner, "/owner")
        await town.taps(owner, "转让给别人")
        codes.append(town.last_to(owner).partition("own-")[2].split()[0])

    await town.does(heir, "start", payload=f"own-{codes[0]}")
    assert town.last_to(heir).startswith("这条链接不能用了")
    await town.does(owner, "start", payload=f"own-{codes[1]}")

    assert town.last_to(owner) == "这条链接是你自己发的，请转给别人点。"


async def test_two_heirs_are_one_owner(town: World) -> None:
    owner, one, other = [await town.person(name) for name in ("顾老板", "小顾", "小孙")]
    await town.claims(owner)
    await town.says(owner, "/owner")
    await town.taps(owner, "转让给别人")
    code = town.last_to(owner).partition("own-")[2].split()[0]
    for heir in (one, other):
        await town.does(heir, "start", payload=f"own-{code}")

    for heir in (one, other):
        await town.taps(heir, "确认接手")

    assert town.last_to(one).startswith("菜博士现在归你了")
    assert town.last_to(other) == "这条链接不能用了。请主人再发一条。"
    assert town.rows(OWNERS) == [(1,)]


async def test_the_owner_stays_the_owner_outside_every_group(world: World) -> None:
    await world.does(world.owner, "leave", chat=world.group)

    await world.says(world.owner, "/owner")

    assert world.last_to(world.owner).startswith("你是菜博士的主人")
