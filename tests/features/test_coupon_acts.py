"""Points changed, notices and ends as use cases over a real database."""

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import text

from features.app.redeeming import Swapped
from features.coupons.desk import CouponDesk
from features.coupons.drafts import Step, code_of
from features.coupons.model import Coupon, Kind, OldPage, Reach, RedeemedOften, Scope, State, TemplateId
from features.coupons.rules import days_on
from features.growth.model import NotEnoughPoints
from features.outreach.model import Topic
from features.staff.model import Role
from kernel.clock import ManualClock
from kernel.ids import GroupId, MemberId, OrderId
from storage import coupons as tables
from storage.db import Db
from storage.uow import SqlUow
from tests.conftest import NOW, Disk
from tests.features.bank import neighbour
from tests.features.purse import APP, COUPONS, a_basket, a_design, an_open, give
from tests.storage.builders import CALLERS, a_person, everything_waiting
from tests.storage.test_growth_plans import _plan

DAY = timedelta(days=1)
PERSON = a_person()
BOOKS = "SELECT (SELECT points FROM growth_account), (SELECT count(*) FROM coupon)"
DUE = "SELECT state, told, due_at IS NULL FROM coupon"


async def rich(db: Db, points: int) -> tuple[MemberId, GroupId]:
    """A neighbour with points."""
    member, group = await db.run(neighbour)
    zone = APP.members.policy.zone
    await db.run(
        lambda uow: APP.growth.adjust(uow, member=member, group=group, zone=zone, points=points, key="k")
    )
    return member, group


def redeem(nth: int = 1, month: str = "2026-11") -> Any:
    return partial(APP.redeeming.redeem, person=PERSON, kind=Kind.AMOUNT, month=month, nth=nth)


async def test_64_taps_change_points_once(db: Db, check: Disk) -> None:
    await rich(db, 5000)

    done = await asyncio.gather(*(db.run(redeem()) for _ in range(CALLERS)))

    assert {each.coupon.id for each in done} == {1}
    assert sum(not each.again for each in done) == 1
    assert await check(BOOKS) == [(4000, 1)]


async def test_the_second_tap_of_a_month_is_another_coupon_and_the_third_is_refused(
    db: Db, check: Disk, clock: ManualClock
) -> None:
    await rich(db, 9000)
    for nth in (1, 2):
        assert isinstance(await db.run(redeem(nth)), Swapped)

    with pytest.raises(RedeemedOften):
        await db.run(redeem(3))
    with pytest.raises(OldPage):
        await db.run(redeem(4))
    clock.set(datetime(2026, 11, 30, 16, 0, tzinfo=UTC))  # December in Shanghai
    with pytest.raises(OldPage):
        await db.run(redeem(1))
    assert await db.run(redeem(1, "2026-12"))
    assert await check(BOOKS) == [(6000, 3)]


async def test_too_few_points_leave_everything_as_it_was(db: Db, check: Disk) -> None:
    await rich(db, 999)

    with pytest.raises(NotEnoughPoints):
        await db.run(redeem())

    assert await check(BOOKS) == [(999, 0)]


async def a_piece(db: Db, days: int = 30) -> Coupon:
    """A coupon of a neighbour in a group."""
    member, group = await db.run(neighbour)

    def got(uow: SqlUow) -> Coupon:
        return COUPONS.claim(uow, member=member, template=an_open(uow, a_design(days=days, group=group)))

    return await db.run(got)


async def look(db: Db, clock: ManualClock, at: datetime) -> list[Any]:
    """Do what is due at an instant, and return what is said."""
    clock.set(at)
    for due in await db.run(lambda uow: uow.coupons.due(now=uow.now, limit=9)):
        await db.run(partial(APP.wallets.due, due=due))
    return [row.outgoing for row in await db.run(everything_waiting)]


async def test_a_notice_waits_for_the_morning_and_for_the_end_of_a_mute(
    db: Db, clock: ManualClock, check: Disk
) -> None:
    piece = await a_piece(db)
    until = datetime(2026, 12, 21, 15, 0, tzinfo=UTC)  # 23:00 in Shanghai: quiet
    await db.run(lambda uow: uow.preferences.mute(piece.owner, until=until))

    assert await look(db, clock, datetime(2026, 12, 20, 2, 0, tzinfo=UTC)) == []
    assert await look(db, clock, until) == []
    (told,) = await look(db, clock, datetime(2026, 12, 22, 0, 0, tzinfo=UTC))

    assert told.text.key == "coupons.expiring"
    assert await check(DUE) in ([("available", 1, 0)], [("available", 1, False)])
    await look(db, clock, piece.expires_at)
    assert await check(DUE) in ([("expired", 1, 1)], [("expired", 1, True)])


async def test_a_silent_group_hears_nothing_and_the_coupon_ends_all_the_same(
    db: Db, clock: ManualClock, check: Disk
) -> None:
    piece = await a_piece(db)
    assert piece.group is not None
    group = piece.group
    await db.run(lambda uow: uow.groups.silence(group, now=uow.now))

    at = datetime(2026, 12, 20, 2, 0, tzinfo=UTC)
    while at < piece.expires_at:
        assert await look(db, clock, at) == []
        at += timedelta(hours=3)
    await look(db, clock, piece.expires_at)

    assert await check("SELECT state FROM coupon") == [("expired",)]


async def test_who_does_not_want_to_hear_of_coupons_hears_nothing(db: Db, clock: ManualClock) -> None:
    piece = await a_piece(db)
    await db.run(lambda uow: uow.preferences.set_topic(piece.owner, Topic.COUPONS, wanted=False, now=uow.now))

    assert await look(db, clock, datetime(2026, 12, 20, 2, 0, tzinfo=UTC)) == []


async def test_a_coupon_of_a_few_days_ends_without_a_notice(db: Db, clock: ManualClock) -> None:
    piece = await a_piece(db, days=2)

    assert await look(db, clock, NOW + DAY) == []
    assert await look(db, clock, piece.expires_at) == []


async def test_what_comes_back_late_is_told_of_anew(db: Db, clock: ManualClock, check: Disk) -> None:
    piece = await a_piece(db)
    await look(db, clock, datetime(2026, 12, 20, 2, 0, tzinfo=UTC))
    await db.run(
        lambda uow: COUPONS.reserve(
            uow, coupon=piece.id, member=piece.owner, order=OrderId(1), basket=a_basket(5000)
        )
    )
    clock.set(piece.expires_at + DAY)

    (back,) = await db.run(lambda uow: COUPONS.release(uow, order=OrderId(1), ours=True))

    assert back.expires_at == days_on(clock.now(), 14, APP.members.policy.zone)
    assert not back.is_told
    assert await check("SELECT told FROM coupon") == [(0,)]


async def test_what_an_order_of_somebody_erased_gives_back_is_void(db: Db, check: Disk) -> None:
    piece = await a_piece(db)
    await db.run(
        lambda uow: COUPONS.reserve(
            uow, coupon=piece.id, member=piece.owner, order=OrderId(1), basket=a_basket(5000)
        )
    )
    page = await db.run(lambda uow: APP.erasing.page(uow, person=PERSON))
    await db.run(lambda uow: APP.erasing.erase(uow, person=PERSON, guard=page.guard))

    (back,) = await db.run(lambda uow: COUPONS.release(uow, order=OrderId(1), ours=True))

    assert back.state is State.VOID
    assert await check("SELECT taken, committed FROM coupon_template") == [(1, 0)]


async def test_notices_that_a_restored_backup_may_have_given_are_not_given_again(
    db: Db, clock: ManualClock, check: Disk
) -> None:
    piece = await a_piece(db)
    clock.set(piece.expires_at - DAY)

    await db.run(lambda uow: uow.connection.execute(tables.restored(uow.now)))

    assert await check("SELECT told FROM coupon") == [(1,)]
    assert await db.run(lambda uow: uow.coupons.next_due_at()) == piece.expires_at


async def test_coupons_that_are_due_are_found_by_the_partial_index(db: Db) -> None:
    await a_piece(db)

    def many(uow: SqlUow) -> None:
        numbers = "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)"
        uow.connection.execute(
            text(
                "INSERT INTO coupon (id, template_id, member_id, group_id, nth, origin, key, state, worth,"
                " starts_at, expires_at, issued_at, state_at, told, due_at, attempts)"
                f" {numbers} SELECT i, 1, 1, 1, i, 'staff', 'k' || i, 'available', 0, 0, 4000000000000 + i,"
                " 0, 0, 1, 4000000000000 + i, 0 FROM n"
            )
        )

    await db.run(many)
    told = await _plan(db, lambda uow: uow.coupons.due(now=NOW, limit=100))

    assert [line for line in told if "ix_coupon_due_at" in line] != []
    assert [line for line in told if "Seq Scan" in line or line.startswith("SCAN")] == []


async def test_a_key_belongs_to_who_got_the_coupon_first(db: Db) -> None:
    piece = await a_piece(db)

    def again(uow: SqlUow) -> Coupon | None:
        return give(uow, TemplateId(piece.template), piece.owner, f"claim:{piece.template}:{piece.owner}:1")

    assert await db.run(again) == piece


async def test_a_coupon_can_be_for_a_category_by_a_button_of_plain_letters(db: Db) -> None:
    desk = CouponDesk(APP.staff, COUPONS.policy, lambda _uow, _group: ("蔬菜", "蛋奶"))

    def chosen(uow: SqlUow) -> Any:
        member, group = neighbour(uow)
        uow.staff.give(member, Role.LEADER, group=group, given_by=None, until=None, now=uow.now)
        user = PERSON.user
        draft = desk.begin(uow, user=user, group=group)
        asked = desk.ask(uow, user=user, group=group, template=draft.template.id, step=Step.SCOPE)
        assert asked.choices == ("all", "蔬菜", "蛋奶")
        step, value = Step.SCOPE, code_of("蛋奶")
        return desk.choose(uow, user=user, group=group, template=draft.template.id, step=step, value=value)

    shown = await db.run(chosen)

    assert shown.template.design.terms.scope == Scope(Reach.CATEGORIES, ("蛋奶",))
    assert shown.step is Step.TOTAL
