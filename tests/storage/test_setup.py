"""The wizard on both databases: two at once, rights, prompts, and a life of random steps."""

import asyncio
import json
from dataclasses import dataclass, field
from functools import partial
from random import Random

import pytest

from bot.config import load
from features.members.model import CameBy, Group, GroupState
from features.outreach.model import QuietHours
from features.pickup.service import Pickup
from features.setup import rules, zones
from features.setup.model import Item, Page, Step
from features.setup.service import Setup
from features.staff.model import NotAllowed, Role
from features.staff.service import Staff
from kernel.clock import ManualClock
from kernel.errors import Refusal
from kernel.ids import GroupId, MemberId, MessageId, UserId
from kernel.message import Language
from storage.db import Db
from storage.staff import audit
from storage.uow import SqlUow
from tests.conftest import NOW, Disk
from tests.storage.builders import CALLERS, MINUTE, a_group, a_person

BOT, LEADER, HELPER, STRANGER = UserId(4242), 7, 8, 9
"""Telegram numbers: the bot, two of the staff, and somebody in the group without a role."""


SETUP = Setup(Pickup(), Staff(load(None, {}).staff), zones.load(), BOT)


def a_town(uow: SqlUow) -> Group:
    """An enabled group with two of its staff and one more member."""
    group = a_group(uow)
    uow.groups.move(group.id, to=GroupState.ENABLED, since=(GroupState.MET,), now=uow.now)
    uow.groups.set_administrators(group.id, (BOT, UserId(LEADER)), now=uow.now)
    for user in (LEADER, HELPER, STRANGER):
        member = uow.members.meet(a_person(user), now=uow.now)
        uow.members.enter(member.id, group.id, came_by=CameBy.PLAIN, now=uow.now)
        if user != STRANGER:
            role = Role.LEADER if user == LEADER else Role.MANAGER
            uow.staff.give(member.id, role, group=group.id, given_by=None, until=None, now=uow.now)
    found = uow.groups.get(group.id)
    assert found is not None
    return found


def set_zone(uow: SqlUow, user: int, zone: str) -> Page:
    return SETUP.set_zone(
        uow, person=a_person(user), group=GroupId(1), zone=zone, message=MessageId(user * 10)
    )


async def test_of_many_changes_at_once_every_one_is_told_and_the_last_stands(db: Db, check: Disk) -> None:
    await db.run(a_town)
    names = sorted(zones.load().names)[:CALLERS]

    await asyncio.gather(*(db.run(partial(set_zone, user=LEADER, zone=zone)) for zone in names))

    lines = [
        (json.loads(b)["zone"], json.loads(a)["zone"])
        for b, a in await check("SELECT before, after FROM audit ORDER BY id")
    ]
    assert sorted(after for _, after in lines) == names
    assert [before for before, _ in lines] == ["Asia/Shanghai", *(after for _, after in lines[:-1])]
    assert await check("SELECT zone FROM chat_group") == [(lines[-1][1],)]


async def test_who_else_is_at_it_is_shown_what_stands(db: Db) -> None:
    def unit(uow: SqlUow) -> Page:
        a_town(uow)
        for user in (LEADER, HELPER):
            SETUP.open(
                uow, person=a_person(user), group=GroupId(1), step=Step.ZONE, message=MessageId(user * 10)
            )
        return set_zone(uow, LEADER, "Asia/Tokyo")

    page = await db.run(unit)

    assert [(other.reader.user, other.message, other.step) for other in page.others] == [
        (HELPER, HELPER * 10, Step.ZONE)
    ]
    assert page.others[0].group.zone.key == page.group.zone.key == "Asia/Tokyo"


async def test_who_lost_their_role_is_shown_nothing_any_more(db: Db) -> None:
    def unit(uow: SqlUow) -> Page:
        a_town(uow)
        SETUP.open(uow, person=a_person(HELPER), group=GroupId(1), step=Step.ZONE, message=MessageId(80))
        helper = uow.members.by_user(UserId(HELPER))
        assert helper is not None
        uow.staff.end(helper.id, Role.MANAGER, group=GroupId(1), now=uow.now)
        return set_zone(uow, LEADER, "Asia/Tokyo")

    assert (await db.run(unit)).others == ()


@pytest.mark.parametrize("user", [STRANGER, 12345])
async def test_nobody_else_changes_anything(db: Db, check: Disk, user: int) -> None:
    await db.run(a_town)

    with pytest.raises(NotAllowed):
        await db.run(lambda uow: set_zone(uow, user, "Asia/Tokyo"))

    assert await check("SELECT zone FROM chat_group") == [("Asia/Shanghai",)]
    assert await check("SELECT count(*) FROM prompt") == [(0,)]


async def test_the_checklist_ticks_itself_off(db: Db) -> None:
    def done(uow: SqlUow) -> set[Item]:
        page = SETUP.open(uow, person=a_person(LEADER), group=GroupId(1), step=Step.LIST, message=None)
        return {item for item, is_done in page.items if is_done}

    def first(uow: SqlUow) -> set[Item]:
        a_town(uow)
        return done(uow)

    def all_done(uow: SqlUow) -> set[Item]:
        set_zone(uow, LEADER, "Asia/Shanghai")
        SETUP.set_quiet(
            uow, person=a_person(LEADER), group=GroupId(1), quiet=rules.QUIET_CHOICES[0], message=None
        )
        SETUP.pickup.add(uow, group=GroupId(1), name="Hall", hours="17-20")
        uow.members.consent(MemberId(3), name="Wang", now=uow.now)
        return done(uow)

    def undone(uow: SqlUow) -> set[Item]:
        uow.connection.execute(audit.update().values(undone_at=uow.now))
        uow.groups.set_administrators(GroupId(1), (UserId(LEADER),), now=uow.now)
        uow.members.leave(MemberId(3), GroupId(1), now=uow.now)
        return done(uow)

    assert await db.run(first) == {Item.ADMINISTRATOR, Item.ENABLED, Item.STAFF}
    assert await db.run(all_done) == set(Item)
    assert await db.run(undone) == {Item.ENABLED, Item.STAFF, Item.POINT}


async def test_an_answer_is_waited_for_a_quarter_of_an_hour(db: Db, clock: ManualClock) -> None:
    def unit(uow: SqlUow) -> None:
        a_town(uow)
        SETUP.open(uow, person=a_person(LEADER), group=GroupId(1), step=Step.ZONE, message=None)

    await db.run(unit)
    waits = [await db.run(lambda uow: uow.setup.waiting(UserId(LEADER), now=uow.now))]
    clock.set(NOW + 15 * MINUTE)
    waits.append(await db.run(lambda uow: uow.setup.waiting(UserId(LEADER), now=uow.now)))

    assert [found and found.step for found in waits] == [Step.ZONE, None]


@dataclass
class Expected:
    """What the wizard should have come to."""

    zone: str = "Asia/Shanghai"
    quiet: QuietHours = rules.QUIET_CHOICES[0]
    language: Language = Language.ZH_CN
    points: list[str] = field(default_factory=list)
    lines: int = 0


def types(uow: SqlUow, user: int, step: Step, typed: str) -> Page:
    """Somebody opens a page and types."""
    SETUP.open(uow, person=a_person(user), group=GroupId(1), step=step, message=MessageId(user))
    page = SETUP.told(uow, person=a_person(user), typed=typed)
    assert isinstance(page, Page)
    return page


def a_step(uow: SqlUow, chance: Random, expected: Expected) -> None:
    """One of the staff does one thing, and what it should come to is kept beside."""
    who, group = a_person(chance.choice((LEADER, HELPER))), GroupId(1)
    match chance.randrange(6):
        case 0:
            zone = chance.choice(sorted(SETUP.zones.names))
            types(uow, who.user, Step.ZONE, zone)
            expected.zone = zone
        case 1:
            quiet = chance.choice(rules.QUIET_CHOICES)
            SETUP.set_quiet(uow, person=who, group=group, quiet=quiet, message=None)
            expected.quiet = quiet
        case 2:
            language = chance.choice(tuple(Language))
            SETUP.set_language(uow, person=who, group=group, language=language, message=None)
            expected.language = language
        case 3:
            name = f"Hall {chance.randrange(4)}"
            types(uow, who.user, Step.NAME, name)
            page = SETUP.told(uow, person=who, typed="daily 17-20")
            assert isinstance(page, Page)
            if name in expected.points:
                assert page.step is Step.HOURS or page.problem is None
                SETUP.leave(uow, person=who)
                raise NotAllowed  # the hours were taken as another name: undo this step
            expected.points.append(name)
        case 4 if expected.points:
            name = expected.points.pop(chance.randrange(len(expected.points)))
            point = next(each for each in uow.pickup.points(group) if each.name == name)
            SETUP.close_point(uow, person=who, group=group, point=point.id, message=None)
        case _:
            garbage = "".join(chance.choices("\u202e\u200b🥬<>&;?", k=chance.randrange(1, 50)))
            types(uow, who.user, chance.choice((Step.ZONE, Step.QUIET, Step.NAME)), garbage)
            return
    expected.lines += 1


@pytest.mark.parametrize("seed", range(6))
async def test_a_life_of_random_steps_ends_as_the_steps_say(db: Db, check: Disk, seed: int) -> None:
    chance, expected = Random(seed), Expected()
    await db.run(a_town)

    for _ in range(30):
        before = Expected(**{**vars(expected), "points": list(expected.points)})
        try:
            await db.run(partial(a_step, chance=chance, expected=expected))
        except Refusal:
            expected = before

    quiet = expected.quiet
    assert await check("SELECT zone, quiet_start, quiet_end, language FROM chat_group") == [
        (expected.zone, f"{quiet.start:%H:%M}", f"{quiet.end:%H:%M}", expected.language)
    ]
    points = await check("SELECT name FROM pickup_point WHERE closed_at IS NULL ORDER BY id")
    assert [name for (name,) in points] == expected.points
    assert await check("SELECT count(*) FROM audit") == [(expected.lines,)]
    assert (await check("SELECT count(*) FROM prompt"))[0][0] <= len((LEADER, HELPER))
