"""Groups, people and memberships."""

import asyncio
from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.exc import IntegrityError

from features.members.model import CameBy, Group, GroupState, Member, MembersPolicy, Person
from features.outreach.model import QuietHours
from kernel.clock import ManualClock
from kernel.ids import ChatId, GroupId, MemberId, UserId
from kernel.message import Language
from storage.db import Db
from storage.uow import SqlUow
from tests.conftest import NOW, Disk
from tests.storage.builders import CALLERS, MINUTE, a_group, a_member, a_person, epoch_ms

LATER = NOW + MINUTE
MET, ENABLED, LEFT = GroupState.MET, GroupState.ENABLED, GroupState.LEFT


def _enabled_group(uow: SqlUow, chat: int = -100) -> Group:
    group = a_group(uow, chat)
    assert uow.groups.move(group.id, to=ENABLED, since=(MET,), now=uow.now)
    found = uow.groups.by_chat(group.chat)
    assert found is not None
    return found


async def test_a_group_is_met_with_the_defaults_of_the_configuration(db: Db, check: Disk) -> None:
    group = await db.run(a_group)
    assert group == Group(
        id=GroupId(1),
        chat=ChatId(-100),
        title="Garden 3",
        state=MET,
        language=Language.ZH_CN,
        zone=ZoneInfo("Asia/Shanghai"),
        quiet=QuietHours(time(22), time(8)),
        state_at=NOW,
    )
    assert await check("SELECT chat, state, state_at, zone, quiet_start, quiet_end FROM chat_group") == [
        (-100, "met", epoch_ms(NOW), "Asia/Shanghai", "22:00", "08:00")
    ]


async def test_a_group_met_again_keeps_its_own_values(db: Db) -> None:
    first = await db.run(a_group)
    other = MembersPolicy(
        zone=ZoneInfo("Europe/Lisbon"),
        quiet_start=time(23, 30),
        quiet_end=time(6, 15),
        language=Language.EN,
        name_columns=8,
    )
    again = await db.run(lambda uow: uow.groups.meet(first.chat, title="New", policy=other, now=uow.now))
    assert (again.id, again.zone, again.language, again.quiet) == (
        first.id,
        first.zone,
        first.language,
        first.quiet,
    )


async def test_one_group_comes_of_64_simultaneous_meetings(db: Db, check: Disk) -> None:
    met = await asyncio.gather(*(db.run(a_group) for _ in range(CALLERS)))
    assert set(met) == {met[0]}
    assert await check("SELECT count(*) FROM chat_group") == [(1,)]


async def test_a_group_is_found_by_its_chat(db: Db) -> None:
    group = await db.run(a_group)
    assert await db.run(lambda uow: uow.groups.by_chat(group.chat)) == group


async def test_an_unknown_group_is_none(db: Db) -> None:
    assert await db.run(lambda uow: uow.groups.by_chat(ChatId(-1))) is None


async def test_a_group_moves_only_from_the_states_named(db: Db, check: Disk, clock: ManualClock) -> None:
    group = await db.run(a_group)
    clock.set(LATER)
    move = await db.run(
        lambda uow: (
            uow.groups.move(group.id, to=LEFT, since=(ENABLED,), now=uow.now),
            uow.groups.move(group.id, to=ENABLED, since=(MET, LEFT), now=uow.now),
            uow.groups.move(group.id, to=ENABLED, since=(MET, LEFT), now=uow.now),
        )
    )
    assert move == (False, True, False)
    assert await check("SELECT state, state_at FROM chat_group") == [("enabled", epoch_ms(LATER))]


async def test_one_of_64_simultaneous_moves_wins(db: Db) -> None:
    group = await db.run(a_group)
    moved = await asyncio.gather(
        *(
            db.run(lambda uow: uow.groups.move(group.id, to=ENABLED, since=(MET,), now=uow.now))
            for _ in range(CALLERS)
        )
    )
    assert moved.count(True) == 1


async def test_the_enabled_groups_come_oldest_first(db: Db) -> None:
    first = await db.run(lambda uow: _enabled_group(uow, -300))
    await db.run(lambda uow: a_group(uow, -200))
    second = await db.run(lambda uow: _enabled_group(uow, -100))
    assert await db.run(lambda uow: uow.groups.enabled()) == (first, second)


async def test_the_list_of_administrators_is_replaced_as_a_whole(db: Db, check: Disk) -> None:
    group, other = await db.run(lambda uow: (a_group(uow, -1), a_group(uow, -2)))

    def told(uow: SqlUow) -> None:
        uow.groups.set_administrators(other.id, (UserId(1),), now=uow.now)
        uow.groups.set_administrators(group.id, (UserId(1), UserId(2)), now=uow.now)
        uow.groups.set_administrators(group.id, (UserId(2), UserId(3)), now=uow.now)

    await db.run(told)
    assert await db.run(lambda uow: uow.groups.administrators(group.id, since=NOW)) == {2, 3}
    assert await check("SELECT group_id, user_id FROM group_administrator ORDER BY 1, 2") == [
        (group.id, 2),
        (group.id, 3),
        (other.id, 1),
    ]


async def test_an_older_list_of_administrators_does_not_count(db: Db) -> None:
    group = await db.run(a_group)
    await db.run(lambda uow: uow.groups.set_administrators(group.id, (UserId(1),), now=NOW))

    told = await db.run(
        lambda uow: [uow.groups.administrators(group.id, since=since) for since in (NOW, LATER)]
    )

    assert told == [{1}, frozenset()]


async def test_64_simultaneous_lists_of_administrators_do_not_clash(db: Db) -> None:
    group = await db.run(a_group)
    users = (UserId(1), UserId(2))

    await asyncio.gather(
        *(db.run(lambda uow: uow.groups.set_administrators(group.id, users, now=NOW)) for _ in range(CALLERS))
    )

    assert await db.run(lambda uow: uow.groups.administrators(group.id, since=NOW)) == {1, 2}


async def test_a_group_may_have_no_administrator_known(db: Db) -> None:
    group = await db.run(a_group)

    def told(uow: SqlUow) -> frozenset[UserId]:
        uow.groups.set_administrators(group.id, (UserId(1),), now=uow.now)
        uow.groups.set_administrators(group.id, (), now=uow.now)
        return uow.groups.administrators(group.id, since=NOW)

    assert await db.run(told) == frozenset()


async def test_a_person_is_met_nameless_unreachable_and_without_consent(db: Db, check: Disk) -> None:
    member = await db.run(a_member)
    assert member == Member(MemberId(1), UserId(7), "", Language.ZH_CN, None, None, reachable=False)
    assert await check("SELECT user_id, name, language, met_at, reachable FROM member") == [
        (7, "", "zh_CN", epoch_ms(NOW), 0)
    ]


async def test_a_name_is_kept_with_consent_and_follows_the_person_from_then_on(db: Db, check: Disk) -> None:
    first = await db.run(a_member)
    await db.run(lambda uow: uow.members.consent(first.id, name="Li", now=NOW))
    again = await db.run(lambda uow: uow.members.meet(a_person(name="Li Hua"), now=LATER))
    assert again == Member(first.id, first.user, "Li Hua", first.language, NOW, None, reachable=False)
    assert await check("SELECT name, met_at FROM member") == [("Li Hua", epoch_ms(NOW))]


async def test_a_person_without_consent_stays_nameless_when_met_again(db: Db, check: Disk) -> None:
    await db.run(a_member)
    await db.run(lambda uow: uow.members.meet(a_person(name="Li Hua"), now=LATER))
    assert await check("SELECT name FROM member") == [("",)]


async def test_the_language_follows_the_updates_that_tell_one(db: Db) -> None:
    def met(uow: SqlUow, language: Language | None) -> Language:
        return uow.members.meet(Person(UserId(7), "Li", language), now=NOW).language

    told = (None, Language.EN, None, Language.ZH_CN)
    spoken = await db.run(lambda uow: [met(uow, language) for language in told])
    assert spoken == [Language.ZH_CN, Language.EN, Language.EN, Language.ZH_CN]


async def test_one_person_comes_of_64_simultaneous_meetings(db: Db, check: Disk) -> None:
    met = await asyncio.gather(*(db.run(a_member) for _ in range(CALLERS)))
    assert set(met) == {met[0]}
    assert await check("SELECT count(*) FROM member") == [(1,)]


async def test_a_person_is_found_by_user_and_by_number(db: Db) -> None:
    member = await db.run(a_member)
    found = await db.run(lambda uow: (uow.members.by_user(UserId(7)), uow.members.get(member.id)))
    assert found == (member, member)


async def test_a_user_nobody_met_is_none(db: Db) -> None:
    assert await db.run(lambda uow: uow.members.by_user(UserId(9))) is None


async def test_a_number_nobody_bears_is_a_fault(db: Db) -> None:
    with pytest.raises(KeyError):
        await db.run(lambda uow: uow.members.get(MemberId(9)))


async def test_entering_twice_is_told_from_entering_once(db: Db) -> None:
    member, group = await db.run(lambda uow: (a_member(uow), a_group(uow)))
    entered = [
        await db.run(lambda uow: uow.members.enter(member.id, group.id, came_by=CameBy.SEEN, now=uow.now))
        for _ in range(2)
    ]
    assert entered == [True, False]


async def test_one_standing_membership_comes_of_64_simultaneous_entries(db: Db, check: Disk) -> None:
    member, group = await db.run(lambda uow: (a_member(uow), a_group(uow)))
    entered = await asyncio.gather(
        *(
            db.run(lambda uow: uow.members.enter(member.id, group.id, came_by=CameBy.SEEN, now=uow.now))
            for _ in range(CALLERS)
        )
    )
    assert entered.count(True) == 1
    assert await check("SELECT count(*) FROM membership") == [(1,)]


async def test_leaving_twice_is_told_from_leaving_once(db: Db) -> None:
    member, group = await db.run(lambda uow: (a_member(uow), a_group(uow)))
    await db.run(lambda uow: uow.members.enter(member.id, group.id, came_by=CameBy.SEEN, now=uow.now))
    left = [await db.run(lambda uow: uow.members.leave(member.id, group.id, now=uow.now)) for _ in range(2)]
    assert left == [True, False]


async def test_coming_back_makes_a_new_membership_beside_the_old(db: Db, check: Disk) -> None:
    member, group = await db.run(lambda uow: (a_member(uow), a_group(uow)))

    def came_and_went(uow: SqlUow) -> tuple[bool, bool, bool]:
        return (
            uow.members.enter(member.id, group.id, came_by=CameBy.SEEN, now=NOW),
            uow.members.leave(member.id, group.id, now=LATER),
            uow.members.enter(member.id, group.id, came_by=CameBy.SEEN, now=LATER + MINUTE),
        )

    assert await db.run(came_and_went) == (True, True, True)
    assert await check("SELECT member_id, group_id, entered_at, left_at FROM membership ORDER BY id") == [
        (member.id, group.id, epoch_ms(NOW), epoch_ms(LATER)),
        (member.id, group.id, epoch_ms(LATER + MINUTE), None),
    ]


async def test_only_standing_memberships_of_enabled_groups_count_oldest_first(db: Db) -> None:
    def many(uow: SqlUow) -> tuple[tuple[Group, ...], tuple[Group, ...]]:
        member = a_member(uow)
        late, left, early = (_enabled_group(uow, chat) for chat in (-1, -2, -3))
        not_enabled = a_group(uow, -4)
        for group in (early, left, not_enabled, late):
            uow.members.enter(member.id, group.id, came_by=CameBy.SEEN, now=uow.now)
        uow.members.leave(member.id, left.id, now=uow.now)
        return uow.members.groups_of(member.id), (early, late)

    found, expected = await db.run(many)
    assert found == expected


async def test_who_somebody_is_and_their_first_group_come_together(db: Db) -> None:
    def life(uow: SqlUow) -> list[tuple[Member | None, Group | None]]:
        homes = [uow.members.at_home(UserId(1))]
        member = a_member(uow)
        homes.append(uow.members.at_home(member.user))
        not_enabled, first, second = a_group(uow, -4), _enabled_group(uow, -2), _enabled_group(uow, -1)
        for group in (not_enabled, first, second):
            uow.members.enter(member.id, group.id, came_by=CameBy.SEEN, now=uow.now)
            homes.append(uow.members.at_home(member.user))
        uow.members.leave(member.id, first.id, now=uow.now)
        homes.append(uow.members.at_home(member.user))
        known = (member, None)
        assert homes == [(None, None), known, known, (member, first), (member, first), (member, second)]
        return homes

    assert len(await db.run(life)) == 6


async def test_a_membership_of_nobody_is_refused(db: Db) -> None:
    group = await db.run(a_group)
    with pytest.raises(IntegrityError):
        await db.run(lambda uow: uow.members.enter(MemberId(9), group.id, came_by=CameBy.SEEN, now=uow.now))


async def test_reachability_is_told_only_when_it_changes(db: Db) -> None:
    member = await db.run(a_member)
    wanted = (False, True, True, False)
    changes = await db.run(lambda uow: [uow.members.set_reachable(member.id, reachable=w) for w in wanted])
    assert changes == [False, True, False, True]


async def test_reachability_is_kept(db: Db) -> None:
    member = await db.run(a_member)
    await db.run(lambda uow: uow.members.set_reachable(member.id, reachable=True))
    assert (await db.run(lambda uow: uow.members.get(member.id))).reachable


async def test_consent_keeps_the_first_instant(db: Db) -> None:
    member = await db.run(a_member)
    given = await db.run(
        lambda uow: (
            uow.members.consent(member.id, name="Li", now=NOW),
            uow.members.consent(member.id, name="Li Hua", now=LATER),
        )
    )
    assert given == (True, False)
    assert (await db.run(lambda uow: uow.members.get(member.id))).service_consent_at == NOW


async def test_offers_can_be_wanted_and_withdrawn(db: Db) -> None:
    member = await db.run(a_member)

    def switched(uow: SqlUow) -> list[tuple[bool, datetime | None]]:
        steps = []
        for wanted, at in ((False, NOW), (True, NOW), (True, LATER), (False, LATER)):
            changed = uow.members.set_marketing(member.id, wanted=wanted, now=at)
            steps.append((changed, uow.members.get(member.id).marketing_consent_at))
        return steps

    assert await db.run(switched) == [(False, None), (True, NOW), (False, NOW), (True, None)]
