"""The clock jumps, forth and back, over changed hours and leap days: timed work is done once.

The clock of these tests may go back, as a machine's does when it is put right.
"""

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from bot.config import load
from bot.services import build_app
from features.members.model import CameBy, GroupState
from kernel import business_day
from kernel.ids import ChatId
from scheduler.engine import Engine
from scheduler.jobs import JOBS
from storage.db import Db, open_db
from storage.groups import chat_group
from storage.soundness import UNBALANCED
from storage.uow import SqlUow
from tests.conftest import NOW, Disk
from tests.faults.conftest import Figures
from tests.faults.runs import FULL
from tests.storage.builders import POLICY, a_person, epoch_ms

PEOPLE_EACH, JUMPS_EACH = (40, 30) if FULL else (2, 4)
APP = build_app(load(None, {"CAIBOSHI__GROWTH__NOTICE_AT": "02:30"}))
JUMPS = [timedelta(days=1), timedelta(days=-1), timedelta(hours=-1), timedelta(minutes=30), timedelta()]


@dataclass(frozen=True)
class Case:
    """Somebody registers at noon of a local day; one piece of their timed work falls on a strange instant."""

    zone: str
    registered_on: date
    kind: str
    due_at: datetime


CASES = (
    # 02:30 does not exist on that day: an hour later on the wall
    Case("Europe/Berlin", date(2027, 4, 25), "first_notice", datetime(2028, 3, 26, 1, 30, tzinfo=UTC)),
    # 02:30 comes twice on that day: the first one
    Case("Europe/Berlin", date(2026, 11, 30), "first_notice", datetime(2027, 10, 31, 0, 30, tzinfo=UTC)),
    # midnight does not exist on that day
    Case("America/Santiago", date(2026, 9, 4), "lapse", datetime(2027, 9, 5, 4, 0, tzinfo=UTC)),
    Case("Asia/Shanghai", date(2027, 3, 7), "last_notice", datetime(2028, 2, 28, 18, 30, tzinfo=UTC)),
    Case("Asia/Shanghai", date(2027, 2, 28), "lapse", datetime(2028, 2, 28, 16, 0, tzinfo=UTC)),
    Case("Europe/Berlin", date(2028, 2, 29), "lapse", datetime(2029, 2, 28, 23, 0, tzinfo=UTC)),
)


class JumpyClock:
    """A clock that goes wherever it is put."""

    def __init__(self) -> None:
        self.at = NOW
        self.furthest = datetime.min.replace(tzinfo=UTC)

    def now(self) -> datetime:
        """Return the instant the clock was last put to."""
        return self.at


def _register(uow: SqlUow, case: Case, number: int, user: int) -> None:
    person = a_person(user)
    group = uow.groups.meet(ChatId(-100 - number), title=case.zone, policy=POLICY, now=uow.now)
    uow.connection.execute(
        update(chat_group)
        .where(chat_group.c.id == group.id)
        .values(zone=case.zone, quiet_start="00:00", quiet_end="00:00")
    )
    uow.groups.move(group.id, to=GroupState.ENABLED, since=(GroupState.MET,), now=uow.now)
    member = uow.members.meet(person, now=uow.now)
    uow.members.enter(member.id, group.id, came_by=CameBy.SEEN, now=uow.now)
    uow.members.set_reachable(member.id, reachable=True)
    APP.arrival.consent(uow, person=person)


async def _arrange(db: Db, clock: JumpyClock) -> None:
    for number, case in enumerate(CASES):
        clock.at = business_day.instant(case.registered_on, time(12), ZoneInfo(case.zone))
        for person in range(PEOPLE_EACH):
            user = number * PEOPLE_EACH + person + 1
            await db.run(partial(_register, case=case, number=number, user=user))


async def _go(clock: JumpyClock, to: datetime, engine: Engine, check: Disk) -> None:
    """Put the clock there and do what is due by it; nothing is done before its instant has come."""
    clock.at = to
    clock.furthest = max(clock.furthest, to)
    await engine.run_due()
    early = await check(
        f"SELECT count(*) FROM points_due WHERE outcome IS NOT NULL AND due_at > {epoch_ms(clock.furthest)}"
    )
    assert early == [(0,)]


@pytest.mark.faults
async def test_under_a_jumping_clock_timed_work_is_done_once_never_early_and_none_is_lost(
    db_url: str, check: Disk, figures: Figures
) -> None:
    chance = random.Random(8)
    clock = JumpyClock()
    db = open_db(db_url, clock)
    engine = Engine(runner=db, app=APP, jobs=JOBS, clock=clock, committed=lambda: None)
    await _arrange(db, clock)
    strange = await check("SELECT member_id, kind, due_at FROM points_due ORDER BY member_id, due_at")

    jumps = 0
    while (due_at := await engine.next_due()) is not None:
        await _go(clock, due_at - timedelta(milliseconds=1), engine, check)
        for jump in chance.choices(JUMPS, k=JUMPS_EACH):
            await _go(clock, due_at + jump, engine, check)
            jumps += 1
        await _go(clock, due_at, engine, check)
    db.close()

    people = len(CASES) * PEOPLE_EACH
    for number, case in enumerate(CASES):
        first = number * PEOPLE_EACH + 1
        own = {(kind, due_at) for member, kind, due_at in strange if first <= member < first + PEOPLE_EACH}
        assert (case.kind, epoch_ms(case.due_at)) in own
        assert len(own) == 3
    assert await check("SELECT DISTINCT outcome FROM points_due") == [("done",)]
    told = "SELECT count(*), count(DISTINCT member_id) FROM journal WHERE action = 'growth.notified'"
    assert await check(told) == [(2 * people, people)]  # what was sent is forgotten by then
    assert await check("SELECT count(*), sum(amount) FROM points_ledger WHERE amount < 0") == [
        (people, -10 * people)
    ]
    assert await check(UNBALANCED) == [(0,)]
    figures(
        "8: the clock jumps by ±1 day, −1 h, over changed hours and leap days",
        done=f"{jumps} jumps",
        units=f"{3 * people} pieces of timed work",
        lost=0,
        doubled=0,
    )
