"""Pick-up points on both databases: names once, a bounded number, choices that stand."""

import asyncio
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.members.model import CameBy
from features.pickup import rules
from features.pickup.model import NoHours, NoName, PickupPoint, PointKnown, TooLong, TooManyPoints
from features.pickup.service import Pickup
from kernel.errors import Refusal
from kernel.ids import GroupId, PickupPointId
from storage.db import Db
from storage.uow import SqlUow
from tests.conftest import Disk
from tests.storage.builders import CALLERS, a_group, a_member

PICKUP = Pickup()
NASTY = st.text(
    alphabet=st.one_of(st.characters(), st.sampled_from("\u202e\u200b\u2066\ufeff\u3164🥬<>&\n\x00 楼")),
    max_size=4096,
)


def added(uow: SqlUow, name: str = "Hall", group: int | None = None) -> PickupPoint:
    own = a_group(uow).id if group is None else GroupId(group)
    return PICKUP.add(uow, group=own, name=name, hours="daily 17-20")


def attempt(uow: SqlUow, name: str) -> str:
    try:
        added(uow, name)
    except Refusal as no:
        return type(no).__name__
    return "added"


async def test_of_many_points_of_one_name_at_once_one_is_opened(db: Db) -> None:
    await db.run(a_group)

    ends = await asyncio.gather(*(db.run(lambda uow: attempt(uow, "Hall")) for _ in range(CALLERS)))

    assert sorted(ends) == ["PointKnown"] * (CALLERS - 1) + ["added"]


async def test_never_more_points_than_a_list_bears(db: Db, check: Disk) -> None:
    await db.run(a_group)

    ends = await asyncio.gather(
        *(db.run(partial(attempt, name=f"Hall {number}")) for number in range(CALLERS))
    )

    assert ends.count("added") == rules.MOST
    assert await check("SELECT count(*) FROM pickup_point") == [(rules.MOST,)]


async def test_a_closed_name_can_be_used_again_and_the_old_one_cannot_come_back_beside_it(db: Db) -> None:
    first = await db.run(added)
    await db.run(lambda uow: PICKUP.close(uow, group=first.group, point=first.id))
    second = await db.run(added)

    assert second.id != first.id
    assert await db.run(lambda uow: uow.pickup.reopen(first.id, group=first.group)) is False
    await db.run(lambda uow: PICKUP.close(uow, group=first.group, point=second.id))
    assert await db.run(lambda uow: uow.pickup.reopen(first.id, group=first.group)) is True
    assert await db.run(lambda uow: uow.pickup.reopen(first.id, group=first.group)) is False
    assert await db.run(lambda uow: uow.pickup.points(first.group)) == (first,)


async def test_names_are_compared_whatever_their_case(db: Db) -> None:
    await db.run(added)

    with pytest.raises(PointKnown):
        await db.run(lambda uow: added(uow, "hALL"))


async def test_another_groups_point_is_neither_closed_nor_chosen(db: Db) -> None:
    def unit(uow: SqlUow) -> tuple[bool, bool]:
        point, other, member = added(uow), a_group(uow, -200), a_member(uow)
        uow.members.enter(member.id, other.id, came_by=CameBy.PLAIN, now=uow.now)
        closed = uow.pickup.close(point.id, group=other.id, now=uow.now)
        return closed, uow.pickup.choose(member.id, point.id, group=other.id)

    assert await db.run(unit) == (False, False)


async def test_too_many_is_told_before_a_name_is_asked_for(db: Db) -> None:
    def full(uow: SqlUow) -> None:
        for number in range(rules.MOST):
            added(uow, f"Hall {number}")
        PICKUP.check_room(uow, group=a_group(uow).id)

    with pytest.raises(TooManyPoints):
        await db.run(full)


async def test_a_choice_ends_with_its_point(db: Db) -> None:
    def unit(uow: SqlUow) -> tuple[object, ...]:
        point, member = added(uow), a_member(uow)
        uow.members.enter(member.id, point.group, came_by=CameBy.PLAIN, now=uow.now)
        settled = PICKUP.settle(uow, member=member.id, group=point.group)
        before = uow.pickup.chosen(member.id, point.group)
        PICKUP.close(uow, group=point.group, point=PickupPointId(point.id))
        return settled, before == point, uow.pickup.chosen(member.id, point.group)

    assert await db.run(unit) == ((), True, None)


@given(typed=NASTY)
def test_whatever_is_typed_a_name_is_one_short_visible_line_or_refused(typed: str) -> None:
    try:
        name = rules.check_name(typed)
    except (NoName, TooLong):
        return
    assert rules.check_name(name) == name
    assert 0 < len(name) <= 32
    assert "\n" not in name
    assert not set(name) & set("\u202e\u200b\u2066\ufeff\x00")


@given(typed=NASTY)
def test_whatever_is_typed_hours_are_one_visible_line_or_refused(typed: str) -> None:
    try:
        hours = rules.check_hours(typed)
    except (NoHours, TooLong):
        return
    assert rules.check_hours(hours) == hours
    assert len(hours) <= 48
