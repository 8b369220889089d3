"""A group begins: one tap of an administrator, and what can come between."""

from sqlalchemy import delete

from storage.groups import chat_group, group_administrator
from storage.uow import SqlUow
from tests.world import World


async def test_an_administrator_enables_the_group_with_one_tap(town: World) -> None:
    chat = await town.opens_group(enabled=False)

    await town.taps(town.leader, "启用本群", chat=chat)

    assert town.last_to(town.leader, chat).startswith("本群已启用")
    assert town.toasts(town.leader) == ["启用好了。"]
    assert town.rows("SELECT state FROM chat_group") == [("enabled",)]


async def test_a_member_who_is_no_administrator_cannot_enable_the_group(town: World) -> None:
    chat = await town.opens_group(enabled=False)
    rival = await town.person("路人")
    await town.does(rival, "join", chat=chat)

    await town.taps(rival, "启用本群", chat=chat)

    assert town.toasts(rival) == ["只有群管理员可以启用。请你们群的管理员来点。"]
    assert town.rows("SELECT state FROM chat_group") == [("met",)]


async def test_somebody_made_administrator_later_can_enable_the_group(town: World) -> None:
    chat = await town.opens_group(enabled=False)
    helper = await town.person("小周")
    await town.does(helper, "join", chat=chat)
    await town.does(town.leader, "promote", chat=chat, user=helper)

    await town.taps(helper, "启用本群", chat=chat)
    await town.taps(town.owner, "同意")

    assert town.toasts(helper) == ["已经转给主人，请等一等。"]
    assert town.rows("SELECT state FROM chat_group") == [("enabled",)]


async def test_a_bot_that_is_no_administrator_asks_for_it_and_enables_nothing(town: World) -> None:
    leader = await town.person("林姐")
    await town.claims(leader)
    chat = int(town.sandbox.add_group("老群", leader)["id"])
    await town.does(leader, "add", chat=chat, user=town.bot)

    await town.taps(leader, "启用本群", chat=chat)

    asked = "请先把我设为群管理员，不然我听不到大家说话。设好后再点一次。"
    assert town.toasts(leader) == [asked]
    assert town.last_to(leader, chat) == asked
    assert town.rows("SELECT state FROM chat_group") == [("met",)]
    await town.does(leader, "promote", chat=chat, user=town.bot)
    await town.taps(leader, "启用本群", chat=chat)
    assert town.toasts(leader)[-1] == "启用好了。"


async def test_the_news_that_a_group_is_enabled_is_a_new_message(town: World) -> None:
    chat = await town.opens_group(enabled=False)
    await town.says(town.leader, "大家看上面", chat=chat)

    await town.taps(town.leader, "启用本群", chat=chat)

    card, news = town.said_to(town.leader, chat)
    assert card == "本群已启用"
    assert news.startswith("本群已启用\n我会在这里迎接新邻居")
    assert town.buttons(town.leader, chat) == ["开始"]


async def test_an_old_list_enables_nothing_for_somebody_who_is_no_administrator(town: World) -> None:
    chat = await town.opens_group(enabled=False)
    rival = await town.person("路人")
    await town.does(rival, "join", chat=chat)
    await town.advance(minutes=11)

    await town.taps(rival, "启用本群", chat=chat, times=2)
    await town.taps(rival, "启用本群", chat=chat)

    assert town.toasts(rival)[-1] == "只有群管理员可以启用。请你们群的管理员来点。"
    assert town.rows("SELECT state FROM chat_group") == [("met",)]


async def test_enabling_twice_changes_nothing(world: World) -> None:
    chat = await world.opens_group("东门", enabled=False)
    await world.does(world.owner, "join", chat=chat)
    await world.does(world.leader, "promote", chat=chat, user=world.owner)

    await world.taps(world.owner, "启用本群", chat=chat, times=2)

    assert world.toasts(world.owner)[-2:] == ["启用好了。", "本群已经启用了，不用再点。"]
    assert world.rows("SELECT count(*) FROM journal WHERE action = 'group.enabled'") == [(2,)]


async def test_start_typed_in_a_group_brings_the_enabling_card_back(town: World) -> None:
    chat = await town.opens_group(enabled=False)

    await town.says(town.leader, "/start", chat=chat)
    await town.taps(town.leader, "启用本群", chat=chat)

    assert len(town.said_to(town.leader, chat)) == 3  # two cards, the news
    assert town.toasts(town.leader) == ["启用好了。"]


async def test_start_typed_in_a_group_the_bot_has_forgotten_meets_it(town: World) -> None:
    chat = await town.opens_group(enabled=False)

    def forget(uow: SqlUow) -> None:
        uow.connection.execute(delete(group_administrator))
        uow.connection.execute(delete(chat_group))

    await town.runtime.db.run(forget)
    await town.says(town.leader, "/start", chat=chat)
    await town.taps(town.leader, "启用本群", chat=chat)

    assert town.rows("SELECT state FROM chat_group") == [("enabled",)]
