"""No rule ever holds that was not told seven whole days before."""

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.config import load
from features.growth.rulebook import Rulebook
from kernel.clock import ManualClock
from storage.db import Db
from tests.conftest import NOW

CONFIGURED = load(None, {})
ZONE = CONFIGURED.members.zone
STARTS = st.lists(
    st.tuples(st.integers(0, 12), st.integers(0, 23), st.sampled_from([10, 20, 30])), max_size=8
)


@settings(max_examples=40)
@given(starts=STARTS)
async def test_what_holds_was_told_a_week_ago_or_always_held(
    db: Db, clock: ManualClock, starts: list[tuple[int, int, int]]
) -> None:
    await db.run(lambda uow: uow.rules.withdraw(after=datetime.fromtimestamp(0, NOW.tzinfo)))
    held, waiting = 30, None
    book = await _start(db, 30)
    for days, hours, points in starts:
        clock.set(clock.now() + timedelta(days=days, hours=hours))
        if waiting is not None and waiting[0] <= clock.now():
            held, waiting = waiting[1], None
        book = await _start(db, points)
        if waiting is None or waiting[1] != points:
            local = clock.now().astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
            waiting = None if points == held else (local + timedelta(days=9), points)
            assert waiting is None or waiting[0] - clock.now() >= timedelta(days=8)

        assert book.at(clock.now()).share_points == held
        if waiting is not None:
            assert book.at(waiting[0] - timedelta(milliseconds=1)).share_points == held
        assert book.at(clock.now() + timedelta(days=40)).share_points == (waiting[1] if waiting else held)


async def _start(db: Db, points: int) -> Rulebook:
    book = Rulebook(replace(CONFIGURED.growth, share_points=points))
    await db.run(lambda uow: book.publish(uow, zone=ZONE))
    return book


async def test_a_rule_of_a_newer_version_holds_as_configured_and_one_that_is_gone_is_left_out(db: Db) -> None:
    await _start(db, 30)
    await db.run(
        lambda uow: uow.connection.exec_driver_sql(
            'UPDATE rule_version SET rules = \'{"share_points":20,"of_old":7}\''
        )
    )

    book = await _start(db, 20)

    assert book.at(NOW) == replace(CONFIGURED.growth, share_points=20)
    assert book.coming(NOW) is None
