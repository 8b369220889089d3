"""Who left while the bot was no administrator is found out, slowly, once it hears again."""

from itertools import pairwise

from tests.world import World

STANDING = "SELECT count(*) FROM membership WHERE left_at IS NULL AND member_id > 1"
ASKED = "SELECT count(*) FROM outbox WHERE call = 'roll'"


async def test_whoever_left_unheard_is_recorded_as_gone(world: World) -> None:
    stays, goes = await world.member(), await world.member("老王")
    await world.does(world.leader, "demote", chat=world.group, user=world.bot)
    await world.does(goes, "leave", chat=world.group)
    said = len(world.said_to(goes)), len(world.said_to(stays))

    await world.does(world.leader, "promote", chat=world.group, user=world.bot)
    await world.advance(minutes=2)

    assert world.rows(STANDING) == [(1,)]
    assert world.rows("SELECT count(*) FROM roll_call") == [(0,)]
    assert (len(world.said_to(goes)), len(world.said_to(stays))) == said  # nobody is bothered
    await world.says(goes, "菜单")
    assert world.last_to(goes).startswith("你现在不在群里。")


async def test_members_are_asked_about_a_few_at_a_time(world: World) -> None:
    for number in range(12):
        await world.neighbour(f"邻居{number}")
    await world.does(world.leader, "demote", chat=world.group, user=world.bot)

    await world.does(world.leader, "promote", chat=world.group, user=world.bot)
    counts = []
    for _ in range(4):
        await world.advance(seconds=31)
        counts += world.rows(ASKED)

    assert counts == sorted(counts)
    assert max(later[0] - first[0] for first, later in pairwise(counts)) <= 5
    assert counts[-1] == (13,)  # the leader too
    assert world.rows(STANDING) == [(12,)]


async def test_a_bot_promoted_again_in_the_middle_begins_anew(world: World) -> None:
    for number in range(7):
        await world.neighbour(f"邻居{number}")
    for _ in range(2):
        await world.does(world.leader, "demote", chat=world.group, user=world.bot)
        await world.does(world.leader, "promote", chat=world.group, user=world.bot)

    await world.advance(minutes=3)

    assert world.rows("SELECT count(*) FROM roll_call") == [(0,)]
    assert world.rows(STANDING) == [(7,)]


async def test_new_rights_of_an_administrator_ask_nobody(world: World) -> None:
    await world.neighbour()

    await world.does(world.leader, "promote", chat=world.group, user=world.bot, rights=["can_invite_users"])
    await world.advance(minutes=1)

    assert world.rows(ASKED) == [(0,)]


async def test_a_bot_demoted_while_it_asks_forgets_nobody(world: World) -> None:
    await world.neighbour()
    await world.does(world.leader, "demote", chat=world.group, user=world.bot)
    world.sandbox.fault("status", method="getChatMember", status=500, times=9)

    await world.does(world.leader, "promote", chat=world.group, user=world.bot)
    await world.advance(minutes=30)

    assert world.rows(STANDING) == [(1,)]
