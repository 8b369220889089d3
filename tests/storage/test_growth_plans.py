"""How the databases find what falls due and who leads: by index, whatever the number of members."""

from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import event as events
from sqlalchemy import text

from features.growth.model import Period
from features.members.model import GroupState, Person
from kernel.ids import GroupId, MemberId, UserId
from kernel.message import Language
from storage.db import Db
from storage.uow import SqlUow
from tests.conftest import NOW
from tests.features.bank import ACCOUNTS, TODAY
from tests.storage.builders import a_group

MEMBERS, SHANGHAI = 3000, ZoneInfo("Asia/Shanghai")


def _town(uow: SqlUow) -> GroupId:
    """Fill one group with people who all earned this week and whose levels are looked at next year."""
    group, number = (
        a_group(uow).id,
        f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {MEMBERS})",
    )
    for statement in (
        "INSERT INTO member (id, user_id, name, language, met_at, service_consent_at, reachable, large,"
        f" language_chosen) {number} SELECT i, i, 'N', 'zh_CN', 0, 0, 1, 0, 0 FROM n",
        f"INSERT INTO membership (member_id, group_id, entered_at) {number} SELECT i, {group}, 0 FROM n",
        "INSERT INTO growth_account (member_id, growth, points, level, review_at, review_attempts, on_board)"
        f" {number} SELECT i, 200, 200, 1, 4000000000000 + i, 0, 1 FROM n",
        "INSERT INTO growth_period (group_id, period, starts_on, member_id, growth)"
        f" {number} SELECT {group}, 'week', '{TODAY}', i, i FROM n",
    ):
        uow.connection.execute(text(statement))
    return group


def _asked(uow: SqlUow, asks: Any) -> list[tuple[str, Any]]:
    """Return the statements that `asks` runs, with their parameters."""
    asked: list[tuple[str, Any]] = []
    if uow.connection.dialect.name == "sqlite":
        driver: Any = uow.connection.connection.driver_connection
        driver.set_trace_callback(lambda statement: asked.append((statement, ())))
        asks(uow)
        driver.set_trace_callback(None)
        return asked

    def note(*told: Any) -> None:
        asked.append((told[2], told[3]))

    events.listen(uow.connection, "before_cursor_execute", note)
    asks(uow)
    events.remove(uow.connection, "before_cursor_execute", note)
    return asked


async def _plan(db: Db, asks: Any) -> list[str]:
    """Return how the database goes about the last statement that `asks` runs."""

    def explained(uow: SqlUow) -> list[str]:
        uow.connection.execute(text("ANALYZE"))
        explain = "EXPLAIN QUERY PLAN" if uow.connection.dialect.name == "sqlite" else "EXPLAIN"
        statement, parameters = _asked(uow, asks)[-1]
        rows = uow.connection.exec_driver_sql(f"{explain} {statement}", parameters).all()
        return [str(row[-1]) for row in rows]

    return await db.run(explained)


async def test_who_asks_is_one_read_by_index_and_the_account_is_one_more(db: Db) -> None:
    group = await db.run(_town)
    await db.run(
        lambda uow: uow.groups.move(group, to=GroupState.ENABLED, since=(GroupState.MET,), now=uow.now)
    )
    person = Person(UserId(7), "N", Language.ZH_CN)
    await db.run(
        lambda uow: ACCOUNTS.growth.register(uow, member=MemberId(7), zone=ZoneInfo("Asia/Shanghai"))
    )

    asked = await db.run(lambda uow: _asked(uow, lambda uow: ACCOUNTS.card(uow, person=person)))
    told = await _plan(db, lambda uow: uow.members.at_home(UserId(7)))

    assert [statement.split()[0] for statement, _ in asked] == ["SELECT", "SELECT"]
    assert [line for line in told if "Seq Scan on member" in line or line.startswith("SCAN m")] == []


async def test_the_board_reads_its_index_from_the_top(db: Db) -> None:
    group = await db.run(_town)

    told = await _plan(db, lambda uow: uow.boards.top(group, period=Period.WEEK, starts_on=TODAY, limit=10))

    assert [line for line in told if "ix_growth_period_growth" in line] != []
    assert [line for line in told if "TEMP B-TREE" in line or "Sort" in line or "Seq Scan" in line] == []
    leaders = await db.run(lambda uow: uow.boards.top(group, period=Period.WEEK, starts_on=TODAY, limit=10))
    assert [place.member for place in leaders] == [MemberId(MEMBERS - n) for n in range(10)]


async def test_levels_that_are_due_are_found_by_the_partial_index(db: Db) -> None:
    await db.run(_town)

    told = await _plan(db, lambda uow: uow.levels.due(now=NOW, limit=100))

    assert [line for line in told if "ix_growth_account_review" in line] != []
    assert [line for line in told if "Seq Scan" in line or line.startswith("SCAN")] == []
